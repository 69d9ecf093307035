"""What an administrator does for a case that can't go on by itself: one transaction, a reason in its history.

Everything here asks for CASE_REPAIR on the case. Whatever is raised, nothing was changed:
NotFound, NotAllowed, Conflict (the case is over), InvalidData (no reason), StepFailed (it does not apply).
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, select

from engine import bpmn
from engine.access.journal import record_action
from engine.bpmn.commands import (
    Command,
    CompleteService,
    FailService,
    Move,
    Retry,
    SetVariables,
    Skip,
    ThrowError,
)
from engine.cases.context import step_context
from engine.cases.history import HistoryKind
from engine.cases.journal import write_history
from engine.cases.locking import LOCK_CASE, LockedCase, lock_case
from engine.cases.outbox import BROKEN_PROMISE, try_again
from engine.cases.recording import Deed, record_step
from engine.cases.tables import outbox
from engine.cases.values import open_values
from engine.cases.visibility import require_visible
from engine.errors import InvalidData, NotFound, StepFailed
from engine.model import Actor, Permission, Value, task_id
from engine.runtime import Runtime

_CALLS = select(outbox.c.id, outbox.c.payload).where(
    outbox.c.case_id == bindparam("case_id"), outbox.c.kind == "service"
)
_FORGET = delete(outbox).where(outbox.c.id == bindparam("row_id"))


def retry(rt: Runtime, actor: Actor, case_id: int, element: int, reason: str) -> None:
    """Try again what ended in an incident; an operation is called again.

    With BROKEN_PROMISE in the place of an element: what the case promised and nobody could carry out.
    """
    if element == BROKEN_PROMISE:
        _keep_promises(rt, actor, case_id, reason)
    else:
        _repair(rt, actor, case_id, element, Retry(element), reason, "повторить")


def _keep_promises(rt: Runtime, actor: Actor, case_id: int, reason: str) -> None:
    """The case may be over: what it promised is owed all the same."""
    _require_reason(reason)
    with rt.database.write() as conn:
        row = conn.execute(LOCK_CASE, {"case_id": case_id}).one_or_none()
        if row is None:
            raise NotFound(f"Дела № {case_id} нет.")
        require_visible(conn, actor, case_id, row, Permission.CASE_REPAIR)
        now = rt.clock.now()
        if not try_again(conn, case_id, now, actor.user_id):
            raise StepFailed("Повторять нечего: всё уже выполнено.", "Обновите страницу дела.")
        told = {"data": {"действие": "повторить", "причина": reason.strip()}}
        write_history(
            rt,
            conn,
            case_id=case_id,
            key_id=row.key_id,
            now=now,
            actor=actor,
            kind=HistoryKind.REPAIRED,
            data=told,
        )
        rt.database.after_commit(rt.wake)


def skip(
    rt: Runtime, actor: Actor, case_id: int, element: int, values: Mapping[str, Value], reason: str
) -> None:
    """Let the case go on without the work of one element; `values` stand for what it would have given.

    Its terms begin and end as if it had been done; an open step closes, its own term is cancelled.
    """
    told = {"data": dict(values)} if values else {}
    _repair(rt, actor, case_id, element, Skip(element, values), reason, "пропустить шаг", told)


def move(rt: Runtime, actor: Actor, case_id: int, element: int, node: str, reason: str) -> None:
    """Let the case go on at another element of the same level; `node` is its id in the diagram."""
    command = Move(element, node)
    _repair(rt, actor, case_id, element, command, reason, "перевести на другой шаг", {"куда": node})


def set_variables(
    rt: Runtime,
    actor: Actor,
    case_id: int,
    values: Mapping[str, Value],
    reason: str,
    element: int | None = None,
) -> None:
    """Change variables of the case, or of the called process that `element` belongs to.

    Conditions that wait are looked at anew.
    """
    command = SetVariables(values, element)
    _repair(rt, actor, case_id, element, command, reason, "исправить данные", {"data": dict(values)})


def complete_service(
    rt: Runtime, actor: Actor, case_id: int, element: int, result: Mapping[str, Value], reason: str
) -> None:
    """Answer a waiting operation in its place: it is not carried out any more."""
    command = CompleteService(element, result)
    _repair(
        rt, actor, case_id, element, command, reason, "выполнить операцию вручную", {"data": dict(result)}
    )


def fail_service(
    rt: Runtime, actor: Actor, case_id: int, element: int, code: str | None, message: str, reason: str
) -> None:
    """Say that a waiting operation failed: with a code a business error, else an incident to be retried."""
    command = FailService(element, code, message)
    told = {"ошибка": code, "сообщение": message}
    _repair(rt, actor, case_id, element, command, reason, "отметить неудачу операции", told)


def throw_error(rt: Runtime, actor: Actor, case_id: int, element: int, code: str, reason: str) -> None:
    """Report a business error at an open step; StepFailed when the diagram handles no such error there."""
    command = ThrowError(element, code)
    _repair(rt, actor, case_id, element, command, reason, "сообщить об ошибке", {"ошибка": code})


def _repair(
    rt: Runtime,
    actor: Actor,
    case_id: int,
    element: int | None,
    command: Command,
    reason: str,
    what: str,
    details: Mapping[str, Value] | None = None,
) -> None:
    _require_reason(reason)
    with rt.database.write() as conn:
        case = lock_case(rt, conn, case_id)
        require_visible(conn, actor, case_id, case, Permission.CASE_REPAIR)
        release = rt.library.release(case.release_id)
        program = release.program(case.process)
        now = rt.clock.now()
        node = None if element is None else _node(case, bpmn.position(program, case.state), element)
        result = bpmn.step(program, case.state, command, step_context(rt, release, case, now))
        if isinstance(command, CompleteService | FailService):
            _forget_call(rt, conn, case, command.element_id)
        told = {"действие": what, "причина": reason.strip(), **(details or {})}
        number = None if element is None else task_id(case_id, element)
        record_step(
            rt, conn, release, case, result, Deed(HistoryKind.REPAIRED, actor, now, node, number, told)
        )
        details = {"what": what} if node is None else {"what": what, "node": node}
        record_action(rt, conn, actor, "repaired", "case", case_id, case_id=case_id, details=details)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidData(
            "Напишите, почему дело исправлено.", {"reason": "Напишите причину: она попадёт в историю дела."}
        )


def _node(case: LockedCase, position: bpmn.Position, element: int) -> str:
    """The element's name in the tables."""
    for place in (*position.open, *position.waiting, *position.inside, *position.incidents):
        if place.element_id == element:
            return case.ref(place)
    raise StepFailed("Этого места в деле больше нет.", "Обновите страницу дела.")


def _forget_call(rt: Runtime, conn: Connection, case: LockedCase, element: int) -> None:
    """The operation has its answer: whoever would carry it out later must not find it."""
    for row in conn.execute(_CALLS, {"case_id": case.id}).all():
        if open_values(rt.vault, case.key_id, row.payload, "outbox")["element"] == element:
            conn.execute(_FORGET, {"row_id": row.id})
