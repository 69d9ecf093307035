"""Letters about several families, counted by families: what each partner did for those on its letters.

A letter is one document in `engine.reports.answers`; here every family on it counts, with what was answered
about it, and those about whom nothing was answered yet stay in sight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select, true

from engine.cases.tables import case_
from engine.records.letters import RESULTS
from engine.records.tables import letter_family, partner, referral
from engine.reports.asked import Asked
from engine.reports.facts import Facts, Figures

OPEN, REVOKED = "open", "revoked"
OUTCOMES = (*RESULTS, OPEN, REVOKED)
"""Every family of a letter is in one of these: answered about, awaited, or the letter was taken back."""


@dataclass(frozen=True, slots=True)
class Letters:
    """A partner: how many `letters` went out, and the families on them."""

    partner_id: int
    name: str
    letters: int
    families: Figures


def facts(asked: Asked) -> Facts:
    """Families whose cases are of the units, on letters that went out in the period."""
    unanswered = letter_family.c.result == ""
    revoked = referral.c.state == REVOKED
    return Facts(
        source=letter_family.join(referral, referral.c.id == letter_family.c.referral_id)
        .join(case_, case_.c.id == letter_family.c.case_id)
        .join(partner, partner.c.id == referral.c.partner_id),
        where=and_(asked.at(referral.c.sent_at), asked.of(case_.c.unit_id)),
        figures={
            "all": true(),
            **{result: letter_family.c.result == result for result in RESULTS},
            OPEN: unanswered & ~revoked,
            REVOKED: unanswered & revoked,
        },
        part=referral.c.partner_id,
        case_id=letter_family.c.case_id,
        number=case_.c.number,
        day=referral.c.sent_at,
        note=letter_family.c.result,
        words=lambda result: RESULTS.get(result, ""),
        day_of=asked.day_of,
    )


def letters(conn: Connection, asked: Asked) -> list[Letters]:
    """Each partner to whom such a letter went in the period, by name."""
    found = facts(asked)
    families = found.counted(conn)
    sent = _letters(conn, found)
    made = [Letters(number, name, count, families[number]) for number, (name, count) in sent.items()]
    return sorted(made, key=lambda each: each.name.casefold())


def _letters(conn: Connection, found: Facts) -> Mapping[int, tuple[str, int]]:
    """Partner → its name and how many letters."""
    wanted = (
        select(partner.c.id, partner.c.name, func.count(referral.c.id.distinct()).label("letters"))
        .select_from(found.source)
        .where(found.where)
        .group_by(partner.c.id, partner.c.name)
    )
    return {row.id: (row.name, row.letters) for row in conn.execute(wanted)}
