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
from engine.cases.outbox import Handler, Promise, deliver_due
from engine.cases.timers import fire_due
from engine.clock import MovableClock, SystemClock
from engine.deadlines.calendar import Calendar
from engine.demo import sittings, stories, support
from engine.demo.courses import Course
from engine.demo.people import register
from engine.demo.playing import Stage
from engine.demo.town import Town, build_town
from engine.installing import install
from engine.jobs.sweep import HANDLERS, sweep_until_idle
from engine.runtime import Runtime
from engine.settings import Settings
from engine.storage.clock_shift import keep_shift
from engine.worklist.ladder import tell_due

BEGINS = timedelta(days=130)
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
    sweep = sweep_until_idle if documents else sweep_without_documents
    _play(Stage(rt, clock, end, unit, sweep), town, told)
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
    people = register(stage.rt, stage.actor("demina"), town, stage.day(0), rng)
    verdicts: stories.VERDICTS = {}
    courses = []
    for plan in stories.PLANS:
        filed = stories.day_of_reminder(stage, handed=7) if plan.filed is None else plan.filed
        course = Course(stage, people[plan.who], filed, plan.specialist, rng, plan.decides, plan.months)
        stage.begin(plan.story(course, verdicts))
        courses.append(course)
    stage.begin(sittings.held(stage, verdicts))
    for sitting in (sittings.being_prepared, sittings.just_called):
        stage.begin(sitting(stage))
    for office in (stories.form_corrected, stories.on_leave, stories.evening):
        stage.begin(office(stage))
    stage.begin(support.supported(stage, courses))
    stage.begin(stories.cards_looked_at(stage, courses))
    begin = stage.at(min(course.filed for course in courses), "00:00")
    stage.play(lambda moment: told((moment - begin) / (stage.end - begin)))


def sweep_without_documents(rt: Runtime) -> None:
    """Everything that is due happens, only the documents are not made."""
    while fire_due(rt) or deliver_due(rt, _HANDLERS) or tell_due(rt):
        pass


def _leave_out(rt: Runtime, conn: Connection, promise: Promise, prepared: Any) -> None:
    """The document is not made."""


_HANDLERS = {**HANDLERS, "document": Handler(_leave_out)}
