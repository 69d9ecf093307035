"""Whether what a diagram refers to exists outside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from engine.bpmn import dialect
from engine.bpmn.graph import Graph
from engine.bpmn.pinned import process_and_version
from engine.bpmn.rules.hits import Hit, at, elements

Lookup = Callable[[str], Collection[str] | None]
"""Names by a key; None: nobody knows."""


def _nobody_knows(_key: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Known:
    """Keys of what exists outside the file. None: nobody knows, so nothing of that kind is checked."""

    roles: Collection[str] | None = None
    forms: Collection[str] | None = None
    decisions: Collection[str] | None = None
    norms: Collection[str] | None = None
    processes: Collection[str] | None = None
    topics: Collection[str] | None = None
    checks: Collection[str] | None = None
    has_version: Callable[[str, int], bool] | None = None
    """Whether a process of that id has been published in that version."""
    form_fields: Lookup = _nobody_knows
    """By the key of a form: the variables that its answers write."""
    decision_inputs: Lookup = _nobody_knows
    """By the key of a decision: the variables that it needs."""
    words: Callable[[], Collection[str]] | None = None
    """Every word of the published diagrams, decisions and forms: what none of them says has no value."""
    handed: Lookup = _nobody_knows
    """By the id of a process: the variables that those who call it hand over; empty when nobody calls it."""


def references(graph: Graph, known: Known) -> Iterator[Hit]:
    own = {process.id for process in graph.processes}
    for element in elements(graph):
        info = dialect.step_info(element)
        called, version = process_and_version(info.called or "")
        written = dialect.timer(element)
        term = dialect.term_of(written.text) if written is not None else None
        norms = (info.norm, term, *info.start_terms, *info.end_terms)
        for rule, keys, there in (
            ("role-unknown", info.roles, known.roles),
            ("form-unknown", (info.form,), known.forms),
            ("decision-unknown", (info.decision,), known.decisions),
            ("norm-unknown", norms, known.norms),
            (
                "process-unknown",
                (called,),
                None if known.processes is None else {*known.processes, *own},
            ),
            ("topic-unknown", (info.topic,), known.topics),
            ("check-unknown", (info.check,), known.checks),
        ):
            for key in dict.fromkeys(keys):
                if key and there is not None and key not in there:
                    yield at(rule, element, key=key)
        if version is not None and known.has_version is not None and not known.has_version(called, version):
            yield at("version-unknown", element, key=called, version=version)
