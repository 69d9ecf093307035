"""Visits to families: appointed, taken from the schedule, recorded; who is asked; which car is free."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import pytest
from sqlalchemy import Connection, insert, update

from engine.access.service import set_active
from engine.errors import Conflict, InvalidData, NotAllowed, NotFound
from engine.model import SYSTEM, Actor
from engine.records import cars, crews, visits
from engine.records.registers import Subject
from engine.records.service import add_settlement
from engine.records.tables import person, visit, visit_plan
from engine.records.visits import Visit
from engine.runtime import Runtime
from tests.factories.access import make_account, make_actor, town
from tests.factories.records import make_family

DAY = date(2026, 2, 5)
T = TypeVar("T")


@pytest.fixture
def clerk(rt_both: Runtime) -> Actor:
    return make_actor(rt_both, "R13")


@pytest.fixture
def family(rt_both: Runtime, clerk: Actor) -> Subject:
    return Subject(make_family(rt_both, clerk)[0], None)


def write(rt: Runtime, deed: Callable[[Connection], T]) -> T:
    with rt.database.write() as conn:
        return deed(conn)


def opened(
    rt: Runtime, subject: Subject, day: date = DAY, *, planned: bool = False, visit_id: int | None = None
) -> Visit:
    return write(
        rt,
        lambda conn: visits.open_visit(
            conn,
            subject,
            case_id=1,
            unit_id=town(rt).families,
            day=day,
            planned=planned,
            urgent=False,
            visit_id=visit_id,
        ),
    )


def closed(rt: Runtime, number: int, outcome: str = "состоялся", minutes: int | None = 30) -> None:
    write(rt, lambda conn: visits.close_visit(conn, number, outcome, day=DAY, minutes=minutes))


def scheduled(
    rt: Runtime, subject: Subject, day: date, *, approved: bool = True, car_id: int | None = None
) -> int:
    """A visit of the schedule that no case has taken yet."""
    with rt.database.write() as conn:
        plan = {
            "municipality_id": town(rt).municipality,
            "year": 2026,
            "case_id": 9,
            "approved_at": 1 if approved else None,
        }
        number = conn.execute(insert(visit_plan).returning(visit_plan.c.id), plan).scalar_one()
        row = {
            "plan_id": number,
            "family_id": subject.family_id,
            "unit_id": town(rt).families,
            "day": day.isoformat(),
            "status": 0,
            "car_id": car_id,
        }
        return int(conn.execute(insert(visit).returning(visit.c.id), row).scalar_one())


def between(rt: Runtime, actor: Actor, first: date = DAY, last: date = DAY) -> list[Visit]:
    with rt.database.read() as conn:
        return visits.visits_between(conn, actor, first, last)


# --- the visit ------------------------------------------------------------------------------------


def test_a_case_appoints_a_visit_and_records_how_it_ended(
    rt_both: Runtime, clerk: Actor, family: Subject
) -> None:
    made = opened(rt_both, family)
    assert (made.words, made.day, made.case_id) == ("назначен", DAY, 1)
    write(rt_both, lambda conn: visits.make_ready(conn, made.id, car_id=None, full_crew=True))
    closed(rt_both, made.id, minutes=35)
    [found] = between(rt_both, clerk)
    assert (found.words, found.full_crew, found.minutes, found.took_place) == ("состоялся", True, 35, True)


def test_a_visit_that_is_put_off_stays_one_visit(rt_both: Runtime, family: Subject) -> None:
    made = opened(rt_both, family)
    moved = opened(rt_both, family, date(2026, 2, 9), visit_id=made.id)
    assert (moved.id, moved.day) == (made.id, date(2026, 2, 9))


def test_a_second_try_after_nobody_was_at_home_is_a_visit_of_its_own(
    rt_both: Runtime, family: Subject
) -> None:
    made = opened(rt_both, family)
    closed(rt_both, made.id, "никого нет")
    assert opened(rt_both, family, visit_id=made.id).id != made.id


def test_a_planned_visit_is_taken_from_the_approved_schedule(rt_both: Runtime, family: Subject) -> None:
    far = scheduled(rt_both, family, date(2026, 2, 18))
    with rt_both.database.write() as conn:
        row = {"plan_id": 1, "family_id": family.family_id, "unit_id": town(rt_both).families, "status": 0}
        near = conn.execute(insert(visit).returning(visit.c.id), {**row, "day": "2026-02-06"}).scalar_one()
    taken = opened(rt_both, family, planned=True)
    assert (taken.id, taken.day) == (near, DAY)
    assert taken.id != far


@pytest.mark.parametrize(("day", "approved"), [(date(2026, 3, 20), True), (DAY, False)])
def test_what_is_far_away_or_only_a_draft_is_not_taken(
    rt_both: Runtime, family: Subject, day: date, approved: bool
) -> None:
    number = scheduled(rt_both, family, day, approved=approved)
    assert opened(rt_both, family, planned=True).id != number


def test_a_visit_is_recorded_once(rt_both: Runtime, family: Subject) -> None:
    made = opened(rt_both, family)
    closed(rt_both, made.id)
    with pytest.raises(Conflict, match="уже записан"):
        closed(rt_both, made.id)


def test_an_outcome_that_no_form_offers_is_refused(rt_both: Runtime, family: Subject) -> None:
    made = opened(rt_both, family)
    with pytest.raises(InvalidData):
        closed(rt_both, made.id, "дождь")
    with pytest.raises(NotFound):
        closed(rt_both, made.id + 100)


def test_a_schedule_shows_only_families_within_reach(rt_both: Runtime, clerk: Actor, family: Subject) -> None:
    opened(rt_both, family)
    stranger = make_actor(rt_both, "R14", unit_id=town(rt_both).administration)
    assert [len(between(rt_both, who)) for who in (clerk, stranger)] == [1, 0]
    with pytest.raises(NotAllowed):
        between(rt_both, make_actor(rt_both, "R18"))


def test_a_draft_of_the_schedule_is_not_shown(rt_both: Runtime, clerk: Actor, family: Subject) -> None:
    scheduled(rt_both, family, DAY, approved=False)
    assert between(rt_both, clerk) == []


def test_the_share_of_full_crews_counts_visits_of_the_commission_that_took_place(
    rt_both: Runtime, family: Subject
) -> None:
    ends = [
        ("состоялся", True, True),
        ("опасность", False, True),
        ("никого нет", True, True),
        ("состоялся", True, False),
    ]
    for outcome, full, commission in ends:
        made = opened(rt_both, family)
        with rt_both.database.write() as conn:
            visits.make_ready(conn, made.id, car_id=None, full_crew=full, commission=commission)
        closed(rt_both, made.id, outcome)
    with rt_both.database.read() as conn:
        assert visits.full_crew_share(visits.visits_of(conn, family)) == (1, 2)


def test_a_visit_knows_the_village_of_the_family(rt_both: Runtime, clerk: Actor, family: Subject) -> None:
    home = town(rt_both).municipality
    place = add_settlement(rt_both, SYSTEM, municipality_id=home, kind="село", name="Ключевое", rural=True)
    write(rt_both, lambda conn: conn.execute(update(person).values(settlement_id=place)))
    assert opened(rt_both, family).settlement_id == place


def next_day(rt: Runtime, subject: Subject, today: date = DAY, months: int = 1) -> date:
    with rt.database.read() as conn:
        return visits.next_day(conn, subject, today, months)


def test_a_family_is_visited_next_by_the_schedule(rt_both: Runtime, family: Subject) -> None:
    scheduled(rt_both, family, date(2026, 4, 20))
    assert next_day(rt_both, family) == date(2026, 4, 20)


def test_without_a_schedule_the_period_counts_from_the_last_visit(rt_both: Runtime, family: Subject) -> None:
    assert next_day(rt_both, family) == date(2026, 3, 5)
    closed(rt_both, opened(rt_both, family).id)
    assert next_day(rt_both, family, date(2026, 2, 20), 2) == date(2026, 4, 5)


def test_a_visit_that_should_have_been_long_ago_is_made_today(rt_both: Runtime, family: Subject) -> None:
    closed(rt_both, opened(rt_both, family).id)
    assert next_day(rt_both, family, date(2026, 9, 1)) == date(2026, 9, 1)


def test_a_try_when_nobody_was_at_home_does_not_move_the_next_visit(
    rt_both: Runtime, family: Subject
) -> None:
    closed(rt_both, opened(rt_both, family).id, "никого нет")
    assert next_day(rt_both, family, date(2026, 3, 1)) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("day", "months", "answer"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_one(day: date, months: int, answer: date) -> None:
    assert visits.months_after(day, months) == answer


# --- the crew -------------------------------------------------------------------------------------


def asked(rt: Runtime, *services: str) -> list[crews.Asked]:
    with rt.database.read() as conn:
        return crews.asked_for(conn, rt.directory.tree(), town(rt).families, services)


def test_a_service_is_asked_through_whoever_plays_its_role(rt_both: Runtime, clerk: Actor) -> None:
    inspector = make_account(rt_both, "R15", unit_id=town(rt_both).administration)
    police, hospital = asked(rt_both, "police", "crb")
    assert (police.title, police.account_id) == ("полиция", inspector)
    assert police.name
    assert (hospital.title, hospital.name, hospital.account_id) == ("больница", "", None)


def test_nobody_is_asked_twice_and_unknown_services_are_left_out(rt_both: Runtime, clerk: Actor) -> None:
    assert [each.service for each in asked(rt_both, "kdn", "kdn", "aliens", "opeka")] == ["kdn", "opeka"]


def test_whoever_has_left_is_not_asked(rt_both: Runtime, clerk: Actor) -> None:
    inspector = make_account(rt_both, "R15")
    set_active(rt_both, SYSTEM, inspector, active=False)
    assert asked(rt_both, "police")[0].account_id is None


def test_a_role_of_many_partners_names_nobody(rt_both: Runtime, clerk: Actor) -> None:
    make_account(rt_both, "R20")
    assert asked(rt_both, "mchs")[0].account_id is None


def test_the_answers_of_the_crew_are_kept_in_order(rt_both: Runtime, family: Subject) -> None:
    made = opened(rt_both, family)
    members = [crews.Member("police", "Сомов К. П.", comes=True), crews.Member("crb", "", comes=False)]
    for _ in range(2):
        write(rt_both, lambda conn: crews.keep_members(conn, made.id, members))
    with rt_both.database.read() as conn:
        assert crews.members_of(conn, [made.id]) == {made.id: members}


# --- cars -----------------------------------------------------------------------------------------


@pytest.fixture
def dispatcher(rt_both: Runtime) -> Actor:
    return make_actor(rt_both, "R18")


def listed(rt: Runtime, *, retired: bool = False) -> list[str]:
    with rt.database.read() as conn:
        found = cars.cars_of(conn, rt.directory.tree(), town(rt).care, retired=retired)
    return [each.title for each in found]


def test_the_dispatcher_keeps_the_list_of_cars(rt_both: Runtime, dispatcher: Actor) -> None:
    van = cars.add_car(rt_both, dispatcher, "  ГАЗель   № 1 ", 8)
    cars.add_car(rt_both, dispatcher, "Легковая № 2", 4)
    assert listed(rt_both) == ["ГАЗель № 1", "Легковая № 2"]
    cars.retire_car(rt_both, dispatcher, van)
    assert listed(rt_both) == ["Легковая № 2"]
    assert listed(rt_both, retired=True) == ["ГАЗель № 1", "Легковая № 2"]


def test_a_car_needs_a_title_and_seats(rt_both: Runtime, dispatcher: Actor) -> None:
    with pytest.raises(InvalidData) as refused:
        cars.add_car(rt_both, dispatcher, " ", 0)
    assert refused.value.errors.keys() == {"title", "seats"}


def test_others_do_not_touch_the_cars(rt_both: Runtime, dispatcher: Actor) -> None:
    van = cars.add_car(rt_both, dispatcher, "ГАЗель", 8)
    clerk = make_actor(rt_both, "R05")
    abroad = make_actor(rt_both, "R18", unit_id=town(rt_both).administration)
    with pytest.raises(NotAllowed):
        cars.add_car(rt_both, clerk, "Моя", 4)
    for stranger in (clerk, abroad):
        with pytest.raises(NotAllowed):
            cars.retire_car(rt_both, stranger, van)
    with pytest.raises(NotFound):
        cars.retire_car(rt_both, dispatcher, van + 1)


def test_a_form_offers_free_cars_first_and_says_where_the_others_go(
    rt_both: Runtime, dispatcher: Actor, family: Subject
) -> None:
    first = cars.add_car(rt_both, dispatcher, "Автобус", 15)
    second = cars.add_car(rt_both, dispatcher, "Легковая", 4)
    made = opened(rt_both, family)
    write(rt_both, lambda conn: visits.make_ready(conn, made.id, car_id=first, full_crew=True))
    with rt_both.database.read() as conn:
        known = cars.cars_of(conn, rt_both.directory.tree(), town(rt_both).families)
        offered = cars.choices(known, cars.taken_on(conn, DAY))
        assert cars.taken_on(conn, date(2026, 2, 6)) == {}
    assert offered == [
        {"label": "Легковая", "value": str(second)},
        {"label": "Автобус — занята: другой выезд", "value": str(first)},
    ]
