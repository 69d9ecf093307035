"""The check of a file of decisions before it is published.

`constants` says what is the same in every case. With it `cells` reads conditions as sets of values, `axes`
cuts the values of an input into atoms, and `grid` answers questions about rows as boxes of atoms. `walk`
finds the tables, `questions` and `subject` put together what is known of one, and `columns`, `rows` and
`names` say what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.dmn.checks.columns import ColumnCheck
from engine.dmn.checks.constants import constants_of, value_of
from engine.dmn.checks.grid import Steps
from engine.dmn.checks.names import name_findings
from engine.dmn.checks.rows import RowCheck
from engine.dmn.checks.subject import subject_of
from engine.dmn.checks.walk import Scope, tables_in
from engine.dmn.elements import Decision, KnowledgeModel, Nothing
from engine.dmn.errors import DmnError
from engine.dmn.graph import DecisionNode, Graph
from engine.dmn.model import load
from engine.dmn.workshop import Fault
from engine.errors import Finding


def check(xml: bytes) -> list[Finding]:
    """Everything there is to say about a file of decisions, in the order of its lines. Never raises.

    Errors are faults of reading and whatever makes a result null for sure; such a file must not be published.
    """
    try:
        graph = load(xml).graph
    except DmnError as error:
        return [
            Finding("dmn-unreadable", "error", error.message, error.hint, error.element, None, error.line)
        ]
    found = [_fault(fault) for fault in graph.faults]
    elements: tuple[Decision | KnowledgeModel, ...] = (
        *graph.definitions.decisions, *graph.definitions.knowledge,
    )  # fmt: skip
    steps = Steps()
    for element in elements:
        found += _element_findings(graph, element, steps)
    return sorted(found, key=lambda finding: finding.line or 0)


def _fault(fault: Fault) -> Finding:
    rule = "dmn-expression" if fault.text else "dmn-fault"
    hint = fault.hint or "Исправьте решение в редакторе."
    return Finding(rule, "error", fault.message, hint, fault.place.id, fault.decision, fault.place.line)


def _element_findings(graph: Graph, element: Decision | KnowledgeModel, steps: Steps) -> Iterator[Finding]:
    node = graph.nodes[element.id]
    logic = element.logic if isinstance(element, Decision) else element.function
    place = element.place
    if isinstance(logic, Nothing):
        message = f"В решении «{element.name}» ничего не записано, его итог всегда пуст."
        hint = "Запишите таблицу или выражение."
        yield Finding("dmn-empty", "warning", message, hint, place.id, element.name, place.line)
    yield from name_findings(graph, node)
    faulty = any(fault.decision == element.name for fault in graph.faults)
    known = value_of(graph, node) if isinstance(node, DecisionNode) and not faulty else None
    if known is not None and known.why:
        message = f"Часть решения «{element.name}» всегда пуста. {known.why}"
        yield Finding(
            "dmn-null", "warning", message, "Исправьте выражение.", place.id, element.name, place.line
        )
    types = {required.variable: required.type for required in node.requires}
    for table, scope in tables_in(logic, Scope(constants_of(graph, node), types, graph.types)):
        subject = subject_of(element.name, table, scope)
        yield from ColumnCheck(subject).findings()
        yield from RowCheck(subject, steps).findings()
