"""Activities with a diagram inside: sub-processes, called processes, event sub-processes."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.bpmn import scope
from engine.bpmn.behaviour import compensation
from engine.bpmn.behaviour.activities import Activity
from engine.bpmn.behaviour.events import Catching
from engine.bpmn.behaviour.node import Node
from engine.bpmn.evaluate import Formula
from engine.bpmn.faults import Fault
from engine.bpmn.plan import Plan
from engine.bpmn.states import STARTED
from engine.bpmn.sure import sure
from engine.model import Passed, Value

if TYPE_CHECKING:
    from engine.bpmn.block import Block, Case
    from engine.bpmn.token import Token


class Enclosing(Node):
    """A node whose token holds a block while it is at work."""

    def plan_for(self, case: Case) -> Plan:
        """The diagram inside. Raises Fault when there is none."""
        raise NotImplementedError

    def has_more(self, token: Token) -> bool:
        """Whether the node itself has something to begin or to ask, now that nothing inside can run."""
        return False

    def inside_over(self, token: Token) -> None:
        """Nothing lives inside any more: finish the activity."""
        token.case.make_ready(token)

    def leave(self, token: Token) -> None:
        token.case.close_block(token)
        super().leave(token)

    def cancelled(self, token: Token) -> None:
        token.case.close_block(token)
        super().cancelled(token)


class SubProcess(Enclosing, Activity):
    """An embedded sub-process: a block that shares the variables around it."""

    plan: Plan

    def work(self, token: Token) -> bool | None:
        block = token.case.blocks[token.id]
        if compensation.QUEUE in token.marks:
            return compensation.undo_next(token, block) or None
        return super().work(token)

    def leave(self, token: Token) -> None:
        records = token.case.blocks[token.id].marks.get(compensation.DONE)
        if records and self.undone_by is None and compensation.QUEUE not in token.marks:
            compensation.remember(token, records)
        super().leave(token)

    def plan_for(self, case: Case) -> Plan:
        return self.plan

    def open(self, token: Token) -> None:
        block = token.case.open_block(token, self.plan, None)
        token._set_state(STARTED)
        block.begin(self.plan.starts[0])


@dataclass(frozen=True, slots=True)
class Passing:
    """One line of what goes into or comes out of a called process; `source` None passes everything."""

    source: Formula | None
    target: str = ""

    def take(self, names: Mapping[str, Value], token: Token) -> dict[str, Value]:
        """The values to hand over, independent of where they came from. Raises Fault."""
        if self.source is None:
            taken = {name: value for name, value in names.items() if name != scope.CASE}
        else:
            taken = {self.target: self.source.over(names, token.case.context)}
        return copy.deepcopy(taken)


class CallActivity(Enclosing, Activity):
    """Another process with variables of its own; only what is mapped goes in and comes back."""

    called: str
    passed_in: tuple[Passing, ...] = ()
    passed_out: tuple[Passing, ...] = ()

    def plan_for(self, case: Case) -> Plan:
        process = case.program.process(self.called)
        if process is None:
            raise Fault(f"вызываемый процесс «{self.called}» не найден", "Опубликуйте его и повторите.")
        return process.plan

    def open(self, token: Token) -> None:
        plan = self.plan_for(token.case)
        begin = plan.plain_start()
        names = scope.view(token)
        variables: dict[str, Value] = {}
        for passing in self.passed_in:
            variables.update(passing.take(names, token))
        block = token.case.open_block(token, plan, scope.storable(variables))
        token._set_state(STARTED)
        block.begin(begin)

    def work(self, token: Token) -> bool:
        variables = sure(token.case.blocks[token.id].variables)
        names = scope.View([{scope.CASE: token.case.context.case}, variables])
        results: dict[str, Value] = {}
        for passing in self.passed_out:
            results.update(passing.take(names, token))
        token.data = scope.storable(results)
        self.write_results(token)
        return True


class EventSubProcess(Catching, Enclosing):
    """Armed while the block around it lives; once triggered it runs beside the rest or instead of it.

    Outside, the waiting is shown at the start event: that is where a person sees it on the diagram.
    """

    plan: Plan
    interrupting: bool

    def plan_for(self, case: Case) -> Plan:
        return self.plan

    def place(self, token: Token) -> tuple[str, str]:
        return self.plan.starts[0].info.node, self.info.process

    def report_passed(self, token: Token, *, cancelled: bool = False) -> None:
        token.case.journal.passed(Passed(token.id, self.info.node, cancelled, self.info.process))

    def stands_by(self, token: Token) -> bool:
        return True

    def arrive(self, token: Token) -> None:
        self.begin_to_wait(token)

    def leave(self, token: Token) -> None:
        if (host := token.block.host) is not None:
            host.node.inner_done(host)
        super().leave(token)

    def fired(self, token: Token) -> None:
        around: Block = token.block
        again = None if self.interrupting else self.trigger.again(token)
        if self.interrupting:
            around.cancel(spare=token)
            if around.host is not None:
                around.host.node.inner_interrupted(around.host)
        elif again is not None:
            around.spawn(self, marks=again).arrive()
        token.case.make_ready(token)

    def work(self, token: Token) -> bool | None:
        if token.id in token.case.blocks:
            return True  # run for the second time: everything inside is done
        block = token.case.open_block(token, self.plan, None)
        payload, token.data = token.data, {}
        block.begin(self.plan.starts[0], payload)
        return None
