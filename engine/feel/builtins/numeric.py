"""Functions over numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Final

from engine.feel.arithmetic import POWER_COST, negate
from engine.feel.builtins.registry import builtin
from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.errors import Problem
from engine.feel.numbers import CONTEXT, finite
from engine.feel.runtime import Run
from engine.feel.values import Value

MIN_SCALE: Final = -6111
MAX_SCALE: Final = 6176

ZERO: Final = Decimal(0)


def _round_to(number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    places = int(scale)
    if not MIN_SCALE <= places <= MAX_SCALE:
        raise Problem(f"знаков после запятой может быть от {MIN_SCALE} до {MAX_SCALE}")
    unit = Decimal(1).scaleb(-places, CONTEXT)
    rounded = number.quantize(unit, rounding, CONTEXT)
    return rounded if rounded.is_finite() else number  # more places asked for than 34 digits can hold


def _rounding(*declarations: str, rounding: str) -> None:
    """Register a function that differs from its sisters only in the way it rounds."""

    def function(_run: Run, n: Decimal, scale: Decimal = ZERO) -> Decimal:
        return _round_to(n, scale, rounding)

    builtin(*declarations)(function)


_rounding("decimal(n: number, scale: number)", rounding=ROUND_HALF_EVEN)
_rounding("floor(n: number, scale?: number)", rounding=ROUND_FLOOR)
_rounding("ceiling(n: number, scale?: number)", rounding=ROUND_CEILING)
_rounding("round up(n: number, scale?: number)", rounding=ROUND_UP)
_rounding("round down(n: number, scale?: number)", rounding=ROUND_DOWN)
_rounding("round half up(n: number, scale?: number)", rounding=ROUND_HALF_UP)
_rounding("round half down(n: number, scale?: number)", rounding=ROUND_HALF_DOWN)


@builtin("abs(n: number|days and time duration|years and months duration)")
def absolute(_run: Run, n: Value) -> Value:
    zero = {DaysTimeDuration: DaysTimeDuration(0), YearsMonthsDuration: YearsMonthsDuration(0)}.get(
        type(n), ZERO
    )
    return negate(n) if n < zero else n


@builtin("modulo(dividend: number, divisor: number)")
def modulo(_run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    """The remainder with the sign of the divisor."""
    if not divisor:
        raise Problem("делитель равен нулю")
    remainder = finite(CONTEXT.remainder(dividend, divisor))
    if remainder is None:  # the quotient has more than 34 digits
        raise Problem("частное слишком велико")
    return CONTEXT.add(remainder, divisor) if remainder and (remainder < 0) != (divisor < 0) else remainder


def _checked(compute: Callable[[Decimal], Decimal], number: Decimal, why_not: str) -> Decimal:
    result = finite(compute(number))
    if result is None:
        raise Problem(why_not)
    return result


@builtin("sqrt(number: number)")
def square_root(run: Run, number: Decimal) -> Decimal:
    run.charge(POWER_COST)
    return _checked(CONTEXT.sqrt, number, "у отрицательного числа корня нет")


@builtin("log(number: number)")
def natural_logarithm(run: Run, number: Decimal) -> Decimal:
    run.charge(POWER_COST)
    return _checked(CONTEXT.ln, number, "логарифм есть только у положительных чисел")


@builtin("exp(number: number)")
def exponential(run: Run, number: Decimal) -> Decimal:
    run.charge(POWER_COST)
    return _checked(CONTEXT.exp, number, "число слишком велико")


@builtin("odd(number: number)")
def odd(_run: Run, number: Decimal) -> bool:
    return _is_whole(number) and not even(_run, number)


@builtin("even(number: number)")
def even(_run: Run, number: Decimal) -> bool:
    if number.adjusted() > CONTEXT.prec:  # beyond 34 digits every number is a multiple of ten
        return True
    return _is_whole(number) and int(number) % 2 == 0


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()
