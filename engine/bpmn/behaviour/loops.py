"""An activity done several times: for each item of a list, so many times, or while a condition holds.

The loop's token carries the boundary events; each instance is a token of the inner node that belongs to it.
Counts and results are kept in the loop's marks, so finished instances need not be.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.bpmn import scope
from engine.bpmn.behaviour.activities import Activity
from engine.bpmn.behaviour.node import Node
from engine.bpmn.evaluate import Formula
from engine.bpmn.faults import Fault
from engine.bpmn.sure import sure
from engine.feel.values import kind_in_russian
from engine.model import Value

if TYPE_CHECKING:
    from engine.bpmn.token import Token

MAX_INSTANCES = 1000

STARTED_COUNT = "n"
"""Mark: instances begun so far."""

DONE_COUNT = "d"
"""Mark: instances done so far."""

ITEMS = "items"
"""Mark: what there is an instance for, as far as it has not begun."""

TOTAL = "total"
"""Mark: how many instances there will be."""

RESULTS = "out"
"""Mark: what each instance gave, by its number."""

LAST = "last"
"""Mark: variables of the instance that was done last, for the completion condition."""


class Loop(Activity):
    """Base: begins instances, counts them, goes on when there are enough."""

    loops = True
    gathers = True
    inner: Node

    def open(self, token: Token) -> None:
        token.marks.update({STARTED_COUNT: 0, DONE_COUNT: 0})
        token.case.make_ready(token)

    def counters(self, token: Token) -> dict[str, Value]:
        """What an instance sees of the loop around it."""
        begun, done = token.marks[STARTED_COUNT], token.marks[DONE_COUNT]
        return {
            "nrOfInstances": Decimal(token.marks.get(TOTAL, begun)),
            "nrOfCompletedInstances": Decimal(done),
            "nrOfActiveInstances": Decimal(begun - done),
        }

    def begin_instance(self, token: Token, item: dict[str, Value]) -> None:
        number = token.marks[STARTED_COUNT]
        token.marks[STARTED_COUNT] = number + 1
        marks = {scope.ITEM: {"loopCounter": Decimal(number), **item}}
        token.block.spawn(self.inner, token, marks=marks).arrive()

    def instance_done(self, token: Token, instance: Token) -> None:
        """An instance leaves: let the loop decide how to go on."""
        token.marks[DONE_COUNT] += 1
        super().instance_done(token, instance)

    def describe(self, instance: Token, token: Token) -> str:
        """Which one of how many, in words."""
        number = int(instance.marks[scope.ITEM]["loopCounter"]) + 1
        total = token.marks.get(TOTAL)
        return f"{number} из {total}" if total else str(number)

    def report_passed(self, token: Token, *, cancelled: bool = False) -> None:
        """Instances are reported one by one; the loop as a whole only when it had none."""
        if token.marks.get(STARTED_COUNT, 0) == 0:
            super().report_passed(token, cancelled=cancelled)


class StandardLoop(Loop):
    """Again and again while a condition holds, at most `maximum` times."""

    condition: Formula | None = None
    maximum: int | None = None
    test_before = False

    def work(self, token: Token) -> bool | None:
        done = token.marks[DONE_COUNT]
        if self.maximum is not None and done >= self.maximum:
            return True
        first_unasked = done == 0 and not self.test_before
        if not first_unasked and self.condition is not None and not self.condition.holds(token):
            return True
        self.begin_instance(token, {})
        return None


class MultiInstance(Loop):
    """Once for each item of a collection or a given number of times, one after another or all at once."""

    sequential = False
    collection: Formula | None = None
    cardinality: Formula | None = None
    element: str | None = None
    completion: Formula | None = None
    result_collection: str | None = None
    result_item: str | None = None

    def work(self, token: Token) -> bool | None:
        marks = token.marks
        if TOTAL not in marks:
            items = self._items(token)
            marks.update({TOTAL: len(items), ITEMS: items})
        if marks[DONE_COUNT] and self._enough(token):
            return self._finish(token)
        marks.pop(LAST, None)
        if marks[DONE_COUNT] == marks[TOTAL]:
            return self._finish(token)
        waiting: list[Value] = marks[ITEMS]
        if waiting and (not self.sequential or marks[STARTED_COUNT] == marks[DONE_COUNT]):
            now, marks[ITEMS] = (waiting[:1], waiting[1:]) if self.sequential else (waiting, [])
            for item in now:
                self.begin_instance(token, self._locals(item))
        return None

    def instance_done(self, token: Token, instance: Token) -> None:
        if self.completion is not None:
            token.marks[LAST] = instance.marks[scope.ITEM]
        if self.result_item is not None:
            number = str(instance.marks[scope.ITEM]["loopCounter"])
            token.marks.setdefault(RESULTS, {})[number] = instance.marks[scope.ITEM].get(self.result_item)
        super().instance_done(token, instance)

    def _items(self, token: Token) -> list[Value]:
        if self.cardinality is not None:
            count = self.cardinality.value(token)
            if not isinstance(count, Decimal) or count != int(count) or count < 0:
                raise Fault(
                    f"вместо целого числа повторений получено: {kind_in_russian(count)}",
                    "Исправьте данные дела и повторите.",
                )
            items: list[Value] = [None] * min(int(count), MAX_INSTANCES + 1)
        else:
            collection = sure(self.collection)
            value = collection.value(token)
            if not isinstance(value, list):
                raise Fault(
                    f"вместо списка «{collection.text}» получено: {kind_in_russian(value)}",
                    "Исправьте данные дела и повторите.",
                )
            items = list(value)
        if len(items) > MAX_INSTANCES:
            raise Fault(
                f"шаг пришлось бы повторить больше {MAX_INSTANCES} раз",
                "Разделите список на части и повторите.",
            )
        return items

    def _locals(self, item: Value) -> dict[str, Value]:
        found: dict[str, Value] = {}
        if self.element is not None:
            found[self.element] = item
        if self.result_item is not None:
            found.setdefault(self.result_item, None)
        return found

    def _enough(self, token: Token) -> bool:
        if self.completion is None:
            return False
        last: dict[str, Any] = token.marks.get(LAST, {})
        value = self.completion.value(token, {**self.counters(token), **last})
        return value is True

    def _finish(self, token: Token) -> bool:
        if self.result_collection is not None:
            results: dict[str, Value] = token.marks.get(RESULTS, {})
            collected = [results[number] for number in sorted(results, key=int)]
            token.data = scope.storable({self.result_collection: collected})
        self.write_results(token)
        return True
