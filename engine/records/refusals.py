"""Proposals about the «red zone» that a head refused, and by which facts: nobody is asked the same twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, insert, select

from engine.cases.values import open_values, seal_values
from engine.errors import KeyDestroyed
from engine.model import Value
from engine.records.registers import Subject
from engine.records.tables import zone_refusal
from engine.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Refusal:
    """`deed`: ENTER or LEAVE of `registers`; `facts`: by what it was proposed."""

    deed: str
    facts: Mapping[str, Value]
    day: date


def refusal_of(rt: Runtime, conn: Connection, subject: Subject) -> Refusal | None:
    """What was refused about the family last, unless it has been decided otherwise since."""
    row = conn.execute(select(zone_refusal).where(subject.condition(zone_refusal))).one_or_none()
    if row is None:
        return None
    try:
        facts = open_values(rt.vault, row.key_id, row.facts, _purpose(subject))
    except KeyDestroyed:
        return None
    return Refusal(row.deed, facts, date.fromisoformat(row.day))


def keep_refusal(rt: Runtime, conn: Connection, subject: Subject, refused: Refusal, *, case_id: int) -> None:
    """Remember it in the place of an earlier one."""
    key_id = subject.key(conn)
    forget_refusal(conn, subject)
    values = {
        "family_id": subject.family_id,
        "person_id": subject.person_id,
        "case_id": case_id,
        "key_id": key_id,
        "deed": refused.deed,
        "facts": seal_values(rt.vault, key_id, refused.facts, _purpose(subject)),
        "day": refused.day.isoformat(),
    }
    conn.execute(insert(zone_refusal), values)


def forget_refusal(conn: Connection, subject: Subject) -> None:
    """It was decided otherwise: what is proposed later is proposed as if for the first time."""
    conn.execute(delete(zone_refusal).where(subject.condition(zone_refusal)))


def _purpose(subject: Subject) -> str:
    return f"refusal:{subject.words}"
