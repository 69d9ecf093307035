"""The tools with which decisions are compiled, and the faults found on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine import feel
from engine.dmn.elements import Place, Text
from engine.dmn.evaluation import Evaluation, Variables
from engine.dmn.types import TypeTable
from engine.feel.errors import FeelError, Problem
from engine.feel.types import Type
from engine.feel.values import Value

Logic = Callable[[Evaluation, Variables], Value]
Names = Mapping[str, Any]
"""Variables in scope with their members, for names that need to be known beforehand."""

_NOWHERE: Final = Place(None, None)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in the file that does not keep the rest from working."""

    decision: str
    place: Place
    message: str
    hint: str = ""
    text: str = ""
    position: int | None = None


@dataclass(slots=True)
class Workshop:
    """What the compilation of one decision or function needs everywhere."""

    owner: str
    """Its name, for messages and traces."""
    types: TypeTable
    faults: list[Fault]
    place: Place = _NOWHERE
    free_names: dict[str, Place] = field(default_factory=dict)
    """Names that its expressions use and nothing in it defines, each with the first place."""
    free_functions: dict[str, Place] = field(default_factory=dict)
    """The same of functions."""

    def expression(self, text: Text, names: Names, *, tests: bool = False) -> feel.Expression | None:
        """A compiled text; None, with the fault noted, when it is not FEEL."""
        compile_text = feel.compile_unary if tests else feel.compile
        try:
            compiled = compile_text(text.text, names=names, types=self.types.named)
        except FeelError as error:
            self.faults.append(
                Fault(self.owner, text.place, error.message, error.hint, text.text, error.position)
            )
            return None
        for name in sorted(compiled.certain_names - names.keys()):
            self.free_names.setdefault(name, text.place)
        for name in sorted(compiled.functions - names.keys()):
            self.free_functions.setdefault(name, text.place)
        return compiled

    def coerced(self, logic: Logic, type_name: str | None) -> Logic:
        """`logic` with its value made to fit a declared type, null where it does not."""
        if type_name is None:
            return logic
        return self.fitted(logic, self.types.get(type_name))

    def fitted(self, logic: Logic, wanted: Type) -> Logic:
        def fitted(evaluation: Evaluation, variables: Variables) -> Value:
            value = logic(evaluation, variables)
            try:
                return wanted.coerce(value)
            except Problem as problem:
                return evaluation.warn(self.owner, self.place, f"{self.owner}: {problem}.")

        return fitted


def nothing(_evaluation: Evaluation, _variables: Variables) -> Value:
    return None


def compile_text(workshop: Workshop, text: Text, names: Names) -> Logic:
    """The logic of a FEEL text; an empty one is null."""
    if not text.text:
        return nothing
    compiled = workshop.expression(text, names)
    if compiled is None:
        message = f"Выражение записано неверно: {text.text}"
        return lambda evaluation, _: evaluation.warn(workshop.owner, text.place, message)

    def literal(evaluation: Evaluation, variables: Variables) -> Value:
        value = compiled.run(evaluation.run(variables))
        evaluation.note(workshop.owner, text.place, text.text)
        return value

    return literal
