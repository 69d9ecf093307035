"""Letters about several families: which case of each family stands on the letter, on what ground its data
are handed over, and what the partner has done for it. One number, an outcome per family.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select, update

from engine.records.tables import letter_family

RESULTS: Mapping[str, str] = {
    "consulted": "проконсультировали",
    "informed": "направили информационное письмо",
    "registered": "поставили на учёт",
    "helped": "оказали другую помощь",
    "refused": "семья отказалась",
    "unreached": "связаться не удалось",
}
"""What a partner may answer about a family; a family without an answer has none of these."""

MOST = 100
"""Families on one letter."""

_SENT_ON = letter_family.c.referral_id.is_not(None)


@dataclass(frozen=True, slots=True)
class NewLine:
    """A family to be put on a letter: its case, and the ground of handing its data over."""

    case_id: int
    ground: str


@dataclass(frozen=True, slots=True)
class Line:
    """A family on a letter. `place` from 1; `result` is a key of RESULTS, empty before the answer."""

    referral_id: int | None
    place: int
    case_id: int
    ground: str
    result: str
    answered_on: date | None

    @property
    def words(self) -> str:
        """What was answered, in words."""
        return RESULTS.get(self.result, "")


@dataclass(frozen=True, slots=True)
class Count:
    """Families of a letter: `sent` = `answered` + `open`; `results` counts the answers by key."""

    sent: int
    answered: int
    results: Mapping[str, int] = field(default_factory=dict)

    @property
    def open(self) -> int:
        """No answer yet."""
        return self.sent - self.answered


def put_on(conn: Connection, letter_case_id: int, lines: Iterable[NewLine]) -> None:
    """The families of a letter that is being written, instead of those that were chosen before."""
    unsent = (letter_family.c.letter_case_id == letter_case_id) & letter_family.c.referral_id.is_(None)
    conn.execute(delete(letter_family).where(unsent))
    rows = [
        {"letter_case_id": letter_case_id, "place": place, "case_id": line.case_id, "ground": line.ground}
        for place, line in enumerate(lines, 1)
    ]
    if rows:
        conn.execute(insert(letter_family), rows)


def send_with(conn: Connection, letter_case_id: int, referral_id: int) -> int:
    """The letter went out under this number of the register; how many families are on it."""
    unsent = (letter_family.c.letter_case_id == letter_case_id) & letter_family.c.referral_id.is_(None)
    return conn.execute(update(letter_family).where(unsent).values(referral_id=referral_id)).rowcount


def lines_of(conn: Connection, referral_id: int) -> list[Line]:
    """The families of a letter that went out, in its order."""
    return _lines(conn, letter_family.c.referral_id == referral_id)


def lines_written(conn: Connection, letter_case_id: int) -> list[Line]:
    """The families of the newest letter of a case, sent or not."""
    found = _lines(conn, letter_family.c.letter_case_id == letter_case_id)
    newest = found[-1].referral_id if found else None
    return [line for line in found if line.referral_id == newest]


def answer(conn: Connection, referral_id: int, results: Mapping[int, str], day: date) -> Count:
    """Keep what was answered, by place; an empty result takes an answer back. How many are open then."""
    for place, result in results.items():
        line = (letter_family.c.referral_id == referral_id) & (letter_family.c.place == place)
        changed = letter_family.c.result != result
        values = {"result": result, "answered_on": day.isoformat() if result else None}
        conn.execute(update(letter_family).where(line, changed).values(values))
    return counts(conn, [referral_id]).get(referral_id, Count(0, 0))


def last_answer(conn: Connection, referral_id: int) -> date | None:
    """The day of the last answer to a letter; None without one, and for other documents."""
    wanted = select(func.max(letter_family.c.answered_on)).where(letter_family.c.referral_id == referral_id)
    found = conn.execute(wanted).scalar()
    return date.fromisoformat(found) if found else None


def counts(conn: Connection, referral_ids: Collection[int]) -> dict[int, Count]:
    """Letter → its families; documents that are no letters about several families are left out."""
    if not referral_ids:
        return {}
    wanted = (
        select(letter_family.c.referral_id, letter_family.c.result, func.count().label("families"))
        .where(letter_family.c.referral_id.in_(referral_ids))
        .group_by(letter_family.c.referral_id, letter_family.c.result)
    )
    found: dict[int, Counter[str]] = {}
    for row in conn.execute(wanted):
        found.setdefault(row.referral_id, Counter())[row.result] = row.families
    return {
        number: Count(
            sum(by_result.values()),
            sum(by_result.values()) - by_result[""],
            {key: by_result[key] for key in RESULTS if by_result[key]},
        )
        for number, by_result in found.items()
    }


def lines_about(conn: Connection, case_ids: Collection[int]) -> list[Line]:
    """Letters that went out with the families of these cases on them, newest first."""
    found = _lines(conn, letter_family.c.case_id.in_(case_ids) & _SENT_ON) if case_ids else []
    return found[::-1]


def _lines(conn: Connection, wanted: ColumnElement[bool]) -> list[Line]:
    drafts_last = case((_SENT_ON, 0), else_=1)
    rows = conn.execute(
        select(letter_family)
        .where(wanted)
        .order_by(drafts_last, letter_family.c.referral_id, letter_family.c.place)
    )
    return [
        Line(
            row.referral_id,
            row.place,
            row.case_id,
            row.ground,
            row.result,
            date.fromisoformat(row.answered_on) if row.answered_on else None,
        )
        for row in rows
    ]
