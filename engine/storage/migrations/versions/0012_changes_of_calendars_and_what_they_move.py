"""changes of calendars and what they move

Revision: 0012, after 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_WAITS, _OPEN = sa.text("recalculation_id IS NULL"), sa.text("finished_at IS NULL")


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "calendar_change",
        sa.Column("id", big_id, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("calendar", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("recalculation_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_change")),
    )
    op.create_index(
        "ix_calendar_change_waits",
        "calendar_change",
        ["id"],
        unique=False,
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )
    op.create_table(
        "recalculation",
        sa.Column("id", big_id, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("last_case", sa.BigInteger(), nullable=False),
        sa.Column("terms", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalculation")),
    )
    op.create_index(
        "ix_recalculation_open",
        "recalculation",
        ["id"],
        unique=False,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "moved_term",
        sa.Column("recalculation_id", sa.BigInteger(), nullable=False),
        sa.Column("term_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("due_before", sa.BigInteger(), nullable=False),
        sa.Column("due_after", sa.BigInteger(), nullable=False),
        sa.Column("told_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("recalculation_id", "term_id", name=op.f("pk_moved_term")),
    )
    op.create_index("ix_moved_term_case", "moved_term", ["case_id"], unique=False)
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.alter_column("case_id", existing_type=sa.BigInteger(), nullable=True)
        batch_op.add_column(sa.Column("recalculation_id", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opening", sa.String(length=5), server_default="09:00", nullable=False))
        batch_op.add_column(sa.Column("closings", sa.String(length=80), server_default="{}", nullable=False))
