"""When somebody last spoke with a family: the day of every visit, call and meeting.

A family on a register that nobody has spoken with for too long stands out; what was said lies in the case.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, func, insert, select

from engine.errors import InvalidData
from engine.records.registers import OPEN, Subject
from engine.records.tables import contact, register_entry

KINDS = {"visit": "выезд", "call": "звонок", "office": "встреча в учреждении", "other": "другое"}

LATE_SHARE = 1.5
"""How many times longer than the period of contacts nobody may be silent before the family is marked."""

_LAST = (
    select(contact.c.family_id, func.max(contact.c.day).label("day"))
    .where(contact.c.family_id.in_(bindparam("ids", expanding=True)))
    .group_by(contact.c.family_id)
)
_PERIODS = (
    select(
        register_entry.c.family_id,
        func.min(register_entry.c.contact_days).label("days"),
        func.min(register_entry.c.since).label("since"),
    )
    .where(
        register_entry.c.family_id.in_(bindparam("ids", expanding=True)),
        register_entry.c.contact_days.is_not(None),
        OPEN,
    )
    .group_by(register_entry.c.family_id)
)


@dataclass(frozen=True, slots=True)
class Silence:
    """How long nobody has spoken with a family. `last` is None when nobody ever has: then it counts from the
    day of the register. `allowed`: days between two contacts, None where no register asks for any.
    """

    last: date | None
    days: int | None
    allowed: int | None

    @property
    def late(self) -> bool:
        """Too long, by half more than the period."""
        return self.days is not None and self.allowed is not None and self.days > LATE_SHARE * self.allowed


def note(conn: Connection, subject: Subject, *, case_id: int, day: date, kind: str) -> None:
    """Somebody spoke with the family on that day."""
    if kind not in KINDS:
        raise InvalidData("Контакт не записан.", {"kind": f"Есть: {', '.join(KINDS)}."})
    values = {
        "family_id": subject.family_id,
        "person_id": subject.person_id,
        "case_id": case_id,
        "day": day.isoformat(),
        "kind": kind,
    }
    conn.execute(insert(contact), values)


def silences(conn: Connection, family_ids: Collection[int], today: date) -> dict[int, Silence]:
    """How long each of these families has not been heard of, two statements for all."""
    ids = list(family_ids)
    if not ids:
        return {}
    lasts = {row.family_id: date.fromisoformat(row.day) for row in conn.execute(_LAST, {"ids": ids})}
    periods = {row.family_id: (row.days, row.since) for row in conn.execute(_PERIODS, {"ids": ids})}
    return {number: _silence(lasts.get(number), periods.get(number), today) for number in ids}


def _silence(last: date | None, period: tuple[int, str] | None, today: date) -> Silence:
    allowed, since = period if period is not None else (None, None)
    heard = last or (date.fromisoformat(since) if since else None)
    return Silence(last, None if heard is None else (today - heard).days, allowed)
