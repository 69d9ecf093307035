"""How partners answer what cases send to them: RP-12.

In time is on the day that was named in the document, or sooner: the day that counts is the one on which the
partner answered, not when the sender had looked at the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import Connection, Select, func, select

from engine.cases.tables import case_
from engine.errors import NotFound
from engine.records.referrals import ANSWERED, FIGURES, KINDS
from engine.records.tables import partner, referral
from engine.reports.asked import Asked
from engine.reports.facts import LISTED, Behind
from engine.reports.working_time import WorkingTime
from engine.storage.rows import AnyRow

IN_TIME, LATE, SILENT, OPEN, OPEN_LATE, REVOKED = OUTCOMES = (
    "in_time", "late", "silent", "open", "open_late", "revoked",
)  # fmt: skip
"""Answered in time or late; given up without an answer; awaited, the day still to come or past; taken back.
Every document is in one of these."""


@dataclass(slots=True)
class Answers:
    """A partner's answers to what was sent in the period; `days`: working days that each answer took."""

    partner_id: int
    name: str
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    days: list[int] = field(default_factory=list)
    given: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIGURES, 0))

    @property
    def sent(self) -> int:
        return sum(self.outcomes.values())

    @property
    def median_days(self) -> float | None:
        """None without an answer."""
        return float(median(self.days)) if self.days else None


def answers(conn: Connection, asked: Asked) -> list[Answers]:
    """Each partner to whom something went in the period, by name."""
    found: dict[int, Answers] = {}
    clock = WorkingTime(asked.calendar, asked.office)
    for row in _rows(conn, asked):
        each = found.get(row.partner_id)
        if each is None:
            each = found[row.partner_id] = Answers(row.partner_id, row.partner)
        how = _outcome(asked, clock, row)
        each.outcomes[how] += 1
        if how in (IN_TIME, LATE):
            sent, came = clock.day_of(row.sent_at), _answered_on(clock, row)
            each.days.append(asked.calendar.working_days_between(sent, came) if came else 0)
    for row in conn.execute(_given(asked)):
        found[row.partner_id].given = {name: row._mapping[name] or 0 for name in FIGURES}
    return sorted(found.values(), key=lambda each: each.name.casefold())


def _given(asked: Asked) -> Select[*tuple[Any, ...]]:
    """The figures of each partner's answers, added up."""
    return (
        select(referral.c.partner_id, *(func.sum(referral.c[name]).label(name) for name in FIGURES))
        .join_from(referral, case_, case_.c.id == referral.c.case_id)
        .where(asked.at(referral.c.sent_at), asked.of(case_.c.unit_id))
        .group_by(referral.c.partner_id)
    )


def together(found: Sequence[Answers]) -> Answers:
    """All partners: the median is that of all their answers."""
    whole = Answers(0, "")
    for each in found:
        for name in OUTCOMES:
            whole.outcomes[name] += each.outcomes[name]
        for name in FIGURES:
            whole.given[name] += each.given[name]
        whole.days += each.days
    return whole


def listed(conn: Connection, asked: Asked, figure: str, partner_id: int | None = None) -> list[Behind]:
    """Documents of an outcome, or all that were sent, by the day they went out."""
    if figure not in ("all", *OUTCOMES):
        raise NotFound("Такого числа в отчёте нет.", "Откройте список из отчёта.")
    clock = WorkingTime(asked.calendar, asked.office)
    rows = (
        row
        for row in _rows(conn, asked, partner_id)
        if figure == "all" or _outcome(asked, clock, row) == figure
    )
    found = [Behind(row.case_id, row.case_number, asked.day_of(row.sent_at), KINDS[row.kind]) for row in rows]
    return sorted(found, key=lambda each: each.day)[: LISTED + 1]


def _rows(conn: Connection, asked: Asked, partner_id: int | None = None) -> Iterator[AnyRow]:
    wanted = (
        select(
            referral.c.partner_id,
            partner.c.name.label("partner"),
            referral.c.case_id,
            case_.c.number.label("case_number"),
            referral.c.kind,
            referral.c.state,
            referral.c.sent_at,
            referral.c.answered_on,
            referral.c.closed_at,
            referral.c.due_day,
        )
        .join_from(referral, partner, partner.c.id == referral.c.partner_id)
        .join(case_, case_.c.id == referral.c.case_id)
        .where(asked.at(referral.c.sent_at), asked.of(case_.c.unit_id))
    )
    if partner_id is not None:
        wanted = wanted.where(referral.c.partner_id == partner_id)
    yield from conn.execute(wanted)


def _outcome(asked: Asked, clock: WorkingTime, row: AnyRow) -> str:
    if row.state == "revoked":
        return REVOKED
    came = _answered_on(clock, row)
    if came is not None:
        return IN_TIME if came.isoformat() <= row.due_day else LATE
    if row.closed_at is not None:
        return SILENT
    return OPEN_LATE if row.due_day < asked.today.isoformat() else OPEN


def _answered_on(clock: WorkingTime, row: AnyRow) -> date | None:
    """The day of the answer; of documents closed before that day was kept, when they were closed."""
    if row.answered_on is not None:
        return date.fromisoformat(row.answered_on)
    return clock.day_of(row.closed_at) if row.state in ANSWERED else None
