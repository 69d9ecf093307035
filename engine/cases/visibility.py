"""Whose cases a person may see: their units' and their own, and every case that has an open step in their
queues.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, bindparam, exists, select

from engine.access.policy import CaseLike, covers_case, reach, require_case
from engine.cases.tables import case_
from engine.errors import NotAllowed
from engine.model import Actor, Permission
from engine.worklist.tables import OPEN, task

_OPEN_QUEUES = select(task.c.queue_id).where(task.c.case_id == bindparam("case_id"), task.c.status == OPEN)


def visible(actor: Actor, permission: Permission = Permission.CASE_VIEW) -> ColumnElement[bool]:
    """A condition over `case_` for lists."""
    return reach(actor, permission).condition(
        unit=case_.c.unit_id,
        owner=case_.c.owner_id,
        in_queues=lambda queues: (
            exists()
            .where(task.c.case_id == case_.c.id, task.c.status == OPEN, task.c.queue_id.in_(queues))
            .correlate(case_)
        ),
    )


def wholly_visible(actor: Actor) -> ColumnElement[bool]:
    """The same for lists that say more of a case than a step of it does: without the cases of which the actor
    sees their step only (`step_only`).
    """
    if actor.may(Permission.RECORD_VIEW):
        return visible(actor)
    about_nobody = case_.c.person_id.is_(None) & case_.c.family_id.is_(None)
    return visible(actor) & (about_nobody | watched(actor, Permission.CASE_VIEW))


def watched(actor: Actor, permission: Permission = Permission.MONITOR_VIEW) -> ColumnElement[bool]:
    """A condition over `case_` for the monitor: only what the supervisor answers for, not what lies in own
    queues.
    """
    return reach(actor, permission).condition(unit=case_.c.unit_id, owner=case_.c.owner_id)


def handed_over(actor: Actor) -> ColumnElement[bool]:
    """A condition over `case_`: the actor may hand its steps to somebody else."""
    return visible(actor) & watched(actor, Permission.TASK_REASSIGN)


def require_visible(
    conn: Connection,
    actor: Actor,
    case_id: int,
    case: CaseLike,
    permission: Permission = Permission.CASE_VIEW,
) -> None:
    """The same for one case: NotAllowed unless the actor may see it."""
    queues = conn.execute(_OPEN_QUEUES, {"case_id": case_id}).scalars().all()
    require_case(actor, permission, case, queues)


class Told(CaseLike, Protocol):
    """A case that also knows whom it is about."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def family_id(self) -> int | None: ...


def step_only(actor: Actor, case: Told) -> bool:
    """Whether the actor sees their step of a case and nothing else of it: a partner or a neighbouring
    service, who may look into nobody's records and whom an open step alone brings to a case about somebody.
    """
    about_somebody = case.person_id is not None or case.family_id is not None
    return (
        about_somebody
        and not actor.may(Permission.RECORD_VIEW)
        and not covers_case(actor, Permission.CASE_VIEW, case)
    )


def require_whole(actor: Actor, case: Told) -> None:
    """NotAllowed for whoever sees their step only."""
    if step_only(actor, case):
        raise NotAllowed(
            "Вам открыт ваш шаг, а не всё дело.",
            "Откройте шаг из «Задач». Не хватает сведений — спросите того, кто ведёт дело.",
        )


def visible_among(conn: Connection, actor: Actor, case_ids: Collection[int]) -> frozenset[int]:
    """Those of these cases that the actor may see: what a list may make a link of."""
    return _among(conn, case_ids, visible(actor))


def wholly_visible_among(conn: Connection, actor: Actor, case_ids: Collection[int]) -> frozenset[int]:
    """Those of these cases whose pages the actor may open."""
    return _among(conn, case_ids, wholly_visible(actor))


def handed_over_among(conn: Connection, actor: Actor, case_ids: Collection[int]) -> frozenset[int]:
    """Those of these cases whose steps the actor may hand to somebody else."""
    return _among(conn, case_ids, handed_over(actor))


def _among(conn: Connection, case_ids: Collection[int], wanted: ColumnElement[bool]) -> frozenset[int]:
    if not case_ids:
        return frozenset()
    return frozenset(conn.execute(select(case_.c.id).where(case_.c.id.in_(case_ids), wanted)).scalars())
