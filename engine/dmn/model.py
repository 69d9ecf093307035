"""A model of decisions, ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.dmn.errors import DmnError
from engine.dmn.evaluation import DecisionWarning, Evaluation, TableTrace, Variables
from engine.dmn.graph import DecisionNode, FunctionNode, Graph, InputNode, Node, Path, ServiceNode
from engine.dmn.logic import ModelFunction
from engine.dmn.reader import read
from engine.dmn.workshop import Fault
from engine.feel.errors import LimitExceeded, Problem
from engine.feel.hosts import Functions, host_functions
from engine.feel.types import AnyType
from engine.feel.values import Function, Unsupported, Value, check_result, from_python


@dataclass(frozen=True, slots=True)
class Explanation:
    """A value and how it came about: every table that was used, in order of use, and the warnings."""

    value: Value
    tables: tuple[TableTrace, ...]
    warnings: tuple[DecisionWarning, ...]


@dataclass(frozen=True, slots=True)
class DecisionInfo:
    """What a model says about a decision. `inputs` are names of all data it needs, also through others."""

    id: str
    name: str
    question: str
    inputs: tuple[str, ...]


class Model:
    """The decisions of a file. Keeps no data of an evaluation and may be used by several threads.

    `faults` are mistakes found while reading (an expression that is no FEEL, a missing reference): the
    parts they are in have the value null.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.name = graph.definitions.name
        self.namespace = graph.definitions.namespace

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(self.graph.faults)

    @property
    def decisions(self) -> tuple[DecisionInfo, ...]:
        return tuple(
            DecisionInfo(one.id, one.name, one.question, self.inputs_of(one.id))
            for one in self.graph.definitions.decisions
        )

    def inputs_of(self, name_or_id: str) -> tuple[str, ...]:
        """Names of the data that a decision needs, also through the decisions it requires."""
        names: dict[str, None] = {}
        for node in _in_order(self._find(name_or_id)):
            if isinstance(node, InputNode):
                names[node.variable] = None
            elif isinstance(node, DecisionNode):
                names |= dict.fromkeys(sorted(node.free_names))
        return tuple(names)

    def decide(
        self,
        name_or_id: str,
        inputs: Mapping[str, Any],
        *,
        now: datetime | None = None,
        functions: Functions | None = None,
    ) -> Value:
        """The value of a decision, a decision service or a knowledge model.

        `inputs`: data by name; the name of a required decision may stand there too, and replaces it. `now`:
        the moment for `now()` and `today()`, aware. `functions`: functions of the caller. Raises DmnError if
        there is no such decision, FeelError when a limit is hit.
        """
        return self._answer(name_or_id, inputs, Evaluation(now, host_functions(functions or {})))

    def explain(
        self,
        name_or_id: str,
        inputs: Mapping[str, Any],
        *,
        now: datetime | None = None,
        functions: Functions | None = None,
    ) -> Explanation:
        """Like `decide`, with the rows of every table that was used and the warnings."""
        evaluation = Evaluation(now, host_functions(functions or {}), tables=[])
        value = self._answer(name_or_id, inputs, evaluation)
        return Explanation(value, tuple(evaluation.tables or ()), tuple(evaluation.warnings))

    def _find(self, name_or_id: str) -> Node:
        """By id, else by name: decisions before services before functions."""
        node = self.graph.nodes.get(name_or_id)
        if node is not None and not isinstance(node, InputNode):
            return node
        for kind in (DecisionNode, ServiceNode, FunctionNode):
            for one in self.graph.nodes.values():
                if isinstance(one, kind) and one.name == name_or_id:
                    return one
        known = ", ".join(f"«{one.name}»" for one in self.graph.definitions.decisions)
        raise DmnError(f"Решения «{name_or_id}» в файле нет.", f"В нём есть: {known or 'ни одного решения'}.")

    def _answer(self, name_or_id: str, inputs: Mapping[str, Any], evaluation: Evaluation) -> Value:
        node = self._find(name_or_id)
        session = Session(self.graph, inputs, evaluation)
        try:
            value = (
                session.call(node)
                if isinstance(node, (FunctionNode, ServiceNode))
                else session.value_of(node)
            )
            check_result(value)
        except RecursionError:
            raise LimitExceeded("Решение вложено слишком глубоко.", hint="Разбейте его на части.") from None
        return value


def _in_order(target: Node) -> list[Node]:
    """Everything that `target` needs, each after what it needs itself, and `target` at the end.

    Raises DmnError when decisions need each other in a circle. Functions may: they are values, not results.
    """
    order: list[Node] = []
    open_nodes: set[Node] = set()
    stack: list[tuple[Node, bool]] = [(target, False)]
    done: set[Node] = set()
    while stack:
        node, finished = stack.pop()
        if finished:
            open_nodes.discard(node)
            done.add(node)
            order.append(node)
        elif node in open_nodes:
            if isinstance(node, DecisionNode):
                raise DmnError(
                    f"Решение «{node.name}» зависит само от себя.",
                    "Уберите одну из стрелок.",
                    element=node.id,
                )
        elif node not in done:
            open_nodes.add(node)
            stack.append((node, True))
            stack += [(required, False) for required in node.requires.values()]
    return order


class Session:
    """The values of one evaluation of a graph for one set of inputs."""

    def __init__(
        self,
        graph: Graph,
        inputs: Mapping[str, Any],
        evaluation: Evaluation,
        given: Mapping[Node, Value] | None = None,
    ) -> None:
        self._graph = graph
        self._inputs = inputs
        self._evaluation = evaluation
        self._values: dict[Node, Value] = dict(given or {})
        self._undeclared = self._undeclared_inputs()

    def _undeclared_inputs(self) -> Variables:
        """Inputs that no element of the model declares: every decision sees them."""
        declared = {node.variable for node in self._graph.nodes.values()}
        return {
            name: self._from_python(name, value)
            for name, value in self._inputs.items()
            if name not in declared
        }

    def _from_python(self, name: str, value: Any) -> Value:
        try:
            return from_python(value)
        except Unsupported as unsupported:
            raise DmnError(f"Значение «{name}» такого вида ({unsupported}) в решении не годится.") from None

    def value_of(self, target: Node) -> Value:
        """The value of a node, after those of everything it needs."""
        for node in _in_order(target):
            if node not in self._values:
                self._values[node] = self._evaluate(node, is_target=node is target)
        return self._values[target]

    def _evaluate(self, node: Node, *, is_target: bool) -> Value:
        if isinstance(node, InputNode):
            return self._input(node)
        if isinstance(node, DecisionNode):
            if not is_target and node.variable in self._inputs:
                return self._from_python(node.variable, self._inputs[node.variable])
            if node.logic is None:
                return None
            return node.logic(self._evaluation, self._undeclared | self._variables(node.requires))
        return self._function(node)

    def _variables(self, requires: Mapping[Path, Node]) -> Variables:
        """The variables a node sees; those of an imported file are members of the import's name."""
        variables: Variables = {}
        for path, node in requires.items():
            scope = variables
            for step in path[:-1]:
                scope = scope.setdefault(step, {})
            scope[path[-1]] = self._function(node) if _is_function(node) else self._values[node]
        return variables

    # Inputs

    def _input(self, node: InputNode) -> Value:
        for inputs in (*self._imports_of(node), self._inputs):
            if node.variable in inputs:
                value = self._from_python(node.variable, inputs[node.variable])
                break
        else:
            return None
        try:
            return (node.type or AnyType()).coerce(value)
        except Problem as problem:
            return self._evaluation.warn(node.name, node.place, f"Данные «{node.variable}»: {problem}.")

    def _imports_of(self, node: Node) -> list[Mapping[str, Any]]:
        """Inputs of imported files may be given as a mapping under the name of the import."""
        return [
            inner
            for name, graph in self._graph.imported.items()
            if graph.nodes.get(node.id) is node and isinstance(inner := self._inputs.get(name), Mapping)
        ]

    # Functions

    def _function(self, node: Node) -> Value:
        if node not in self._values:
            if isinstance(node, ServiceNode):
                self._values[node] = self._service(node)
            elif isinstance(node, FunctionNode) and node.make is not None:
                scope: Variables = {}
                self._values[node] = node.make(self._evaluation, scope)
                scope |= self._variables(node.requires)  # after the function exists, for it may need itself
        return self._values[node]

    def _service(self, node: ServiceNode) -> ModelFunction:
        parameters = tuple(one.variable for one in node.inputs)

        def body(evaluation: Evaluation, variables: Variables) -> Value:
            given = {one: variables[one.variable] for one in node.inputs}
            session = Session(self._graph, {}, evaluation, given)
            results = {output.variable: session.value_of(output) for output in node.outputs}
            value = next(iter(results.values()), None) if len(node.outputs) == 1 else results
            try:
                return value if node.result is None else node.result.coerce(value)
            except Problem as problem:
                return evaluation.warn(node.name, node.place, f"Итог «{node.name}»: {problem}.")

        return ModelFunction(node.name, parameters, node.types, body, self._evaluation, {})

    def call(self, node: Node) -> Value:
        """The value of a function or service for the inputs; one that is missing is null."""
        function: Function = self._function(node)
        arguments = [self._from_python(name, self._inputs.get(name)) for name in function.parameters]
        try:
            return function.invoke(self._evaluation.run({}), arguments)
        except Problem as problem:
            return self._evaluation.warn(node.name, node.place, f"«{node.name}»: {problem}.")


def _is_function(node: Node) -> bool:
    return isinstance(node, (FunctionNode, ServiceNode))


def load(xml: bytes, *, imports: Mapping[str, Model] | None = None) -> Model:
    """The model of a DMN file, version 1.1 to 1.5. Raises DmnError when the file can't be read.

    `imports`: models of the files it imports, by their namespaces. Mistakes inside expressions do not keep
    the rest from working; they are in `Model.faults`.
    """
    definitions = read(xml)
    graphs: dict[str, Graph] = {}
    for one in definitions.imports:
        model = (imports or {}).get(one.namespace)
        if model is not None:
            graphs[one.name] = model.graph
    return Model(Graph(definitions, graphs))
