"""What commissions and visits have ordered for a family: whoever leads the case says what came of it.

Most is done by its day, some of it later, some not at all, and for some nobody has answered yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import select

from engine.cases.tables import case_
from engine.deadlines.russian import counted
from engine.demo.everyday import everyday
from engine.demo.people import Registered
from engine.demo.playing import Stage, Story
from engine.model import SYSTEM
from engine.records.measures import DONE, DROPPED, UNDONE, Measure, close_measure, measures
from engine.storage.rows import AnyRow

LATE = 6
"""So many working days too late, for those that are late."""
FORGOTTEN = 25
"""So many working days go by until somebody asks about those that nobody has answered for."""
SPECIALIST = "kravtsova"
"""Who answers for a case that has no owner."""

_CASE = select(case_.c.owner_id, case_.c.family_id, case_.c.person_id)


def answered_for(stage: Stage, people: Mapping[str, Registered], first: int) -> Story:
    """Every working day from `first` on, in the afternoon: what is done, or was to be done by now."""
    families = {each.family_id: each for each in people.values() if each.family_id is not None}
    for day in range(first, 1):
        moment = stage.at(day, "16:10")
        if stage.rt.clock.now() <= moment < stage.end:
            yield moment
            _close_today(stage, families)


def _close_today(stage: Stage, families: Mapping[int, Registered]) -> None:
    with stage.rt.database.read() as conn:
        found = measures(stage.rt, conn, SYSTEM, only_open=True)
    known = everyday().measures
    for each in found:
        outcome = _outcome(stage, each)
        if outcome and each.what in known:
            case = _case(stage, each.case_id)
            words = known[each.what]["done" if outcome == DONE else "undone"]
            if outcome == DONE:
                words = f"{words} {_units(families.get(case.family_id))}"
            by = stage.login(case.owner_id) if case.owner_id else SPECIALIST
            close_measure(stage.rt, stage.actor(by), each.id, outcome, words)


def _outcome(stage: Stage, each: Measure) -> str:
    """What came of it by today; empty: nothing yet. Of twelve one is not done, one dropped, one late, and
    for two nobody answers until they are asked.
    """
    if each.due is None:
        return ""
    match each.id % 12:
        case 1:
            return UNDONE if each.due <= stage.today else ""
        case 4:
            return DROPPED if each.due <= stage.today else ""
        case 7:
            return DONE if stage.later(each.due, LATE) <= stage.today else ""
        case 5 | 10:
            return DONE if stage.later(each.due, FORGOTTEN) <= stage.today else ""
    return DONE if _soon(each.due, each.id) <= stage.today else ""


def _soon(due: date, number: int) -> date:
    """A day or some before the last one."""
    return due - timedelta(days=number % 4)


def _case(stage: Stage, case_id: int) -> AnyRow:
    with stage.rt.database.read() as conn:
        return conn.execute(_CASE.where(case_.c.id == case_id)).one()


def _units(about: Registered | None) -> str:
    """How many were helped, in both units of the reports: «1 семья, 3 ребёнка»."""
    if about is None:
        return "Помощь получил 1 человек."
    return f"Помощь получили: 1 семья, {counted(about.children, ('ребёнок', 'ребёнка', 'детей'))}."
