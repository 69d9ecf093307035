"""Templates as the catalogue of definitions sees them: checked when they are published."""

from __future__ import annotations

from engine.documents.workshop import workshop
from engine.errors import DefinitionRefused, Finding, InvalidData


def check_template(content: bytes, *, name: str = "") -> None:
    """DefinitionRefused when the file is no template that can be filled, or lacks what its number needs."""
    try:
        title, mark = workshop.check(content)
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


def _refused(name: str, finding: Finding) -> DefinitionRefused:
    called = f" «{name}»" if name else ""
    return DefinitionRefused(f"Шаблон документа{called} не принят.", (finding,))
