"""The list of papers says what is shipped: every template with its mark and its steps, every number between
with the reason why there is none.
"""

from __future__ import annotations

import re

import pytest
from docx import Document
from lxml import etree

from tests.engine.documents.making import REPOSITORY, SHIPPED
from tests.processes.shipped import properties

PAGE = (REPOSITORY / "docs" / "guide" / "papers.ru.md").read_text(encoding="utf-8")
LISTED = {
    key: [cell.strip() for cell in rest.split("|")]
    for key, rest in re.findall(r"^\| (D\d+) \| (.*) \|$", PAGE.split("## Номера")[0], re.MULTILINE)
}


def steps_of() -> dict[str, set[str]]:
    """Document → the elements of the diagrams that name it."""
    found: dict[str, set[str]] = {}
    for path in (REPOSITORY / "processes").rglob("*.bpmn"):
        for node in etree.parse(path).iter():
            for key in properties(node).get("document", "").split(",") if isinstance(node.tag, str) else ():
                if key.strip():
                    found.setdefault(key.strip(), set()).add(str(node.get("id")))
    return found


def without() -> set[int]:
    """Numbers that the page says have no document."""
    found: set[int] = set()
    for first, last in re.findall(r"D(\d+)(?:–D(\d+))?", PAGE.split("|---|---|\n")[-1]):
        found |= set(range(int(first), int(last or first) + 1))
    return found - {int(key[1:]) for key in LISTED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_template_stands_in_the_list_under_its_title_and_mark(path):
    core = Document(path).core_properties
    assert LISTED[path.stem][:2] == [core.title, core.category]


def test_the_list_names_the_steps_that_make_each_document():
    assert {key: set(re.findall(r"`(\w+)`", row[2])) for key, row in LISTED.items()} == steps_of()


def test_every_number_has_a_document_or_a_reason():
    numbers = {int(key[1:]) for key in LISTED}
    assert set(range(1, 87)) - numbers == without()
    assert 140 in numbers
