"""What long and large things cost: `./run python -m benchmarks.long_lives`.

A case with a thousand rounds of a monthly loop, compared with its tenth in the same run; a chain of 2,000
steps, 500 parallel branches, 60 nested levels: reading, checking, starting, one completion. CPU time of this
process; trust the ratios, not the milliseconds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from engine import bpmn
from engine.bpmn import Program
from engine.bpmn.check import check
from engine.model import StepResult

ROUNDS = 1000
_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
    '<process id="p" name="Путь" isExecutable="true">'
)
_TAIL = "</process></definitions>"
_BEGIN = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)


def step(id: str) -> str:
    """A step for a person."""
    return f'<userTask id="{id}" name="Сделать {id}"/>'


def ways(line: str) -> str:
    """Flows along the ids of a line."""
    ids = line.split()
    return "".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(ids))


def diagram(*parts: str) -> bytes:
    """A file with one process of these parts."""
    return (_HEAD + "".join(parts) + _TAIL).encode()


def monthly() -> bytes:
    """Two steps side by side, a join, a month of waiting, and back to the beginning."""
    timer = "<timerEventDefinition><timeDuration>P1M</timeDuration></timerEventDefinition>"
    return diagram(
        '<startEvent id="s"/><exclusiveGateway id="m"/><parallelGateway id="f"/><parallelGateway id="j"/>',
        step("visit") + step("report"),
        f'<intermediateCatchEvent id="month">{timer}</intermediateCatchEvent>',
        ways("s m f visit j month m") + ways("f report j"),
    )


def chain(length: int) -> bytes:
    """Steps one after another."""
    ids = [f"t{number}" for number in range(length)]
    ends = '<startEvent id="s"/><endEvent id="e"/>'
    return diagram(ends, *map(step, ids), ways(" ".join(["s", *ids, "e"])))


def branches(count: int) -> bytes:
    """Steps side by side."""
    ids = [f"t{number}" for number in range(count)]
    gateways = '<startEvent id="s"/><parallelGateway id="f"/><parallelGateway id="j"/><endEvent id="e"/>'
    return diagram(gateways, *map(step, ids), ways("s f"), *(ways(f"f {id} j") for id in ids), ways("j e"))


def nested(levels: int) -> bytes:
    """One step inside so many sub-processes."""
    inside = step("t0")
    for number in range(levels):
        inside = f'<subProcess id="p{number}" name="Уровень {number}">{inside}</subProcess>'
    return diagram(inside)


class Case:
    """A running case; every command starts from the bytes of the one before."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.now = _BEGIN
        self.open: dict[int, str] = {}
        self.state = b""
        self._take(bpmn.start(program, {}, self._context()))

    def complete(self) -> None:
        """Complete the step that has been open for longest."""
        self._do(bpmn.Complete(min(self.open), {"итог": "сделано"}))

    def month(self) -> None:
        """Let a month pass."""
        self.now += timedelta(days=31)
        self._do(bpmn.Fire())

    def _do(self, command: Any) -> None:
        self._take(bpmn.step(self.program, self.state, command, self._context()))

    def _context(self) -> bpmn.Context:
        return bpmn.Context(now=self.now, zone=UTC, terms={}, case={"номер": "К-1"})

    def _take(self, result: StepResult) -> None:
        self.state = result.state
        for number in (*result.closed, *result.cancelled):
            self.open.pop(number, None)
        self.open.update((task.element_id, task.node) for task in result.opened)


def milliseconds(work: Callable[[], object]) -> float:
    """CPU time of one call."""
    begin = time.process_time()
    work()
    return (time.process_time() - begin) * 1000


def rounds() -> None:
    """The tenth round against the thousandth."""
    case = Case(program_of(monthly()))
    cost: list[float] = []
    size: list[int] = []
    for _ in range(ROUNDS):
        cost.append(sum(milliseconds(act) for act in (case.complete, case.complete, case.month)) / 3)
        size.append(len(case.state))
    early, late = statistics.median(cost[5:25]), statistics.median(cost[-20:])
    print(f"round   10: {early:.3f} ms a step, {size[9]} bytes")
    print(f"round {ROUNDS}: {late:.3f} ms a step, {size[-1]} bytes")
    print(f"ratio: time {late / early:.2f}, bytes {size[-1] / size[9]:.2f}")


def program_of(xml: bytes) -> Program:
    """A program of the only process of a file."""
    (process,) = bpmn.read(xml).processes
    return bpmn.link(process, {})


def large(name: str, xml: bytes) -> None:
    """One large diagram: what it takes to check, read, start and go on."""
    checking = milliseconds(lambda: check(xml, known=bpmn.Known()))
    found: list[Program] = []
    reading = milliseconds(lambda: found.append(program_of(xml)))
    cases: list[Case] = []
    starting = milliseconds(lambda: cases.append(Case(found[0])))
    case, costs = cases[0], []
    while case.open:
        costs.append(milliseconds(case.complete))
    print(
        f"{name}: check {checking:.0f} ms, read {reading:.0f} ms, start {starting:.1f} ms,"
        f" {len(costs)} completions of {statistics.mean(costs):.2f} ms, worst {max(costs):.1f} ms"
    )


if __name__ == "__main__":
    rounds()
    large("chain of 2,000", chain(2000))
    large("500 branches", branches(500))
    large("60 levels", nested(60))
