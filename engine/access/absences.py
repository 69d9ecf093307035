"""Who is away and who stands in for them: today, in a stretch of days, and putting a period in or taking it
out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, delete, insert, or_, select

from engine.access.directory import Tree, rights_changed
from engine.access.journal import record_action
from engine.access.policy import NOT_LENT, NOT_SUBSTITUTED, PERMISSION_NAMES, grants_of, reach, require
from engine.access.queries import Colleague, colleagues
from engine.access.standing_in import Period, acting_for, closes_circle
from engine.access.tables import absence, account, account_role
from engine.deadlines.russian import day_month
from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import Actor, Permission, Scope
from engine.runtime import Runtime
from engine.storage.rows import AnyRow

LONGEST = 366
"""Days of one period: whoever is away for longer has their work handed over."""


class AbsenceKind(StrEnum):
    """Why somebody is away."""

    VACATION = "vacation"
    SICK = "sick"
    TRIP = "trip"


@dataclass(frozen=True, slots=True)
class Absence:
    """One period, days inclusive. `kind` is None for those whom it does not concern."""

    id: int
    absent_id: int
    substitute_id: int | None
    kind: AbsenceKind | None
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who is away now, until `last_day`; `acting_id` does their work, None: nobody does."""

    account_id: int
    last_day: date
    acting_id: int | None
    absence_id: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A colleague as a substitute. `obstacle` says why not; empty for whom one may choose."""

    account_id: int
    name: str
    position: str
    obstacle: str


_AROUND = (
    select(
        absence.c.id,
        absence.c.absent_id,
        absence.c.substitute_id,
        absence.c.first_day,
        absence.c.last_day,
        account.c.unit_id,
    )
    .join_from(absence, account, account.c.id == absence.c.absent_id)
    .where(absence.c.first_day <= bindparam("latest"), absence.c.last_day >= bindparam("earliest"))
)
_CLOSED = select(account.c.id).where(account.c.active.is_(False))
_HELD = select(account_role).where(account_role.c.account_id.in_(bindparam("ids", expanding=True)))


def today_in(tree: Tree, unit_id: int, now: datetime) -> date:
    """The day by the clock of that unit."""
    return now.astimezone(ZoneInfo(tree.unit(unit_id).zone)).date()


def away_now(conn: Connection, tree: Tree, now: datetime) -> dict[int, Away]:
    """Everybody who is away today, by the day of their own unit. A closed account acts for nobody."""
    around = {"earliest": _day(now, -1), "latest": _day(now, +1)}
    return _away(
        conn,
        [
            row
            for row in conn.execute(_AROUND, around)
            if row.first_day <= today_in(tree, row.unit_id, now).isoformat() <= row.last_day
        ],
    )


def away_on(conn: Connection, day: date) -> dict[int, Away]:
    """Everybody of whom it is known that they will be away on that day, and who acts for them then."""
    return _away(conn, conn.execute(_AROUND, {"earliest": day.isoformat(), "latest": day.isoformat()}).all())


def _away(conn: Connection, found: Sequence[AnyRow]) -> dict[int, Away]:
    if not found:
        return {}
    links: dict[int, int | None] = dict.fromkeys(conn.execute(_CLOSED).scalars())
    links |= {row.absent_id: row.substitute_id for row in found}
    return {
        row.absent_id: Away(
            row.absent_id, date.fromisoformat(row.last_day), acting_for(row.absent_id, links), row.id
        )
        for row in found
    }


def _day(now: datetime, shift: int) -> str:
    return (now + timedelta(days=shift)).date().isoformat()


def absences(rt: Runtime, actor: Actor, first_day: date, last_day: date) -> list[Absence]:
    """Periods that touch these days: one's own, of those whom one leads, and in which one stands in."""
    wanted = (
        select(absence, account.c.unit_id)
        .join_from(absence, account, account.c.id == absence.c.absent_id)
        .where(absence.c.first_day <= last_day.isoformat(), absence.c.last_day >= first_day.isoformat())
        .order_by(absence.c.first_day, absence.c.id)
    )
    led = reach(actor, Permission.TASK_REASSIGN).condition(unit=account.c.unit_id, owner=account.c.id)
    concerned = or_(led, absence.c.absent_id == actor.user_id, absence.c.substitute_id == actor.user_id)
    with rt.database.read() as conn:
        rows = conn.execute(wanted.where(concerned)).all()
    return [
        Absence(
            row.id,
            row.absent_id,
            row.substitute_id,
            AbsenceKind(row.kind) if _concerns(actor, row.absent_id, row.unit_id) else None,
            date.fromisoformat(row.first_day),
            date.fromisoformat(row.last_day),
        )
        for row in rows
    ]


def _concerns(actor: Actor, account_id: int, unit_id: int) -> bool:
    """Whether the actor is the person or leads them."""
    leads = reach(actor, Permission.TASK_REASSIGN)
    return account_id == actor.user_id or (
        actor.may(Permission.TASK_REASSIGN, Scope.TEAM) and leads.covers(unit_id=unit_id, owner_id=None)
    )


def led_by(rt: Runtime, actor: Actor) -> list[Colleague]:
    """For whom the actor may put a period in: those whom they lead, and themselves."""
    return [each for each in colleagues(rt) if _concerns(actor, each.id, each.unit_id)]


def substitutes_for(
    rt: Runtime, actor: Actor, absent_id: int, first_day: date, last_day: date
) -> list[Choice]:
    """All colleagues of the organisation: first those who may stand in, then the others with the reason."""
    with rt.database.read() as conn:
        _must_concern(conn, actor, absent_id)
        return _choices(rt, conn, absent_id, first_day, last_day)


def _choices(rt: Runtime, conn: Connection, absent_id: int, first_day: date, last_day: date) -> list[Choice]:
    tree = rt.directory.tree()
    home = conn.execute(select(account.c.unit_id).where(account.c.id == absent_id)).scalar_one()
    people = colleagues(rt, unit_ids=tree.below(tree.unit(home).agency_id))
    rights = _rights(conn, {each.id for each in people} | {absent_id})
    periods = _periods(conn, first_day, last_day)
    found = []
    for each in people:
        if each.id == absent_id:
            continue
        new = Period(absent_id, each.id, first_day.isoformat(), last_day.isoformat())
        obstacle = _wider(rights[each.id], rights[absent_id]) or _in_the_way(periods, new)
        found.append(Choice(each.id, each.name.short(), each.position, obstacle))
    return sorted(found, key=lambda choice: choice.obstacle != "")


def _rights(conn: Connection, ids: Collection[int]) -> Mapping[int, Mapping[Permission, Scope]]:
    """What each of them may; the offices of the whole municipality are not lent and do not count."""
    held: dict[int, list[tuple[str, Scope | None]]] = {number: [] for number in ids}
    for row in conn.execute(_HELD, {"ids": list(ids)}):
        if row.role not in NOT_SUBSTITUTED:
            limit = None if row.limit is None else Scope(row.limit)
            held[row.account_id].append((row.role, limit))
    return {number: grants_of(roles) for number, roles in held.items()}


def _wider(theirs: Mapping[Permission, Scope], absent: Mapping[Permission, Scope]) -> str:
    """What the colleague may and the absent may not, or not so far. What is one's own is wider for nobody."""
    wider = [
        PERMISSION_NAMES[permission]
        for permission, scope in theirs.items()
        if permission not in NOT_LENT and scope > Scope.OWN and scope > absent.get(permission, 0)
    ]
    return f"права шире: {', '.join(wider)}" if wider else ""


def _in_the_way(periods: Collection[Period], new: Period) -> str:
    """Why the other periods of those days do not let the new one in."""
    if closes_circle(periods, new):
        return "получится круг: в эти дни замещение уже ведёт обратно"
    away = [each for each in periods if each.absent_id == new.substitute_id and each.substitute_id is None]
    if away:
        return f"тоже отсутствует {_days(away[0])}, и никто не замещает"
    return ""


def _days(period: Period) -> str:
    first, last = date.fromisoformat(period.first_day), date.fromisoformat(period.last_day)
    return day_month(first) if first == last else f"с {day_month(first)} по {day_month(last)}"


def _periods(conn: Connection, first_day: date, last_day: date) -> list[Period]:
    touching = select(
        absence.c.absent_id, absence.c.substitute_id, absence.c.first_day, absence.c.last_day
    ).where(absence.c.first_day <= last_day.isoformat(), absence.c.last_day >= first_day.isoformat())
    return [Period(*row) for row in conn.execute(touching)]


def add_absence(
    rt: Runtime,
    actor: Actor,
    *,
    absent_id: int,
    first_day: date,
    last_day: date,
    substitute_id: int | None = None,
    kind: AbsenceKind = AbsenceKind.VACATION,
) -> int:
    """Say that somebody is away and who does their work then; the number of the period.

    Everybody may say it of themselves, a head of those whom they lead. InvalidData with the reason when the
    days overlap another period of the person, or the substitute is nobody whom `substitutes_for` offers.
    """
    _check_days(first_day, last_day)
    values: dict[str, Any] = {
        "absent_id": absent_id,
        "substitute_id": substitute_id,
        "kind": kind.value,
        "first_day": first_day.isoformat(),
        "last_day": last_day.isoformat(),
    }
    with rt.database.write() as conn:
        _must_concern(conn, actor, absent_id)
        rights_changed(rt.database, rt.directory, conn)  # one at a time: a circle needs two periods
        own = [each for each in _periods(conn, first_day, last_day) if each.absent_id == absent_id]
        if own:
            words = (
                f"В эти дни уже записано отсутствие: {_days(own[0])}. Отмените его или возьмите другие дни."
            )
            raise InvalidData("Период не сохранён.", {"first_day": words})
        if substitute_id is not None:
            _check_substitute(rt, conn, absent_id, substitute_id, first_day, last_day)
        found = conn.execute(insert(absence).returning(absence.c.id), values).scalar_one()
        details = {"substitute": substitute_id, "from": values["first_day"], "to": values["last_day"]}
        record_action(rt, conn, actor, "substituted", "account", absent_id, details=details)
    return int(found)


def _check_days(first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise InvalidData("Период не сохранён.", {"last_day": "Последний день раньше первого."})
    if (last_day - first_day).days >= LONGEST:
        raise InvalidData(
            "Период не сохранён.",
            {"last_day": "Период длиннее года. Кто уходит надолго, передаёт свои дела другому сотруднику."},
        )


def _check_substitute(
    rt: Runtime, conn: Connection, absent_id: int, substitute_id: int, first_day: date, last_day: date
) -> None:
    if substitute_id == absent_id:
        raise InvalidData("Период не сохранён.", {"substitute_id": "Выберите другого сотрудника."})
    choices = {each.account_id: each for each in _choices(rt, conn, absent_id, first_day, last_day)}
    chosen = choices.get(substitute_id)
    if chosen is None:
        raise InvalidData("Период не сохранён.", {"substitute_id": "Выберите сотрудника своей организации."})
    if chosen.obstacle:
        words = f"{chosen.name} замещать не может: {chosen.obstacle}."
        raise InvalidData("Период не сохранён.", {"substitute_id": words})


def cancel_absence(rt: Runtime, actor: Actor, absence_id: int) -> None:
    """Take a period out, whether or not it has begun; the person, their substitute or their head may."""
    with rt.database.write() as conn:
        row = conn.execute(select(absence).where(absence.c.id == absence_id)).one_or_none()
        if row is None:
            raise NotFound("Такого периода нет.", "Возможно, его уже отменили: обновите страницу.")
        if actor.user_id != row.substitute_id:
            _must_concern(conn, actor, row.absent_id)
        conn.execute(delete(absence).where(absence.c.id == absence_id))
        details = {"substitute": row.substitute_id}
        record_action(rt, conn, actor, "substitution_ended", "account", row.absent_id, details=details)
        rights_changed(rt.database, rt.directory, conn)


def _must_concern(conn: Connection, actor: Actor, account_id: int) -> None:
    """NotAllowed unless it is the actor, or they hand out the steps of the unit where the colleague works."""
    unit_id = conn.execute(select(account.c.unit_id).where(account.c.id == account_id)).scalar()
    if unit_id is None:
        raise NotFound("Такого сотрудника нет.")
    if account_id == actor.user_id:
        return
    require(actor, Permission.TASK_REASSIGN, Scope.TEAM)
    if not _concerns(actor, account_id, unit_id):
        raise NotAllowed(
            "Этот сотрудник работает не в вашем подразделении.", "Попросите его руководителя или его самого."
        )
