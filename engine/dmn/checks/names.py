"""Names that nothing stands behind: a slip of the pen, or an arrow that was not drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from engine.dmn.graph import FunctionNode, Graph, Node, names_of
from engine.errors import Finding, Severity
from engine.feel.builtins import BUILTINS


def name_findings(graph: Graph, node: Node) -> Iterator[Finding]:
    """Findings about the free names and functions of an element."""
    seen = names_of(node)
    for name, place in node.free_names.items():
        found = _about_name(graph, node, name, seen)
        if found is not None:
            severity, message, hint = found
            yield Finding("dmn-name", severity, message, hint, place.id, node.name, place.line)
    for name, place in node.free_functions.items():
        message = f"Функции «{name}» нет, поэтому значение будет пустым."
        hint = _meant(name, [*BUILTINS, *seen]) or "Исправьте название функции."
        yield Finding("dmn-function", "error", message, hint, place.id, node.name, place.line)


def _about_name(graph: Graph, node: Node, name: str, seen: Iterable[str]) -> tuple[Severity, str, str] | None:
    """Severity, message and hint; None for what may be data that the file just does not draw.

    A decision also sees data that no element of the file declares, a function sees nothing but what it
    requires. Where a file draws its data, a name that it does not draw is most likely a slip.
    """
    if name in graph.variables:
        message = f"«{name}» здесь не видно: к «{node.name}» не проведена стрелка."
        return "error", message, f"Проведите стрелку от «{name}» к «{node.name}»."
    if isinstance(node, FunctionNode):
        message = f"«{name}» — не параметр этой функции, поэтому значение будет пустым."
        return "error", message, _meant(name, seen) or "Добавьте параметр или исправьте название."
    if not graph.definitions.inputs:
        return None
    message = f"Данных «{name}» на схеме решений нет."
    return "warning", message, _meant(name, seen) or "Добавьте их на схему или исправьте название."


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1, cutoff=0.75)
    return f"Возможно, имелось в виду «{close[0]}»." if close else ""
