"""What happens during one step, collected as it happens.

A comparison of the state before with the state after would miss everything that begins and ends within the
step. What opens and closes within the same step cancels out here: nobody ever saw it.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.model import (
    Explained,
    Incident,
    OpenTask,
    Passed,
    Sent,
    ServiceCall,
    StepResult,
    Value,
    Wait,
)


class Journal:
    """The record of one step; `result` turns it into what the caller gets."""

    def __init__(self) -> None:
        self._opened: dict[int, OpenTask] = {}
        self._closed: list[int] = []
        self._cancelled: list[int] = []
        self._waits: dict[int, Wait] = {}
        self._ended_waits: list[int] = []
        self._given_up: list[Wait] = []
        self._services: dict[int, ServiceCall] = {}
        self._incidents: dict[int, Incident] = {}
        self._solved: list[int] = []
        self._passed: list[Passed] = []
        self.sent: list[Sent] = []
        self.flows: list[str] = []
        self.decisions: list[Explained] = []
        self.stage = ""
        self.status = ""

    def opened(self, task: OpenTask) -> None:
        self._opened[task.element_id] = task

    def closed(self, element_id: int) -> None:
        self._closed.append(element_id)

    def cancelled(self, element_id: int) -> None:
        if self._opened.pop(element_id, None) is None:
            self._cancelled.append(element_id)

    def waits(self, wait: Wait) -> None:
        self._waits[wait.element_id] = wait

    def calls(self, call: ServiceCall) -> None:
        self._services[call.element_id] = call

    def wait_over(self, element_id: int) -> None:
        """A timer, message, signal or service call is not waited for any more."""
        begun_now = self._waits.pop(element_id, None) or self._services.pop(element_id, None)
        if begun_now is None:
            self._ended_waits.append(element_id)

    def gave_up(self, wait: Wait) -> None:
        """Something else has made it needless to wait for this."""
        self._given_up.append(wait)

    def stands(self, incident: Incident) -> None:
        self._incidents[incident.element_id] = incident

    def solved(self, element_id: int) -> None:
        if self._incidents.pop(element_id, None) is None:
            self._solved.append(element_id)

    def passed(self, passed: Passed) -> None:
        self._passed.append(passed)

    def entered(self, stage: str, status: str) -> None:
        """A token arrived at an element that names a stage or a status of the case."""
        self.stage = stage or self.stage
        self.status = status or self.status

    def result(
        self, state: bytes, variables: Mapping[str, Value], *, ended: bool, end_event: str | None
    ) -> StepResult:
        return StepResult(
            state=state,
            variables=variables,
            opened=tuple(self._opened.values()),
            closed=tuple(self._closed),
            cancelled=tuple(self._cancelled),
            waits=tuple(self._waits.values()),
            ended_waits=tuple(self._ended_waits),
            given_up=tuple(self._given_up),
            sent=tuple(self.sent),
            services=tuple(self._services.values()),
            incidents=tuple(self._incidents.values()),
            solved=tuple(self._solved),
            passed=tuple(self._passed),
            flows=tuple(self.flows),
            decisions=tuple(self.decisions),
            stage=self.stage,
            status=self.status,
            ended=ended,
            end_event=end_event,
        )
