"""The page of conformance says what the tests show, of every element of the standard."""

from __future__ import annotations

import subprocess
import sys

from tests.guards.tree import ROOT


def test_every_element_has_its_test_and_the_page_is_up_to_date():
    """In a process of its own: pytest collects the tests anew."""
    checked = subprocess.run(
        [sys.executable, "-m", "docs.conformance.update", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
