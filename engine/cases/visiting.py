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
from engine.records.tables import NOBODY
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

    Answers `визит`, `члены` to ask, the `машина` of the schedule, and the `машины` to choose from.
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
    asked = crews.asked_for(conn, tree, call.unit_id, call.inputs.get("службы") or ())
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
        "машина": None if made.car_id is None else str(made.car_id),
        "машины": offered,
    }


@operation("visit.ready")
def make_ready(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`визит`, `машина` (number of a car, or nothing), `состав`, `полный`. Answers `машина_название`."""
    chosen, number = call.inputs.get("машина"), visit_number(call)
    car_id = None if chosen is None else int(chosen)
    visits.make_ready(conn, number, car_id=car_id, full_crew=bool(call.inputs.get("полный")))
    answers = call.inputs.get("состав") or ()
    crews.keep_members(conn, number, [_member(each) for each in answers])
    listed = cars.cars_of(conn, rt.directory.tree(), call.unit_id, retired=True)
    title = next((each.title for each in listed if each.id == car_id), None)
    return {"машина_название": title}


@operation("visit.close")
def close_visit(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`визит`, `исход`, `дата`, `начало` and `окончание` by the clock, `приехали`: services of those who
    came; without it everybody who had promised. Who spoke with the family is noted.
    """
    outcome, day, number = str(call.inputs.get("исход")), day_of(rt, call, "дата"), visit_number(call)
    minutes = _minutes(call.inputs.get("начало"), call.inputs.get("окончание"))
    came = call.inputs.get("приехали")
    missing = came is not None and crews.keep_who_came(conn, number, came)
    visits.close_visit(conn, number, outcome, day=day, minutes=minutes, missing=missing)
    if visits.OUTCOMES[outcome] != NOBODY:
        contacts.note(conn, subject_of(conn, call), case_id=call.case_id, day=day, kind="visit")
    return {}


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
