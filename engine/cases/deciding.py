"""Measures that cases decide: from a step whose form gives them, from a commission, from an operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import Connection

from engine.definitions.operations import Call, operation
from engine.errors import StepFailed
from engine.model import StepInfo, Value
from engine.records import measures
from engine.runtime import Runtime

RESULTS = ("результат_меры", "что_сделано", "причина_меры")
"""How forms call the words about what came of a measure; the first one that is given counts."""


class Answers(Protocol):
    """What a step was finished with: what its form said, and what the form was filled from."""

    @property
    def accepted(self) -> Mapping[str, Value]: ...
    @property
    def known(self) -> Mapping[str, Value]: ...


def keep_decided(rt: Runtime, conn: Connection, case_id: int, step: StepInfo, answers: Answers) -> None:
    """A step was done whose diagram names its measures: each is a record from now on. One whose diagram names
    the outcome of the measure it is about closes that.
    """
    if step.measures and isinstance(decided := answers.accepted.get(step.measures), list):
        measures.keep(rt, conn, case_id, _contexts(decided), step.name)
    if step.measure_outcome and isinstance(about := answers.known.get("мера"), Mapping):
        _close_decided(rt, conn, case_id, about, step.measure_outcome, answers.accepted)


def _close_decided(
    rt: Runtime,
    conn: Connection,
    case_id: int,
    about: Mapping[str, Value],
    outcome: str,
    said: Mapping[str, Value],
) -> None:
    state = measures.OUTCOMES.get(str(said.get(outcome)))
    result = next((str(said[name]) for name in RESULTS if name != outcome and said.get(name)), "")
    if state is not None:
        measures.close_named(rt, conn, case_id, str(about.get("мера") or ""), state, result)


@operation("measure.keep")
def keep(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`меры`: a list of contexts with `мера`, `ответственный`, `срок`; `источник`: who decided."""
    decided = call.inputs.get("меры") or []
    source = str(call.inputs.get("источник") or "решение по делу")
    measures.keep(rt, conn, call.case_id, _contexts(decided), source)
    return {}


@operation("measure.close")
def close(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`мера` in the words in which it was kept, `итог` (a key of `measures.OUTCOMES`), `результат`."""
    outcome = str(call.inputs.get("итог") or "")
    if outcome not in measures.OUTCOMES:
        raise StepFailed(f"Итог меры «{outcome}» не из списка.", f"Бывает: {', '.join(measures.OUTCOMES)}.")
    named, result = str(call.inputs.get("мера") or ""), str(call.inputs.get("результат") or "")
    measures.close_named(rt, conn, call.case_id, named, measures.OUTCOMES[outcome], result)
    return {}


def _contexts(values: Value) -> list[Mapping[str, Value]]:
    return [each for each in values if isinstance(each, Mapping)] if isinstance(values, list) else []
