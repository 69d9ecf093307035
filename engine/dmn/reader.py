"""Reading the XML of DMN 1.1 to 1.5 into `elements`. Namespaces differ between versions, names do not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, cast

from lxml import etree

from engine.dmn.elements import (
    Aggregation,
    BoxedContext,
    BoxedFilter,
    BoxedList,
    Conditional,
    ContextEntry,
    Decision,
    DecisionService,
    DecisionTable,
    Definitions,
    Expression,
    FunctionDefinition,
    HitPolicy,
    Import,
    Input,
    InputData,
    Invocation,
    ItemDefinition,
    Iteration,
    IterationKind,
    KnowledgeModel,
    LiteralExpression,
    Nothing,
    Output,
    Relation,
    Rule,
    Text,
    Variable,
)
from engine.dmn.errors import DmnError
from engine.dmn.tree import (
    children,
    first,
    line_of,
    local_name,
    optional_text,
    own_text,
    parse,
    place_of,
    references,
    squeeze,
    text_of,
    type_of,
    variable_of,
)

MAX_NESTING: Final = 40
"""Expressions inside one another."""

_NAMESPACE: Final = re.compile(r"https?://www\.omg\.org/spec/DMN/(20\d{6})/(MODEL|dmn\.xsd|DMN1\d\.xsd)/?")
_FEEL: Final = re.compile(r"https?://www\.omg\.org/spec/(DMN/20\d{6}/)?FEEL/?(20\d{6})?|feel", re.IGNORECASE)

_HIT_POLICIES: Final = {
    policy: policy
    for policy in ("UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT")
}
_AGGREGATIONS: Final = ("SUM", "MIN", "MAX", "COUNT")


def read(xml: bytes) -> Definitions:
    """The content of a file. Raises DmnError when it is no DMN that we can read."""
    root = parse(xml)
    if not _NAMESPACE.fullmatch(etree.QName(root).namespace or "") or local_name(root) != "definitions":
        raise DmnError(
            "Это не файл решений DMN.",
            "Нужен файл с корнем definitions из DMN версии 1.1–1.5.",
            line=line_of(root),
        )
    return _definitions(root)


def is_drawn(xml: bytes) -> bool:
    """Whether the file holds decisions that a viewer can show, though the file itself may be refused."""
    try:
        root = parse(xml)
    except DmnError:
        return False
    return (
        bool(_NAMESPACE.fullmatch(etree.QName(root).namespace or "")) and first(root, "decision") is not None
    )


# The file


def _definitions(root: etree._Element) -> Definitions:
    return Definitions(
        name=squeeze(root.get("name")),
        namespace=root.get("namespace", ""),
        types=tuple(_item_definition(child, 0) for child in children(root, "itemDefinition")),
        inputs=tuple(_input_data(child) for child in children(root, "inputData")),
        decisions=tuple(_decision(child) for child in children(root, "decision")),
        knowledge=tuple(_knowledge_model(child) for child in children(root, "businessKnowledgeModel")),
        services=tuple(_service(child) for child in children(root, "decisionService")),
        imports=tuple(
            Import(squeeze(child.get("name")), child.get("namespace", ""))
            for child in children(root, "import")
        ),
    )


def _item_definition(element: etree._Element, depth: int) -> ItemDefinition:
    _refuse_depth(element, depth)
    function = first(element, "functionItem")
    return ItemDefinition(
        name=squeeze(element.get("name")),
        base=type_of(element),
        components=tuple(_item_definition(child, depth + 1) for child in children(element, "itemComponent")),
        function_result=None if function is None else function.get("outputTypeRef", "Any"),
        collection=element.get("isCollection") == "true",
        allowed=optional_text(element, "allowedValues"),
        constraint=optional_text(element, "typeConstraint"),
    )


def _refuse_depth(element: etree._Element, depth: int) -> None:
    if depth > MAX_NESTING:
        raise DmnError(
            "Части решения вложены слишком глубоко.", element=element.get("id"), line=line_of(element)
        )


def _identity(element: etree._Element) -> tuple[str, str]:
    """Id and name; each stands in for the other where it is missing."""
    name = squeeze(element.get("name"))
    identifier = element.get("id") or name
    if not identifier:
        raise DmnError("У части решения нет ни имени, ни обозначения (id).", line=line_of(element))
    return identifier, name or identifier


def _input_data(element: etree._Element) -> InputData:
    identifier, name = _identity(element)
    return InputData(identifier, name, variable_of(element, name), place_of(element))


def _decision(element: etree._Element) -> Decision:
    identifier, name = _identity(element)
    return Decision(
        id=identifier,
        name=name,
        variable=variable_of(element, name),
        requires=references(element, "requiredInput", "requiredDecision", "requiredKnowledge"),
        logic=_first_expression(element, 0),
        question=own_text(first(element, "question")),
        place=place_of(element),
    )


def _knowledge_model(element: etree._Element) -> KnowledgeModel:
    identifier, name = _identity(element)
    logic = first(element, "encapsulatedLogic")
    function = FunctionDefinition((), Nothing(), False, None) if logic is None else _function(logic, 0)
    return KnowledgeModel(
        id=identifier,
        name=name,
        variable=variable_of(element, name),
        requires=references(element, "requiredKnowledge"),
        function=function,
        place=place_of(element),
    )


def _service(element: etree._Element) -> DecisionService:
    identifier, name = _identity(element)
    return DecisionService(
        id=identifier,
        name=name,
        variable=variable_of(element, name),
        outputs=references(element, "outputDecision"),
        encapsulated=references(element, "encapsulatedDecision"),
        input_decisions=references(element, "inputDecision"),
        input_data=references(element, "inputData"),
        place=place_of(element),
    )


# Expressions


def _first_expression(element: etree._Element, depth: int) -> Expression:
    """The expression among the children of an element."""
    for child in children(element, *_EXPRESSIONS):
        return _expression(child, depth)
    return Nothing()


def _expression(element: etree._Element, depth: int) -> Expression:
    _refuse_depth(element, depth)
    return _EXPRESSIONS[local_name(element)](element, depth + 1)


def _inside(element: etree._Element, name: str, depth: int) -> Expression:
    """The expression in a child of this name."""
    child = first(element, name)
    return Nothing() if child is None else _first_expression(child, depth)


def _literal(element: etree._Element, _depth: int) -> Expression:
    language = element.get("expressionLanguage")
    foreign = None if language is None or _FEEL.fullmatch(language.strip()) else language
    return LiteralExpression(text_of(element), type_of(element), foreign)


def _table(element: etree._Element, _depth: int) -> Expression:
    policy = squeeze(element.get("hitPolicy", "UNIQUE")).upper()
    aggregation = element.get("aggregation")
    if policy not in _HIT_POLICIES or (aggregation is not None and aggregation not in _AGGREGATIONS):
        raise DmnError(
            f"Неизвестный способ выбора строк таблицы: {policy} {aggregation or ''}".rstrip() + ".",
            element=element.get("id"),
            line=line_of(element),
        )
    inputs = tuple(_input(child) for child in children(element, "input"))
    outputs = tuple(_output(child) for child in children(element, "output"))
    rules = tuple(_rule(child) for child in children(element, "rule"))
    for rule in rules:
        if len(rule.inputs) != len(inputs) or len(rule.outputs) != len(outputs):
            raise DmnError(
                "В строке таблицы не столько клеток, сколько столбцов.",
                element=rule.place.id,
                line=rule.place.line,
            )
    return DecisionTable(
        hit_policy=cast(HitPolicy, policy),
        aggregation=cast("Aggregation | None", aggregation),
        inputs=inputs,
        outputs=outputs,
        rules=rules,
        type=type_of(element),
        place=place_of(element),
    )


def _input(element: etree._Element) -> Input:
    expression = first(element, "inputExpression")
    label = squeeze(element.get("label"))
    if expression is None:
        return Input(label, Text(label, place_of(element)), None, optional_text(element, "inputValues"))
    text = text_of(expression)
    allowed = optional_text(element, "inputValues")
    return Input(label or squeeze(text.text), text, type_of(expression), allowed)


def _output(element: etree._Element) -> Output:
    name = squeeze(element.get("name")) or None
    return Output(
        name=name,
        label=squeeze(element.get("label")) or name or "",
        type=type_of(element),
        allowed=optional_text(element, "outputValues"),
        default=optional_text(element, "defaultOutputEntry"),
    )


def _rule(element: etree._Element) -> Rule:
    notes = [own_text(first(child, "text")) for child in children(element, "annotationEntry")]
    description = own_text(first(element, "description"))
    return Rule(
        inputs=tuple(text_of(child) for child in children(element, "inputEntry")),
        outputs=tuple(text_of(child) for child in children(element, "outputEntry")),
        note="; ".join(filter(None, [*notes, description])),
        place=place_of(element),
    )


def _context(element: etree._Element, depth: int) -> Expression:
    entries = []
    for child in children(element, "contextEntry"):
        variable = first(child, "variable")
        named = None if variable is None else Variable(squeeze(variable.get("name")), type_of(variable))
        entries.append(ContextEntry(named, _first_expression(child, depth)))
    return BoxedContext(tuple(entries), type_of(element))


def _invocation(element: etree._Element, depth: int) -> Expression:
    bindings = []
    for child in children(element, "binding"):
        parameter = first(child, "parameter")
        if parameter is not None:
            bindings.append((squeeze(parameter.get("name")), _first_expression(child, depth)))
    return Invocation(_first_expression(element, depth), tuple(bindings), type_of(element))


def _list(element: etree._Element, depth: int) -> Expression:
    items = tuple(_expression(child, depth) for child in children(element, *_EXPRESSIONS))
    return BoxedList(items, type_of(element))


def _relation(element: etree._Element, depth: int) -> Expression:
    columns = tuple(
        Variable(squeeze(child.get("name")), type_of(child)) for child in children(element, "column")
    )
    rows = tuple(
        tuple(_expression(cell, depth) for cell in children(row, *_EXPRESSIONS))
        for row in children(element, "row")
    )
    return Relation(columns, rows, type_of(element))


def _function(element: etree._Element, depth: int) -> FunctionDefinition:
    parameters = tuple(
        Variable(squeeze(child.get("name")), type_of(child)) for child in children(element, "formalParameter")
    )
    external = (element.get("kind") or "FEEL").upper() not in ("FEEL", "F")
    return FunctionDefinition(parameters, _first_expression(element, depth), external, type_of(element))


def _conditional(element: etree._Element, depth: int) -> Expression:
    condition, then, otherwise = (_inside(element, name, depth) for name in ("if", "then", "else"))
    return Conditional(condition, then, otherwise, type_of(element))


def _filter(element: etree._Element, depth: int) -> Expression:
    return BoxedFilter(_inside(element, "in", depth), _inside(element, "match", depth), type_of(element))


def _iteration(element: etree._Element, depth: int) -> Expression:
    kind = cast(IterationKind, local_name(element))
    source = first(element, "in")
    return Iteration(
        kind=kind,
        variable=Variable(
            squeeze(element.get("iteratorVariable")), None if source is None else type_of(source)
        ),
        source=_inside(element, "in", depth),
        body=_inside(element, "return" if kind == "for" else "satisfies", depth),
        type=type_of(element),
    )


_EXPRESSIONS: Final[dict[str, Callable[[etree._Element, int], Expression]]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "invocation": _invocation,
    "list": _list,
    "relation": _relation,
    "functionDefinition": _function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iteration,
    "some": _iteration,
    "every": _iteration,
}
