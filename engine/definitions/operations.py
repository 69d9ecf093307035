"""The catalogue of operations: what a service task of a diagram may ask for.

An operation is carried out after the commit that opened its service task, inside the transaction that
completes the
task: its own writes, the case's next step and the deletion of the outbox row are one commit, so it happens
once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.model import Value
from engine.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Call:
    """What an operation is given: who asks (the case) and the mapped inputs."""

    topic: str
    case_id: int
    case_number: str
    unit_id: int
    agency_id: int
    inputs: Mapping[str, Value]
    now: datetime


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What an operation answers that has done a part of its work: the part is committed, and the operation is
    called again with `inputs` in a transaction of its own. So thousands of families don't keep everybody
    else's writes waiting, and what was killed goes on where it was.
    """

    inputs: Mapping[str, Value]


Operation = Callable[[Runtime, Connection, Call], Mapping[str, Value] | Unfinished]

OPERATIONS: dict[str, Operation] = {}


def operation(topic: str) -> Callable[[Operation], Operation]:
    """Register a function as the operation of this topic."""

    def register(function: Operation) -> Operation:
        OPERATIONS[topic] = function
        return function

    return register
