"""Who may be the same person, found by tokens: no card is opened to look for another one like it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select

from engine.records.tables import MAY_BE_SAME, person, person_pair, person_token
from engine.records.values import PersonData
from engine.runtime import Runtime

GROUNDS = {
    "snils": "СНИЛС",
    "document": "документ",
    "phone": "телефон и имя",
    "birth": "дата рождения",
    "surname": "фамилия",
    "given": "имя",
}
"""What two cards may have in common, the surest first."""

FOUND_AT_MOST = 50

_NOT_A_LETTER = re.compile(r"[^0-9a-zа-я]")


@dataclass(frozen=True, slots=True)
class Alike:
    """A card that may be of the same person, and what it has in common: keys of GROUNDS, the surest first."""

    row: Row[Any]
    grounds: tuple[str, ...]


def marks(rt: Runtime, data: PersonData) -> dict[str, bytes]:
    """Ground → token of a paper or a telephone, each of which tells somebody apart by itself.

    A family shares one telephone: it is a ground together with a first name that sounds the same.
    """
    found = {}
    if data.snils:
        found["snils"] = rt.vault.token(f"snils:{_letters(data.snils)}")
    if data.document is not None and data.document.number:
        number = _letters(data.document.series + data.document.number)
        found["document"] = rt.vault.token(f"document:{number}")
    if data.phone and data.name.given:
        given = b"".join(rt.vault.sound_tokens(data.name.given)).hex()
        found["phone"] = rt.vault.token(f"phone:{_letters(data.phone)}:{given}")
    return found


def birth_token(rt: Runtime, birth: date | None) -> bytes | None:
    """By which people born on that day are found."""
    return None if birth is None else rt.vault.token(f"birth:{birth.isoformat()}")


def alike(rt: Runtime, conn: Connection, data: PersonData, *, but: int | None = None) -> list[Alike]:
    """Who in the whole register may be this person: the same paper or telephone; a surname or first name that
    sounds the same and the same birth date; the same full name with no birth date to compare.

    `but`: the number of the person's own card. At most FOUND_AT_MOST, the oldest card first.
    """
    born, papers = birth_token(rt, data.birth), marks(rt, data)
    same = or_(_same_name(rt, data, born), having_any(papers.values()))
    wanted = select(person).where(same, person.c.id != (but or 0))
    rows = conn.execute(wanted.order_by(person.c.id).limit(FOUND_AT_MOST)).all()
    return _with_grounds(rt, conn, rows, data, born, papers)


def note_pairs(rt: Runtime, conn: Connection, person_id: int, data: PersonData) -> None:
    """Keep with whom this card may be of one person. What somebody has decided about a pair stays."""
    mine = or_(person_pair.c.first_id == person_id, person_pair.c.second_id == person_id)
    conn.execute(delete(person_pair).where(mine, person_pair.c.state == MAY_BE_SAME))
    decided = {
        (row.first_id, row.second_id)
        for row in conn.execute(select(person_pair.c.first_id, person_pair.c.second_id).where(mine))
    }
    pairs = {pair_of(person_id, each.row.id): each for each in alike(rt, conn, data, but=person_id)}
    rows = [
        {"first_id": first, "second_id": second, "grounds": " ".join(each.grounds), "state": MAY_BE_SAME}
        for (first, second), each in pairs.items()
        if (first, second) not in decided
    ]
    if rows:
        conn.execute(insert(person_pair), rows)


def pair_of(one: int, other: int) -> tuple[int, int]:
    """Both numbers as `person_pair` has them."""
    return min(one, other), max(one, other)


def grounds_words(grounds: Iterable[str]) -> str:
    """«дата рождения, имя»."""
    return ", ".join(GROUNDS[each] for each in grounds)


def _same_name(rt: Runtime, data: PersonData, born: bytes | None) -> ColumnElement[bool]:
    whole = and_(*(having_any([token]) for token in rt.vault.word_tokens(data.name.full())))
    if born is None:
        return whole
    sounding = having_any(rt.vault.sound_tokens(f"{data.name.family} {data.name.given}"))
    return or_(and_(person.c.birth_token == born, sounding), and_(person.c.birth_token.is_(None), whole))


def _with_grounds(
    rt: Runtime,
    conn: Connection,
    rows: Sequence[Row[Any]],
    data: PersonData,
    born: bytes | None,
    papers: dict[str, bytes],
) -> list[Alike]:
    told_by = {token: ground for ground, token in papers.items()}
    told_by |= dict.fromkeys(rt.vault.sound_tokens(data.name.family), "surname")
    told_by |= dict.fromkeys(rt.vault.sound_tokens(data.name.given), "given")
    common: dict[int, set[str]] = defaultdict(set)
    if rows:
        wanted = select(person_token).where(
            person_token.c.person_id.in_([row.id for row in rows]), person_token.c.token.in_(list(told_by))
        )
        for each in conn.execute(wanted):
            common[each.person_id].add(told_by[each.token])
    for row in rows:
        if born is not None and row.birth_token == born:
            common[row.id].add("birth")
    return [Alike(row, tuple(ground for ground in GROUNDS if ground in common[row.id])) for row in rows]


def having_any(tokens: Iterable[bytes]) -> ColumnElement[bool]:
    """A condition over `person`: found by any of these tokens."""
    return person.c.id.in_(select(person_token.c.person_id).where(person_token.c.token.in_(list(tokens))))


def _letters(text: str) -> str:
    return _NOT_A_LETTER.sub("", text.casefold().replace("ё", "е"))
