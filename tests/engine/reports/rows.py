"""Rows that reports count, written as the cases leave them."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert

from engine.cases.tables import case_
from engine.model import Actor
from engine.records.sittings import HELD as SITTING_HELD
from engine.records.tables import (
    DECIDED,
    agenda_item,
    partner,
    referral,
    register_entry,
    sitting,
    visit,
    visit_plan,
)
from engine.reports.asked import Asked, ask
from engine.runtime import Runtime
from engine.storage.moments import to_seconds

YEAR = date(2026, 1, 1), date(2026, 12, 31)
_numbers = itertools.count(1)


def at(text: str) -> int:
    """Seconds of a moment in UTC: «2026-01-31 21:00»."""
    return to_seconds(datetime.fromisoformat(text).replace(tzinfo=UTC))


def year(rt: Runtime, actor: Actor, first: date = YEAR[0], last: date = YEAR[1], **more: Any) -> Asked:
    return ask(rt, actor, first, last, **more)


def a_case(conn: Connection, unit_id: int, **more: Any) -> int:
    """A case of a unit; its number is its id in words."""
    number = f"ПС-{next(_numbers):05}"
    row = {
        "number": number, "process": "help", "release_id": 1, "version": 1, "status": 0, "key_id": 1,
        "label": b"", "unit_id": unit_id, "agency_id": unit_id, "filed_at": 1, "started_at": 1,
    }  # fmt: skip
    return int(conn.execute(insert(case_).returning(case_.c.id), row | more).scalar_one())


def a_visit(conn: Connection, unit_id: int, day: str, status: int, **more: Any) -> int:
    row = {"unit_id": unit_id, "day": day, "status": status} | more
    return int(conn.execute(insert(visit).returning(visit.c.id), row).scalar_one())


def a_plan(conn: Connection, municipality_id: int, year: int = 2026, *, approved: bool = True) -> int:
    row = {
        "municipality_id": municipality_id,
        "year": year,
        "case_id": 1,
        "approved_at": 1 if approved else None,
    }
    return int(conn.execute(insert(visit_plan).returning(visit_plan.c.id), row).scalar_one())


def an_entry(
    conn: Connection,
    unit_id: int,
    since: str,
    until: str | None = None,
    register: str = "prevention",
    **more: Any,
) -> None:
    row = {
        "register": register, "case_id": 1, "unit_id": unit_id, "state": "СОП", "ground": "", "since": since,
        "until": until, "updated_at": 1,
    }  # fmt: skip
    conn.execute(insert(register_entry), row | more)


def a_sitting(
    conn: Connection, commission_id: int, day: str, status: int = SITTING_HELD, heard: int | None = None
) -> int:
    """The number of its case."""
    case_id = a_case(conn, 1)
    row = {"commission_id": commission_id, "case_id": case_id, "day": day, "status": status, "followed": True}
    conn.execute(insert(sitting), row | {"heard": heard})
    return case_id


def a_question(
    conn: Connection, commission_id: int, sitting_case_id: int, case_id: int, kind: str, **more: Any
) -> None:
    row = {
        "case_id": case_id, "commission_id": commission_id, "kind": kind, "title": kind, "status": DECIDED,
        "sitting_case_id": sitting_case_id, "decision": "approve", "postponed": 0, "asked_at": 1,
    }  # fmt: skip
    conn.execute(insert(agenda_item), row | more)


def a_partner(conn: Connection, municipality_id: int, name: str) -> int:
    row = {"municipality_id": municipality_id, "kind": "czn", "name": name}
    return int(conn.execute(insert(partner).returning(partner.c.id), row).scalar_one())


def a_document(conn: Connection, partner_id: int, case_id: int, sent: int, due: str, **more: Any) -> None:
    row = {
        "case_id": case_id, "partner_id": partner_id, "kind": "request", "number": f"{next(_numbers)}",
        "state": "sent", "sent_at": sent, "due_day": due,
    }  # fmt: skip
    conn.execute(insert(referral), row | more)
