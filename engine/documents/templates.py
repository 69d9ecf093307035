"""Templates as the catalogue of definitions sees them: checked when they are published."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from engine.documents.workshop import workshop
from engine.errors import DefinitionRefused, Finding, InvalidData

KEPT_CHECKS: Final = 64
"""Templates remembered as good: the shipped ones are checked at every publication."""


def check_template(content: bytes, *, name: str = "") -> str:
    """What its documents are called; DefinitionRefused when the file is no template that can be filled, or
    lacks what its number needs.
    """
    try:
        title, mark = _properties(content)
    except InvalidData as error:
        rule = error.errors.get("rule", "docx-file")
        raise _refused(name, Finding(rule, "error", error.message, error.errors["file"])) from None
    if not title or not mark:
        raise _refused(
            name,
            Finding(
                "docx-properties",
                "error",
                "У шаблона нет названия или обозначения для номера.",
                "В Word откройте «Файл», «Сведения»: в «Название» напишите, как называется документ, "
                "в «Категории» — обозначение для номера, например РЕШ.",
            ),
        )
    return title


@lru_cache(maxsize=KEPT_CHECKS)
def _properties(content: bytes) -> tuple[str, str]:
    """Title and mark of a template that can be filled."""
    return workshop.check(content)


def _refused(name: str, finding: Finding) -> DefinitionRefused:
    called = f" «{name}»" if name else ""
    return DefinitionRefused(f"Шаблон документа{called} не принят.", (finding,))
