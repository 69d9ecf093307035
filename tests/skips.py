"""In continuous integration a test may be left out only for a reason written here.

On a machine of one's own a missing browser or server skips the tests that need it, with the command to type.
Under `CI` the same skip is a failure: a green run must mean that everything ran.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

# How an allowed reason begins, and why it is allowed.
ALLOWED = {
    "DMN_TCK": "the public conformance suite is not part of this repository",
    "FEELIN_DIR": "the library that our answers are compared with is not part of this repository",
    "нет systemd-analyze": "part of systemd, which a container of the tests need not have",
    "нет LibreOffice": "optional in production too: PDF then comes from the built-in writer, which is tested",
}


def forbidden(reason: str) -> bool:
    return bool(os.environ.get("CI")) and not reason.startswith(tuple(ALLOWED))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_when_forbidden(report, xfailed=hasattr(report, "wasxfail"))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_when_forbidden(report, xfailed=False)
    return report


def _fail_when_forbidden(report: Any, *, xfailed: bool) -> None:
    if not report.skipped or xfailed:
        return
    reason = str(report.longrepr[2]).removeprefix("Skipped: ")
    if forbidden(reason):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be (tests/skips.py): {reason}"
