"""How much one expression may ask for.

Work is counted, not timed: the same expression with the same data always ends the same way. A unit is
about one node of the tree evaluated or one item of a list touched; the whole budget takes well under a
second. Straight-line code is not counted (it can't be longer than its text), loops, calls and functions
over lists and strings are.
"""

from __future__ import annotations

from typing import Final

TEXT_LENGTH: Final = 50_000
"""Characters of one expression."""

NESTING: Final = 60
"""Brackets, branches and function bodies inside one another."""

CHAIN: Final = 60
"""Steps applied to one value in a row: `a.b.c[1].d(2)…`."""

WORK: Final = 500_000
"""Units of one evaluation."""

CALL_DEPTH: Final = 120
"""Functions that wait for one another; recursion ends here at the latest."""

STRING_LENGTH: Final = 500_000
"""Characters of a string made by an expression."""

RESULT_ITEMS: Final = 200_000
"""Values in the result, at all levels together."""

VALUE_DEPTH: Final = 60
"""Levels of lists and contexts inside one another."""

WARNINGS: Final = 100
"""Warnings kept of one evaluation; the first ones explain the rest."""

CACHED_EXPRESSIONS: Final = 4096
"""Compiled expressions kept ready."""

CACHED_LENGTH: Final = 1000
"""Characters of an expression up to which it is kept ready; who uses a longer one often keeps it himself."""
