"""Expressions: whether they are FEEL at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine import feel
from engine.bpmn import dialect
from engine.bpmn.evaluate import OWN_FUNCTIONS, formula, is_formula
from engine.bpmn.graph import Graph
from engine.bpmn.rules.hits import Hit, at

MOST_TEXT: Final = 150_000
"""Characters of all expressions of a file: reading them takes about a microsecond each."""

_EACH: Final = 20
"""Characters that are added for every expression: a short one costs more than its length."""


def volume(graph: Graph) -> Iterator[Hit]:
    if sum(len(written.text) + _EACH for written in dialect.expressions(graph)) > MOST_TEXT:
        yield Hit("expressions-too-long", details={"most": MOST_TEXT})


def syntax(graph: Graph) -> Iterator[Hit]:
    for written in dialect.expressions(graph):
        if not (written.always or is_formula(written.text.strip())):
            continue
        try:
            compiled = formula(written.text)
        except feel.FeelError as error:
            yield at(
                "feel-syntax",
                written.element,
                written.line,
                position="?" if error.position is None else error.position + 1,
                problem=error.message,
                text=written.text if len(written.text) <= 80 else written.text[:79] + "…",
            )
        else:
            for function in sorted(compiled.expression.functions - set(OWN_FUNCTIONS)):
                yield at("feel-unknown-function", written.element, written.line, function=function)
