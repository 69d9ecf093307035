"""How Russian names are compared: what is stored for a name, what is looked for when somebody types one.

Parts are plain texts with a mark of their sort in front (`=` whole word, `^` beginning, `~` sound); the vault
turns each into a token, so that the database can find a person without holding the name.
"""

from __future__ import annotations

import re

SHORTEST_BEGINNING = 3
LONGEST_BEGINNING = 12
SHORTEST_MISTAKEN = 4
"""Of fewer letters one slip makes any other name."""

_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"

_WORDS = re.compile(r"[0-9a-zа-я]+")
_ENDINGS = re.compile(r"(ая|ый|ий|ой|а)$")
_SOUNDS = (
    ("стн", "сн"), ("здн", "сн"), ("лнц", "нц"), ("вств", "ств"), ("тьс", "ц"), ("тс", "ц"), ("дс", "ц"),
    ("сч", "щ"), ("зч", "щ"), ("жч", "щ"), ("сш", "ш"), ("йо", "и"), ("ьо", "и"), ("ио", "и"),
    ("ья", "ия"), ("ье", "ие"), ("ью", "ию"),
)  # fmt: skip
"""Groups of letters that are said as one."""
_VOWELS = str.maketrans("оыяюеэй", "ааауиии", "ьъ")
_VOICELESS = {"б": "п", "в": "ф", "г": "к", "д": "т", "ж": "ш", "з": "с"}
_VOICED_BEFORE = "бвгджзлмнраиу"


def words(text: str) -> list[str]:
    """Lower case, ё as е, split at whatever is not a letter or a digit (a double surname is two words)."""
    return _WORDS.findall(text.casefold().replace("ё", "е"))


def name_parts(text: str) -> set[str]:
    """Everything by which a name can be found."""
    parts: set[str] = set()
    for word in words(text):
        parts |= {word_part(word), sound_part(word)}
        parts |= {f"^{word[:n]}" for n in range(SHORTEST_BEGINNING, min(len(word), LONGEST_BEGINNING) + 1)}
    return parts


def search_parts(text: str) -> list[str]:
    """What to look for, one part for each typed word that is long enough to begin a name.

    Initials after a surname say nothing; a short word alone («Ли», «Цой») is looked for as a whole.
    """
    typed = words(text)
    beginnings = [_beginning(word) for word in typed if len(word) >= SHORTEST_BEGINNING]
    return beginnings or [word_part(word) for word in typed]


def near_parts(text: str) -> list[set[str]]:
    """For each typed word what it may have been meant for: all that is one slip of the fingers away (a letter
    too many, missing, another one, two changed about), and what sounds the same. Short words mean themselves.
    """
    typed = [word for word in words(text) if len(word) >= SHORTEST_BEGINNING]
    return [{_beginning(word), sound_part(word)} | _slips(word) for word in typed]


def _slips(word: str) -> set[str]:
    if len(word) < SHORTEST_MISTAKEN:
        return set()
    cuts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    meant = {left + right[1:] for left, right in cuts if right}
    meant |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    meant |= {left + letter + right[1:] for left, right in cuts if right for letter in _LETTERS}
    meant |= {left + letter + right for left, right in cuts for letter in _LETTERS}
    return {_beginning(each) for each in meant}


def _beginning(word: str) -> str:
    return f"^{word[:LONGEST_BEGINNING]}"


def word_part(word: str) -> str:
    """The part that stands for a whole word."""
    return f"={word}"


def sound_part(word: str) -> str:
    """The part that stands for how a word sounds."""
    return f"~{sound(word)}"


def sound(word: str) -> str:
    """How a word sounds, roughly: the same for «Лапшина» and «Лопшин», «Щеглов» and «Щиглова»."""
    said = _ENDINGS.sub("", word) if len(word) > 4 else word
    for letters, together in _SOUNDS:
        said = said.replace(letters, together)
    said = said.translate(_VOWELS)
    out: list[str] = []
    for here, following in zip(said, said[1:] + " ", strict=True):
        letter = _VOICELESS.get(here, here) if following not in _VOICED_BEFORE else here
        if not out or out[-1] != letter:
            out.append(letter)
    return "".join(out)
