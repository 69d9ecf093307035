"""What was done for a family, for the sheet of its monitoring: documents sent and answered, letters it stood
on, urgent help it was given, and what the steps said that a running case keeps inside a called pathway.

The names are those that `processes/monitoring.yaml` may use.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, func, or_, select

from engine.cases.history import HistoryKind
from engine.cases.tables import case_, history
from engine.cases.values import open_values
from engine.errors import KeyDestroyed
from engine.model import Value
from engine.records.tables import letter_family, partner, referral
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.storage.rows import AnyRow

QUESTIONNAIRE: Final = "p03_ut_questionnaire"
HANDED_OUT: Final = "p02_ut_material"
REVIEWS: Final = ("p05_work_ut_review", "p08_prevention_ut_assess")
_STEPS: Final = (QUESTIONNAIRE, HANDED_OUT, *REVIEWS)

DEEDS_READ: Final = 40

GIVEN: Final = {
    "семей": "families",
    "людей": "people",
    "детей": "children",
    "штук": "pieces",
}

LETTER_WORDS: Final = {
    "consulted": "консультация",
    "informed": "письмо",
    "registered": "на_учёте",
    "helped": "помощь",
    "refused": "отказ",
    "unreached": "нет_связи",
}
"""Answers about a family on a letter, as expressions call them."""


def deeds_of(rt: Runtime, conn: Connection, cases: Collection[int], zone: tzinfo) -> dict[str, Value]:
    """`отправлено`, `получено`, `письма`, `опросник`, `динамика`, `наборов` of the cases of one family."""
    sent, received = _documents(conn, cases)
    told = _steps(rt, conn, cases, zone)
    return {"отправлено": sent, "получено": received, "письма": _letters(conn, cases), **told}


def _documents(conn: Connection, cases: Collection[int]) -> tuple[dict[str, Value], dict[str, Value]]:
    """By kind of partner: how many documents went out, and what those that helped have given."""
    done = referral.c.state == "done"
    wanted = (
        select(
            partner.c.kind,
            func.count().label("sent"),
            func.count().filter(done).label("раз"),
            *(func.sum(referral.c[name]).filter(done).label(word) for word, name in GIVEN.items()),
        )
        .join_from(referral, partner, referral.c.partner_id == partner.c.id)
        .where(referral.c.case_id.in_(cases), referral.c.state != "revoked")
        .group_by(partner.c.kind)
    )
    sent: dict[str, Value] = {}
    received: dict[str, Value] = {}
    for row in conn.execute(wanted):
        sent[row.kind] = row.sent
        if row.раз:
            received[row.kind] = {word: row._mapping[word] for word in ("раз", *GIVEN)}
    return sent, received


def _letters(conn: Connection, cases: Collection[int]) -> dict[str, Value]:
    """By kind of partner: the last day on which each answer was given about the family."""
    wanted = (
        select(partner.c.kind, letter_family.c.result, func.max(letter_family.c.answered_on).label("day"))
        .join_from(letter_family, referral, referral.c.id == letter_family.c.referral_id)
        .join(partner, partner.c.id == referral.c.partner_id)
        .where(letter_family.c.case_id.in_(cases), letter_family.c.answered_on.is_not(None))
        .group_by(partner.c.kind, letter_family.c.result)
    )
    found: dict[str, Any] = {}
    for row in conn.execute(wanted):
        found.setdefault(row.kind, {})[LETTER_WORDS[row.result]] = date.fromisoformat(row.day)
    return found


def _steps(rt: Runtime, conn: Connection, cases: Collection[int], zone: tzinfo) -> dict[str, Value]:
    """What the newest of some steps said: a called pathway hands back nothing before it ends, and a review or
    a list of what was handed out should not wait for that.
    """
    asked = (history.c.node.in_(_STEPS), *(history.c.node.like(f"%/{step}") for step in _STEPS))
    wanted = (
        select(history.c.case_id, history.c.at, history.c.node, history.c.data, case_.c.key_id)
        .join_from(history, case_, case_.c.id == history.c.case_id)
        .where(history.c.case_id.in_(cases), history.c.kind == HistoryKind.COMPLETED, or_(*asked))
        .order_by(history.c.id.desc())
        .limit(DEEDS_READ)
    )
    rows = conn.execute(wanted).all()
    filled = next((row.at for row in rows if _step(row.node) == QUESTIONNAIRE), None)
    reviewed = next((row for row in rows if _step(row.node) in REVIEWS), None)
    return {
        "опросник": None if filled is None else from_seconds(filled).astimezone(zone).date(),
        "динамика": None if reviewed is None else _said(rt, reviewed).get("динамика"),
        "наборов": _parcels([_said(rt, row) for row in rows if _step(row.node) == HANDED_OUT]),
    }


def _step(node: str) -> str:
    return node.rpartition("/")[2]


def _said(rt: Runtime, row: AnyRow) -> Mapping[str, Value]:
    """What the form of a step said; nothing once its case was erased."""
    if row.data is None:
        return {}
    try:
        said = open_values(rt.vault, row.key_id, row.data, f"history:{row.case_id}").get("data")
    except KeyDestroyed:
        return {}
    return said if isinstance(said, Mapping) else {}


def _parcels(lists: Sequence[Mapping[str, Value]]) -> Decimal | None:
    """How many parcels the lists of what was handed out name; None without a list."""
    rows = [row for said in lists for row in _rows(said.get("выдано"))]
    numbers = [row.get("количество") for row in rows if row.get("единица") == "набор"]
    return sum((each for each in numbers if isinstance(each, Decimal)), Decimal(0)) if rows else None


def _rows(given: Value) -> list[Mapping[str, Value]]:
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
