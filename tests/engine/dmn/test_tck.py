"""Every case of the public test kit of DMN, where there is a copy of it: DMN_TCK names its directory."""

from __future__ import annotations

from typing import Any

import pytest

from engine import feel
from tests.engine.dmn import kit, tck_page


def expected_results() -> list[Any]:
    return [
        pytest.param(
            result,
            id=f"{result.level}/{result.group}/{result.case}/{result.node}",
            marks=[pytest.mark.xfail(reason="calls Java", strict=True)] if result.calls_java else [],
        )
        for result in kit.results()
    ]


@pytest.mark.skipif(not kit.KIT, reason="DMN_TCK does not name a directory with the kit")
@pytest.mark.parametrize("result", expected_results())
def test_the_kit_gets_the_result_it_expects(result: kit.Result) -> None:
    actual = result.actual()
    expected = result.expected
    assert kit.same(expected, actual), f"{feel.to_text(expected)} expected, got {feel.to_text(actual)}"


@pytest.mark.skipif(not kit.KIT, reason="DMN_TCK does not name a directory with the kit")
def test_the_page_about_the_kit_tells_what_is_so() -> None:
    assert tck_page.PAGE.read_text() == tck_page.written()
