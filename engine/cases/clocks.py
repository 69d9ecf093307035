"""Stopping a term of a case, letting it go on, making it longer: one transaction and one commit each.

The norm says for which reasons, on whose decision and for how long. Steps that are due with the term, terms
that are a part of it and the timers that wait on it follow in the same commit.

Whatever is raised, nothing was changed: NotFound, NotAllowed, Conflict (the clock does not stand as one
thinks), InvalidData (field by field).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from engine.access.policy import ROLES, CaseLike, covers_case
from engine.cases.following import OPEN_TASKS, TermClock, follow, local_day, note, term_clock, was_is
from engine.cases.history import HistoryKind
from engine.cases.locking import LockedCase, lock_case, lock_free_case
from engine.cases.visibility import require_visible
from engine.deadlines.interruptions import Longer, is_slip, lengthened, resumed_due, time_left
from engine.deadlines.norms import Norm
from engine.deadlines.tables import term, term_extension, term_pause
from engine.deadlines.terms import moved_row
from engine.documents.access import attachment_row
from engine.documents.attachments import add_attachment
from engine.documents.files import Accepted
from engine.errors import Conflict, InvalidData, NotAllowed, NotFound
from engine.model import SYSTEM, Actor, Clock, Permission
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow

Paper = int | Accepted
"""Why a term is changed: the number of a file of the case, or a file that is not there yet."""

_LAST_SECOND = time(23, 59, 59)

_CASE_OF = select(term.c.case_id).where(term.c.id == bindparam("term_id"))
_MOVE_TERM = (
    update(term)
    .where(term.c.id == bindparam("the_term"))
    .values({name: bindparam(name) for name in ("due_at", "clock", "rung", "next_at")})
    .values(paused_at=None, remainder=None)
)
_STOP_TERM = (
    update(term)
    .where(term.c.id == bindparam("the_term"))
    .values(
        clock=int(Clock.PAUSED),
        next_at=None,
        paused_at=bindparam("paused_at"),
        remainder=bindparam("remainder"),
    )
)
_OPEN_PAUSE = select(term_pause).where(
    term_pause.c.term_id == bindparam("term_id"), term_pause.c.ended_at.is_(None)
)
_PAUSED_WITH = select(term_pause.c.term_id).where(
    term_pause.c.with_id == bindparam("pause_id"), term_pause.c.ended_at.is_(None)
)
_END_PAUSE = (
    update(term_pause)
    .where(term_pause.c.term_id == bindparam("the_term"), term_pause.c.ended_at.is_(None))
    .values(ended_at=bindparam("ended_at"), ended_by=bindparam("ended_by"))
)
_LAST_CHANGE = select(
    select(func.max(term_pause.c.ended_at))
    .where(term_pause.c.term_id == bindparam("term_id"))
    .scalar_subquery(),
    select(func.max(term_extension.c.at))
    .where(term_extension.c.term_id == bindparam("term_id"))
    .scalar_subquery(),
)
_EXTENDED = select(func.count()).where(term_extension.c.term_id == bindparam("term_id"))
_OVERLONG = (
    select(term_pause.c.term_id)
    .join_from(term_pause, term, term.c.id == term_pause.c.term_id)
    .where(
        term.c.ended_at.is_(None),
        term_pause.c.ended_at.is_(None),
        term_pause.c.limit_at.is_not(None),
        term_pause.c.limit_at <= bindparam("now"),
    )
    .order_by(term_pause.c.limit_at)
    .limit(bindparam("limit"))
)
PAUSES_OVERLONG = _OVERLONG.limit(None).order_by(None).exists()


def may_pause(actor: Actor, norm: Norm, case: CaseLike, queues: Collection[int]) -> bool:
    """Whether the norm lets the actor stop the clock and let it go on; `queues` hold the open steps."""
    if not norm.pause:
        return False
    if norm.pause_by:
        return norm.pause_by in actor.roles or actor == SYSTEM
    works = actor.may(Permission.TASK_WORK) and not actor.queues.isdisjoint(queues)
    return works or case.owner_id == actor.user_id or covers_case(actor, Permission.TASK_REASSIGN, case)


def may_extend(actor: Actor, norm: Norm) -> bool:
    """Whether the norm lets the actor make a term longer."""
    return norm.extension is not None and (norm.extension.by in actor.roles or actor == SYSTEM)


def pause_term(
    rt: Runtime,
    actor: Actor,
    term_id: int,
    reason: str,
    since: date | None = None,
    paper: Paper | None = None,
) -> None:
    """Stop the clock of a term, for one of the norm's reasons.

    `since`: the day of the paper that says so, counted as a day of the term; today when there is none.
    `paper`: a file of the case, or one that is put into it together with the pause.
    """
    with rt.database.write() as conn:
        clock, tasks = _taken(rt, conn, actor, term_id)
        _require_pause(actor, clock, tasks)
        if clock.row.clock == Clock.PAUSED:
            raise Conflict("Срок уже приостановлен.", "Обновите страницу дела.")
        if reason not in clock.norm.pause:
            raise InvalidData("Срок не приостановлен.", {"reason": "Выберите причину из списка нормы."})
        now = rt.clock.now()
        at = _moment(clock, since, now, "Срок не приостановлен.")
        _require_after_changes(conn, clock, at)
        if at >= clock.due:
            raise InvalidData("Срок не приостановлен.", {"since": "К этому дню срок уже истёк."})
        stopped = [clock, *(part for part in _parts(rt, clock) if at < part.due)]
        attachment_id, pause_id = _attached(rt, conn, actor, clock.case, paper), None
        for each in stopped:
            number = _begin_pause(conn, actor, each, at, reason, attachment_id, pause_id)
            pause_id = pause_id or number
        conn.execute(_STOP_TERM, [_stopped_row(each, at) for each in stopped])
        follow(conn, stopped, tasks, Clock.PAUSED)
        told = {"срок": clock.norm.title, "причина": reason, "с": local_day(clock, at)}
        note(rt, conn, actor, clock, HistoryKind.TERM_PAUSED, told, now, "term.paused")


def resume_term(rt: Runtime, actor: Actor, term_id: int, on: date | None = None) -> None:
    """Let the clock go on with what was left, and with it the terms that were stopped together with this one.

    `on`: the day that ended the pause, itself not yet a day of the term; now when there is none.
    """
    with rt.database.write() as conn:
        clock, tasks = _taken(rt, conn, actor, term_id)
        _require_pause(actor, clock, tasks)
        if clock.row.clock != Clock.PAUSED:
            raise Conflict("Срок не приостановлен: он идёт.", "Обновите страницу дела.")
        now = rt.clock.now()
        at = _moment(clock, on, now, "Срок не возобновлён.")
        if at < from_seconds(clock.row.paused_at):
            raise InvalidData("Срок не возобновлён.", {"on": "Этот день раньше начала паузы."})
        _go_on(rt, conn, actor, clock, tasks, at, now)


def resume_overlong(rt: Runtime, limit: int = 50) -> int:
    """Let go on what has stood still for as long as its norm allows; returns how many terms were found."""
    now = rt.clock.now()
    with rt.database.read() as conn:
        found = conn.execute(_OVERLONG, {"now": to_seconds(now), "limit": limit}).scalars().all()
    for term_id in found:
        with rt.database.write() as conn:
            case_id = conn.execute(_CASE_OF, {"term_id": term_id}).scalar_one()
            case = lock_free_case(rt, conn, case_id)
            row = next((row for row in case.terms if row.id == term_id), None) if case else None
            if case is None or row is None or row.clock != Clock.PAUSED:
                continue
            pause = conn.execute(_OPEN_PAUSE, {"term_id": term_id}).one()
            tasks = list(conn.execute(OPEN_TASKS, {"the_case": case.id}).all())
            _go_on(rt, conn, SYSTEM, term_clock(rt, case, row), tasks, from_seconds(pause.limit_at), now)
    return len(found)


def extend_term(
    rt: Runtime,
    actor: Actor,
    term_id: int,
    value: int,
    on: date | None = None,
    paper: Paper | None = None,
) -> None:
    """Make a running term longer by `value` of the unit of its norm's extension, before it has run out.

    `on`: the day of the decision. `paper`: the decision, as for a pause.
    """
    with rt.database.write() as conn:
        clock, tasks = _taken(rt, conn, actor, term_id)
        rule = clock.norm.extension
        if rule is None:
            raise NotAllowed("Эту норму нельзя продлить.", "Так сказано в норме срока.")
        if not may_extend(actor, clock.norm):
            who = ROLES.get(rule.by, rule.by).lower()
            raise NotAllowed("Этот срок продлеваете не вы.", f"Его продлевает: {who}.")
        if clock.row.clock == Clock.PAUSED:
            raise Conflict("Срок приостановлен.", "Сначала возобновите его.")
        if not 1 <= value <= rule.value:
            raise InvalidData("Срок не продлён.", {"value": f"Укажите число от 1 до {rule.value}."})
        if conn.execute(_EXTENDED, {"term_id": term_id}).scalar_one() >= rule.times:
            raise Conflict("Срок уже продлевали столько раз, сколько позволяет норма.")
        now = rt.clock.now()
        at = _moment(clock, on, now, "Срок не продлён.")
        _require_after_changes(conn, clock, at)
        if at > clock.due:
            raise InvalidData("Срок не продлён.", {"on": "К этому дню срок уже истёк."})
        longer = Longer(at, value, rule.unit)
        due = lengthened(clock.norm.rule, clock.due, longer, clock.calendar, clock.office)
        conn.execute(
            insert(term_extension),
            {
                "term_id": term_id,
                "at": to_seconds(at),
                "value": value,
                "unit": rule.unit.value,
                "due_before": clock.row.due_at,
                "due_after": to_seconds(due),
                "attachment_id": _attached(rt, conn, actor, clock.case, paper),
                "decided_by": actor.user_id,
            },
        )
        conn.execute(_MOVE_TERM, [_moved_row(clock, due, now)])
        follow(conn, [clock], tasks, Clock.RUNNING, {term_id: to_seconds(due)})
        told = {"срок": clock.norm.title, "причина": rule.ground, **was_is(clock, due, now)}
        note(rt, conn, actor, clock, HistoryKind.TERM_EXTENDED, told, now, "term.extended")


def _taken(rt: Runtime, conn: Connection, actor: Actor, term_id: int) -> tuple[TermClock, list[AnyRow]]:
    """An open term of a case the actor may see, with the case locked, and the open steps of that case."""
    case_id = conn.execute(_CASE_OF, {"term_id": term_id}).scalar_one_or_none()
    if case_id is None:
        raise NotFound("Такого срока нет.", "Обновите страницу дела.")
    case = lock_case(rt, conn, case_id)
    require_visible(conn, actor, case_id, case)
    row = next((row for row in case.terms if row.id == term_id), None)
    if row is None:
        raise Conflict("Этот срок уже окончен.", "Обновите страницу дела.")
    return term_clock(rt, case, row), list(conn.execute(OPEN_TASKS, {"the_case": case_id}).all())


def _require_pause(actor: Actor, clock: TermClock, tasks: Iterable[AnyRow]) -> None:
    if not clock.norm.pause:
        raise NotAllowed("Эту норму нельзя приостановить.", "Так сказано в норме срока.")
    if not may_pause(actor, clock.norm, clock.case, {row.queue_id for row in tasks}):
        role = clock.norm.pause_by
        who = ROLES.get(role, role).lower() if role else "тот, кто ведёт дело, или его руководитель"
        raise NotAllowed("Этот срок приостанавливаете не вы.", f"Это делает {who}.")


def _attached(
    rt: Runtime, conn: Connection, actor: Actor, case: LockedCase, paper: Paper | None
) -> int | None:
    """The number of the paper among the files of the case; what is new is put there now."""
    if paper is None:
        return None
    if isinstance(paper, Accepted):
        return add_attachment(rt, conn, actor, case.id, paper)
    row, _ = attachment_row(conn, actor, paper)
    if row.case_id != case.id:
        raise InvalidData("Документ не из этого дела.", {"attachment": "Выберите файл этого дела."})
    return paper


def _require_after_changes(conn: Connection, clock: TermClock, at: datetime) -> None:
    """What happens to a term happens in order: it is counted anew from this order when the calendar moves."""
    changes = conn.execute(_LAST_CHANGE, {"term_id": clock.row.id}).one()
    last = max(clock.row.event_at, *(moment for moment in changes if moment is not None), clock.row.event_at)
    if to_seconds(at) < last:
        day = from_seconds(last).astimezone(clock.office.zone)
        words = f"Срок с прошлым изменением идёт с {day:%d.%m.%Y}: укажите этот день или более поздний."
        raise InvalidData("Срок не изменён.", {"since": words, "on": words})


def _moment(clock: TermClock, day: date | None, now: datetime, what: str) -> datetime:
    """The moment a paper of that day speaks of: the end of the day, or now when the day isn't over; in whole
    seconds, as the tables keep it, so that what is counted from it now and later is the same.
    """
    now = now.replace(microsecond=0)
    today = now.astimezone(clock.office.zone).date()
    if day is None or day == today:
        return now
    if day > today:
        words = "Этот день ещё не наступил."
        raise InvalidData(what, {"since": words, "on": words})
    return min(datetime.combine(day, _LAST_SECOND, clock.office.zone), now)


def _parts(rt: Runtime, whole: TermClock) -> list[TermClock]:
    """Running terms of the case that are a part of this one, and parts of those."""
    keys, found = {whole.row.key}, []
    clocks = [term_clock(rt, whole.case, row) for row in whole.case.terms if row.clock == Clock.RUNNING]
    while fresh := [
        each
        for each in clocks
        if each.norm.within in keys and each not in found and each.row.id != whole.row.id
    ]:
        found += fresh
        keys |= {each.row.key for each in fresh}
    return found


def _begin_pause(
    conn: Connection,
    actor: Actor,
    clock: TermClock,
    at: datetime,
    reason: str,
    attachment_id: int | None,
    with_id: int | None,
) -> int:
    days = clock.norm.pause_days
    row = {
        "term_id": clock.row.id,
        "with_id": with_id,
        "started_at": to_seconds(at),
        "started_by": actor.user_id,
        "reason": reason,
        "attachment_id": attachment_id,
        # A part goes on when its whole does.
        "limit_at": to_seconds(at + timedelta(days)) if days and with_id is None else None,
    }
    return int(conn.execute(insert(term_pause).returning(term_pause.c.id), row).scalar_one())


def _stopped_row(clock: TermClock, at: datetime) -> dict[str, Any]:
    left = time_left(clock.norm.rule, clock.due, at, clock.calendar, clock.office)
    return {"the_term": clock.row.id, "paused_at": to_seconds(at), "remainder": left}


def _go_on(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    clock: TermClock,
    tasks: list[AnyRow],
    at: datetime,
    now: datetime,
) -> None:
    pause = conn.execute(_OPEN_PAUSE, {"term_id": clock.row.id}).one()
    together = set(conn.execute(_PAUSED_WITH, {"pause_id": pause.id}).scalars())
    going = [clock, *(term_clock(rt, clock.case, row) for row in clock.case.terms if row.id in together)]
    due = {each.row.id: _due_again(each, at) for each in going}
    ended = {"ended_at": to_seconds(at), "ended_by": actor.user_id}
    conn.execute(_END_PAUSE, [{"the_term": each.row.id, **ended} for each in going])
    conn.execute(_MOVE_TERM, [_moved_row(each, due[each.row.id], now) for each in going])
    moments = {number: to_seconds(moment) for number, moment in due.items()}
    follow(conn, going, tasks, Clock.RUNNING, moments)
    told = {"срок": clock.norm.title, **was_is(clock, due[clock.row.id], now)}
    note(rt, conn, actor, clock, HistoryKind.TERM_RESUMED, told, now, "term.resumed")


def _due_again(clock: TermClock, at: datetime) -> datetime:
    if is_slip(from_seconds(clock.row.paused_at), at):
        return clock.due
    return resumed_due(clock.norm.rule, clock.row.remainder, at, clock.calendar, clock.office)


def _moved_row(clock: TermClock, due: datetime, now: datetime) -> dict[str, Any]:
    return moved_row(clock.row, clock.norm, due, now, clock.calendar, clock.office)
