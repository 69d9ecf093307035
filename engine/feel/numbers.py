"""Numbers of FEEL: decimals of 34 digits, never infinite, never "not a number"."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

CONTEXT: Final = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[])
"""IEEE 754 decimal128. Nothing is trapped: a result that is no finite number is looked for and is null."""


def finite(value: Decimal) -> Decimal | None:
    return value if value.is_finite() else None


def parse_number(text: str) -> Decimal | None:
    """The number that `text` writes (digits, a point, perhaps an exponent), or None."""
    return finite(CONTEXT.create_decimal(text))


def number_text(value: Decimal) -> str:
    """Digits without an exponent, as FEEL writes numbers."""
    return format(value or abs(value), "f")
