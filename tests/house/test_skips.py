"""Under CI a skip without leave is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOOKS = "from tests.skips import pytest_make_collect_report, pytest_runtest_makereport"
ONE_SKIP = "import pytest\n\ndef test_a(): pytest.skip('{reason}')\n"
WHOLE_FILE = "import pytest\n\npytest.skip('{reason}', allow_module_level=True)\n"
EXPECTED_FAILURE = (
    "import pytest\n\n@pytest.mark.xfail(reason='{reason}')\ndef test_a(): raise AssertionError\n"
)


def last_line(folder: Path, source: str, *, ci: bool) -> str:
    (folder / "conftest.py").write_text(HOOKS)
    (folder / "test_some.py").write_text(source)
    environment = {key: value for key, value in os.environ.items() if key != "CI"} | {"PYTHONPATH": str(ROOT)}
    if ci:
        environment["CI"] = "true"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        str(folder),
    ]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return ran.stdout.splitlines()[-1]


@pytest.mark.parametrize(("source", "outcome"), [(ONE_SKIP, "1 failed"), (WHOLE_FILE, "1 error")])
def test_a_skip_without_leave_fails(tmp_path, source, outcome):
    assert outcome in last_line(tmp_path, source.format(reason="нет postgres"), ci=True)


@pytest.mark.parametrize("source", [ONE_SKIP, WHOLE_FILE])
def test_an_allowed_skip_stays_a_skip(tmp_path, source):
    assert "1 skipped" in last_line(tmp_path, source.format(reason="DMN_TCK is not here"), ci=True)


def test_on_a_machine_of_ones_own_any_skip_is_a_skip(tmp_path):
    assert "1 skipped" in last_line(tmp_path, ONE_SKIP.format(reason="нет postgres"), ci=False)


def test_an_expected_failure_is_not_a_skip(tmp_path):
    assert "1 xfailed" in last_line(tmp_path, EXPECTED_FAILURE.format(reason="a known defect"), ci=True)
