"""Long lists in pages that have numbers."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from flask_babel import gettext as _

MOST_PAGES = 10_000
"""A greater number in an address is no page of any list."""


def page_number() -> int:
    """Which page is asked for."""
    return min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)


def pager(count: int, size: int, page: int, address: Callable[..., str]) -> dict[str, str | None] | None:
    """Which part of a list of `count` is shown, for `kit.pager`, and the addresses of the pages beside it;
    None for a list that one page holds. `address` is given the number as `page`.
    """
    if count <= size:
        return None
    first, last = size * (page - 1) + 1, min(size * page, count)
    return {
        "words": _("%(first)s–%(last)s из %(count)s", first=first, last=last, count=count),
        "previous": address(page=page - 1) if page > 1 else None,
        "next": address(page=page + 1) if last < count else None,
    }
