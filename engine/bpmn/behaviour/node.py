"""What all elements have in common: a token arrives, works, leaves, or is cancelled.

`Node` translates between the library's hooks (`_update`, `_run`, `_on_complete`, `_on_cancel`) and these four
words. Everything else of the library's task specification that would act by itself (prediction of the future,
copying data from task to task) has no effect here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin

from engine.bpmn import incidents, scope
from engine.bpmn.evaluate import Source
from engine.bpmn.plan import Arc, Plan
from engine.model import Passed, StepInfo, Value

if TYPE_CHECKING:
    from engine.bpmn.token import Token

Mapped = tuple[tuple[str, Source], ...]
"""Names and where their values come from."""

RACE = "race"
"""Mark: the number of the event-based gateway whose events compete; the first one ends the others."""


class Node(BpmnSpecMixin):  # type: ignore[misc]
    """One element of a diagram. Immutable once the reader has wired it."""

    name: str

    automatic = True
    """The drain runs a ready token by itself; False where a result has to come from outside."""

    joins = False
    """Tokens must remember by which flow they came."""

    loops = False
    """Tokens of this node hold instances of another one."""

    gathers = False
    """Tokens of this node want to know when an activity they have begun is done."""

    reported = False
    """A cancelled token is worth a line of history."""

    def __init__(
        self, plan: Plan, name: str, info: StepInfo, *, drawn: bool = True, outputs: Mapped = ()
    ) -> None:
        super().__init__(plan, name)
        self.bpmn_id = info.node
        self.info = info
        self.drawn = drawn
        self.outputs_mapped = outputs
        self.arcs: tuple[Arc, ...] = ()
        self.incoming: tuple[str, ...] = ()
        self.ways = 0
        """Bits of the flows into joins that a token here can still come to; see `engine.bpmn.ways`."""

    def wire(self, arcs: list[Arc], incoming: list[str]) -> None:
        """Set outgoing flows and the ids of incoming ones; only the reader calls this."""
        for arc in arcs:
            self.connect(arc.target)
        self.arcs = tuple(arcs)
        self.incoming = tuple(incoming)

    # --- what a kind of element does: override these

    def arrive(self, token: Token) -> None:
        """A new token is here: make it ready or let it wait. Raises Fault; may be called again after one."""
        token.case.make_ready(token)

    def work(self, token: Token) -> bool | None:
        """Do what the element does: True when done, None when not yet. Raises Fault before any change."""
        self.write_results(token)
        return True

    def leave(self, token: Token) -> None:
        """The work is done: pass tokens on."""
        for arc in self.arcs if token.chosen is None else token.chosen:
            token.block.follow(arc).arrive()

    def instance_done(self, token: Token, instance: Token) -> None:
        """An activity that the token has begun is done; only for nodes that gather."""
        token.case.make_ready(token)

    def inner_done(self, token: Token) -> None:
        """An activity inside the one that the token carries out is done."""

    def inner_interrupted(self, token: Token) -> None:
        """An event sub-process inside has ended everything else there."""

    def cancelled(self, token: Token) -> None:
        """The token was cancelled and is about to be removed."""

    def stands_by(self, token: Token) -> bool:
        """Whether the token only watches for something here: the case has not come here until it fires."""
        return RACE in token.marks

    # --- what they share

    def place(self, token: Token) -> tuple[str, str]:
        """(node, process) under which the outside knows what happens here."""
        return self.info.node, self.info.process

    def write_results(self, token: Token) -> None:
        """What the token received goes into the scope: through the output mapping where there is one."""
        results = token.data
        if self.outputs_mapped:
            results = scope.storable(evaluate_mapped(self.outputs_mapped, token, results))
        if results:
            scope.write(token, results)
        token.data = {}

    def require_norms(self, token: Token, *keys: str) -> None:
        """Every norm that a term is going to run by is there, or runs already. Raises NotFound."""
        context = token.case.context
        for key in keys:
            if key not in context.terms:
                context.require_norm(key, token.case.variables or {})

    def report_passed(self, token: Token, *, cancelled: bool = False) -> None:
        if self.drawn:
            node, process = self.place(token)
            aside = next(token.calls(), None) is not None or scope.ITEM in token.marks
            known = scope.known_around(token) if self.info.documents and aside else None
            token.case.journal.passed(Passed(token.id, node, cancelled, process, known=known))

    # --- what the library calls

    def _update(self, token: Token) -> None:
        self.arrive(token)

    def _run(self, token: Token) -> bool | None:
        self.require_norms(token, *self.info.start_terms)
        return self.work(token)

    def _on_complete(self, token: Token) -> None:
        if not token.living:
            return  # its own work cancelled it: an error end, a terminate end
        self.report_passed(token)
        self.leave(token)
        token.remove()

    def _on_cancel(self, token: Token) -> None:
        self.cancelled(token)
        incidents.clear(token)
        if token is token.case.running:
            self.report_passed(token)
        elif self.reported and RACE not in token.marks:
            self.report_passed(token, cancelled=True)

    def _predict(self, token: Token, *_args: object, **_options: object) -> None:
        """Nothing is predicted: the next token is made when the one before it leaves."""


def evaluate_mapped(
    mapped: Mapped, token: Token, extra: Mapping[str, Value] | None = None
) -> dict[str, Value]:
    """The values of a mapping where the token stands; `extra` is what it has just received. Raises Fault."""
    return {name: source.value(token, extra) for name, source in mapped}
