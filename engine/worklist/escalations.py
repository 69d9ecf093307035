"""«Разобраться с просрочкой»: an overdue term as a line in the list of whoever the ladder names above its
owner.

The line lies in the queue of the role from the rung that names it, so a colleague who comes into the role
later, or stands in, has it too. It is gone when the step is done, and when somebody before whom it lies has
written down what was decided. A later rung may bring it back: the term is overdue still.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.access.journal import record_action
from engine.access.policy import ROLES
from engine.access.queues import queue_for
from engine.cases.history import HistoryKind
from engine.cases.journal import write_history
from engine.cases.locking import lock_case
from engine.cases.tables import case_
from engine.cases.visibility import visible
from engine.deadlines.due import DueWords, words
from engine.deadlines.ladder import Told
from engine.deadlines.norms import OWNER
from engine.deadlines.sql import overdue_condition
from engine.deadlines.tables import term
from engine.errors import InvalidData, NotFound
from engine.model import ERASED, Actor, Clock, Due
from engine.runtime import Runtime
from engine.storage.moments import due_from_seconds, to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.tables import escalation, task

SHOWN = 50
LONGEST = 2_000
"""Characters of what was decided."""

_FORGET_ENDED = delete(escalation).where(
    select(term.c.id)
    .where(term.c.id == escalation.c.term_id, term.c.ended_at.is_not(None))
    .correlate(escalation)
    .exists()
)
_DECIDED = delete(escalation).where(escalation.c.term_id == bindparam("the_term"))
_CASE_OF = select(term.c.case_id, term.c.task_id).where(term.c.id == bindparam("the_term"))
_OVERDUE_OF_CASES = select(term.c.case_id, term.c.norm_id, term.c.rung).where(
    term.c.case_id.in_(bindparam("cases", expanding=True)), term.c.ended_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class Escalation:
    """One line. Without a step it is about a term of the case itself, and `assignee_id` is who leads that."""

    term_id: int
    case_id: int
    case_number: str
    label: str
    process_name: str
    task_id: int | None
    title: str
    assignee_id: int | None
    words: DueWords


def lines_before(
    rt: Runtime, conn: Connection, told: Told, case: AnyRow, about: AnyRow | None, now: datetime
) -> list[dict[str, Any]]:
    """The lines by which the roles that a rung names have the term in their lists: rows for `write_lines`.

    Whose step it is anyway gets no second line.
    """
    own = about.role_queue_id if about is not None else None
    queues = {
        queue_for(rt, conn, [role], case.unit_id) for role in told.to if role != OWNER and role in ROLES
    }
    return [
        {"term_id": told.term_id, "queue_id": queue, "at": to_seconds(now)}
        for queue in sorted(queues - {own})
    ]


def write_lines(rt: Runtime, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put these lines there, in the transaction that tells of the terms, and tidy up those of ended terms.

    Tidying looks at all lines there are, so it is done once for many terms.
    """
    if not rows:
        return
    conn.execute(_FORGET_ENDED)
    insert = postgresql.insert if rt.database.kind == "postgresql" else sqlite.insert
    conn.execute(insert(escalation).on_conflict_do_nothing(), rows)


def escalations(
    rt: Runtime, conn: Connection, actor: Actor, now: datetime, limit: int = SHOWN
) -> list[Escalation]:
    """The lines before the actor, the longest overdue first."""
    return _found(rt, conn, actor, now, limit)


def escalation_of(rt: Runtime, conn: Connection, actor: Actor, term_id: int, now: datetime) -> Escalation:
    """One line of the actor's; NotFound when there is none, or no more."""
    found = _found(rt, conn, actor, now, 1, term.c.id == term_id)
    if not found:
        raise _gone()
    return found[0]


def decide(rt: Runtime, actor: Actor, term_id: int, decision: str) -> None:
    """Write into the history of the case what was decided about an overdue term; the line goes from the lists
    of all before whom it lies. InvalidData without words, NotFound when it isn't before the actor any more.
    """
    decision = decision.strip()
    if not decision:
        raise InvalidData("Запись не сделана.", {"decision": "Напишите, что решено: запись попадёт в дело."})
    if len(decision) > LONGEST:
        raise InvalidData("Запись не сделана.", {"decision": f"Не длиннее {LONGEST} знаков."})
    with rt.database.write() as conn:
        row = conn.execute(_CASE_OF, {"the_term": term_id}).one_or_none()
        if row is None:
            raise _gone()
        case, now = lock_case(rt, conn, row.case_id), rt.clock.now()
        line = escalation_of(rt, conn, actor, term_id, now)
        conn.execute(_DECIDED, {"the_term": term_id})
        write_history(
            rt,
            conn,
            case_id=case.id,
            key_id=case.key_id,
            now=now,
            actor=actor,
            kind=HistoryKind.OVERDUE_DECIDED,
            task_id=row.task_id,
            data={"о чём": line.title, "решено": decision},
        )
        record_action(rt, conn, actor, "overdue.decided", "case", case.id, case_id=case.id)


def red_cases(rt: Runtime, conn: Connection, case_ids: Collection[int], now: datetime) -> frozenset[int]:
    """Those of these cases that have come to a rung with the red mark and are overdue still."""
    if not case_ids:
        return frozenset()
    statement = _OVERDUE_OF_CASES.where(overdue_condition(term.c.due_at, term.c.clock, now))
    return frozenset(
        row.case_id
        for row in conn.execute(statement, {"cases": sorted(case_ids)})
        if any(rung.red for rung in rt.calendars.norm_by_id(row.norm_id).ladder[: row.rung])
    )


def _gone() -> NotFound:
    return NotFound(
        "Этой просрочки в вашем списке уже нет.", "Шаг завершён, срок изменён или решение уже записали."
    )


def _found(
    rt: Runtime, conn: Connection, actor: Actor, now: datetime, limit: int, *more: ColumnElement[bool]
) -> list[Escalation]:
    late = task.alias("late")  # `visible` asks for open steps of its own
    before = select(escalation.c.term_id).where(escalation.c.queue_id.in_(sorted(actor.queues)))
    statement = (
        select(
            term.c.id,
            term.c.case_id,
            term.c.task_id,
            term.c.norm_id,
            term.c.due_at,
            term.c.clock,
            late.c.node,
            late.c.assignee_id,
            case_.c.number,
            case_.c.label,
            case_.c.key_id,
            case_.c.process,
            case_.c.release_id,
            case_.c.unit_id,
            case_.c.owner_id,
        )
        .join_from(term, case_, case_.c.id == term.c.case_id)
        .outerjoin(late, late.c.id == term.c.task_id)
        .where(
            term.c.id.in_(before),
            term.c.ended_at.is_(None),
            overdue_condition(term.c.due_at, term.c.clock, now),
            visible(actor),
            *more,
        )
        .order_by(term.c.due_at, term.c.id)
        .limit(limit)
    )
    return _lines(rt, conn.execute(statement).all(), now)


def _lines(rt: Runtime, rows: Sequence[AnyRow], now: datetime) -> list[Escalation]:
    labels = rt.vault.open_many([(row.key_id, row.label, "case.label") for row in rows])
    return [_line(rt, row, label, now) for row, label in zip(rows, labels, strict=True)]


def _line(rt: Runtime, row: AnyRow, label: bytes | None, now: datetime) -> Escalation:
    release, norm = rt.library.release(row.release_id), rt.calendars.norm_by_id(row.norm_id)
    calendar, office = rt.calendars.calendar(row.unit_id), rt.calendars.office(row.unit_id)
    due = Due(at=due_from_seconds(row.due_at), clock=Clock(row.clock))
    return Escalation(
        term_id=row.id,
        case_id=row.case_id,
        case_number=row.number,
        label=ERASED if label is None else label.decode(),
        process_name=release.process(row.process).name,
        task_id=row.task_id,
        title=release.step(row.process, row.node).name if row.node else norm.title,
        assignee_id=row.assignee_id if row.task_id else row.owner_id,
        words=words(due, now, calendar, office, norm),
    )
