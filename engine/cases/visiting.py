"""A visit for the diagrams: appointed, made ready, recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from sqlalchemy import Connection

from engine.cases.registering import day_of, subject_of
from engine.definitions.operations import Call, operation
from engine.errors import StepFailed
from engine.model import Value
from engine.records import cars, contacts, crews, visits
from engine.records.tables import DANGER, HELD
from engine.runtime import Runtime

PREPARING = 3
"""Working days before a visit of the schedule when its crew is asked."""


@operation("visit.next")
def next_visit(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`месяцев` between two visits. Answers `дата_выезда`, a working day, and when to `подготовить` it."""
    calendar = rt.calendars.calendar(call.unit_id)
    today = day_of(rt, call, "сегодня")
    months = max(1, int(call.inputs.get("месяцев") or 1))
    day = calendar.next_working(visits.next_day(conn, subject_of(conn, call), today, months))
    return {"дата_выезда": day, "подготовить": max(today, calendar.add_working_days(day, -PREPARING))}


@operation("visit.open")
def open_visit(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`дата`, `службы`, `плановый`, `срочно`, `визит` (the one that this case has appointed before).

    Answers `визит`, `члены` to ask, `служба_руководителя` that comes without being asked, the `машина` of the
    schedule, and the `машины` to choose from.
    """
    tree, day = rt.directory.tree(), day_of(rt, call, "дата")
    known = call.inputs.get("визит")
    made = visits.open_visit(
        conn,
        subject_of(conn, call),
        case_id=call.case_id,
        unit_id=call.unit_id,
        day=day,
        planned=bool(call.inputs.get("плановый")),
        urgent=bool(call.inputs.get("срочно")),
        visit_id=None if known is None else int(known),
    )
    lead = crews.lead_of(conn, call.case_id)
    wanted = call.inputs.get("службы") or ()
    asked = crews.asked_for(
        conn, tree, call.unit_id, [each for each in wanted if lead is None or each != lead.service]
    )
    offered = cars.choices(cars.cars_of(conn, tree, call.unit_id), cars.taken_on(conn, day))
    return {
        "визит": made.id,
        "члены": [
            {
                "служба": each.service,
                "название": each.title,
                "имя": each.name or None,
                "счёт": each.account_id,
            }
            for each in asked
        ],
        "служба_руководителя": None if lead is None else lead.service,
        "машина": None if made.car_id is None else str(made.car_id),
        "машины": offered,
    }


@operation("visit.ready")
def make_ready(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`визит`, `машина` (number of a car, or nothing), `состав`: the answers, `обязательные`: titles of the
    services of a visit of the commission; without it the crew is full with everybody who was asked.

    Answers `полный_состав`, `машина_название`.
    """
    chosen, number = call.inputs.get("машина"), visit_number(call)
    car_id = None if chosen is None else int(chosen)
    required = crews.codes_of(call.inputs.get("обязательные") or ())
    answers = [_member(each) for each in call.inputs.get("состав") or ()]
    crew = crews.crew_of(crews.lead_of(conn, call.case_id), answers, required)
    full = crews.is_full(crew)
    crews.keep_members(conn, number, crew)
    visits.make_ready(conn, number, car_id=car_id, full_crew=full, commission=bool(required))
    listed = cars.cars_of(conn, rt.directory.tree(), call.unit_id, retired=True)
    title = next((each.title for each in listed if each.id == car_id), None)
    return {"полный_состав": full, "машина_название": title}


@operation("visit.close")
def close_visit(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`визит`, `исход`, `дата`, `начало` and `окончание` by the clock, `приехали`: services of those who
    came; without it everybody who had promised. That somebody spoke with the family is noted.

    Answers `полный_состав`.
    """
    outcome, day, number = str(call.inputs.get("исход")), day_of(rt, call, "дата"), visit_number(call)
    minutes = _minutes(call.inputs.get("начало"), call.inputs.get("окончание"))
    came = call.inputs.get("приехали")
    if came is not None:
        crews.keep_who_came(conn, number, came)
    full = crews.is_full(crews.members_of(conn, [number]).get(number, []))
    visits.close_visit(conn, number, outcome, day=day, minutes=minutes, full_crew=full)
    if visits.OUTCOMES[outcome] in (HELD, DANGER):
        contacts.note(conn, subject_of(conn, call), case_id=call.case_id, day=day, kind="visit")
    return {"полный_состав": full}


def visit_number(call: Call) -> int:
    """The visit that the call is about."""
    given = call.inputs.get("визит")
    if given is None:
        raise StepFailed("Выезд не назначен.", "Поставьте на схеме «visit.open» до этой операции.")
    return int(given)


def _member(answer: Mapping[str, Value]) -> crews.Member:
    return crews.Member(
        service=str(answer.get("служба") or "other"),
        name=str(answer.get("имя") or ""),
        comes=answer.get("участвует") is True,
        account_id=None if answer.get("счёт") is None else int(answer["счёт"]),
    )


def _minutes(begun: Value, ended: Value) -> int | None:
    """How long a visit took; None when the clock was not written down, or ran over midnight."""
    start, end = _clock(begun), _clock(ended)
    if start is None or end is None or end < start:
        return None
    return (end.hour - start.hour) * 60 + end.minute - start.minute


def _clock(given: Value) -> time | None:
    try:
        return given if isinstance(given, time) else time.fromisoformat(str(given)) if given else None
    except ValueError:
        return None
