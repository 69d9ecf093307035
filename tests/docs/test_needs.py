"""What was asked for and where it is: every place of the page exists, its steps are done in its scenarios."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from lxml import etree

from tests.guards.tree import ROOT
from tests.processes.shipped import (
    BPMN,
    PROCESSES,
    components,
    drawings,
    forms,
    norms,
    roles,
    scenario_files,
    scenarios,
)
from tests.webui.routes import ROUTES

ASKED = """
N21 N27 N49-51 N99 N101 N102 C21-32 A41
N24 N54 N112 N120 C18 C70 C103 C104
C2 C3 C33-39 C42 C43 C46 N104
C41 C44 C45 C64-69 C71 C72 A16 A26 N125 I40-43
N25 N52 N53 N61 N62 N105-109 C5 C6 C47 C49 C121
N30 N47 N48 N128 C48 C50 C75 C76 C89 C92-99 C117
C7 C12-16 C51-63 C126 C129
A3-7 A17 A18 A22 A23 A42-45 A54 C109-111
A19-21 A24 A25 A46-52
A33-39 A53
C83 C84 N79
A9-15 C8-11 C17 C19 C20 N1 N2 N17-20 N29 N64 C1 N44 N100 N5 N36 N38 C132
I2-4 I7 I27 I31 I56 I67 K24
"""
"""What the pathways p01–p10 and p23 were asked for, a line for each; then who takes part and by what
grounds."""

NODES = {name: node for drawing in drawings() for name, node in drawing.nodes.items()}
PEOPLE = {task.get("id") for drawing in drawings() for task in drawing.of_kind("userTask")}


class Need(NamedTuple):
    """A line of the page: backticked words of its columns."""

    id: str
    places: list[str]
    tests: list[str]
    served: bool


def asked() -> list[str]:
    found = []
    for letter, first, last in re.findall(r"([ACIKN])(\d+)(?:-(\d+))?", ASKED):
        found += [f"{letter}{number}" for number in range(int(first), int(last or first) + 1)]
    return found


@functools.cache
def needs() -> tuple[Need, ...]:
    page = (ROOT / "docs" / "needs.ru.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([ACIKN]\d+) \| .+? \| (.+) \| (.+) \|$", page, re.MULTILINE)
    quoted = re.compile(r"`([^`]+)`")
    return tuple(
        Need(id, quoted.findall(where), quoted.findall(tests), "**ещё нет**" not in where)
        for id, where, tests in rows
    )


@functools.cache
def done_in(scenario: str) -> set[str]:
    """Steps that people complete in `<pathway>/<scenario>`."""
    process, _, name = scenario.partition("/")
    path = PROCESSES / process / "scenarios" / f"{name}.yaml"
    return {step.get("complete") for one in scenarios(path) for step in one["steps"]}


@functools.cache
def messages() -> set[str]:
    return {
        message.get("name", "") for drawing in drawings() for message in drawing.root.iter(f"{BPMN}message")
    }


@functools.cache
def decisions() -> set[str]:
    return {
        decision.get("id", "")
        for path in PROCESSES.rglob("*.dmn")
        for decision in etree.parse(path).iterfind(".//{*}decision")
    }


@functools.cache
def documents() -> set[str]:
    return {path.stem for path in PROCESSES.glob("*/documents/*.docx")}


def is_there(place: str) -> bool:
    """Whether there is such an address, role, form (or field of it), decision, document, term, message,
    element.
    """
    if place.startswith("/"):
        return ("GET", place) in ROUTES
    if place.startswith("msg."):
        return place in messages()
    if found := re.fullmatch(r"(F\d+)(?:\.(\w+))?", place):
        form, field = found.groups()
        return form in forms() and (
            field is None or field in {part.get("key") for part in components(forms()[form])}
        )
    return place in decisions() | documents() | norms() | roles().keys() | NODES.keys()


def is_a_test(name: str) -> bool:
    """A scenario, or a test of a file."""
    path, _, test = name.partition("::")
    if test:
        return f"\ndef {test}(" in (ROOT / path).read_text(encoding="utf-8")
    return name in {f"{path.parts[-3]}/{path.stem}" for path in scenario_files()}


def test_everything_that_was_asked_for_stands_on_the_page_once():
    assert sorted(need.id for need in needs()) == sorted(asked())


def test_everything_that_was_asked_for_is_served():
    assert [need.id for need in needs() if not need.served] == []


def test_whatever_serves_a_need_exists():
    wrong = {need.id: [place for place in need.places if not is_there(place)] for need in needs()}
    assert {id: places for id, places in wrong.items() if places} == {}
    assert [need.id for need in needs() if need.served and not need.places] == []


def test_whatever_serves_a_need_is_tried():
    wrong = {need.id: [name for name in need.tests if not is_a_test(name)] for need in needs()}
    assert {id: names for id, names in wrong.items() if names} == {}
    assert [need.id for need in needs() if need.served is not bool(need.tests)] == []


def test_every_step_that_serves_a_need_is_done_in_a_scenario_beside_it():
    for need in needs():
        if need.served:
            done = {step for name in need.tests if "::" not in name for step in done_in(name)}
            assert PEOPLE & set(need.places) - done == set(), need.id
