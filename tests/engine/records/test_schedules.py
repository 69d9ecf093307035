"""The visits of a year: as often as the state of a family asks, one village a trip, nothing in the way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from engine.access.absences import add_absence
from engine.errors import NotFound
from engine.model import SYSTEM, Actor
from engine.records import cars, registers, schedules, visits
from engine.records.registers import Standing, Subject
from engine.records.schedules import Candidate, Clash, Trip
from engine.records.service import Member, add_settlement, create_family, create_person
from engine.records.visits import Visit
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from tests.factories.access import make_actor, town
from tests.factories.records import LAPSHINA, make_family, make_person

BEFORE = date(2025, 12, 31)
T = TypeVar("T")


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def families(count: int, *, months: int = 1, village: int | None = 1, first: int = 1) -> list[Candidate]:
    numbers = range(first, first + count)
    return [Candidate(Subject(number, None), village, 1, "СОП", months) for number in numbers]


def spread(*wanted: Sequence[Candidate], after: date = BEFORE) -> list[Trip]:
    return schedules.spread([each for group in wanted for each in group], after, 2026, weekdays)


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("months", "visits_a_year"), [(1, 12), (2, 6), (3, 4), (6, 2)])
def test_every_family_is_visited_as_often_as_its_state_asks(months, visits_a_year):
    counted = Counter(trip.candidate.subject for trip in spread(families(7, months=months)))
    assert set(counted.values()) == {visits_a_year}
    assert len(counted) == 7


def test_visits_of_a_family_keep_their_distance():
    days = sorted(trip.day for trip in spread(families(5, months=3)) if trip.candidate.subject.family_id == 2)
    assert [b.month - a.month for a, b in pairwise(days)] == [3, 3, 3]


def test_families_of_one_village_share_a_trip_and_villages_do_not():
    trips = spread(families(4, village=1), families(4, village=2, first=5))
    places = defaultdict(set)
    for trip in trips:
        places[trip.day].add(trip.candidate.settlement_id)
    assert all(len(found) == 1 for found in places.values())
    assert len(places) == 24


def test_a_trip_is_not_longer_than_a_day():
    assert max(Counter(trip.day for trip in spread(families(11))).values()) == schedules.FAMILIES_A_TRIP


def test_trips_are_made_on_working_days_after_the_first_ones():
    days = {trip.day for trip in spread(families(9))}
    assert all(weekdays(day) for day in days)
    assert min(day for day in days if day.month == 6) == date(2026, 6, 4)


def test_with_more_trips_than_days_some_share_a_day_instead_of_being_lost():
    trips = spread(families(100))
    assert len(trips) == 1200


def test_a_year_that_is_under_way_is_planned_from_the_next_day():
    days = {trip.day for trip in spread(families(3), after=date(2026, 11, 10))}
    assert min(days) > date(2026, 11, 10)
    assert {day.month for day in days} == {11, 12}


def test_nobody_to_visit_is_no_trip():
    assert spread([]) == []


# --- the draft ------------------------------------------------------------------------------------


@pytest.fixture
def clerk(rt_both: Runtime) -> Actor:
    return make_actor(rt_both, "R13", "R18")


def write(rt: Runtime, deed: Callable[[Connection], T]) -> T:
    with rt.database.write() as conn:
        return deed(conn)


@pytest.fixture
def places(rt_both: Runtime) -> list[int]:
    home = town(rt_both).municipality
    return [
        add_settlement(rt_both, SYSTEM, municipality_id=home, kind="село", name=name, rural=True)
        for name in ("Ключевое", "Лесное")
    ]


@pytest.fixture
def candidates(rt_both: Runtime, clerk: Actor, places: list[int]) -> list[Candidate]:
    """Two families on the preventive register, in two villages."""
    for _ in places:
        family = Subject(make_family(rt_both, clerk)[0], None)
        write(
            rt_both,
            lambda conn, subject=family: registers.enter(  # type: ignore[misc]
                rt_both,
                conn,
                "prevention",
                subject,
                Standing(state="СОП"),
                case_id=1,
                unit_id=town(rt_both).families,
                since=BEFORE,
            ),
        )
    with rt_both.database.read() as conn:
        found = schedules.candidates(conn, rt_both.directory.tree(), town(rt_both).administration)
    return [
        Candidate(each.subject, place, each.unit_id, each.state)
        for each, place in zip(found, places, strict=True)
    ]


def test_everybody_is_visited_where_they_live_and_asking_costs_the_same_for_many(
    rt_both: Runtime, clerk: Actor, places: list[int]
) -> None:
    """In each family the mother has no settlement and the grandmother the first of two."""
    people = [
        create_person(rt_both, clerk, LAPSHINA, settlement_id=place)
        for place in (None, places[0], places[1], None, places[1], places[0], places[0])
    ]
    subjects = [Subject(None, people[6])]
    for members in (people[:3], people[3:6]):
        named = [Member(each, "other") for each in members]
        subjects.append(Subject(create_family(rt_both, clerk, named), members[0]))
    costs = []
    for count, subject in enumerate(subjects, start=1):
        with rt_both.database.write() as conn:
            standing, unit_id = Standing(state="СОП"), town(rt_both).families
            registers.enter(
                rt_both, conn, "prevention", subject, standing, case_id=1, unit_id=unit_id, since=BEFORE
            )
        with count_statements(rt_both.database) as counted, rt_both.database.read() as conn:
            found = schedules.candidates(conn, rt_both.directory.tree(), town(rt_both).administration)
        costs.append(counted.statements)
        assert len(found) == count
    assert [each.settlement_id for each in found] == [places[0], places[0], places[1]]
    assert costs[1] == costs[2]


def drafted(rt: Runtime, wanted: Sequence[Candidate], *days: date, after: date = BEFORE) -> int:
    trips = [Trip(each, day) for each, day in zip(wanted, days, strict=True)]
    home = town(rt).municipality
    return write(rt, lambda conn: schedules.keep_draft(conn, home, 2026, 7, trips, after))


def found(rt: Runtime, actor: Actor) -> list[Visit]:
    with rt.database.read() as conn:
        return visits.visits_between(conn, actor, date(2026, 1, 1), date(2026, 12, 31))


def clashing(rt: Runtime, plan: int, events: Sequence[Clash] = (), **crew: int) -> list[str]:
    with rt.database.read() as conn:
        told = schedules.clashes(
            conn, plan, weekdays, crew={number: service for service, number in crew.items()}, events=events
        )
    return [f"{clash.day:%d.%m} {clash.words}" for clash in told]


FEB = date(2026, 2, 10)
MARCH = date(2026, 3, 10)


def test_the_register_of_the_municipality_says_whom_to_visit(candidates: list[Candidate]) -> None:
    assert [each.state for each in candidates] == ["СОП", "СОП"]


def test_a_draft_is_seen_once_it_is_approved(
    rt_both: Runtime, clerk: Actor, candidates: list[Candidate]
) -> None:
    plan = drafted(rt_both, candidates, FEB, MARCH)
    assert found(rt_both, clerk) == []
    write(rt_both, lambda conn: schedules.approve(rt_both, conn, plan))
    assert [each.day for each in found(rt_both, clerk)] == [FEB, MARCH]
    with pytest.raises(NotFound):
        write(rt_both, lambda conn: schedules.approve(rt_both, conn, plan + 1))


def test_planning_anew_replaces_the_days_to_come_and_keeps_what_a_case_has_taken(
    rt_both: Runtime, clerk: Actor, candidates: list[Candidate]
) -> None:
    plan = drafted(rt_both, candidates, FEB, MARCH)
    write(rt_both, lambda conn: schedules.approve(rt_both, conn, plan))
    taken = write(
        rt_both,
        lambda conn: visits.open_visit(
            conn,
            candidates[0].subject,
            case_id=1,
            unit_id=town(rt_both).families,
            day=FEB,
            planned=True,
            urgent=False,
        ),
    )
    assert drafted(rt_both, candidates[1:], date(2026, 4, 10), after=date(2026, 2, 1)) == plan
    write(rt_both, lambda conn: schedules.approve(rt_both, conn, plan))
    assert [(each.day, each.case_id) for each in found(rt_both, clerk)] == [
        (FEB, 1),
        (date(2026, 4, 10), None),
    ]
    assert taken.plan_id == plan


def test_a_day_is_moved_with_everything_on_it(
    rt_both: Runtime, clerk: Actor, candidates: list[Candidate]
) -> None:
    plan = drafted(rt_both, candidates, FEB, FEB)
    write(rt_both, lambda conn: schedules.move_day(conn, plan, FEB, MARCH))
    write(rt_both, lambda conn: schedules.approve(rt_both, conn, plan))
    assert [each.day for each in found(rt_both, clerk)] == [MARCH, MARCH]


def test_the_visits_of_one_village_are_moved_without_the_others_of_the_day(
    rt_both: Runtime, clerk: Actor, candidates: list[Candidate], places: list[int]
) -> None:
    plan = drafted(rt_both, candidates, FEB, FEB)
    van = cars.add_car(rt_both, clerk, "Первая", 4)
    write(rt_both, lambda conn: schedules.lend_car(conn, plan, van, None))
    assert write(rt_both, lambda conn: schedules.move_day(conn, plan, FEB, MARCH, [places[1]])) == 1
    assert write(rt_both, lambda conn: schedules.move_day(conn, plan, FEB, MARCH, [None])) == 0
    assert clashing(rt_both, plan) == []
    write(rt_both, lambda conn: schedules.approve(rt_both, conn, plan))
    assert [(each.day, each.settlement_id) for each in found(rt_both, clerk)] == [
        (FEB, places[0]),
        (MARCH, places[1]),
    ]


# --- what stands against it -----------------------------------------------------------------------


def test_a_good_draft_has_nothing_against_it(rt_both: Runtime, candidates: list[Candidate]) -> None:
    assert clashing(rt_both, drafted(rt_both, candidates, FEB, MARCH)) == []


def test_a_day_off_is_noticed(rt_both: Runtime, candidates: list[Candidate]) -> None:
    plan = drafted(rt_both, candidates, date(2026, 2, 14), MARCH)
    assert clashing(rt_both, plan) == ["14.02 нерабочий день"]


def test_one_car_in_two_villages_is_noticed(
    rt_both: Runtime, clerk: Actor, candidates: list[Candidate], places: list[int]
) -> None:
    plan = drafted(rt_both, candidates, FEB, FEB)
    first, second = (cars.add_car(rt_both, clerk, title, 4) for title in ("Первая", "Вторая"))
    write(rt_both, lambda conn: schedules.lend_car(conn, plan, first, None))
    assert clashing(rt_both, plan) == ["10.02 «Первая» нужна в разных местах: село Ключевое, село Лесное"]
    assert write(rt_both, lambda conn: schedules.lend_car(conn, plan, second, places[1])) == 1
    assert clashing(rt_both, plan) == []


def test_events_of_the_district_on_a_day_of_a_trip_are_noticed(
    rt_both: Runtime, candidates: list[Candidate]
) -> None:
    plan = drafted(rt_both, candidates, FEB, MARCH)
    events = [Clash(FEB, "совещание"), Clash(date(2026, 5, 5), "праздник")]
    assert clashing(rt_both, plan, events) == ["10.02 совещание"]


def test_whoever_is_away_is_noticed_without_saying_why(
    rt_both: Runtime, clerk: Actor, candidates: list[Candidate]
) -> None:
    plan = drafted(rt_both, candidates, FEB, MARCH)
    add_absence(
        rt_both,
        clerk,
        absent_id=clerk.user_id,
        substitute_id=None,
        first_day=date(2026, 2, 9),
        last_day=date(2026, 2, 13),
    )
    assert clashing(rt_both, plan, полиция=clerk.user_id) == ["10.02 полиция: участника нет"]


def test_villages_are_called_by_name(
    rt_both: Runtime, clerk: Actor, candidates: list[Candidate], places: list[int]
) -> None:
    plan = drafted(rt_both, candidates, FEB, MARCH)
    nowhere = Candidate(Subject(None, make_person(rt_both, clerk)), None, town(rt_both).families, "СОП")
    with rt_both.database.read() as conn:
        assert schedules.villages_of(conn, plan) == {"село Ключевое": places[0], "село Лесное": places[1]}
    drafted(rt_both, [nowhere], date(2026, 5, 12))
    with rt_both.database.read() as conn:
        assert schedules.villages_of(conn, plan) == {"место не указано": None}
