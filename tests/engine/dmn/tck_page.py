"""Writes docs/developers/tck.md: how many cases of the public test kit pass, and which do not and why.

DMN_TCK=/path/to/tck .venv/bin/python -m tests.engine.dmn.tck_page
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from engine import feel
from engine.dmn import DmnError
from tests.engine.dmn import kit
from tests.guards.tree import ROOT

PAGE = ROOT / "docs/developers/tck.md"

HEAD = """\
# The public test kit of DMN

The kit (DMN Technology Compatibility Kit) is no part of this repository. Where `DMN_TCK` names a copy of it,
`.venv/bin/python -m tests.engine.dmn.tck_page` writes this page, and
`.venv/bin/pytest tests/engine/dmn/test_tck.py` runs every case and fails where the page is not true.

A case passes when every value that it expects comes out. Numbers may differ in the ninth digit: the kit
writes results of divisions and powers as doubles.
"""
JAVA = "calls a method of a Java class; expressions run no code from outside, such a function answers null"

Case = tuple[str, str, str]


def failures(results: Iterable[kit.Result]) -> tuple[dict[str, set[Case]], dict[Case, list[str]]]:
    """All cases by level, and of those that do not pass what was wrong."""
    cases: dict[str, set[Case]] = defaultdict(set)
    wrong: dict[Case, list[str]] = defaultdict(list)
    for result in results:
        case = (result.level, result.group, result.case)
        cases[result.level].add(case)
        problem = difference(result)
        if problem:
            wrong[case].append(JAVA if result.calls_java else problem)
    return cases, wrong


def difference(result: kit.Result) -> str | None:
    """What is wrong with a result; None when it is as expected."""
    try:
        actual = result.actual()
    except (DmnError, feel.FeelError) as error:
        return f"`{result.node}`: {error.message}"
    if kit.same(result.expected, actual):
        return None
    return f"`{result.node}`: {feel.to_text(result.expected)} expected, got {feel.to_text(actual)}"


def written() -> str:
    cases, wrong = failures(kit.results())
    lines = [HEAD, "| level | cases | pass | share |", "|---|---|---|---|"]
    for level, of_level in sorted(cases.items()):
        passed = len(of_level - wrong.keys())
        lines.append(f"| {level} | {len(of_level)} | {passed} | {passed / len(of_level):.1%} |")
    lines += ["", "## Cases that do not pass", "", "| case | why |", "|---|---|"]
    lines += [
        f"| {' / '.join(case)} | {'; '.join(dict.fromkeys(why))} |" for case, why in sorted(wrong.items())
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(written())
