"""A decision has a number of its own, in the name of its page and in its title."""

from __future__ import annotations

from tests.guards.tree import ROOT

PAGES = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def test_no_number_is_given_twice():
    numbers = [page.name[:4] for page in PAGES]
    assert sorted(set(numbers)) == numbers


def test_a_page_is_titled_with_its_number():
    titles = {page.name: page.read_text(encoding="utf-8").splitlines()[0] for page in PAGES}
    assert {name: title for name, title in titles.items() if not title.startswith(f"# {name[:4]}. ")} == {}
