"""Building the demonstration: an instance, its town, and cases in every state, played by its people."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.access.offices import DEFAULT_ZONE
from engine.cases.outbox import Handler, Promise
from engine.clock import MovableClock, SystemClock
from engine.deadlines.calendar import Calendar
from engine.demo import letters, office, orders, sittings, stories
from engine.demo.courses import Course
from engine.demo.everyday import Round, everyday
from engine.demo.people import JOINED, register
from engine.demo.playing import Stage
from engine.demo.sitting_days import rules
from engine.demo.town import Town, build_town
from engine.installing import install
from engine.jobs.sweep import HANDLERS, sweep_until_idle
from engine.runtime import Runtime
from engine.settings import Settings
from engine.storage.clock_shift import keep_shift
from engine.storage.database import Database
from engine.worklist.risks import keep_risks

BEGINS = timedelta(days=150)
"""How long before its last day the play begins: enough for the oldest case, over holidays too."""

MORNING, LATEST = time(10), time(15)
"""A demonstration ends at a working hour: now, or else at this hour of the nearest working day."""

SEED = 7
"""Of what is left to chance: two demonstrations of one day are alike."""

Told = Callable[[float], None]
"""Hears how much is done, from 0 to 1."""


def build_demo(settings: Settings, told: Told, *, at: date | None = None, documents: bool = True) -> None:
    """Make a demonstration in an empty instance folder and close it.

    `at` makes that day «today», or the next working day after it; without it today is today.
    """
    now = SystemClock().now().astimezone(ZoneInfo(DEFAULT_ZONE)).replace(microsecond=0)
    clock = MovableClock(datetime.combine(at or now.date(), MORNING, now.tzinfo) - BEGINS)
    rt = install(replace(settings, demo=True), clock)
    town = build_town(rt)
    unit = town.units["support"]
    end = last_moment(now, at, rt.calendars.calendar(unit))
    for database in (rt.database, rt.vault.store.database):
        _hurry(database)
    _play(
        Stage(rt, clock, end, unit, sweep_with_documents if documents else sweep_without_documents),
        town,
        told,
    )
    while keep_risks(rt):
        pass
    if end != now:
        with rt.database.write() as conn:
            keep_shift(conn, end - SystemClock().now())
    rt.database.close()
    rt.vault.store.database.close()


def last_moment(now: datetime, at: date | None, calendar: Calendar) -> datetime:
    """When the play ends and visitors come in: now if the office works, else in the morning of a working day.

    `now` is by the clock of the office.
    """
    day = calendar.next_working(at or now.date())
    if day == now.date() and MORNING <= now.time() < LATEST:
        return now
    return datetime.combine(day, MORNING, now.tzinfo)


def _play(stage: Stage, town: Town, told: Told) -> None:
    rng = random.Random(SEED)  # noqa: S311 - a play, not a secret
    openings = everyday().openings
    applied = {plan.who for plan in stories.PLANS}
    first_met = {each.who: each.by for each in reversed(openings) if each.who not in applied}
    people = register(
        stage.rt, lambda who: stage.actor(first_met.get(who, "demina")), town, stage.day(0), rng
    )
    calendars = rules(stage.day(0), stage.rt.calendars.calendar(stage.unit_id))
    verdicts: stories.VERDICTS = {}
    courses = []
    for plan in stories.PLANS:
        filed = plan.filed if isinstance(plan.filed, int) else plan.filed(stage, calendars)
        course = Course(stage, people[plan.who], filed, plan.specialist, rng, plan.decides, plan.months)
        stage.begin(plan.story(course, verdicts))
        courses.append(course)
    everydays = Round(stage, people, openings, calendars)
    for story in sittings.all_of_them(stage, calendars, verdicts, everydays.categories):
        stage.begin(story)
    for happens in (office.form_corrected, office.on_leave, office.evening):
        stage.begin(happens(stage))
    stage.begin(office.cards_looked_at(stage, courses))
    stage.begin(office.cards_joined(stage, people[JOINED]))
    stage.begin(office.moved_house(stage, people["bykov"], town))
    for letter in letters.LETTERS:
        stage.begin(letters.sent(stage, letter, people))
    first = everydays.begin()
    stage.begin(orders.answered_for(stage, people, first))
    others = [course.filed for course in courses] + [rule.since for rule in calendars.values()]
    begin = stage.at(min(first, *others), "00:00")
    stage.play(lambda moment: told((moment - begin) / (stage.end - begin)))


def _hurry(database: Database) -> None:
    """Wait for the disk no more: a demonstration that a power cut interrupts is built anew."""
    with database.engines.writer.connect() as conn:
        conn.exec_driver_sql("PRAGMA synchronous=OFF")


def sweep_with_documents(rt: Runtime) -> None:
    """Everything that is due happens. Forecasts of days that are long over nobody looks at."""
    sweep_until_idle(rt, forecasts=False)


def sweep_without_documents(rt: Runtime) -> None:
    """The same, only the documents are not made."""
    sweep_until_idle(rt, _HANDLERS, forecasts=False)


def _leave_out(rt: Runtime, conn: Connection, promise: Promise, prepared: Any) -> None:
    """The document is not made."""


_HANDLERS = {**HANDLERS, "document": Handler(_leave_out)}
