"""What may be asked of a running case. `element_id` is the number that a `StepResult` gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.model import Value


@dataclass(frozen=True, slots=True)
class Complete:
    """A person has done the user task: `data` are the fields of its form.

    Or a function that checks them: it is given what the form sees, and gives the fields. So the state need
    not be read a second time for it. What it raises leaves the case as it is.
    """

    element_id: int
    data: Mapping[str, Value] | Callable[[Mapping[str, Value]], Mapping[str, Value]] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class Fire:
    """Let the timers fire whose moment has come. Every other command does so too, after its own work."""


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message for one waiting element, chosen by the caller by name and key."""

    element_id: int
    name: str
    payload: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal from outside, for all elements of the case that wait for it; it need not be awaited."""

    name: str
    payload: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompleteService:
    """The operation of a service task succeeded with this result."""

    element_id: int
    result: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FailService:
    """The operation failed: with a code it is a business error of the diagram, without one an incident.

    `message` goes to whatever handles the error. No incident repeats it: it may be words that a person typed.
    """

    element_id: int
    code: str | None
    message: str


@dataclass(frozen=True, slots=True)
class ThrowError:
    """A business error reported at an open element."""

    element_id: int
    code: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again what ended in an incident; a service task is called again."""

    element_id: int


@dataclass(frozen=True, slots=True)
class Skip:
    """Pass over an element without its work; `values` are written in place of what it would have given."""

    element_id: int
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """Leave an element and go on at another one of the same level: `node` is its id."""

    element_id: int
    node: str


@dataclass(frozen=True, slots=True)
class SetVariables:
    """Change variables from outside: of the case, or of the process that this element belongs to."""

    values: Mapping[str, Value]
    element_id: int | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the case where it stands; whatever is open is cancelled."""


Command = (
    Complete
    | Fire
    | Deliver
    | Signal
    | CompleteService
    | FailService
    | ThrowError
    | Retry
    | Skip
    | Move
    | SetVariables
    | Cancel
)
