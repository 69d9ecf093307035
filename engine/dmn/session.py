"""The values of the elements of a model for one set of inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.dmn.errors import DmnError
from engine.dmn.evaluation import Evaluation, Variables
from engine.dmn.graph import DecisionNode, FunctionNode, Graph, InputNode, Node, ServiceNode, in_order
from engine.dmn.logic import ModelFunction
from engine.feel.errors import Problem
from engine.feel.values import Function, Unsupported, Value, from_python


class Session:
    """Evaluates nodes of one graph. Each imported file has a session of its own inside.

    `given` are values that are not to be computed. The inputs of an imported file may stand under the name
    of its import; otherwise it sees the same inputs.
    """

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
        self._imports: dict[str, Session] = {}
        self._undeclared = {
            name: _from_python(name, value) for name, value in inputs.items() if name not in graph.variables
        }
        """Inputs that no element of the file declares: every decision sees them."""

    def answer(self, node: Node) -> Value:
        """The value of a decision; of a function or service, its value for the inputs."""
        if not isinstance(node, (FunctionNode, ServiceNode)):
            return self.value_of(node)
        function: Function = self._function(node)
        arguments = [_from_python(name, self._inputs.get(name)) for name in function.parameters]
        try:
            return function.invoke(self._evaluation.run({}), arguments)
        except Problem as problem:
            return self._evaluation.warn(node.name, node.place, f"«{node.name}»: {problem}.")

    def value_of(self, target: Node) -> Value:
        """The value of a node, after those of everything it needs."""
        for node in in_order([target]):
            if node not in self._values:
                self._values[node] = self._evaluate(node, is_target=node is target)
        return self._values[target]

    def _evaluate(self, node: Node, *, is_target: bool) -> Value:
        if isinstance(node, InputNode):
            return self._input(node)
        if not isinstance(node, DecisionNode):
            return self._function(node)
        if node.variable in self._inputs and not is_target:  # its result is given
            return _from_python(node.variable, self._inputs[node.variable])
        return node.logic(self._evaluation, self._undeclared | self._variables(node))

    def _input(self, node: InputNode) -> Value:
        value = _from_python(node.variable, self._inputs.get(node.variable))
        try:
            return node.type.coerce(value)
        except Problem as problem:
            return self._evaluation.warn(node.name, node.place, f"Данные «{node.variable}»: {problem}.")

    def _variables(self, node: Node) -> Variables:
        """The variables a node sees; those of an imported file are members of the name of its import."""
        variables: Variables = {}
        for required in node.requires:
            is_ready = required in self._values
            variables[required.variable] = self._values[required] if is_ready else self._function(required)
        for import_name, required in node.imported:
            scope = variables.setdefault(import_name, {}) if import_name else variables
            scope[required.variable] = self._session_of(import_name).value_of(required)
        return variables

    def _session_of(self, import_name: str) -> Session:
        if import_name not in self._imports:
            inner = self._inputs.get(import_name)
            inputs = inner if isinstance(inner, Mapping) else self._inputs
            graph = self._graph.imported[import_name]
            self._imports[import_name] = Session(graph, inputs, self._evaluation)
        return self._imports[import_name]

    # Functions

    def _function(self, node: Node) -> Value:
        if node not in self._values:
            if isinstance(node, ServiceNode):
                self._values[node] = self._service(node)
            elif isinstance(node, FunctionNode) and node.make is not None:
                scope: Variables = {}
                function = self._values[node] = node.make(self._evaluation, scope)
                scope |= self._variables(node)  # after the function exists, for others may need it in turn
                scope[node.variable] = function
        return self._values.get(node)

    def _service(self, node: ServiceNode) -> ModelFunction:
        parameters = tuple(one.variable for one in node.inputs)
        types = tuple(one.type for one in node.inputs)

        def body(evaluation: Evaluation, variables: Variables) -> Value:
            given = {one: variables[one.variable] for one in node.inputs}
            session = Session(self._graph, {}, evaluation, given)
            results = {output.variable: session.value_of(output) for output in node.outputs}
            value = next(iter(results.values()), None) if len(node.outputs) == 1 else results
            try:
                return value if node.result is None else node.result.coerce(value)
            except Problem as problem:
                return evaluation.warn(node.name, node.place, f"Итог «{node.name}»: {problem}.")

        return ModelFunction(node.name, parameters, types, node.result, body, self._evaluation, {})


def _from_python(name: str, value: Any) -> Value:
    try:
        return from_python(value)
    except Unsupported as unsupported:
        raise DmnError(f"Значение «{name}» такого вида ({unsupported}) в решении не годится.") from None
