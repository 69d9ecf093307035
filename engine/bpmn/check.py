"""Checking a file: every rule over the graph, every finding with its place. Never raises for bad input."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import Final

from engine.bpmn.document import NotReadable, read_xml
from engine.bpmn.graph import Graph, read_graph
from engine.bpmn.rules import (
    drawing,
    expressions,
    joins,
    known,
    layout,
    not_run,
    references,
    structure,
    variables,
    wording,
)
from engine.bpmn.rules.hits import Finder, Hit
from engine.bpmn.rules.known import Known
from engine.errors import Finding

_LIMITING: Final[tuple[Finder, ...]] = (structure.size, expressions.volume)
"""Finders of what is too much to look at: with one of these nothing else is looked at."""

_REFUSING: Final[tuple[Finder, ...]] = (
    structure.processes,
    structure.duplicate_ids,
    structure.flows,
    structure.defaults,
    structure.boundary_hosts,
    structure.event_gateways,
    structure.links,
    structure.event_kinds,
    structure.starts,
    references.messages,
    references.signals,
    references.errors,
    references.conditions,
    references.timer_texts,
    references.called_things,
    not_run.unknown_elements,
    not_run.kinds,
    not_run.ad_hoc,
    not_run.interrupting,
    not_run.performers,
    not_run.bindings,
    not_run.compensation,
    not_run.transactions,
    not_run.complex_joins,
    not_run.code,
    not_run.languages,
    not_run.mappings,
    not_run.loops,
    not_run.drawn_data,
    expressions.syntax,
)
"""Finders of what can keep a file from being run."""

_ADVISING: Final[tuple[Finder, ...]] = (
    drawing.processes,
    drawing.roles,
    drawing.names,
    drawing.gateways,
    drawing.ends,
    drawing.reachability,
    joins.joins,
    layout.missing,
    layout.places,
    layout.size,
    wording.verbs,
    wording.markup,
    drawing.settings,
    drawing.passing_tasks,
    drawing.terms,
)


def check(xml: bytes, *, name: str = "", known: Known | None = None) -> list[Finding]:
    """All findings of a file, in the order of the file; a file that can't be read is one finding.

    `known` says what exists outside the file; without it nothing outside is checked. `name` is the name of
    the file: that of a finding about the whole file.
    """
    try:
        graph = read_graph(read_xml(xml))
    except NotReadable as problem:
        return [_about_file(finding_of(problem), name)]
    found = _too_much(graph)
    if found:
        return [_about_file(finding, name) for finding in found]
    hits = chain.from_iterable(find(graph) for find in (*_REFUSING, *_ADVISING))
    found = [hit.finding() for hit in hits]
    if known is not None:
        found += [hit.finding() for hit in _outside(graph, known)]
    return sorted((_about_file(finding, name) for finding in found), key=_place)


def _about_file(finding: Finding, name: str) -> Finding:
    return finding if finding.element else replace(finding, name=name or None)


def _too_much(graph: Graph) -> list[Finding]:
    return [hit.finding() for find in _LIMITING for hit in find(graph)]


def refusals(graph: Graph) -> list[Finding]:
    """The errors among the findings: with one of them a file can't be run."""
    if found := _too_much(graph):
        return found
    hits = chain.from_iterable(find(graph) for find in _REFUSING)
    found = [hit.finding() for hit in hits]
    return sorted((finding for finding in found if finding.severity == "error"), key=_place)


def finding_of(problem: NotReadable) -> Finding:
    """What to say of a file that can't be read."""
    return Hit(problem.rule, line=problem.line, details=problem.details).finding()


def _outside(graph: Graph, there: Known) -> list[Hit]:
    return [*known.references(graph, there), *variables.variables(graph, there)]


def _place(finding: Finding) -> tuple[int, str]:
    return (finding.line or 0, finding.rule)
