"""what the first migration made before it was settled

Revision: 0007, after 0006

The first migration was changed three times after databases had been made by it. Whatever such a database
lacks is added here; one made by the migration as it is now is left alone. No migration changes any more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.storage import append_only

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NODE = sa.String(length=161)
_HAD_SHORT_NODES = ("history", "incident", "task", "wait")


def upgrade() -> None:
    looked = sa.inspect(op.get_bind())
    if looked.has_table("substitution"):
        _turn_substitutions_into_absences()
        _let_an_account_have_a_successor()
    for table, index in (("definition", "ix_definition_digest"), ("term", "ix_term_task")):
        if any(found["name"] == index for found in looked.get_indexes(table)):
            op.drop_index(index, table)
    for table in _HAD_SHORT_NODES:
        _widen(table, {column["name"]: column["type"] for column in looked.get_columns(table)})
    _guard("definition", "release")


def _turn_substitutions_into_absences() -> None:
    absence = op.create_table(
        "absence",
        sa.Column("id", _BIG_ID, nullable=False),
        sa.Column("absent_id", sa.BigInteger(), nullable=False),
        sa.Column("substitute_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["absent_id"], ["account.id"], name=op.f("fk_absence_absent_id")),
        sa.ForeignKeyConstraint(["substitute_id"], ["account.id"], name=op.f("fk_absence_substitute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_last_day", "absence", ["last_day"], unique=False)
    columns = ("absent_id", "substitute_id", "first_day", "last_day")
    substitution = sa.table("substitution", *(sa.column(name) for name in columns))
    rows = sa.select(*substitution.c, sa.literal("vacation"))
    op.get_bind().execute(sa.insert(absence).from_select([*columns, "kind"], rows))
    op.drop_table("substitution")


def _let_an_account_have_a_successor() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("successor_id", sa.BigInteger(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_account_successor_id"), "account", ["successor_id"], ["id"])


def _widen(table: str, types: dict[str, sa.types.TypeEngine[object]]) -> None:
    """The name of a node as long as one in a called process may be; on SQLite the number as the row's own."""
    short = getattr(types["node"], "length", None) != _NODE.length
    no_row_number = (
        table in ("task", "wait")
        and op.get_bind().dialect.name == "sqlite"
        and isinstance(types["id"], sa.BigInteger)
    )
    if not short and not no_row_number:
        return
    with op.batch_alter_table(table, schema=None) as batch_op:
        if short:
            batch_op.alter_column("node", existing_type=types["node"], type_=_NODE)
        if no_row_number:
            batch_op.alter_column("id", existing_type=types["id"], type_=_BIG_ID, autoincrement=False)


def _guard(*tables: str) -> None:
    bind = op.get_bind()
    found = (
        "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if bind.dialect.name == "sqlite"
        else "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    )
    guarded = set(bind.execute(sa.text(found)).scalars())
    for table in tables:
        if table not in guarded:
            for statement in append_only.statements(table, bind.dialect.name):
                op.execute(statement)
