"""The one window looks for a second card of the same person and for cases that are open already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.cases.queries import case_card, case_variables
from engine.cases.service import cancel_case, start_case
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, StartCase, Value
from engine.runtime import Runtime
from tests.factories.access import make_actor
from tests.factories.cases import END, START, chain, diagram, flows, publish_files, user_task
from tests.factories.records import make_family, make_person

LOOKS = diagram(
    "looks",
    START
    + '<serviceTask id="op" name="Найти совпадения" camunda:type="external" camunda:topic="intake.matches"/>'
    + user_task("a")
    + END
    + flows("s op a e"),
)


def looked(
    rt: Runtime, clerk: Actor, person: int | None = None, family: int | None = None
) -> Mapping[str, Value]:
    """What a new case about them has found."""
    publish_files(rt, LOOKS, chain("other", user_task("b")))
    command = StartCase(clerk, "looks", {}, person_id=person, family_id=family, label="семья Лапшиных")
    case = start_case(rt, command)
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        return case_variables(rt, conn, case_card(rt, conn, clerk, case.id))


def test_another_card_of_the_same_person_is_found_by_its_number(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    known = make_person(rt, clerk)
    again = make_person(rt, clerk)
    [found] = looked(rt, clerk, person=again)["совпадения"]
    assert found["карточка"] == f"№ {known}"
    assert found["совпало"] == "имя и дата рождения"
    assert found["организация"]


def test_a_card_without_a_birth_date_is_said_to_have_none(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    make_person(rt, clerk, birth=None)
    [found] = looked(rt, clerk, person=make_person(rt, clerk))["совпадения"]
    assert found["совпало"] == "имя, даты рождения нет"


def test_somebody_else_is_no_match_and_nobody_is_asked_about_has_none(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    make_person(rt, clerk, birth=date(1990, 3, 15))
    assert looked(rt, clerk, person=make_person(rt, clerk))["совпадения"] == []
    assert looked(rt, clerk) == {"совпадения": [], "открытые_дела": []}


def test_open_cases_of_the_person_or_the_family_are_named_and_ended_ones_are_not(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05", "R07")
    family, mother, _ = make_family(rt, clerk)
    publish_files(rt, chain("other", user_task("b")))
    of_family = start_case(rt, StartCase(clerk, "other", {}, family_id=family, label="семья Лапшиных"))
    of_mother = start_case(rt, StartCase(clerk, "other", {}, person_id=mother, label="Лапшина О. С."))
    over = start_case(rt, StartCase(clerk, "other", {}, person_id=mother, label="Лапшина О. С."))
    cancel_case(rt, clerk, over.id, "открыто по ошибке")
    found = looked(rt, clerk, person=mother, family=family)["открытые_дела"]
    assert [each["номер"] for each in found] == [of_family.number, of_mother.number]
