"""A family leaves the register, comes back, moves house: what becomes of visits ahead, and who is told."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, select, update

from engine.cases.service import start_case
from engine.jobs.sweep import sweep_until_idle
from engine.model import SYSTEM, Actor, StartCase
from engine.records import cars, visits
from engine.records.registers import Subject
from engine.records.service import add_settlement
from engine.records.tables import visit, visit_plan
from engine.records.visits import Visit
from engine.runtime import Runtime
from engine.worklist.relocation import move_family
from engine.worklist.tables import notice
from tests.engine.cases.test_registering import asks
from tests.factories.access import make_account, make_actor, town
from tests.factories.cases import publish_files
from tests.factories.records import make_family

PAST, DAY, LATER = date(2026, 1, 9), date(2026, 2, 5), date(2026, 3, 5)


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    return make_actor(rt, "R13", "R05")


@pytest.fixture
def family(rt: Runtime, clerk: Actor) -> Subject:
    return Subject(make_family(rt, clerk)[0], None)


@pytest.fixture
def van(rt: Runtime) -> int:
    return cars.add_car(rt, make_actor(rt, "R18", unit_id=town(rt).administration), "ГАЗель № 1", 8)


@pytest.fixture
def schedule(rt: Runtime, family: Subject, van: int) -> int:
    """An approved schedule: a visit that took no place, and two ahead with the car. Its number."""
    with rt.database.write() as conn:
        plan = {"municipality_id": town(rt).municipality, "year": 2026, "case_id": 9, "approved_at": 1}
        number = int(conn.execute(insert(visit_plan).returning(visit_plan.c.id), plan).scalar_one())
        for day in (PAST, DAY, LATER):
            row = {"plan_id": number, "family_id": family.family_id, "unit_id": town(rt).families}
            conn.execute(insert(visit), {**row, "day": day.isoformat(), "status": 0, "car_id": van})
    return number


def run(rt: Runtime, clerk: Actor, family: Subject, topic: str) -> None:
    publish_files(rt, asks(topic, регистр="prevention", состояние="СОП", основание="постановление"))
    start_case(rt, StartCase(clerk, "asks", {}, family_id=family.family_id, label="семья Лапшиных"))
    sweep_until_idle(rt)


def scheduled(rt: Runtime) -> list[Visit]:
    with rt.database.read() as conn:
        return visits.by_ids(conn, list(conn.execute(select(visit.c.id)).scalars()))


def far_village(rt: Runtime) -> int:
    place = town(rt).municipality
    return add_settlement(rt, SYSTEM, municipality_id=place, kind="деревня", name="Дальнее", rural=True)


def told(rt: Runtime) -> list[tuple[str, int]]:
    wanted = select(notice.c.kind, notice.c.account_id).order_by(notice.c.id)
    with rt.database.read() as conn:
        return [(row.kind, row.account_id) for row in conn.execute(wanted)]


@pytest.mark.usefixtures("schedule")
def test_whoever_leaves_the_register_is_visited_no_more_and_again_when_they_are_back(
    rt: Runtime, clerk: Actor, family: Subject, van: int
) -> None:
    nurse = make_account(rt, "R16", unit_id=town(rt).administration)
    dispatcher = make_account(rt, "R18", unit_id=town(rt).administration)
    run(rt, clerk, family, "register.enter")
    run(rt, clerk, family, "register.leave")
    assert [each.words for each in scheduled(rt)] == ["назначен", "отменён", "отменён"]
    assert scheduled(rt)[1].reason == "семья снята с профилактического учёта"
    with rt.database.read() as conn:
        assert cars.taken_on(conn, DAY) == {}
    assert {("visits_off", clerk.user_id), ("visits_off", nurse), ("visits_off", dispatcher)} <= set(told(rt))
    assert len(told(rt)) == len(set(told(rt))), "one notice for each, however many visits there are"

    run(rt, clerk, family, "register.enter")
    assert [(each.words, each.reason, each.car_id) for each in scheduled(rt)] == [("назначен", "", van)] * 3
    assert ("visits_back", nurse) in told(rt)


@pytest.mark.usefixtures("schedule")
def test_a_visit_comes_back_without_a_car_that_goes_elsewhere_by_now(
    rt: Runtime, clerk: Actor, family: Subject, van: int
) -> None:
    run(rt, clerk, family, "register.enter")
    run(rt, clerk, family, "register.leave")
    village = far_village(rt)
    with rt.database.write() as conn:
        row = {"unit_id": town(rt).families, "day": DAY.isoformat(), "status": 0, "car_id": van}
        conn.execute(insert(visit), {**row, "settlement_id": village})
    run(rt, clerk, family, "register.enter")
    own = [each for each in scheduled(rt) if each.subject == family]
    assert [each.car_id for each in own] == [van, None, van]


def test_a_visit_that_another_case_has_taken_is_for_that_case_to_decide(
    rt: Runtime, clerk: Actor, family: Subject, schedule: int
) -> None:
    with rt.database.write() as conn:
        taken = (visit.c.plan_id == schedule) & (visit.c.day == DAY.isoformat())
        conn.execute(update(visit).where(taken).values(case_id=77))
    run(rt, clerk, family, "register.enter")
    run(rt, clerk, family, "register.leave")
    assert [each.words for each in scheduled(rt)] == ["назначен", "назначен", "отменён"]


@pytest.mark.usefixtures("schedule")
def test_visits_follow_a_family_that_moves_inside_the_municipality(
    rt: Runtime, clerk: Actor, family: Subject
) -> None:
    nurse = make_account(rt, "R16", unit_id=town(rt).administration)
    village = far_village(rt)
    move_family(rt, clerk, family.family_id or 0, village, "улица Новая, дом 1")
    assert [each.settlement_id for each in scheduled(rt)] == [None, village, village]
    assert ("visits_moved", nurse) in told(rt)
