"""A second, independent idea of what a block-structured process does, to compare cases with.

It knows nothing of tokens, joins and states: a `Shape` is a tree of parts, and a `Part` of it that is at work
knows its children and tells its parent when it is finished. Whatever both sides agree on after every step of
a random walk is hardly wrong in both of them in the same way.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.engine.bpmn.drawing import (
    after,
    boundary,
    diagram,
    end,
    flow,
    inclusive,
    parallel,
    path,
    start,
    sub,
    times,
    user,
    xor,
)

COMPOSED = ("sequence", "exclusive", "parallel", "inclusive", "loop", "level", "guarded", "all", "each")
AGAIN = 2
"""A loop goes on while the last answer is above this."""


@dataclass
class Shape:
    """A part of a process as it is drawn.

    `hours` and `interrupting` are those of a boundary timer; `all` is `times` instances at once, `each` one
    after another.
    """

    kind: str
    id: str
    parts: list[Shape] = field(default_factory=list)
    hours: int = 0
    interrupting: bool = True
    times: int = 1


def random_shape(random: Random, size: int) -> Shape:
    """A process of about `size` parts."""
    numbers = iter(range(10_000))

    def task() -> Shape:
        return Shape("task", f"n{next(numbers)}")

    def some(size: int) -> Shape:
        if size <= 1:
            return task()
        kind = random.choice(COMPOSED)
        shape = Shape(kind, f"n{next(numbers)}")
        if kind == "guarded":
            body = Shape("level", f"n{next(numbers)}", [some(size - 1)]) if random.random() < 0.5 else task()
            shape.parts = [body, some(1)]
            shape.hours = random.randint(1, 40)
            shape.interrupting = random.random() < 0.5
        elif kind in ("loop", "level", "all", "each"):
            shape.parts = [some(size - 1)]
            shape.times = random.randint(1, 3)
        else:
            count = random.randint(2, 3)
            shape.parts = [some(max(1, (size - 1) // count)) for _ in range(count)]
        return shape

    return Shape("level", "p", [Shape("sequence", "all", [task(), some(size), task()])])


# --- drawing it


def draw(shape: Shape) -> bytes:
    """The diagram of the outermost level. Conditions look at the variable `n`."""
    return diagram(*_level(shape), id=shape.id)


def _level(shape: Shape) -> list[str]:
    parts, first, last = _draw(shape.parts[0])
    begin, finish = f"{shape.id}_s", f"{shape.id}_e"
    return [start(begin), *parts, end(finish), path(f"{begin} {first}", f"{last} {finish}")]


def _draw(shape: Shape) -> tuple[list[str], str, str]:
    """(elements and flows, id of the first element, id of the last one)."""
    if shape.kind == "task":
        return [user(shape.id)], shape.id, shape.id
    if shape.kind == "level":
        return [sub(shape.id, *_level(shape))], shape.id, shape.id
    if shape.kind in ("all", "each"):
        loop = times(str(shape.times), sequential=shape.kind == "each")
        return [sub(shape.id, loop, *_level(shape))], shape.id, shape.id
    drawn = [_draw(part) for part in shape.parts]
    found = [one for parts, _, _ in drawn for one in parts]
    if shape.kind == "sequence":
        for (_, _, last), (_, first, _) in itertools.pairwise(drawn):
            found.append(path(f"{last} {first}"))
        return found, drawn[0][1], drawn[-1][2]
    split, join = f"{shape.id}_split", f"{shape.id}_join"
    if shape.kind == "guarded":
        return _draw_guarded(shape, drawn, found, join)
    if shape.kind == "loop":
        _, first, last = drawn[0]
        found += [xor(join), xor(split, default=f"{split}_out"), xor(f"{split}_after")]
        found += [path(f"{join} {first}", f"{last} {split}"), flow(split, join, f"n > {AGAIN}")]
        found.append(flow(split, f"{split}_after", id=f"{split}_out"))
        return found, join, f"{split}_after"
    gateway = {"exclusive": xor, "inclusive": inclusive}.get(shape.kind)
    if gateway is None:
        found += [parallel(split), parallel(join)]
    else:
        found += [gateway(split, default=f"{split}_last"), gateway(join)]
    for number, (_, first, last) in enumerate(drawn):
        found.append(path(f"{last} {join}"))
        if gateway is None:
            found.append(path(f"{split} {first}"))
        elif number == len(drawn) - 1:
            found.append(flow(split, first, id=f"{split}_last"))
        else:
            found.append(
                flow(split, first, f"n = {number}" if shape.kind == "exclusive" else f"n > {number + 1}")
            )
    return found, split, join


def _draw_guarded(
    shape: Shape, drawn: list[tuple[list[str], str, str]], found: list[str], join: str
) -> tuple[list[str], str, str]:
    (_, body, _), (_, handler_first, handler_last) = drawn
    timer = f"{shape.id}_timer"
    found.append(boundary(timer, body, after(f"PT{shape.hours}H"), interrupting=shape.interrupting))
    found.append(path(f"{timer} {handler_first}"))
    if shape.interrupting:
        found += [xor(join), path(f"{body} {join}", f"{handler_last} {join}")]
        return found, body, join
    found += [end(f"{timer}_end"), path(f"{handler_last} {timer}_end")]
    return found, body, body


# --- playing it


class World:
    """The process at work."""

    def __init__(self, shape: Shape, now: datetime) -> None:
        self.now = now
        self.n = 0
        self.open: list[Part] = []
        self.timers: dict[Part, datetime] = {}
        self.ended = False
        Part(self, shape, None, self._end).begin()

    def _end(self, _part: Part) -> None:
        self.ended = True

    def complete(self, id: str, n: int) -> None:
        """Finish the open task that was opened first among those of this id."""
        self.n = n
        part = next(part for part in self.open if part.shape.id == id)
        self.open.remove(part)
        part.finish()

    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for part in [part for part, moment in self.timers.items() if moment <= self.now]:
            if part in self.timers:
                part.time_is_up()


class Part:
    """A shape that is at work."""

    def __init__(
        self, world: World, shape: Shape, level: Part | None, finished: Callable[[Part], None]
    ) -> None:
        self.world = world
        self.shape = shape
        self.level = level
        self.finished = finished
        self.children: list[Part] = []
        self.rounds = 0

    def begin(self) -> None:
        parts, n = self.shape.parts, self.world.n
        match self.shape.kind:
            case "task":
                self.world.open.append(self)
            case "exclusive":
                self._start([parts[n] if n < len(parts) - 1 else parts[-1]])
            case "inclusive":
                self._start([part for number, part in enumerate(parts[:-1]) if n > number + 1] or parts[-1:])
            case "parallel":
                self._start(parts)
            case "all":
                self._start([_instance(self.shape)] * self.shape.times)
            case "each":
                self.rounds = 1
                self._start([_instance(self.shape)])
            case "guarded":
                self.world.timers[self] = self.world.now + timedelta(hours=self.shape.hours)
                self._start(parts[:1])
            case _:
                self._start(parts[:1])

    def finish(self) -> None:
        self.finished(self)

    def cancel(self) -> None:
        for child in self.children:
            child.cancel()
        self.children = []
        self.world.timers.pop(self, None)
        if self in self.world.open:
            self.world.open.remove(self)

    def time_is_up(self) -> None:
        """The timer of a guarded part."""
        del self.world.timers[self]
        handler = self.shape.parts[1]
        if self.shape.interrupting:
            for child in list(self.children):
                child.cancel()
            self.children = []
            self._start([handler])
        else:
            assert self.level is not None
            self.level._start([handler])

    def _start(self, shapes: list[Shape]) -> None:
        level = self if self.shape.kind == "level" else self.level
        begun = [Part(self.world, shape, level, self._child_finished) for shape in shapes]
        self.children += begun
        for child in begun:
            child.begin()

    def _child_finished(self, child: Part) -> None:
        self.children.remove(child)
        if self.shape.kind == "sequence":
            following = self.shape.parts.index(child.shape) + 1
            if following < len(self.shape.parts):
                self._start([self.shape.parts[following]])
                return
        elif self.shape.kind == "loop" and self.world.n > AGAIN:
            self._start(self.shape.parts)
            return
        elif self.shape.kind == "each" and self.rounds < self.shape.times:
            self.rounds += 1
            self._start([child.shape])
            return
        if not self.children:
            self.world.timers.pop(self, None)
            self.finish()


def _instance(shape: Shape) -> Shape:
    """One instance of a repeated level: a level of its own."""
    return Shape("level", shape.id, shape.parts)
