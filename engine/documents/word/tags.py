"""What the tags of a template may say: show a value, choose, repeat. All else is refused.

The sandbox of Jinja would stop an attack when a document is made; whoever publishes a template is to learn
of it before, and nothing of it is to run.
"""

from __future__ import annotations

from typing import Final

from jinja2 import nodes

from engine.documents.word.faults import BadDocument

_ALLOWED: Final = (
    nodes.Template, nodes.TemplateData, nodes.Output,
    nodes.If, nodes.For, nodes.CondExpr,
    nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Slice,
    nodes.Const, nodes.List, nodes.Tuple,
    nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand,
    nodes.Add, nodes.Sub, nodes.Neg, nodes.Concat,
    nodes.Filter, nodes.Test, nodes.Keyword,
)  # fmt: skip

FILTERS: Final = frozenset(
    {
        "batch", "capitalize", "count", "d", "default", "first", "groupby", "join", "last", "length", "list",
        "lower", "map", "max", "min", "reject", "rejectattr", "replace", "reverse", "round", "select",
        "selectattr", "slice", "sort", "sum", "title", "trim", "truncate", "unique", "upper",
    }
)  # fmt: skip
"""Filters of Jinja that choose and lay out; ours come on top."""


def refuse_code(template: nodes.Template, own_filters: frozenset[str]) -> None:
    """BadDocument when a tag does more than show a value, choose or repeat."""
    todo: list[nodes.Node] = [template]
    while todo:
        node = todo.pop()
        if found := _code(node, own_filters):
            raise BadDocument(
                f"Тег шаблона делает больше, чем показывает значение: «{found[:40]}».",
                "Оставьте только значения, {% if %} и {% for %}: вызывать в шаблоне ничего нельзя.",
                "docx-code",
            )
        todo.extend(node.iter_child_nodes())


def _code(node: nodes.Node, own_filters: frozenset[str]) -> str:
    """What a person should look for in the text of the template; empty when the node is harmless."""
    match node:
        case nodes.Call():
            return f"{_name(node.node)}(…)"
        case nodes.Getattr() | nodes.Name() if _name(node).startswith("_"):
            return _name(node)
        case nodes.Const(value=str() as text) if "__" in text:
            return text
        case nodes.Filter() if node.name not in FILTERS and node.name not in own_filters:
            return f"| {node.name}"
        case _ if isinstance(node, _ALLOWED):
            return ""
        case _:
            return getattr(node, "operator", "") or type(node).__name__.lower()


def _name(node: nodes.Node) -> str:
    match node:
        case nodes.Getattr():
            return node.attr
        case nodes.Name():
            return node.name
        case _:
            return ""
