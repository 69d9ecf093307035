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
UNESCAPED = re.compile(r"""(?<!['"])(?<!['"]\s)\|\s*safe\b|autoescape\s+false|\bMarkup\(""")


def templates() -> list[tuple[str, str]]:
    return [(str(path), text) for path, text in own_texts() if path.parts[:2] == ("webui", "templates")]


def violations(what: str, text: str) -> list[str]:
    pattern = re.compile(FORBIDDEN[what], re.IGNORECASE)
    return [match.group()[:80] for match in pattern.finditer(LANGUAGE.sub("", text))]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what):
    found = {path: violations(what, text) for path, text in templates()}
    assert {path: places for path, places in found.items() if places} == {}


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a style of its own", '<p class="{{ c }}" style="color: red">'),
        ("code in an attribute", "<button onclick='go()'>"),
        ("code in an attribute", '<div hx-on:click="go()">'),
        ("a script of its own", "<script>go()</script>"),
        ("a sheet of its own", "<style>p {}</style>"),
        ("code in an address", '<a href="javascript:go()">'),
        ("something from another site", '<script src="//cdn.example/a.js"></script>'),
    ],
)
def test_the_rules_see_what_they_forbid(what, text):
    assert violations(what, text) != []


def test_the_rules_let_ordinary_markup_pass():
    text = '<script src="{{ url }}" defer></script>{% set style = "x" %}<a href="/" data-on>{{ style }}</a>'
    assert [what for what in FORBIDDEN if violations(what, text)] == []


@pytest.mark.parametrize("text", ["{{ x|safe }}", "{{ f(x) | safe }}", "{% autoescape false %}"])
def test_switching_escaping_off_is_seen(text):
    assert UNESCAPED.search(text)


def test_no_template_switches_escaping_off():
    assert [path for path, text in templates() if UNESCAPED.search(text)] == []
