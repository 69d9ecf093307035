"""A family moves house: its address changes, and its cases go to the department that serves the new place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, select, update

from engine.access.journal import record_action
from engine.access.queues import queue_for
from engine.access.tables import queue
from engine.cases.history import HistoryKind
from engine.cases.journal import write_history
from engine.cases.locking import LOCK_CASE
from engine.cases.tables import ACTIVE, case_
from engine.errors import InvalidData
from engine.model import Actor, Permission
from engine.records.lengths import too_long
from engine.records.queries import people_data
from engine.records.reach import require_family, require_person
from engine.records.registers import Subject
from engine.records.service import require_settlement, store_person
from engine.records.tables import family, family_member, person
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.worklist.tables import OPEN, task
from engine.worklist.visit_notices import visits_go_along

_CASES = (
    select(case_.c.id)
    .where(
        case_.c.family_id == bindparam("family"),
        case_.c.status == ACTIVE,
        case_.c.unit_id == bindparam("unit"),
    )
    .order_by(case_.c.id)
)
_STEPS = (
    select(task.c.id, task.c.role_queue_id, queue.c.roles)
    .join_from(task, queue, queue.c.id == task.c.role_queue_id)
    .where(task.c.case_id == bindparam("case_id"), task.c.status == OPEN)
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What followed from a move: how many members live at the new address, and which cases went where."""

    members: int
    cases: tuple[str, ...]
    unit_id: int


def move_family(rt: Runtime, actor: Actor, family_id: int, settlement_id: int, address: str) -> Moved:
    """All present members live at the new address. Where another department serves it, the family is kept
    there, and so are its running cases of the former one: their steps wait for the same roles there, and
    they belong to whoever takes them up. Visits of the schedule go to the new place. InvalidData for a
    settlement that is not of the municipality.
    """
    if not address.strip():
        raise InvalidData("Переезд не записан.", {"address": "Напишите новый адрес."})
    if faults := too_long({"address": address.strip()}):
        raise InvalidData("Переезд не записан.", faults)
    with rt.database.write() as conn:
        row = require_family(conn, actor, family_id, Permission.RECORD_EDIT)
        place = require_settlement(rt, conn, settlement_id, row.unit_id, "Переезд не записан.")
        members = _settle(rt, conn, actor, family_id, settlement_id, " ".join(address.split()))
        unit_id, numbers = place.unit_id or row.unit_id, []
        if unit_id != row.unit_id:
            numbers = _hand_over(rt, conn, actor, family_id, row.unit_id, unit_id)
            kept = family_member.c.family_id == family_id
            ids = select(family_member.c.person_id).where(kept, family_member.c.last_day.is_(None))
            mine = person.c.id.in_(ids) & (person.c.unit_id == row.unit_id)
            conn.execute(update(person).where(mine).values(unit_id=unit_id))
            conn.execute(update(family).where(family.c.id == family_id).values(unit_id=unit_id))
        visits_go_along(rt, conn, Subject(family_id, None), settlement_id=settlement_id, unit_id=unit_id)
        details = {"settlement": settlement_id, "unit": unit_id, "cases": len(numbers)}
        record_action(rt, conn, actor, "relocated", "family", family_id, details=details)
    return Moved(members, tuple(numbers), unit_id)


def _settle(
    rt: Runtime, conn: Connection, actor: Actor, family_id: int, settlement_id: int, address: str
) -> int:
    """Put the address on the card of each present member; how many."""
    present = select(family_member.c.person_id).where(
        family_member.c.family_id == family_id, family_member.c.last_day.is_(None)
    )
    ids = conn.execute(present.order_by(family_member.c.person_id)).scalars().all()
    rows = [require_person(conn, actor, number, Permission.RECORD_VIEW) for number in ids]
    for row, data in zip(rows, people_data(rt, rows), strict=True):
        if data is None:
            continue
        values = {
            "settlement_id": settlement_id,
            "updated_at": to_seconds(rt.clock.now()),
            "version": person.c.version + 1,
        }
        conn.execute(update(person).where(person.c.id == row.id).values(values))
        store_person(rt, conn, row.id, row.key_id, replace(data, address=address))
    return len(rows)


def _hand_over(
    rt: Runtime, conn: Connection, actor: Actor, family_id: int, was: int, becomes: int
) -> list[str]:
    """The running cases of the former department; their numbers."""
    agency = rt.directory.tree().unit(becomes).agency_id
    numbers = []
    for case_id in conn.execute(_CASES, {"family": family_id, "unit": was}).scalars().all():
        row = conn.execute(LOCK_CASE, {"case_id": case_id}).one()
        here = {"unit_id": becomes, "agency_id": agency, "owner_id": None}
        conn.execute(update(case_).where(case_.c.id == case_id).values(here))
        for step in conn.execute(_STEPS, {"case_id": case_id}).all():
            _put_into_queue(rt, conn, step.id, step.role_queue_id, step.roles.split(), becomes)
        write_history(
            rt,
            conn,
            case_id=case_id,
            key_id=row.key_id,
            now=rt.clock.now(),
            actor=actor,
            kind=HistoryKind.RELOCATED,
            data={"откуда": was, "куда": becomes},
        )
        numbers.append(row.number)
    return numbers


def _put_into_queue(
    rt: Runtime, conn: Connection, task_id: int, was: int, roles: list[str], unit_id: int
) -> None:
    """A step that the whole municipality has one place for (a commission's) stays with whoever has it."""
    becomes = queue_for(rt, conn, roles, unit_id)
    if becomes != was:
        values = {"queue_id": becomes, "role_queue_id": becomes, "assignee_id": None}
        conn.execute(update(task).where(task.c.id == task_id).values(values))
