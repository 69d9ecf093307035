"""`marshrut init` and `marshrut worker`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.bootstrap import open_runtime
from engine.definitions.tables import release
from engine.settings import load
from engine.storage import schema
from tests.engine.commands.calling import call


def test_an_instance_is_made_with_all_that_comes_with_the_product(tmp_home):
    answer = call("init", "--organisation", "КЦСОН", "--zone", "Asia/Irkutsk")
    assert answer.code == 0
    assert "Дальше добавьте первого сотрудника" in answer.out
    rt = open_runtime(load())
    (unit,) = rt.directory.tree().units.values()
    assert (unit.name, unit.zone) == ("КЦСОН", "Asia/Irkutsk")
    with rt.database.read() as conn:
        assert "p03_need_ippsu" in rt.library.current(conn).items["bpmn"]
    assert (tmp_home / "master.key").stat().st_mode & 0o077 == 0


def test_repeating_it_changes_nothing(tmp_home):
    call("init", "--organisation", "КЦСОН")
    key = (tmp_home / "master.key").read_bytes()
    answer = call("init", "--organisation", "Другая")
    assert answer.code == 0
    assert "Организация уже есть" in answer.out
    assert (tmp_home / "master.key").read_bytes() == key
    rt = open_runtime(load())
    assert len(rt.directory.tree().units) == 1
    with rt.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(release)).scalar_one() == 1


def test_without_an_organisation_it_says_what_is_next(tmp_home):
    assert "Дальше назовите организацию" in call("init").out


def test_an_unknown_zone_is_told(tmp_home):
    answer = call("init", "--organisation", "КЦСОН", "--zone", "Луна")
    assert answer.code == 2
    assert "Часового пояса «Луна» нет" in answer.err


def test_the_database_of_another_program_is_left_alone(tmp_home):
    with sqlite3.connect(tmp_home / "marshrut.db") as connection:
        connection.execute("CREATE TABLE theirs (x)")
    answer = call("init")
    assert answer.code == 2
    assert "другой программы" in answer.err
    with sqlite3.connect(tmp_home / "marshrut.db") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


def test_an_older_database_is_copied_and_then_brought_up_to_date(tmp_home, monkeypatch):
    call("init", "--organisation", "КЦСОН")
    really = schema.check
    copies_at_upgrade: list[Path] = []

    def outdated_at_first(database):
        if copies_at_upgrade:
            return really(database)
        raise schema.OutdatedDatabase("База данных от прежней версии «Маршрута».")

    def upgrade(_):
        copies_at_upgrade.extend((tmp_home / "backups").glob("before-update-*.db"))

    monkeypatch.setattr(schema, "check", outdated_at_first)
    monkeypatch.setattr(schema, "upgrade", upgrade)
    answer = call("init")
    assert answer.code == 0
    (copy,) = copies_at_upgrade
    assert str(copy) in answer.out
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT name FROM unit").fetchall() == [("КЦСОН",)]


def test_a_worker_without_redis_says_that_it_is_not_needed(tmp_home):
    call("init")
    answer = call("worker")
    assert answer.code == 2
    assert "worker не нужен" in answer.err


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nowhere/redis.sock"])
def test_a_worker_whose_redis_is_away_ends_with_words(tmp_home, monkeypatch, url):
    call("init")
    monkeypatch.setenv("MARSHRUT_REDIS", url)
    answer = call("worker", "--burst")
    assert answer.code == 2
    assert "Redis не отвечает" in answer.err


def test_a_worker_empties_its_queue_and_ends(tmp_home, monkeypatch, redis_url):
    call("init")
    monkeypatch.setenv("MARSHRUT_REDIS", redis_url)
    assert call("worker", "--burst").code == 0
