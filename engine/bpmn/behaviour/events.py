"""Events that wait, and where a token begins, ends and throws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.bpmn.behaviour import compensation
from engine.bpmn.behaviour.activities import Activity
from engine.bpmn.behaviour.node import RACE, Mapped, Node, evaluate_mapped
from engine.bpmn.behaviour.throwing import throw
from engine.bpmn.behaviour.triggers import CancelTransaction, Compensate, Terminate, Trigger
from engine.bpmn.plan import Plan
from engine.bpmn.states import WAITING
from engine.bpmn.sure import sure
from engine.model import StepInfo, Value

if TYPE_CHECKING:
    from engine.bpmn.token import Token


class Catching(Node):
    """A node whose token waits for its trigger. Mixed into events and the receive task."""

    trigger: Trigger

    def begin_to_wait(self, token: Token) -> None:
        """Arm the trigger. Raises Fault."""
        self.trigger.arm(token)
        token._set_state(WAITING)
        if (wait := self.trigger.wait(token)) is not None:
            token.case.journal.waits(wait)

    def fire(self, token: Token, payload: Mapping[str, Value] | None = None) -> None:
        """What the token waited for has come."""
        self.stop_waiting(token)
        if self.stands_by(token):
            token.enter()
        token.data = dict(payload or {})
        self.fired(token)

    def fired(self, token: Token) -> None:
        """React to the trigger; the payload is in the token's data."""
        token.case.make_ready(token)

    def stop_waiting(self, token: Token) -> None:
        if token.state == WAITING and self.trigger.wait(token) is not None:
            token.case.journal.wait_over(token.id)

    def cancelled(self, token: Token) -> None:
        if token.state == WAITING and (wait := self.trigger.wait(token)) is not None and wait.name:
            token.case.journal.gave_up(wait)
        self.stop_waiting(token)
        super().cancelled(token)


class StartEvent(Node):
    """Where a block begins. Its trigger only says how: somebody else has waited for it."""

    trigger: Trigger = Trigger()

    @property
    def is_plain(self) -> bool:
        """Whether it waits for nothing."""
        return type(self.trigger) is Trigger


class ThrowEvent(Node):
    """Throws something on the way; without a trigger it is only a place that the token passes."""

    gathers = True
    trigger: Trigger = Trigger()
    payload_mapped: Mapped = ()

    def work(self, token: Token) -> bool | None:
        if isinstance(self.trigger, Compensate):
            if not self.trigger.waits and compensation.QUEUE not in token.marks:
                return compensation.undo_beside(token, self.trigger.activity)
            return compensation.compensate(token, self.trigger.activity)
        throw(token, self.trigger, evaluate_mapped(self.payload_mapped, token))
        return True

    def leave(self, token: Token) -> None:
        if compensation.BESIDE not in token.marks:
            super().leave(token)

    def report_passed(self, token: Token, *, cancelled: bool = False) -> None:
        if compensation.BESIDE not in token.marks:
            super().report_passed(token, cancelled=cancelled)


class EndEvent(ThrowEvent):
    """Where a token ends, mostly after throwing something."""

    def work(self, token: Token) -> bool | None:
        if isinstance(self.trigger, Terminate):
            token.block.cancel(spare=token)
            done: bool | None = True
        elif isinstance(self.trigger, CancelTransaction):
            done = self._cancel_transaction(token)
        else:
            done = super().work(token)
        if done and token.living and self.drawn and token.block.is_outermost():
            token.case.end_event = self.info.node
        return done

    def _cancel_transaction(self, token: Token) -> bool | None:
        """End what is at work inside, undo what was done, leave by the event at the edge."""
        if compensation.QUEUE not in token.marks:
            token.block.cancel(spare=token)
        done = compensation.compensate(token, None)
        if done:
            throw(token, self.trigger, {})
        return done


class SendTask(Activity):
    """An activity that throws a message; its inputs are the payload."""

    trigger: Trigger

    def work(self, token: Token) -> bool:
        throw(token, self.trigger, dict(token.marks.get("in", {})))
        self.write_results(token)
        return True


class CatchEvent(Catching):
    """An intermediate event that waits."""

    reported = True

    def arrive(self, token: Token) -> None:
        self.begin_to_wait(token)

    def fired(self, token: Token) -> None:
        end_race(token)
        super().fired(token)


class ReceiveTask(Catching, Activity):
    """An activity that waits for a message."""

    def open(self, token: Token) -> None:
        self.begin_to_wait(token)

    def fired(self, token: Token) -> None:
        end_race(token)
        super().fired(token)


class Boundary(Catching):
    """An event at the edge of an activity; its token belongs to the activity's token."""

    def __init__(
        self, plan: Plan, name: str, info: StepInfo, *, interrupting: bool, outputs: Mapped = ()
    ) -> None:
        super().__init__(plan, name, info, outputs=outputs)
        self.interrupting = interrupting

    def stands_by(self, token: Token) -> bool:
        return True

    def arrive(self, token: Token) -> None:
        self.begin_to_wait(token)

    def fired(self, token: Token) -> None:
        host = sure(token.host)
        again = None if self.interrupting else self.trigger.again(token)
        token.part_from_host()
        if self.interrupting:
            host.cancel()
        elif again is not None:
            token.block.spawn(self, host, marks=again).arrive()
        super().fired(token)


def end_race(token: Token) -> None:
    """Behind an event-based gateway: the other events are waited for no more."""
    race = token.marks.get(RACE)
    if race is not None:
        for other in list(token.block.tasks.values()):
            if other is not token and other.marks.get(RACE) == race:
                other.cancel()
