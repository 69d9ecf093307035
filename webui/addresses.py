"""Addresses that come with a request: only pages of this application are ever followed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from werkzeug.routing import IntegerConverter, Map

MAX_LENGTH = 2_000


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: no number is bigger than a row of a database can have, such a page is not
    there.
    """

    def __init__(self, rules: Map, **options: Any) -> None:
        super().__init__(rules, **{"max": 2**63 - 1, **options})


def local_page(address: str) -> bool:
    """True for a page of this application.

    Browsers drop control characters and take a backslash for a slash, so an address with any of them may lead
    elsewhere however it looks.
    """
    if (
        not address.startswith("/")
        or len(address) > MAX_LENGTH
        or not address.isprintable()
        or "\\" in address
    ):
        return False
    return not address.startswith("//")


def with_value(address: str, name: str, value: object | None) -> str:
    """The address with one more value in its query instead of an older one of that name; None: without it."""
    parts = urlsplit(address)
    kept = [(key, old) for key, old in parse_qsl(parts.query) if key != name]
    added = [] if value is None else [(name, str(value))]
    return parts._replace(query=urlencode([*kept, *added])).geturl()
