"""Doors to commissions: calendars, sittings, questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from engine.cases.question_papers import file, paper, question
from engine.cases.sitting_record import sitting_record
from engine.model import SYSTEM, Actor
from engine.records.agenda import Question, ask
from engine.records.commissions import NewCommission, create_commission
from engine.records.sitting_plan import add_sitting, cancel_sitting, move_sitting, plan_anew
from engine.records.sittings import plan_sitting
from engine.runtime import Runtime
from tests.factories.access import town


def a_sitting(rt: Runtime) -> tuple[int, int]:
    """(commission, a sitting that it has planned)."""
    made = create_commission(rt, SYSTEM, NewCommission("family", town(rt).centre))
    return made, add_sitting(rt, SYSTEM, made, date(2030, 1, 14), "срочно")


def a_question(rt: Runtime, case_id: int) -> int:
    """A question of the case that waits for a sitting."""
    made, _ = a_sitting(rt)
    other = Question("other")
    with rt.database.write() as conn:
        return ask(rt, conn, case_id=case_id, number="ИП-1", commission_id=made, question=other)


def held_by(rt: Runtime, case_id: int) -> int:
    """The case as one that holds a sitting."""
    made, _ = a_sitting(rt)
    with rt.database.write() as conn:
        plan_sitting(conn, made, case_id, date(2030, 1, 16))
    return case_id


DAY = date(2030, 1, 15)
SITTINGS: dict[str, Callable[[Any, Actor], Any]] = {
    "cases.question_papers.question": lambda w, a: question(w.rt, a, a_question(w.rt, w.case_id)),
    "cases.question_papers.paper": lambda w, a: paper(w.rt, a, a_question(w.rt, w.case_id), 1),
    "cases.question_papers.file": lambda w, a: file(w.rt, a, a_question(w.rt, w.case_id), 1),
    "cases.sitting_record.sitting_record": lambda w, a: sitting_record(w.rt, a, held_by(w.rt, w.case_id)),
    "records.sitting_plan.plan_anew": lambda w, a: plan_anew(w.rt, a, a_sitting(w.rt)[0]),
    "records.sitting_plan.add_sitting": lambda w, a: add_sitting(w.rt, a, a_sitting(w.rt)[0], DAY, "так"),
    "records.sitting_plan.move_sitting": lambda w, a: move_sitting(w.rt, a, a_sitting(w.rt)[1], DAY, "так"),
    "records.sitting_plan.cancel_sitting": lambda w, a: cancel_sitting(w.rt, a, a_sitting(w.rt)[1], "так"),
}
"""What is refused to whom it does not concern; `w` is the world of the doors."""
