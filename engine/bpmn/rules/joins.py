"""Tokens that wait for ever, and steps done twice: joins that do not fit the forks before them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.analysis.tokens import Stuck, Work, follow
from engine.bpmn.analysis.ways import ways_of
from engine.bpmn.graph import Element, Graph
from engine.bpmn.rules.hits import Hit, at, scopes


def joins(graph: Graph) -> Iterator[Hit]:
    work = Work()
    for scope in scopes(graph):
        if scope.is_ad_hoc:  # which steps are done, and how often, is for people to decide
            continue
        for found in follow(ways_of(scope), work):
            if isinstance(found, Stuck):
                yield at("join-stuck", found.join, missing=_listed(found.missing))
            else:
                yield at("step-twice", found.element)


def _listed(elements: tuple[Element, ...]) -> str:
    shown = [f"«{one.name or one.id}»" for one in elements[:3]]
    return ", ".join(shown) + (f" и ещё {len(elements) - 3}" if len(elements) > 3 else "")
