"""no priority of a step: lists go by the due moment alone

Revision: 0031, after 0030
"""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("task", "priority")
