"""Reading the XML of DMN 1.1 to 1.5 into `elements`. Namespaces differ between versions, names do not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

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
    Place,
    Relation,
    Rule,
    Text,
    Variable,
)
from engine.dmn.errors import DmnError

MAX_BYTES: Final = 10_000_000
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
    root = _parse(xml)
    if not _NAMESPACE.fullmatch(etree.QName(root).namespace or "") or _name(root) != "definitions":
        raise DmnError(
            "Это не файл решений DMN.",
            "Нужен файл с корнем definitions из DMN версии 1.1–1.5.",
            line=_line(root),
        )
    return _definitions(root)


def _parse(xml: bytes) -> etree._Element:
    if len(xml) > MAX_BYTES:
        raise DmnError(f"Файл решений больше {MAX_BYTES // 1_000_000} МБ.")
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise DmnError(
            "Файл решений испорчен: это не XML.", "Сохраните его заново.", line=error.lineno
        ) from None
    if cast(Any, root.getroottree().docinfo).doctype:
        raise DmnError(
            "В файле решений есть DOCTYPE, такие файлы не принимаются.", "Уберите DOCTYPE.", line=1
        )
    return root


# Small helpers


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _is_element(node: etree._Element) -> bool:
    """Comments and processing instructions are nodes too."""
    return type(node.tag) is str


def _line(element: etree._Element) -> int | None:
    return cast("int | None", element.sourceline)


def _children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    for child in element:
        if _is_element(child) and _name(child) in names:
            yield child


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next(_children(element, name), None)


def _place(element: etree._Element) -> Place:
    return Place(element.get("id"), _line(element))


def _squeeze(text: str | None) -> str:
    """A name with single spaces."""
    return " ".join((text or "").split())


def _own_text(element: etree._Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _text(element: etree._Element) -> Text:
    """The content of the `text` inside an element."""
    return Text(_own_text(_child(element, "text")), _place(element))


def _optional_text(element: etree._Element, name: str) -> Text | None:
    child = _child(element, name)
    if child is None:
        return None
    text = _text(child)
    return text if text.text else None


def _type(element: etree._Element) -> str | None:
    """The declared type: an attribute since DMN 1.2 or a child, its prefix cut off (`feel:string`)."""
    written = element.get("typeRef") or _own_text(_child(element, "typeRef"))
    return _squeeze(written.rpartition(":")[2]) or None


def _variable(element: etree._Element, name: str) -> Variable:
    """The variable of an element, by default of the element's own name."""
    child = _child(element, "variable")
    if child is None:
        return Variable(name, None)
    return Variable(_squeeze(child.get("name")) or name, _type(child))


def _references(element: etree._Element, *names: str) -> tuple[str, ...]:
    """Targets of references in children or grandchildren of these names."""
    near = (one for child in element for one in (child, *child))
    return tuple(one.get("href", "") for one in near if _is_element(one) and _name(one) in names)


# The file


def _definitions(root: etree._Element) -> Definitions:
    return Definitions(
        name=_squeeze(root.get("name")),
        namespace=root.get("namespace", ""),
        types=tuple(_item_definition(child, 0) for child in _children(root, "itemDefinition")),
        inputs=tuple(_input_data(child) for child in _children(root, "inputData")),
        decisions=tuple(_decision(child) for child in _children(root, "decision")),
        knowledge=tuple(_knowledge_model(child) for child in _children(root, "businessKnowledgeModel")),
        services=tuple(_service(child) for child in _children(root, "decisionService")),
        imports=tuple(
            Import(_squeeze(child.get("name")), child.get("namespace", ""))
            for child in _children(root, "import")
        ),
    )


def _item_definition(element: etree._Element, depth: int) -> ItemDefinition:
    _refuse_depth(element, depth)
    function = _child(element, "functionItem")
    return ItemDefinition(
        name=_squeeze(element.get("name")),
        base=_type(element),
        components=tuple(_item_definition(child, depth + 1) for child in _children(element, "itemComponent")),
        function_result=None if function is None else function.get("outputTypeRef", "Any"),
        collection=element.get("isCollection") == "true",
        allowed=_optional_text(element, "allowedValues"),
        constraint=_optional_text(element, "typeConstraint"),
    )


def _refuse_depth(element: etree._Element, depth: int) -> None:
    if depth > MAX_NESTING:
        raise DmnError(
            "Части решения вложены слишком глубоко.", element=element.get("id"), line=_line(element)
        )


def _identity(element: etree._Element) -> tuple[str, str]:
    """Id and name; each stands in for the other where it is missing."""
    name = _squeeze(element.get("name"))
    identifier = element.get("id") or name
    if not identifier:
        raise DmnError("У части решения нет ни имени, ни обозначения (id).", line=_line(element))
    return identifier, name or identifier


def _input_data(element: etree._Element) -> InputData:
    identifier, name = _identity(element)
    return InputData(identifier, name, _variable(element, name), _place(element))


def _decision(element: etree._Element) -> Decision:
    identifier, name = _identity(element)
    return Decision(
        id=identifier,
        name=name,
        variable=_variable(element, name),
        requires=_references(element, "requiredInput", "requiredDecision", "requiredKnowledge"),
        logic=_first_expression(element, 0),
        question=_own_text(_child(element, "question")),
        place=_place(element),
    )


def _knowledge_model(element: etree._Element) -> KnowledgeModel:
    identifier, name = _identity(element)
    logic = _child(element, "encapsulatedLogic")
    function = FunctionDefinition((), Nothing(), False, None) if logic is None else _function(logic, 0)
    return KnowledgeModel(
        id=identifier,
        name=name,
        variable=_variable(element, name),
        requires=_references(element, "requiredKnowledge"),
        function=function,
        place=_place(element),
    )


def _service(element: etree._Element) -> DecisionService:
    identifier, name = _identity(element)
    return DecisionService(
        id=identifier,
        name=name,
        variable=_variable(element, name),
        outputs=_references(element, "outputDecision"),
        encapsulated=_references(element, "encapsulatedDecision"),
        input_decisions=_references(element, "inputDecision"),
        input_data=_references(element, "inputData"),
        place=_place(element),
    )


# Expressions


def _first_expression(element: etree._Element, depth: int) -> Expression:
    """The expression among the children of an element."""
    for child in _children(element, *_EXPRESSIONS):
        return _expression(child, depth)
    return Nothing()


def _expression(element: etree._Element, depth: int) -> Expression:
    _refuse_depth(element, depth)
    return _EXPRESSIONS[_name(element)](element, depth + 1)


def _inside(element: etree._Element, name: str, depth: int) -> Expression:
    """The expression in a child of this name."""
    child = _child(element, name)
    return Nothing() if child is None else _first_expression(child, depth)


def _literal(element: etree._Element, _depth: int) -> Expression:
    language = element.get("expressionLanguage")
    foreign = None if language is None or _FEEL.fullmatch(language.strip()) else language
    return LiteralExpression(_text(element), _type(element), foreign)


def _table(element: etree._Element, _depth: int) -> Expression:
    policy = _squeeze(element.get("hitPolicy", "UNIQUE")).upper()
    aggregation = element.get("aggregation")
    if policy not in _HIT_POLICIES or (aggregation is not None and aggregation not in _AGGREGATIONS):
        raise DmnError(
            f"Неизвестный способ выбора строк таблицы: {policy} {aggregation or ''}".rstrip() + ".",
            element=element.get("id"),
            line=_line(element),
        )
    inputs = tuple(_input(child) for child in _children(element, "input"))
    outputs = tuple(_output(child) for child in _children(element, "output"))
    rules = tuple(_rule(child) for child in _children(element, "rule"))
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
        type=_type(element),
        place=_place(element),
    )


def _input(element: etree._Element) -> Input:
    expression = _child(element, "inputExpression")
    label = _squeeze(element.get("label"))
    if expression is None:
        return Input(label, Text(label, _place(element)), None, _optional_text(element, "inputValues"))
    text = _text(expression)
    allowed = _optional_text(element, "inputValues")
    return Input(label or _squeeze(text.text), text, _type(expression), allowed)


def _output(element: etree._Element) -> Output:
    name = _squeeze(element.get("name")) or None
    return Output(
        name=name,
        label=_squeeze(element.get("label")) or name or "",
        type=_type(element),
        allowed=_optional_text(element, "outputValues"),
        default=_optional_text(element, "defaultOutputEntry"),
    )


def _rule(element: etree._Element) -> Rule:
    notes = [_own_text(_child(child, "text")) for child in _children(element, "annotationEntry")]
    description = _own_text(_child(element, "description"))
    return Rule(
        inputs=tuple(_text(child) for child in _children(element, "inputEntry")),
        outputs=tuple(_text(child) for child in _children(element, "outputEntry")),
        note="; ".join(filter(None, [*notes, description])),
        place=_place(element),
    )


def _context(element: etree._Element, depth: int) -> Expression:
    entries = []
    for child in _children(element, "contextEntry"):
        variable = _child(child, "variable")
        named = None if variable is None else Variable(_squeeze(variable.get("name")), _type(variable))
        entries.append(ContextEntry(named, _first_expression(child, depth)))
    return BoxedContext(tuple(entries), _type(element))


def _invocation(element: etree._Element, depth: int) -> Expression:
    bindings = []
    for child in _children(element, "binding"):
        parameter = _child(child, "parameter")
        if parameter is not None:
            bindings.append((_squeeze(parameter.get("name")), _first_expression(child, depth)))
    return Invocation(_first_expression(element, depth), tuple(bindings), _type(element))


def _list(element: etree._Element, depth: int) -> Expression:
    items = tuple(_expression(child, depth) for child in _children(element, *_EXPRESSIONS))
    return BoxedList(items, _type(element))


def _relation(element: etree._Element, depth: int) -> Expression:
    columns = tuple(
        Variable(_squeeze(child.get("name")), _type(child)) for child in _children(element, "column")
    )
    rows = tuple(
        tuple(_expression(cell, depth) for cell in _children(row, *_EXPRESSIONS))
        for row in _children(element, "row")
    )
    return Relation(columns, rows, _type(element))


def _function(element: etree._Element, depth: int) -> FunctionDefinition:
    parameters = tuple(
        Variable(_squeeze(child.get("name")), _type(child)) for child in _children(element, "formalParameter")
    )
    external = (element.get("kind") or "FEEL").upper() not in ("FEEL", "F")
    return FunctionDefinition(parameters, _first_expression(element, depth), external, _type(element))


def _conditional(element: etree._Element, depth: int) -> Expression:
    condition, then, otherwise = (_inside(element, name, depth) for name in ("if", "then", "else"))
    return Conditional(condition, then, otherwise, _type(element))


def _filter(element: etree._Element, depth: int) -> Expression:
    return BoxedFilter(_inside(element, "in", depth), _inside(element, "match", depth), _type(element))


def _iteration(element: etree._Element, depth: int) -> Expression:
    kind = cast(IterationKind, _name(element))
    source = _child(element, "in")
    return Iteration(
        kind=kind,
        variable=Variable(
            _squeeze(element.get("iteratorVariable")), None if source is None else _type(source)
        ),
        source=_inside(element, "in", depth),
        body=_inside(element, "return" if kind == "for" else "satisfies", depth),
        type=_type(element),
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
