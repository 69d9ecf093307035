"""The one list of tables. Each room adds its own to it in its `tables.py`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints need names that do not depend on the database, or a migration could not find them again."""

BIG_ID = BigInteger().with_variant(Integer, "sqlite")
"""Type of numbers given out by the database. SQLite numbers rows only where the type is exactly INTEGER; its
INTEGER holds 64 bits all the same."""

metadata = MetaData(naming_convention=NAMING)

marshrut_meta = Table(
    "marshrut_meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What the database knows of itself: `instance` pairs it with its key store, `rights` counts changes of
rights, `clock_shift` is how far a demonstration is from the clock of its machine."""
