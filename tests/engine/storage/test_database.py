from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine.errors import StorageUnavailable
from engine.storage import connections
from engine.storage.counting import count_statements
from engine.storage.database import Database

tables = MetaData()
jar = Table(
    "jar", tables, Column("name", String(20), primary_key=True), Column("coins", Integer, nullable=False)
)

ADD = update(jar).where(jar.c.name == bindparam("jar")).values(coins=jar.c.coins + bindparam("by"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url, tables=tables)
    made.create()
    with made.write() as conn:
        conn.execute(insert(jar), {"name": "red", "coins": 0})
    yield made
    made.close()


def coins(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(select(jar.c.coins).where(jar.c.name == "red")).scalar_one())


def test_what_was_written_is_there_for_the_next_reader(database: Database) -> None:
    with database.write() as conn:
        conn.execute(ADD, {"jar": "red", "by": 2})
    assert coins(database) == 2


def test_an_error_takes_back_everything(database: Database) -> None:
    def fail(conn: Connection) -> None:
        conn.execute(ADD, {"jar": "red", "by": 2})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.write() as conn:
        fail(conn)
    assert coins(database) == 0


def test_a_reading_connection_cannot_write(database: Database) -> None:
    with pytest.raises((DBAPIError, StorageUnavailable)), database.read() as conn:
        conn.execute(ADD, {"jar": "red", "by": 2})
    assert coins(database) == 0


def test_a_transaction_inside_a_transaction_is_refused_before_it_waits_for_itself(database: Database) -> None:
    with database.write(), pytest.raises(RuntimeError, match="inside"), database.write():
        pass


def test_after_a_refused_nesting_the_next_transaction_works(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write(), database.write():
        pass
    with database.write() as conn:
        conn.execute(ADD, {"jar": "red", "by": 1})
    assert coins(database) == 1


def test_a_callback_runs_once_and_only_after_the_commit(database: Database) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(coins(database))

    with database.write() as conn:
        conn.execute(ADD, {"jar": "red", "by": 5})
        database.after_commit(look)
        database.after_commit(look)
        assert seen == []
    assert seen == [5]


def test_a_callback_may_open_the_next_transaction(database: Database) -> None:
    def again() -> None:
        with database.write() as conn:
            conn.execute(ADD, {"jar": "red", "by": 1})

    with database.write():
        database.after_commit(again)
    assert coins(database) == 1


def test_no_callback_runs_after_a_roll_back(database: Database) -> None:
    seen: list[str] = []

    def fail() -> None:
        database.after_commit(lambda: seen.append("ran"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.write():
        fail()
    assert seen == []


def test_a_callback_that_fails_does_not_undo_or_hide_the_commit(database: Database) -> None:
    seen: list[str] = []

    def fail() -> None:
        raise OSError("the pump is broken")

    with database.write() as conn:
        conn.execute(ADD, {"jar": "red", "by": 1})
        database.after_commit(fail)
        database.after_commit(lambda: seen.append("ran"))
    assert (coins(database), seen) == (1, ["ran"])


def test_a_callback_outside_a_transaction_is_a_mistake(database: Database) -> None:
    with pytest.raises(RuntimeError):
        database.after_commit(lambda: None)


def test_many_writers_at_once_lose_nothing_and_meet_no_lock_error(database: Database) -> None:
    problems: list[StorageUnavailable] = []

    def work() -> None:
        try:
            for _ in range(20):
                with database.write() as conn:
                    conn.execute(ADD, {"jar": "red", "by": 1})
        except StorageUnavailable as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert coins(database) == 160


def test_a_statement_built_once_is_compiled_once(database: Database) -> None:
    hits: list[str] = []

    def note(
        _conn: object, _cursor: object, _text: str, _values: object, context: object, _many: bool
    ) -> None:
        hits.append(context.cache_hit.name)  # type: ignore[attr-defined]

    event.listen(database.engines.writer, "before_cursor_execute", note)
    for by in range(4):
        with database.write() as conn:
            conn.execute(ADD, {"jar": "red", "by": by})
    event.remove(database.engines.writer, "before_cursor_execute", note)
    assert hits[1:] == ["CACHE_HIT"] * 3


def test_statements_and_commits_are_counted_the_same_on_both_databases(database: Database) -> None:
    with count_statements(database) as count:
        with database.write() as conn:
            conn.execute(ADD, {"jar": "red", "by": 1})
            conn.execute(insert(jar), [{"name": "blue", "coins": 1}, {"name": "green", "coins": 2}])
        assert coins(database) == 1
        with pytest.raises(ZeroDivisionError), database.write():
            raise ZeroDivisionError
    assert (count.statements, count.commits) == (3, 1)
    coins(database)
    assert count.statements == 3


def test_an_error_tells_no_values(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught, database.write() as conn:
        conn.execute(insert(jar), {"name": "red", "coins": 987654})
    assert "987654" not in str(caught.value)


class TestSqlite:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "дом 5%" / "jar.db"

    @pytest.fixture
    def database(self, path: Path) -> Iterator[Database]:
        made = Database(f"sqlite:///{path}", tables=tables)
        made.create()
        yield made
        made.close()

    def test_only_the_owner_may_read_the_file(self, database: Database, path: Path) -> None:
        assert path.stat().st_mode & 0o077 == 0

    def test_every_commit_is_on_the_disk_and_readers_do_not_wait(self, database: Database) -> None:
        with database.write() as conn:
            settings = [
                conn.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        assert settings == ["wal", 2, 1]

    def test_a_wrong_path_is_not_an_empty_database(self, tmp_path: Path) -> None:
        nowhere = tmp_path / "nowhere.db"
        with (
            pytest.raises(StorageUnavailable, match="не открывается"),
            Database(f"sqlite:///{nowhere}").read() as conn,
        ):
            conn.exec_driver_sql("SELECT 1")
        assert not nowhere.exists()

    def test_a_file_held_by_another_program_is_said_to_be_busy(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connections, "BUSY_TIMEOUT_MS", 50)
        database = Database(f"sqlite:///{path}", tables=tables)
        database.create()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable, match="занята другой программой") as caught, database.write():
            pass
        assert "Ничего не сохранено" in caught.value.hint
        other.execute("ROLLBACK")
        other.close()
        with database.write() as conn:
            conn.execute(insert(jar), {"name": "red", "coins": 0})
        database.close()

    def test_a_file_of_something_else_is_refused_in_words(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"<html>" * 1000)
        database = Database(f"sqlite:///{path}")
        with pytest.raises(StorageUnavailable, match="не файл базы данных"), database.read() as conn:
            conn.exec_driver_sql("SELECT * FROM sqlite_master")
        database.close()

    def test_a_damaged_file_is_found_by_the_thorough_look(self, database: Database, path: Path) -> None:
        with database.write() as conn:
            conn.execute(insert(jar), [{"name": f"jar {n:04}", "coins": n} for n in range(2000)])
        assert database.faults() == []
        database.close()
        content = bytearray(path.read_bytes())
        content[8192:9000] = b"\x00" * 808
        path.write_bytes(content)
        assert database.faults() != []
        database.close()

    def test_memory_is_refused_because_nothing_would_be_saved(self) -> None:
        for url in ("sqlite://", "sqlite:///:memory:"):
            with pytest.raises(StorageUnavailable, match="файлом"):
                Database(url)


def test_a_server_that_does_not_answer_is_told_in_words(tmp_path: Path) -> None:
    database = Database(f"postgresql://nobody@/nothing?host={tmp_path}")
    with pytest.raises(StorageUnavailable, match="не получилось"), database.read() as conn:
        conn.exec_driver_sql("SELECT 1")


def test_a_database_that_the_server_has_not_is_told_in_words(postgres_url: str) -> None:
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    database = Database(postgres_url.replace(f"/{name}", f"/{name}_missing"))
    with pytest.raises(StorageUnavailable, match="не получилось"), database.read() as conn:
        conn.exec_driver_sql("SELECT 1")


@pytest.mark.parametrize(
    ("url", "words"),
    [("mysql://имя:тайна@host/base", "не поддерживается"), ("тайна без адреса", "с ошибкой")],
)
def test_a_wrong_address_is_refused_without_repeating_it(url: str, words: str) -> None:
    with pytest.raises(StorageUnavailable, match=words) as caught:
        Database(url)
    assert "тайна" not in f"{caught.value.message} {caught.value.hint}"
