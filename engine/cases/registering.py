"""Registers and contacts for the diagrams: the family of a case is put on a list, or was spoken with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, select

from engine.cases.checks import Looked, check
from engine.cases.tables import case_
from engine.definitions.operations import Call, operation
from engine.errors import InvalidData, StepFailed
from engine.model import Value
from engine.records import contacts, registers
from engine.records.calling_off import LEFT_REGISTER
from engine.records.registers import Standing, Subject
from engine.runtime import Runtime
from engine.worklist.visit_notices import visits_are_needless, visits_come_back

CONFIRMED = "подтвердить"

_ABOUT = select(case_.c.family_id, case_.c.person_id).where(case_.c.id == bindparam("case_id"))


@operation("register.enter")
def enter(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`регистр`, `состояние`, `основание`, `контакт_дней`, `с` (a date, today when absent).

    Whoever is back on the preventive register is visited by the schedule again.
    """
    entry = registers.enter(
        rt,
        conn,
        _register(call),
        subject_of(conn, call),
        _standing(call),
        case_id=call.case_id,
        unit_id=call.unit_id,
        since=day_of(rt, call, "с"),
    )
    if call.inputs.get("регистр") == registers.PREVENTION:
        visits_come_back(rt, conn, subject_of(conn, call), case_id=call.case_id, unit_id=call.unit_id)
    return {"запись_регистра": entry}


@operation("register.update")
def update(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`регистр` and what has changed: `состояние`, `основание`, `контакт_дней`."""
    entry = registers.change(
        rt, conn, _register(call), subject_of(conn, call), _standing(call), case_id=call.case_id
    )
    return {"запись_регистра": entry}


@check("register.entry")
def refuse_leaving_nothing(_: Runtime, conn: Connection, looked: Looked, known: Mapping[str, Value]) -> None:
    """Nobody is taken off a register on which they are not: InvalidData at `действие`, or at
    `решение_о_регистре` where that is asked: the proposal may have grown old meanwhile.
    """
    register, decided = str(known.get("регистр")), known.get("решение_о_регистре")
    if known.get("действие") != registers.LEAVE or decided not in (None, CONFIRMED):
        return
    if registers.stands(conn, register, looked.subject):
        return
    title = registers.REGISTERS[register]
    if decided == CONFIRMED:
        late = f"{title}: семьи там уже нет. Отклоните запись и напишите об этом."
        raise InvalidData("Снимать не с чего.", {"решение_о_регистре": late})
    entries = registers.entries_of(conn, looked.subject)
    where = ", ".join(each.title for each in entries if each.until is None)
    now = f"Сейчас семья здесь: {where}." if where else "Сейчас семьи нет ни в одном регистре."
    raise InvalidData("Снимать не с чего.", {"действие": f"{title}: семьи там нет. {now}"})


@operation("register.leave")
def leave(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`регистр`, `основание` of leaving, `по` (the last day, today when absent).

    Whoever leaves the preventive register is visited by the schedule no more. Of a family that was taken off
    meanwhile nothing changes: what was decided is so already.
    """
    register, subject = _register(call), subject_of(conn, call)
    if not registers.stands(conn, register, subject):
        return {"запись_регистра": None}
    until, ground = day_of(rt, call, "по"), _words(call, "основание") or ""
    entry = registers.leave(
        rt,
        conn,
        register,
        subject,
        until=until,
        left_for=ground,
        case_id=call.case_id,
    )
    if call.inputs.get("регистр") == registers.PREVENTION:
        visits_are_needless(
            rt, conn, subject_of(conn, call), LEFT_REGISTER, case_id=call.case_id, unit_id=call.unit_id
        )
    return {"запись_регистра": entry}


@operation("contact.note")
def note(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`вид` of the contact (a key of `contacts.KINDS`), `дата` (today when absent)."""
    kind = _words(call, "вид") or "other"
    contacts.note(conn, subject_of(conn, call), case_id=call.case_id, day=day_of(rt, call, "дата"), kind=kind)
    return {}


def subject_of(conn: Connection, call: Call) -> Subject:
    """The family of the case, or its person where there is no family; StepFailed when it is about nobody."""
    about = conn.execute(_ABOUT, {"case_id": call.case_id}).one()
    if about.family_id is None and about.person_id is None:
        raise StepFailed("Дело ни о ком: записать не о ком.", "Откройте дело о семье или о человеке.")
    return Subject(about.family_id, about.person_id)


def day_of(rt: Runtime, call: Call, name: str) -> date:
    """A date among the inputs; by the clock of the unit today when it is not given."""
    given = call.inputs.get(name)
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    return call.now.astimezone(rt.calendars.office(call.unit_id).zone).date()


def _register(call: Call) -> str:
    return registers.known(_words(call, "регистр") or "")


def _standing(call: Call) -> Standing:
    days = call.inputs.get("контакт_дней")
    return Standing(
        state=_words(call, "состояние", 40),
        ground=_words(call, "основание"),
        contact_days=None if days is None else int(days),
    )


def _words(call: Call, name: str, longest: int = 200) -> str | None:
    """A text among the inputs, as long as its column holds."""
    given = call.inputs.get(name)
    return None if given is None else str(given)[:longest]
