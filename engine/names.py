"""How people and families are called on pages and in documents."""

from __future__ import annotations

from dataclasses import dataclass

NBSP = "\u00a0"
"""Between a surname and initials a line must not break."""


@dataclass(frozen=True, slots=True)
class FullName:
    """A name in its parts; what a person has not is an empty text."""

    family: str
    given: str = ""
    patronymic: str = ""

    def full(self) -> str:
        """«Белова Наталья Александровна»."""
        return " ".join(part for part in (self.family, self.given, self.patronymic) if part)

    def short(self) -> str:
        """«Белова Н. А.» with no-break spaces."""
        initials = (f"{part[0].upper()}." for part in (self.given, self.patronymic) if part)
        return NBSP.join([self.family, *initials])


def family_label(family_name: str) -> str:
    """«семья Лапшиных» from «Лапшина» or «Лапшин»: a proposal that people may correct.

    Surnames that do not change with number («Черных», «Шевченко», «Ким») stay as they are.
    """
    return f"семья {'-'.join(_plural(part) for part in family_name.split('-'))}"


_PLURALS = (
    *((ending, ending + "ых") for ending in ("ов", "ев", "ёв", "ин", "ын")),
    *((ending + "а", ending + "ых") for ending in ("ов", "ев", "ёв", "ин", "ын")),
    *((consonant + ending, consonant + "их") for consonant in "гкх" for ending in ("ий", "ой", "ая")),
    *((ending, "ых") for ending in ("ый", "ой", "ая")),
    *((ending, "их") for ending in ("ий", "яя")),
)


def _plural(family_name: str) -> str:
    for ending, plural in _PLURALS:
        if family_name.casefold().endswith(ending) and len(family_name) > len(ending) + 1:
            return family_name[: -len(ending)] + plural
    return family_name
