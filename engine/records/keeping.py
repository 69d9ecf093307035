"""How registers are kept: who answers for each, when it was last gone through, which month was signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, or_, select, update

from engine.access.directory import Tree
from engine.access.journal import record_action
from engine.access.policy import require
from engine.access.tables import account
from engine.errors import InvalidData
from engine.model import Actor, Permission, Scope
from engine.records.registers import OPEN, REGISTERS, Entry, Subject, entries, entry_of, known
from engine.records.sheets import counts
from engine.records.tables import register_entry, register_keeping
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds

WORKING_DAYS = 5
"""From the first day of a month a register may wait for its keeper: as long as the norm T41 gives."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A register as its keepers see it. `families` of it are within reach; `elsewhere` are others of the
    municipality, kept by other organisations: their number and nothing more. `empty`, `old`, `faults`: of the
    newest sheets of its families; `overdue`: nobody went through it this month, and the days for it are over.
    """

    register: str
    families: int
    elsewhere: int
    keeper_id: int | None
    updated_at: datetime | None
    updated_by: int | None
    verified_month: str | None
    empty: int
    old: int
    faults: int
    overdue: bool

    @property
    def title(self) -> str:
        """Name of the register."""
        return REGISTERS[self.register]


def kept_registers(rt: Runtime, conn: Connection, actor: Actor, today: date) -> list[Kept]:
    """Every register with what is within the actor's reach of it."""
    return _kept(rt, conn, actor, today, REGISTERS)


def kept_register(rt: Runtime, conn: Connection, actor: Actor, register: str, today: date) -> Kept:
    """The same of one register."""
    return _kept(rt, conn, actor, today, [known(register)])[0]


def _kept(rt: Runtime, conn: Connection, actor: Actor, today: date, registers: Iterable[str]) -> list[Kept]:
    require(actor, Permission.RECORD_VIEW)
    municipality = rt.directory.tree().municipality(actor.unit_id)
    rows = {
        row.register: row
        for row in conn.execute(
            select(register_keeping).where(register_keeping.c.municipality_id == municipality)
        )
    }
    listed = {each: entries(conn, actor, each) for each in registers}
    everywhere = _numbers(conn, rt.directory.tree(), actor.unit_id)
    subjects = {Subject.of(each.family_id, each.person_id) for found in listed.values() for each in found}
    sheets = counts(conn, subjects)
    last_day = rt.calendars.calendar(actor.unit_id).add_working_days(today.replace(day=1), WORKING_DAYS)
    found = []
    for register, standing in listed.items():
        row = rows.get(register)
        here = [
            sheets[one] for each in standing if (one := Subject.of(each.family_id, each.person_id)) in sheets
        ]
        updated = from_seconds(row.updated_at) if row is not None and row.updated_at is not None else None
        gone_through = updated is not None and updated.date() >= today.replace(day=1)
        found.append(
            Kept(
                register,
                len(standing),
                max(0, everywhere.get(register, 0) - len(standing)),
                None if row is None else row.keeper_id,
                updated,
                None if row is None else row.updated_by,
                None if row is None else row.verified_month,
                sum(each.empty for each in here),
                sum(each.old for each in here),
                sum(each.faults for each in here),
                bool(standing) and not gone_through and today > last_day,
            )
        )
    return found


def appoint_keeper(rt: Runtime, actor: Actor, register: str, keeper_id: int | None) -> None:
    """Say who answers for a register in the actor's municipality; None: whoever keeps registers there.

    For heads. InvalidData when that account is closed or belongs to another municipality.
    """
    require(actor, Permission.TASK_REASSIGN, Scope.TEAM)
    tree = rt.directory.tree()
    municipality = tree.municipality(actor.unit_id)
    with rt.database.write() as conn:
        if keeper_id is not None:
            unit_id = conn.execute(
                select(account.c.unit_id).where(account.c.id == keeper_id, account.c.active)
            ).scalar()
            if unit_id is None or tree.municipality(unit_id) != municipality:
                raise InvalidData("Ответственный не назначен.", {"keeper": "Выберите сотрудника из списка."})
        _write(conn, known(register), municipality, {"keeper_id": keeper_id})
        record_action(rt, conn, actor, "changed", "register", details={"register": register})


def keepers(conn: Connection, municipality_id: int) -> dict[str, int]:
    """Register → the account that answers for it, where somebody was named."""
    wanted = select(register_keeping.c.register, register_keeping.c.keeper_id).where(
        register_keeping.c.municipality_id == municipality_id, register_keeping.c.keeper_id.is_not(None)
    )
    return {row.register: row.keeper_id for row in conn.execute(wanted)}


def gone_through(conn: Connection, municipality_id: int) -> dict[str, datetime]:
    """Register → when its keeper last went through it, where they have."""
    wanted = select(register_keeping.c.register, register_keeping.c.updated_at).where(
        register_keeping.c.municipality_id == municipality_id, register_keeping.c.updated_at.is_not(None)
    )
    return {row.register: from_seconds(row.updated_at) for row in conn.execute(wanted)}


def note_update(
    rt: Runtime, conn: Connection, register: str, municipality_id: int, account_id: int | None
) -> None:
    """Its keeper has gone through the register."""
    values = {"updated_at": to_seconds(rt.clock.now()), "updated_by": account_id}
    _write(conn, known(register), municipality_id, values)


def note_verified(rt: Runtime, conn: Connection, register: str, municipality_id: int, month: str) -> None:
    """The register of that month was signed."""
    values = {"verified_month": month, "verified_at": to_seconds(rt.clock.now())}
    _write(conn, known(register), municipality_id, values)


def monitored(conn: Connection, tree: Tree, unit_id: int) -> dict[Subject, list[Entry]]:
    """Every family on a register of the unit's municipality with its entries, in the order of coming."""
    return _standing(conn, _here(tree, unit_id))


def next_monitored(
    conn: Connection, tree: Tree, unit_id: int, after: int, limit: int
) -> dict[Subject, list[Entry]]:
    """The same for the next `limit` families: those whose first entry has a number above `after`."""
    here, first = _here(tree, unit_id), func.min(register_entry.c.id)
    alone = case((register_entry.c.family_id.is_(None), register_entry.c.person_id))
    firsts = (
        select(first)
        .where(here)
        .group_by(register_entry.c.family_id, alone)
        .having(first > after)
        .order_by(first)
        .limit(limit)
    )
    of_them = register_entry.c.id.in_(list(conn.execute(firsts).scalars()))
    begun = [
        Subject.of(row.family_id, row.person_id)
        for row in conn.execute(select(register_entry).where(of_them))
    ]
    return _standing(conn, here & or_(*(each.condition(register_entry) for each in begun))) if begun else {}


def _numbers(conn: Connection, tree: Tree, unit_id: int) -> dict[str, int]:
    """How many stand on each register of the unit's municipality."""
    wanted = select(register_entry.c.register, func.count()).where(_here(tree, unit_id))
    return {row.register: row[1] for row in conn.execute(wanted.group_by(register_entry.c.register))}


def _here(tree: Tree, unit_id: int) -> ColumnElement[bool]:
    return OPEN & register_entry.c.unit_id.in_(tree.below(tree.municipality(unit_id)))


def _standing(conn: Connection, condition: ColumnElement[bool]) -> dict[Subject, list[Entry]]:
    found: dict[Subject, list[Entry]] = defaultdict(list)
    for row in conn.execute(select(register_entry).where(condition).order_by(register_entry.c.id)):
        found[Subject.of(row.family_id, row.person_id)].append(entry_of(row))
    return found


def _write(conn: Connection, register: str, municipality_id: int, values: dict[str, Any]) -> None:
    key = {"register": register, "municipality_id": municipality_id}
    here = (register_keeping.c.register == register) & (register_keeping.c.municipality_id == municipality_id)
    if conn.execute(update(register_keeping).where(here).values(values)).rowcount == 0:
        conn.execute(insert(register_keeping), {**key, **values})
