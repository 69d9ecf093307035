"""What elements of a case are called, also those that its version no longer has."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import Connection, bindparam, select

from engine.definitions.library import Release
from engine.model import StepInfo
from engine.runtime import Runtime
from engine.versions.tables import moved_case

_EARLIER = (
    select(moved_case.c.release_before)
    .where(moved_case.c.case_id == bindparam("case_id"))
    .order_by(moved_case.c.id.desc())
)


class StepsOfCase:
    """`steps(ref)` is what the diagram of the case's release says of an element; of one that has gone with a
    move to another version, what the release before said. Asks the database only when it meets such a one.
    """

    def __init__(self, rt: Runtime, conn: Connection, case_id: int, process: str, release_id: int) -> None:
        self._rt = rt
        self._conn = conn
        self._case_id = case_id
        self._process = process
        self._release = rt.library.release(release_id)

    def __call__(self, ref: str) -> StepInfo:
        found = self._release.step(self._process, ref)
        if found.kind:
            return found
        known = (release.step(self._process, ref) for release in self._earlier)
        return next((step for step in known if step.kind), found)

    @cached_property
    def _earlier(self) -> list[Release]:
        numbers = self._conn.execute(_EARLIER, {"case_id": self._case_id}).scalars().all()
        return [self._rt.library.release(number) for number in dict.fromkeys(numbers)]
