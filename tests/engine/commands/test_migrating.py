"""`marshrut migrate`."""

from __future__ import annotations

import pytest

from engine.access.tables import AGENCY
from engine.access.units import NewUnit, create_unit
from engine.bootstrap import open_runtime
from engine.cases.service import start_case
from engine.model import SYSTEM, StartCase
from engine.settings import load
from tests.engine.commands.calling import call
from tests.factories.cases import chain, open_nodes, publish_files, user_task


@pytest.fixture
def instance(ready_home):
    """An instance with a case of version 1 and a newer version."""
    rt = open_runtime(load())
    unit = create_unit(rt, SYSTEM, NewUnit(name="Отдел", kind=AGENCY, zone="Europe/Moscow"))
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    start_case(rt, StartCase(SYSTEM, "small", label="проба", unit_id=unit))
    publish_files(rt, chain("small", user_task("a"), user_task("b"), user_task("c")))
    publish_files(rt, chain("small", user_task("first"), user_task("b")))
    return rt


def test_a_plan_tells_what_each_case_says_and_changes_nothing(instance):
    answer = call("migrate", "small", "--to", "2")
    assert answer.code == 0
    assert "small-2026-0001 (версия 1): переводится" in answer.out
    assert "Ничего не изменено" in answer.out
    assert call("migrate", "small", "--to", "2", "--json").json["cases"][0]["outcome"] == "moves"


def test_what_can_not_move_says_why_unless_it_is_mapped(instance):
    answer = call("migrate", "small", "--to", "3", "--plan", "--json")
    assert answer.code == 1
    assert (answer.json["cases"][0]["outcome"], answer.json["cases"][0]["lacks"]) == ("cannot", "a")
    assert call("migrate", "small", "--to", "3", "--rename", "a=first").code == 0


def test_cases_are_moved_and_taken_back(instance):
    done = call(
        "migrate", "small", "--to", "3", "--rename", "a=first", "--do", "--reason", "Так надо", "--json"
    )
    assert (done.code, done.json["done"]) == (0, 1)
    assert open_nodes(instance) == ["first"]
    back = call("migrate", "small", "--undo", str(done.json["plan"]), "--reason", "Поспешили")
    assert back.code == 0
    assert "Возвращено: 1 из 1" in back.out
    assert open_nodes(instance) == ["a"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--to"),
        (("--to", "9"), "Версии 9"),
        (("--to", "2", "--do"), "причину"),
        (("--to", "2", "--rename", "a"), "было=стало"),
    ],
)
def test_what_is_missing_is_said(instance, arguments, words):
    answer = call("migrate", "small", *arguments)
    assert answer.code == 2
    assert words in answer.err
