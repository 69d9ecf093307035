"""The calendar of sittings: what the rule of a commission gives, and what its secretary moves and adds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, func, insert, select, update

from engine.access.journal import record_action
from engine.deadlines.calendar import Calendar
from engine.errors import Conflict, InvalidData, NotFound
from engine.model import Actor
from engine.records.commissions import Commission, commission_of, require_keeper
from engine.records.sittings import CANCELLED, HELD, PLANNED
from engine.records.tables import commission, sitting
from engine.runtime import Runtime
from engine.storage.moments import to_seconds

AHEAD = timedelta(days=60)
"""How far ahead the calendar is filled."""
AGAIN = timedelta(days=7)
"""It is filled up again when so much of that has passed."""
LONGEST_REASON = 300

_IS_SHORT = (
    commission.c.active
    & commission.c.weekday.is_not(None)
    & (commission.c.planned_until < bindparam("filled_until"))
)
_SHORT = select(commission.c.id).where(_IS_SHORT)
CALENDARS_SHORT = exists().where(_IS_SHORT)
"""Some commission's calendar is not filled until the day `filled_until`."""


def filled_until(now: datetime) -> str:
    """The day until which calendars of commissions have to be filled."""
    return (now.date() + AHEAD - AGAIN).isoformat()


@dataclass(frozen=True, slots=True)
class Sitting:
    """A sitting of the calendar. `rule_day`: the day that the rule gave; None: it was called besides."""

    id: int
    commission_id: int
    case_id: int | None
    day: date
    rule_day: date | None
    poll: bool
    status: int
    heard: int | None
    reason: str

    @property
    def planned(self) -> bool:
        return self.status == PLANNED

    @property
    def held(self) -> bool:
        return self.status == HELD

    @property
    def cancelled(self) -> bool:
        return self.status == CANCELLED

    @property
    def extra(self) -> bool:
        """Called besides the rule, for a reason."""
        return self.rule_day is None and bool(self.reason)

    @property
    def moved(self) -> bool:
        """Not on the day of the rule."""
        return self.rule_day is not None and self.rule_day != self.day


def rule_days(weekday: int, weeks: Collection[int], first: date, last: date) -> list[date]:
    """Days of the rule from `first` to `last`, inclusive: that weekday of those weeks of a month, of every
    week when none are named. The first Tuesday of a month is in its first week.
    """
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return [
        day for day in days if day.weekday() == weekday and (not weeks or (day.day - 1) // 7 + 1 in weeks)
    ]


def plan_by_rule(rt: Runtime) -> int:
    """Fill the calendars of the commissions that sit by a rule; how many sittings were added."""
    with rt.database.read() as conn:
        found = conn.execute(_SHORT, {"filled_until": filled_until(rt.clock.now())}).scalars().all()
    return sum(_fill(rt, number) for number in found)


def _fill(rt: Runtime, commission_id: int) -> int:
    with rt.database.write() as conn:
        conn.execute(select(commission.c.id).where(commission.c.id == commission_id).with_for_update())
        known = commission_of(conn, commission_id)
        today = rt.clock.now().astimezone(rt.calendars.office(known.unit_id).zone).date()
        filled = conn.execute(
            select(commission.c.planned_until).where(commission.c.id == commission_id)
        ).scalar_one()
        first = max(today + timedelta(1), date.fromisoformat(filled) + timedelta(1) if filled else today)
        last = today + AHEAD
        taken = _taken(conn, commission_id)
        added = 0
        calendar = rt.calendars.calendar(known.unit_id)
        for rule_day, day in planned_days(calendar, known.weekday or 0, known.weeks, first, last):
            if day not in taken:
                _add(rt, conn, known, day, rule_day=rule_day)
                taken.add(day)
                added += 1
        conn.execute(
            update(commission).where(commission.c.id == commission_id).values(planned_until=last.isoformat())
        )
    return added


def planned_days(
    calendar: Calendar, weekday: int, weeks: Collection[int], first: date, last: date
) -> list[tuple[date, date]]:
    """(day of the rule, day of the sitting): a day off gives way to the next working day. It is left out when
    that is the eve of the next sitting: after long holidays nobody sits two days running.
    """
    days = rule_days(weekday, weeks, first, last + timedelta(days=7))
    regular = {day for day in days if calendar.is_working(day)}
    moved = ((day, calendar.next_working(day)) for day in days if day <= last)
    return [
        (rule_day, day)
        for rule_day, day in moved
        if day == rule_day or calendar.next_working(day + timedelta(1)) not in regular
    ]


def _taken(conn: Connection, commission_id: int) -> set[date]:
    """Days on which the commission sits anyway."""
    wanted = select(sitting.c.day).where(
        sitting.c.commission_id == commission_id, sitting.c.status != CANCELLED
    )
    return {date.fromisoformat(day) for day in conn.execute(wanted).scalars()}


def _add(
    rt: Runtime,
    conn: Connection,
    known: Commission,
    day: date,
    *,
    rule_day: date | None,
    reason: str = "",
    poll: bool = False,
) -> int:
    values = {
        "commission_id": known.id,
        "day": day.isoformat(),
        "rule_day": rule_day.isoformat() if rule_day else None,
        "status": PLANNED,
        "followed": False,
        "poll": poll,
        "opens_at": to_seconds(opening(rt, known, day)),
        "reason": reason,
    }
    return int(conn.execute(insert(sitting).returning(sitting.c.id), values).scalar_one())


def opening(rt: Runtime, known: Commission, day: date) -> datetime:
    """When a sitting of that day begins to be prepared: the morning of the day its agenda is closed on."""
    calendar = rt.calendars.calendar(known.unit_id)
    return rt.calendars.office(known.unit_id).opens(_before(calendar, day, known.cutoff_days))


def _before(calendar: Calendar, day: date, count: int) -> date:
    for _ in range(count):
        day = calendar.previous_working(day - timedelta(1))
    return day


def add_sitting(rt: Runtime, actor: Actor, commission_id: int, asked: date | None, reason: str) -> int:
    """Call a sitting besides the rule; its number."""
    with rt.database.write() as conn:
        known = commission_of(conn, commission_id)
        require_keeper(rt, conn, actor, known)
        day = _free(rt, conn, known, asked)
        made = _add(rt, conn, known, day, rule_day=None, reason=_reason(reason))
        record_action(rt, conn, actor, "sitting.added", "commission", commission_id, details=_told(day))
    return made


def call_sitting(
    rt: Runtime, conn: Connection, commission_id: int, day: date, reason: str, *, poll: bool
) -> None:
    """A question can't wait: the commission sits on that day, unless it does so anyway and its agenda still
    takes questions.
    """
    known = commission_of(conn, commission_id)
    open_still = (
        (sitting.c.commission_id == commission_id)
        & (sitting.c.day == day.isoformat())
        & (sitting.c.status == PLANNED)
        & sitting.c.closed_at.is_(None)
    )
    if conn.execute(select(sitting.c.id).where(open_still).limit(1)).scalar() is None:
        _add(rt, conn, known, day, rule_day=None, reason=reason[:LONGEST_REASON], poll=poll)


def move_sitting(rt: Runtime, actor: Actor, sitting_id: int, asked: date | None, reason: str) -> None:
    """Another day for a sitting that is not being prepared yet; terms follow within a minute."""
    with rt.database.write() as conn:
        row, known = _untouched(rt, conn, actor, sitting_id)
        if asked is not None and asked.isoformat() == row.day:
            raise InvalidData("Заседание не перенесено.", {"day": "Заседание и так в этот день."})
        day = _free(rt, conn, known, asked)
        values = {
            "day": day.isoformat(),
            "followed": False,
            "opens_at": to_seconds(opening(rt, known, day)),
            "reason": _reason(reason),
        }
        conn.execute(update(sitting).where(sitting.c.id == sitting_id).values(values))
        details = {"from": row.day, **_told(day)}
        record_action(rt, conn, actor, "sitting.moved", "commission", known.id, details=details)


def cancel_sitting(rt: Runtime, actor: Actor, sitting_id: int, reason: str) -> None:
    """Call off a sitting that is not being prepared yet; what waits for it waits for the next one."""
    with rt.database.write() as conn:
        row, known = _untouched(rt, conn, actor, sitting_id)
        values = {"status": CANCELLED, "followed": False, "reason": _reason(reason)}
        conn.execute(update(sitting).where(sitting.c.id == sitting_id).values(values))
        told = {"day": row.day}
        record_action(rt, conn, actor, "sitting.cancelled", "commission", known.id, details=told)


def plan_anew(rt: Runtime, actor: Actor, commission_id: int) -> None:
    """The rules were changed, or there are some now: the calendar follows them at once."""
    with rt.database.write() as conn:
        require_keeper(rt, conn, actor, commission_of(conn, commission_id), manager=True)
        replan(conn, commission_id)
    plan_by_rule(rt)


def replan(conn: Connection, commission_id: int) -> None:
    """The rule has changed: what it gave and nobody has touched makes room for what the new one gives."""
    mine = (
        (sitting.c.commission_id == commission_id)
        & (sitting.c.status == PLANNED)
        & sitting.c.case_id.is_(None)
        & sitting.c.rule_day.is_not(None)
        & (sitting.c.reason == "")
    )
    conn.execute(update(sitting).where(mine).values(status=CANCELLED, followed=False))
    conn.execute(update(commission).where(commission.c.id == commission_id).values(planned_until=""))


def sittings_between(conn: Connection, commission_id: int, first: date, last: date) -> list[Sitting]:
    """The calendar of a commission, days inclusive, in order; without what a new rule replaced: that was
    called off without a reason, and never had a case.
    """
    wanted = (
        select(sitting)
        .where(
            sitting.c.commission_id == commission_id,
            sitting.c.day.between(first.isoformat(), last.isoformat()),
        )
        .order_by(sitting.c.day, sitting.c.id)
    )
    found = [_sitting(row) for row in conn.execute(wanted)]
    return [each for each in found if not each.cancelled or each.reason or each.case_id is not None]


def sitting_of(conn: Connection, case_id: int) -> Sitting | None:
    """The sitting that this case holds."""
    row = conn.execute(select(sitting).where(sitting.c.case_id == case_id)).one_or_none()
    return None if row is None else _sitting(row)


def next_days(conn: Connection, commission_ids: Collection[int], today: date) -> dict[int, date]:
    """The nearest sitting of each commission that still takes questions."""
    wanted = (
        select(sitting.c.commission_id, func.min(sitting.c.day))
        .where(
            sitting.c.commission_id.in_(commission_ids),
            sitting.c.status == PLANNED,
            sitting.c.closed_at.is_(None),
            sitting.c.day >= today.isoformat(),
        )
        .group_by(sitting.c.commission_id)
    )
    return {number: date.fromisoformat(day) for number, day in conn.execute(wanted)}


def _untouched(rt: Runtime, conn: Connection, actor: Actor, sitting_id: int) -> tuple[Row[Any], Commission]:
    row = conn.execute(select(sitting).where(sitting.c.id == sitting_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("Такого заседания нет.", "Обновите календарь заседаний.")
    known = commission_of(conn, row.commission_id)
    require_keeper(rt, conn, actor, known)
    if row.status != PLANNED or row.case_id is not None:
        raise Conflict(
            "Это заседание уже готовят или его не будет.", "Перенести его можно в самом деле заседания."
        )
    return row, known


def _free(rt: Runtime, conn: Connection, known: Commission, day: date | None) -> date:
    """The day, on which the commission may sit and does not yet."""
    if day is None:
        raise InvalidData("Заседание не назначено.", {"day": "Укажите день."})
    zone = rt.calendars.office(known.unit_id).zone
    if day < rt.clock.now().astimezone(zone).date():
        raise InvalidData("Заседание не назначено.", {"day": "Этот день уже прошёл."})
    if not rt.calendars.calendar(known.unit_id).is_working(day):
        raise InvalidData("Заседание не назначено.", {"day": "Это нерабочий день."})
    if day in _taken(conn, known.id):
        raise InvalidData("Заседание не назначено.", {"day": "В этот день комиссия уже заседает."})
    return day


def _reason(words: str) -> str:
    cleaned = " ".join(words.split())[:LONGEST_REASON]
    if not cleaned:
        raise InvalidData("Заседание не изменено.", {"reason": "Напишите почему: это увидят члены комиссии."})
    return cleaned


def _told(day: date) -> dict[str, str]:
    return {"day": day.isoformat()}


def _today(rt: Runtime) -> date:
    return rt.clock.now().date()


def _sitting(row: Row[Any]) -> Sitting:
    return Sitting(
        id=row.id,
        commission_id=row.commission_id,
        case_id=row.case_id,
        day=date.fromisoformat(row.day),
        rule_day=date.fromisoformat(row.rule_day) if row.rule_day else None,
        poll=row.poll,
        status=row.status,
        heard=row.heard,
        reason=row.reason,
    )
