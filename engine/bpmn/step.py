"""The commands: each loads the case, does one thing, lets it run, and says what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn

from engine.bpmn import commands, incidents, repairs, scope, state
from engine.bpmn.behaviour.activities import Handed, ServiceTask, UserTask
from engine.bpmn.behaviour.events import Catching
from engine.bpmn.behaviour.throwing import broadcast, throw_error, trigger_of
from engine.bpmn.behaviour.triggers import Message
from engine.bpmn.block import Case
from engine.bpmn.context import Context
from engine.bpmn.drain import drain
from engine.bpmn.faults import Fault
from engine.bpmn.position import Position, position_of
from engine.bpmn.repairs import Remedies
from engine.bpmn.states import WAITING
from engine.bpmn.sure import sure
from engine.bpmn.transfer import NotMovable, Renames, carry
from engine.errors import MarshrutError, StepFailed
from engine.model import StepResult, Value, Wait

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
    """Carry out one command.

    Raises StepFailed when it does not apply; the stored state then stays as it is.
    """
    case = state.load(program, state_bytes, context)
    if case.is_over():
        raise StepFailed("Дело уже завершено.", "Обновите страницу дела.")
    _DOING[type(command)](case, command)
    return _finish(case)


def task_variables(program: Program, state_bytes: bytes, element_id: int) -> dict[str, Value]:
    """What the form of an open step sees: the scope and what is local to the step. Raises StepFailed."""
    return _seen(_token(state.load(program, state_bytes, _NOWHEN), element_id))


def _seen(token: Token) -> dict[str, Value]:
    seen = scope.view(token).as_dict()
    del seen[scope.CASE]
    return seen


def remedies(program: Program, state_bytes: bytes, element_id: int) -> Remedies:
    """What a person can do at one place where the case stands. Raises StepFailed."""
    return repairs.remedies_at(_token(state.load(program, state_bytes, _NOWHEN), element_id))


def waits(program: Program, state_bytes: bytes, context: Context) -> tuple[Wait, ...]:
    """Everything that a case waits for besides people, by its state. Raises StepFailed."""
    case = state.load(program, state_bytes, context)
    found = (token.node.trigger.wait(token) for token in case.waiting() if isinstance(token.node, Catching))
    return tuple(wait for wait in found if wait is not None)


@dataclass(frozen=True, slots=True)
class Transferred:
    """A case on another version of its diagram, where it stands as it stood.

    `armed`, `dropped`: names of events that it waits for besides, and no more. `added`: the waits that the
    outside has to know of.
    """

    state: bytes
    armed: tuple[str, ...]
    dropped: tuple[str, ...]
    added: tuple[Wait, ...]


def transfer(
    old: Program, new: Program, state_bytes: bytes, renames: Renames, context: Context
) -> Transferred:
    """Carry a case over to another version. Raises NotMovable when it could not stand there as it stands."""
    carried = carry(old, new, state_bytes, renames, context)
    result = _finish(carried.case)
    if result.incidents:
        raise NotMovable(f"На новой версии дело остановилось бы: {result.incidents[0].message}")
    before, after = (
        position_of(state.load(*each, context)) for each in ((old, state_bytes), (new, result.state))
    )
    same = [place.element_id for place in before.open] == [place.element_id for place in after.open]
    if not same or result.passed or result.ended:
        raise NotMovable(
            "На новой версии дело сразу пошло бы дальше: другое событие уже наступило.", later=True
        )
    return Transferred(result.state, carried.armed, carried.dropped, result.waits)


def position(program: Program, state_bytes: bytes) -> Position:
    """Where the case stands, for the diagram."""
    return position_of(state.load(program, state_bytes, _NOWHEN))


def _finish(case: Case) -> StepResult:
    drain(case)
    ended = case.is_over()
    end_event = case.end_event if ended else None
    return case.journal.result(state.dump(case), sure(case.variables), ended=ended, end_event=end_event)


def _complete(case: Case, command: commands.Complete) -> None:
    token = _open(case, command.element_id, UserTask)
    data = command.data(_seen(token)) if callable(command.data) else command.data
    case.journal.closed(token.id)
    token.node.receive(token, _kept(data))


def _fire(_case: Case, _command: commands.Fire) -> None:
    """Nothing to do: what is due fires at the end of every step."""


def _deliver(case: Case, command: commands.Deliver) -> None:
    token = _token(case, command.element_id)
    trigger = trigger_of(token)
    if token.state != WAITING or not isinstance(trigger, Message) or trigger.name != command.name:
        _closed()
    token.node.fire(token, _kept(command.payload))


def _signal(case: Case, command: commands.Signal) -> None:
    broadcast(case, command.name, _kept(command.payload))


def _complete_service(case: Case, command: commands.CompleteService) -> None:
    token = _open(case, command.element_id, ServiceTask)
    case.journal.wait_over(token.id)
    token.node.receive(token, _kept(command.result))


def _fail_service(case: Case, command: commands.FailService) -> None:
    token = _open(case, command.element_id, ServiceTask)
    if command.code is not None and _caught(token, command.code, command.message):
        return
    case.journal.wait_over(token.id)
    shown = f", ошибка «{command.code}»" if command.code else ""
    incidents.stop(token, f"операция не выполнена{shown}. Устраните причину и повторите.")


def _throw_error(case: Case, command: commands.ThrowError) -> None:
    token = _open(case, command.element_id, Handed)
    try:
        throw_error(token, command.code, "", from_inside=True)
    except Fault as fault:
        raise StepFailed(
            f"Ошибка «{command.code}» на этом шаге никем не обрабатывается.", fault.hint
        ) from None


def _retry(case: Case, command: commands.Retry) -> None:
    incidents.retry(_token(case, command.element_id))


def _skip(case: Case, command: commands.Skip) -> None:
    repairs.skip(_token(case, command.element_id), _kept(command.values))


def _move(case: Case, command: commands.Move) -> None:
    repairs.move(_token(case, command.element_id), command.node)


def _set_variables(case: Case, command: commands.SetVariables) -> None:
    values = _kept(command.values)
    if command.element_id is None:
        sure(case.variables).update(values)
    else:
        scope.write(_token(case, command.element_id), values)


def _cancel(case: Case, _command: commands.Cancel) -> None:
    case.cancel()
    case.end_event = None


_DOING: Final[dict[type, Callable[[Case, Any], None]]] = {
    commands.Complete: _complete,
    commands.Fire: _fire,
    commands.Deliver: _deliver,
    commands.Signal: _signal,
    commands.CompleteService: _complete_service,
    commands.FailService: _fail_service,
    commands.ThrowError: _throw_error,
    commands.Retry: _retry,
    commands.Skip: _skip,
    commands.Move: _move,
    commands.SetVariables: _set_variables,
    commands.Cancel: _cancel,
}


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
