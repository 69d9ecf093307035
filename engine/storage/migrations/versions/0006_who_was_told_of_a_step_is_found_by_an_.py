"""who was told of a step is found by an index

Revision: 0006, after 0005
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_task", ["task_id"], unique=False)
        batch_op.create_index("ix_notice_term", ["term_id"], unique=False)
