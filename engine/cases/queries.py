"""Reading cases: the case page, its history, the list of cases. Reads never lock and never write."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select

from engine import bpmn
from engine.bpmn import Position
from engine.cases.history import HistoryKind
from engine.cases.locking import state_purpose
from engine.cases.tables import ACTIVE, case_, history, incident
from engine.cases.term_events import TermEvent, events_by_entry
from engine.cases.term_steps import steps_of_terms
from engine.cases.values import open_values
from engine.cases.visibility import require_visible, require_whole, wholly_visible
from engine.deadlines.queries import case_terms
from engine.errors import KeyDestroyed, NotFound
from engine.model import ERASED, Actor, Value
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.storage.rows import AnyRow
from engine.versions.naming import StepsOfCase

_CASE = select(case_).where(case_.c.id == bindparam("case_id"))
_HISTORY = (
    select(history)
    .where(history.c.case_id == bindparam("case_id"))
    .order_by(history.c.id.desc())
    .limit(bindparam("limit"))
)
_SAYING = ("intermediateThrowEvent", "endEvent")
_PASSING = frozenset(
    {
        HistoryKind.STARTED,
        HistoryKind.COMPLETED,
        HistoryKind.TIMER,
        HistoryKind.MESSAGE,
        HistoryKind.SERVICE,
    }
)
"""Rows whose own node was passed; the nodes after it are in `path`."""
_PATHS = select(history.c.node, history.c.path, history.c.kind).where(
    history.c.case_id == bindparam("case_id")
)
_INCIDENTS = (
    select(incident)
    .where(incident.c.case_id == bindparam("case_id"), incident.c.solved_at.is_(None))
    .order_by(incident.c.id)
)


@dataclass(frozen=True, slots=True)
class CaseCard:
    """A case as its page's header and lists show it. `phase` is the status in words that the diagram gave."""

    id: int
    number: str
    label: str
    process: str
    process_name: str
    release_id: int
    active: bool
    cancelled: bool
    stage: str
    phase: str
    owner_id: int | None
    unit_id: int
    agency_id: int
    person_id: int | None
    family_id: int | None
    filed_at: datetime
    started_at: datetime
    ended_at: datetime | None
    end_event: str | None
    key_id: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One row of the history; `data` holds what the form said and why decisions came out as they did, `terms`
    what began and ended with it, `reached` the events on the way that gave the case a stage or a status.
    """

    id: int
    at: datetime
    actor_id: int
    for_id: int | None
    kind: HistoryKind
    node: str | None
    name: str
    task_id: int | None
    data: dict[str, Value]
    terms: tuple[TermEvent, ...] = ()
    reached: tuple[str, ...] = ()


def numbers_of(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """Cases as people call them, by their ids; whoever may see them or not: a number tells of nobody."""
    if not ids:
        return {}
    rows = conn.execute(select(case_.c.id, case_.c.number).where(case_.c.id.in_(ids)))
    return {row.id: row.number for row in rows}


def case_card(
    rt: Runtime, conn: Connection, actor: Actor, case_id: int, *, for_step: bool = False
) -> CaseCard:
    """The card of a case the actor may see; NotAllowed when it is none of theirs, and for whoever sees their
    step only, unless it is meant `for_step`.
    """
    row = conn.execute(_CASE, {"case_id": case_id}).one_or_none()
    if row is None:
        raise NotFound(f"Дела № {case_id} нет.")
    require_visible(conn, actor, case_id, row)
    if not for_step:
        require_whole(actor, row)
    return _cards(rt, [row])[0]


def _cards(rt: Runtime, rows: Sequence[AnyRow]) -> list[CaseCard]:
    labels = rt.vault.open_many([(row.key_id, row.label, "case.label") for row in rows])
    return [_card(rt, row, label) for row, label in zip(rows, labels, strict=True)]


def _card(rt: Runtime, row: AnyRow, label: bytes | None) -> CaseCard:
    release = rt.library.release(row.release_id)
    return CaseCard(
        id=row.id,
        number=row.number,
        label=ERASED if label is None else label.decode(),
        process=row.process,
        process_name=release.process(row.process).name,
        release_id=row.release_id,
        active=row.status == ACTIVE,
        cancelled=row.status > ACTIVE and row.end_event is None,
        stage=row.stage,
        phase=row.phase,
        owner_id=row.owner_id,
        unit_id=row.unit_id,
        agency_id=row.agency_id,
        person_id=row.person_id,
        family_id=row.family_id,
        filed_at=from_seconds(row.filed_at),
        started_at=from_seconds(row.started_at),
        ended_at=from_seconds(row.ended_at) if row.ended_at else None,
        end_event=row.end_event,
        key_id=row.key_id,
    )


def case_list(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    *,
    active: bool | None = True,
    number: str | None = None,
    person_ids: Sequence[int] = (),
    family_ids: Sequence[int] = (),
    before: int | None = None,
    limit: int = 50,
) -> list[CaseCard]:
    """Cases whose pages the actor may open, newest first; `before` is the number after which the next page
    begins.
    """
    statement = select(case_).where(wholly_visible(actor))
    if active is not None:
        statement = statement.where(case_.c.status == ACTIVE if active else case_.c.status != ACTIVE)
    if before is not None:
        statement = statement.where(case_.c.id < before)
    wanted = []
    if number:
        wanted.append(case_.c.number.contains(number.strip().upper(), autoescape=True))
    if person_ids:
        wanted.append(case_.c.person_id.in_(person_ids))
    if family_ids:
        wanted.append(case_.c.family_id.in_(family_ids))
    if wanted:
        statement = statement.where(or_(*wanted))
    rows = conn.execute(statement.order_by(case_.c.id.desc()).limit(limit)).all()
    return _cards(rt, rows)


def case_history(rt: Runtime, conn: Connection, card: CaseCard, limit: int = 200) -> list[HistoryEntry]:
    """What happened, newest first."""
    steps = StepsOfCase(rt, conn, card.id, card.process, card.release_id)
    rows = conn.execute(_HISTORY, {"case_id": card.id, "limit": limit}).all()
    terms = case_terms(conn, card.id)
    told = events_by_entry(rows, terms, steps_of_terms(rt, conn, card, terms), rt.calendars.norm_by_id)
    return [_entry(rt, steps, card, row, told.get(row.id, ())) for row in rows]


def _entry(
    rt: Runtime, steps: StepsOfCase, card: CaseCard, row: AnyRow, terms: Iterable[TermEvent]
) -> HistoryEntry:
    return HistoryEntry(
        id=row.id,
        at=from_seconds(row.at),
        actor_id=row.actor_id,
        for_id=row.for_id,
        kind=HistoryKind(row.kind),
        node=row.node,
        name=steps(row.node).name if row.node else "",
        task_id=row.task_id,
        data=_opened_data(rt, card, row.data),
        terms=tuple(terms),
        reached=tuple(_reached(steps, row)),
    )


def _reached(steps: StepsOfCase, row: AnyRow) -> Iterator[str]:
    """Names of the events that the case passed by itself after the row's element and that say where it is."""
    for ref in (row.path or "").split():
        step = steps(ref)
        if step.kind in _SAYING and (step.stage or step.status):
            yield step.name


def _opened_data(rt: Runtime, card: CaseCard, sealed: bytes | None) -> dict[str, Value]:
    if sealed is None:
        return {}
    try:
        return open_values(rt.vault, card.key_id, sealed, f"history:{card.id}")
    except KeyDestroyed:
        return {}


def case_variables(rt: Runtime, conn: Connection, card: CaseCard) -> dict[str, Value]:
    """The variables of the case's top scope; empty when the case was erased."""
    state = _state(rt, conn, card)
    return bpmn.variables(state) if state is not None else {}


def step_variables(rt: Runtime, conn: Connection, card: CaseCard, element: int) -> dict[str, Value]:
    """What the form of one open step sees: its scope, the mapped inputs, the item of a multi-instance."""
    state = _state(rt, conn, card)
    if state is None:
        return {}
    program = rt.library.release(card.release_id).program(card.process)
    return bpmn.task_variables(program, state, element)


def _state(rt: Runtime, conn: Connection, card: CaseCard) -> bytes | None:
    row = conn.execute(_CASE, {"case_id": card.id}).one()
    if row.state is None:
        return None
    try:
        return rt.vault.open(card.key_id, row.state, state_purpose(card.id))
    except KeyDestroyed:
        return None


@dataclass(frozen=True, slots=True)
class CasePosition:
    """Where a case is on its diagram: nodes passed once or more, and where it stands now."""

    passed: frozenset[str]
    now: Position


def case_position(rt: Runtime, conn: Connection, card: CaseCard) -> CasePosition:
    """Passed nodes come from the history (the state is folded), the current ones from the state."""
    passed: set[str] = set()
    for node, path, kind in conn.execute(_PATHS, {"case_id": card.id}):
        passed.update((path or "").split())
        if kind in _PASSING and node:
            passed.add(node)
    state = _state(rt, conn, card)
    program = rt.library.release(card.release_id).program(card.process)
    now = bpmn.position(program, state) if state is not None and card.active else Position()
    return CasePosition(frozenset(passed), now)


def open_incidents(conn: Connection, case_id: int) -> list[AnyRow]:
    """Places where the case stands still."""
    return list(conn.execute(_INCIDENTS, {"case_id": case_id}).all())
