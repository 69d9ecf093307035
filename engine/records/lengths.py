"""How long the texts of records may be. Whoever writes more is told at the field: nothing is cut in silence,
and no database refuses it later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.deadlines.russian import Forms, counted

LONGEST: Final[Mapping[str, int]] = {
    "family": 100,
    "given": 100,
    "patronymic": 100,
    "address": 300,
    "note": 2000,
    "document_series": 20,
    "document_number": 40,
    "document_issued_by": 300,
    "representative_name": 200,
    "representative_relation": 100,
    "representative_phone": 60,
    "representative_paper": 300,
    "label": 150,
    "settlement": 100,
    "car": 100,
    "partner": 200,
    "agreement": 200,
    "result": 2000,
}
"""Signs that a text may have, by what it is."""

SIGNS: Final[Forms] = ("знак", "знака", "знаков")


def too_long(texts: Mapping[str, str], **called: str) -> dict[str, str]:
    """What to say of those of `texts` (by the keys of LONGEST) that are longer than they may be; `called`:
    how the form calls the field where it has another name.
    """
    return {
        called.get(name, name): f"Не больше {LONGEST[name]} знаков, а здесь {counted(len(text), SIGNS)}."
        for name, text in texts.items()
        if len(text) > LONGEST[name]
    }
