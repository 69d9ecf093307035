"""Pages over the demonstration: what they cost does not grow with what there is to see."""

from __future__ import annotations

from engine.demo.town import account_number
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from tests.webui.browsing import Visitor
from webui.app import create_app

MOST = {
    ("krylova", "/"): 8,
    ("ershova", "/"): 8,
    ("kravtsova", "/"): 8,
    ("ershova", "/monitor"): 28,
    ("kravtsova", "/cases"): 12,
    ("krylova", "/people"): 12,
    ("kravtsova", "/visits"): 17,
    ("krylova", "/referrals"): 12,
    ("krylova", "/notices"): 10,
}
"""Statements, by who looks at what."""


def statements_of(visitor: Visitor, path: str) -> int:
    with count_statements(visitor.rt.database) as count:
        visitor.get(path)
    return count.statements


def test_a_page_costs_no_more_with_a_whole_district_behind_it(demo: Runtime) -> None:
    """The least of three: on a slow machine one more asks whether organisations have changed."""
    app = create_app(demo)
    spent = {}
    for login, path in MOST:
        visitor = Visitor(app, demo, account_number(demo, login))
        spent[login, path] = min(statements_of(visitor, path) for _ in range(3))
    assert {each: number for each, number in spent.items() if number > MOST[each]} == {}
