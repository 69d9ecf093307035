"""Every family of pages opens for those who work with it; `browsing.checked` says what is true of each
page."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import TemplateRuntimeError

from engine.storage.counting import count_statements

PAGES = [
    ("R05", "/"),
    ("R05", "/?whose=own&term=week&pathway=help"),
    ("R05", "/?after=1768000000-5"),
    ("R05", "/cases"),
    ("R05", "/cases?state=all"),
    ("R05", "/cases/{case}"),
    ("R05", "/cases/{later_case}"),
    ("R05", "/cases/{later_case}/history"),
    ("R05", "/cases/new/help"),
    ("R05", "/cases/new/help?person={person}"),
    ("R05", "/cases/new/asking"),
    ("R05", "/tasks/{task}"),
    ("R05", "/tasks/{later_task}"),
    ("R07", "/tasks/{task}"),
    ("R05", "/documents/{document}"),
    ("R02", "/documents/{document}"),
    ("R05", "/people"),
    ("R05", "/people/{person}"),
    ("R05", "/people/new?next=/cases/new/help"),
    ("R05", "/people/{person}/edit"),
    ("R05", "/notices"),
    ("R05", "/password"),
    ("R05", "/workshop"),
    ("R05", "/workshop/bpmn/help"),
    ("R05", "/workshop/form/accept"),
    ("R05", "/workshop/docx/D25"),
    ("R25", "/workshop/upload"),
    ("R25", "/calendar"),
    ("R25", "/calendar?year=2027&event=2026-12-30&value=3&unit=working_days"),
    ("R07", "/monitor"),
    ("R07", "/monitor?pathway=help&all=1"),
    ("R07", "/monitor/reassign/{task}"),
    ("R07", "/cases/{later_case}"),
    ("R07", "/cases/{later_case}/repair"),
    ("R29", "/cases/{later_case}/repair"),
    ("R07", "/repair"),
    ("R07", "/cases/{later_case}/views"),
    ("R07", "/admin/journal"),
    ("R28", "/admin/journal?action=view"),
    ("R29", "/admin/accounts"),
    ("R29", "/admin/accounts/new"),
    ("R29", "/admin/accounts/{account}"),
]


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_a_page_opens_whole(role, path, visit, office):
    numbers = (
        {name: getattr(office, name) for name in office.__slots__}
        if hasattr(office, "__slots__")
        else vars(office)
    )
    visit(role).get(path.format(**numbers, account=office.role["R05"]))


@pytest.mark.parametrize("words", ["Лапш", "Никого"])
@pytest.mark.parametrize(
    "page", ["/?whose=own&term=week", "/cases?state=all", "/cases/new/help", "/people", "/calendar?year=2027"]
)
def test_a_page_opens_whole_with_what_was_looked_for(page, words, visit):
    visit("R05" if page != "/calendar?year=2027" else "R25").search(page, words)


def test_the_sign_in_page_opens_for_everybody(visit):
    page = visit().get("/sign-in")
    assert page.find("input", {"name": "login"})


def test_a_name_that_nobody_gives_is_a_fault(app):
    with pytest.raises(UndefinedError):
        app.jinja_env.from_string("{{ forgotten }}").render()
    with pytest.raises((UndefinedError, TemplateRuntimeError)):
        app.jinja_env.from_string("{{ forgotten.name }}").render()
    assert app.jinja_env.from_string("{% if part.note %}x{% endif %}").render(part={}) == ""


def test_an_inbox_costs_eight_statements_at_the_most(visit, rt):
    clerk = visit("R05")
    clerk.get("/")
    with count_statements(rt.database) as count:
        clerk.get("/")
    assert count.statements <= 8, count.texts


def test_a_step_costs_a_bounded_number_of_statements(visit, rt, office):
    clerk = visit("R05")
    path = f"/tasks/{office.later_task}"
    clerk.get(path)
    with count_statements(rt.database) as count:
        clerk.get(path)
    assert count.statements <= 21, count.texts


def test_no_page_but_the_journal_of_views_writes(visit, rt, office):
    """Looking is noted in the journal: one commit for a page with somebody's data, none for a list."""
    clerk = visit("R05")
    expected = {
        "/": 0,
        "/cases": 0,
        "/people": 0,
        f"/tasks/{office.task}": 1,
        f"/people/{office.person}": 1,
    }
    for path, commits in expected.items():
        with count_statements(rt.database) as count:
            clerk.get(path)
        assert (path, count.commits) == (path, commits)


@pytest.mark.parametrize(
    ("role", "path", "section"),
    [
        ("R05", "/tasks/{office.task}", "Задачи"),
        ("R05", "/cases/{office.case}/terms", "Дела"),
        ("R07", "/monitor/forecast", "Монитор"),
        ("R29", "/commissions/new", "Комиссии"),
    ],
)
def test_a_page_stands_in_the_section_that_leads_to_it(visit, office, role, path, section):
    page = visit(role).get(path.format(office=office))
    current = page.select(".section[aria-current]")
    assert [each.get_text(strip=True) for each in current] == [section]
