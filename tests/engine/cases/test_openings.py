"""A form that somebody has begun waits for them, until the case is opened or they drop it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.cases.openings import begun, drop_opening, keep_opening, kept_opening
from engine.cases.service import start_case
from engine.clock import MovableClock
from engine.errors import InvalidData, NotFound
from engine.model import Actor, StartCase
from engine.records.service import erase_person
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import chain, publish_files, user_task
from tests.factories.records import make_person


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    publish_files(rt, chain("small", user_task("a")), chain("other", user_task("a")))
    return make_actor(rt, "R05")


def later(rt: Runtime, by: timedelta) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(by)


def kept(rt: Runtime, actor: Actor, person_id: int | None, process: str = "small") -> dict[str, Any] | None:
    with rt.database.read() as conn:
        found = kept_opening(rt, conn, actor, process, person_id)
    return found[0] if found else None


def waiting(rt: Runtime, actor: Actor) -> list[tuple[str, int | None]]:
    with rt.database.read() as conn:
        return [(each.process, each.person_id) for each in begun(conn, actor)]


def test_what_was_typed_last_waits_for_whoever_typed_it(rt: Runtime, clerk: Actor) -> None:
    person = make_person(rt, clerk)
    keep_opening(rt, clerk, "small", person, {"повод": "нет"})
    keep_opening(rt, clerk, "small", person, {"повод": "нет жилья"})
    assert kept(rt, clerk, person) == {"повод": "нет жилья"}
    assert kept(rt, make_actor(rt, "R05"), person) is None


def test_each_pathway_and_each_subject_has_its_own(rt: Runtime, clerk: Actor) -> None:
    person = make_person(rt, clerk)
    for process, subject in (("small", person), ("small", None), ("other", None)):
        keep_opening(rt, clerk, process, subject, {"где": f"{process} {subject}"})
        later(rt, timedelta(minutes=1))
    assert waiting(rt, clerk) == [("other", None), ("small", None), ("small", person)]
    drop_opening(rt, clerk, "small", None)
    assert kept(rt, clerk, None, "other") == {"где": "other None"}
    assert waiting(rt, clerk) == [("other", None), ("small", person)]


def test_an_opened_case_leaves_nothing_behind(rt: Runtime, clerk: Actor) -> None:
    person = make_person(rt, clerk)
    keep_opening(rt, clerk, "small", person, {"повод": "нет жилья"})
    start_case(rt, StartCase(clerk, "small", person_id=person))
    assert waiting(rt, clerk) == []


def test_what_nobody_has_touched_for_a_month_is_forgotten(rt: Runtime, clerk: Actor) -> None:
    keep_opening(rt, clerk, "small", None, {})
    later(rt, timedelta(days=31))
    keep_opening(rt, make_actor(rt, "R05"), "small", None, {})
    assert waiting(rt, clerk) == []


def test_it_goes_with_the_person_who_is_erased(rt: Runtime, clerk: Actor) -> None:
    person = make_person(rt, clerk)
    keep_opening(rt, clerk, "small", person, {"повод": "нет жилья"})
    erase_person(rt, make_actor(rt, "R28"), person, "акт № 1 от 12.01.2026")
    assert kept(rt, clerk, person) is None


def test_nothing_is_kept_about_somebody_out_of_reach(rt: Runtime, clerk: Actor) -> None:
    person = make_person(rt, clerk)
    stranger = make_actor(rt, "R05", unit_id=town(rt).care)
    with pytest.raises(NotFound):
        keep_opening(rt, stranger, "small", person, {})


def test_a_form_that_grows_beyond_measure_is_refused(rt: Runtime, clerk: Actor) -> None:
    with pytest.raises(InvalidData, match="1 МБ"):
        keep_opening(rt, clerk, "small", None, {"повод": "ф" * 600_000})
