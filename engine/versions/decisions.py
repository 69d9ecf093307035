"""Two versions of a decision file: which decisions, which rows of their tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from difflib import SequenceMatcher
from typing import Any

from engine import dmn
from engine.dmn.elements import Decision, DecisionTable, LiteralExpression, Place, Rule
from engine.versions.changes import Change, Detail, Sign


def compare_decisions(before: bytes, after: bytes) -> list[Change]:
    """What differs between two files. Raises DmnError when one of them can't be read."""
    old, new = ({one.id: one for one in dmn.load(xml).graph.definitions.decisions} for xml in (before, after))
    changes = [
        Change(Sign.REMOVED, "decision", id_, _subject(one)) for id_, one in old.items() if id_ not in new
    ]
    for id_, one in new.items():
        if id_ not in old:
            changes.append(Change(Sign.ADDED, "decision", id_, _subject(one)))
        else:
            changes += _decision(old[id_], one)
    return changes


def _subject(decision: Decision) -> str:
    return f"решение «{decision.name}»"


def _decision(before: Decision, after: Decision) -> Iterator[Change]:
    details = []
    if before.name != after.name:
        details.append(Detail("название", before.name, after.name))
    if before.question != after.question:
        details.append(Detail("вопрос", before.question, after.question))
    old, new = before.logic, after.logic
    if isinstance(old, DecisionTable) and isinstance(new, DecisionTable):
        details += _columns(old, new)
        yield from _changed(after, details)
        yield from _rows(after, old, new)
        return
    if isinstance(old, LiteralExpression) and isinstance(new, LiteralExpression):
        if old.text.text != new.text.text:
            details.append(Detail("выражение", old.text.text, new.text.text))
    elif _plain(old) != _plain(new):
        details.append(Detail("устройство", "прежнее", "новое"))
    yield from _changed(after, details)


def _changed(decision: Decision, details: list[Detail]) -> Iterator[Change]:
    if details:
        yield Change(Sign.CHANGED, "decision", decision.id, _subject(decision), tuple(details))


def _columns(before: DecisionTable, after: DecisionTable) -> list[Detail]:
    pairs = [
        ("сколько строк отвечает", _policy(before), _policy(after)),
        ("столбцы условий", _inputs(before), _inputs(after)),
        ("столбцы ответа", _outputs(before), _outputs(after)),
    ]
    return [Detail(label, old, new) for label, old, new in pairs if old != new]


def _policy(table: DecisionTable) -> str:
    return " ".join(str(part) for part in (table.hit_policy, table.aggregation) if part)


def _inputs(table: DecisionTable) -> str:
    return ", ".join(
        column.label
        if column.label in ("", column.expression.text)
        else f"{column.label} ({column.expression.text})"
        for column in table.inputs
    )


def _outputs(table: DecisionTable) -> str:
    return ", ".join(column.label or column.name or "ответ" for column in table.outputs)


def _rows(decision: Decision, before: DecisionTable, after: DecisionTable) -> Iterator[Change]:
    """Rows that came, went or say something else; one that only moved down because of others is no change."""
    old, new = [_cells(rule) for rule in before.rules], [_cells(rule) for rule in after.rules]
    names = [column.label for column in after.inputs] + [c.label or c.name or "" for c in after.outputs]
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        same = min(b - a, d - c)
        for step in range(same):
            details = _cell_details(names, old[a + step], new[c + step])
            yield _row(Sign.CHANGED, decision, after.rules[c + step], c + step, tuple(details))
        for place in range(a + same, b):
            yield _row(Sign.REMOVED, decision, before.rules[place], place, (), old[place])
        for place in range(c + same, d):
            yield _row(Sign.ADDED, decision, after.rules[place], place, (), new[place])


def _cells(rule: Rule) -> tuple[str, ...]:
    return tuple(" ".join(cell.text.split()) or "—" for cell in (*rule.inputs, *rule.outputs))


def _cell_details(names: Sequence[str], before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Detail]:
    """Cells that differ; with other columns than before the whole row is told."""
    if len(before) != len(after) or len(names) != len(after):
        yield Detail("строка", " | ".join(before), " | ".join(after))
        return
    for name, old, new in zip(names, before, after, strict=True):
        if old != new:
            yield Detail(name, old, new)


def _row(
    sign: Sign,
    decision: Decision,
    rule: Rule,
    place: int,
    details: tuple[Detail, ...],
    cells: tuple[str, ...] = (),
) -> Change:
    words = f"строка {place + 1} решения «{decision.name}»"
    if cells:
        words += f" ({' | '.join(cells)})"
    return Change(sign, "row", rule.place.id or "", words, details)


def _plain(value: Any) -> Any:
    """The value without the places where it stands in the file."""
    if isinstance(value, Place):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value).__name__, *(_plain(getattr(value, each.name)) for each in fields(value)))
    if isinstance(value, tuple | list):
        return tuple(_plain(each) for each in value)
    return value
