"""notices of steps that lie with somebody who is away; the chance that a step will be late

Revision: 0017, after 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("absence_id", sa.BigInteger(), nullable=True))
        batch_op.create_index("ix_notice_absence", ["absence_id"], unique=False)
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("risk", sa.SmallInteger(), nullable=True))
