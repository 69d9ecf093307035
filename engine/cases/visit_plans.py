"""The yearly schedule of visits for the diagrams: whom to visit, a draft, what clashes, cars, approval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from engine.cases.registering import day_of
from engine.definitions.operations import Call, operation
from engine.errors import StepFailed
from engine.model import Value
from engine.records import cars, crews, schedules
from engine.records.tables import PLANNED, car, settlement, visit
from engine.runtime import Runtime
from engine.worklist.visit_notices import schedule_is_approved

AGREED = "согласен"
"""The answer of a service that has nothing against the schedule."""


@operation("plan.candidates")
def candidates(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Whom the year will be about: `семей`, their `категории`, the `участники` who agree, the `состав` of
    every trip in words, the `машины`.
    """
    tree = rt.directory.tree()
    found = schedules.candidates(conn, tree, call.unit_id)
    asked = crews.asked_for(conn, tree, call.unit_id, ("opeka", "police", "crb", "kcson", "education"))
    return {
        "семей": len(found),
        "категории": sorted({each.state for each in found}),
        "участники": [
            {
                "код": each.service,
                "название": each.title,
                "имя": each.name or None,
                "счёт": each.account_id,
            }
            for each in asked
        ],
        "состав": ", ".join(crews.SERVICES[service][0] for service in crews.FULL_CREW),
        "машины": cars.choices(cars.cars_of(conn, tree, call.unit_id), {}),
    }


@operation("plan.draft")
def draft(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`год`, `частоты` [{категория, месяцев}]. Answers `план`, how many `выездов`, its `населённые_пункты`.

    Of a year that is under way only the days after today are planned anew.
    """
    tree, year = rt.directory.tree(), int(call.inputs["год"])
    months = {str(each["категория"]): max(1, int(each["месяцев"])) for each in call.inputs["частоты"] or ()}
    families = [
        schedules.Candidate(each.subject, each.settlement_id, each.unit_id, each.state, months[each.state])
        for each in schedules.candidates(conn, tree, call.unit_id)
        if each.state in months
    ]
    today = day_of(rt, call, "сегодня")
    trips = schedules.spread(families, today, year, rt.calendars.calendar(call.unit_id).is_working)
    municipality = tree.municipality(call.unit_id)
    plan = schedules.keep_draft(conn, municipality, year, call.case_id, trips, today)
    return {
        "план": plan,
        "выездов": len(trips),
        "населённые_пункты": list(schedules.villages_of(conn, plan)),
        "график": _rows(conn, plan),
    }


@operation("plan.cars")
def give_cars(_rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`план`, `машины_плана` [{населённый_пункт or nothing, машина}].

    Answers `с_машиной`, the `график`, `накладки_машин` [{день, что}]: a car is wanted in several places.
    """
    plan = _plan(call)
    known = schedules.villages_of(conn, plan)
    given = 0
    for each in call.inputs.get("машины_плана") or ():
        village = each.get("населённый_пункт")
        if village and village not in known:
            raise StepFailed(f"В графике нет выездов туда: {village}.", "Выберите место из графика.")
        number = None if each.get("машина") is None else int(each["машина"])
        given += schedules.lend_car(conn, plan, number, known.get(village) if village else None)
    return {
        "с_машиной": given,
        "график": _rows(conn, plan),
        "накладки_машин": _clash_rows(schedules.car_clashes(conn, plan)),
    }


@operation("plan.check")
def check(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`план`, `переносы` [{день, место or nothing, новый_день}], `события` of the district [{день, событие}],
    `мероприятия` of the commission's own plan [{день or nothing, мероприятие}].

    Moves what is to be moved, then answers `накладки` [{день, что}], among them moves that can't be made.
    """
    plan, today = _plan(call), day_of(rt, call, "сегодня")
    wrong = [
        clash
        for each in call.inputs.get("переносы") or ()
        if (clash := _moved(conn, plan, each, today)) is not None
    ]
    asked = crews.asked_for(conn, rt.directory.tree(), call.unit_id, crews.FULL_CREW)
    events = [
        schedules.Clash(_day(each["день"]), f"в округе: {each['событие']}")
        for each in call.inputs.get("события") or ()
    ]
    deeds = [
        schedules.Clash(_day(each["день"]), f"в плане комиссии: {each['мероприятие']}")
        for each in call.inputs.get("мероприятия") or ()
        if each.get("день") is not None
    ]
    found = schedules.clashes(
        conn,
        plan,
        rt.calendars.calendar(call.unit_id).is_working,
        crew={each.account_id: each.title for each in asked if each.account_id is not None},
        events=[*events, *deeds],
    )
    found += schedules.shared_days(deeds, events)
    return {"накладки": _clash_rows([*wrong, *found]), "график": _rows(conn, plan)}


def _clash_rows(found: Sequence[schedules.Clash]) -> list[dict[str, Value]]:
    return [{"день": clash.day, "что": clash.words} for clash in found]


def _moved(conn: Connection, plan: int, asked: Mapping[str, Any], today: date) -> schedules.Clash | None:
    """Move the trips of a day, all or to one place; why they could not be moved, if so."""
    day, new_day, place = _day(asked["день"]), _day(asked["новый_день"]), asked.get("место")
    if new_day <= today:
        return schedules.Clash(day, f"не перенесено на {new_day:%d.%m.%Y}: этот день уже прошёл")
    known = schedules.villages_of(conn, plan)
    places = None if not place else [known[place]] if place in known else []
    if schedules.move_day(conn, plan, day, new_day, places) == 0:
        where = f" ({place})" if place else ""
        return schedules.Clash(day, f"не перенесено на {new_day:%d.%m.%Y}: в этот день выездов{where} нет")
    return None


@operation("plan.approve")
def approve(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`план`: cases take their visits from it. `согласования` [{код, счёт, ответ}] of the services are kept,
    and everybody who takes part is told.
    """
    agreements = [
        schedules.Agreement(str(each["код"]), _number(each.get("счёт")), each.get("ответ") == AGREED)
        for each in call.inputs.get("согласования") or ()
        if each.get("код")
    ]
    schedules.approve(rt, conn, _plan(call), agreements)
    schedule_is_approved(rt, conn, agreements, case_id=call.case_id, unit_id=call.unit_id)
    return {}


@operation("plan.month")
def month(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`план`. Answers the first day of the next `месяц` and its `выезды` [{день, куда, семей, машина}]."""
    first = schedules.first_of_next_month(day_of(rt, call, "сегодня"))
    return {"месяц": first, "выезды": _rows(conn, _plan(call), first, schedules.first_of_next_month(first))}


def _rows(
    conn: Connection, plan: int, first: date = date.min, after: date = date.max
) -> list[dict[str, Value]]:
    """Trips to come [{день, куда, семей, машина}] of these days, without the last one."""
    rows = conn.execute(
        select(visit.c.day, settlement.c.kind, settlement.c.name, car.c.title)
        .join_from(visit, settlement, visit.c.settlement_id == settlement.c.id, isouter=True)
        .join(car, visit.c.car_id == car.c.id, isouter=True)
        .where(visit.c.plan_id == plan, visit.c.status == PLANNED)
        .where(visit.c.day >= first.isoformat(), visit.c.day < after.isoformat())
        .order_by(visit.c.day, visit.c.settlement_id)
    )
    counted = Counter(
        (row.day, f"{row.kind} {row.name}" if row.name else schedules.NOWHERE, row.title) for row in rows
    )
    return [
        {"день": date.fromisoformat(day), "куда": place, "семей": number, "машина": title}
        for (day, place, title), number in counted.items()
    ]


def _plan(call: Call) -> int:
    given = call.inputs.get("план")
    if given is None:
        raise StepFailed("Графика ещё нет.", "Поставьте на схеме «plan.draft» до этой операции.")
    return int(given)


def _number(given: Any) -> int | None:
    return None if given is None else int(given)


def _day(given: Any) -> date:
    return given if isinstance(given, date) else date.fromisoformat(str(given))
