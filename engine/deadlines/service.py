"""Changing calendars and norms: one transaction a function, noted in the journal, seen by every process."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine.access.journal import record_action
from engine.access.policy import require
from engine.deadlines.calendar import Calendar, Day, Year, YearStatus
from engine.deadlines.calendars import calendar_moved, count_change, deadlines_changed
from engine.deadlines.changes import ChangeKind, note_change
from engine.deadlines.norm_file import extension_json, ladder_json, shipped_norms
from engine.deadlines.norms import Norm
from engine.deadlines.queries import COUNTRY, country_years, days_by_year
from engine.deadlines.seed import DECREES, shipped_year, usual_year
from engine.deadlines.tables import calendar_day, calendar_year, norm
from engine.errors import Conflict, InvalidData, MarshrutError
from engine.model import SYSTEM, Actor, Permission, Scope
from engine.storage.moments import to_seconds

if TYPE_CHECKING:
    from engine.runtime import Runtime

_PUT_DAY = insert(calendar_day)
_DROP_DAY = delete(calendar_day).where(
    calendar_day.c.calendar == bindparam("the_calendar"), calendar_day.c.day == bindparam("the_day")
)
_END_EDITION = (
    update(norm).where(norm.c.id == bindparam("the_norm")).values(valid_to=bindparam("the_last_day"))
)


def seed(conn: Connection, now: datetime) -> None:
    """Give a new database the shipped norms and calendar years, and a later version what was added since.

    What the instance already has is left alone, whoever changed it. The caller commits.
    """
    known = {tuple(row) for row in conn.execute(select(norm.c.key, norm.c.variant))}
    fresh = [each for each in shipped_norms() if (each.key, each.variant) not in known]
    if fresh:
        conn.execute(insert(norm), [_norm_row(each, now, SYSTEM) for each in fresh])
    years = country_years(conn)
    missing = [number for number in DECREES if number not in years]
    for number in missing:
        _write_year(conn, shipped_year(number))
    if fresh or missing:
        count_change(conn)


def load_year(rt: Runtime, actor: Actor, number: int) -> Year:
    """Fill a year with the transfers that the product or its library of calendars knows.

    Refused while nothing more than the Labour Code is known of it, and for a year that somebody confirmed.
    """
    require(actor, Permission.CALENDAR_EDIT, Scope.MUNICIPALITY)
    year = shipped_year(number)
    if year.status is YearStatus.PROVISIONAL:
        raise MarshrutError(
            f"Переносы выходных на {number} год программе не известны.",
            "Внесите дни по постановлению Правительства и подтвердите год.",
        )
    with rt.database.write() as conn:
        if _status(conn, number) is YearStatus.CONFIRMED:
            raise Conflict(f"{number} год уже подтверждён.", "Исправьте отдельные дни, если они неверны.")
        _write_year(conn, replace(year, status=YearStatus.UNCONFIRMED))
        _note(rt, conn, actor, "calendar.load", None, ChangeKind.LOADED, year=number, source=year.source)
    return year


def edit_day(rt: Runtime, actor: Actor, day: Day, unit_id: int | None = None) -> None:
    """Set what a day is: for everybody, or for a unit and the units below it (a holiday of the region).

    `day.note` says why and `day.source` by which act; both are shown beside every date that the day moves.
    Open terms are counted anew afterwards, as after every function here that changes days.
    """
    require(actor, Permission.CALENDAR_EDIT, Scope.MUNICIPALITY)
    errors = {}
    if not day.note.strip():
        errors["note"] = "Напишите, почему день такой: праздник, перенос."
    if not day.source.strip():
        errors["source"] = "Напишите, каким актом: номер и дата приказа, закона, постановления."
    if errors:
        raise InvalidData("День не записан.", errors)
    key = _layer(rt, unit_id)
    with rt.database.write() as conn:
        was = _layer_calendar(rt, unit_id).day(day.date).kind
        _write_days(conn, key, [day])
        _note(
            rt, conn, actor, "calendar.day", unit_id, ChangeKind.DAY,
            day=day.date.isoformat(), was=was.value, becomes=day.kind.value, note=day.note, source=day.source,
        )  # fmt: skip


def restore_day(rt: Runtime, actor: Actor, day: date, unit_id: int | None = None) -> None:
    """Take back what was said of a day in this layer: it is again what the layers below make of it."""
    require(actor, Permission.CALENDAR_EDIT, Scope.MUNICIPALITY)
    key = _layer(rt, unit_id)
    with rt.database.write() as conn:
        own = days_by_year(conn, key).get(day.year, {}).get(day)
        usual = usual_year(day.year).days.get(day) if unit_id is None else None
        if own is None or own == usual:
            raise Conflict("Этот день здесь не меняли.", "Обновите страницу календаря.")
        conn.execute(_DROP_DAY, {"the_calendar": key, "the_day": day.isoformat()})
        if usual is not None:
            _write_days(conn, key, [usual])
        _note(
            rt, conn, actor, "calendar.restore", unit_id, ChangeKind.RESTORED,
            day=day.isoformat(), was=own.kind.value,
        )  # fmt: skip


def import_days(rt: Runtime, actor: Actor, days: Sequence[Day], unit_id: int | None = None) -> None:
    """Set all these days at once, as `calendar_file.read_days` gave them."""
    require(actor, Permission.CALENDAR_EDIT, Scope.MUNICIPALITY)
    if not days:
        raise InvalidData("Дни не записаны.", {"file": "В файле нет ни одного дня."})
    key = _layer(rt, unit_id)
    with rt.database.write() as conn:
        _write_days(conn, key, days)
        first, last = min(day.date for day in days), max(day.date for day in days)
        _note(
            rt, conn, actor, "calendar.import", unit_id, ChangeKind.IMPORTED,
            days=len(days), first=first.isoformat(), last=last.isoformat(),
        )  # fmt: skip


def _layer(rt: Runtime, unit_id: int | None) -> str:
    return COUNTRY if unit_id is None else str(rt.directory.tree().unit(unit_id).id)


def _layer_calendar(rt: Runtime, unit_id: int | None) -> Calendar:
    return rt.calendars.country() if unit_id is None else rt.calendars.calendar(unit_id)


def _note(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    action: str,
    unit_id: int | None,
    kind: ChangeKind,
    **details: Any,
) -> None:
    """In the journal, and for whoever counts the open terms anew."""
    about = ("year", details["year"]) if "year" in details else ("calendar", unit_id)
    record_action(rt, conn, actor, action, *about, details=details)
    note_change(conn, actor, rt.clock.now(), _layer(rt, unit_id), kind, **details)
    deadlines_changed(rt.database, rt.calendars, conn)
    calendar_moved(rt.database, rt.calendars, rt.wake)


def confirm_year(rt: Runtime, actor: Actor, number: int, act: str) -> None:
    """Say that the year's days were checked against the decree; its dates are provisional no longer.

    `act` names the decree: it is kept as the source of the year.
    """
    require(actor, Permission.CALENDAR_EDIT, Scope.MUNICIPALITY)
    if not act.strip():
        raise InvalidData(
            "Год не подтверждён.", {"act": "Напишите, с каким актом сверено: номер и дата постановления."}
        )
    with rt.database.write() as conn:
        if _status(conn, number) is YearStatus.CONFIRMED:
            raise Conflict(f"{number} год уже подтверждён.", "Обновите страницу.")
        year = country_years(conn).get(number) or usual_year(number)
        confirmed = replace(year, status=YearStatus.CONFIRMED, source=act.strip())
        _write_year(conn, confirmed, rt.clock.now(), actor)
        _note(rt, conn, actor, "calendar.confirm", None, ChangeKind.CONFIRMED, year=number, act=act.strip())


def add_norm_edition(rt: Runtime, actor: Actor, edition: Norm) -> int:
    """Add an edition of a norm and end the one before it; gives its number.

    Terms that run keep the edition they began with; terms that open from `edition.valid_from` on take the new
    one. See `cases.editions.publish_edition` for what has begun since that day.
    """
    with rt.database.write() as conn:
        return write_edition(rt, conn, actor, edition)


def write_edition(rt: Runtime, conn: Connection, actor: Actor, edition: Norm) -> int:
    """The same inside a transaction of the caller."""
    require(actor, Permission.NORM_EDIT, Scope.MUNICIPALITY)
    same = (norm.c.key == edition.key) & (norm.c.variant == edition.variant)
    latest = conn.execute(
        select(norm.c.id, norm.c.valid_from, norm.c.valid_to).where(same).order_by(norm.c.valid_from.desc())
    ).first()
    if latest is not None:
        _end_edition(conn, latest.id, date.fromisoformat(latest.valid_from), latest.valid_to, edition)
    row = _norm_row(edition, rt.clock.now(), actor)
    number = int(conn.execute(insert(norm).returning(norm.c.id), row).scalar_one())
    record_action(
        rt, conn, actor, "norm.edition", "norm", number,
        details={"key": edition.full_key, "valid_from": edition.valid_from.isoformat()},
    )  # fmt: skip
    deadlines_changed(rt.database, rt.calendars, conn)
    return number


def _end_edition(
    conn: Connection, number: int, valid_from: date, valid_to: str | None, edition: Norm
) -> None:
    if edition.valid_from <= valid_from:
        raise InvalidData(
            "Редакция не записана.",
            {"valid_from": f"Предыдущая действует с {valid_from:%d.%m.%Y}: укажите более позднюю дату."},
        )
    last = edition.valid_from - timedelta(1)
    if valid_to is None or date.fromisoformat(valid_to) > last:
        conn.execute(_END_EDITION, {"the_norm": number, "the_last_day": last.isoformat()})


def _status(conn: Connection, number: int) -> YearStatus | None:
    mine = (calendar_year.c.calendar == COUNTRY) & (calendar_year.c.year == number)
    status = conn.execute(select(calendar_year.c.status).where(mine).with_for_update()).scalar_one_or_none()
    return YearStatus(status) if status else None


def _write_year(conn: Connection, year: Year, now: datetime | None = None, by: Actor | None = None) -> None:
    mine = (calendar_year.c.calendar == COUNTRY) & (calendar_year.c.year == year.number)
    conn.execute(delete(calendar_year).where(mine))
    conn.execute(
        insert(calendar_year),
        {
            "calendar": COUNTRY,
            "year": year.number,
            "status": year.status.value,
            "source": year.source,
            "confirmed_at": to_seconds(now),
            "confirmed_by": by.user_id if by else None,
        },
    )
    in_year = calendar_day.c.day.between(f"{year.number}-01-01", f"{year.number}-12-31")
    conn.execute(delete(calendar_day).where(calendar_day.c.calendar == COUNTRY, in_year))
    _write_days(conn, COUNTRY, year.days.values())


def _write_days(conn: Connection, key: str, days: Iterable[Day]) -> None:
    rows = [
        {
            "calendar": key,
            "day": day.date.isoformat(),
            "kind": day.kind.value,
            "note": day.note,
            "source": day.source,
        }
        for day in days
    ]
    conn.execute(_DROP_DAY, [{"the_calendar": row["calendar"], "the_day": row["day"]} for row in rows])
    conn.execute(_PUT_DAY, rows)


def _norm_row(edition: Norm, now: datetime, by: Actor) -> dict[str, Any]:
    plain = (
        "key",
        "variant",
        "flag",
        "title",
        "value",
        "lead",
        "act",
        "article",
        "edition",
        "source",
        "pause_by",
        "pause_days",
        "within",
        "commission",
        "note",
    )
    return {
        **{name: getattr(edition, name) for name in plain},
        "unit": edition.unit.value,
        "start": edition.start.value,
        "until": edition.until.value,
        "mark": edition.mark.value,
        "valid_from": edition.valid_from.isoformat(),
        "valid_to": edition.valid_to.isoformat() if edition.valid_to else None,
        "pause": json.dumps(edition.pause, ensure_ascii=False),
        "extension": extension_json(edition.extension),
        "ladder": ladder_json(edition.ladder),
        "added_at": to_seconds(now),
        "added_by": by.user_id,
    }
