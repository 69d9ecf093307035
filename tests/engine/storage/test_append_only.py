from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import DBAPIError

from engine.storage.append_only import append_only
from engine.storage.database import Database

tables = MetaData()
stone = Table("stone", tables, Column("id", Integer, primary_key=True))
append_only(stone)


@pytest.mark.parametrize("deed", ["UPDATE stone SET id = 2", "DELETE FROM stone"])
def test_rows_can_be_added_but_neither_changed_nor_removed(database_url: str, deed: str) -> None:
    database = Database(database_url, tables=tables)
    database.create()
    with database.write() as conn:
        conn.execute(insert(stone), {"id": 1})
    with pytest.raises(DBAPIError, match="append-only"), database.write() as conn:
        conn.execute(text(deed))
    with database.read() as conn:
        assert conn.execute(select(stone.c.id)).scalars().all() == [1]
    database.close()
