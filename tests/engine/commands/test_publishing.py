"""`marshrut publish`."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine.bootstrap import open_runtime
from engine.definitions.tables import release
from engine.runtime import Runtime
from engine.settings import load
from tests.engine.commands.calling import call
from tests.factories.cases import chain, user_task


@pytest.fixture
def instance(ready_home):
    """An instance in the home of the test."""
    return open_runtime(load())


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.bpmn"
    path.write_bytes(chain("small", user_task("a")).content)
    return path


def releases(rt: Runtime) -> int:
    with rt.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(release)).scalar_one())


def test_files_are_published_and_numbered(instance, small):
    first = call("publish", str(small), "--note", "Первая", "--json")
    assert first.code == 0
    assert first.json["published"] is True
    assert first.json["versions"] == [{"kind": "bpmn", "key": "small", "version": 1, "new": True}]
    small.write_bytes(chain("small", user_task("a"), user_task("b")).content)
    assert call("publish", str(small), "--json").json["versions"][0]["version"] == 2


def test_the_same_bytes_are_no_new_version(instance, small):
    call("publish", str(small))
    answer = call("publish", str(small))
    assert answer.out == "схема small, версия 1: такая уже есть\n"


def test_of_files_with_an_error_none_is_published(instance, small, tmp_path):
    wrong = tmp_path / "wrong.bpmn"
    wrong.write_bytes(chain("wrong", user_task("a")).content.replace(b'targetRef="e"', b'targetRef="x"'))
    before = releases(instance)
    answer = call("publish", str(small), str(wrong), "--json")
    assert answer.code == 1
    assert answer.json["published"] is False
    assert [each["ok"] for each in answer.json["files"]] == [True, False]
    assert releases(instance) == before
    assert "Ничего не опубликовано" in call("publish", str(wrong)).out


def test_without_an_instance_it_says_what_to_do(tmp_home, small):
    answer = call("publish", str(small))
    assert answer.code == 2
    assert "marshrut init" in answer.err
