"""Functions over contexts, and the few that take anything."""

from __future__ import annotations

from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.comparison import equal
from engine.feel.errors import Problem
from engine.feel.runtime import Run
from engine.feel.temporal import is_date_time, is_time, offset_seconds, region_name
from engine.feel.values import Value, kind_in_russian, kind_of

Context = dict[str, Value]


@builtin("get value(m: context, key: string)")
def get_value(_run: Run, context: Context, key: str) -> Value:
    return context.get(key)


@builtin("get value(m: context, keys: list)")
def get_nested_value(_run: Run, context: Context, keys: list[Value]) -> Value:
    value: Value = context
    for key in _checked_keys(keys):
        if type(value) is not dict:
            return None
        value = value.get(key)
    return value


@builtin("get entries(m: context)")
def get_entries(run: Run, context: Context) -> list[Context]:
    run.charge(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list)")
def make_context(run: Run, entries: list[Value]) -> Context:
    """A context of `[{key: "a", value: 1}, …]`; no key may come twice."""
    run.charge(len(entries))
    result: Context = {}
    for entry in entries:
        if type(entry) is not dict or type(entry.get("key")) is not str or "value" not in entry:
            raise Problem("каждая запись — это {key: строка, value: значение}")
        if entry["key"] in result:
            raise Problem("имя записано дважды")
        result[entry["key"]] = entry["value"]
    return result


@builtin("context put(context: context, key: string, value: any)")
def context_put(run: Run, context: Context, key: str, value: Value) -> Context:
    run.charge(len(context))
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: any)")
def context_put_nested(run: Run, context: Context, keys: list[Value], value: Value) -> Context:
    return _put(run, context, _checked_keys(keys), value)


def _checked_keys(keys: list[Value]) -> list[str]:
    if not keys or not all(type(key) is str for key in keys):
        raise Problem("нужен непустой список имён")
    return keys


def _put(run: Run, context: Any, keys: list[str], value: Value) -> Context:
    if type(context) is not dict:
        raise Problem("по пути стоит не набор полей")
    run.charge(len(context))
    first, *rest = keys
    return {**context, first: _put(run, context.get(first), rest, value) if rest else value}


@builtin("context merge(contexts: list)")
def context_merge(run: Run, contexts: list[Value]) -> Context:
    result: Context = {}
    for context in contexts:
        if type(context) is not dict:
            raise Problem("в списке не только наборы полей")
        run.charge(len(context))
        result.update(context)
    return result


@builtin("not(negand: any)")
def negation(_run: Run, negand: Value) -> bool | None:
    if type(negand) is list and len(negand) == 1:
        negand = negand[0]
    if negand is not None and type(negand) is not bool:
        raise Problem(f"нужно да или нет, а дано: {kind_in_russian(negand)}")
    return None if negand is None else not negand


@builtin("is(value1: any, value2: any)")
def same(run: Run, value1: Value, value2: Value) -> bool:
    """Whether both are the same value of the same type; of times also the zone must be the same."""
    if kind_of(value1) != kind_of(value2):
        return False
    if is_time(value1) or is_date_time(value1):
        zones = [(offset_seconds(value), region_name(value.tzinfo)) for value in (value1, value2)]
        if zones[0] != zones[1]:
            return False
    return equal(run, value1, value2) is True
