"""A model of decisions, ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.dmn.errors import DmnError
from engine.dmn.evaluation import DecisionWarning, Evaluation, TableTrace
from engine.dmn.graph import DecisionNode, FunctionNode, Graph, InputNode, Node, ServiceNode
from engine.dmn.reader import read
from engine.dmn.session import Session
from engine.dmn.workshop import Fault
from engine.feel.errors import LimitExceeded
from engine.feel.hosts import Functions, host_functions
from engine.feel.values import Value, check_result


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
        seen: set[Node] = set()
        waiting = [self._find(name_or_id)]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if isinstance(node, InputNode):
                names[node.variable] = None
            elif isinstance(node, DecisionNode):
                names |= dict.fromkeys(sorted(node.free_names))
            waiting += reversed([*node.requires, *(one for _, one in node.imported)])
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
            value = session.answer(node)
            check_result(value)
        except RecursionError:
            raise LimitExceeded("Решение вложено слишком глубоко.", hint="Разбейте его на части.") from None
        return value


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
