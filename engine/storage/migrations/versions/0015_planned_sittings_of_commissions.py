"""planned sittings of commissions

Revision: 0015, after 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sitting",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("commission_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["commission_id"], ["commission.id"], name=op.f("fk_sitting_commission_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_sitting")),
    )
    op.create_index("ix_sitting_commission", "sitting", ["commission_id", "day"], unique=False)
    with op.batch_alter_table("norm", schema=None) as batch_op:
        batch_op.add_column(sa.Column("commission", sa.String(length=12), nullable=False, server_default=""))
