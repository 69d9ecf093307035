"""English for those who read no Russian.

The rooms of the engine speak Russian: their sentences are made where the reader is not known, and are kept in
journals, incidents and letters. Who wants English gets it where a sentence is shown: it is recognised by the
texts of the sources and put together again in English (decision 0051). Names that people gave, inside «…»,
stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Final

RUSSIAN, ENGLISH = "ru", "en"

_language: ContextVar[str] = ContextVar("language", default=RUSSIAN)

_SENTENCES: Final = frozenset(
    {"message", "hint", "ground", "reason", "source", "text", "explanation", "warnings"}
)
"""Fields of answers that hold sentences of ours; everything else is data."""


def speak(language: str) -> None:
    """Answer in this language from now on, in this run."""
    _language.set(language)


def spoken(text: str) -> str:
    """A sentence of the engine in the language of the answer."""
    if _language.get() == RUSSIAN:
        return text
    from engine.english.sentences import catalogue  # Russian readers need not wait for the catalogue

    return catalogue().in_english(text)


def spoken_in(answer: Any) -> Any:
    """An answer that is printed as JSON, its sentences in the language of the answer."""
    if _language.get() == RUSSIAN:
        return answer
    if isinstance(answer, Mapping):
        return {key: _said(value) if key in _SENTENCES else spoken_in(value) for key, value in answer.items()}
    return [spoken_in(each) for each in answer] if isinstance(answer, list) else answer


def _said(value: Any) -> Any:
    if isinstance(value, str):
        return spoken(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [spoken(each) for each in value]
    return spoken_in(value)
