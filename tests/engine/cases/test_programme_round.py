"""Once a month the programmes that nobody hands to the regional register are found and proposed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.cases.queries import case_card, case_variables
from engine.cases.service import StartedCase, start_case
from engine.cases.tables import case_
from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, StartCase
from engine.resources import forms_dir, processes_dir
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import END, START, complete, diagram, flows, open_nodes, publish_files, user_task
from tests.factories.records import make_family

ROUND, EXPORT, CHOOSE = "p05_export_round", "p05_export", "p05_export_round_ut_choose"
PLAN: dict[str, Any] = {"цель_сопровождения": "Мать растит детей сама.", "новые_меры": []}


@pytest.fixture
def keeper(rt: Runtime) -> Actor:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    steps = user_task("p05_work_ut_plan") + user_task("later")
    support = diagram(
        "p05_family_support", START + steps + END + flows("s p05_work_ut_plan later e"), number="СС"
    )
    files = [
        *(processes_dir() / EXPORT).glob("*.bpmn"),
        *(processes_dir() / ROUND).glob("*.bpmn"),
        *(forms_dir() / f"F{number}.form" for number in (205, 206, 207, 211)),
    ]
    publish_files(rt, support, *(Upload(file.name, file.read_bytes()) for file in files))
    return make_actor(rt, "R24", "R03", "R05")


def planned(rt: Runtime, keeper: Actor) -> StartedCase:
    """A family with a plan of support that is ready."""
    family, mother, _ = make_family(rt, keeper)
    command = StartCase(keeper, "p05_family_support", {}, person_id=mother, family_id=family, label="семья")
    made = start_case(rt, command, check_form=False)
    complete(rt, keeper, "p05_work_ut_plan", PLAN)
    return made


def fifth(rt: Runtime, month: int) -> None:
    """The morning on which the calendar opens the round of that month."""
    rt.clock.set(datetime.fromisoformat(f"2026-{month:02}-05T09:30+03:00"))  # type: ignore[attr-defined]
    sweep_until_idle(rt)


def proposed(rt: Runtime, keeper: Actor) -> list[str]:
    """Numbers of the cases that the newest round proposes."""
    wanted = select(case_.c.id).where(case_.c.process == ROUND).order_by(case_.c.id.desc()).limit(1)
    with rt.database.read() as conn:
        card = case_card(rt, conn, keeper, conn.execute(wanted).scalar_one())
        return [each["дело"] for each in case_variables(rt, conn, card)["ждут"]]


def exports(rt: Runtime) -> list[int]:
    with rt.database.read() as conn:
        wanted = select(case_.c.family_id).where(case_.c.process == EXPORT).order_by(case_.c.id)
        return list(conn.execute(wanted).scalars())


def test_a_finished_plan_is_proposed_once_a_month_until_somebody_begins_to_hand_it_over(
    rt: Runtime, keeper: Actor
) -> None:
    first, second = planned(rt, keeper), planned(rt, keeper)
    fifth(rt, 2)
    assert proposed(rt, keeper) == [first.number, second.number]
    complete(rt, keeper, CHOOSE, {"передаём_дела": [second.number]})
    sweep_until_idle(rt)
    assert exports(rt) == [2]
    assert open_nodes(rt)[-1] == "p05_export_ut_hand"
    fifth(rt, 3)
    assert proposed(rt, keeper) == [first.number]
    complete(rt, keeper, CHOOSE, {"передаём_дела": [first.number]})
    sweep_until_idle(rt)
    fifth(rt, 4)
    assert proposed(rt, keeper) == []
    assert CHOOSE not in open_nodes(rt)


def test_what_was_not_handed_over_for_three_months_is_proposed_no_more(rt: Runtime, keeper: Actor) -> None:
    planned(rt, keeper)
    for month in (2, 3, 4):
        fifth(rt, month)
        assert len(proposed(rt, keeper)) == 1
        complete(rt, keeper, CHOOSE, {"передаём_дела": []})
        sweep_until_idle(rt)
    fifth(rt, 5)
    assert proposed(rt, keeper) == []
    assert exports(rt) == []


def test_a_programme_that_whoever_chose_may_not_see_is_left(rt: Runtime, keeper: Actor) -> None:
    made = planned(rt, keeper)
    complete(rt, keeper, "later")
    elsewhere = {"unit_id": town(rt).administration, "agency_id": town(rt).administration, "owner_id": None}
    with rt.database.write() as conn:
        conn.execute(update(case_).where(case_.c.id == made.id).values(elsewhere))
    fifth(rt, 2)
    assert proposed(rt, keeper) == [made.number]
    complete(rt, keeper, CHOOSE, {"передаём_дела": [made.number]})
    sweep_until_idle(rt)
    assert exports(rt) == []
