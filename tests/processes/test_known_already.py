"""What a case knows is not asked again, and what has no sense is refused where it is typed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.processes.shipped import PROCESSES, camunda, drawing

FORMS = PROCESSES.parent / "forms"
WRITTEN = {"radio", "checklist", "checkbox", "textfield", "textarea", "datetime", "number", "select"}
"""Kinds of fields that people fill in."""


def parts(key: str) -> list[dict[str, Any]]:
    """Every component of a form, those of groups and lists too."""
    found: list[dict[str, Any]] = []
    todo = list(json.loads((FORMS / f"{key}.form").read_text(encoding="utf-8"))["components"])
    while todo:
        part = todo.pop(0)
        found.append(part)
        todo += part.get("components", [])
    return found


def test_the_ruling_sent_to_the_family_has_the_number_and_the_day_of_the_minutes():
    notify = drawing("p08_register").nodes["p08_register_ut_notify"]
    inputs = {each.get("name"): each.text for each in notify.iter() if each.tag.endswith("inputParameter")}
    assert camunda(notify, "formRef") == "F72"
    assert inputs == {
        "номер_постановления": "=протокол_комиссии.номер",
        "дата_постановления": "=протокол_комиссии.дата",
    }


@pytest.mark.parametrize(
    ("process", "step"), [("p01_one_window", "p01_ut_register"), ("p02_urgent_help", "p02_ut_take_call")]
)
def test_the_moment_of_an_appeal_stands_in_its_card(process, step):
    inputs = drawing(process).nodes[step].iter()
    named = {each.get("name"): each.text for each in inputs if each.tag.endswith("inputParameter")}
    assert "today()" in named["дата_обращения"]
    assert "now()" in named["время_обращения"]


@pytest.mark.parametrize(
    ("form", "field"), [("F39", "срок"), ("F73", "срок"), ("F85", "дата_визита"), ("F88", "срок")]
)
def test_nobody_is_given_a_day_that_has_passed(form, field):
    [day] = [part for part in parts(form) if part.get("key") == field]
    assert day["disallowPassedDates"] is True


@pytest.mark.parametrize("form", ["F75", "F80", "F82", "F83", "F89", "F188"])
def test_days_in_a_table_are_written_as_people_write_them(form):
    for table in (part for part in parts(form) if part["type"] == "table"):
        for day in {column["key"] for column in table["columns"]} & {"день", "дата"}:
            assert re.search(rf'{day}: substring\(string\(р\.{day}\), 9, 2\) \+ "\."', table["dataSource"])


@pytest.mark.parametrize("step", ["p08_prevention_ut_contact", "p08_prevention_ut_assess"])
def test_what_is_written_again_and_again_begins_without_the_words_of_the_last_time(step):
    repeated = drawing("p08_prevention").nodes[step]
    emptied = {
        each.get("name")
        for each in repeated.iter()
        if each.tag.endswith("inputParameter") and each.text in ("=null", "=false")
    }
    of_the_plan = {"меры_выполнены", "детей_на_учёте"}
    written = {part["key"] for part in parts(camunda(repeated, "formRef")) if part["type"] in WRITTEN}
    assert written - of_the_plan <= emptied
