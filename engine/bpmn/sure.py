"""What an earlier check has made sure of."""

from __future__ import annotations

from typing import TypeVar

Thing = TypeVar("Thing")


def sure(thing: Thing | None) -> Thing:
    """The thing, which has to be there. LookupError, a defect of the checks, when it is not."""
    if thing is None:
        raise LookupError("something is missing that an earlier check should have asked for")
    return thing
