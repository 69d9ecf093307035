"""families on a letter to a partner

Revision: 0026, after 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_family",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letter_case_id", sa.BigInteger(), nullable=False),
        sa.Column("referral_id", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.String(length=100), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False, server_default=""),
        sa.Column("answered_on", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_letter_family_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_family")),
    )
    with op.batch_alter_table("letter_family", schema=None) as batch_op:
        batch_op.create_index("ix_letter_family_letter", ["letter_case_id"], unique=False)
        batch_op.create_index("ix_letter_family_referral", ["referral_id"], unique=False)
        batch_op.create_index("ix_letter_family_case", ["case_id"], unique=False)
