"""Plans to move running cases to another release, and what each case says to it.

A methodologist plans; nothing moves by that. The verdict on a case is made on a copy: its state is carried
over, must offer the same open steps, and is tried to its end in memory on both versions.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from math import inf

from sqlalchemy import ColumnElement, Connection, func, insert, select, true

from engine import bpmn
from engine.access.policy import reach, require
from engine.bpmn import NotMovable, Transferred
from engine.cases.context import step_context
from engine.cases.locking import CASES, LockedCase, opened_case
from engine.cases.tables import ACTIVE, case_
from engine.cases.visibility import visible_among
from engine.definitions.library import Release
from engine.definitions.tables import definition, release
from engine.errors import InvalidData, MarshrutError, NotAllowed, NotFound
from engine.model import Actor, Permission, Scope, split_element_ref
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow
from engine.versions.tables import migration
from engine.versions.walking import Ground, walks

MOST_CASES = 50
"""Cases that one look at a plan judges; the rest come after these have moved."""


class Outcome(StrEnum):
    """What a case says to a plan."""

    MOVES = "moves"
    WAITS = "waits"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan. `renames`: what has become of elements whose id the new version does not have."""

    id: int
    process: str
    release_id: int
    version: int
    renames: Mapping[str, str]
    note: str
    planned_at: datetime
    planned_by: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one case says to a plan, and why; `lacks` is the element that the new version does not have."""

    case_id: int
    number: str
    version: int | None
    case_version: int
    outcome: Outcome
    reason: str = ""
    notes: tuple[str, ...] = ()
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on a plan: as many as were looked at, of how many cases, and which may be opened."""

    verdicts: tuple[Verdict, ...]
    total: int
    visible: frozenset[int]


def draft_plan(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    process: str,
    version: int,
    renames: Mapping[str, str],
    note: str = "",
) -> Plan:
    """A plan that is not written down, for looking what the cases say; NotFound: no such version."""
    require(actor, Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY)
    release_id = release_with(conn, process, version)
    _check_renames(rt.library.release(release_id), process, renames)
    return Plan(0, process, release_id, version, dict(renames), note.strip(), rt.clock.now(), actor.user_id)


def make_plan(
    rt: Runtime, actor: Actor, process: str, version: int, renames: Mapping[str, str], note: str = ""
) -> int:
    """Write a plan down; its number. NotFound when that version was never published."""
    with rt.database.write() as conn:
        plan = draft_plan(rt, conn, actor, process, version, renames, note)
        row = {
            "process": plan.process,
            "release_id": plan.release_id,
            "version": plan.version,
            "renames": json.dumps(plan.renames, ensure_ascii=False, sort_keys=True),
            "note": plan.note,
            "planned_at": to_seconds(plan.planned_at),
            "planned_by": plan.planned_by,
        }
        return int(conn.execute(insert(migration).returning(migration.c.id), row).scalar_one())


def _check_renames(release: Release, main: str, renames: Mapping[str, str]) -> None:
    for old, new in renames.items():
        process, _node = split_element_ref(main, old)
        if not release.has_process(process) or new not in release.process(process).steps:
            raise InvalidData(
                "Сопоставление не принято.", {"renames": f"В новой версии нет элемента «{new}»."}
            )


def release_with(conn: Connection, process: str, version: int) -> int:
    """The newest release in which the process has that version."""
    for row in conn.execute(select(release.c.id, release.c.catalogue).order_by(release.c.id.desc())):
        number = json.loads(row.catalogue).get("bpmn", {}).get(process)
        if number is not None and _version(conn, number) == version:
            return int(row.id)
    raise NotFound(f"Версии {version} процесса «{process}» нет.", "Посмотрите версии на странице пути.")


def _version(conn: Connection, definition_id: int | None) -> int | None:
    return conn.execute(select(definition.c.version).where(definition.c.id == definition_id)).scalar()


def require_concerned(actor: Actor) -> None:
    """NotAllowed unless the actor plans moves or carries them out."""
    if not (
        actor.may(Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY) or actor.may(Permission.CASE_REPAIR)
    ):
        raise NotAllowed(
            "Перевод дел на новую версию готовит методист, а проводит заведующий или администратор.",
            "Если это ваша работа, попросите администратора добавить роль.",
        )


def plans(conn: Connection, actor: Actor) -> list[Plan]:
    """All plans, the newest first."""
    require_concerned(actor)
    return [_plan(row) for row in conn.execute(select(migration).order_by(migration.c.id.desc()))]


def plan_of(conn: Connection, actor: Actor, plan_id: int) -> Plan:
    """One plan; NotFound when there is none."""
    require_concerned(actor)
    row = conn.execute(select(migration).where(migration.c.id == plan_id)).one_or_none()
    if row is None:
        raise NotFound(f"Плана перевода № {plan_id} нет.")
    return _plan(row)


def _plan(row: AnyRow) -> Plan:
    return Plan(
        id=row.id,
        process=row.process,
        release_id=row.release_id,
        version=row.version,
        renames=json.loads(row.renames),
        note=row.note,
        planned_at=from_seconds(row.planned_at),
        planned_by=row.planned_by,
    )


def judge_cases(rt: Runtime, conn: Connection, actor: Actor, plan: Plan) -> Judged:
    """What the running cases within reach say to a plan."""
    after = rt.library.release(plan.release_id)
    return judge_running(rt, conn, actor, plan.process, after, plan.renames)


def judge_running(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    process: str,
    after: Release,
    renames: Mapping[str, str],
    until: float = inf,
) -> Judged:
    """What the running cases of a pathway within reach say to a later release, published or not.

    None is looked at after `until`, a moment of `time.monotonic`: somebody waits for the answer.
    """
    require_concerned(actor)
    wanted = (
        case_.c.process == process,
        case_.c.status == ACTIVE,
        case_.c.release_id < after.id,
        within(actor),
    )
    total = conn.execute(select(func.count()).select_from(case_).where(*wanted)).scalar_one()
    rows: Sequence[AnyRow] = conn.execute(CASES.where(*wanted).order_by(case_.c.id).limit(MOST_CASES)).all()
    verdicts = tuple(
        judge(rt, conn, opened_case(rt, conn, row), after, renames)
        for row in takewhile(lambda _: time.monotonic() < until, rows)
    )
    return Judged(verdicts, total, visible_among(conn, actor, [each.case_id for each in verdicts]))


def within(actor: Actor) -> ColumnElement[bool]:
    """Over `case_`: for who plans all cases, for others those that they may repair."""
    if actor.may(Permission.DEFINITION_PUBLISH, Scope.MUNICIPALITY):
        return true()
    return reach(actor, Permission.CASE_REPAIR).condition(unit=case_.c.unit_id, owner=case_.c.owner_id)


def judge(
    rt: Runtime, conn: Connection, case: LockedCase, after: Release, renames: Mapping[str, str]
) -> Verdict:
    """What one case says to going on as `after` has it; nothing is changed."""
    before = rt.library.release(case.release_id)
    version = _version(conn, before.items["bpmn"].get(case.process))

    def said(outcome: Outcome, reason: str = "", notes: tuple[str, ...] = (), lacks: str = "") -> Verdict:
        return Verdict(case.id, case.number, version, case.version, outcome, reason, notes, lacks)

    try:
        moved = carried_over(rt, case, after, renames)
    except NotMovable as why:
        process, node = why.place or ("", "")
        lacks = (node if process == case.process else f"{process}/{node}") if node else ""
        return said(Outcome.WAITS if why.later else Outcome.CANNOT, why.message, lacks=lacks)
    except MarshrutError as error:
        return said(Outcome.CANNOT, error.message)
    if stopped := _tried(rt, case, after, moved):
        return said(Outcome.CANNOT, stopped)
    return said(Outcome.MOVES, notes=_notes(moved))


def carried_over(rt: Runtime, case: LockedCase, after: Release, renames: Mapping[str, str]) -> Transferred:
    """The case on that release, on a copy. Raises NotMovable and whatever reading it raises."""
    before = rt.library.release(case.release_id)
    places = {split_element_ref(case.process, old): new for old, new in renames.items()}
    context = step_context(rt, after, case, rt.clock.now())
    return bpmn.transfer(
        before.program(case.process), after.program(case.process), case.state, places, context
    )


def _tried(rt: Runtime, case: LockedCase, after: Release, moved: Transferred) -> str:
    """Where the way to the end would stop on the new version only, in words; empty when nowhere."""
    now = rt.clock.now()
    before = rt.library.release(case.release_id)
    found = next(
        walks(
            (Ground(before, case.process), case.state, step_context(rt, before, case, now)),
            (Ground(after, case.process), moved.state, step_context(rt, after, case, now)),
        ),
        None,
    )
    return f"Проба до конца: дело остановилось бы. {found.message}" if found is not None else ""


def _notes(moved: Transferred) -> tuple[str, ...]:
    found = [f"начнёт ждать: «{name}»" for name in moved.armed]
    return (*found, *(f"перестанет ждать: «{name}»" for name in moved.dropped))
