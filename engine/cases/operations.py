"""Operations that service tasks ask for: carried out once, in the transaction that completes their task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, insert

from engine import bpmn
from engine.bpmn.commands import CompleteService, FailService
from engine.cases.context import step_context
from engine.cases.history import HistoryKind
from engine.cases.locking import LockedCase, lock_case
from engine.cases.outbox import Promise
from engine.cases.recording import Deed, record_step
from engine.cases.tables import outbox
from engine.cases.values import seal_values
from engine.definitions.library import Release
from engine.definitions.operations import OPERATIONS, Call, Unfinished
from engine.errors import Conflict, StepFailed
from engine.model import SYSTEM, Value
from engine.runtime import Runtime
from engine.storage.moments import to_seconds


def run_service(rt: Runtime, conn: Connection, promise: Promise, _: None) -> None:
    """Outbox handler: carry out the operation, and complete the task with its result."""
    case = _waiting_case(rt, conn, promise)
    if case is None:
        return
    topic = str(promise.payload["topic"])
    if topic not in OPERATIONS:
        raise StepFailed(f"Операции «{topic}» нет в каталоге.", "Исправьте схему или обновите программу.")
    call = Call(
        topic, case.id, case.number, case.unit_id, case.agency_id, promise.payload["inputs"], rt.clock.now()
    )
    outcome = OPERATIONS[topic](rt, conn, call)
    if isinstance(outcome, Unfinished):
        _promise_the_rest(rt, conn, promise, outcome.inputs)
        return
    _answer(rt, conn, case, promise, CompleteService(_element(promise), outcome))


def _promise_the_rest(rt: Runtime, conn: Connection, promise: Promise, inputs: Mapping[str, Value]) -> None:
    """The operation is called once more with these inputs, after the commit of what it has done so far."""
    first, _, part = promise.idempotency_key.partition("+")
    payload = {**promise.payload, "inputs": dict(inputs)}
    row = {
        "kind": "service",
        "idempotency_key": f"{first}+{int(part or 0) + 1}",
        "case_id": promise.case_id,
        "key_id": promise.key_id,
        "payload": seal_values(rt.vault, promise.key_id, payload, "outbox"),
        "next_at": to_seconds(rt.clock.now()),
        "tries": 0,
    }
    conn.execute(insert(outbox), row)
    rt.database.after_commit(rt.wake)


def give_up_service(rt: Runtime, conn: Connection, promise: Promise, why: str) -> None:
    """The operation has failed too often: the case stands there until a person tries again or answers."""
    case = _waiting_case(rt, conn, promise)
    if case is not None:
        _answer(rt, conn, case, promise, FailService(_element(promise), None, why), why)


def _element(promise: Promise) -> int:
    return int(promise.payload["element"])


def _waiting_case(rt: Runtime, conn: Connection, promise: Promise) -> LockedCase | None:
    """The case, locked; None when it is over or a timer or a message has gone past the operation."""
    try:
        case = lock_case(rt, conn, promise.case_id or 0)
    except Conflict:
        return None
    program = _release(rt, case).program(case.process)
    waiting = bpmn.position(program, case.state).open
    return case if any(place.element_id == _element(promise) for place in waiting) else None


def _release(rt: Runtime, case: LockedCase) -> Release:
    return rt.library.release(case.release_id)


def _answer(
    rt: Runtime,
    conn: Connection,
    case: LockedCase,
    promise: Promise,
    command: CompleteService | FailService,
    why: str = "",
) -> None:
    release, now = _release(rt, case), rt.clock.now()
    context = step_context(rt, release, case, now)
    result = bpmn.step(release.program(case.process), case.state, command, context)
    deed = Deed(HistoryKind.SERVICE, SYSTEM, now, node=str(promise.payload["node"]))
    if why:  # the words of our own errors name nobody: they may stand in the list of incidents
        told = tuple(replace(each, message=f"{each.message} {why}") for each in result.incidents)
        result = replace(result, incidents=told)
        deed = replace(deed, kind=HistoryKind.STOPPED, data={"сообщение": why})
    record_step(rt, conn, release, case, result, deed)
