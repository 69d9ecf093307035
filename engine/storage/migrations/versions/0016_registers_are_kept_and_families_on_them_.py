"""registers are kept, and families on them monitored

Revision: 0016, after 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register_keeping",
        sa.Column("register", sa.String(length=20), nullable=False),
        sa.Column("municipality_id", sa.BigInteger(), nullable=False),
        sa.Column("keeper_id", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("verified_month", sa.String(length=7), nullable=True),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["keeper_id"], ["account.id"], name=op.f("fk_register_keeping_keeper_id")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["unit.id"], name=op.f("fk_register_keeping_municipality_id")
        ),
        sa.PrimaryKeyConstraint("register", "municipality_id", name=op.f("pk_register_keeping")),
    )
    op.create_table(
        "monitoring_sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("family_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("empty", sa.SmallInteger(), nullable=False),
        sa.Column("old", sa.SmallInteger(), nullable=False),
        sa.Column("faults", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_monitoring_sheet_family_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_monitoring_sheet_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_monitoring_sheet_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_sheet")),
    )
    with op.batch_alter_table("monitoring_sheet", schema=None) as batch_op:
        batch_op.create_index("ix_monitoring_sheet_family", ["family_id", "month"], unique=False)
        batch_op.create_index("ix_monitoring_sheet_person", ["person_id", "month"], unique=False)

    op.create_table(
        "register_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("deed", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("ground", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entry.id"], name=op.f("fk_register_event_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_event")),
    )
    with op.batch_alter_table("register_event", schema=None) as batch_op:
        batch_op.create_index("ix_register_event_entry", ["entry_id"], unique=False)
