"""Sentences of the engine have English in `engine/english/messages.po`."""

from __future__ import annotations

import re

from engine.english.sentences import CATALOGUE, catalogue
from engine.english.update import renewed, texts_of_sources, untranslated, written

WHAT_TO_DO = (
    "run `./run python -m engine.english.update`, give English to what it names in engine/english/messages.po"
)

LETTERS = re.compile("[а-яё]", re.IGNORECASE)
FIELDS = re.compile(r"\{\w+\}")
QUOTED = re.compile(r"[«“\"].*?[»”\"]")

NAMES = {"дело", "повторно", "при", "после", "снова", "ещё", "еще"}
"""Russian words that checks look for, and nobody is told."""

SHOWN_IN_RUSSIAN = re.compile(r"5 рабочих дней|ТК РФ|ГК РФ|перенесено с ")
"""What is written in Russian whatever the language of the answer: forms of input, acts."""


def test_the_catalogue_is_up_to_date_with_the_sources():
    assert CATALOGUE.read_bytes() == written(renewed()), WHAT_TO_DO


def test_every_text_has_english():
    assert untranslated(renewed()) == [], WHAT_TO_DO


def test_english_keeps_the_fields_of_the_russian():
    differing = [
        message.id
        for message in renewed()
        if message.id
        and sorted(FIELDS.findall(str(message.id))) != sorted(FIELDS.findall(str(message.string)))
    ]
    assert differing == []


def filled_with_sevens(text: str) -> str:
    parts = re.split(r"(\{\{|\}\})", text)
    return "".join(part[0] if part in ("{{", "}}") else FIELDS.sub("7", part) for part in parts)


def test_a_text_filled_with_values_comes_out_without_russian():
    left = []
    for _, text in texts_of_sources():
        filled = filled_with_sevens(text)
        said = catalogue().in_english(filled)
        if LETTERS.search(SHOWN_IN_RUSSIAN.sub("", QUOTED.sub("", said))) and filled not in NAMES:
            left.append((filled, said))
    assert left == []
