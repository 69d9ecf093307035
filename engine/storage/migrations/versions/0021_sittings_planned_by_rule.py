"""sittings planned by rule, what a question brings with it, substitutes of members

Revision: 0021, after 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

OLD = ("case_id", "commission_id", "day", "status", "followed")


def upgrade() -> None:
    _renew_sittings()
    with op.batch_alter_table("commission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("weekday", sa.SmallInteger(), nullable=True))
        batch_op.add_column(sa.Column("weeks", sa.String(length=10), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("hour", sa.String(length=5), nullable=False, server_default="14:00"))
        batch_op.add_column(sa.Column("place", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("cutoff_days", sa.SmallInteger(), nullable=False, server_default=sa.text("1"))
        )
        batch_op.add_column(
            sa.Column("planned_until", sa.String(length=10), nullable=False, server_default="")
        )
    with op.batch_alter_table("commission_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("substitute", sa.String(length=120), nullable=False, server_default=""))
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("term", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("papers", sa.String(length=100), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("draft", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("urged_at", sa.BigInteger(), nullable=True))


def _renew_sittings() -> None:
    """A sitting has a number of its own now: it is planned before there is a case."""
    conn = op.get_bind()
    old = sa.table("sitting", *(sa.column(name) for name in OLD))
    known = [dict(row._mapping) for row in conn.execute(sa.select(old).order_by(old.c.case_id))]
    op.drop_table("sitting")
    new = op.create_table(
        "sitting",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("commission_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("rule_day", sa.String(length=10), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("poll", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("opens_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("heard", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["commission_id"], ["commission.id"], name=op.f("fk_sitting_commission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting")),
        sa.UniqueConstraint("case_id", name=op.f("uq_sitting_case_id")),
    )
    op.create_index("ix_sitting_commission", "sitting", ["commission_id", "day"], unique=False)
    if known:
        op.bulk_insert(new, known)
