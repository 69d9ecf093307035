"""Frozen values that travel between rooms.

Moments are aware `datetime`s everywhere in Python; the hot tables keep them as whole seconds since 1970
(UTC), see `engine.storage.moments`. A task, a wait and their history rows share one number:
`task_id(case_id, element_id)`, so that nothing has to ask the database for a key it has just made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any, Protocol

Value = Any
"""A process variable: what FEEL knows (Decimal, str, bool, None, dates, durations, list, dict)."""

ELEMENT_BITS = 24
"""A case can hold 16 million element instances in its life, and ids stay exact in JavaScript."""

ERASED = "данные уничтожены"
"""Shown where personal data stood whose key was destroyed."""

FAR_FUTURE = 253402300799
"""Stored due moment of what has no due date (9999-12-31T23:59:59Z): keeps the column NOT NULL and sorted."""


def task_id(case_id: int, element_id: int) -> int:
    """The number of a task or wait: the case's number and the element instance's number in one."""
    return case_id << ELEMENT_BITS | element_id


def split_task_id(number: int) -> tuple[int, int]:
    """(case_id, element_id) of a task's number."""
    return number >> ELEMENT_BITS, number & ((1 << ELEMENT_BITS) - 1)


REF_LENGTH = 161
"""Letters of such a name: two ids of at most 80 and the stroke between them."""


def element_ref(main: str, process: str, node: str) -> str:
    """How tables name an element of a case that runs process `main`.

    Ids are unique only inside their process, so one of a called process carries its name:
    `p04_item/p04_ut_vote`.
    """
    return node if process in {"", main} else f"{process}/{node}"


def split_element_ref(main: str, ref: str) -> tuple[str, str]:
    """(process, node) of such a name."""
    process, _, node = ref.rpartition("/")
    return process or main, node


class Located(Protocol):
    """Whatever a step says happened at an element."""

    @property
    def process(self) -> str: ...
    @property
    def node(self) -> str: ...


# --- people who act -------------------------------------------------------------------------------


class Scope(IntEnum):
    """How far a right reaches; a wider scope includes the narrower ones."""

    OWN = 1
    TEAM = 2
    AGENCY = 3
    MUNICIPALITY = 4


class Permission(StrEnum):
    """What a role may be allowed to do; `engine.access.policy` says which role may what, and how far."""

    TASK_WORK = "task.work"
    TASK_REASSIGN = "task.reassign"
    CASE_VIEW = "case.view"
    CASE_START = "case.start"
    CASE_REPAIR = "case.repair"
    RECORD_VIEW = "record.view"
    RECORD_EDIT = "record.edit"
    DOCUMENT_ISSUE = "document.issue"
    MONITOR_VIEW = "monitor.view"
    DEFINITION_VIEW = "definition.view"
    DEFINITION_PUBLISH = "definition.publish"
    NORM_EDIT = "norm.edit"
    CALENDAR_EDIT = "calendar.edit"
    ACCOUNT_MANAGE = "account.manage"
    AUDIT_VIEW = "audit.view"
    DATA_ERASE = "data.erase"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with everything that checking a right needs, so that a step asks no table for it.

    `queues` are the numbers of the person's own queue and of every role queue open to them (their roles in
    their units, and those of whom they substitute). `units` are the units inside the reach of TEAM and
    AGENCY scopes. `parts` are whose rights are put together in whoever stands in for somebody today: their
    own, then those lent by each absent colleague; empty for everybody else. A right reaches what the part
    that has it reaches, never what only another part does. The system itself acts as `SYSTEM`.
    """

    user_id: int
    name: str
    agency_id: int
    unit_id: int
    roles: frozenset[str]
    grants: Mapping[Permission, Scope]
    own_queue: int
    queues: frozenset[int]
    team_units: frozenset[int] = frozenset()
    agency_units: frozenset[int] = frozenset()
    parts: tuple[Actor, ...] = ()

    @property
    def stands_for(self) -> dict[int, int]:
        """Absent colleague → their own queue."""
        return {part.user_id: part.own_queue for part in self.parts if part.user_id != self.user_id}

    def may(self, permission: Permission, scope: Scope = Scope.OWN) -> bool:
        """True when a role of the actor grants the permission at least as far as `scope`."""
        return self.grants.get(permission, 0) >= scope


SYSTEM = Actor(
    user_id=0,
    name="Маршрут",
    agency_id=0,
    unit_id=0,
    roles=frozenset(),
    grants=dict.fromkeys(Permission, Scope.MUNICIPALITY),
    own_queue=0,
    queues=frozenset(),
)
"""The product itself: timers, messages, the demo. user_id 0 belongs to no account."""


# --- what people ask of a case --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StartCase:
    """Open a case of the newest published version of a pathway."""

    actor: Actor
    process: str
    data: Mapping[str, Value] = field(default_factory=dict)
    person_id: int | None = None
    family_id: int | None = None
    label: str = ""
    filed_at: datetime | None = None
    unit_id: int | None = None
    """Where the case belongs; the actor's own unit when None."""
    owner_id: int | None = None
    """Whose the case is from the start, where the case that asks for it knows; else the pathway says."""
    start_event: str | None = None
    """With which start event; the plain one when None."""
    request_key: str | None = None
    """Same key, same case: a repeated click or a retried request opens nothing twice."""
    form_version: int | None = None
    """Number of the published form that was filled in; None where nobody saw one."""


@dataclass(frozen=True, slots=True)
class CompleteTask:
    """Finish a step with the form's data."""

    actor: Actor
    task_id: int
    data: Mapping[str, Value] = field(default_factory=dict)
    form_version: int | None = None
    """Number of the published form that was filled in; None where nobody saw one."""


# --- what the BPMN step says happened -------------------------------------------------------------


class WaitKind(IntEnum):
    """What a case waits for besides people."""

    TIMER = 1
    MESSAGE = 2
    SIGNAL = 3
    CONDITION = 4
    SERVICE = 5


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A user task that became open in this step. What the diagram says of it is `StepInfo` of its node."""

    element_id: int
    node: str
    roles: tuple[str, ...] = ()
    assignee: Value = None
    due: date | datetime | None = None
    """A day without a time lasts until the office closes; when that is, the calendar of the case knows."""
    item: str = ""
    """Which one of a multi-instance task this is, in words ('Вопрос 2'), or empty."""
    process: str = ""
    """Id of the process that `node` belongs to: a called process has nodes of its own."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Something the case waits for. `moment` for timers, `name` and `key` for messages and signals.

    A timer that follows a term carries the term's key: its moment is that of the term, whatever becomes of
    it.
    """

    element_id: int
    node: str
    kind: WaitKind
    moment: datetime | None = None
    term: str | None = None
    name: str | None = None
    key: str | None = None
    process: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message or signal that left the case; delivered by the caller, never to the case itself."""

    node: str
    kind: WaitKind
    name: str
    key: str | None
    payload: Mapping[str, Value]
    process: str = ""


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A service task waiting for an operation of the catalogue, with its mapped inputs."""

    element_id: int
    node: str
    topic: str
    inputs: Mapping[str, Value]
    process: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """The case stands still at this element until a person repairs it."""

    element_id: int
    node: str
    message: str
    process: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """An element that finished in this step, in order.

    `cancelled`: not completed, and nothing follows from it. `skipped`: a person let the case go on without
    its work, so its terms begin and end, but it makes no documents. `known`: what a called process knew,
    where the element makes documents; what the case itself knows is in its state.
    """

    element_id: int
    node: str
    cancelled: bool = False
    process: str = ""
    skipped: bool = False
    known: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a decision came out as it did: shown to the people who act on it, kept in the history."""

    node: str
    decision: str
    value: Value
    explanation: Mapping[str, Value]
    process: str = ""


@dataclass(frozen=True, slots=True)
class StepResult:
    """Everything one step of the engine changed. `state` replaces the stored state as a whole; `variables`
    are those of the case itself in it.
    """

    state: bytes
    variables: Mapping[str, Value]
    opened: tuple[OpenTask, ...] = ()
    closed: tuple[int, ...] = ()
    """Element ids of user tasks that are no longer open because they were completed."""
    cancelled: tuple[int, ...] = ()
    """Element ids of user tasks that are no longer open because something else made them needless."""
    waits: tuple[Wait, ...] = ()
    ended_waits: tuple[int, ...] = ()
    given_up: tuple[Wait, ...] = ()
    """Of the ended waits those for a message or a signal that has not come: it is not wanted any more."""
    sent: tuple[Sent, ...] = ()
    services: tuple[ServiceCall, ...] = ()
    incidents: tuple[Incident, ...] = ()
    solved: tuple[int, ...] = ()
    """Element ids whose incident is over."""
    passed: tuple[Passed, ...] = ()
    flows: tuple[str, ...] = ()
    """Ids of the sequence flows taken, in order, with repeats: for the diagram and for coverage."""
    decisions: tuple[Explained, ...] = ()
    stage: str = ""
    """Stage and status of the last element the token reached that names one; empty: as before."""
    status: str = ""
    ended: bool = False
    end_event: str | None = None


# --- what a diagram says of one element -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepInfo:
    """What the diagram says of one node: names, who, by which norm, with which form and documents."""

    node: str
    process: str
    name: str
    kind: str
    """Local name of the BPMN element: userTask, endEvent, callActivity…"""
    lane: str = ""
    roles: tuple[str, ...] = ()
    form: str | None = None
    norm: str | None = None
    minutes: Decimal | None = None
    documents: tuple[str, ...] = ()
    ground: str = ""
    stage: str = ""
    status: str = ""
    start_terms: tuple[str, ...] = ()
    end_terms: tuple[str, ...] = ()
    waits_for: str | None = None
    """Term until whose end the case rests at this element: nobody is to do anything meanwhile."""
    decision: str | None = None
    called: str | None = None
    topic: str | None = None
    documentation: str = ""
    line: int | None = None
    measures: str = ""
    """Under which name the form of the step gives measures: each becomes a record of the case."""
    measure_outcome: str = ""
    """Under which name the form says what came of the measure that the step is about (variable `мера`)."""
    check: str = ""
    """Which check of the product looks at what the form says before anything is written."""
    filed: str = ""
    """Under which name the form of the step says on which day the application of the case was filed."""
    by_hand: bool = True
    """Whether people may note the event themselves; else only another case or the product brings it."""
    choices: tuple[str, ...] = ()
    """Names of the steps among which people choose, this one too; empty for a step that has to be done."""

    def titled(self, item: str) -> str:
        """The step, and which one it is when there are several: «Голосование: вопрос 2»."""
        return f"{self.name}: {item}" if item else self.name


# --- terms ----------------------------------------------------------------------------------------


class Clock(IntEnum):
    """How the clock of a task or term stands."""

    NONE = 0
    RUNNING = 1
    PAUSED = 2


@dataclass(frozen=True, slots=True)
class Due:
    """What every list, badge, counter, report and reminder knows of a due date: `is_overdue` reads only
    this.
    """

    at: datetime | None
    clock: Clock = Clock.NONE
    closed_at: datetime | None = None


class Outcome(IntEnum):
    """How a term ended; stored in `term.outcome`."""

    OPEN = 0
    MET = 1
    BREACHED = 2
    CANCELLED = 3


@dataclass(frozen=True, slots=True)
class Term:
    """A norm running in a case. `task_id` when it belongs to one step; `key` as the diagram says it.

    `event_at` is what it is counted from, `started_at` when it was opened; `rung` is the number of the last
    rung of its ladder that is behind, `next_at` the moment of the next one to be told.
    """

    id: int
    case_id: int
    task_id: int | None
    norm_id: int
    key: str
    event_at: datetime
    due_at: datetime
    clock: Clock
    started_at: datetime
    ended_at: datetime | None
    rung: int
    next_at: datetime | None
    outcome: Outcome

    @property
    def due(self) -> Due:
        """What `is_overdue` and the words of a chip want to know; a term up to a sitting that nobody has
        planned has no moment yet.
        """
        at = None if self.due_at.year == MAXYEAR else self.due_at
        return Due(at, self.clock, self.ended_at)
