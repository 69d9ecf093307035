"""Playing a scenario from its start to its end, or to the first step that does not go as it should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.access.offices import DEFAULT_ZONE
from engine.bpmn import Process, Start
from engine.bpmn.pinned import process_and_version
from engine.bpmn.timers import in_zone
from engine.cases.locking import LockedCase
from engine.cases.service import start_case
from engine.clock import SystemClock
from engine.errors import InvalidData, MarshrutError
from engine.model import StartCase, StepResult, Value, WaitKind
from engine.runtime import Runtime
from engine.scenarios import steps
from engine.scenarios.actions import Hands
from engine.scenarios.checks import check
from engine.scenarios.ground import TrialGround
from engine.scenarios.steps import Scenario, Step
from engine.scenarios.verdict import Failed, Verdict
from engine.scenarios.world import World

ZONE: Final = ZoneInfo(DEFAULT_ZONE)
"""The trial's organisation lives by this clock."""


def play(ground: TrialGround, scenario: Scenario) -> Verdict:
    """The verdict on one scenario; what goes wrong in the case is a verdict, never an exception."""
    at = in_zone(scenario.at, ZONE) if scenario.at is not None else SystemClock().now().replace(microsecond=0)
    with ground.instance(at) as rt:
        return _Game(ground, rt, scenario).verdict()


class _Game:
    """One scenario on one instance."""

    def __init__(self, ground: TrialGround, rt: Runtime, scenario: Scenario) -> None:
        self._ground = ground
        self._rt = rt
        self._scenario = scenario
        self._sent: list[str] = []
        self._warnings: list[str] = []
        self._step: Step | None = None
        rt.watch = self._watch

    def _watch(self, case: LockedCase, result: StepResult) -> None:
        self._ground.track.note(case, result)
        self._sent += [each.name for each in result.sent if each.kind == WaitKind.MESSAGE]

    def verdict(self) -> Verdict:
        try:
            self._play()
        except Failed as failed:
            return self._failed(failed.message, failed.expected, failed.got)
        except InvalidData as error:
            return self._failed(error.message, None, {"errors": error.errors})
        except MarshrutError as error:
            return self._failed(f"{error.message} {error.hint}".strip())
        return Verdict(self._scenario.name, ok=True, warnings=tuple(self._warnings))

    def _failed(
        self, message: str, expected: Mapping[str, Any] | None = None, got: Mapping[str, Any] | None = None
    ) -> Verdict:
        return Verdict(
            name=self._scenario.name,
            ok=False,
            step=self._step.number if self._step else None,
            words=self._step.words if self._step else "",
            expected=expected,
            got=got,
            message=message,
            warnings=tuple(self._warnings),
        )

    def _play(self) -> None:
        process = self._process()
        todo = list(self._scenario.steps)
        start, first = _start(process, self._scenario.start, todo[0] if todo else None)
        if first is not None:
            self._step = todo[0]
        data = {**self._scenario.variables, **(first or {})}
        command = StartCase(self._ground.actor, process.id, data, start_event=start)
        case = start_case(self._rt, command, check_form=False)
        world = World(self._rt, self._ground.actor, case.id, self._sent)
        hands = Hands(
            world,
            forms=self._scenario.forms,
            messages=self._ground.messages,
            signals=self._ground.signals,
            warnings=self._warnings,
        )
        world.settle()
        for number, step in enumerate(todo):
            self._step = step
            if step.action is not None and not (number == 0 and first is not None):
                world.leave_notices_behind()
                hands.do(step.action)
                world.settle()
            for each in step.checks:
                check(each, world)

    def _process(self) -> Process:
        """The process that is meant: the named one, or the only one of the first file."""
        wanted = self._scenario.process
        with self._rt.database.read() as conn:
            release = self._rt.library.current(conn)
        keys = self._ground.main.keys
        if wanted is None and len(keys) > 1:
            called = {process_and_version(name)[0] for key in keys for name in release.process(key).calls}
            keys = tuple(key for key in keys if key not in called) or keys
        if wanted is None and len(keys) > 1:
            raise Failed(f"В файле несколько процессов: {', '.join(keys)}. Напишите, какой: process.")
        if wanted is not None and wanted not in release.items.get("bpmn", {}):
            raise Failed(f"Процесса «{wanted}» среди файлов нет. Есть: {', '.join(keys)}.")
        return release.process(wanted or keys[0])


def _start(
    process: Process, wanted: str | None, step: Step | None
) -> tuple[str | None, Mapping[str, Value] | None]:
    """(the start event, None for the plain one; what the first step brings, if it is what starts the case).

    The scenario names it, or a process that nobody starts by hand begins with its message, signal or timer.
    """
    if wanted is not None:
        if wanted not in {start.id for start in process.starts}:
            raise Failed(f"Начала «{wanted}» на схеме нет. Есть: {_names(process.starts)}.")
        return wanted, None
    if any(start.kind == "none" for start in process.starts):
        return None, None
    action = step.action if step else None
    if isinstance(action, steps.Message | steps.Signal):
        for start in process.starts:
            if start.message == action.name:
                return start.id, action.payload
    if len(process.starts) == 1:
        return process.starts[0].id, None
    raise Failed(f"Чем начинается дело? Начните сценарий одним из: {_names(process.starts)}.")


def _names(starts: tuple[Start, ...]) -> str:
    return ", ".join(f"{start.kind}: {start.message or start.id}" for start in starts)
