"""Addresses and values that come with a request: only pages of this application are ever followed, and no
number is one that a database can't hold.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import IntegerConverter, Map

MAX_LENGTH = 2_000
LARGEST = 2**63 - 1
"""No row of a database has a bigger number."""


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: a page of a number that no row can have is not there."""

    def __init__(self, rules: Map, **options: Any) -> None:
        super().__init__(rules, **{"max": LARGEST, **options})


class Values(ImmutableMultiDict[str, str]):
    """What was sent by name. A whole number that no row can have is as if none had been sent."""

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]
        return super().get(key, default, row_number if type is int else type)

    def getlist(self, key: str, type: Any = None) -> list[Any]:
        return super().getlist(key, row_number if type is int else type)


class Asked(Request):
    """A request of this application."""

    parameter_storage_class = Values


def row_number(text: str) -> int:
    """A whole number that a row can have; ValueError for anything else."""
    number = int(text)
    if abs(number) > LARGEST:
        raise ValueError(text)
    return number


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
