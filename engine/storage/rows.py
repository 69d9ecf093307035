"""Rows whose columns the type checker need not know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

AnyRow = Row[*tuple[Any, ...]]
"""Any row: columns are read by name. SQLAlchemy types a row by its columns, one by one."""


def by_case(rows: Iterable[AnyRow]) -> dict[int, list[AnyRow]]:
    """Number of a case → its rows, in their order; a case without rows has an empty list."""
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found
