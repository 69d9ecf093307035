"""Letters about several families: put together by the numbers of their cases, answered family by family.

Nothing of the families lies in the case of the letter but the numbers: who they are is looked up when the
letter is printed or its page is opened, and only what the partner needs to find them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from engine.access.actors import load_actor
from engine.access.journal import record_action, record_view, record_views
from engine.access.policy import require
from engine.cases.family_sheet import who_did
from engine.cases.grounds import Ground, ground_for
from engine.cases.referring import asked_for
from engine.cases.registering import day_of
from engine.cases.tables import case_
from engine.cases.visibility import require_visible, visible
from engine.definitions.operations import Call, operation
from engine.errors import Conflict, InvalidData, NotFound, StepFailed
from engine.model import ERASED, Actor, Permission, Value
from engine.records import letters, partners
from engine.records.letters import RESULTS, Count, Line, NewLine
from engine.records.queries import people_data
from engine.records.tables import family_member, letter_family, partner, person, referral
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.storage.rows import AnyRow

_BETWEEN_NUMBERS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who stands on a letter for a family: what the partner needs to find them, and no more."""

    name: str
    born: date | None
    phone: str


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A line of the letter's page. `case_number` is empty for those who may not see that case."""

    line: Line
    addressee: Addressee
    case_number: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A letter in a case: the case is the letter's own, or that of a family on it (`own` False). `line` is
    the family's, None in the letter's own case.
    """

    referral_id: int
    number: str
    partner: str
    count: Count
    line: Line | None

    @property
    def own(self) -> bool:
        """The case is the letter's own: its page may be opened from there."""
        return self.line is None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter about several families as its page shows it. `open`: answers are still taken; `on_paper`: from
    the sender, because nobody of the partner works in the product.
    """

    referral_id: int
    case_id: int
    number: str
    partner: str
    due: date
    open: bool
    on_paper: bool
    rows: Sequence[LetterRow]
    count: Count


@operation("letter.list")
def put_together(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`номера_дел` (text), `партнёр`, `передача_данных`, `шаг` in which it was written, and
    `отдельные_согласия` [{дело_семьи, реквизиты}]: consents that families gave for this very letter.

    Answers `семей` on the letter, and `не_вошли` [{дело, почему}]: cases that are not there, not open to
    whoever writes, of a family that is on the letter already, or without a ground to hand its data over.
    """
    actor = load_actor(rt, who_did(conn, call))
    municipality = rt.directory.tree().municipality(call.unit_id)
    addressed = partners.partner_for(conn, municipality, *asked_for(call.inputs))
    by_law, today = call.inputs.get("передача_данных") == "закон", day_of(rt, call, "сегодня")
    own = _own_consents(call.inputs.get("отдельные_согласия"))
    taken: list[NewLine] = []
    refused: list[Value] = []
    families: set[tuple[int | None, int | None]] = set()
    for number in _numbers(call.inputs.get("номера_дел")):
        row = conn.execute(select(case_).where(case_.c.number == number, visible(actor))).one_or_none()
        if row is None:
            refused.append({"дело": number, "почему": "такого дела нет, или оно вам не открыто"})
            continue
        who = (row.family_id, None if row.family_id else row.person_id)
        if who == (None, None):
            refused.append({"дело": number, "почему": "дело ни о ком"})
        elif who in families:
            refused.append({"дело": number, "почему": "эта семья уже в списке"})
        else:
            ground = own.get(number) or ground_for(rt, conn, row, addressed.kind, today, by_law=by_law)
            families.add(who)
            record_view(rt, conn, actor, "case", row.id, case_id=row.id)
            if ground.given:
                taken.append(NewLine(row.id, ground.words[:100]))
            else:
                refused.append({"дело": number, "почему": ground.words})
    if len(taken) > letters.MOST:
        raise StepFailed(f"В письме не больше {letters.MOST} семей.", "Разделите список на несколько писем.")
    letters.put_on(conn, call.case_id, taken)
    return {"семей": Decimal(len(taken)), "не_вошли": refused}


@operation("letter.count")
def count(_: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`направление`: how many families were `отправлено`, `ответили`, `осталось`, and `итоги` in words."""
    number = int(call.inputs.get("направление") or 0)
    found = letters.counts(conn, [number]).get(number, Count(0, 0))
    return {
        "отправлено": Decimal(found.sent),
        "ответили": Decimal(found.answered),
        "осталось": Decimal(found.open),
        "итоги": ", ".join(f"{RESULTS[key]}: {families}" for key, families in found.results.items()),
    }


def annex(rt: Runtime, conn: Connection, letter_case_id: int) -> list[Value]:
    """The families of the newest letter of a case for its printed list; nothing for any other case."""
    lines = letters.lines_written(conn, letter_case_id)
    return [
        {
            "номер": Decimal(line.place),
            "имя": found.name,
            "родился": found.born,
            "телефон": found.phone,
            "основание": line.ground,
        }
        for line, found in zip(lines, _addressees(rt, conn, lines), strict=True)
    ]


def mentions(conn: Connection, case_id: int) -> list[Mention]:
    """Letters that a case has sent, or that its family stands on, newest first; for whoever sees the case."""
    wanted = (
        select(referral.c.id, referral.c.number, referral.c.case_id, partner.c.name.label("partner"))
        .join_from(referral, partner, partner.c.id == referral.c.partner_id)
        .join(letter_family, letter_family.c.referral_id == referral.c.id)
        .where(or_(letter_family.c.letter_case_id == case_id, letter_family.c.case_id == case_id))
        .order_by(referral.c.id.desc())
        .distinct()
    )
    rows = conn.execute(wanted).all()
    if not rows:
        return []
    found = letters.counts(conn, [row.id for row in rows])
    about = {line.referral_id: line for line in letters.lines_about(conn, [case_id])}
    return [
        Mention(
            row.id,
            row.number,
            row.partner,
            found[row.id],
            None if row.case_id == case_id else about[row.id],
        )
        for row in rows
    ]


def standing_on(conn: Connection, case_ids: Collection[int]) -> list[Mention]:
    """Letters on which the families of these cases stand, newest first; for whoever sees the cases."""
    lines = letters.lines_about(conn, case_ids)
    if not lines:
        return []
    wanted = (
        select(referral.c.id, referral.c.number, partner.c.name.label("partner"))
        .join_from(referral, partner, partner.c.id == referral.c.partner_id)
        .where(referral.c.id.in_([line.referral_id for line in lines]))
    )
    sent = {row.id: row for row in conn.execute(wanted)}
    found = letters.counts(conn, sent)
    named = [(sent[line.referral_id], line) for line in lines if line.referral_id is not None]
    return [Mention(row.id, row.number, row.partner, found[row.id], line) for row, line in named]


def letter(rt: Runtime, actor: Actor, referral_id: int) -> Letter:
    """A letter and its families, for whoever may see its case; every family that is shown is journalled."""
    with rt.database.write() as conn:
        row = _letter_row(conn, actor, referral_id)
        lines = letters.lines_of(conn, referral_id)
        record_view(rt, conn, actor, "referral", referral_id, case_id=row.case_id)
        record_views(rt, conn, actor, "case", [line.case_id for line in lines])
        of_cases = select(case_.c.id, case_.c.number).where(
            case_.c.id.in_([line.case_id for line in lines]), visible(actor)
        )
        known = {found.id: found.number for found in conn.execute(of_cases)}
        return Letter(
            referral_id,
            row.case_id,
            row.number,
            row.partner,
            date.fromisoformat(row.due_day),
            row.closed_at is None,
            row.account_id is None,
            [
                LetterRow(line, found, known.get(line.case_id, ""))
                for line, found in zip(lines, _addressees(rt, conn, lines), strict=True)
            ],
            letters.counts(conn, [referral_id])[referral_id],
        )


def answer_letter(
    rt: Runtime, actor: Actor, referral_id: int, results: Mapping[int, str], came_on: date | None = None
) -> Count:
    """Keep what the partner has done for each family, by its place on the letter.

    Whoever works on the case of the letter may: the partner whose step it is, and the sender, who names the
    day of the paper; `came_on` None: today. Conflict once the letter is closed.
    """
    require(actor, Permission.TASK_WORK)
    if unknown := [place for place, result in results.items() if result and result not in RESULTS]:
        raise InvalidData("Ответы не записаны.", {f"result-{unknown[0]}": "Выберите ответ из списка."})
    with rt.database.write() as conn:
        row = _letter_row(conn, actor, referral_id)
        if row.closed_at is not None:
            raise Conflict("Ответов на это письмо больше не ждут.", "Запишите новость в деле семьи.")
        zone = rt.calendars.office(row.unit_id).zone
        sent, today = (
            moment.astimezone(zone).date() for moment in (from_seconds(row.sent_at), rt.clock.now())
        )
        if came_on is not None and not sent <= came_on <= today:
            raise InvalidData(
                "Ответы не записаны.",
                {"came_on": f"День ответа — от {sent:%d.%m.%Y}, когда ушло письмо, до сегодняшнего."},
            )
        found = letters.answer(conn, referral_id, results, came_on or today)
        details = {"answered": found.answered, "open": found.open}
        record_action(
            rt, conn, actor, "answered", "referral", referral_id, case_id=row.case_id, details=details
        )
        return found


def _letter_row(conn: Connection, actor: Actor, referral_id: int) -> AnyRow:
    """The letter with its case's unit; NotFound, NotAllowed."""
    wanted = (
        select(
            referral.c.case_id,
            referral.c.number,
            referral.c.sent_at,
            referral.c.due_day,
            referral.c.closed_at,
            partner.c.name.label("partner"),
            partner.c.account_id,
            case_.c.unit_id,
            case_.c.owner_id,
        )
        .join_from(referral, case_, case_.c.id == referral.c.case_id)
        .join(partner, partner.c.id == referral.c.partner_id)
        .where(referral.c.id == referral_id)
    )
    row = conn.execute(wanted).one_or_none()
    if row is not None:
        require_visible(conn, actor, row.case_id, row)
    if row is None or not letters.counts(conn, [referral_id]):
        raise NotFound("Такого письма нет.", "Откройте его на странице «Документы партнёрам».")
    return row


def _addressees(rt: Runtime, conn: Connection, lines: Iterable[Line]) -> list[Addressee]:
    """Whom the cases of these lines are about, in the same order: who applied, or somebody of the family."""
    cases = [line.case_id for line in lines]
    member = select(func.min(family_member.c.person_id)).where(
        family_member.c.family_id == case_.c.family_id, family_member.c.last_day.is_(None)
    )
    somebody = func.coalesce(case_.c.person_id, member.scalar_subquery())
    wanted: Select[Any] = (
        select(case_.c.id.label("case_id"), person.c.id, person.c.key_id, person.c.data)
        .join_from(case_, person, person.c.id == somebody)
        .where(case_.c.id.in_(cases))
    )
    rows = conn.execute(wanted).all()
    data = dict(zip([row.case_id for row in rows], people_data(rt, rows), strict=True))
    return [
        Addressee(ERASED, None, "")
        if (found := data.get(number)) is None
        else Addressee(found.name.full(), found.birth, found.phone)
        for number in cases
    ]


def _own_consents(given: Value) -> dict[str, Ground]:
    """Number of a case → that a consent was given for this letter alone; where it lies stays in the case."""
    found = Ground(True, "согласие для этого письма")
    return {str(each.get("дело_семьи") or "").strip().upper(): found for each in given or ()}


def _numbers(given: Value) -> list[str]:
    """Numbers of cases as they were typed: one under another, or with commas; each once."""
    return list(dict.fromkeys(part.upper() for part in _BETWEEN_NUMBERS.split(str(given or "")) if part))
