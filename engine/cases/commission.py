"""The commission between cases: questions come by message, go onto the agenda of a sitting, return decided.

`p04_item` sends `msg.agenda_item` and waits for `msg.commission_decision` by the number of its question (a
pathway that gives none: by the number of its case), so that a late answer never meets a later question; a
sitting is a case of its own (`p04_commission`, a written poll `p04_poll`) that collects what waits and closes
what it decided. A case that waits no more takes its question back; the sitting that has it on its agenda gets
`msg.question_withdrawn`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from engine.access.absences import away_on
from engine.access.queries import names_of
from engine.cases.checks import Looked, check
from engine.cases.giving_up import when_given_up
from engine.cases.locking import LockedCase
from engine.cases.messages import subscriber
from engine.cases.outbox import Promise
from engine.cases.sitting_terms import end_sitting_terms, follow_question
from engine.cases.tables import ACTIVE, case_, wait
from engine.cases.values import seal_values
from engine.deadlines.tables import term
from engine.definitions.operations import Call, operation
from engine.errors import InvalidData, StepFailed
from engine.model import FAR_FUTURE, Sent, Value, WaitKind
from engine.records import agenda, commissions, measures
from engine.records.agenda import AgendaItem, Question
from engine.records.commissions import FAMILY
from engine.records.sittings import POLL, agenda_closed, plan_sitting, sitting_cancelled, sitting_held
from engine.records.tables import ON_AGENDA
from engine.runtime import Runtime
from engine.storage.moments import due_from_seconds, to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.notices import QUESTION_WITHDRAWN
from engine.worklist.tables import notice

DECISION_TERM = "T14"
"""Until when a case needs its decision that named no term: the agenda shows it."""

PUT_OFF = "отложено"
DECISIONS = {
    "одобрено": "approve",
    "нуждается": "approve",
    "отказано": "refuse",
    "отказ": "refuse",
    PUT_OFF: "postpone",
    "доп. проверка": "extra_check",
}
"""How the minutes' words are kept in the agenda."""

BY_COMMISSION = "решение комиссии"
"""Who decided the measures of a decision."""

ANSWER, WITHDRAWN = "msg.commission_decision", "msg.question_withdrawn"

_CASE = select(case_.c.number, case_.c.unit_id, case_.c.status, case_.c.key_id).where(
    case_.c.id == bindparam("case_id")
)
_ASKING = select(case_.c.id, case_.c.number, case_.c.status).where(
    case_.c.id.in_(bindparam("ids", expanding=True))
)
_TERMS = select(term.c.case_id, term.c.key, term.c.due_at).where(
    term.c.case_id.in_(bindparam("ids", expanding=True)), term.c.ended_at.is_(None), term.c.task_id.is_(None)
)
_OVER = select(case_.c.id).where(case_.c.id.in_(bindparam("ids", expanding=True)), case_.c.status != ACTIVE)
_WAITS = select(wait.c.id).where(wait.c.case_id == bindparam("case_id"), wait.c.name == ANSWER).limit(1)
_OWNERS = select(case_.c.id, case_.c.owner_id).where(case_.c.id.in_(bindparam("ids", expanding=True)))
_NUMBERS = select(case_.c.id, case_.c.number).where(case_.c.id.in_(bindparam("ids", expanding=True)))


@subscriber("msg.agenda_item")
def ask(rt: Runtime, conn: Connection, promise: Promise, payload: Mapping[str, Value]) -> None:
    """A case puts a question: it waits for the next sitting of the commission that serves the case's unit."""
    asking = conn.execute(_CASE, {"case_id": promise.case_id}).one()
    if asking.status != ACTIVE:
        return
    case_id = promise.case_id or 0
    kind = str(payload.get("вид_комиссии") or FAMILY)
    draft = {name: payload[name] for name in ("название", "проект") if payload.get(name) is not None}
    question = Question(
        kind=str(payload.get("вид") or "other"),
        key=str(payload.get("номер_вопроса") or ""),
        term=str(payload.get("срок") or ""),
        papers=str(payload.get("документы") or ""),
        draft=seal_values(rt.vault, asking.key_id, draft, question_purpose(case_id)),
    )
    commission_id = commissions.commission_for(rt, conn, kind, asking.unit_id)
    agenda.ask(
        rt, conn, case_id=case_id, number=asking.number, commission_id=commission_id, question=question
    )
    follow_question(rt, conn, case_id)


@check("commission.exists")
def refuse_asking_nobody(rt: Runtime, conn: Connection, looked: Looked, known: Mapping[str, Value]) -> None:
    """A question goes to a commission that there is: InvalidData at `вид_комиссии` otherwise."""
    kind = str(known.get("вид_комиссии"))
    there = commissions.kinds_around(rt, conn, looked.unit_id)
    if kind in there:
        return
    listed = ", ".join(there.values()) or "ни одной"
    what = f"Такой комиссии в муниципалитете нет. Есть: {listed}. Завести её может администратор."
    raise InvalidData("Спросить некого.", {"вид_комиссии": what})


def question_purpose(case_id: int) -> str:
    """What binds the draft of a question to its case."""
    return f"question:{case_id}"


@when_given_up(ANSWER)
def take_back(rt: Runtime, conn: Connection, case: LockedCase) -> list[Sent]:
    """A case that waits for no decision any more takes its questions back; a sitting that has them on its
    agenda is told, and so is the secretary.
    """
    if conn.execute(_WAITS, {"case_id": case.id}).scalar() is not None:
        return []
    withdrawn = agenda.withdraw(conn, case.id)
    if withdrawn:
        end_sitting_terms(rt, conn, case.id)
    heard_at = {item.sitting_case_id for item in withdrawn if item.sitting_case_id is not None}
    numbers = _numbers(conn, heard_at)
    _tell_secretaries(rt, conn, [item for item in withdrawn if item.sitting_case_id in numbers])
    return [
        Sent(
            node=WITHDRAWN,
            kind=WaitKind.MESSAGE,
            name=WITHDRAWN,
            key=numbers[item.sitting_case_id],
            payload=_matter(case.number, item),
            process=case.process,
        )
        for item in withdrawn
        if item.sitting_case_id in numbers
    ]


def _tell_secretaries(rt: Runtime, conn: Connection, withdrawn: Collection[AgendaItem]) -> None:
    """A notice about the sitting to those who prepare it: the commission's secretaries, and its owner."""
    owners = {
        row.id: row.owner_id for row in conn.execute(_OWNERS, {"ids": [i.sitting_case_id for i in withdrawn]})
    }
    told = [
        {
            "account_id": person,
            "at": to_seconds(rt.clock.now()),
            "kind": QUESTION_WITHDRAWN,
            "rung": 0,
            "case_id": item.sitting_case_id,
        }
        for item in withdrawn
        for person in _secretaries(conn, item.commission_id) | {owners[item.sitting_case_id]}
        if person is not None
    ]
    if told:
        conn.execute(insert(notice), told)


def _secretaries(conn: Connection, commission_id: int) -> set[int | None]:
    members = commissions.members_of(conn, commission_id)
    return {member.account_id for member in members if member.part == "secretary"}


@operation("commission.collect")
def collect(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Everything that waits goes onto the agenda of this sitting; the members are invited.

    A question whose case has ended meanwhile (the citizen withdrew) is taken back. What lies with a sitting
    that was cancelled is heard here.
    """
    kind = str(call.inputs.get("вид_комиссии") or FAMILY)
    commission_id = commissions.commission_for(rt, conn, kind, call.unit_id)
    day = _day(call)
    if day is not None:
        why = str(call.inputs.get("повод") or "")
        poll = call.inputs.get("порядок") == POLL
        plan_sitting(conn, commission_id, call.case_id, day, why, poll=poll)
        agenda_closed(conn, call.case_id, call.now)
    at_work = agenda.sittings_at_work(conn, commission_id)
    over = conn.execute(_OVER, {"ids": at_work}).scalars().all() if at_work else []
    agenda.give_back(conn, over)
    items = agenda.collect(conn, commission_id, call.case_id)
    ids = {item.case_id for item in items}
    asking = {row.id: row for row in conn.execute(_ASKING, {"ids": ids})}
    dues = {(row.case_id, row.key): row.due_at for row in conn.execute(_TERMS, {"ids": ids})} if ids else {}
    for item in items:
        if asking[item.case_id].status != ACTIVE:
            agenda.withdraw(conn, item.case_id)
    known = commissions.commission_of(conn, commission_id)
    return {
        "вопросы": [
            _question(rt, call, item, asking[item.case_id], dues)
            for item in items
            if asking[item.case_id].status == ACTIVE
        ],
        "члены": _members(conn, commission_id, day),
        "правила": {
            "комиссия": known.name,
            "кворум": Decimal(known.quorum_percent),
            "тайное": not known.open_vote,
            "решающий_голос": known.casting_vote,
            "минут": Decimal(known.item_minutes),
        },
    }


def _members(conn: Connection, commission_id: int, day: date | None) -> list[Value]:
    """Members as the steps of a sitting see them. Of a member who is away on its day: `отсутствует_до`, and
    `замещает`, who acts for them then. `замена`: who is asked instead, that colleague or the substitute that
    the commission has named.
    """
    away = away_on(conn, day) if day is not None else {}
    acting = names_of(conn, {each.acting_id or 0 for each in away.values()}) if away else {}
    found: list[Value] = []
    for member in commissions.members_of(conn, commission_id):
        absent = away.get(member.account_id or 0)
        stands_in = None if absent is None else acting.get(absent.acting_id or 0)
        found.append(
            {
                "имя": member.name,
                "организация": member.agency,
                "счёт": member.account_id,
                "место": commissions.PARTS[member.part],
                "по_согласованию": member.by_agreement,
                "отсутствует_до": None if absent is None else absent.last_day,
                "замещает": stands_in,
                "замена": stands_in or member.substitute or None,
            }
        )
    return found


def _question(
    rt: Runtime, call: Call, item: AgendaItem, asking: AnyRow, dues: Mapping[tuple[int, str], int]
) -> dict[str, Value]:
    """What the agenda says of a question: no names, the number of the case leads to them."""
    zone = rt.calendars.office(call.unit_id).zone
    due = due_from_seconds(dues.get((item.case_id, item.term or DECISION_TERM), FAR_FUTURE))
    until = due.astimezone(zone).date() if due is not None else None
    return {**_matter(asking.number, item), "решить_до": until}


def _matter(number: str, item: AgendaItem) -> dict[str, Value]:
    return {
        "номер_дела": number,
        "номер_вопроса": item.key or number,
        "вид": item.kind,
        "название": commissions.ITEM_KINDS[item.kind],
    }


def _numbers(conn: Connection, case_ids: Collection[int]) -> dict[int, str]:
    """Numbers of cases by their ids."""
    return {row.id: row.number for row in conn.execute(_NUMBERS, {"ids": list(case_ids)})} if case_ids else {}


@operation("commission.move")
def move(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """The sitting is put off: what waits for it follows to the day of the input `дата`."""
    kind = str(call.inputs.get("вид_комиссии") or FAMILY)
    day = _day(call)
    if day is None:
        raise StepFailed("Не сказано, на какой день перенесено заседание.", "Исправьте данные дела.")
    why = str(call.inputs.get("повод") or "")
    plan_sitting(conn, commissions.commission_for(rt, conn, kind, call.unit_id), call.case_id, day, why)
    return {}


@operation("commission.leave")
def leave(_: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Of the agenda of this sitting `вопросы`, by their numbers, wait for another one."""
    agenda.leave(conn, call.case_id, [str(each) for each in call.inputs.get("вопросы") or ()])
    return {}


@operation("commission.cancel")
def cancel(_: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """The sitting will not be, because of `повод`; whatever its agenda has left waits for the next one."""
    agenda.give_back(conn, [call.case_id])
    sitting_cancelled(conn, call.case_id, str(call.inputs.get("повод") or ""))
    return {}


def _day(call: Call) -> date | None:
    """The day that the input `дата` names."""
    value = call.inputs.get("дата")
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


@operation("commission.close")
def close(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Keep what was decided with the agenda; what was put off, or left out, waits for the next sitting."""
    decided = {
        str(each.get("номер_вопроса") or each["номер_дела"]): each
        for each in call.inputs.get("решения") or ()
    }
    items = [item for item in agenda.agenda(conn, call.case_id) if item.status == ON_AGENDA]
    numbers = _numbers(conn, [item.case_id for item in items])
    for item in items:
        number = numbers[item.case_id]
        # A sitting of an earlier version of its diagram names the case alone.
        found = decided.get(item.key or number) or decided.get(number)
        decided_item = agenda.decide(rt, conn, item.id, _decision(item, found))
        if found is not None and decided_item.decision != agenda.POSTPONED:
            measures.keep(rt, conn, item.case_id, found.get("меры") or (), BY_COMMISSION)
    sitting_held(conn, call.case_id, sum(each.get("решение") != PUT_OFF for each in decided.values()))
    return {}


def _decision(item: AgendaItem, decided: Mapping[str, Any] | None) -> str:
    if decided is None:
        return agenda.POSTPONED
    words = str(decided["решение"])
    if words not in DECISIONS:
        raise StepFailed(
            f"Решение по вопросу «{item.title}» не из списка.", "Исправьте форму решения комиссии."
        )
    return DECISIONS[words]
