"""The samples that stored JSON is packed with: made of the shipped forms, decisions and diagrams.

    python -m benchmarks.packing_samples > samples.txt

What cases store is mostly answers of forms in the order of their fields, and what decisions made of them. So
the dictionary of the compressor holds an example of each, written as cases write it, and before them all
options, because what stands last is found cheapest. `engine.bpmn.packing` says which dictionary is in use;
one that was in use is never changed.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from engine import feel
from engine.bpmn.document import read_xml
from engine.bpmn.values import to_json
from engine.cases.context import told
from engine.dmn import load
from engine.formjs import read
from engine.formjs.inputs import Checkbox, Choice, Choices, Day, Moment, Number, TimeOfDay
from engine.formjs.structure import Leaf, Scope
from engine.formjs.values import set_path
from engine.resources import forms_dir, processes_dir

LINE: Final = 100
"""Characters of a line of the file; its ends are no part of the dictionary."""

A_DAY: Final = date(2026, 1, 1)


def main() -> None:
    text = "".join([*_options(), *_places(), *_decisions(), *_answers(), *_small_change()])
    known = text.encode("cp1251", "ignore").decode("cp1251")
    for at in range(0, len(known), LINE):
        sys.stdout.write(known[at : at + LINE] + "\n")


def _scopes() -> list[Scope]:
    return [read(path.read_bytes()).scope for path in sorted(forms_dir().glob("*.form"))]


def _leaves(scope: Scope) -> Iterator[Leaf]:
    yield from scope.leaves
    for rows in scope.rows:
        yield from _leaves(rows.scope)


def _options() -> Iterator[str]:
    """All options of all forms, those of several forms last."""
    offered = Counter(
        value
        for scope in _scopes()
        for leaf in _leaves(scope)
        if isinstance(leaf.input, Choice) and leaf.input.options
        for value in leaf.input.options.values
        if isinstance(value, str)
    )
    yield _joined(value for value, _ in sorted(offered.items(), key=lambda pair: (pair[1], pair[0])))


def _places() -> Iterator[str]:
    """Tokens at the elements where cases stand."""
    standing = ("boundaryEvent", "startEvent", "receiveTask", "intermediateCatchEvent", "userTask")
    for path in sorted(processes_dir().glob("*/*.bpmn")):
        root = read_xml(path.read_bytes())
        for kind in standing:
            yield from (f',0,8,"{node.get("id")}",0],[' for node in root.iter(f"{{*}}{kind}"))


def _decisions() -> Iterator[str]:
    """What tables answer, and what histories say of that."""
    for path in sorted(processes_dir().glob("**/*.dmn")):
        model = load(path.read_bytes())
        for decision in model.decisions:
            explained = model.explain(decision.id, {}, now=datetime(2026, 1, 1, tzinfo=UTC))
            yield from (_inside(told(table)) for table in explained.tables)
        for table in etree.fromstring(path.read_bytes()).iter("{*}decisionTable"):
            yield from (_inside(answer) for answer in _rows(table))


def _rows(table: Any) -> Iterator[dict[str, Any]]:
    names = [output.get("name") for output in table.iter("{*}output")]
    for rule in table.iter("{*}rule"):
        cells = [entry.findtext("{*}text") or "null" for entry in rule.iter("{*}outputEntry")]
        yield {name: _literal(cell) for name, cell in zip(names, cells, strict=True)}


def _literal(cell: str) -> Any:
    try:
        return feel.compile(cell).evaluate({}, now=datetime(2026, 1, 1, tzinfo=UTC))
    except feel.FeelError:
        return None


def _answers() -> Iterator[str]:
    """An answer to each form, the fields in their order; the forms that people begin with come last."""
    for scope in reversed(_scopes()):
        yield _inside(_answer(scope)) + ","


def _answer(scope: Scope) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for leaf in scope.leaves:
        set_path(answer, leaf.path, _example(leaf))
    for rows in scope.rows:
        set_path(answer, rows.path, [_answer(rows.scope)])
    return answer


def _example(leaf: Leaf) -> Any:
    match leaf.input:
        case Choices(options=options):
            return options.values[:1] if options else []
        case Choice(options=options):
            return options.values[0] if options else ""
        case Number():
            return Decimal(1)
        case Checkbox():
            return False
        case Moment():
            return datetime(2026, 1, 1, 12, tzinfo=UTC)
        case TimeOfDay():
            return time(12)
        case Day():
            return A_DAY
    return ""


def _small_change() -> Iterator[str]:
    """What stands between values."""
    yield '"data":{"decisions":[{"node":"","decision":"","explanation":{"tables":['
    yield '"name":"","key":"","payload":{"element":"","topic":"","inputs":{"template":"","task":{"$n":"'
    yield '],"":null,false,true,":[],"":[{"":{"$n":"1"},":{"$d":"2026-'


def _inside(value: Any) -> str:
    """As it is stored, without the braces around it."""
    return to_json(value).decode()[1:-1]


def _joined(texts: Iterable[str]) -> str:
    return '","'.join(texts)


if __name__ == "__main__":
    main()
