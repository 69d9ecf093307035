"""How Russian names are compared: what is stored for a name, what is looked for when somebody types one.

Parts are plain texts with a mark of their sort in front (`=` whole word, `^` beginning, `~` sound); the vault
turns each into a token, so that the database can find a person without holding the name.
"""

from __future__ import annotations

import re

SHORTEST_BEGINNING = 3
LONGEST_BEGINNING = 12

_WORDS = re.compile(r"[0-9a-zа-я]+")
_ENDINGS = re.compile(r"(ая|ый|ий|ой|а)$")
_SOUNDS = (
    ("стн", "сн"), ("здн", "сн"), ("лнц", "нц"), ("вств", "ств"), ("тьс", "ц"), ("тс", "ц"), ("дс", "ц"),
    ("сч", "щ"), ("зч", "щ"), ("жч", "щ"), ("сш", "ш"), ("йо", "и"), ("ьо", "и"), ("ио", "и"),
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
        parts.add(f"={word}")
        parts.add(f"~{sound(word)}")
        parts.update(f"^{word[:n]}" for n in range(SHORTEST_BEGINNING, min(len(word), LONGEST_BEGINNING) + 1))
    return parts


def search_parts(text: str) -> list[set[str]]:
    """What to look for, a set for each typed word: the word or one that begins so."""
    return [
        {f"={word}"} if len(word) < SHORTEST_BEGINNING else {f"^{word[:LONGEST_BEGINNING]}"}
        for word in words(text)
    ]


def sound(word: str) -> str:
    """How a word sounds, roughly: the same for «Лапшина» and «Лопшын», «Щеглов» and «Щиглова»."""
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
