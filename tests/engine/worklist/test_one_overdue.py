"""What is overdue is overdue everywhere in the same minute: cases are walked over a holiday, and every place
that knows of due dates is asked all the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, select

from engine.access.actors import load_actor
from engine.cases.clock_views import terms_of_case
from engine.cases.clocks import pause_term, resume_term
from engine.cases.queries import case_card
from engine.cases.timers import fire_due
from engine.clock import MovableClock
from engine.deadlines.due import DueState, is_overdue
from engine.deadlines.norm_file import norm_of
from engine.deadlines.service import add_norm_edition, seed
from engine.deadlines.tables import term
from engine.model import SYSTEM, Actor, Clock, Due
from engine.runtime import Runtime
from engine.storage.moments import due_from_seconds
from engine.worklist.casework import case_tasks
from engine.worklist.feed import open_feed, read_feed
from engine.worklist.inbox import Filter, inbox_counters, inbox_page
from engine.worklist.ladder import tell_due
from engine.worklist.monitor import figures, load_by_person, overdue_steps, waiting_by_step
from engine.worklist.service import claim
from engine.worklist.tables import OPEN, notice, task
from engine.worklist.week import week_words
from tests.engine.deadlines.factories import STANDARD, at
from tests.factories.access import make_actor
from tests.factories.cases import (
    boundary_timer,
    complete,
    diagram,
    flows,
    open_case,
    open_tasks,
    publish_files,
    user_task,
)

BEGUN = at("02.11.2026 12:07")
STRETCHES = [
    at(text)
    for text in (
        "03.11.2026 15:50", "03.11.2026 23:50", "04.11.2026 07:00", "04.11.2026 15:00", "04.11.2026 23:00",
        "05.11.2026 08:00", "05.11.2026 17:05",
    )
]  # fmt: skip
"""From ten minutes before a short day closes, over 4 November, to after the closing of the day after."""
PAUSED, RESUMED = at("03.11.2026 15:55"), at("05.11.2026 10:00")
MINUTE = timedelta(minutes=1)

NORMS: dict[str, dict[str, Any]] = {
    "D1": {"value": 1},  # until the short day closes
    "D2": {"value": 2},  # the day after the holiday
    "C2": {"value": 2, "unit": "calendar"},  # the holiday, and so the day after it
    "M1": {"value": 1, "until": "midnight"},
    "H48": {"value": 48, "unit": "hours"},  # in the middle of the holiday
    "P1": {"value": 1, "pause": ["ждём документы"]},  # stopped five minutes before its end
}
CHANGES = ("03.11.2026 16:01", "04.11.2026 00:00", "04.11.2026 12:08", "05.11.2026 10:06", "05.11.2026 17:01")
"""The minutes in which something has become overdue."""


def process_of(key: str) -> str:
    return f"p_{key.lower()}"


@dataclass(frozen=True)
class Walk:
    """The cases by the key of their norm, who works on them and who watches."""

    rt: Runtime
    clerk: Actor
    head: Actor
    cases: dict[str, int]
    feed: str
    """The secret of the calendar feed of the one who works on them."""

    def set(self, moment: datetime) -> None:
        assert isinstance(self.rt.clock, MovableClock)
        self.rt.clock.set(moment)


@pytest.fixture
def walk(rt: Runtime) -> Walk:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(BEGUN)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    for key, said in NORMS.items():
        plain = {
            "title": f"Норма {key}", "unit": "working", "start": "step", "act": "порядок", "mark": "P",
            "valid_from": "2026-01-01", "ladder": STANDARD,
        }  # fmt: skip
        add_norm_edition(rt, SYSTEM, norm_of({"key": key, **plain, **said}))
    clerk, head = make_actor(rt, "R05"), make_actor(rt, "R07")
    publish_files(rt, *(diagram(process_of(key), _body(key)) for key in NORMS))
    cases = {}
    for key in NORMS:
        cases[key] = open_case(rt, clerk, process_of(key)).id
        complete(rt, clerk, "a")
        claim(rt, load_actor(rt, clerk.user_id), open_tasks(rt, f"b_{key}")[0])
    clerk = load_actor(rt, clerk.user_id)
    return Walk(rt, clerk, load_actor(rt, head.user_id), cases, open_feed(rt, clerk, names=False))


def _body(key: str) -> str:
    """A step that is due with a term of the case, and a watch over that term that opens a step beside it."""
    return (
        '<startEvent id="s" name="Начало"/>'
        + user_task("a", startTerms=key)
        + user_task(f"b_{key}", norm=key, endTerms=key)
        + boundary_timer("over", f"b_{key}", f'=term("{key}")')
        + user_task("late")
        + '<endEvent id="e" name="Конец"/><endEvent id="e2" name="Поздно"/>'
        + flows(f"s a b_{key} e", "over late e2")
    )


def by_the_definition(conn: Connection, now: datetime) -> set[int]:
    """Cases that `is_overdue` calls so, asked of the rows of their terms."""
    found = conn.execute(select(term.c.case_id, term.c.due_at, term.c.clock))
    return {
        row.case_id for row in found if is_overdue(Due(due_from_seconds(row.due_at), Clock(row.clock)), now)
    }


def by_every_place(walk: Walk, conn: Connection, now: datetime) -> dict[str, set[int] | int]:
    """What each place that knows of due dates calls overdue: the cases, or how many."""
    rt, clerk, head, unit = walk.rt, walk.clerk, walk.head, walk.clerk.unit_id
    rows = inbox_page(rt, conn, Filter(queues=clerk.queues), now, unit)
    only = inbox_page(rt, conn, Filter(queues=clerk.queues, bucket="overdue"), now, unit)
    reminded = conn.execute(select(notice.c.case_id).where(notice.c.kind == "due").distinct())
    fired = conn.execute(select(task.c.case_id).where(task.c.node == "late", task.c.status == OPEN))
    return {
        "группа задач": {row.case_id for row in rows if row.bucket == "overdue"},
        "плашка задач": {row.case_id for row in rows if row.words.state is DueState.OVERDUE},
        "отбор задач": {row.case_id for row in only},
        "счётчик задач": inbox_counters(rt, conn, clerk.queues, clerk.own_queue, now, unit).overdue,
        "монитор": {row.case_id for row in overdue_steps(rt, conn, head, now)},
        "цифра монитора": figures(rt, conn, head, now).overdue,
        "схема монитора": sum(each.overdue for each in waiting_by_step(conn, head, now)),
        "нагрузка": sum(each.overdue for each in load_by_person(conn, head, now)),
        "напоминания": set(reminded.scalars()),
        "таймеры": set(fired.scalars()),
    }


def by_pages_and_letters(walk: Walk, now: datetime) -> dict[str, set[int] | int]:
    """The same of places that show one case, of the letter to managers and of the calendar feed."""
    rt, unit = walk.rt, walk.clerk.unit_id
    in_steps, in_terms = set[int](), set[int]()
    with rt.database.read() as conn:
        for case_id in walk.cases.values():
            card = case_card(rt, conn, walk.clerk, case_id)
            steps = case_tasks(rt, conn, case_id, now, unit)
            terms = terms_of_case(rt, conn, walk.clerk, card, now)
            in_steps |= {case_id for each in steps if each.words.state is DueState.OVERDUE}
            in_terms |= {case_id for each in terms if each.words.state is DueState.OVERDUE}
    subject, _ = week_words(rt, walk.head, now)
    in_calendar = read_feed(rt, walk.feed).steps
    return {
        "шаги дела": in_steps,
        "сроки дела": in_terms,
        "письмо недели": int(subject.rpartition(" ")[2]),
        "свой календарь": {row.case_id for row in in_calendar if row.words.state is DueState.OVERDUE},
    }


def sweep(walk: Walk, moment: datetime) -> None:
    """The clock comes to that moment and the jobs do what is due."""
    walk.set(moment)
    fire_due(walk.rt)
    tell_due(walk.rt)


def changed_by_hand(walk: Walk, until: datetime) -> None:
    """What people do on the way, as far as it lies before that moment: a pause, and its end."""
    for moment in (PAUSED, RESUMED):
        if moment > until or moment <= walk.rt.clock.now():
            continue
        sweep(walk, moment)
        if moment == PAUSED:
            pause_term(walk.rt, walk.clerk, _term_of(walk, "P1"), "ждём документы")
        else:
            resume_term(walk.rt, walk.clerk, _term_of(walk, "P1"))


def minutes(first: datetime, last: datetime) -> list[datetime]:
    """Every tenth minute and those around each in which something changes or people do something.

    A place that changes at another minute than the others differs from them at one of these: either just
    before the right minute, when it is early, or just after it, when it is late.
    """
    every = [first + n * MINUTE for n in range(int((last - first) / MINUTE))]
    changes = (PAUSED, RESUMED, *map(at, CHANGES))
    near = {moment + shift for moment in changes for shift in (-MINUTE, timedelta(), MINUTE)}
    return [moment for moment in every if moment.minute % 10 == 0 or moment in near]


@pytest.mark.parametrize(("first", "last"), list(pairwise(STRETCHES)), ids=lambda moment: f"{moment:%d-%H%M}")
def test_every_place_calls_the_same_overdue_at_any_minute_over_a_holiday(
    walk: Walk, first: datetime, last: datetime
) -> None:
    changed_by_hand(walk, first)
    sweep(walk, first - MINUTE)
    changes, before = [], overdue(walk, first - MINUTE)
    for moment in minutes(first, last):
        changed_by_hand(walk, moment)
        sweep(walk, moment)
        with walk.rt.database.read() as conn:
            truth = by_the_definition(conn, moment)
            for place, found in by_every_place(walk, conn, moment).items():
                assert found == (truth if isinstance(found, set) else len(truth)), (place, moment)
        if truth != before:
            changes.append(moment)
            for place, found in by_pages_and_letters(walk, moment).items():
                assert found == (truth if isinstance(found, set) else len(truth)), (place, moment)
        before = truth
    assert changes == [at(text) for text in CHANGES if first <= at(text) < last]


def overdue(walk: Walk, now: datetime) -> set[int]:
    with walk.rt.database.read() as conn:
        return by_the_definition(conn, now)


def _term_of(walk: Walk, key: str) -> int:
    with walk.rt.database.read() as conn:
        return int(conn.execute(select(term.c.id).where(term.c.key == key)).scalar_one())
