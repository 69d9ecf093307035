"""Compiled elements of a model and what each of them requires."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.dmn.elements import (
    BoxedContext,
    Decision,
    DecisionService,
    DecisionTable,
    Definitions,
    InputData,
    KnowledgeModel,
    Place,
    Relation,
)
from engine.dmn.errors import DmnError
from engine.dmn.evaluation import Evaluation, Variables
from engine.dmn.logic import ModelFunction, compile_function, compile_logic
from engine.dmn.types import TypeTable
from engine.dmn.workshop import Fault, Logic, Workshop, nothing
from engine.feel.types import Type


@dataclass(eq=False, slots=True)
class Node:
    """An element of the graph, with its variable: the name, the type, the members that the type has.

    `requires` are the nodes of the same file whose variables it sees; `imported` those of other files, by
    the name of the import and their own. `free_names` and `free_functions` are what its logic uses though
    nothing it requires provides it, each with the first place.
    """

    id: str
    name: str
    place: Place
    variable: str
    type: Type
    members: dict[str, Any]
    requires: list[Node] = field(default_factory=list)
    imported: list[tuple[str, Node]] = field(default_factory=list)
    free_names: dict[str, Place] = field(default_factory=dict)
    free_functions: dict[str, Place] = field(default_factory=dict)


class InputNode(Node):
    """Data from outside."""


@dataclass(eq=False, slots=True)
class DecisionNode(Node):
    """A decision with its compiled logic."""

    logic: Logic = nothing


@dataclass(eq=False, slots=True)
class FunctionNode(Node):
    """A knowledge model; `make` builds the function over the variables it sees."""

    make: Callable[[Evaluation, Variables], ModelFunction] | None = None


@dataclass(eq=False, slots=True)
class ServiceNode(Node):
    """A decision service as a function of `inputs`; `result` is the type its value is made to fit."""

    outputs: tuple[DecisionNode, ...] = ()
    inputs: tuple[Node, ...] = ()
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
        self._namespaces = {graph.definitions.namespace: (name, graph) for name, graph in imported.items()}
        elements: tuple[Element, ...] = (
            *definitions.inputs, *definitions.decisions, *definitions.knowledge, *definitions.services,
        )  # fmt: skip
        self.nodes = {element.id: self._node(element) for element in elements}
        self.variables = frozenset(node.variable for node in self.nodes.values())
        """Names of all variables that the file declares."""
        for element in elements:
            if isinstance(element, (Decision, KnowledgeModel)):
                self._connect(self.nodes[element.id], element.requires)
        for element in elements:
            self._compile(element, self.nodes[element.id])
        self._find_circles()
        nowhere = Place(None, None)
        self.faults += [Fault(name, nowhere, message) for name, message in self.types.problems.items()]

    def _node(self, element: Element) -> Node:
        variable = element.variable
        return _KINDS[type(element)](
            id=element.id,
            name=element.name,
            place=element.place,
            variable=variable.name,
            type=self.types.get(variable.type),
            members=self.types.members(variable.type) or self._members(element),
        )

    def _members(self, element: Element) -> dict[str, Any]:
        """The members that the result of an untyped decision shows in its form."""
        match element.logic if isinstance(element, Decision) else None:
            case DecisionTable(outputs=outputs) if len(outputs) > 1:
                return {one.name or one.label: self.types.members(one.type) for one in outputs}
            case BoxedContext(entries=entries):
                variables = [one.variable for one in entries if one.variable is not None]
                return {one.name: self.types.members(one.type) for one in variables}
            case Relation(columns=columns):
                return {one.name: self.types.members(one.type) for one in columns}
        return {}

    # Requirements

    def _connect(self, node: Node, references: Iterable[str]) -> None:
        for reference in references:
            import_name, found = self._find(reference)
            if found is None:
                message = f"Решение ссылается на {reference}, а его нет."
                self.faults.append(Fault(node.name, node.place, message))
            elif import_name is not None:
                node.imported.append((import_name, found))
            else:
                node.requires.append(found)

    def _find(self, reference: str) -> tuple[str | None, Node | None]:
        """The node that `#id` or `namespace#id` refers to, after the name of its import if it has one."""
        namespace, _, identifier = reference.rpartition("#")
        if not namespace or namespace == self.definitions.namespace:
            return None, self.nodes.get(identifier)
        name, graph = self._namespaces.get(namespace, ("", None))
        return name, None if graph is None else graph.nodes.get(identifier)

    def _found(self, references: Iterable[str]) -> list[Node]:
        return [node for reference in references if (node := self._find(reference)[1]) is not None]

    def _find_circles(self) -> None:
        try:
            in_order(self.nodes.values())
        except DmnError as error:
            node = self.nodes[error.element or ""]
            self.faults.append(Fault(node.name, node.place, error.message, error.hint))

    # Compilation

    def _compile(self, element: Element, node: Node) -> None:
        workshop = Workshop(element.name, self.types, self.faults, element.place)
        if isinstance(node, DecisionNode) and isinstance(element, Decision):
            logic = compile_logic(workshop, element.logic, names_of(node))
            node.logic = workshop.coerced(logic, element.variable.type)
        elif isinstance(node, FunctionNode) and isinstance(element, KnowledgeModel):
            names = {**names_of(node), node.variable: {}}
            node.make = compile_function(workshop, element.function, names, element.name)
        elif isinstance(node, ServiceNode) and isinstance(element, DecisionService):
            outputs = self._found(element.outputs)
            node.outputs = tuple(one for one in outputs if isinstance(one, DecisionNode))
            node.inputs = tuple(self._found((*element.input_data, *element.input_decisions)))
            node.result = self.types.result_of(element.variable.type)
        node.free_names, node.free_functions = workshop.free_names, workshop.free_functions


def in_order(targets: Iterable[Node]) -> list[Node]:
    """What nodes need of their own file, each after what it needs itself, and the nodes.

    Raises DmnError when decisions need each other in a circle. Functions may: they are values, not results.
    """
    order: list[Node] = []
    done: set[Node] = set()
    entered: set[Node] = set()
    stack = [(target, False) for target in targets]
    while stack:
        node, finished = stack.pop()
        if finished:
            entered.discard(node)
            done.add(node)
            order.append(node)
        elif node in entered and isinstance(node, DecisionNode):
            raise DmnError(
                f"Решение «{node.name}» зависит само от себя.", "Уберите одну из стрелок.", element=node.id
            )
        elif node not in done and node not in entered:
            entered.add(node)
            stack.append((node, True))
            stack += [(required, False) for required in reversed(node.requires)]
    return order


def names_of(node: Node) -> dict[str, Any]:
    """The variables in scope for a node with the members of their types."""
    names: dict[str, Any] = {required.variable: required.members for required in node.requires}
    for import_name, required in node.imported:
        scope = names.setdefault(import_name, {}) if import_name else names
        scope[required.variable] = required.members
    return names
