"""A file of decisions as it is written: plain values, nothing compiled yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HitPolicy = Literal["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
Aggregation = Literal["SUM", "MIN", "MAX", "COUNT"]
IterationKind = Literal["for", "some", "every"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the file."""

    id: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Text:
    """The text of an expression or of unary tests."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Variable:
    """A name with the type it is declared to have, if any."""

    name: str
    type: str | None


@dataclass(frozen=True, slots=True)
class LiteralExpression:
    text: Text
    type: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Input:
    label: str
    expression: Text
    type: str | None
    allowed: Text | None


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results. `name` is None in a table with a single unnamed one."""

    name: str | None
    label: str
    type: str | None
    allowed: Text | None
    default: Text | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: its cells in the order of the columns. `note` joins its annotations."""

    inputs: tuple[Text, ...]
    outputs: tuple[Text, ...]
    note: str
    place: Place


@dataclass(frozen=True, slots=True)
class DecisionTable:
    hit_policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    type: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """`variable` is None for the entry that gives the result of the whole context."""

    variable: Variable | None
    value: Expression


@dataclass(frozen=True, slots=True)
class BoxedContext:
    entries: tuple[ContextEntry, ...]
    type: str | None


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call whose arguments are expressions of any form, by the names of parameters."""

    callee: Expression
    bindings: tuple[tuple[str, Expression], ...]
    type: str | None


@dataclass(frozen=True, slots=True)
class BoxedList:
    items: tuple[Expression, ...]
    type: str | None


@dataclass(frozen=True, slots=True)
class Relation:
    columns: tuple[Variable, ...]
    rows: tuple[tuple[Expression, ...], ...]
    type: str | None


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """`external` functions (Java, PMML) are never run: they answer null."""

    parameters: tuple[Variable, ...]
    body: Expression
    external: bool
    type: str | None


@dataclass(frozen=True, slots=True)
class Conditional:
    condition: Expression
    then: Expression
    otherwise: Expression
    type: str | None


@dataclass(frozen=True, slots=True)
class BoxedFilter:
    source: Expression
    match: Expression
    type: str | None


@dataclass(frozen=True, slots=True)
class Iteration:
    kind: IterationKind
    variable: Variable
    source: Expression
    body: Expression
    type: str | None


@dataclass(frozen=True, slots=True)
class Nothing:
    """A place where an expression could stand and none does: null."""

    type: None = None


Expression = (
    LiteralExpression
    | DecisionTable
    | BoxedContext
    | Invocation
    | BoxedList
    | Relation
    | FunctionDefinition
    | Conditional
    | BoxedFilter
    | Iteration
    | Nothing
)


@dataclass(frozen=True, slots=True)
class InputData:
    id: str
    name: str
    variable: Variable
    place: Place


@dataclass(frozen=True, slots=True)
class Decision:
    """`requires` are references to input data, decisions, functions and services, as written."""

    id: str
    name: str
    variable: Variable
    requires: tuple[str, ...]
    logic: Expression
    question: str
    place: Place


@dataclass(frozen=True, slots=True)
class KnowledgeModel:
    """A function that decisions share."""

    id: str
    name: str
    variable: Variable
    requires: tuple[str, ...]
    function: FunctionDefinition
    place: Place


@dataclass(frozen=True, slots=True)
class DecisionService:
    """A set of decisions that can be called as a function."""

    id: str
    name: str
    variable: Variable
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    input_data: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A type. Exactly one of `base`, `components`, `function_result` says what it is made of."""

    name: str
    base: str | None
    components: tuple[ItemDefinition, ...]
    function_result: str | None
    collection: bool
    allowed: Text | None
    constraint: Text | None


@dataclass(frozen=True, slots=True)
class Import:
    """Another file whose elements are known here as `name.…`, or directly when the name is empty."""

    name: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """A whole file."""

    name: str
    namespace: str
    types: tuple[ItemDefinition, ...]
    inputs: tuple[InputData, ...]
    decisions: tuple[Decision, ...]
    knowledge: tuple[KnowledgeModel, ...]
    services: tuple[DecisionService, ...]
    imports: tuple[Import, ...]
