"""Findings about a file (first rules)."""

from __future__ import annotations

from engine.bpmn.document import NotReadable
from engine.bpmn.graph import Graph
from engine.errors import Finding


def finding_of(problem: NotReadable) -> Finding:
    return Finding(problem.rule, "error", problem.rule, line=problem.line)


def refusals(graph: Graph) -> list[Finding]:
    return []
