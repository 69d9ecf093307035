"""Functions over lists. Items are counted from 1, or from the end below 0."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any, Final

from engine.feel.builtins.registry import builtin, invoke_function
from engine.feel.comparison import contains, equal, order_key
from engine.feel.errors import Problem
from engine.feel.numbers import CONTEXT, finite
from engine.feel.runtime import Run
from engine.feel.values import Function, Value

Items = list[Value]
Numbers = list[Decimal]


def _numbers(run: Run, items: Items) -> Numbers:
    run.charge(len(items))
    if not all(type(item) is Decimal for item in items):
        raise Problem("в списке не только числа")
    return items


def _found(result: Decimal) -> Decimal:
    value = finite(result)
    if value is None:
        raise Problem("число слишком велико")
    return value


@builtin("list contains(list: list, element: any)")
def list_contains(run: Run, items: Items, element: Value) -> bool:
    run.charge(len(items))
    return contains(run, items, element)


@builtin("count(list: list)")
def count(_run: Run, items: Items) -> Decimal:
    return Decimal(len(items))


def _extreme(run: Run, items: Items, better: Callable[[Any, Any], bool]) -> Value:
    if not items:
        return None
    run.charge(len(items))
    best = items[0]
    for item in items:
        keys = order_key(item, best)
        if keys is None:
            raise Problem("значения списка нельзя сравнить между собой")
        if better(*keys):
            best = item
    return best


@builtin("min(list: list)", "min(items...: any)")
def minimum(run: Run, items: Items) -> Value:
    return _extreme(run, items, lambda item, best: bool(item < best))


@builtin("max(list: list)", "max(items...: any)")
def maximum(run: Run, items: Items) -> Value:
    return _extreme(run, items, lambda item, best: bool(item > best))


@builtin("sum(list: list)", "sum(items...: any)")
def total(run: Run, items: Items) -> Value:
    numbers = _numbers(run, items)
    if not numbers:
        return None
    result = numbers[0]
    for number in numbers[1:]:
        result = CONTEXT.add(result, number)
    return _found(result)


@builtin("product(list: list)", "product(items...: any)")
def product(run: Run, items: Items) -> Value:
    numbers = _numbers(run, items)
    if not numbers:
        return None
    result = numbers[0]
    for number in numbers[1:]:
        result = CONTEXT.multiply(result, number)
    return _found(result)


@builtin("mean(list: list)", "mean(items...: any)")
def mean(run: Run, items: Items) -> Value:
    result = total(run, items)
    return None if result is None else _found(CONTEXT.divide(result, Decimal(len(items))))


@builtin("median(list: list)", "median(items...: any)")
def median(run: Run, items: Items) -> Value:
    numbers = sorted(_numbers(run, items))
    if not numbers:
        return None
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return _found(CONTEXT.divide(CONTEXT.add(numbers[middle - 1], numbers[middle]), Decimal(2)))


@builtin("stddev(list: list)", "stddev(items...: any)")
def standard_deviation(run: Run, items: Items) -> Value:
    """Of a sample: divided by one less than the number of items."""
    numbers = _numbers(run, items)
    if len(numbers) < 2:
        raise Problem("нужно хотя бы два числа")
    average = CONTEXT.divide(total(run, items), Decimal(len(items)))
    deviations = [CONTEXT.subtract(number, average) for number in numbers]
    squares: Value = total(run, [CONTEXT.multiply(one, one) for one in deviations])
    return _found(CONTEXT.sqrt(CONTEXT.divide(squares, Decimal(len(items) - 1))))


@builtin("mode(list: list)", "mode(items...: any)")
def mode(run: Run, items: Items) -> Numbers:
    """The numbers that occur most often, in ascending order."""
    counts: dict[Decimal, int] = {}
    for number in _numbers(run, items):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


def _logic(run: Run, items: Items, decisive: bool) -> bool | None:
    """`decisive` as soon as an item has it, else its opposite; null where an item is neither."""
    run.charge(len(items))
    if decisive in [item for item in items if type(item) is bool]:
        return decisive
    if not all(type(item) is bool for item in items):
        raise Problem("в списке не только true и false")
    return not decisive


@builtin("all(list: list)", "all(items...: any)")
def every_item(run: Run, items: Items) -> bool | None:
    return _logic(run, items, decisive=False)


@builtin("any(list: list)", "any(items...: any)")
def some_item(run: Run, items: Items) -> bool | None:
    return _logic(run, items, decisive=True)


def _index(items: Items, position: Decimal) -> int:
    """The Python index of a position."""
    if position != position.to_integral_value() or not position:
        raise Problem("место в списке — целое число от 1 (или от −1 с конца)")
    if not -len(items) <= position <= len(items):
        raise Problem(f"в списке нет места {position:f}")
    return int(position) - 1 if position > 0 else len(items) + int(position)


@builtin("sublist(list: list, start position: number, length?: number)")
def sublist(run: Run, items: Items, start: Decimal, length: Decimal | None = None) -> Items:
    begin = _index(items, start)
    run.charge(len(items))
    if length is None:
        return items[begin:]
    if not 1 <= length <= len(items) - begin:
        raise Problem("столько значений с этого места в списке нет")
    return items[begin : begin + int(length)]


@builtin("append(list: list, item...: any)")
def append(run: Run, items: Items, added: Items) -> Items:
    run.charge(len(items) + len(added))
    return [*items, *added]


@builtin("concatenate(list...: list)")
def concatenate(run: Run, lists: list[Items]) -> Items:
    run.charge(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before(list: list, position: number, newItem: any)")
def insert_before(run: Run, items: Items, position: Decimal, new_item: Value) -> Items:
    run.charge(len(items))
    index = _index(items, position)
    return [*items[:index], new_item, *items[index:]]


@builtin("remove(list: list, position: number)")
def remove(run: Run, items: Items, position: Decimal) -> Items:
    run.charge(len(items))
    index = _index(items, position)
    return [*items[:index], *items[index + 1 :]]


@builtin("list replace(list: list, position: number, newItem: any)")
def list_replace(run: Run, items: Items, position: Decimal, new_item: Value) -> Items:
    run.charge(len(items))
    index = _index(items, position)
    return [*items[:index], new_item, *items[index + 1 :]]


@builtin("list replace(list: list, match: function, newItem: any)")
def list_replace_matching(run: Run, items: Items, match: Function, new_item: Value) -> Items:
    """Every item for which `match(item, newItem)` is true is replaced."""
    run.charge(len(items))
    replaced = []
    for item in items:
        answer = invoke_function(run, match, item, new_item)
        if type(answer) is not bool:
            raise Problem("функция отбора должна отвечать true или false")
        replaced.append(new_item if answer else item)
    return replaced


@builtin("reverse(list: list)")
def reverse(run: Run, items: Items) -> Items:
    run.charge(len(items))
    return items[::-1]


@builtin("index of(list: list, match: any)")
def index_of(run: Run, items: Items, match: Value) -> Numbers:
    run.charge(len(items))
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(run, item, match) is True]


@builtin("union(list...: list)")
def union(run: Run, lists: list[Items]) -> Items:
    return distinct_values(run, concatenate(run, lists))  # type: ignore[no-any-return]


_HASHABLE: Final = (Decimal, str, bool)


@builtin("distinct values(list: list)")
def distinct_values(run: Run, items: Items) -> Items:
    """Each value once, in the order of first appearance."""
    seen: set[tuple[type, Value]] = set()
    others: Items = []
    result: Items = []
    for item in items:
        if type(item) in _HASHABLE:
            run.charge(1)
            if (type(item), item) in seen:
                continue
            seen.add((type(item), item))
        else:
            run.charge(1 + len(others))
            if contains(run, others, item):
                continue
            others.append(item)
        result.append(item)
    return result


@builtin("flatten(list: list)")
def flatten(run: Run, items: Items) -> Items:
    run.charge(len(items))
    result: Items = []
    for item in items:
        if type(item) is list:
            result += flatten(run, item)
        else:
            result.append(item)
    return result


@builtin("sort(list: list, precedes?: function)")
def sort(run: Run, items: Items, precedes: Function | None = None) -> Items:
    """In the order in which `precedes(a, b)` is true for a before b; without it, in natural order."""
    run.charge(len(items) * max(1, len(items).bit_length()))

    def before(left: Value, right: Value) -> bool:
        if precedes is not None:
            answer = invoke_function(run, precedes, left, right)
            if type(answer) is not bool:
                raise Problem("функция порядка должна отвечать true или false")
            return answer
        keys = order_key(left, right)
        if keys is None:
            raise Problem("значения списка нельзя сравнить между собой")
        return bool(keys[0] < keys[1])

    def ordering(left: Value, right: Value) -> int:
        if before(left, right):
            return -1
        return 1 if before(right, left) else 0

    return sorted(items, key=cmp_to_key(ordering))
