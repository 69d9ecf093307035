"""Statements that are put into words once."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, bindparam, func, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from engine.cases.tables import history, wait
from engine.errors import StorageUnavailable
from engine.storage.counting import count_statements
from engine.storage.database import Database
from engine.storage.prepared import Prepared, PreparedSelect

ROW = {"case_id": 7, "at": 1, "actor_id": 2, "kind": 1, "data": b"\x00\xff", "path": "а б"}


@pytest.fixture
def database(installed_database_url: str):
    database = Database(installed_database_url)
    yield database
    database.close()


def test_what_is_written_is_there(database: Database):
    write = Prepared(insert(history))
    with database.write() as conn:
        assert write.run(conn, ROW) == 1
        write.run_all(conn, [ROW | {"at": 2}, ROW | {"at": 3}])
        rows = conn.execute(select(history).order_by(history.c.id)).all()
    assert [row.at for row in rows] == [1, 2, 3]
    assert (rows[0].data, rows[0].path, rows[0].node) == (b"\x00\xff", "а б", None)


def test_values_of_the_statement_itself_are_kept(database: Database):
    close = Prepared(
        update(history)
        .where(history.c.case_id == bindparam("case"), history.c.at == 2)
        .values(kind=9, data=None)
    )
    with database.write() as conn:
        Prepared(insert(history)).run_all(conn, [ROW, ROW | {"at": 2}])
        assert close.run(conn, {"case": 7}) == 1
        kinds = conn.execute(select(history.c.kind, history.c.data).order_by(history.c.at)).all()
    assert kinds == [(1, b"\x00\xff"), (9, None)]


def test_several_rows_are_one_statement(database: Database):
    with database.write() as conn, count_statements(database) as counted:
        Prepared(insert(history)).run_all(conn, [ROW, ROW])
    assert counted.statements == 1


def test_texts_numbers_bytes_and_nothing_come_back_as_they_were(database: Database):
    look = PreparedSelect(
        select(history.c.at, history.c.path, history.c.data, history.c.node).where(
            history.c.case_id == bindparam("case_id")
        )
    )
    row = {"case_id": -7, "at": 1 << 40, "actor_id": 2, "kind": 1, "path": "\t«%s» $1 ''\\ 🙂"}
    with database.write() as conn:
        Prepared(insert(history)).run_all(conn, [row | {"data": data} for data in (b"", b"\x00'\\", None)])
        found = look.rows(conn, case_id=-7)
    assert [each.data for each in found] == [b"", b"\x00'\\", None]
    assert {(each.at, each.path, each.node) for each in found} == {(1 << 40, row["path"], None)}


def test_many_rows_are_all_written(database: Database):
    with database.write() as conn:
        Prepared(insert(history)).run_all(conn, [ROW | {"at": number} for number in range(9)])
        assert conn.execute(select(func.count()).select_from(history)).scalar_one() == 9


def test_a_statement_is_good_again_after_a_roll_back(database: Database):
    write = Prepared(insert(history))
    for _ in range(7):
        with pytest.raises(ZeroDivisionError):
            _write_and_fail(database, write)
        with database.read() as conn:
            assert conn.execute(select(history.c.id)).all() == []
    with database.write() as conn:
        assert write.run(conn, ROW) == 1


def test_a_connection_that_the_server_ends_is_told_in_words_and_the_next_one_works(postgres_url: str):
    kept = Table("kept", MetaData(), Column("id", BigInteger))
    database, write = Database(postgres_url), Prepared(insert(kept))
    with database.write() as conn:
        kept.create(conn)
    with pytest.raises(StorageUnavailable):
        _write_and_lose_the_server(database, write, postgres_url)
    with database.write() as conn:
        write.run(conn, {"id": 2})
        assert conn.execute(select(kept.c.id)).all() == [(2,)]
    database.close()


def test_a_broken_rule_of_a_table_is_an_error_of_sqlalchemy_without_the_values(database: Database):
    write = Prepared(insert(wait))
    row = {"id": 1, "case_id": 1, "node": "тайна", "kind": 1}
    with database.write() as conn:
        write.run(conn, row)
    with pytest.raises(IntegrityError) as caught, database.write() as conn:
        write.run(conn, row)
    assert "тайна" not in str(caught.value)


def test_parameters_of_other_names_are_refused(database: Database):
    write = Prepared(insert(wait))
    row = {"id": 1, "case_id": 1, "node": "t", "kind": 1}
    with database.write() as conn:
        write.run(conn, row)
        with pytest.raises(ValueError, match="due_at"):
            write.run(conn, row | {"id": 2, "due_at": 5})


def _write_and_fail(database: Database, write: Prepared) -> None:
    with database.write() as conn:
        write.run(conn, ROW)
        raise ZeroDivisionError


def _write_and_lose_the_server(database: Database, write: Prepared, url: str) -> None:
    with database.write() as conn:
        write.run(conn, {"id": 1})
        mine = conn.execute(select(func.pg_backend_pid())).scalar_one()
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (mine,))
        write.run(conn, {"id": 1})
