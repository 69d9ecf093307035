"""pauses and extensions of terms

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_PAST_ITS_LIMIT = sa.text("ended_at IS NULL AND limit_at IS NOT NULL")


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "term_pause",
        sa.Column("id", big_id, nullable=False),
        sa.Column("term_id", sa.BigInteger(), nullable=False),
        sa.Column("with_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("attachment_id", sa.BigInteger(), nullable=True),
        sa.Column("limit_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_pause")),
    )
    op.create_index("ix_term_pause_term", "term_pause", ["term_id"], unique=False)
    op.create_index(
        "ix_term_pause_limit",
        "term_pause",
        ["limit_at"],
        unique=False,
        sqlite_where=_PAST_ITS_LIMIT,
        postgresql_where=_PAST_ITS_LIMIT,
    )
    op.create_table(
        "term_extension",
        sa.Column("id", big_id, nullable=False),
        sa.Column("term_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("due_before", sa.BigInteger(), nullable=False),
        sa.Column("due_after", sa.BigInteger(), nullable=False),
        sa.Column("attachment_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_extension")),
    )
    op.create_index("ix_term_extension_term", "term_extension", ["term_id"], unique=False)
    with op.batch_alter_table("term", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("remainder", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("norm", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pause_by", sa.String(length=3), server_default="", nullable=False))
        batch_op.add_column(sa.Column("pause_days", sa.SmallInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("within", sa.String(length=20), server_default="", nullable=False))
