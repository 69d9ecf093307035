"""Compiled elements of a model and what each of them requires."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.dmn.elements import Decision, DecisionService, Definitions, InputData, KnowledgeModel, Place
from engine.dmn.evaluation import Evaluation, Variables
from engine.dmn.logic import ModelFunction, compile_function, compile_logic
from engine.dmn.types import TypeTable
from engine.dmn.workshop import Fault, Logic, Workshop
from engine.feel.types import Type

Path = tuple[str, ...]
"""The name of a variable, after the name of the import it comes from, if it does."""


@dataclass(eq=False, slots=True)
class Node:
    """An element of the graph. `requires` maps what it sees, by path, to the nodes that provide it."""

    id: str
    name: str
    variable: str
    place: Place
    requires: dict[Path, Node] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class InputNode(Node):
    """Data from outside, with the type that it must have and the imports that lead to it."""

    type: Type | None = None


@dataclass(eq=False, slots=True)
class DecisionNode(Node):
    logic: Logic | None = None
    free_names: frozenset[str] = frozenset()
    """Names that its logic uses though nothing it requires provides them."""


@dataclass(eq=False, slots=True)
class FunctionNode(Node):
    """A knowledge model; `make` builds the function over the variables it sees."""

    make: Callable[[Evaluation, Variables], ModelFunction] | None = None


@dataclass(eq=False, slots=True)
class ServiceNode(Node):
    """A decision service as a function of `inputs`; `result` is the type its value is made to fit."""

    outputs: tuple[DecisionNode, ...] = ()
    inputs: tuple[Node, ...] = ()
    types: tuple[Type, ...] = ()
    result: Type | None = None


Element = InputData | Decision | KnowledgeModel | DecisionService

_KINDS: Final[dict[type, type[Node]]] = {
    InputData: InputNode,
    Decision: DecisionNode,
    KnowledgeModel: FunctionNode,
    DecisionService: ServiceNode,
}


class Graph:
    """All elements of one file, compiled; `imported` are the graphs of the files it imports, by name."""

    def __init__(self, definitions: Definitions, imported: Mapping[str, Graph]) -> None:
        self.definitions = definitions
        self.imported = imported
        self.faults: list[Fault] = []
        self.types: TypeTable = TypeTable(
            definitions.types, {name: graph.types for name, graph in imported.items()}
        )
        self.nodes: dict[str, Node] = {}
        self._written: dict[str, Element] = {}
        self._namespaces = {graph.definitions.namespace: (name, graph) for name, graph in imported.items()}
        for elements in (
            definitions.inputs,
            definitions.decisions,
            definitions.knowledge,
            definitions.services,
        ):
            for element in elements:
                self._add(element)
        for name, element in self._written.items():
            self._connect(name, element)
        for element in self._written.values():
            self._compile(element)
        self.faults += [Fault(name, Place(None, None), message) for name, message in self.types.problems]

    def _add(self, element: Element) -> None:
        self._written[element.id] = element
        self.nodes[element.id] = _KINDS[type(element)](
            element.id, element.name, element.variable.name, element.place
        )

    # Requirements

    def _connect(
        self, identifier: str, element: InputData | Decision | KnowledgeModel | DecisionService
    ) -> None:
        if isinstance(element, (Decision, KnowledgeModel)):
            node = self.nodes[identifier]
            for reference in element.requires:
                found = self._find(reference)
                if found is None:
                    place = element.place
                    self.faults.append(
                        Fault(element.name, place, f"Решение ссылается на {reference}, а его нет.")
                    )
                else:
                    path, required = found
                    node.requires[path] = required
            if isinstance(element, KnowledgeModel):  # a function sees itself, and so can be recursive
                node.requires.setdefault((node.variable,), node)

    def _find(self, reference: str) -> tuple[Path, Node] | None:
        """The node that `#id` or `namespace#id` refers to, and the path of its variable."""
        namespace, _, identifier = reference.rpartition("#")
        if namespace and namespace != self.definitions.namespace:
            name, graph = self._namespaces.get(namespace, ("", None))
            node = None if graph is None else graph.nodes.get(identifier)
            if node is None:
                return None
            return ((name, node.variable) if name else (node.variable,)), node
        node = self.nodes.get(identifier)
        return None if node is None else ((node.variable,), node)

    def _found(self, references: Iterable[str]) -> list[Node]:
        return [found[1] for reference in references if (found := self._find(reference)) is not None]

    # Compilation

    def _compile(self, element: Element) -> None:
        node = self.nodes[element.id]
        if isinstance(node, InputNode):
            node.type = self.types.get(element.variable.type)
        elif isinstance(node, DecisionNode) and isinstance(element, Decision):
            workshop = Workshop(element.name, self.types, self.faults, element.place)
            logic = compile_logic(workshop, element.logic, self._names(node))
            node.logic = workshop.coerced(logic, element.variable.type)
            node.free_names = frozenset(workshop.free_names)
        elif isinstance(node, FunctionNode) and isinstance(element, KnowledgeModel):
            workshop = Workshop(element.name, self.types, self.faults, element.place)
            node.make = compile_function(workshop, element.function, self._names(node), element.name)
        elif isinstance(node, ServiceNode) and isinstance(element, DecisionService):
            self._compile_service(node, element)

    def _compile_service(self, node: ServiceNode, element: DecisionService) -> None:
        outputs = self._found(element.outputs)
        node.outputs = tuple(one for one in outputs if isinstance(one, DecisionNode))
        node.inputs = tuple(self._found((*element.input_decisions, *element.input_data)))
        node.types = tuple(self.types.get(self._type_of(one)) for one in node.inputs)
        node.result = self.types.result_of(element.variable.type)

    def _type_of(self, node: Node) -> str | None:
        element = self._written.get(node.id)
        return None if element is None else element.variable.type

    def _names(self, node: Node) -> dict[str, Any]:
        """The variables in scope for a node with the members of their types."""
        names: dict[str, Any] = {}
        for path, required in node.requires.items():
            scope = names
            for step in path[:-1]:
                scope = scope.setdefault(step, {})
            scope[path[-1]] = self.types.members(self._type_of(required))
        return names
