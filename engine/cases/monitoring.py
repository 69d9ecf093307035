"""The monthly monitoring of registers for the diagrams: the month as a whole, for a case about nobody.

What is said of one family is the work of `family_sheet`, in a case about that family. A municipality may
have thousands of families, and a look at one takes milliseconds: they are looked at in parts, each in a
transaction of its own, so that nobody's writes wait for the whole month.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, func, select

from engine.cases.family_sheet import Look, look_again, who_did
from engine.cases.messages import deliver_to, subscriber
from engine.cases.outbox import Promise
from engine.cases.registering import day_of
from engine.cases.service import open_case
from engine.cases.tables import ACTIVE, case_, wait
from engine.definitions.operations import Call, Unfinished, operation
from engine.model import SYSTEM, StartCase, Value
from engine.records import keeping, sheets
from engine.records.queries import family_labels
from engine.records.registers import REGISTERS, Entry, Subject
from engine.records.tables import family_member
from engine.records.tally import Tally
from engine.runtime import Runtime

MONTH, SHEET = "p07_red_zone", "p07_sheet"
"""The pathways of a month and of one family's sheet."""

SHEET_DONE, ALL_DONE = "msg.sheet_done", "msg.sheets_done"

PART: Final = 25
"""Families of one transaction: a quarter of a second for whoever else wants to write."""

AFTER, TODAY, TALLY = "после_записи", "сегодня", "подсчитано"
"""What one part leaves for the next: the last entry looked at, the day of the first part, the sums."""


@operation("monitor.open")
def open_month(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value] | Unfinished:
    """Look at every family on a register, and open a case for each that somebody has to see to. `замечание`:
    why the month was sent back, which each of them is told.

    Answers `месяц`, `семей`, `регистры` [{регистр, название, счёт, семей, пустых, старых, ошибок}] and
    `листов_в_работе`: how many sheets somebody is busy with.
    """
    today, part = day_of(rt, call, TODAY), _part(rt, conn, call)
    at_work = _at_work(conn, part)
    for subject, found, look in _looks(rt, conn, part, today):
        if look.wants_somebody and subject not in at_work:
            _open_sheet(rt, conn, subject, found, call.inputs.get("замечание"))
    if part:
        return Unfinished({**_next(call, part), TODAY: today})
    tree = rt.directory.tree()
    standing = keeping.monitored(conn, tree, call.unit_id)
    return {
        "месяц": today.replace(day=1),
        "семей": len(standing),
        "регистры": _registers(conn, standing, keeping.keepers(conn, tree.municipality(call.unit_id)), today),
        "листов_в_работе": _sheets_at_work(rt, conn, call.unit_id),
    }


@operation("monitor.kept")
def kept(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`регистр`: its keeper has gone through it; `шаг`: the step in which they did."""
    register, municipality = str(call.inputs.get("регистр")), rt.directory.tree().municipality(call.unit_id)
    keeping.note_update(rt, conn, register, municipality, who_did(conn, call))
    return {}


@subscriber(SHEET_DONE)
def sheet_done(rt: Runtime, conn: Connection, _sent: Promise, _: Mapping[str, Value]) -> None:
    """The sheet of a family is done: after the last one the month that waits for them goes on.

    The cases of months are locked before the sheets are counted: a month that is just beginning to wait and a
    sheet that is just done don't look past each other.
    """
    months = select(case_.c.id, case_.c.unit_id).where(case_.c.process == MONTH, case_.c.status == ACTIVE)
    for month in conn.execute(months.order_by(case_.c.id).with_for_update()).all():
        waits = select(wait.c.id).where(wait.c.case_id == month.id, wait.c.name == ALL_DONE)
        wait_id = conn.execute(waits).scalar()
        if wait_id is not None and not _sheets_at_work(rt, conn, month.unit_id):
            deliver_to(rt, conn, month.id, wait_id, ALL_DONE, {})


@operation("monitor.check")
def check(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value] | Unfinished:
    """Look at every family again and add the sheets up.

    Answers `листов`, `неполных`, `не_завершено` (sheets that somebody is still busy with), `ошибки` [{ошибка,
    листов}], and `сводка`: a line for each parameter {номер, параметр, единица, итог, семей, пусто}.
    """
    today, part = day_of(rt, call, TODAY), _part(rt, conn, call)
    tally = Tally.of(call.inputs.get(TALLY))
    for _, _, look in _looks(rt, conn, part, today):
        tally.add(look.values, look.faults, look.empty)
    if part:
        return Unfinished({**_next(call, part), TODAY: today, TALLY: tally.to_values()})
    return {
        "листов": tally.sheets,
        "неполных": tally.incomplete,
        "не_завершено": _sheets_at_work(rt, conn, call.unit_id),
        "ошибки": [{"ошибка": fault, "листов": number} for fault, number in tally.faults.most_common()],
        "сводка": tally.lines(),
    }


@operation("monitor.verify")
def verify(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """The month was signed. `месяц`: its first day. Answers `проверено`: how many sheets."""
    given = call.inputs.get("месяц")
    month = sheets.month_of(given if isinstance(given, date) else day_of(rt, call, TODAY))
    tree = rt.directory.tree()
    for register in REGISTERS:
        keeping.note_verified(rt, conn, register, tree.municipality(call.unit_id), month)
    standing = keeping.monitored(conn, tree, call.unit_id)
    return {"проверено": sheets.verify(rt, conn, list(standing), month)}


def _part(rt: Runtime, conn: Connection, call: Call) -> dict[Subject, list[Entry]]:
    """The families that this part is about; none when all of them were looked at."""
    after = int(call.inputs.get(AFTER) or 0)
    return keeping.next_monitored(conn, rt.directory.tree(), call.unit_id, after, PART)


def _next(call: Call, part: Mapping[Subject, Sequence[Entry]]) -> dict[str, Value]:
    """Inputs of the next part."""
    return {**call.inputs, AFTER: max(found[0].id for found in part.values())}


def _looks(
    rt: Runtime, conn: Connection, part: Mapping[Subject, Sequence[Entry]], today: date
) -> Iterator[tuple[Subject, Sequence[Entry], Look]]:
    for subject, found in part.items():
        yield subject, found, look_again(rt, conn, subject, unit_id=found[0].unit_id, today=today)


def _registers(
    conn: Connection, standing: Mapping[Subject, Sequence[Entry]], keepers: Mapping[str, int], today: date
) -> list[dict[str, Value]]:
    """The registers that have anybody on them, with what the sheets of this month say of their families."""
    counted = sheets.counts(conn, standing, sheets.month_of(today))
    found: list[dict[str, Value]] = []
    for register, title in REGISTERS.items():
        here = [
            subject
            for subject, entries in standing.items()
            if any(entry.register == register for entry in entries)
        ]
        if here:
            known = [counted[subject] for subject in here if subject in counted]
            figures: dict[str, Any] = {
                "семей": len(here),
                "пустых": sum(each.empty for each in known),
                "старых": sum(each.old for each in known),
                "ошибок": sum(each.faults for each in known),
            }
            found.append({"регистр": register, "название": title, "счёт": keepers.get(register), **figures})
    return found


def _at_work(conn: Connection, subjects: Collection[Subject]) -> set[Subject]:
    """Those of them whose sheet somebody is busy with."""
    families = [each.family_id for each in subjects if each.family_id is not None]
    alone = [each.person_id for each in subjects if each.family_id is None]
    theirs = case_.c.family_id.in_(families) | (case_.c.family_id.is_(None) & case_.c.person_id.in_(alone))
    busy = (case_.c.process == SHEET) & (case_.c.status == ACTIVE) & theirs
    found = conn.execute(select(case_.c.family_id, case_.c.person_id).where(busy))
    return {Subject.of(row.family_id, row.person_id) for row in found}


def _sheets_at_work(rt: Runtime, conn: Connection, unit_id: int) -> int:
    """How many sheets of the unit's municipality somebody is busy with."""
    tree = rt.directory.tree()
    here = case_.c.unit_id.in_(tree.below(tree.municipality(unit_id)))
    busy = (case_.c.process == SHEET) & (case_.c.status == ACTIVE)
    return conn.execute(select(func.count()).select_from(case_).where(busy, here)).scalar_one()


def _open_sheet(
    rt: Runtime, conn: Connection, subject: Subject, found: Sequence[Entry], remark: Value
) -> str:
    """The number of a new case about the family, in the unit that keeps it on a register."""
    label, somebody = "", subject.person_id
    if subject.family_id is not None:
        label = family_labels(rt, conn, SYSTEM, [subject.family_id]).get(subject.family_id, "")
        somebody = conn.execute(
            select(family_member.c.person_id)
            .where(family_member.c.family_id == subject.family_id, family_member.c.last_day.is_(None))
            .order_by(family_member.c.id)
            .limit(1)
        ).scalar()
    command = StartCase(
        SYSTEM,
        SHEET,
        {} if remark is None else {"замечание_сверки": remark},
        person_id=somebody,
        family_id=subject.family_id,
        label=label or f"№ {subject.family_id or subject.person_id}",
        unit_id=found[0].unit_id,
    )
    return open_case(rt, conn, command, check_form=False).number
