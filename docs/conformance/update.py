"""Bring the page of conformance up to date with the tests: `./run python -m docs.conformance.update`.

A test says by a mark which element of the notation it shows: `@pytest.mark.element("userTask", runs=True)`.
The page is what the marks say; `--check` only tells whether it is, and whether an element of the standard has
no test or a mark names none.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from docs.conformance.standard import STANDARD

PAGE: Final = Path(__file__).parent / "README.md"
ROOT: Final = Path(__file__).parents[2]
TESTS: Final = ROOT / "tests" / "engine" / "bpmn"

Marks = dict[str, dict[bool, list[str]]]
"""Per element: whether it runs, and the tests that show it."""


class _Collector:
    """Takes the marks of all tests that pytest finds."""

    def __init__(self) -> None:
        self.marks: Marks = defaultdict(lambda: defaultdict(list))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            test = item.nodeid.split("[")[0].removeprefix("tests/engine/bpmn/")
            for mark in item.iter_markers("element"):
                for element in mark.args:
                    tests = self.marks[element][mark.kwargs["runs"]]
                    if test not in tests:
                        tests.append(test)


def collect() -> Marks:
    """The marks of the tests of diagrams."""
    collector = _Collector()
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", str(TESTS)], plugins=[collector])
    return collector.marks


def faults(marks: Marks) -> list[str]:
    """What keeps the page from being true."""
    known = [element for elements in STANDARD.values() for element in elements]
    found = [f"no test shows {element}" for element in known if element not in marks]
    found += [f"no element of the standard: {element}" for element in marks if element not in known]
    return found + [f"runs and is refused: {element}" for element, said in marks.items() if len(said) > 1]


def page(marks: Marks) -> str:
    """The text of the page."""
    lines = [
        "# Conformance to BPMN 2.0",
        "",
        "What becomes of each element of the notation, and the tests that show it (in `tests/engine/bpmn`).",
        "Made from their marks by `./run python -m docs.conformance.update`; not to be edited by hand.",
        "",
        "**Runs** means: as the standard says. What only describes, like a note, runs by being kept and",
        "doing nothing. **Refused** means: such a diagram cannot be published, and the check names the",
        "element, the line, the reason and what to do. There is nothing else.",
    ]
    counted = [next(iter(said)) for said in marks.values()]
    lines += ["", f"{counted.count(True)} run, {counted.count(False)} are refused."]
    for chapter, elements in STANDARD.items():
        lines += ["", f"## {chapter}", "", "| element | | shown by |", "|---|---|---|"]
        for element in elements:
            for runs, tests in marks.get(element, {}).items():
                names = ", ".join(f"`{test}`" for test in sorted(tests))
                lines.append(f"| {element} | {'runs' if runs else 'refused'} | {names} |")
    return "\n".join(lines) + "\n"


def main(*, check: bool) -> int:
    """Write the page, or only compare it; 1 when something is wrong."""
    marks = collect()
    wrong = faults(marks)
    text = page(marks)
    if not check:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        wrong.append("the page is not what the tests say")
    for line in wrong:
        print(line)  # noqa: T201 - a command for developers
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
