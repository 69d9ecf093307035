"""What letters say: the case's number, the step and its date. Nobody's name and nothing of what a case holds:
mail passes through machines that are not ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, func, or_, select

from engine.access.actors import load_actor
from engine.cases.tables import case_
from engine.deadlines.due import words
from engine.deadlines.ladder import STEP_WORDS
from engine.deadlines.norms import Step
from engine.deadlines.tables import term
from engine.model import Clock, Due
from engine.runtime import Runtime
from engine.storage.moments import due_from_seconds
from engine.storage.rows import AnyRow
from engine.worklist.tables import OPEN, SENT, mail, notice, task
from engine.worklist.week import week_words

MOST = 50
"""Lines of one letter."""


class Kind(StrEnum):
    """What a letter is about: one notice, those of a day, or the week of a manager."""

    NOTICE = "notice"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, ready to be sent. `at` is its date."""

    to: str
    message_id: str
    subject: str
    text: str
    at: datetime


_CURRENT = (
    select(
        notice.c.kind,
        notice.c.case_id,
        notice.c.task_id,
        case_.c.number,
        case_.c.release_id,
        case_.c.process,
        case_.c.unit_id,
        task.c.node,
        term.c.due_at,
        term.c.clock,
        term.c.norm_id,
    )
    .join_from(notice, case_, case_.c.id == notice.c.case_id)
    .join(term, term.c.id == notice.c.term_id)
    .outerjoin(task, task.c.id == notice.c.task_id)
    .where(term.c.clock == Clock.RUNNING, or_(notice.c.task_id.is_(None), task.c.status == OPEN))
)
"""Notices of what goes on still. The second in which the last letter was made counts twice: a line may come
again, none is lost."""
_THESE = _CURRENT.where(notice.c.id.in_(bindparam("about", expanding=True))).order_by(notice.c.id)
_SINCE = (
    select(func.coalesce(func.max(mail.c.sent_at), 0))
    .where(mail.c.account_id == bindparam("account_id"), mail.c.kind == Kind.DAILY, mail.c.state == SENT)
    .scalar_subquery()
)
_OF_DAY = (
    _CURRENT.where(notice.c.account_id == bindparam("account_id"), notice.c.at >= _SINCE)
    .order_by(notice.c.id)
    .limit(MOST)
)


def compose(rt: Runtime, rows: Sequence[AnyRow], now: datetime) -> Letter | None:
    """The letter of rows of the queue, several only of kind NOTICE and of one person; it has the number of
    the first. None when there is nothing left to tell.
    """
    row = rows[0]
    if row.kind == Kind.WEEKLY:
        subject, text = week_words(rt, load_actor(rt, row.account_id), now)
        return Letter(row.address, row.message_id, subject, f"{text}\n\n{_SIGNATURE}\n", now)
    with rt.database.read() as conn:
        lines = _lines(rt, conn, rows, now)
    if not lines:
        return None
    return Letter(row.address, row.message_id, _subject(row, lines), _text(rt, lines), now)


_SIGNATURE = (
    "-- \n"
    "Письмо прислала программа «Маршрут». Когда присылать письма, выбирают на странице «Мои уведомления»."
)


@dataclass(frozen=True, slots=True)
class _Line:
    what: str
    number: str
    step: str
    due: str
    path: str


def _lines(rt: Runtime, conn: Connection, rows: Sequence[AnyRow], now: datetime) -> list[_Line]:
    if rows[0].kind == Kind.NOTICE:
        found = conn.execute(_THESE, {"about": [row.about for row in rows]})
    else:
        found = conn.execute(_OF_DAY, {"account_id": rows[0].account_id})
    return [_line(rt, each, now) for each in found]


def _line(rt: Runtime, row: AnyRow, now: datetime) -> _Line:
    calendar, office = rt.calendars.calendar(row.unit_id), rt.calendars.office(row.unit_id)
    due = Due(at=due_from_seconds(row.due_at), clock=Clock(row.clock))
    told = words(due, now, calendar, office, rt.calendars.norm_by_id(row.norm_id))
    step = rt.library.release(row.release_id).step(row.process, row.node).name if row.node else "срок дела"
    return _Line(
        what=STEP_WORDS[Step(row.kind)],
        number=row.number,
        step=step,
        due=", ".join(filter(None, (told.left, told.date_words, told.ground))),
        path=f"/tasks/{row.task_id}" if row.task_id else f"/cases/{row.case_id}",
    )


def _subject(row: AnyRow, lines: Sequence[_Line]) -> str:
    if row.kind == Kind.NOTICE and len(lines) == 1:
        return f"Дело № {lines[0].number}: {lines[0].what}"
    return f"Напоминания о сроках: {len(lines)}"


def _text(rt: Runtime, lines: Sequence[_Line]) -> str:
    blocks = [_block(rt.settings.address, line) for line in lines]
    return "\n\n".join([*blocks, _SIGNATURE]) + "\n"


def _block(address: str, line: _Line) -> str:
    head = f"Дело № {line.number}: {line.step}\n{line.what.capitalize()}: {line.due}."
    return f"{head}\n{address}{line.path}" if address else head
