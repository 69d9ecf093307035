"""How the rules say where they found something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.bpmn.graph import Element, Graph, Scope
from engine.bpmn.rules.table import RULES
from engine.errors import Finding


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule broken at a place; `details` fill the words in braces of its texts."""

    rule: str
    element: str | None = None
    name: str | None = None
    line: int | None = None
    details: dict[str, object] = field(default_factory=dict)

    def finding(self) -> Finding:
        rule = RULES[self.rule]
        words = {"name": self.name or self.element or "", **self.details}
        return Finding(
            rule=rule.id,
            severity=rule.severity,
            message=rule.message.format(**words),
            hint=rule.hint.format(**words),
            element=self.element,
            name=self.name or None,
            line=self.line,
        )


Finder = Callable[[Graph], Iterator[Hit]]


def at(rule: str, element: Element, line: int | None = None, **details: object) -> Hit:
    """A hit at an element."""
    return Hit(rule, element.id, element.name, line or element.line, details)


def elements(graph: Graph, *tags: str) -> Iterator[Element]:
    """All elements of the file that run, or those of some kinds."""
    for process in graph.processes:
        for element in process.all_elements():
            if not tags or element.tag in tags:
                yield element


def scopes(graph: Graph) -> Iterator[Scope]:
    """All levels of the file that run."""
    for process in graph.processes:
        yield from process.walk()


def scope_name(scope: Scope) -> str:
    """What people call a level."""
    return (scope.xml.get("name") or "").strip() or scope.id
