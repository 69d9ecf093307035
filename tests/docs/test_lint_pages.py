"""Every rule of the checks has a page, and the examples of a page do what it says.

`./run python -m docs.lint.update` makes the pages and their list anew.
"""

from __future__ import annotations

import pytest

from docs.lint.update import HERE, TO_WRITE, Page, contents, head, read, rules

WITHOUT_EXAMPLE = {
    "diagram-large": "too long to show",
    "docx-file": "an example would be a damaged file",
    "expressions-too-long": "too long to show",
    "file-empty": "nothing to show",
    "file-huge": "too long to show",
    "file-kind": "it is the name of the file",
    "file-too-big": "too long to show",
    "file-too-complex": "too long to show",
    "file-too-deep": "too long to show",
    "file-twice": "it takes two files",
    "file-unreadable": "an example would be a damaged file",
    "form-size": "too long to show",
    "no-layout": "the examples show no drawing",
}


def pages() -> list[Page]:
    return [page for rule in rules() if (page := read(rule))]


def test_every_rule_has_its_page_and_every_page_its_rule():
    written = {path.name.removesuffix(".ru.md") for path in HERE.glob("*.ru.md")} - {"README"}
    assert written == set(rules())


def test_every_page_is_written():
    assert [page.rule for page in pages() if TO_WRITE in page.text] == []


def test_only_what_can_not_be_shown_has_no_example():
    without = {page.rule for page in pages() if page.broken is None}
    assert without == set(WITHOUT_EXAMPLE)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.rule)
def test_the_example_breaks_the_rule_and_the_repaired_one_keeps_all(page):
    broken, repaired = page.broken, page.repaired
    assert broken is None or page.rule in {finding.rule for finding in broken}
    assert not repaired


def test_what_is_made_from_the_rules_is_up_to_date():
    assert [page.rule for page in pages() if head(page) not in page.text] == []
    assert (HERE / "README.ru.md").read_text() == contents(pages())
