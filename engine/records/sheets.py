"""Monitoring sheets: what is known of a family on a register, month by month, sealed under its own key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, or_, select, union_all, update

from engine.access.journal import record_action, record_view
from engine.access.policy import require
from engine.cases.values import open_values, seal_values
from engine.errors import KeyDestroyed, NotFound
from engine.model import Actor, Permission
from engine.records.cells import EMPTY, OLD, RED, Cell, Cells, from_json, marks
from engine.records.reach import families_within, people_within, require_family, require_person
from engine.records.registers import Subject
from engine.records.tables import family, monitoring_sheet, person
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds

MONTHS_SHOWN = 24
"""Versions of a sheet that its page offers."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of one month, opened. `verified_at`: when the head of department signed the month."""

    id: int
    subject: Subject
    month: str
    cells: Cells
    empty: int
    old: int
    faults: int
    updated_at: datetime
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class SheetCount:
    """The same for lists, without opening it."""

    subject: Subject
    month: str
    empty: int
    old: int
    faults: int
    verified: bool


def month_of(day: date) -> str:
    """«2026-01»."""
    return f"{day:%Y-%m}"


def keep_sheet(
    rt: Runtime,
    conn: Connection,
    subject: Subject,
    cells: Mapping[str, Cell],
    *,
    unit_id: int,
    today: date,
    faults: int = 0,
) -> int:
    """Write the sheet of this month over the one that is there; its number."""
    month, key_id = month_of(today), subject.key(conn)
    found = list(marks(cells, today).values())
    values = {
        "key_id": key_id,
        "data": seal_values(
            rt.vault, key_id, {key: cell.to_json() for key, cell in cells.items()}, _purpose(subject, month)
        ),
        "empty": found.count(EMPTY) + found.count(RED),
        "old": found.count(OLD),
        "faults": faults,
        "updated_at": to_seconds(rt.clock.now()),
    }
    here = subject.condition(monitoring_sheet) & (monitoring_sheet.c.month == month)
    number = conn.execute(select(monitoring_sheet.c.id).where(here)).scalar()
    if number is None:
        row = {
            **values, "family_id": subject.family_id, "person_id": subject.person_id, "month": month,
            "unit_id": unit_id,
        }  # fmt: skip
        made = conn.execute(insert(monitoring_sheet).returning(monitoring_sheet.c.id), row)
        return int(made.scalar_one())
    conn.execute(update(monitoring_sheet).where(monitoring_sheet.c.id == number).values(values))
    return int(number)


def take_over_sheets(
    rt: Runtime, conn: Connection, gone_id: int, gone_key: int, kept_id: int, key_id: int
) -> list[int]:
    """Two people are one: everything under the key that goes is sealed under `key_id`, and sheets of months
    that the one who stays has none of become theirs; the numbers of these.
    """
    theirs = select(monitoring_sheet.c.month).where(monitoring_sheet.c.person_id == kept_id)
    months = set(conn.execute(theirs).scalars())
    moved = []
    for row in conn.execute(select(monitoring_sheet).where(monitoring_sheet.c.key_id == gone_key)).all():
        moves = row.person_id == gone_id and row.month not in months
        _reseal(rt, conn, row, kept_id if moves else row.person_id, key_id)
        if moves:
            moved.append(row.id)
    return moved


def give_back_sheets(
    rt: Runtime, conn: Connection, moved: Collection[int], people: Collection[int], gone_id: int, key_id: int
) -> None:
    """The two are parted: sheets that moved belong to `gone_id` again, and everything of that person, and of
    `people` who had become one with them before, is sealed under their new key.
    """
    here = monitoring_sheet.c.id.in_(moved) | monitoring_sheet.c.person_id.in_([*people, gone_id])
    for row in conn.execute(select(monitoring_sheet).where(here)).all():
        _reseal(rt, conn, row, gone_id if row.id in moved else row.person_id, key_id)


def newest_sheet(rt: Runtime, conn: Connection, subject: Subject) -> Sheet | None:
    """The sheet of the last month that has one; None when the family was never monitored, or was erased."""
    wanted = select(monitoring_sheet).where(subject.condition(monitoring_sheet))
    row = conn.execute(wanted.order_by(monitoring_sheet.c.month.desc()).limit(1)).one_or_none()
    return None if row is None else _opened(rt, row)


def first_month(conn: Connection, subject: Subject) -> str | None:
    """Where the monitoring of the family began."""
    wanted = select(func.min(monitoring_sheet.c.month)).where(subject.condition(monitoring_sheet))
    return conn.execute(wanted).scalar()


def sheets_of_month(
    rt: Runtime, conn: Connection, subjects: Collection[Subject], month: str
) -> dict[Subject, Sheet]:
    """The sheets of these families in a month."""
    rows = conn.execute(select(monitoring_sheet).where(monitoring_sheet.c.month == month, _any_of(subjects)))
    opened = (_opened(rt, row) for row in rows.all())
    return {each.subject: each for each in opened if each is not None}


def counts(
    conn: Connection, subjects: Collection[Subject], month: str | None = None
) -> dict[Subject, SheetCount]:
    """The newest sheet of each of these families, or that of a month, for lists; nothing is opened."""
    columns = [column for column in monitoring_sheet.c if column.name != "data"]
    families, alone = _parts(subjects)
    wanted = (
        union_all(
            _newest(columns, monitoring_sheet.c.family_id, families),
            _newest(columns, monitoring_sheet.c.person_id, alone),
        )
        if month is None
        else select(*columns).where(or_(families, alone), monitoring_sheet.c.month == month)
    )
    return {
        _subject(row): SheetCount(
            _subject(row), row.month, row.empty, row.old, row.faults, row.verified_at is not None
        )
        for row in conn.execute(wanted)
    }


def _newest(
    columns: Sequence[ColumnElement[Any]], whose: ColumnElement[Any], here: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """The last sheet of each, by the number of the family or of the person who is in none."""
    month = monitoring_sheet.c.month
    last = select(whose.label("whose"), func.max(month).label("month")).where(here).group_by(whose).subquery()
    both = (last.c.whose == whose) & (last.c.month == month)
    return select(*columns).join_from(monitoring_sheet, last, both).where(here)


def verify(rt: Runtime, conn: Connection, subjects: Collection[Subject], month: str) -> int:
    """The sheets of that month were signed; how many."""
    here = (monitoring_sheet.c.month == month) & _any_of(subjects)
    values = {"verified_at": to_seconds(rt.clock.now())}
    return conn.execute(update(monitoring_sheet).where(here).values(values)).rowcount


@dataclass(frozen=True, slots=True)
class SheetView:
    """What the page of a family's sheet shows. `months`: all that there are, the newest first."""

    sheet: Sheet
    months: tuple[str, ...]


def sheet_view(rt: Runtime, actor: Actor, subject: Subject, month: str | None = None) -> SheetView:
    """A sheet with everything on it, and the line of the journal that says who looked.

    NotFound when the family is out of reach, or has no sheet of that month.
    """
    with rt.database.write() as conn:
        _require_subject(conn, actor, subject)
        wanted = select(monitoring_sheet).where(subject.condition(monitoring_sheet))
        rows = conn.execute(wanted.order_by(monitoring_sheet.c.month.desc()).limit(MONTHS_SHOWN)).all()
        row = next((each for each in rows if month in (None, each.month)), None)
        sheet = None if row is None else _opened(rt, row)
        if sheet is None:
            raise NotFound(
                "Листа мониторинга за этот месяц нет.", "Лист появляется, когда открывается мониторинг."
            )
        record_view(rt, conn, actor, "sheet", sheet.id)
    return SheetView(sheet, tuple(each.month for each in rows))


def exported(
    rt: Runtime, actor: Actor, register: str, subjects: Collection[Subject], month: str
) -> dict[Subject, Sheet]:
    """The sheets of a register in one month for a file, those within reach; journalled as an export."""
    require(actor, Permission.RECORD_VIEW)
    with rt.database.write() as conn:
        found = sheets_of_month(rt, conn, _within(conn, actor, subjects), month)
        details = {"register": register, "month": month, "families": len(found)}
        record_action(rt, conn, actor, "export", "register", details=details)
    return found


def _within(conn: Connection, actor: Actor, subjects: Iterable[Subject]) -> list[Subject]:
    """Those of them that the actor may look at."""
    listed = list(subjects)
    families = select(family.c.id).where(
        family.c.id.in_([each.family_id for each in listed if each.family_id]),
        families_within(actor, Permission.RECORD_VIEW),
    )
    people = select(person.c.id).where(
        person.c.id.in_([each.person_id for each in listed if each.family_id is None]),
        people_within(actor, Permission.RECORD_VIEW),
    )
    known = set(conn.execute(families).scalars()), set(conn.execute(people).scalars())
    return [
        each
        for each in listed
        if (each.family_id in known[0] if each.family_id else each.person_id in known[1])
    ]


def _require_subject(conn: Connection, actor: Actor, subject: Subject) -> None:
    if subject.family_id is not None:
        require_family(conn, actor, subject.family_id, Permission.RECORD_VIEW)
    else:
        require_person(conn, actor, subject.person_id or 0, Permission.RECORD_VIEW)


def _reseal(rt: Runtime, conn: Connection, row: Row[Any], person_id: int, key_id: int) -> None:
    kept = open_values(rt.vault, row.key_id, row.data, _purpose(_subject(row), row.month))
    sealed = seal_values(rt.vault, key_id, kept, _purpose(Subject(None, person_id), row.month))
    values = {"person_id": person_id, "key_id": key_id, "data": sealed}
    conn.execute(update(monitoring_sheet).where(monitoring_sheet.c.id == row.id).values(values))


def _any_of(subjects: Collection[Subject]) -> ColumnElement[bool]:
    return or_(*_parts(subjects))


def _parts(subjects: Collection[Subject]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Sheets of the families among them, and of the people who are in none."""
    families = [each.family_id for each in subjects if each.family_id is not None]
    people = [each.person_id for each in subjects if each.family_id is None]
    return (
        monitoring_sheet.c.family_id.in_(families),
        monitoring_sheet.c.family_id.is_(None) & monitoring_sheet.c.person_id.in_(people),
    )


def _opened(rt: Runtime, row: Row[Any]) -> Sheet | None:
    subject = _subject(row)
    try:
        kept = open_values(rt.vault, row.key_id, row.data, _purpose(subject, row.month))
    except KeyDestroyed:
        return None
    return Sheet(
        id=row.id,
        subject=subject,
        month=row.month,
        cells=from_json(kept),
        empty=row.empty,
        old=row.old,
        faults=row.faults,
        updated_at=from_seconds(row.updated_at),
        verified_at=from_seconds(row.verified_at) if row.verified_at is not None else None,
    )


def _subject(row: Row[Any]) -> Subject:
    return Subject.of(row.family_id, row.person_id)


def _purpose(subject: Subject, month: str) -> str:
    """What a sheet is sealed for, so that it can't be put in the place of another."""
    return f"sheet:{subject.words}:{month}"
