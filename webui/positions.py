"""Where a case stands, as the macro `diagram` colours it."""

from __future__ import annotations

from typing import Any

from engine.cases.queries import CasePosition
from engine.model import split_element_ref


def position_marks(main: str, drawn: str, position: CasePosition) -> dict[str, Any]:
    """Passed and present nodes of the process that is drawn: the case's own (`main`) or one that it
    called.
    """
    passed = {
        node
        for process, node in (split_element_ref(main, ref) for ref in position.passed)
        if process == drawn
    }
    now = position.now
    current = {
        place.node
        for place in (*now.open, *now.waiting, *now.inside, *now.incidents)
        if place.process in {drawn, ""}
    }
    return {"passed": sorted(passed - current), "current": sorted(current)}
