"""The states of a token that this package uses, as plain numbers of the library."""

from __future__ import annotations

from typing import Final

from SpiffWorkflow.util.task import TaskState

FUTURE: Final[int] = TaskState.FUTURE
"""Made, but not yet arrived."""

WAITING: Final[int] = TaskState.WAITING
"""For a moment, a message, a signal, a condition, or for other tokens at a join."""

READY: Final[int] = TaskState.READY
"""For the drain to run; open for a person or an operation; or standing with an incident."""

STARTED: Final[int] = TaskState.STARTED
"""Something inside the element is at work: a block, instances of a loop."""

CANCELLED: Final[int] = TaskState.CANCELLED
