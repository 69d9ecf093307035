"""A second, independent idea of what a block-structured process does, to compare cases with.

It knows nothing of tokens, joins and states: a `Shape` is a tree of parts, and a `Part` of it that is at work
knows its children and tells its parent when it is finished. Whatever both sides agree on after every step of
a random walk is hardly wrong in both of them in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

COMPOSED = (
    "sequence",
    "exclusive",
    "parallel",
    "inclusive",
    "loop",
    "level",
    "guarded",
    "all",
    "each",
    "race",
    "watched",
    "called",
    "risky",
    "undone",
    "free",
    "alarmed",
    "when",
    "raised",
    "deal",
    "some",
)
LEVELS = ("level", "watched", "called", "risky", "raised")
AGAIN = 2
"""A loop goes on while the last answer is above this."""

ENOUGH = 3
"""Above this a risky level ends with an error, one that is raised tells of it, a deal is off, what waits for
a condition begins, and a free choice ends."""


@dataclass
class Shape:
    """A part of a process as it is drawn.

    `hours` and `interrupting` are those of the event of a guarded or watched part, which is a message when
    there are no hours; `all` is `times` instances at once, `each` one after another; in a `race` a timer and
    a message compete; `called` is another process with variables of its own; a `risky` level may end with an
    error; what is `undone` is a task and then the one that undoes it; of a `free` part people choose; what is
    `alarmed` waits for the signal that all get, what waits for a condition begins `when` it becomes true; a
    `raised` level may escalate when its work is done; a `deal` is a transaction of a task and the one that
    undoes it; of `some` tasks so many `times` are enough, and what the others do is swallowed.
    """

    kind: str
    id: str
    parts: list[Shape] = field(default_factory=list)
    hours: int = 0
    interrupting: bool = True
    times: int = 1

    @property
    def comes_again(self) -> bool:
        """Its event may come while what it began before is still at work."""
        return not (self.interrupting or self.hours)

    def walk(self) -> Iterator[Shape]:
        yield self
        for part in self.parts:
            yield from part.walk()


def random_shape(random: Random, size: int) -> Shape:  # noqa: C901 - one branch a kind of part
    """A process of about `size` parts."""
    numbers = iter(range(10_000))

    def task() -> Shape:
        return Shape("task", f"n{next(numbers)}")

    def some(size: int) -> Shape:  # noqa: C901 - one branch a kind of part
        if size <= 1:
            return task()
        kind = random.choice(COMPOSED)
        shape = Shape(kind, f"n{next(numbers)}")
        if kind == "guarded":
            shape.hours = random.choice((0, random.randint(1, 40)))
            shape.interrupting = random.random() < 0.5
            body = Shape("level", f"n{next(numbers)}", [some(size - 1)]) if random.random() < 0.5 else task()
            shape.parts = [body, task() if shape.comes_again else some(1)]
        elif kind == "watched":
            shape.interrupting = random.random() < 0.5
            shape.parts = [some(size - 1), task() if shape.comes_again else some(size // 2)]
        elif kind in ("race", "risky"):
            shape.hours = random.randint(1, 40)
            shape.parts = [some((size - 1) // 2), some((size - 1) // 2)]
        elif kind == "called":
            shape.parts = [some(size - 1)]
        elif kind in ("undone", "free"):
            shape.parts = [task(), task()]
        elif kind == "alarmed":
            shape.interrupting = random.random() < 0.5
            shape.parts = [Shape("level", f"n{next(numbers)}", [some(size - 1)]), task()]
        elif kind == "raised":
            shape.interrupting = random.random() < 0.5
            shape.parts = [some(size - 1), task()]
        elif kind == "when":
            shape.interrupting = random.random() < 0.5
            shape.parts = [task(), task()]
        elif kind == "deal":
            shape.parts = [task(), task(), task()]
        elif kind == "some":
            shape.parts = [task() for _ in range(random.randint(2, 4))]
            shape.times = random.randint(1, len(shape.parts))
        elif kind in ("loop", "level", "all", "each"):
            shape.parts = [some(size - 1)]
            shape.times = random.randint(1, 3)
        else:
            count = random.randint(2, 3)
            shape.parts = [some(max(1, (size - 1) // count)) for _ in range(count)]
        return shape

    return _comparable(Shape("level", "p", [Shape("sequence", "all", [task(), some(size), task()])]))


def _comparable(shape: Shape) -> Shape:
    """Inclusive joins and loops ask whether a token may still come that will be swallowed; the game does not
    know. Where there are any, of `some` tasks all are needed."""
    if {part.kind for part in shape.walk()} & {"inclusive", "loop"}:
        for part in shape.walk():
            part.kind = "parallel" if part.kind == "some" else part.kind
    return shape


# --- playing it


class World:
    """The process at work."""

    def __init__(self, shape: Shape, now: datetime) -> None:
        self.now = now
        self.open: list[Part] = []
        self.timers: dict[Part, datetime] = {}
        self.messages: list[Part] = []
        self.alarms: list[Part] = []
        self.conditions: dict[Part, bool] = {}
        """Whether the condition held when it was last looked at."""
        self.ended = False
        Part(self, shape, None, self._end, Answers()).begin()
        self._look()

    def _end(self, _part: Part) -> None:
        self.ended = True

    def complete(self, id: str, n: int) -> None:
        """Finish the open task that was opened first among those of this id."""
        part = next(part for part in self.open if part.shape.id == id)
        part.answers.n = n
        self.open.remove(part)
        part.finish()
        self._look()

    def wait(self, hours: int) -> None:
        """Let time pass; of several timers the earliest comes first."""
        self.now += timedelta(hours=hours)
        while due := [part for part, moment in self.timers.items() if moment <= self.now]:
            part = min(due, key=self.timers.__getitem__)
            part.disarm()
            part.comes(0)
        self._look()

    def deliver(self, id: str) -> None:
        """The message that has been waited for longest among those of this id."""
        part = next(part for part in self.messages if part.shape.id == id)
        part.disarm()
        part.comes(1)
        self._look()

    def alarm(self) -> None:
        """A signal reaches everything that waits for it at that moment."""
        for part in list(self.alarms):
            if part in self.alarms:
                part.disarm()
                part.comes(0)
        self._look()

    def _look(self) -> None:
        """What waits for a condition begins when it becomes true, and not again while it stays so."""
        for part in list(self.conditions):
            if part in self.conditions:
                holds, held = part.answers.n > ENOUGH, self.conditions[part]
                self.conditions[part] = holds
                if holds and not held:
                    part.comes(0)

    @property
    def waiting(self) -> list[str]:
        """Ids of the events that wait, as they are drawn."""
        return sorted(
            [f"{one.shape.id}_timer" for one in self.timers]
            + [f"{one.shape.id}_told" for one in self.messages]
            + [f"{one.shape.id}_alarm" for one in self.alarms]
        )


@dataclass
class Answers:
    """The variables of one process: the last answer."""

    n: int = 0


class Part:
    """A shape that is at work."""

    def __init__(
        self,
        world: World,
        shape: Shape,
        level: Part | None,
        finished: Callable[[Part], None],
        answers: Answers,
    ) -> None:
        self.world = world
        self.shape = shape
        self.level = level
        self.finished = finished
        self.answers = answers
        self.inside = Answers() if shape.kind == "called" else answers
        """What those who work in it answer: a called process has variables of its own."""
        self.children: list[Part] = []
        self.rounds = 0

    def begin(self) -> None:
        parts, n = self.shape.parts, self.answers.n
        match self.shape.kind:
            case "task":
                self.world.open.append(self)
            case "exclusive":
                self._start([parts[n] if n < len(parts) - 1 else parts[-1]])
            case "inclusive":
                self._start([part for number, part in enumerate(parts[:-1]) if n > number + 1] or parts[-1:])
            case "parallel" | "free" | "some":
                self._start(parts)
            case "alarmed" | "when":
                self._arm()
                self._start(parts[:1])
            case "all":
                self._start([_instance(self.shape)] * self.shape.times)
            case "each":
                self.rounds = 1
                self._start([_instance(self.shape)])
            case "guarded" | "watched":
                self._arm()
                self._start(parts[:1])
            case "race":
                self._arm()
                self.world.messages.append(self)
            case "called":
                self.inside.n = n
                self._start(parts)
            case _:
                self._start(parts[:1])

    def finish(self) -> None:
        self.finished(self)

    def cancel(self) -> None:
        self._end_children()
        self.disarm()
        if self in self.world.open:
            self.world.open.remove(self)

    def disarm(self) -> None:
        """The event of the part is waited for no more."""
        self.world.timers.pop(self, None)
        self.world.conditions.pop(self, None)
        for waiting in (self.world.messages, self.world.alarms):
            if self in waiting:
                waiting.remove(self)

    def comes(self, which: int) -> None:
        """The event of the part: its timer (0) or its message (1)."""
        if self.shape.kind == "race":
            self._start([self.shape.parts[which]])
            return
        handler = self.shape.parts[1]
        if self.shape.interrupting:
            self._end_children()
            self.disarm()
            self._start([handler])
            return
        if self.shape.comes_again and self not in self.world.conditions:
            self._arm()
        beside = self if self.shape.kind == "watched" else self.level
        assert beside is not None
        beside._start([handler])

    def _arm(self) -> None:
        if self.shape.kind == "alarmed":
            self.world.alarms.append(self)
        elif self.shape.kind == "when":
            self.world.conditions[self] = False
        elif self.shape.hours:
            self.world.timers[self] = self.world.now + timedelta(hours=self.shape.hours)
        else:
            self.world.messages.append(self)

    def _end_children(self) -> None:
        for child in list(self.children):
            child.cancel()
        self.children = []

    def _start(self, shapes: list[Shape]) -> None:
        beside_it = self.shape.kind in ("risky", "raised") and shapes == self.shape.parts[1:]
        is_level = self.shape.kind in LEVELS and not beside_it
        begun = [
            Part(
                self.world,
                shape,
                self if is_level else self.level,
                self._child_finished,
                self.inside,
            )
            for shape in shapes
        ]
        self.children += begun
        for child in begun:
            child.begin()

    def _child_finished(self, child: Part) -> None:  # noqa: C901 - one branch a kind of part
        self.children.remove(child)
        parts, n = self.shape.parts, self.answers.n
        match self.shape.kind:
            case "sequence" | "undone" if child.shape is not parts[-1]:
                return self._start([parts[parts.index(child.shape) + 1]])
            case "loop" if n > AGAIN:
                return self._start(parts)
            case "each" if self.rounds < self.shape.times:
                self.rounds += 1
                return self._start([child.shape])
            case "free" if n <= ENOUGH:
                return self._start([child.shape])
            case "free":
                self._end_children()
            case "risky" if child.shape is parts[0] and n > ENOUGH:
                self._end_children()
                return self._start(parts[1:])
            case "raised" if child.shape is parts[0] and n > ENOUGH and self.shape.interrupting:
                self._end_children()
                return self._start(parts[1:])
            case "raised" if child.shape is parts[0] and n > ENOUGH:
                assert self.level is not None
                self.level._start(parts[1:])
            case "deal" if child.shape is parts[0] and n > ENOUGH:
                return self._start(parts[1:2])
            case "deal" if child.shape is parts[1]:
                return self._start(parts[2:])
            case "some":
                self.rounds += 1
                return self._enough() if self.rounds == self.shape.times else None
            case "called" if not self.children:
                self.answers.n = self.inside.n
        if not self.children:
            self.disarm()
            self.finish()
        return None

    def _enough(self) -> None:
        """Go on; what is still at work goes on beside, and its level waits for it."""
        level = self.level
        assert level is not None
        for child in self.children:
            child.finished = level._child_finished
        level.children += self.children
        self.children = []
        self.finish()


def _instance(shape: Shape) -> Shape:
    """One instance of a repeated level: a level of its own."""
    return Shape("level", shape.id, shape.parts)
