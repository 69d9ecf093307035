"""When a case stops waiting for a message that has not come, whoever prepares the answer is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from engine.cases.locking import LockedCase
from engine.model import Sent, StepResult
from engine.runtime import Runtime

Told = Callable[[Runtime, Connection, LockedCase], Sequence[Sent]]
"""Called in the transaction of the step, after it was written; what it returns is sent with the step."""

TOLD: dict[str, Told] = {}
"""By the name of the message."""


def when_given_up(name: str) -> Callable[[Told], Told]:
    """Register a function to be told that a case does not wait for a message of that name any more."""

    def register(function: Told) -> Told:
        TOLD[name] = function
        return function

    return register


def tell_given_up(rt: Runtime, conn: Connection, case: LockedCase, result: StepResult) -> list[Sent]:
    """Tell those who want to know what the step gave up; the messages that they send because of it."""
    names = dict.fromkeys(wait.name for wait in result.given_up if wait.name in TOLD)
    return [sent for name in names for sent in TOLD[name](rt, conn, case)]
