"""What a scenario says: its steps, each with at most one action and any number of checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.model import Value
from engine.scenarios.lengths import Length

# --- actions --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Complete:
    """Finish one open step; `index` chooses among several of the same id, in the order of opening."""

    node: str
    data: Mapping[str, Value] = field(default_factory=dict)
    index: int = 0
    forms: bool | None = None
    """Whether the form's rules are checked; None: as the scenario says."""


@dataclass(frozen=True, slots=True)
class Advance:
    """Let time pass."""

    length: Length


@dataclass(frozen=True, slots=True)
class Until:
    """Let time pass up to a moment; without a zone it is the agency's, and a day begins at midnight."""

    moment: datetime | date


@dataclass(frozen=True, slots=True)
class Message:
    """A message from outside. `to` are its correlation keys; without them it is for this case."""

    name: str
    payload: Mapping[str, Value] = field(default_factory=dict)
    to: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal from outside."""

    name: str
    payload: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Service:
    """The answer to a waiting operation, named by its topic or its element; with `error` it has failed."""

    name: str
    result: Mapping[str, Value] = field(default_factory=dict)
    error: str | None = None
    index: int = 0


@dataclass(frozen=True, slots=True)
class SetVariables:
    """Variables changed from outside."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ReportError:
    """A business error reported at an open step."""

    node: str
    code: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again what ended in an incident."""

    node: str


Action = Complete | Advance | Until | Message | Signal | Service | SetVariables | ReportError | Retry


# --- checks ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenTasks:
    """Exactly these user tasks are open, with repeats, in any order."""

    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variables:
    """Variables of the case have these values."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class DueDates:
    """Open steps are due on that day, at that moment, or (None) have no date."""

    dates: Mapping[str, datetime | date | None]


@dataclass(frozen=True, slots=True)
class Escalated:
    """Whether people were told of a term since the last action; `to` narrows it to a role."""

    to: str | None = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class Ended:
    """Whether the case is over, and by which end event if one is named."""

    ended: bool = True
    event: str | None = None


@dataclass(frozen=True, slots=True)
class SentMessages:
    """Names of all messages sent to outside since the start, in any order."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stands:
    """The case stands still at this element with an incident; None: nowhere."""

    node: str | None


Check = OpenTasks | Variables | DueDates | Escalated | Ended | SentMessages | Stands


# --- the whole ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One item of `steps`, counted from 1; `words` is its action as it is written («complete: a»)."""

    number: int
    words: str
    action: Action | None
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario. `at` None: now; `process` None: the only one that can be meant; `start` None: the plain
    start event, or the one whose message comes first.
    """

    name: str
    at: datetime | date | None
    process: str | None
    start: str | None
    variables: Mapping[str, Value]
    forms: bool
    steps: tuple[Step, ...]
