"""The type of a row whose columns the type checker need not know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

AnyRow = Row[*tuple[Any, ...]]
"""Any row: columns are read by name. SQLAlchemy types a row by its columns, one by one."""
