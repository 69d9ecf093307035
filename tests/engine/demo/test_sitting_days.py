"""The days of the demonstration's sittings, whatever day it is built on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.deadlines.calendar import Calendar
from engine.deadlines.seed import country_calendar
from engine.demo.building import BEGINS
from engine.demo.sitting_days import HELD, SAT, Rule, missed_agenda, rules
from engine.records.sitting_plan import planned_days

FIRST = date(2025, 1, 9)


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return country_calendar()


def working_days(calendar: Calendar) -> list[date]:
    """Every working day of three years, long holidays among them."""
    days = (FIRST + timedelta(count) for count in range(3 * 365))
    return [day for day in days if calendar.is_working(day)]


def by_rule(rule: Rule, calendar: Calendar, today: date) -> set[date]:
    first = calendar.add_working_days(today, rule.since)
    return {day for _, day in planned_days(calendar, rule.weekday, rule.weeks, first, today)}


def test_all_sit_on_the_days_of_their_rules_but_one_that_was_moved(calendar: Calendar) -> None:
    for today in working_days(calendar):
        for kind, rule in rules(today, calendar).items():
            besides = {calendar.add_working_days(today, day) for day in rule.days} - by_rule(
                rule, calendar, today
            )
            moved = set() if rule.moved is None else {calendar.add_working_days(today, HELD)}
            assert besides == moved, (today, kind)
            assert len(rule.days) == SAT[kind]


def test_the_rules_are_younger_than_the_play(calendar: Calendar) -> None:
    for today in working_days(calendar):
        for rule in rules(today, calendar).values():
            assert today - calendar.add_working_days(today, rule.since) < BEGINS


def test_the_last_sittings_lie_where_the_stories_need_them(calendar: Calendar) -> None:
    for today in working_days(calendar):
        found = rules(today, calendar)
        assert found["family"].days[0] == HELD
        assert -9 <= found["kdn"].days[0] <= -2


def test_a_question_that_missed_an_agenda_had_a_week_to_wait(calendar: Calendar) -> None:
    for today in working_days(calendar):
        found = rules(today, calendar)
        days = found["family"].days
        later = days[days.index(missed_agenda(found)) - 1]
        assert later - missed_agenda(found) >= 5
