"""The inbox: one page of open steps and its counters, at a price that does not grow with the number of open
steps.

A page is read by (due moment, number), never by offset: one short index scan a queue, and above `MANY_QUEUES`
along the due moment of all queues. Counters stop at `CAP` and are shown as "999+".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TableValuedAlias,
    and_,
    func,
    literal,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from engine.cases.clock_views import pauses_of_steps
from engine.cases.tables import case_
from engine.deadlines.due import DueWords, Pause, day_bounds, is_overdue, words
from engine.deadlines.sql import overdue_condition
from engine.model import ERASED, Clock, Due, StepInfo
from engine.runtime import Runtime
from engine.storage.connections import Kind
from engine.storage.moments import due_from_seconds, from_seconds
from engine.storage.rows import AnyRow
from engine.worklist.escalations import red_cases
from engine.worklist.tables import OPEN, task

CAP = 1000
MANY_QUEUES = 50
PAGE = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """Which steps are wanted. `queues`: where they lie. `bucket`: one of BUCKETS or None for all."""

    queues: frozenset[int]
    bucket: str | None = None
    process: str | None = None
    case_ids: Sequence[int] | None = None
    after: tuple[int, int] | None = None
    limit: int = PAGE


BUCKETS = ("overdue", "today", "week", "later", "paused")
"""Просрочено, сегодня, на этой неделе, позже, на паузе: every open step lies in exactly one."""
FORESEEN = frozenset({"today", "week", "later"})
"""Where a forecast still says something."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One step as a line of a list. `red`: its case bears the red mark; `risk`: the chance in percent that it
    will be late, where that is likely, 0 where too few cases stand behind it; `cursor` is where the next page
    begins.
    """

    task_id: int
    case_id: int
    case_number: str
    label: str
    process_name: str
    step: StepInfo
    item: str
    assignee_id: int | None
    queue_id: int
    due: Due
    words: DueWords
    bucket: str
    red: bool
    risk: int | None
    draft_at: datetime | None
    cursor: tuple[int, int]

    @property
    def title(self) -> str:
        """The step, and which one it is when there are several."""
        return self.step.titled(self.item)


INBOX_COLUMNS = (
    task.c.id,
    task.c.case_id,
    task.c.node,
    task.c.queue_id,
    task.c.assignee_id,
    task.c.due_at,
    task.c.norm_id,
    task.c.clock,
    task.c.item,
    task.c.draft_at,
    task.c.risk,
    case_.c.number,
    case_.c.process,
    case_.c.release_id,
    case_.c.key_id,
    case_.c.label,
    case_.c.unit_id,
)


def inbox_page(rt: Runtime, conn: Connection, wanted: Filter, now: datetime, unit_id: int) -> list[InboxRow]:
    """At most `wanted.limit` steps by due moment; the day and week are those of the unit's own clock."""
    if not wanted.queues:
        return []
    found = conn.execute(_page_statement(rt, wanted, _today(rt, now, unit_id))).all()
    return inbox_rows(rt, conn, found, now, unit_id)


@dataclass(frozen=True, slots=True)
class _Today:
    """The moment and where its day and week end, in seconds, by the clock of an office."""

    now: datetime
    seconds: int
    day_end: int
    week_end: int


def _today(rt: Runtime, now: datetime, unit_id: int) -> _Today:
    return _Today(now, *day_bounds(now, rt.calendars.office(unit_id).zone))


def _bucket_condition(bucket: str, today: _Today, of: Any = task.c) -> ColumnElement[bool]:
    """Over the columns of `task` or of a select of it."""
    running = of.clock != Clock.PAUSED
    match bucket:
        case "overdue":
            return overdue_condition(of.due_at, of.clock, today.now)
        case "today":
            return and_(running, of.due_at >= today.seconds, of.due_at < today.day_end)
        case "week":
            return and_(running, of.due_at >= today.day_end, of.due_at < today.week_end)
        case "later":
            return and_(running, of.due_at >= today.week_end)
        case "paused":
            return _IS_PAUSED
        case _:
            raise ValueError(bucket)


def _conditions(wanted: Filter, today: _Today) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_IS_OPEN]
    if wanted.bucket:
        conditions.append(_bucket_condition(wanted.bucket, today))
    if wanted.case_ids is not None:
        conditions.append(task.c.case_id.in_(wanted.case_ids))
    if wanted.process is not None:
        its_case = case_.alias("its_case")
        conditions.append(
            select(its_case.c.id)
            .where(its_case.c.id == task.c.case_id, its_case.c.process == wanted.process)
            .exists()
        )
    if wanted.after:
        conditions.append(tuple_(task.c.due_at, task.c.id) > tuple_(*map(literal, wanted.after)))
    return conditions


_UNTIL = frozenset({"overdue", "today", "week"})
"""Groups that end at some due moment."""

_IS_OPEN = task.c.status == literal_column(str(OPEN))
_IS_PAUSED = task.c.clock == literal_column(str(int(Clock.PAUSED)))
"""In words and not as parameters: indexes hold open or paused steps alone, and the planner must see that."""


def _page_statement(rt: Runtime, wanted: Filter, today: _Today) -> Select[Any]:
    conditions = _conditions(wanted, today)
    if len(wanted.queues) > MANY_QUEUES:
        return _along_due_moments(rt, wanted, conditions)
    if rt.database.kind == "postgresql":
        return _lateral_statement(wanted, today)
    return _queue_by_queue(wanted, conditions)


def _along_due_moments(rt: Runtime, wanted: Filter, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    # SQLite would rather take all steps of all queues and sort them: a sum is in no index.
    lies_in = task.c.queue_id + 0 if rt.database.kind == "sqlite" else task.c.queue_id
    return (
        select(*INBOX_COLUMNS)
        .join_from(task, case_, task.c.case_id == case_.c.id)
        .where(lies_in.in_(sorted(wanted.queues)), *conditions)
        .order_by(task.c.due_at, task.c.id)
        .limit(wanted.limit)
    )


def _queue_by_queue(wanted: Filter, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """As `_lateral_statement`, for a database that has no LATERAL."""
    queues = _table_of("sqlite", wanted.queues)
    nearest = (
        select(task.c.id)
        .where(task.c.queue_id == queues.c.value, *conditions)
        .order_by(task.c.due_at, task.c.id)
        .limit(wanted.limit)
        .correlate(queues)
    )
    each = task.alias("each")
    columns = [each.c[c.name] if c.table is task else c for c in INBOX_COLUMNS]
    return (
        select(*columns)
        .select_from(queues)
        .join(each, each.c.id.in_(nearest))
        .join(case_, each.c.case_id == case_.c.id)
        .order_by(each.c.due_at, each.c.id)
        .limit(wanted.limit)
    )


def _lateral_statement(wanted: Filter, today: _Today) -> Select[Any]:
    """Of each queue the nearest steps, and of these the first.

    Where the due moments of a group end is asked only of the nearest: PostgreSQL takes every queue for a
    middling one, and would fetch all 14,000 overdue steps of a great one to sort them, though they are its
    first.
    """
    queues = _table_of("postgresql", wanted.queues)
    ends = wanted.bucket in _UNTIL
    begins = {"today": today.seconds, "week": today.day_end}.get(wanted.bucket or "")
    inside = _conditions(replace(wanted, bucket=None) if ends else wanted, today)
    if ends:
        inside.append(task.c.clock != Clock.PAUSED)
    if begins is not None:
        inside.append(task.c.due_at >= begins)
    each = (
        select(task)
        .where(task.c.queue_id == queues.c.value, *inside)
        .order_by(task.c.due_at, task.c.id)
        .limit(wanted.limit)
        .lateral("each")
    )
    columns = [each.c[c.name] if c.table is task else c for c in INBOX_COLUMNS]
    return (
        select(*columns)
        .select_from(queues)
        .join(each, true())
        .join(case_, each.c.case_id == case_.c.id)
        .where(_bucket_condition(wanted.bucket, today, each.c) if wanted.bucket and ends else true())
        .order_by(each.c.due_at, each.c.id)
        .limit(wanted.limit)
    )


def _table_of(kind: Kind, queues: Iterable[int]) -> TableValuedAlias:
    """Queues as a table with the column `value`, handed over as one parameter however many they are."""
    numbers = sorted(queues)
    if kind == "postgresql":
        listed = func.unnest(literal(numbers, ARRAY(BigInteger)))
        return listed.table_valued("value").render_derived("queues")
    return func.json_each(json.dumps(numbers)).table_valued("value", name="queues")


def inbox_rows(
    rt: Runtime, conn: Connection, found: Iterable[AnyRow], now: datetime, unit_id: int
) -> list[InboxRow]:
    """Rows of the database as lines of a list: names from the release, words of the due date, opened
    labels.
    """
    found = list(found)
    today = _today(rt, now, unit_id)
    labels = _opened(rt, [(row.key_id, row.label, "case.label") for row in found])
    items = _opened(rt, [(row.key_id, row.item, f"task.item:{row.id}") for row in found])
    pauses = pauses_of_steps(rt, conn, [row for row in found if row.clock == Clock.PAUSED])
    red = red_cases(rt, conn, {row.case_id for row in found}, now)
    return [
        _inbox_row(rt, row, label, item, today, pauses.get(row.id), row.case_id in red)
        for row, label, item in zip(found, labels, items, strict=True)
    ]


def _opened(rt: Runtime, sealed: list[tuple[int, bytes | None, str]]) -> list[str]:
    """Sealed words opened at once; what was erased says so, what is not there is empty."""
    opened = iter(rt.vault.open_many([(key, each, purpose) for key, each, purpose in sealed if each]))
    words = (next(opened) if each else b"" for _, each, _ in sealed)
    return [ERASED if each is None else each.decode() for each in words]


def _inbox_row(
    rt: Runtime, row: AnyRow, label: str, item: str, today: _Today, pause: Pause | None, red: bool
) -> InboxRow:
    release = rt.library.release(row.release_id)
    norm = rt.calendars.norm_by_id(row.norm_id) if row.norm_id is not None else None
    due = Due(at=due_from_seconds(row.due_at), clock=Clock(row.clock))
    calendar, office = rt.calendars.calendar(row.unit_id), rt.calendars.office(row.unit_id)
    bucket = _bucket_of(row, due, today)
    return InboxRow(
        task_id=row.id,
        case_id=row.case_id,
        case_number=row.number,
        label=label,
        process_name=release.process(row.process).name,
        step=release.step(row.process, row.node),
        item=item,
        assignee_id=row.assignee_id,
        queue_id=row.queue_id,
        due=due,
        words=words(due, today.now, calendar, office, norm, pause),
        bucket=bucket,
        red=red,
        risk=row.risk if bucket in FORESEEN else None,
        draft_at=from_seconds(row.draft_at) if row.draft_at else None,
        cursor=(row.due_at, row.id),
    )


def _bucket_of(row: AnyRow, due: Due, today: _Today) -> str:
    if row.clock == Clock.PAUSED:
        return "paused"
    if is_overdue(due, today.now):
        return "overdue"
    if row.due_at < today.day_end:
        return "today"
    return "week" if row.due_at < today.week_end else "later"


@dataclass(frozen=True, slots=True)
class Counters:
    """Numbers beside the filters; CAP means "999+". `lent`: in the queues of those one stands in for."""

    total: int
    own: int
    role: int
    overdue: int
    today: int
    week: int
    later: int
    paused: int
    lent: int


def inbox_counters(
    rt: Runtime,
    conn: Connection,
    queues: frozenset[int],
    own_queue: int,
    now: datetime,
    unit_id: int,
    *,
    lent: frozenset[int] = frozenset(),
) -> Counters:
    """All counters in one statement, each stopping at CAP."""
    today = _today(rt, now, unit_id)

    def capped(name: str, queue_ids: Iterable[int], *more: ColumnElement[bool]) -> ColumnElement[int]:
        rows = _first_open(rt.database.kind, queue_ids, literal(1), *more).subquery()
        return select(func.count()).select_from(rows).scalar_subquery().label(name)

    found = conn.execute(
        select(
            capped("total", queues),
            capped("own", [own_queue]),
            capped("role", queues - {own_queue}),
            *(capped(bucket, queues, _bucket_condition(bucket, today)) for bucket in BUCKETS),
            capped("lent", lent) if lent else literal(0).label("lent"),
        )
    ).one()
    return Counters(**found._mapping)


def _first_open(
    kind: Kind, queues: Iterable[int], wanted: ColumnElement[int], *more: ColumnElement[bool]
) -> Select[Any]:
    """Something of at most CAP open steps, queue by queue: short scans of one index, however many steps the
    planner expects.
    """
    listed = _table_of(kind, queues)
    found = select(wanted.label("wanted")).select_from(task).where(_IS_OPEN, *more)
    if kind == "sqlite":
        return found.where(task.c.queue_id.in_(select(listed.c.value))).limit(CAP)
    each = found.where(task.c.queue_id == listed.c.value).limit(CAP).lateral("each")
    return select(each.c.wanted).select_from(listed).join(each, true()).limit(CAP)


@dataclass(frozen=True, slots=True)
class PathwayCount:
    """How many open steps belong to a pathway; `name` is that of its newest case among them."""

    key: str
    name: str
    count: int


def process_counters(rt: Runtime, conn: Connection, queues: frozenset[int]) -> list[PathwayCount]:
    """Open steps by pathway among the first CAP of the queues."""
    first = _first_open(rt.database.kind, queues, task.c.case_id).subquery()
    found = conn.execute(
        select(case_.c.process, func.max(case_.c.release_id).label("release_id"), func.count().label("steps"))
        .join_from(first, case_, first.c.wanted == case_.c.id)
        .group_by(case_.c.process)
        .order_by(case_.c.process)
    )
    return [
        PathwayCount(row.process, rt.library.release(row.release_id).process(row.process).name, row.steps)
        for row in found
    ]


def next_of_role(
    rt: Runtime, conn: Connection, queues: frozenset[int], now: datetime, unit_id: int
) -> int | None:
    """Number of the most urgent step that nobody has taken, or None."""
    rows = inbox_page(rt, conn, Filter(queues=queues, limit=1), now, unit_id)
    return rows[0].task_id if rows else None


def narrowed(wanted: Filter, queues: Iterable[int]) -> Filter:
    """The same filter over fewer queues: «Мои», «Моей роли»."""
    return replace(wanted, queues=wanted.queues & frozenset(queues))
