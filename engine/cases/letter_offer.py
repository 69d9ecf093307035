"""A letter about the families of a register: their cases are found for whoever writes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, or_, select

from engine.access.actors import load_actor
from engine.cases.programme_export import opened_by
from engine.cases.tables import ACTIVE, case_
from engine.cases.visibility import visible
from engine.definitions.operations import Call, operation
from engine.model import Actor, Value
from engine.records.letters import MOST
from engine.records.registers import Subject, entries
from engine.runtime import Runtime

ASIDE: Final = ("p04_", "p06_", "p07_", "p10_", "p05_export", "p05_transfer")
"""How pathways begin whose cases are about papers, sittings and visits: help is asked from other cases."""


@operation("letter.offer")
def offer(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`регистр`: a key of `registers.REGISTERS`.

    Answers `номера_дел`, one a line: a case of each family on it that whoever opened the letter may see.
    `не_предложены`: of how many families there is none, or the letter is full.
    """
    actor = load_actor(rt, opened_by(conn, call.case_id))
    standing = {
        Subject.of(each.family_id, each.person_id): None
        for each in entries(conn, actor, str(call.inputs.get("регистр")))
    }
    numbers = _cases_of(conn, actor, standing)
    offered = [numbers[each] for each in standing if each in numbers][:MOST]
    return {"номера_дел": "\n".join(offered), "не_предложены": Decimal(len(standing) - len(offered))}


def _cases_of(conn: Connection, actor: Actor, families: Collection[Subject]) -> dict[Subject, str]:
    """The number of the case from which help is asked for each of these families: a running one before one
    that is over, then the newest.
    """
    about = or_(
        case_.c.family_id.in_([each.family_id for each in families if each.family_id]),
        case_.c.family_id.is_(None)
        & case_.c.person_id.in_([each.person_id for each in families if each.family_id is None]),
    )
    aside = or_(*(case_.c.process.startswith(each) for each in ASIDE))
    wanted = select(case_.c.number, case_.c.family_id, case_.c.person_id).where(visible(actor), about, ~aside)
    found: dict[Subject, str] = {}
    for row in conn.execute(wanted.order_by(case_.c.status != ACTIVE, case_.c.id.desc())):
        found.setdefault(Subject.of(row.family_id, row.person_id), row.number)
    return found
