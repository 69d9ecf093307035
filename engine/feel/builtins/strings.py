"""Functions over strings. Positions count characters (code points) from 1, or from the end below 0."""

from __future__ import annotations

from decimal import Decimal

from engine.feel import limits, regex
from engine.feel.builtins.registry import builtin
from engine.feel.errors import LimitExceeded, Problem
from engine.feel.runtime import Run
from engine.feel.text import to_text
from engine.feel.values import Value


@builtin("string(from: any)")
def string(run: Run, value: Value) -> str | None:
    return None if value is None else run.charge_text(to_text(value))


@builtin("string length(string: string)")
def string_length(_run: Run, string: str) -> Decimal:
    return Decimal(len(string))


@builtin("substring(string: string, start position: number, length?: number)")
def substring(run: Run, string: str, start_position: Decimal, length: Decimal | None = None) -> str:
    start = _bounded(start_position)
    if start == 0:
        raise Problem("позиции считаются с 1 (или с −1 от конца)")
    if abs(start) > len(string):
        raise Problem(f"в строке нет места {start}: в ней {len(string)} зн.")
    begin = start - 1 if start > 0 else len(string) + start
    if length is None:
        return run.charge_text(string[begin:])
    if length < 1:
        raise Problem("длина меньше 1")
    return run.charge_text(string[begin : begin + _bounded(length)])


def _bounded(count: Decimal) -> int:
    """As an integer no further from 0 than any string is long."""
    limit = Decimal(limits.STRING_LENGTH)
    return int(max(min(count, limit), -limit))


@builtin("upper case(string: string)")
def upper_case(run: Run, string: str) -> str:
    return run.charge_text(string.upper())


@builtin("lower case(string: string)")
def lower_case(run: Run, string: str) -> str:
    return run.charge_text(string.lower())


@builtin("substring before(string: string, match: string)")
def substring_before(run: Run, string: str, match: str) -> str:
    before, found, _ = string.partition(match) if match else ("", "", "")
    return run.charge_text(before) if found else ""


@builtin("substring after(string: string, match: string)")
def substring_after(run: Run, string: str, match: str) -> str:
    return run.charge_text(string.partition(match)[2] if match else string)


@builtin("contains(string: string, match: string)")
def contains(run: Run, string: str, match: str) -> bool:
    return match in run.charge_text(string)


@builtin("starts with(string: string, match: string)")
def starts_with(_run: Run, string: str, match: str) -> bool:
    return string.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(_run: Run, string: str, match: str) -> bool:
    return string.endswith(match)


@builtin("matches(input: string, pattern: string, flags?: string|null)")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    return regex.compile_pattern(pattern, flags or "").search(text, run.charge) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string|null)")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    compiled = regex.compile_pattern(pattern, flags or "")
    return run.charge_text(
        regex.replace(compiled, text, replacement, run.charge, literal="q" in (flags or ""))
    )


@builtin("split(string: string, delimiter: string)")
def split(run: Run, string: str, delimiter: str) -> list[str]:
    return regex.split(regex.compile_pattern(delimiter, ""), string, run.charge)


@builtin("string join(list: list, delimiter?: string|null)")
def string_join(run: Run, items: list[Value], delimiter: str | None = None) -> str:
    """The strings of a list in a row; nulls are left out."""
    run.charge(len(items))
    parts = [item for item in items if item is not None]
    if not all(type(part) is str for part in parts):
        raise Problem("в списке не только строки")
    if sum(map(len, parts)) + len(delimiter or "") * len(parts) > limits.STRING_LENGTH:
        raise LimitExceeded(f"Строка длиннее {limits.STRING_LENGTH} знаков.")
    return run.charge_text((delimiter or "").join(parts))
