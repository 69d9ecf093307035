"""by which words a measure is found

Revision: 0033, after 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measure_token",
        sa.Column("token", sa.LargeBinary(length=16), nullable=False),
        sa.Column("measure_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", "measure_id", name=op.f("pk_measure_token")),
    )
    with op.batch_alter_table("measure_token", schema=None) as batch_op:
        batch_op.create_index("ix_measure_token_measure", ["measure_id"], unique=False)
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("marked", sa.Boolean(), nullable=False, server_default=sa.text("false"))
        )
        batch_op.create_index(
            "ix_measure_unmarked",
            ["id"],
            unique=False,
            sqlite_where=sa.text("NOT marked"),
            postgresql_where=sa.text("NOT marked"),
        )
