"""What events wait for and what they throw.

A trigger is part of the diagram, shared by all cases; what differs by case is in the marks of the token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.bpmn import timers
from engine.bpmn.cron import Cron
from engine.bpmn.evaluate import Formula, Source, in_words
from engine.bpmn.faults import Fault
from engine.feel.values import kind_in_russian
from engine.model import Value, Wait, WaitKind

if TYPE_CHECKING:
    from engine.bpmn.token import Token

DUE = "due"
"""Mark: the moment of a timer, whole seconds since 1970."""

CYCLE = "cycle"
"""Mark: the repeating part of a timer: [text, base moment, ordinal, firings left or None]."""

WAS = "was"
"""Mark: the condition has fired and still held when it was last looked at."""

KEY = "key"
"""Mark: the correlation key of a message."""


@dataclass(frozen=True, slots=True, eq=False)
class Trigger:
    """Base, and the trigger of an event that has none: it never waits."""

    def arm(self, token: Token) -> None:
        """Note in the marks what the token waits for. Raises Fault."""

    def wait(self, token: Token) -> Wait | None:
        """What the outside has to know of the wait; None when it is no business of the outside."""
        return None

    def due_since(self, token: Token) -> datetime | None:
        """Since when the moment or the condition is there; None: not yet. Raises Fault."""
        return None

    def again(self, token: Token) -> dict[str, Any] | None:
        """Marks of the token that waits for the next time, None when there is no next time."""
        return {}


@dataclass(frozen=True, slots=True, eq=False)
class Message(Trigger):
    name: str
    key: Formula | None = None

    def key_of(self, token: Token) -> str | None:
        value = self.key.value(token) if self.key else token.case.context.case.get("номер")
        if value is None and self.key is not None:
            raise Fault(
                f"ключ сообщения «{self.name}» пуст", "Заполните данные, по которым ищется дело, и повторите."
            )
        return None if value is None else in_words(value)

    def arm(self, token: Token) -> None:
        if (key := self.key_of(token)) is not None:
            token.marks[KEY] = key

    def wait(self, token: Token) -> Wait:
        node, process = token.node.place(token)
        return Wait(
            token.id, node, WaitKind.MESSAGE, name=self.name, key=token.marks.get(KEY), process=process
        )


@dataclass(frozen=True, slots=True, eq=False)
class Signal(Trigger):
    name: str

    def wait(self, token: Token) -> Wait:
        node, process = token.node.place(token)
        return Wait(token.id, node, WaitKind.SIGNAL, name=self.name, process=process)


AFTER_TERM = timedelta(seconds=1)
"""At the last moment of a term there is still time: what waits for its end fires in the second after it."""


@dataclass(frozen=True, slots=True, eq=False)
class Timer(Trigger):
    """Waits for a moment: computed when the timer is armed, or the end of a term, whatever becomes of it."""

    source: Source | None
    term: str | None = None

    def arm(self, token: Token) -> None:
        if self.source is None or DUE in token.marks:
            return
        value = self.source.value(token)
        schedule = timers.read_value(value)
        if schedule is None:
            raise Fault(
                f"таймер вместо даты или длительности получил: {kind_in_russian(value)}",
                "Исправьте данные и повторите.",
            )
        context = token.case.context
        moment = timers.first_moment(schedule, context.now, context.zone)
        token.marks[DUE] = _seconds(moment)
        if isinstance(schedule, Cron):
            token.marks[CYCLE] = [value, token.marks[DUE], 0, None]
        elif isinstance(schedule, timers.Cycle):
            from_start = schedule.start is not None
            base = moment if from_start else context.now
            token.marks[CYCLE] = [value, _seconds(base), 0 if from_start else 1, schedule.times]

    def moment(self, token: Token) -> datetime | None:
        if self.term is not None:
            last = token.case.context.terms.get(self.term)
            return None if last is None else last + AFTER_TERM
        return datetime.fromtimestamp(token.marks[DUE], UTC)

    def wait(self, token: Token) -> Wait:
        node, process = token.node.place(token)
        return Wait(token.id, node, WaitKind.TIMER, self.moment(token), self.term, process=process)

    def due_since(self, token: Token) -> datetime | None:
        moment = self.moment(token)
        return moment if moment is not None and moment <= token.case.context.now else None

    def again(self, token: Token) -> dict[str, Any] | None:
        if CYCLE not in token.marks:
            return None
        text, base, done, left = token.marks[CYCLE]
        cycle = timers.read_text(text)
        context = token.case.context
        if isinstance(cycle, Cron):
            following = cycle.after(context.now, context.zone)
            return None if following is None else {DUE: _seconds(following), CYCLE: [text, base, 0, None]}
        if not isinstance(cycle, timers.Cycle) or left == 1:
            return None
        found = timers.next_moment(cycle, datetime.fromtimestamp(base, UTC), done, context.now, context.zone)
        if found is None:
            return None
        moment, ordinal = found
        return {DUE: _seconds(moment), CYCLE: [text, base, ordinal, None if left is None else left - 1]}


@dataclass(frozen=True, slots=True, eq=False)
class Condition(Trigger):
    """Fires when the condition becomes true, not while it stays so."""

    formula: Formula

    def due_since(self, token: Token) -> datetime | None:
        holds = self.formula.holds(token)
        held = token.marks.get(WAS, False)
        if held and not holds:
            token.marks[WAS] = False
        # That it holds is noted when it has fired: several that become true at once fire one after another.
        return token.case.context.now if holds and not held else None

    def again(self, token: Token) -> dict[str, Any] | None:
        return {WAS: True}


@dataclass(frozen=True, slots=True, eq=False)
class Escalation(Trigger):
    """A business escalation; `code` None catches every one."""

    code: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Error(Trigger):
    """A business error; `code` None catches every one. The variables receive what was thrown."""

    code: str | None
    code_variable: str | None = None
    message_variable: str | None = None

    def payload(self, code: str | None, message: str) -> Mapping[str, Value]:
        found: dict[str, Value] = {}
        if self.code_variable:
            found[self.code_variable] = code
        if self.message_variable:
            found[self.message_variable] = message
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Compensate(Trigger):
    """Undoes one activity, or all that was done on its level when `activity` is None.

    The way behind the event goes on when all is undone; unless it `waits`, at once.
    """

    activity: str | None
    waits: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class CancelTransaction(Trigger):
    """Thrown by an end inside a transaction, caught at its edge after everything inside is undone."""


@dataclass(frozen=True, slots=True, eq=False)
class Terminate(Trigger):
    """Ends the block at once, with all that lives in it."""


def _seconds(moment: datetime) -> int:
    """Rounded up: a timer never fires early."""
    return -int(-moment.timestamp() // 1)
