"""How things are called: whether people can read the names, and whether steps say what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from engine.bpmn.graph import Graph, line_of, local_name
from engine.bpmn.names import TASKS
from engine.bpmn.rules.hits import Hit, at, elements

LONGEST: Final = 120
"""Letters of a name that lists and the drawing can still show."""

_NUMBER: Final = re.compile(r"^[\W\d_]*")
_VERB: Final = re.compile(r"(?!.*ость$)\w+(?:ть|ти|чь)(?:ся|сь)?")
"""An infinitive. Nouns in -ость end like one, no verb does."""

_CYRILLIC: Final = re.compile(r"[а-яё]", re.IGNORECASE)
_BEFORE_VERB: Final = frozenset({"не", "повторно", "при", "если", "после", "до", "снова", "ещё", "еще", "по"})
"""Words that a good name may begin with when its verb comes later: «При необходимости уточнить»."""

_MARKUP: Final = re.compile(r"<\s*[a-z!/?]|&(?:#\w+|[a-z]+);|javascript\s*:", re.IGNORECASE)
_HIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Signs that nobody sees: control characters, and those that turn the direction of a text."""


def verbs(graph: Graph) -> Iterator[Hit]:
    """Steps whose names do not say what to do. A sub-process may be called by what it is about."""
    for element in elements(graph, *TASKS, "callActivity"):
        if not says_what_to_do(element.name):
            yield at("step-not-verb", element)


def says_what_to_do(name: str) -> bool:
    """Whether a Russian name begins with an infinitive; names in other languages are left alone."""
    words = [word.lower() for word in re.findall(r"[\w-]+", _NUMBER.sub("", name))]
    if not words or not _CYRILLIC.search(words[0]):
        return True
    first = words if words[0] in _BEFORE_VERB else words[:1]
    return any(_VERB.fullmatch(word) for word in first)


def markup(graph: Graph) -> Iterator[Hit]:
    for node in _named(graph):
        name = node.get("name", "")
        element, line = node.get("id"), line_of(node)
        if _MARKUP.search(name):
            yield Hit("name-markup", element, _shown(name), line)
        if _HIDDEN.search(name):
            yield Hit("name-hidden-signs", element, _shown(name), line)
        if len(name) > LONGEST:
            yield Hit("name-long", element, _shown(name), line, {"length": len(name), "most": LONGEST})


def _named(graph: Graph) -> Iterator[etree._Element]:
    for node in graph.root.iter():
        if node.get("name") and local_name(node):
            yield node


def _shown(name: str) -> str:
    readable = " ".join(_HIDDEN.sub("�", name).split())
    return readable if len(readable) <= 60 else readable[:59] + "…"
