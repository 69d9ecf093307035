"""The monthly monitoring of registers for the diagrams: the month as a whole, for a case about nobody.

What is said of one family is the work of `family_sheet`, in a case about that family.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from engine.cases.family_sheet import Look, look_again, who_did
from engine.cases.registering import day_of
from engine.cases.service import open_case
from engine.cases.tables import ACTIVE, case_
from engine.definitions.operations import Call, operation
from engine.model import SYSTEM, StartCase, Value
from engine.records import keeping, sheets
from engine.records.parameters import parameters
from engine.records.queries import family_labels
from engine.records.registers import REGISTERS, Entry, Subject
from engine.records.tables import family_member
from engine.runtime import Runtime

SHEET = "p07_sheet"
"""The pathway of one family's sheet."""


@operation("monitor.open")
def open_month(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Look at every family on a register, and open a case for each that somebody has to see to.

    Answers `месяц`, `семей`, `регистры` [{регистр, название, счёт, семей, пустых, старых, ошибок}] and
    `листы`: the numbers of the cases that were opened.
    """
    tree, today = rt.directory.tree(), day_of(rt, call, "сегодня")
    standing = keeping.monitored(conn, tree, call.unit_id)
    looks = {
        subject: look_again(rt, conn, subject, unit_id=found[0].unit_id, today=today)
        for subject, found in standing.items()
    }
    at_work = _at_work(conn)
    opened = [
        _open_sheet(rt, conn, subject, standing[subject])
        for subject, look in looks.items()
        if look.wants_somebody and subject not in at_work
    ]
    keepers = keeping.keepers(conn, tree.municipality(call.unit_id))
    return {
        "месяц": today.replace(day=1),
        "семей": len(standing),
        "регистры": _registers(standing, looks, keepers),
        "листы": opened,
    }


@operation("monitor.kept")
def kept(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`регистр`: its keeper has gone through it; `шаг`: the step in which they did."""
    register, municipality = str(call.inputs.get("регистр")), rt.directory.tree().municipality(call.unit_id)
    keeping.note_update(rt, conn, register, municipality, who_did(conn, call))
    return {}


@operation("monitor.check")
def check(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Look at every family again and add the sheets up.

    Answers `листов`, `неполных`, `не_завершено` (cases of families still at work), `ошибки` [{ошибка,
    листов}], and `сводка`: a line for each parameter {номер, раздел, параметр, единица, итог, пусто}.
    """
    today = day_of(rt, call, "сегодня")
    standing = keeping.monitored(conn, rt.directory.tree(), call.unit_id)
    looks = [
        look_again(rt, conn, subject, unit_id=found[0].unit_id, today=today)
        for subject, found in standing.items()
    ]
    named = Counter(fault for look in looks for fault in look.faults)
    at_work = _at_work(conn)
    return {
        "листов": len(looks),
        "неполных": sum(look.empty > 0 for look in looks),
        "не_завершено": sum(subject in at_work for subject in standing),
        "ошибки": [{"ошибка": fault, "листов": number} for fault, number in named.most_common()],
        "сводка": summary([look.values for look in looks]),
    }


@operation("monitor.verify")
def verify(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """The month was signed. `месяц`: its first day. Answers `проверено`: how many sheets."""
    given = call.inputs.get("месяц")
    month = sheets.month_of(given if isinstance(given, date) else day_of(rt, call, "сегодня"))
    tree = rt.directory.tree()
    for register in REGISTERS:
        keeping.note_verified(rt, conn, register, tree.municipality(call.unit_id), month)
    standing = keeping.monitored(conn, tree, call.unit_id)
    return {"проверено": sheets.verify(rt, conn, list(standing), month)}


def summary(all_values: Sequence[Mapping[str, Value]]) -> list[dict[str, Value]]:
    """A line for each parameter over all families: numbers are added up in their unit, of everything else
    the families that have it are counted.
    """
    lines: list[dict[str, Value]] = []
    for each in parameters():
        given = [values[each.key] for values in all_values if values[each.key] is not None]
        counted = each.type == "number" and each.unit != ""
        lines.append(
            {
                "номер": each.number,
                "параметр": each.title,
                "единица": each.unit if counted else "семей",
                "итог": sum(given) if counted else sum(value is not False for value in given),
                "пусто": sum(
                    values[each.key] is None and not each.optional and each.concerns(values)
                    for values in all_values
                ),
            }
        )
    return lines


def _registers(
    standing: Mapping[Subject, Sequence[Entry]], looks: Mapping[Subject, Look], keepers: Mapping[str, int]
) -> list[dict[str, Value]]:
    """The registers that have anybody on them."""
    found: list[dict[str, Value]] = []
    for register, title in REGISTERS.items():
        here = [
            looks[subject]
            for subject, entries in standing.items()
            if any(entry.register == register for entry in entries)
        ]
        if here:
            figures: dict[str, Any] = {
                "семей": len(here),
                "пустых": sum(look.empty for look in here),
                "старых": sum(look.old for look in here),
                "ошибок": sum(len(look.faults) for look in here),
            }
            found.append({"регистр": register, "название": title, "счёт": keepers.get(register), **figures})
    return found


def _at_work(conn: Connection) -> set[Subject]:
    """Families whose sheet somebody is busy with."""
    wanted = select(case_.c.family_id, case_.c.person_id).where(
        case_.c.process == SHEET, case_.c.status == ACTIVE
    )
    return {Subject.of(row.family_id, row.person_id) for row in conn.execute(wanted)}


def _open_sheet(rt: Runtime, conn: Connection, subject: Subject, found: Sequence[Entry]) -> str:
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
        {},
        person_id=somebody,
        family_id=subject.family_id,
        label=label or f"№ {subject.family_id or subject.person_id}",
        unit_id=found[0].unit_id,
    )
    return open_case(rt, conn, command, check_form=False).number
