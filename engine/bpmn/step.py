"""The commands: each loads the case, does one thing, lets it run, and says what happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import singledispatch
from typing import TYPE_CHECKING, NoReturn

from engine.bpmn import commands, incidents, scope, state
from engine.bpmn.behaviour.activities import Handed, ServiceTask, UserTask
from engine.bpmn.behaviour.throwing import broadcast, throw_error
from engine.bpmn.behaviour.triggers import Message
from engine.bpmn.block import Case
from engine.bpmn.context import Context
from engine.bpmn.drain import drain
from engine.bpmn.faults import Fault
from engine.bpmn.position import Position, position_of
from engine.bpmn.states import WAITING
from engine.bpmn.sure import sure
from engine.errors import MarshrutError, StepFailed
from engine.model import StepResult, Value

if TYPE_CHECKING:
    from engine.bpmn.diagram import Program
    from engine.bpmn.token import Token

_NOWHEN = Context(now=datetime.fromtimestamp(0, UTC), zone=UTC)
"""For looking at a case without letting it run."""


def start(
    program: Program, variables: Mapping[str, Value], context: Context, start_event: str | None = None
) -> StepResult:
    """A new case, run until it waits. `start_event`: which start event; the plain one when None.

    Raises StepFailed when the process can't begin so, or when a variable can't be kept.
    """
    begin = program.main.plan.start_event(start_event)
    if begin is None:
        raise StepFailed(
            "Этот путь так не начинается: нет подходящего начального события.",
            "Выберите, с какого начального события начать.",
        )
    case = Case(program, context, _kept(variables))
    case.begin(begin)
    return _finish(case)


def step(program: Program, state_bytes: bytes, command: commands.Command, context: Context) -> StepResult:
    """Carry out one command. Raises StepFailed when it does not apply; the stored state then stays as it
    is.
    """
    case = state.load(program, state_bytes, context)
    if case.is_over():
        raise StepFailed("Дело уже завершено.", "Обновите страницу дела.")
    _carry_out(command, case)
    return _finish(case)


def task_variables(program: Program, state_bytes: bytes, element_id: int) -> dict[str, Value]:
    """What the form of an open step sees: the scope and what is local to the step. Raises StepFailed."""
    case = state.load(program, state_bytes, _NOWHEN)
    seen = dict(scope.view(_token(case, element_id)))
    del seen[scope.CASE]
    return seen


def position(program: Program, state_bytes: bytes) -> Position:
    """Where the case stands, for the diagram."""
    return position_of(state.load(program, state_bytes, _NOWHEN))


def _finish(case: Case) -> StepResult:
    drain(case)
    ended = case.is_over()
    return case.journal.result(state.dump(case), ended=ended, end_event=case.end_event if ended else None)


@singledispatch
def _carry_out(command: commands.Command, case: Case) -> None:
    raise TypeError(f"no command: {command!r}")


@_carry_out.register
def _(command: commands.Complete, case: Case) -> None:
    token = _open(case, command.element_id, UserTask)
    case.journal.closed(token.id)
    token.node.receive(token, _kept(command.data))


@_carry_out.register
def _(command: commands.Fire, case: Case) -> None:
    """Nothing to do: what is due fires at the end of every step."""


@_carry_out.register
def _(command: commands.Deliver, case: Case) -> None:
    token = _token(case, command.element_id)
    trigger = getattr(token.node, "trigger", None)
    if token.state != WAITING or not isinstance(trigger, Message) or trigger.name != command.name:
        _closed()
    token.node.fire(token, _kept(command.payload))


@_carry_out.register
def _(command: commands.Signal, case: Case) -> None:
    broadcast(case, command.name, _kept(command.payload))


@_carry_out.register
def _(command: commands.CompleteService, case: Case) -> None:
    token = _open(case, command.element_id, ServiceTask)
    case.journal.wait_over(token.id)
    token.node.receive(token, _kept(command.result))


@_carry_out.register
def _(command: commands.FailService, case: Case) -> None:
    token = _open(case, command.element_id, ServiceTask)
    if command.code is not None and _caught(token, command.code, command.message):
        return
    case.journal.wait_over(token.id)
    reason = f"ошибка «{command.code}»: {command.message}" if command.code else command.message
    incidents.stop(token, f"операция не выполнена: {reason.rstrip('.')}. Устраните причину и повторите.")


@_carry_out.register
def _(command: commands.ThrowError, case: Case) -> None:
    token = _token(case, command.element_id)
    if not (isinstance(token.node, Handed) and token.node.is_open(token)):
        _closed()
    try:
        throw_error(token, command.code, "", from_inside=True)
    except Fault as fault:
        raise StepFailed(
            f"Ошибка «{command.code}» на этом шаге никем не обрабатывается.", fault.hint
        ) from None


@_carry_out.register
def _(command: commands.Retry, case: Case) -> None:
    incidents.retry(_token(case, command.element_id))


@_carry_out.register
def _(command: commands.SetVariables, case: Case) -> None:
    sure(case.variables).update(_kept(command.values))


@_carry_out.register
def _(command: commands.Cancel, case: Case) -> None:
    case.cancel()
    case.end_event = None


def _caught(token: Token, code: str, message: str) -> bool:
    try:
        throw_error(token, code, message, from_inside=True)
    except Fault:
        return False
    return True


def _kept(values: Mapping[str, Value]) -> dict[str, Value]:
    try:
        return scope.storable(values)
    except MarshrutError as error:
        raise StepFailed(error.message[:1].upper() + error.message[1:] + ".", error.hint) from None


def _token(case: Case, element_id: int) -> Token:
    token = case.tokens.get(element_id)
    if token is None:
        _closed()
    return token


def _open(case: Case, element_id: int, kind: type[Handed]) -> Token:
    token = _token(case, element_id)
    if not isinstance(token.node, kind) or not token.node.is_open(token):
        _closed()
    return token


def _closed() -> NoReturn:
    raise StepFailed("Этот шаг уже не открыт.", "Обновите страницу дела.")
