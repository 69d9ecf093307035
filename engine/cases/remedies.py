"""What can be done for a case that can't go on by itself: where it stands, why, and on what data it depends.

Whoever may repair a case need not be allowed to see what it is about: then names are told, values are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from engine import bpmn
from engine.access.policy import reach
from engine.bpmn import Place, Program, Remedies
from engine.cases.locking import state_purpose
from engine.cases.outbox import BROKEN_PROMISE
from engine.cases.queries import open_incidents
from engine.cases.tables import ACTIVE, case_, incident
from engine.cases.visibility import require_visible
from engine.definitions.library import Release
from engine.errors import Conflict, NotAllowed, NotFound
from engine.model import ERASED, Actor, Permission, StepInfo, Value, element_ref
from engine.runtime import Runtime
from engine.storage.rows import AnyRow

_CASE = select(case_).where(case_.c.id == bindparam("case_id"))


@dataclass(frozen=True, slots=True)
class Need:
    """A variable that a place depends on. `value` is None where it is not shown."""

    name: str
    known: bool
    value: Value = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """One place where the case stands, and what can be done there.

    `message` is the reason in words, empty where nothing has gone wrong. `gives`: variables that the step
    would have written, with the words of its form where it has one.
    """

    element: int
    step: StepInfo
    message: str
    needs: tuple[Need, ...]
    gives: Mapping[str, str]
    remedies: Remedies


@dataclass(frozen=True, slots=True)
class RepairView:
    """The case as the page of repairs shows it; `label` and `variables` are empty unless `shows_data`."""

    case_id: int
    number: str
    process_name: str
    label: str
    shows_data: bool
    broken_promises: tuple[str, ...]
    troubles: tuple[Trouble, ...]
    variables: Mapping[str, Value]


def repair_view(rt: Runtime, conn: Connection, actor: Actor, case_id: int) -> RepairView:
    """What whoever may repair the case has to know. NotAllowed, NotFound, Conflict (it is over)."""
    row = conn.execute(_CASE, {"case_id": case_id}).one_or_none()
    if row is None:
        raise NotFound(f"Дела № {case_id} нет.")
    require_visible(conn, actor, case_id, row, Permission.CASE_REPAIR)
    if row.status != ACTIVE:
        raise Conflict(f"Дело {row.number} уже завершено.", "Откройте дело, чтобы увидеть итог.")
    shows = _sees_data(conn, actor, row)
    release = rt.library.release(row.release_id)
    state = rt.vault.open(row.key_id, row.state, state_purpose(row.id))
    sight = _Sight(release, release.program(row.process), row.process, state, shows)
    return RepairView(
        case_id=case_id,
        number=row.number,
        process_name=release.process(row.process).name,
        label=_label(rt, row) if shows else "",
        shows_data=shows,
        broken_promises=_broken_promises(conn, case_id),
        troubles=sight.troubles(),
        variables=bpmn.variables(state) if shows else {},
    )


def _sees_data(conn: Connection, actor: Actor, row: AnyRow) -> bool:
    try:
        require_visible(conn, actor, row.id, row)
    except NotAllowed:
        return False
    return True


def _label(rt: Runtime, row: AnyRow) -> str:
    opened = rt.vault.open_many([(row.key_id, row.label, "case.label")])[0]
    return ERASED if opened is None else opened.decode()


def _broken_promises(conn: Connection, case_id: int) -> tuple[str, ...]:
    """What the case promised and nobody could carry out, in words."""
    rows = open_incidents(conn, case_id)
    return tuple(row.message for row in rows if row.element & 0xFFFFFF == BROKEN_PROMISE)


@dataclass(frozen=True, slots=True)
class _Sight:
    """A case as somebody looks at it."""

    release: Release
    program: Program
    main: str
    state: bytes
    shows: bool

    def troubles(self) -> tuple[Trouble, ...]:
        """All places, those that stand first."""
        found = bpmn.position(self.program, self.state)
        return tuple(
            self._trouble(place) for place in (*found.incidents, *found.open, *found.waiting, *found.inside)
        )

    def _trouble(self, place: Place) -> Trouble:
        step = self.release.step(self.main, element_ref(self.main, place.process, place.node))
        remedies = bpmn.remedies(self.program, self.state, place.element_id)
        seen = bpmn.task_variables(self.program, self.state, place.element_id)
        names = remedies.needs or (self._asked(step) if place.message else ())
        return Trouble(
            place.element_id, step, place.message, tuple(self._need(name, seen) for name in names),
            self._given(step, remedies), remedies,
        )  # fmt: skip

    def _asked(self, step: StepInfo) -> tuple[str, ...]:
        """What the decision of a step reads, when the diagram passes it everything."""
        if step.decision is None or step.decision not in self.release.items.get("dmn", {}):
            return ()
        return self.release.decision(step.decision).inputs_of(step.decision)

    def _need(self, name: str, seen: Mapping[str, Value]) -> Need:
        value = seen.get(name)
        return Need(name, value is not None, value if self.shows else None)

    def _given(self, step: StepInfo, remedies: Remedies) -> dict[str, str]:
        given = {name: name for name in remedies.gives}
        if not given and step.form in self.release.items.get("form", {}):
            fields = self.release.form(str(step.form)).fields
            given = {field.key: field.label or field.key for field in fields if "." not in field.key}
        return given


@dataclass(frozen=True, slots=True)
class Standing:
    """A place at which a case stands still."""

    case_id: int
    number: str
    process_name: str
    step_name: str
    message: str
    at: int
    """Since when, whole seconds."""


def standing_count(conn: Connection, actor: Actor) -> int:
    """How many cases stand still, of those the actor may repair."""
    counted = select(func.count(incident.c.case_id.distinct())).join_from(
        incident, case_, incident.c.case_id == case_.c.id
    )
    return int(conn.execute(counted.where(incident.c.solved_at.is_(None), _within(actor))).scalar_one())


def _within(actor: Actor) -> ColumnElement[bool]:
    return reach(actor, Permission.CASE_REPAIR).condition(unit=case_.c.unit_id, owner=case_.c.owner_id)


def standing_cases(rt: Runtime, conn: Connection, actor: Actor, limit: int = 200) -> list[Standing]:
    """Cases that stand still, of those the actor may repair; the longest standing first."""
    rows = conn.execute(
        select(incident, case_.c.number, case_.c.process, case_.c.release_id)
        .join_from(incident, case_, incident.c.case_id == case_.c.id)
        .where(incident.c.solved_at.is_(None), _within(actor))
        .order_by(incident.c.at, incident.c.id)
        .limit(limit)
    )
    return [_standing(rt, row) for row in rows]


def _standing(rt: Runtime, row: AnyRow) -> Standing:
    release = rt.library.release(row.release_id)
    name = release.step(row.process, row.node).name
    return Standing(row.case_id, row.number, release.process(row.process).name, name, row.message, row.at)
