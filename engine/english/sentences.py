"""Recognising a Russian sentence of the engine and saying it in English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

CATALOGUE: Final = Path(__file__).with_name("messages.po")

_RUSSIAN: Final = re.compile("[а-яё]", re.IGNORECASE)
_QUOTED: Final = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"")
_FIELD: Final = re.compile(r"\{(\w+)\}")
_BRACES: Final = re.compile(r"\{\{|\}\}")
_AFTER_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[А-ЯЁA-Z«])")
_AFTER_PART: Final = re.compile(r"(?<=[:;,])\s+")
_COUNTED: Final = re.compile(r"(№ |[−-]?\d[\d\s.,]*\s)([^.:;,]+)")
_LISTED: Final = {"; ": "; ", " или ": " or ", ", ": ", ", " и ": " and "}
_NAMED: Final = "«»"
_FEW_LETTERS: Final = 4
_SHORT: Final = r"([^.!?:;]{0,40}?)"
"""What a field may hold in a text of hardly any letters («на {1}»), which would fit half of all sentences."""


@dataclass(frozen=True)
class Sentence:
    """One text of the sources and its English. Where a value is put in, both have a field `{1}` or `{name}`;
    a brace that stands for itself is doubled.
    """

    russian: str
    english: str

    @cached_property
    def patterns(self) -> Sequence[re.Pattern[str]]:
        """What the finished sentence looks like: with the shortest values that fit, and with the longest."""
        literal = _FIELD.split(_hidden(self.russian))
        fields = ("(.*?)", "(.*)") if self.weight >= _FEW_LETTERS else (_SHORT,)
        return [
            re.compile(
                "".join(
                    field if number % 2 else re.escape(_shown(part)) for number, part in enumerate(literal)
                ),
                re.DOTALL,
            )
            for field in fields
        ]

    @cached_property
    def fields(self) -> tuple[tuple[str, bool], ...]:
        """(name of the field, whether it stands alone in «…» and so holds a name that people gave)."""
        text = _hidden(self.russian)
        return tuple((found[1], _around(text, found) == _NAMED) for found in _FIELD.finditer(text))

    @property
    def weight(self) -> int:
        """Letters of the sentence that are known: the one with more says more exactly what was meant."""
        return len(_RUSSIAN.findall(_FIELD.sub("", self.russian)))


class Catalogue:
    """All sentences that have English."""

    def __init__(self, sentences: Iterable[Sentence]) -> None:
        known = list(sentences)
        self._whole = {_plain(each.russian): _plain(each.english) for each in known if not each.fields}
        self._with_fields = sorted((each for each in known if each.fields), key=lambda each: -each.weight)
        self.in_english = lru_cache(maxsize=4096)(self._in_english)

    def _in_english(self, text: str) -> str:
        """The text in English; what is not known stays as it is."""
        if not _RUSSIAN.search(text):
            return text
        if text in self._whole:
            return self._whole[text]
        spaced = text.replace("\u00a0", " ")
        bare = spaced.strip()
        before, _, after = spaced.partition(bare)
        best = bare
        for said in self._readings(bare):
            if _left(said) < _left(best) or best is bare:
                best = said
            if not _left(best):
                break
        return before + best + after

    def _readings(self, text: str) -> Iterator[str]:
        """Ways to understand a text, the likeliest first."""
        yield from self._as_sentence(text)
        yield from (said + text[-1] for said in self._as_sentence(text[:-1]))
        for gaps in (_AFTER_SENTENCE, _AFTER_PART):
            for head, gap, tail in _cuts(text, gaps):
                for said in self._as_sentence(head):
                    yield said + gap + self.in_english(tail)
        for head, gap, tail in _cuts(text, _AFTER_SENTENCE):
            yield self.in_english(head) + gap + self.in_english(tail)
        counted = _COUNTED.fullmatch(text)
        if counted:
            yield counted[1].replace("№", "No.") + self.in_english(counted[2])
        for russian, english in _LISTED.items():
            parts = text.split(russian)
            if len(parts) > 1 and _balanced(parts):
                yield english.join(map(self.in_english, parts))
        yield " ".join(self._whole.get(word, word) for word in text.split(" "))

    def _as_sentence(self, text: str) -> Iterator[str]:
        """A text of the sources with its values."""
        if text in self._whole:
            yield self._whole[text]
        for sentence in self._with_fields:
            for pattern in sentence.patterns:
                found = pattern.fullmatch(text) or pattern.fullmatch(text + " ")
                if found:
                    yield self._filled(sentence, found.groups())

    def _filled(self, sentence: Sentence, values: Iterable[str]) -> str:
        said = {
            name: value if is_name else self.in_english(value)
            for (name, is_name), value in zip(sentence.fields, values, strict=True)
        }
        return _shown(_FIELD.sub(lambda found: said[found[1]], _hidden(sentence.english))).rstrip()


def _cuts(text: str, gaps: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    """Ways to cut a text in two at a gap, the longest beginning first."""
    for found in reversed(list(gaps.finditer(text))):
        head, tail = text[: found.start()], text[found.end() :]
        if _balanced((head, tail)):
            yield head, found[0], tail


def _balanced(parts: Iterable[str]) -> bool:
    """Whether no name in «…» is torn apart."""
    return all(part.count("«") == part.count("»") for part in parts)


def _left(text: str) -> int:
    """Russian letters outside names."""
    return len(_RUSSIAN.findall(_QUOTED.sub("", text)))


def _around(text: str, found: re.Match[str]) -> str:
    """The signs before and behind a field."""
    return text[found.start() - 1 : found.start()] + text[found.end() : found.end() + 1]


def _hidden(text: str) -> str:
    """Doubled braces out of the way of fields."""
    return _BRACES.sub(lambda found: "\x01" if found[0] == "{{" else "\x02", text)


def _shown(text: str) -> str:
    return text.replace("\x01", "{").replace("\x02", "}")


def _plain(text: str) -> str:
    """A text without fields, its braces as they are shown."""
    return _shown(_hidden(text))


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the product."""
    with CATALOGUE.open("rb") as file:
        return Catalogue(
            Sentence(str(message.id), str(message.string))
            for message in read_po(file, locale="en")
            if message.id and message.string
        )
