"""FEEL, the expression language of DMN 1.4 and 1.5.

`evaluate(text, context)` and `unary(text, value, context)` do everything at once; `compile` gives an
`Expression` to be evaluated many times. Values are listed in `engine.feel.values`.
"""

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.errors import FeelError, FeelWarning, LimitExceeded, Problem
from engine.feel.expressions import (
    Expression,
    Outcome,
    compile,  # noqa: A004 - the callers write feel.compile
    compile_unary,
    evaluate,
    unary,
    unwrap,
)
from engine.feel.printer import to_source
from engine.feel.text import to_text
from engine.feel.values import Function, Range, kind_of

__all__ = [
    "DaysTimeDuration",
    "Expression",
    "FeelError",
    "FeelWarning",
    "Function",
    "LimitExceeded",
    "Outcome",
    "Problem",
    "Range",
    "YearsMonthsDuration",
    "compile",
    "compile_unary",
    "evaluate",
    "kind_of",
    "to_source",
    "to_text",
    "unary",
    "unwrap",
]
