"""The monitoring sheet of one family for the diagrams: filled from the records, completed, judged."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, select

from engine import bpmn
from engine.cases.history import HistoryKind
from engine.cases.locking import state_purpose
from engine.cases.monitoring_facts import case_to_review, facts_of
from engine.cases.registering import day_of, subject_of
from engine.cases.tables import case_, history
from engine.cases.zoning import Zone, zone_of
from engine.definitions.operations import Call, operation
from engine.model import Value
from engine.records import sheets
from engine.records.cells import (
    EMPTY,
    OLD,
    RED,
    Cell,
    answered,
    marks,
    months_without_result,
    refreshed,
    values_of,
)
from engine.records.parameters import parameters
from engine.records.registers import Subject, entries_of
from engine.runtime import Runtime

CHECKS: Final = "DMN-14-sheet"

INCOME: Final = ("доход_на_человека", "прожиточный_минимум")
"""What the rule asks of a case of need."""

HALF_A_YEAR: Final = 6
"""Months without a result after which the case is to be reviewed: two quarters."""

SIGNS: Final = {
    "зависимость": ("алкоголь", "другие_вещества"),
    "пренебрежение": ("пренебрежение_детьми",),
    "насилие": ("насилие_в_семье",),
    "нет дохода": ("нет_дохода",),
    "опасное жильё": ("плохое_жильё",),
    "школа": ("пропуски_школы",),
}
"""Sign of risk that DMN-05 counts → the problems of the sheet that are one."""


@dataclass(frozen=True, slots=True)
class Look:
    """A sheet brought up to date. `old`: what is to be confirmed this month, or it would stand unconfirmed
    too long before the next round. `risk`: what DMN-05 and the diagram ask of the family.
    """

    values: Mapping[str, Value]
    empty: int
    old: int
    faults: tuple[str, ...]
    risk: Mapping[str, Value]
    zone: Zone

    @property
    def wants_somebody(self) -> bool:
        """Something is to be filled in, corrected, decided or asked."""
        return bool(
            self.empty or self.old or self.faults or self.zone.proposed or self.risk["нужен_пересмотр"]
        )


@operation("sheet.fill")
def fill(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Answers every parameter under its key, `пробелов`, `давних`, `дополнить`, and what DMN-05 asks."""
    subject, today = _family_of(conn, call), day_of(rt, call, "сегодня")
    look = look_again(rt, conn, subject, unit_id=call.unit_id, today=today)
    return {
        **look.values,
        **look.risk,
        **look.zone.values(),
        "месяц": today.replace(day=1),
        "пробелов": look.empty,
        "давних": look.old,
        "дополнить": look.empty + look.old > 0,
    }


@operation("sheet.save")
def save(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Keep what the form of the step `шаг` says, by whoever finished it. Answers what DMN-05 asks, and what
    was refused before.
    """
    subject, today = _family_of(conn, call), day_of(rt, call, "сегодня")
    case = conn.execute(select(case_.c.key_id, case_.c.state).where(case_.c.id == call.case_id)).one()
    known = bpmn.variables(rt.vault.open(case.key_id, case.state, state_purpose(call.case_id)))
    answers = {each.key: known[each.key] for each in parameters() if each.key in known}
    before = sheets.newest_sheet(rt, conn, subject)
    cells = answered(before.cells if before else {}, answers, who_did(conn, call), today)
    values = values_of(cells)
    faults = faults_of(rt, conn, values, call.now)
    sheets.keep_sheet(rt, conn, subject, cells, unit_id=call.unit_id, today=today, faults=len(faults))
    risk = {**_risk(conn, subject, cells, today), **{name: known.get(name) for name in INCOME}}
    zone = zone_of(rt, conn, subject, {**risk, "детей": values["детей"]}, call.now)
    return {**risk, **zone.values(), "дополнить": False}


def _family_of(conn: Connection, call: Call) -> Subject:
    about = subject_of(conn, call)
    return Subject.of(about.family_id, about.person_id)


def look_again(rt: Runtime, conn: Connection, subject: Subject, *, unit_id: int, today: date) -> Look:
    """Fill the sheet of this month from the records, carry on what was typed, and keep it."""
    before = sheets.newest_sheet(rt, conn, subject)
    zone = rt.calendars.office(unit_id).zone
    facts = facts_of(rt, conn, subject, today, zone)
    cells = refreshed(before.cells if before else {}, facts, today)
    values, now = values_of(cells), rt.clock.now().astimezone(zone)
    faults = faults_of(rt, conn, values, now)
    sheets.keep_sheet(rt, conn, subject, cells, unit_id=unit_id, today=today, faults=len(faults))
    found, by_the_end = list(marks(cells, today).values()), list(marks(cells, _month_end(today)).values())
    risk = {**_risk(conn, subject, cells, today), **{name: _income(facts, name) for name in INCOME}}
    return Look(
        values=values,
        empty=found.count(EMPTY) + found.count(RED),
        old=by_the_end.count(OLD),
        faults=faults,
        risk=risk,
        zone=zone_of(rt, conn, subject, {**risk, "детей": values["детей"]}, now),
    )


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def faults_of(rt: Runtime, conn: Connection, values: Mapping[str, Value], now: datetime) -> tuple[str, ...]:
    """What contradicts itself on a sheet, each fault by its name: the decision DMN-14-sheet."""
    found = rt.library.current(conn).decision(CHECKS).decide(CHECKS, values, now=now)
    return tuple(str(each["ошибка"]) for each in found) if isinstance(found, list) else ()


def _risk(conn: Connection, subject: Subject, cells: Mapping[str, Cell], today: date) -> dict[str, Value]:
    """What the sheet and the registers say to DMN-05 and to the diagram."""
    values = values_of(cells)
    standing = {each.register: each for each in entries_of(conn, subject) if each.until is None}
    prevention = standing.get("prevention")
    months = months_without_result(cells, _began(conn, subject, today), today)
    case_number = case_to_review(conn, subject)
    return {
        "положение_соп": "sop" in standing or (prevention is not None and prevention.state == "СОП"),
        "риск_отобрания": values["угроза_отобрания"] is True,
        "признаки_риска": [
            sign for sign, problems in SIGNS.items() if any(values[each] is True for each in problems)
        ],
        "в_красной_зоне": "red_zone" in standing,
        "месяцев_без_результата": months,
        "дело_семьи": case_number,
        "нужен_пересмотр": case_number is not None and months > 0 and months % HALF_A_YEAR == 0,
    }


def _began(conn: Connection, subject: Subject, today: date) -> date:
    """The first day of the month in which the monitoring of the family began."""
    first = sheets.first_month(conn, subject)
    return today if first is None else date.fromisoformat(f"{first}-01")


def _income(facts: Mapping[str, Value], name: str) -> Value:
    """A figure that the newest case of need knows."""
    need = facts.get("p03")
    return need.get(name) if isinstance(need, Mapping) else None


def who_did(conn: Connection, call: Call) -> int:
    """Who finished the step that the diagram names, the last time."""
    wanted = select(history.c.actor_id).where(
        history.c.case_id == call.case_id,
        history.c.kind == HistoryKind.COMPLETED,
        history.c.node == str(call.inputs.get("шаг")),
    )
    return int(conn.execute(wanted.order_by(history.c.id.desc()).limit(1)).scalar() or 0)
