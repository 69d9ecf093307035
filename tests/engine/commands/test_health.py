"""`marshrut doctor`: each illness is seen, told with what to do, and nothing is changed by looking."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from engine.access.tables import audit
from engine.bootstrap import open_runtime
from engine.cases.tables import incident, outbox
from engine.clock import SystemClock
from engine.deadlines.service import confirm_year
from engine.deadlines.tables import calendar_year
from engine.model import SYSTEM
from engine.settings import load
from engine.storage.moments import to_seconds
from engine.worklist.tables import FAILED, SENT, WAITING, mail
from tests.engine.commands.calling import call


@pytest.fixture
def rt(ready_home):
    """A healthy instance whose calendars are confirmed as far as one looks."""
    ready_home.chmod(0o700)
    made = open_runtime(load())
    for year in (made.clock.now().year, made.clock.now().year + 1):
        if made.calendars.country().year(year).status != "confirmed":
            confirm_year(made, SYSTEM, year, "постановление")
    return made


def signs() -> dict[str, Any]:
    """Findings by name of the check."""
    found = call("doctor", "--json")
    assert found.code == (0 if found.json["ok"] else 1)
    return {each["check"]: each for each in found.json["checks"] if not each["ok"]}


def promise(**changes: Any) -> dict[str, Any]:
    """A row of the outbox."""
    return {
        "kind": "service",
        "idempotency_key": "1-1-0",
        "case_id": 1,
        "key_id": None,
        "payload": b"",
        "next_at": to_seconds(SystemClock().now()),
        "tries": 0,
        **changes,
    }


def test_a_healthy_instance_has_no_findings(rt):
    assert signs() == {}
    answer = call("doctor")
    assert answer.code == 0
    assert "ВНИМАНИЕ" not in answer.out


def test_without_an_instance_it_says_what_to_do(tmp_home):
    answer = call("doctor")
    assert answer.code == 1
    assert "marshrut init" in answer.out


def test_a_master_key_that_others_can_read_is_told(rt, tmp_home):
    (tmp_home / "master.key").chmod(0o644)
    assert "chmod 600" in signs()["settings"]["hint"]


def test_a_folder_that_others_can_read_is_told(rt, tmp_home):
    tmp_home.chmod(0o755)
    assert "chmod 700" in signs()["folder"]["hint"]


def test_a_damaged_database_is_told(rt, tmp_home):
    rt.database.close()
    path = tmp_home / "marshrut.db"
    content = bytearray(path.read_bytes())
    content[20_000:40_000] = b"\xff" * 20_000
    path.write_bytes(content)
    assert signs().keys() & {"integrity", "database"}


def test_keys_of_another_instance_are_told(rt, tmp_home, tmp_path, monkeypatch):
    rt.vault.store.database.close()
    monkeypatch.setenv("MARSHRUT_HOME", str(tmp_path / "other"))
    call("init")
    (tmp_home / "keys.db").write_bytes((tmp_path / "other" / "keys.db").read_bytes())
    monkeypatch.setenv("MARSHRUT_HOME", str(tmp_home))
    assert "database" in signs()


def test_keys_that_are_missing_are_told(rt):
    with rt.database.write() as conn:
        conn.execute(insert(outbox), promise(key_id=999_999))
    assert "не открыть" in signs()["keys"]["message"]


def test_a_calendar_that_nobody_confirmed_is_told(tmp_home):
    call("init")
    rt = open_runtime(load())
    with rt.database.write() as conn:
        conn.execute(update(calendar_year).values(status="unconfirmed"))
    assert "никто не сверил" in signs()["calendar"]["message"]


def test_a_clock_that_went_back_is_told(rt):
    with rt.database.write() as conn:
        ahead = SystemClock().now() + timedelta(hours=1)
        conn.execute(
            insert(audit), {"at": to_seconds(ahead), "actor_id": 0, "action": "view", "kind": "case"}
        )
    assert "Часы машины отстают" in signs()["clock"]["message"]


def test_promises_that_nobody_keeps_are_told(rt):
    late = to_seconds(SystemClock().now() - timedelta(hours=1))
    with rt.database.write() as conn:
        conn.execute(insert(outbox), promise(next_at=late))
    assert "marshrut serve" in signs()["sweep"]["hint"]


def test_promises_that_stand_still_are_told_with_their_problem(rt):
    with rt.database.write() as conn:
        conn.execute(insert(outbox), promise(next_at=None, tries=8, problem="Реестр недоступен."))
    assert signs()["outbox"]["message"] == "Не выполнено: операция, таких 1. Реестр недоступен."


def test_letters_that_wait_for_the_mail_server_are_told(rt):
    letter = {"account_id": 1, "kind": "notice", "message_id": "<1@example.org>", "attempts": 3}
    waiting = {**letter, "about": 1, "state": WAITING, "problem": "Почтовый сервер не отвечает (OSError)."}
    given_up = {
        **letter,
        "about": 2,
        "state": FAILED,
        "problem": "Почтовый сервер не принял письмо (ответ 550).",
    }
    with rt.database.write() as conn:
        conn.execute(insert(mail), [waiting])
    assert signs()["mail"]["message"] == "Письма не уходят и ждут: 1. Почтовый сервер не отвечает (OSError)."
    with rt.database.write() as conn:
        conn.execute(update(mail).values(state=SENT))
        conn.execute(insert(mail), [given_up])
    assert "насовсем: 1" in signs()["mail"]["message"]
    with rt.database.write() as conn:
        conn.execute(insert(mail), [{**letter, "about": 3, "state": SENT, "problem": ""}])
    assert "mail" not in signs()


def test_cases_that_stand_still_are_told(rt):
    with rt.database.write() as conn:
        conn.execute(insert(incident), {"element": 1, "case_id": 1, "node": "g", "message": "x", "at": 0})
    assert "остановок: 1" in signs()["incidents"]["message"]


def test_a_redis_that_is_away_is_told(rt, monkeypatch):
    monkeypatch.setenv("MARSHRUT_REDIS", "redis://127.0.0.1:1/0")
    assert "Redis не отвечает" in signs()["redis"]["message"]


def test_a_disk_that_is_full_is_told(rt, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12, 10**6))
    assert "мало места" in signs()["disk"]["message"]


def test_a_missing_office_is_no_finding(rt, monkeypatch):
    monkeypatch.setattr("engine.documents.office.find", lambda: None)
    answer = call("doctor")
    assert answer.code == 0
    assert "к сведению  LibreOffice нет" in answer.out


def test_looking_changes_nothing(rt, tmp_home):
    rt.database.close()
    with sqlite3.connect(tmp_home / "marshrut.db") as connection:
        before = list(connection.iterdump())
    call("doctor")
    with sqlite3.connect(tmp_home / "marshrut.db") as connection:
        assert list(connection.iterdump()) == before
