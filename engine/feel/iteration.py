"""What loops go over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from engine.feel.errors import Problem
from engine.feel.numbers import CONTEXT
from engine.feel.temporal import date_from_number, is_date, number_of_date
from engine.feel.values import Range, Value, kind_in_russian

_ONE: Final = Decimal(1)


def items_of(value: Value) -> Iterable[Value]:
    """The items of a list, the steps of a range, a single value itself. Raises Problem for anything else."""
    if type(value) is list:
        return value
    if type(value) is Range:
        return _range_items(value)
    if value is None:
        raise Problem("Перебирать нечего: вместо списка пусто.")
    return [value]


def _range_items(bounds: Range) -> Iterable[Value]:
    if bounds.start is None or bounds.end is None:
        raise Problem("Промежуток без конца не перебрать.")
    items = iter(span(bounds.start, bounds.end))
    return (
        item
        for item in items
        if (bounds.closed_start or item != bounds.start) and (bounds.closed_end or item != bounds.end)
    )


def span(start: Value, end: Value) -> Iterable[Value]:
    """`start..end`: whole steps up or down, over numbers or days."""
    if type(start) is Decimal and type(end) is Decimal:
        return _numbers(start, end)
    if is_date(start) and is_date(end):
        first, last = number_of_date(start), number_of_date(end)
        step = 1 if first <= last else -1
        return (date_from_number(number) for number in range(first, last + step, step))
    raise Problem(f"Так перебрать нельзя: от «{kind_in_russian(start)}» до «{kind_in_russian(end)}».")


def _numbers(start: Decimal, end: Decimal) -> Iterator[Decimal]:
    if start <= end:
        while start <= end:
            yield start
            start = CONTEXT.add(start, _ONE)
    else:
        while start >= end:
            yield start
            start = CONTEXT.subtract(start, _ONE)
