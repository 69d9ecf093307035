"""two cards of one person become one

Revision: 0018, after 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.Column("gone_id", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["gone_id"], ["person.id"], name=op.f("fk_merge_gone_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_merge_kept_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    with op.batch_alter_table("merge", schema=None) as batch_op:
        batch_op.create_index("ix_merge_kept", ["kept_id"], unique=False)

    op.create_table(
        "person_pair",
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("second_id", sa.BigInteger(), nullable=False),
        sa.Column("grounds", sa.String(length=60), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["first_id"], ["person.id"], name=op.f("fk_person_pair_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_person_pair_second_id")),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_person_pair")),
    )
    with op.batch_alter_table("person_pair", schema=None) as batch_op:
        batch_op.create_index("ix_person_pair_second", ["second_id"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("marked", sa.Boolean(), server_default=sa.text("(false)"), nullable=False)
        )
        batch_op.create_index("ix_person_merged", ["merged_into"], unique=False)
        batch_op.create_index(
            "ix_person_unmarked",
            ["id"],
            unique=False,
            sqlite_where=sa.text("NOT marked"),
            postgresql_where=sa.text("NOT marked"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_person_merged_into"), "person", ["merged_into"], ["id"])
