"""who was invited by a partner and who refused

Revision: 0027, after 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("referral", schema=None) as batch_op:
        for name in ("invited", "refused_families", "refused_pieces"):
            batch_op.add_column(sa.Column(name, sa.SmallInteger(), nullable=True))
