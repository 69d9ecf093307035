"""Which values the tags of a template ask for, so that a misspelt one is found before a paper has a hole."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes


def names_in(template: nodes.Template) -> set[str]:
    """Dotted names that come from the case: «дело.номер», «доход»; not those of a repetition's own items."""
    return set(_names(template, frozenset()))


def _names(node: nodes.Node, bound: frozenset[str]) -> Iterator[str]:
    match node:
        case nodes.For():
            inside = bound | {"loop", *_targets(node.target)}
            yield from _names(node.iter, bound)
            for part in (*node.body, *node.else_, *([node.test] if node.test else [])):
                yield from _names(part, inside)
        case nodes.Name() | nodes.Getattr() | nodes.Getitem() if path := _path(node):
            if path[0] not in bound:
                yield ".".join(path)
        case _:
            for child in node.iter_child_nodes():
                yield from _names(child, bound)


def _targets(target: nodes.Node) -> list[str]:
    return [name.name for name in (target, *target.find_all(nodes.Name)) if isinstance(name, nodes.Name)]


def _path(node: nodes.Node) -> list[str]:
    """The parts of «дело.номер»; empty where something else than a name stands before the dot."""
    match node:
        case nodes.Name():
            return [node.name]
        case nodes.Getattr():
            above = _path(node.node)
            return [*above, node.attr] if above else []
        case nodes.Getitem(arg=nodes.Const(value=str() as key)):
            above = _path(node.node)
            return [*above, key] if above else []
        case _:
            return []
