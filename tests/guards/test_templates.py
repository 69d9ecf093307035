"""Pages live under a content policy that runs no inline code and takes no inline style."""

from __future__ import annotations

import re

import pytest

from tests.guards.tree import own_texts

# What a template must not hold once the template language is taken out of it.
FORBIDDEN = {
    "a style of its own": r"<[^>]*\sstyle\s*=",
    "code in an attribute": r"<[^>]*\s(?:on[a-z]+|hx-on[\w:-]*)\s*=",
    "a script of its own": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")",
    "a sheet of its own": r"<style\b",
    "code in an address": r"=\s*[\"']?\s*javascript:",
    "something from another site": r"<(?:script|link|img|iframe)[^>]*\b(?:src|href)=[\"'](?:https?:)?//",
}
LANGUAGE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
# A literal may be marked safe: it stands in the template itself and nobody else can write it.
UNESCAPED = re.compile(r"""(?<!['"])\s\|\s*safe\b|autoescape\s+false|\bMarkup\(""")


def templates() -> list[tuple[str, str]]:
    return [(str(path), text) for path, text in own_texts() if path.parts[:2] == ("webui", "templates")]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what):
    pattern = re.compile(FORBIDDEN[what], re.IGNORECASE)
    found = [
        f"{path}: {match.group()[:80]}"
        for path, text in templates()
        for match in pattern.finditer(LANGUAGE.sub(lambda code: " " * len(code.group()), text))
    ]
    assert found == []


def test_no_template_switches_escaping_off():
    assert [path for path, text in templates() if UNESCAPED.search(text)] == []
