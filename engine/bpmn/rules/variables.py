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
    "by no name": "variable-unnamed",
    "not always": "variable-not-always",
}


_MOST_ADVICE: Final = 20
"""Findings of a file that get a proposal: comparing names costs time."""

_MOST_NAMES, _LONGEST_NAME = 300, 60
"""Only so many names are compared, and none that is longer."""


def variables(graph: Graph, known: Known) -> Iterator[Hit]:
    found = [one for process in graph.processes for one in unwritten(process, known)]
    for number, one in enumerate(found):
        advice = _advice(one) if number < _MOST_ADVICE else ""
        name = _shown(one.name)
        yield at(_RULES[one.when], one.element, one.read.line, variable=name, advice=advice)


def _shown(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def _advice(one: Unwritten) -> str:
    """A name that is written somewhere and looks like a misspelling of this one, as a sentence."""
    if len(one.name) > _LONGEST_NAME:
        return ""
    others = sorted(name for name in one.written - {one.name} if len(name) <= _LONGEST_NAME)
    alike = get_close_matches(one.name, others[:_MOST_NAMES], n=1, cutoff=0.8)
    return f"Может быть, это «{alike[0]}»? " if alike else ""
