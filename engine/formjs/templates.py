"""Texts with values in them: `Это {{имя}}`, `{{#if есть_дети}}…{{/if}}`, `{{#loop меры}}…{{/loop}}`.

The viewer fills them in the browser; here they are only read, so that a mistake shows before publishing
and the values they need travel with the form.
"""

from __future__ import annotations

import re
from typing import Final

_TAG: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_OPENING: Final = re.compile(r"#(if|loop)\s+(.*)", re.DOTALL)
_CLOSING: Final = re.compile(r"/(if|loop)\s*")


class BadTemplate(Exception):
    """The tags of a template do not fit together; the text says what to correct."""


def expressions(text: str) -> list[str]:
    """The FEEL expressions inside a text; a text that starts with `=` is one expression as a whole."""
    if text.startswith("="):
        return [text[1:]]
    found: list[str] = []
    open_blocks: list[str] = []
    for tag in _TAG.findall(text):
        inner = tag.strip()
        if opening := _OPENING.fullmatch(inner):
            open_blocks.append(opening[1])
            found.append(opening[2])
        elif closing := _CLOSING.fullmatch(inner):
            if not open_blocks or open_blocks.pop() != closing[1]:
                raise BadTemplate(f"Тег «{{{{/{closing[1]}}}}}» закрывает то, что не открыто.")
        elif inner.startswith(("#", "/")):
            raise BadTemplate(f"Тег «{{{{{inner}}}}}» не известен: есть «#if» и «#loop».")
        else:
            found.append(inner)
    if open_blocks:
        raise BadTemplate(f"Тег «{{{{#{open_blocks[-1]} …}}}}» не закрыт.")
    if "{{" in _TAG.sub("", text):
        raise BadTemplate("Скобки «{{» не закрыты: после значения нужно «}}».")
    return found
