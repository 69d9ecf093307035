"""Telling people of terms: the sweep's part of the ladder of reminders. Each rung of a term is told once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, select

from engine.access.absences import Away, away_now
from engine.access.queries import Colleague, holders
from engine.access.tables import queue
from engine.cases.history import HistoryKind
from engine.cases.journal import history_row, write_histories
from engine.cases.tables import case_
from engine.deadlines.ladder import Told, advance, due_rungs
from engine.deadlines.norms import OWNER, Step
from engine.deadlines.tables import MOVE_RUNG, term
from engine.deadlines.terms import rung_row
from engine.errors import KeyDestroyed
from engine.model import SYSTEM, Term
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.escalations import lines_before, write_lines
from engine.worklist.mail import queue_letters
from engine.worklist.tables import notice, task

BATCH = 200
"""Terms a commit. Many at once cost the database least."""

RUNGS_DUE = exists().where(term.c.next_at <= bindparam("now"))
_CASES = select(
    case_.c.id, case_.c.unit_id, case_.c.owner_id, case_.c.key_id, case_.c.release_id, case_.c.process
).where(case_.c.id.in_(bindparam("ids", expanding=True)))
_TASKS = (
    select(
        task.c.id,
        task.c.node,
        task.c.assignee_id,
        task.c.role_queue_id,
        queue.c.roles,
        queue.c.unit_id.label("place"),
    )
    .join_from(task, queue, queue.c.id == task.c.role_queue_id)
    .where(task.c.id.in_(bindparam("ids", expanding=True)))
)
_WRITE_NOTICES = insert(notice).returning(notice.c.id, notice.c.account_id)

IN_HISTORY = frozenset({Step.DUE, Step.PLUS_1, Step.PLUS_3})
"""Rungs that the history of the case keeps and supervisors find in their lists: from the due moment on."""


def tell_due(rt: Runtime, limit: int = BATCH) -> int:
    """Write the notices of all rungs whose moment has come, in one commit; returns how many terms moved
    on.
    """
    now = rt.clock.now()
    with rt.database.read() as conn:
        if not conn.execute(select(RUNGS_DUE), {"now": to_seconds(now)}).scalar_one():
            return 0
    with rt.database.write() as conn:
        terms = due_rungs(conn, now, limit)
        if terms:
            _tell(rt, conn, terms, now)
        return len(terms)


def _tell(rt: Runtime, conn: Connection, terms: list[Term], now: datetime) -> None:
    cases = {row.id: row for row in conn.execute(_CASES, {"ids": [each.case_id for each in terms]})}
    numbers = [each.task_id for each in terms if each.task_id is not None]
    tasks = {row.id: row for row in conn.execute(_TASKS, {"ids": numbers})} if numbers else {}
    people = _People(rt, away_now(conn, rt.directory.tree(), now))
    moved, notices, entries, lines = [], [], [], []
    for each in terms:
        case = cases[each.case_id]
        norm = rt.calendars.norm_by_id(each.norm_id)
        calendar, office = rt.calendars.calendar(case.unit_id), rt.calendars.office(case.unit_id)
        step = advance(each, norm, now, calendar, office)
        moved.append(rung_row(each.id, step))
        if step.told is not None:
            about = tasks.get(each.task_id or 0)
            notices += _notices(people, step.told, case, about, now)
            if step.told.step in IN_HISTORY:
                lines += lines_before(rt, conn, step.told, case, about, now)
                with suppress(KeyDestroyed):  # the history of an erased case is closed
                    entries.append(_entry(rt, step.told, case, about, now))
    conn.execute(MOVE_RUNG, moved)
    write_lines(rt, conn, lines)
    write_histories(conn, entries)
    if notices:
        written = conn.execute(_WRITE_NOTICES, notices)
        queue_letters(rt, conn, [(row.id, row.account_id) for row in written], now)


def _notices(
    people: _People, told: Told, case: AnyRow, about: AnyRow | None, now: datetime
) -> list[dict[str, Any]]:
    return [
        {
            "account_id": person,
            "at": to_seconds(now),
            "kind": told.step.value,
            "rung": told.number,
            "case_id": told.case_id,
            "task_id": told.task_id,
            "term_id": told.term_id,
            "read_at": None,
        }
        for person in people.of(told.to, case, about)
    ]


class _People:
    """Whom the rungs of one batch name. Who holds a role is read once: many terms run out on one morning."""

    def __init__(self, rt: Runtime, away: Mapping[int, Away]) -> None:
        self._rt, self._away = rt, away
        self._holding: dict[tuple[tuple[str, ...], int], list[int]] = {}

    def of(self, to: Iterable[str], case: AnyRow, about: AnyRow | None) -> list[int]:
        """Each once, and after them who stands in for those that are away."""
        named: dict[int, None] = {}
        for who in to:
            named.update(
                dict.fromkeys(self._owners(case, about) if who == OWNER else self._answering((who,), case))
            )
        acting = [self._away[person].acting_id for person in named if person in self._away]
        named.update(dict.fromkeys(each for each in acting if each is not None))
        return list(named)

    def _owners(self, case: AnyRow, about: AnyRow | None) -> list[int]:
        """Who has the step; while nobody has taken it, everybody of its role; without a step, or where
        nobody holds that role, the owner of the case, or everybody of the roles that own the pathway while
        the case has none.
        """
        if about is not None and about.assignee_id is not None:
            return [about.assignee_id]
        doing = self._holders(tuple(about.roles.split()), about.place) if about and about.roles else []
        if doing:
            return doing
        if case.owner_id is not None:
            return [case.owner_id]
        owners = self._rt.library.release(case.release_id).process(case.process).owners
        return self._answering(owners, case) if owners else []

    def _answering(self, roles: tuple[str, ...], case: AnyRow) -> list[int]:
        """The people of these roles that answer for the case's unit."""
        return self._holders(roles, self._rt.directory.tree().place_of(roles, case.unit_id))

    def _holders(self, roles: tuple[str, ...], place: int) -> list[int]:
        """Who holds them at the place or, where nobody does, in its parts: its queue is open to them."""
        known = self._holding.get((roles, place))
        if known is None:
            tree, found = self._rt.directory.tree(), list[Colleague]()
            for there, named in tree.reached_from(roles, place).items():
                found += holders(self._rt, named, [there]) or holders(self._rt, named, tree.below(there))
            known = self._holding[roles, place] = list(dict.fromkeys(person.id for person in found))
        return known


def _entry(rt: Runtime, told: Told, case: AnyRow, about: AnyRow | None, now: datetime) -> dict[str, Any]:
    """What the history of the case keeps of it."""
    return history_row(
        rt,
        case_id=told.case_id,
        key_id=case.key_id,
        now=now,
        actor=SYSTEM,
        kind=HistoryKind.TOLD,
        node=about.node if about is not None else None,
        task_id=told.task_id,
        data={"ступень": told.step.value},
    )
