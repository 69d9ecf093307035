"""Where a case stands still until a person repairs it: a ready token with a mark, never a lost one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.bpmn.states import READY, WAITING
from engine.errors import MarshrutError, StepFailed
from engine.model import Incident

if TYPE_CHECKING:
    from engine.bpmn.token import Token

MESSAGE = "incident"
"""Mark: the text of the incident."""

RUNNING = "ran"
"""Mark: the token failed at its work, not on arrival; a retry runs it again where it is."""

HELD = "held"
"""Mark: stopped together with the token of this number, and released with it."""


def guarded(token: Token, action: Callable[[], object], *, running: bool = False) -> None:
    """Do something at the token; whatever goes wrong becomes an incident there."""
    try:
        action()
    except StepFailed:
        raise
    except MarshrutError as error:
        stop(token, _sentence(error.message, error.hint), running=running)
    except Exception as error:  # noqa: BLE001 - a defect here must stop one case at one place, not lose it
        stop(
            token,
            _sentence(
                f"внутренняя ошибка ({type(error).__name__})", "Сообщите разработчикам, затем повторите."
            ),
            running=running,
        )


def stop(token: Token, message: str, *, running: bool = False) -> None:
    """Let the token stand where it is, with a message for whoever repairs the case."""
    token._set_state(READY)
    if running:
        token.marks[RUNNING] = 1
    note(token, message)


def note(token: Token, message: str) -> None:
    """Mark and report an incident without touching the token's state."""
    node, process = token.node.place(token)
    name = token.node.info.name or node
    token.marks[MESSAGE] = f"«{name}»: {message}"
    token.case.journal.stands(Incident(token.id, node, token.marks[MESSAGE], process))


def clear(token: Token) -> None:
    """The incident at the token, if there was one, is over."""
    if token.marks.pop(MESSAGE, None) is not None:
        token.case.journal.solved(token.id)


def retry(token: Token) -> None:
    """Try again what failed at the token. Raises StepFailed when nothing did."""
    if MESSAGE not in token.marks:
        raise StepFailed("На этом шаге нет остановки, повторять нечего.", "Обновите страницу дела.")
    release(token)
    if token._state == WAITING:
        return  # a token stuck at a join: the drain looks at it again
    if token.marks.pop(RUNNING, None):
        token.case.make_ready(token)
    else:
        token._set_state(WAITING)
        guarded(token, lambda: token.node.arrive(token))


def release(token: Token) -> None:
    """End the incident at the token, and let go on what was stopped together with it."""
    clear(token)
    case = token.case
    for other in list(case.tokens.values()):
        if other.marks.get(HELD) == token.id:
            del other.marks[HELD]
            case.make_ready(other)


def _sentence(message: str, hint: str) -> str:
    text = message[:1].lower() + message[1:]
    return f"{text.rstrip('.')}. {hint}".strip()
