"""Moving running cases by a plan, one transaction a case, and taking a move back.

A move changes where the case goes on, never where it stands: open steps keep their numbers, performers, terms
and drafts, timers their moments. What a step is called, who may do it and which form it asks follow the new
version by themselves, because pages read them from the case's release.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine import bpmn
from engine.access.journal import record_action
from engine.access.policy import ROLES, require
from engine.access.queues import queue_for
from engine.cases.context import step_context
from engine.cases.history import HistoryKind
from engine.cases.journal import write_history
from engine.cases.locking import CASES, LockedCase, lock_case, opened_case, state_purpose
from engine.cases.recording import Deed, promises, wait_row
from engine.cases.tables import case_, incident, outbox, wait
from engine.cases.terms import TermBook
from engine.cases.visibility import require_visible
from engine.definitions.library import Release
from engine.errors import Conflict, InvalidData, MarshrutError, NotFound
from engine.formjs import UNREAD
from engine.model import (
    Actor,
    Permission,
    StepResult,
    Value,
    WaitKind,
    element_ref,
    split_element_ref,
    split_task_id,
)
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow
from engine.versions.planning import Outcome, Plan, Verdict, carried_over, judge, judge_cases, plan_of, within
from engine.versions.tables import migration, moved_case
from engine.worklist.tables import OPEN, task

_MOVE_CASE = (
    update(case_)
    .where(case_.c.id == bindparam("the_case"), case_.c.version == bindparam("seen"))
    .values(version=bindparam("version"), state=bindparam("state"), release_id=bindparam("release_id"))
)
_OPEN_TASKS = select(task).where(task.c.case_id == bindparam("case_id"), task.c.status == OPEN)
_ADAPT_TASK = (
    update(task)
    .where(task.c.id == bindparam("the_task"))
    .values(node=bindparam("node"), queue_id=bindparam("queue_id"), role_queue_id=bindparam("role_queue_id"))
)
_ADAPT_DRAFT = update(task).where(task.c.id == bindparam("the_task")).values(draft=bindparam("draft"))
_RENAME_INCIDENT = (
    update(incident)
    .where(incident.c.element == bindparam("the_element"), incident.c.solved_at.is_(None))
    .values(node=bindparam("node"))
)
_STILL_MOVED = (
    select(moved_case, migration.c.version, migration.c.process, migration.c.release_id, migration.c.renames)
    .join_from(moved_case, migration, moved_case.c.migration_id == migration.c.id)
    .where(moved_case.c.undone_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What has become of one case: moved or taken back, or why not."""

    case_id: int
    number: str
    done: bool
    reason: str = ""


def move_cases(rt: Runtime, actor: Actor, plan_id: int, reason: str) -> list[Moved]:
    """Move every case that can and that the actor may repair; the others stay, each with its reason."""
    require(actor, Permission.CASE_REPAIR)
    _require_reason(reason)
    with rt.database.read() as conn:
        plan = plan_of(conn, actor, plan_id)
        judged = judge_cases(rt, conn, actor, plan)
    return [_moved(rt, actor, plan, verdict, reason) for verdict in judged.verdicts]


def _moved(rt: Runtime, actor: Actor, plan: Plan, verdict: Verdict, reason: str) -> Moved:
    if verdict.outcome is not Outcome.MOVES:
        return Moved(verdict.case_id, verdict.number, False, verdict.reason)
    try:
        _carry_out(rt, actor, plan, verdict, reason)
    except MarshrutError as error:
        return Moved(verdict.case_id, verdict.number, False, error.message)
    return Moved(verdict.case_id, verdict.number, True)


def move_case(rt: Runtime, actor: Actor, plan_id: int, case_id: int, reason: str) -> int:
    """Move one case; the number by which the move is taken back.

    NotAllowed, NotFound, InvalidData (no reason), Conflict (it can't, or has changed meanwhile).
    """
    _require_reason(reason)
    with rt.database.read() as conn:
        plan = plan_of(conn, actor, plan_id)
        case = _looked_at(rt, conn, actor, case_id)
        verdict = judge(rt, conn, case, rt.library.release(plan.release_id), plan.renames)
    if verdict.outcome is not Outcome.MOVES:
        raise Conflict(f"Дело {verdict.number} не переведено. {verdict.reason}", "Посмотрите план ещё раз.")
    return _carry_out(rt, actor, plan, verdict, reason)


def _carry_out(rt: Runtime, actor: Actor, plan: Plan, verdict: Verdict, reason: str) -> int:
    """Move a case as it was judged: one that has changed since is not moved."""
    case_id = verdict.case_id
    with rt.database.write() as conn:
        case = lock_case(rt, conn, case_id)
        require_visible(conn, actor, case_id, case, Permission.CASE_REPAIR)
        if case.version != verdict.case_version:
            raise Conflict(f"Дело {case.number} изменилось, пока его проверяли.", "Переведите его ещё раз.")
        return _move(rt, conn, actor, plan, case, reason)


def _looked_at(rt: Runtime, conn: Connection, actor: Actor, case_id: int) -> LockedCase:
    row = conn.execute(CASES.where(case_.c.id == case_id)).one_or_none()
    if row is None:
        raise NotFound(f"Дела № {case_id} нет.")
    require_visible(conn, actor, case_id, row, Permission.CASE_REPAIR)
    return opened_case(rt, conn, row)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidData(
            "Напишите, почему дела переводят.", {"reason": "Напишите причину: она попадёт в историю дел."}
        )


def _move(rt: Runtime, conn: Connection, actor: Actor, plan: Plan, case: LockedCase, reason: str) -> int:
    before = case.release_id, case.state
    drafts = _carry(rt, conn, actor, plan, case)
    kept = {"state": base64.b85encode(before[1]).decode(), "drafts": drafts}
    told = {"действие": "перевести на новую версию", "версия": plan.version, "причина": reason.strip()}
    _tell(rt, conn, actor, case, told, "moved")
    row = {
        "migration_id": plan.id,
        "case_id": case.id,
        "release_before": before[0],
        "version_after": case.version,
        "kept": rt.vault.seal(case.key_id, json.dumps(kept).encode(), _purpose(case.id)),
        "moved_at": to_seconds(rt.clock.now()),
        "moved_by": actor.user_id,
    }
    return int(conn.execute(insert(moved_case).returning(moved_case.c.id), row).scalar_one())


def _carry(rt: Runtime, conn: Connection, actor: Actor, plan: Plan, case: LockedCase) -> dict[str, Any]:
    """Carry the case over to the plan's release; given are drafts that lost something, as they were."""
    release = rt.library.release(plan.release_id)
    moved = carried_over(rt, case, release, plan.renames)
    _restate(rt, conn, case, release, moved.state)
    drafts = _adapt_drafts(rt, conn, case, release)
    deed = Deed(HistoryKind.MOVED, actor, rt.clock.now())
    promised = promises(rt, release, case, StepResult(state=b"", variables={}, waits=moved.added), deed)
    if promised:
        conn.execute(insert(outbox), promised)
        rt.database.after_commit(rt.wake)
    return drafts


def _purpose(case_id: int) -> str:
    return f"moved_case:{case_id}"


def _tell(
    rt: Runtime, conn: Connection, actor: Actor, case: LockedCase, told: dict[str, Value], action: str
) -> None:
    write_history(
        rt,
        conn,
        case_id=case.id,
        key_id=case.key_id,
        now=rt.clock.now(),
        actor=actor,
        kind=HistoryKind.MOVED,
        data={"data": {**told, "версия": str(told["версия"])}},
    )
    record_action(rt, conn, actor, action, "case", case.id, case_id=case.id)


def _restate(rt: Runtime, conn: Connection, case: LockedCase, release: Release, state: bytes) -> None:
    """Let the case go on with this state in this release; rows of its steps, waits and incidents follow."""
    program = release.program(case.process)
    found = bpmn.position(program, state)
    refs = {
        place.element_id: element_ref(case.process, place.process, place.node)
        for place in (*found.open, *found.waiting, *found.inside, *found.incidents)
    }
    _adapt_tasks(rt, conn, case, release, refs)
    _rewrite_waits(rt, conn, case, release, state)
    for place in found.incidents:
        element = case.id << 24 | place.element_id
        conn.execute(_RENAME_INCIDENT, {"the_element": element, "node": refs[place.element_id]})
    row = {
        "the_case": case.id,
        "seen": case.version,
        "version": case.version + 1,
        "state": rt.vault.seal(case.key_id, state, state_purpose(case.id)),
        "release_id": release.id,
    }
    if conn.execute(_MOVE_CASE, row).rowcount != 1:
        raise Conflict(f"Дело {case.number} в эту минуту изменил кто-то другой.", "Переведите его ещё раз.")
    case.version += 1
    case.release_id, case.state = release.id, state


def _adapt_tasks(
    rt: Runtime, conn: Connection, case: LockedCase, release: Release, refs: dict[int, str]
) -> None:
    """Open steps keep who took them; what lay with a role goes to the role of the new version."""
    for row in conn.execute(_OPEN_TASKS, {"case_id": case.id}).all():
        ref = refs[split_task_id(row.id)[1]]
        roles = [role for role in release.step(case.process, ref).roles if role in ROLES]
        queue = queue_for(rt, conn, roles, case.unit_id)
        taken = row.queue_id != row.role_queue_id
        values = {"the_task": row.id, "node": ref, "role_queue_id": queue}
        conn.execute(_ADAPT_TASK, {**values, "queue_id": row.queue_id if taken else queue})


def _rewrite_waits(rt: Runtime, conn: Connection, case: LockedCase, release: Release, state: bytes) -> None:
    now = rt.clock.now()
    context = step_context(rt, release, case, now)
    book = TermBook(rt, conn, case, now, bpmn.variables(state))
    conn.execute(delete(wait).where(wait.c.case_id == case.id))
    for found in bpmn.waits(release.program(case.process), state, context):
        if found.kind not in (WaitKind.CONDITION, WaitKind.SERVICE):
            conn.execute(insert(wait), wait_row(rt, case, found, book))


def _adapt_drafts(rt: Runtime, conn: Connection, case: LockedCase, release: Release) -> dict[str, Any]:
    """Let drafts keep what the new forms still ask; given are those that lost something, as they were."""
    lost = {}
    for row in conn.execute(_OPEN_TASKS.where(task.c.draft.is_not(None)), {"case_id": case.id}).all():
        purpose = f"task.draft:{row.id}"
        draft = orjson.loads(rt.vault.open(case.key_id, row.draft, purpose))
        fields = _fields(release, release.step(case.process, row.node).form)
        fitting = {name: value for name, value in draft.items() if name in fields}
        unread = draft.get(UNREAD)
        if isinstance(unread, dict):
            fitting[UNREAD] = {path: typed for path, typed in unread.items() if path.split(".")[0] in fields}
        if fitting != draft:
            lost[str(row.id)] = [base64.b85encode(row.draft).decode(), row.draft_at]
            sealed = rt.vault.seal(case.key_id, orjson.dumps(fitting), purpose) if fitting else None
            conn.execute(_ADAPT_DRAFT, {"the_task": row.id, "draft": sealed})
    return lost


def _fields(release: Release, form: str | None) -> set[str]:
    if form is None or form not in release.items.get("form", {}):
        return set()
    return {field.key.split(".")[0] for field in release.form(form).fields}


# --- taking it back


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A case that a plan has moved, for its page."""

    id: int
    case_id: int
    number: str
    moved_at: datetime
    moved_by: int


def moved_cases(conn: Connection, actor: Actor, plan_id: int, limit: int = 200) -> list[MovedRow]:
    """Cases that the plan has moved and nobody has taken back, the latest first; those within reach."""
    plan_of(conn, actor, plan_id)
    rows = conn.execute(
        select(moved_case, case_.c.number)
        .join_from(moved_case, case_, moved_case.c.case_id == case_.c.id)
        .where(moved_case.c.migration_id == plan_id, moved_case.c.undone_at.is_(None), within(actor))
        .order_by(moved_case.c.id.desc())
        .limit(limit)
    )
    return [
        MovedRow(row.id, row.case_id, row.number, from_seconds(row.moved_at), row.moved_by) for row in rows
    ]


def undo_moves(rt: Runtime, actor: Actor, plan_id: int, reason: str) -> list[Moved]:
    """Take back every move of a plan that can be taken back; the others say why not."""
    require(actor, Permission.CASE_REPAIR)
    _require_reason(reason)
    with rt.database.read() as conn:
        rows = moved_cases(conn, actor, plan_id)
    return [_taken_back(rt, actor, row, reason) for row in rows]


def _taken_back(rt: Runtime, actor: Actor, row: MovedRow, reason: str) -> Moved:
    try:
        undo_move(rt, actor, row.id, reason)
    except MarshrutError as error:
        return Moved(row.case_id, row.number, False, error.message)
    return Moved(row.case_id, row.number, True)


def undo_move(rt: Runtime, actor: Actor, moved_id: int, reason: str) -> None:
    """Take one move back; Conflict, with the reason, when that can't be.

    A case in which nothing has happened since gets its earlier state; one that has gone on is carried over to
    the earlier release where it stands.
    """
    _require_reason(reason)
    with rt.database.read() as conn:
        row = _still_moved(conn, moved_id)
        case = _looked_at(rt, conn, actor, row.case_id)
        way_back = None if case.version == row.version_after else _way_back(rt, conn, actor, row, case)
        seen = case.version
    with rt.database.write() as conn:
        row = _still_moved(conn, moved_id)
        case = lock_case(rt, conn, row.case_id)
        require_visible(conn, actor, case.id, case, Permission.CASE_REPAIR)
        if case.version != seen:
            raise Conflict(f"Дело {case.number} изменилось, пока его проверяли.", "Верните его ещё раз.")
        if way_back is None:
            kept = json.loads(rt.vault.open(case.key_id, row.kept, _purpose(case.id)))
            _restate(rt, conn, case, rt.library.release(row.release_before), base64.b85decode(kept["state"]))
            _restore_drafts(conn, kept["drafts"])
        else:
            _carry(rt, conn, actor, way_back, case)
        told: dict[str, Value] = {"действие": "вернуть на прежнюю версию", "версия": row.version}
        _tell(rt, conn, actor, case, {**told, "причина": reason.strip()}, "move_undone")
        conn.execute(
            update(moved_case)
            .where(moved_case.c.id == moved_id)
            .values(undone_at=to_seconds(rt.clock.now()), undone_by=actor.user_id)
        )


def _still_moved(conn: Connection, moved_id: int) -> AnyRow:
    row = conn.execute(_STILL_MOVED.where(moved_case.c.id == moved_id)).one_or_none()
    if row is None:
        raise NotFound("Этот перевод уже отменён, или его не было.")
    return row


def _way_back(rt: Runtime, conn: Connection, actor: Actor, row: AnyRow, case: LockedCase) -> Plan:
    """The move the other way round, for a case that has gone on; Conflict when the case can't take it."""
    if case.release_id != row.release_id:
        raise Conflict(
            f"Дело {case.number} после этого перевели ещё раз.", "Сначала верните более поздний перевод."
        )
    places = {split_element_ref(row.process, old): new for old, new in json.loads(row.renames).items()}
    renames = {element_ref(row.process, place[0], new): place[1] for place, new in places.items()}
    now = rt.clock.now()
    plan = Plan(0, row.process, row.release_before, row.version, renames, "", now, actor.user_id)
    verdict = judge(rt, conn, case, rt.library.release(plan.release_id), plan.renames)
    if verdict.outcome is not Outcome.MOVES:
        raise Conflict(
            f"Дело {case.number} после перевода уже пошло дальше, и вернуть его нельзя. {verdict.reason}",
            "Исправьте дело на его странице или переведите на следующую версию.",
        )
    return plan


def _restore_drafts(conn: Connection, drafts: dict[str, Any]) -> None:
    """Drafts that lost something get it back, unless somebody has written since."""
    for number, (draft, at) in drafts.items():
        unwritten = task.c.id == int(number), task.c.draft_at == at, task.c.status == OPEN
        conn.execute(update(task).where(*unwritten).values(draft=base64.b85decode(draft)))
