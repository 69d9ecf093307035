"""What no file of the project may say, and how its text files are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.guards.tree import ROOT, own_texts, tracked

# Written in pieces, so that this file passes its own test.
FORBIDDEN = {
    "a path of somebody's machine": [
        "/wo" + "rk/",
        "/ro" + "ot/",
        "/fa" + "rm/",
        "/tmp/br" + "ief",
        r"/home/\w",
    ],
    "a host of a package registry": [
        "py" + r"pi\.org",
        "python" + r"hosted\.org",
        "registry.np" + r"mjs",
        r"deb\.de" + "bian",
    ],
    "the place where it was written": [
        r"(?<!\w)\.lib" + "rary",
        "before-" + "stop",
        r"help" + r"er-\d",
        "sub" + "agent",
    ],
    "work left for later": [
        r"\bTO" + r"DO\b",
        r"\bFIX" + r"ME\b",
        r"\bX" + r"XX\b",
    ],
}
# Kept byte for byte as the modeler or the form editor wrote them.
EXPORTED = {".bpmn", ".dmn", ".form"}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_file_names(kind):
    words = re.compile("|".join(FORBIDDEN[kind]))
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in own_texts()
        for number, line in enumerate(text.splitlines(), 1)
        if words.search(line)
    ]
    assert found == []


def test_text_files_end_their_lines_alike():
    """UTF-8 (read as such here), LF, a new line at the end."""
    wrong = [
        path
        for path, text in own_texts()
        if path.suffix not in EXPORTED and text and ("\r" in raw(path) or not text.endswith("\n"))
    ]
    assert wrong == []


def raw(path: Path) -> str:
    return (ROOT / path).read_bytes().decode("utf-8")


def test_nothing_that_tools_make_is_tracked():
    made = {"node_modules", "__pycache__", ".venv", "instance", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
    assert [path for path in tracked() if made & set(path.parts)] == []
