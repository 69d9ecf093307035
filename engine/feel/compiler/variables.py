"""Names, paths and filters."""

from __future__ import annotations

from decimal import Decimal
from operator import itemgetter

from engine.feel import ast
from engine.feel.builtins import BUILTINS
from engine.feel.compiler.base import UNSET, Code, Compiler, Frame, rule
from engine.feel.properties import PROPERTIES
from engine.feel.runtime import Run
from engine.feel.values import Value, kind_in_russian


@rule(ast.Name)
def compile_name(compiler: Compiler, node: ast.Name) -> Code:
    binding = compiler.look_up(node.text)
    if binding.cell is None:
        outer = _free(compiler, node)
        if not binding.items:
            compiler.certain.add(node.text)
    elif binding.cell in compiler.copied:
        outer = _copy(binding.cell)
    else:
        outer = itemgetter(binding.cell)
    return _member_or(node.text, binding.items, outer) if binding.items else outer


def _free(compiler: Compiler, node: ast.Name) -> Code:
    name, position = node.text, node.at
    cell = compiler.free_cell(name)
    function = BUILTINS.get(name)

    def free(frame: Frame) -> Value:
        value = frame[cell]
        if value is UNSET:
            run: Run = frame[0]
            if name not in run.context and (found := run.functions.get(name, function)) is not None:
                value = found
            else:
                value = run.fetch(name, position)
            frame[cell] = value
        return value

    return free


def _copy(cell: int) -> Code:
    def copy(frame: Frame) -> Value:
        frame[0].charge(len(frame[cell]))
        return list(frame[cell])

    return copy


def _member_or(name: str, items: tuple[int, ...], outer: Code) -> Code:
    """A name inside filters: a member of the item where it has one, innermost filter first."""

    def member(frame: Frame) -> Value:
        for cell in items:
            item = frame[cell]
            if type(item) is dict and name in item:
                return item[name]
        return outer(frame)

    return member


@rule(ast.Path)
def compile_path(compiler: Compiler, node: ast.Path) -> Code:
    base = compiler.code(node.base)
    name, position = node.name, node.at

    def path(frame: Frame) -> Value:
        value = base(frame)
        if type(value) is dict and name in value:
            return value[name]
        return get_member(frame[0], value, name, position)

    return path


def get_member(run: Run, value: Value, name: str, position: int) -> Value:
    """A member of a context, a property of a date or the like; of a list, the members of its items."""
    if value is None:
        return None
    if type(value) is list:
        run.charge(len(value))
        return [get_member(run, item, name, position) for item in value]
    if type(value) is dict:
        if name in value:
            return value[name]
        return run.warn(position, f"Поля «{name}» нет.")
    read = PROPERTIES.get(type(value), {}).get(name)
    if read is None:
        return run.warn(position, f"У этого значения ({kind_in_russian(value)}) нет поля «{name}».")
    return read(value)


@rule(ast.Filter)
def compile_filter(compiler: Compiler, node: ast.Filter) -> Code:
    base = _filtered(compiler, node.base)
    match node.condition:
        case ast.Literal(value=Decimal() as index):
            return _constant_index(base, index, node.at)
        case ast.Negation(operand=ast.Literal(value=Decimal() as index)):
            return _constant_index(base, -index, node.at)
    with compiler.scope(("item",)) as scope:
        cell = scope.names["item"]
        scope.item = cell
        condition, weight = compiler.weighed(node.condition)
    position = node.at

    def filtered(frame: Frame) -> Value:
        value = base(frame)
        run: Run = frame[0]
        if value is None:
            return None
        items = value if type(value) is list else [value]
        if not items:
            frame[cell] = None
            index = condition(frame)
            return run.warn(position, "Список пуст.") if type(index) is Decimal else []
        run.charge(weight * len(items))
        kept = []
        for place, item in enumerate(items):
            frame[cell] = item
            answer = condition(frame)
            if answer is True:
                kept.append(item)
            elif place == 0 and type(answer) is Decimal:
                return _at_index(run, items, answer, position)
        return kept

    return filtered


def _filtered(compiler: Compiler, base: ast.Node) -> Code:
    """The list to be filtered; `partial` need not be copied for that."""
    if isinstance(base, ast.Name):
        binding = compiler.look_up(base.text)
        if binding.cell in compiler.copied and not binding.items:
            return itemgetter(binding.cell)
    return compiler.code(base)


def _constant_index(base: Code, index: Decimal, position: int) -> Code:
    def item(frame: Frame) -> Value:
        value = base(frame)
        if value is None:
            return None
        return _at_index(frame[0], value if type(value) is list else [value], index, position)

    return item


def _at_index(run: Run, items: list[Value], index: Decimal, position: int) -> Value:
    if index == index.to_integral_value() and index and -len(items) <= index <= len(items):
        return items[int(index) - 1 if index > 0 else int(index)]
    if not index:
        return run.warn(position, "Места в списке считаются с 1, с конца — с −1.")
    return run.warn(position, f"В списке нет места {index:f}, всего значений в нём: {len(items)}.")
