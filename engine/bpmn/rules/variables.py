"""Variables that an expression reads before anything can have written them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from engine.bpmn.analysis.variables import Unwritten, When, unwritten
from engine.bpmn.graph import Graph
from engine.bpmn.rules.hits import Hit, at
from engine.bpmn.rules.known import Known

_RULES: Final[dict[When, str]] = {
    "never": "variable-unknown",
    "at opening": "variable-at-start",
    "not always": "variable-not-always",
}


def variables(graph: Graph, known: Known) -> Iterator[Hit]:
    for process in graph.processes:
        for one in unwritten(process, known):
            yield at(_RULES[one.when], one.element, one.read.line, variable=one.name, advice=_advice(one))


def _advice(one: Unwritten) -> str:
    """A name that is written somewhere and looks like a misspelling of this one, as a sentence."""
    alike = get_close_matches(one.name, sorted(one.written - {one.name})[:1000], n=1, cutoff=0.8)
    return f"Может быть, это «{alike[0]}»? " if alike else ""
