"""The public test kit of DMN as data: DMN_TCK names the directory with a copy of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine import dmn, feel

KIT = os.environ.get("DMN_TCK", "")
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NOW = feel.evaluate('@"2026-01-14T10:00:00@Europe/Moscow"', {})
TOLERANCE = Decimal("1e-8")
"""The kit writes results of divisions and powers as doubles."""

FOREIGN_CODE = "0076-feel-external-java"
"""Calls methods of Java classes, and we run no foreign code: such functions answer null."""


@dataclass(frozen=True)
class Result:
    """One value that a case expects. `level` and `group` are the folders that hold the case."""

    level: str
    group: str
    case: str
    node: str
    asked: str
    inputs: dict[str, Any]
    expected: Any
    model: Path

    @property
    def calls_java(self) -> bool:
        return self.group == FOREIGN_CODE and self.expected is not None

    def actual(self) -> Any:
        return load(self.model).decide(self.asked, self.inputs, now=NOW)


def results() -> Iterator[Result]:
    """Every value that the kit expects; nothing without a kit."""
    for file in sorted(Path(KIT).glob("**/*-test-*.xml")) if KIT else ():
        root = etree.parse(file).getroot()
        models = children(root, "modelName")
        for number, case in enumerate(children(root, "testCase")):
            inputs = {one.get("name"): value_of(one) for one in children(case, "inputNode")}
            for node in children(case, "resultNode"):
                yield Result(
                    level=file.parent.parent.name,
                    group=file.parent.name,
                    case=f"{file.stem}/{case.get('id') or number}",
                    node=node.get("name"),
                    asked=case.get("invocableName") or node.get("name"),
                    inputs=inputs,
                    expected=value_of(children(node, "expected")[0]),
                    model=file.parent / (models[0].text.strip() if models else ""),
                )


def children(element: Any, name: str) -> list[Any]:
    return [child for child in element if isinstance(child.tag, str) and etree.QName(child).localname == name]


def value_of(element: Any) -> Any:
    """What an `inputNode`, `expected`, `item` or `component` holds."""
    for child in children(element, "value"):
        if child.get(XSI + "nil") == "true":
            return None
        return scalar((child.get(XSI + "type") or "").rpartition(":")[2], child.text or "")
    for child in children(element, "list"):
        return [value_of(item) for item in children(child, "item")]
    return {child.get("name"): value_of(child) for child in children(element, "component")}


def scalar(kind: str, text: str) -> Any:
    if kind in ("decimal", "double", "integer", "int", "float", "long"):
        return Decimal(text)
    if kind == "boolean":
        return text == "true"
    if kind in ("date", "time", "dateTime", "duration"):
        return feel.evaluate(f'@"{text}"', {})
    return text if kind else untyped(text)


def untyped(text: str) -> Any:
    """The kit's oldest cases leave the type to the model, and write null as nothing."""
    if not text:
        return None
    for literal in (text, f'@"{text}"'):
        try:
            compiled = feel.compile(literal)
        except feel.FeelError:
            continue
        if not compiled.names and (value := compiled.evaluate({})) is not None:
            return value
    return text


def same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        return abs(expected - actual) <= TOLERANCE * max(Decimal(1), abs(expected))
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(same(expected[key], actual[key]) for key in expected)
    return feel.evaluate("a = b", {"a": expected, "b": actual}) is True


MODELS: dict[Path, dmn.Model] = {}


def load(path: Path) -> dmn.Model:
    """A model with those beside it that it imports."""
    if path not in MODELS:
        namespaces = {
            etree.parse(file).getroot().get("namespace"): file for file in path.parent.glob("*.dmn")
        }
        imported = [one.get("namespace") for one in children(etree.parse(path).getroot(), "import")]
        imports = {one: load(namespaces[one]) for one in imported if one in namespaces}
        MODELS[path] = dmn.load(path.read_bytes(), imports=imports)
    return MODELS[path]
