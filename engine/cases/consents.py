"""Consents to the processing of data that cases have recorded: until when each holds, and taking it back.

Taking back is an entry in the history of the case. It ends every consent of the same family (or person) that
was given until its day: one paper may have been recorded in several cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, or_, select

from engine import bpmn
from engine.access.journal import record_action
from engine.access.policy import require_case
from engine.cases.history import HistoryKind
from engine.cases.journal import write_history
from engine.cases.locking import LOCK_CASE, state_purpose
from engine.cases.queries import CaseCard
from engine.cases.tables import case_, history
from engine.cases.values import open_values
from engine.errors import Conflict, InvalidData, KeyDestroyed, NotFound
from engine.model import Actor, Permission, Value
from engine.records.service import today as today_at
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.storage.rows import AnyRow

_WITHDRAWN = (
    select(
        history.c.at, history.c.data, history.c.case_id, case_.c.key_id, case_.c.family_id, case_.c.person_id
    )
    .join_from(history, case_, case_.c.id == history.c.case_id)
    .where(history.c.kind == HistoryKind.CONSENT_WITHDRAWN)
)

Somebody = tuple[int | None, int | None]
"""(family, None), or (None, person) for a case about a person of no family: whose consent it is."""


class Holds(StrEnum):
    """Whether a consent holds today."""

    YES = "yes"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """What a form of consent says. `receivers` and `withheld` in the forms' own words; `withdrawn`: the day
    on which it was taken back.
    """

    given: date | None
    until: date | None
    receivers: tuple[str, ...]
    withheld: tuple[str, ...]
    withdrawn: date | None = None

    def holds(self, today: date) -> Holds:
        """`until` is the last day on which it holds."""
        if self.withdrawn is not None:
            return Holds.WITHDRAWN
        return Holds.ENDED if self.until is not None and self.until < today else Holds.YES

    def words(self, today: date) -> str:
        """«согласие от 12.01.2026 до 12.01.2027», «согласие от 12.01.2026, отозвано 01.02.2026»."""
        days = (("от", self.given), ("до", self.until))
        words = " ".join(["согласие", *(f"{word} {day:%d.%m.%Y}" for word, day in days if day is not None)])
        match self.holds(today):
            case Holds.WITHDRAWN:
                return f"{words}, отозвано {self.withdrawn:%d.%m.%Y}"
            case Holds.ENDED:
                return f"{words}, больше не действует"
            case Holds.YES:
                return words


def consent_in(known: Mapping[str, Value], withdrawn: date | None = None) -> Consent | None:
    """The consent that a case knows of, None where it knows none. `withdrawn`: the last day on which somebody
    of the family took consents back.
    """
    if known.get("основание_обработки") != "согласие":
        return None
    given = _day(known.get("дата_согласия")) or _day(known.get("дата_заявления"))
    return Consent(
        given,
        _day(known.get("согласие_до")),
        _words(known.get("получатели_сведений")),
        _words(known.get("закрытые_сведения")),
        withdrawn if withdrawn is not None and (given is None or given <= withdrawn) else None,
    )


def consents_of(rt: Runtime, conn: Connection, cards: Sequence[CaseCard]) -> dict[int, Consent]:
    """By case the consents that these cases know of; the caller has checked who sees them."""
    rows = conn.execute(
        select(case_.c.id, case_.c.key_id, case_.c.state).where(
            case_.c.id.in_([card.id for card in cards]), case_.c.state.is_not(None)
        )
    ).all()
    states = rt.vault.open_many([(row.key_id, row.state, state_purpose(row.id)) for row in rows])
    withdrawn = withdrawals(rt, conn, [whose(card) for card in cards])
    known = {
        row.id: bpmn.variables(state) for row, state in zip(rows, states, strict=True) if state is not None
    }
    found = {
        card.id: consent_in(known[card.id], withdrawn.get(whose(card))) for card in cards if card.id in known
    }
    return {case_id: consent for case_id, consent in found.items() if consent is not None}


def variables_of(rt: Runtime, case_id: int, key_id: int, state: bytes | None) -> Mapping[str, Value]:
    """What a case knows, by the columns of its row; nothing once its data were destroyed."""
    if state is None:
        return {}
    try:
        return bpmn.variables(rt.vault.open(key_id, state, state_purpose(case_id)))
    except KeyDestroyed:
        return {}


def whose(case: CaseCard | AnyRow) -> Somebody:
    """Whose consent a case records: of the family, or of the person of no family."""
    return (case.family_id, None) if case.family_id is not None else (None, case.person_id)


def withdrawals(rt: Runtime, conn: Connection, who: Sequence[Somebody]) -> dict[Somebody, date]:
    """The last day on which consents of these were taken back, whoever may see the case that says so."""
    families = [family for family, _ in who if family is not None]
    people = [person for _, person in who if person is not None]
    about: list[ColumnElement[bool]] = []
    if families:
        about.append(case_.c.family_id.in_(families))
    if people:
        about.append(case_.c.person_id.in_(people) & case_.c.family_id.is_(None))
    found: dict[Somebody, date] = {}
    for row in conn.execute(_WITHDRAWN.where(or_(*about))).all() if about else ():
        found[whose(row)] = max(_withdrawn_on(rt, row), found.get(whose(row), date.min))
    return found


def withdraw_consent(rt: Runtime, actor: Actor, case_id: int, day: date | None) -> None:
    """Somebody takes their consent back: from that day on nobody is given their data by it. InvalidData of
    the field `day` for none, one before the consent or after today; Conflict when it was taken back already.
    """
    with rt.database.write() as conn:
        row = conn.execute(LOCK_CASE, {"case_id": case_id}).one_or_none()
        if row is None:
            raise NotFound(f"Дела № {case_id} нет.")
        require_case(actor, Permission.CASE_START, row)
        who = whose(row)
        known = variables_of(rt, case_id, row.key_id, row.state)
        consent = consent_in(known, withdrawals(rt, conn, [who]).get(who))
        if consent is None:
            raise InvalidData("Отзыв не записан.", {"day": "В этом деле нет согласия."})
        if consent.withdrawn is not None:
            raise Conflict("Это согласие уже отозвано.", "Обновите страницу.")
        if day is None:
            raise InvalidData("Отзыв не записан.", {"day": "Напишите день, когда согласие отозвали."})
        if day > today_at(rt, row.unit_id):
            raise InvalidData("Отзыв не записан.", {"day": "Этот день ещё не наступил."})
        if consent.given is not None and day < consent.given:
            raise InvalidData("Отзыв не записан.", {"day": "В этот день согласия ещё не было."})
        write_history(
            rt,
            conn,
            case_id=case_id,
            key_id=row.key_id,
            now=rt.clock.now(),
            actor=actor,
            kind=HistoryKind.CONSENT_WITHDRAWN,
            data={"день": day},
        )
        record_action(rt, conn, actor, "consent.withdrawn", "case", case_id, case_id=case_id)


def _withdrawn_on(rt: Runtime, row: AnyRow) -> date:
    """The day that was said; of a case whose data were destroyed, the day on which it was said."""
    try:
        said = _day(open_values(rt.vault, row.key_id, row.data, f"history:{row.case_id}").get("день"))
    except KeyDestroyed:
        said = None
    return said or from_seconds(row.at).date()


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()
