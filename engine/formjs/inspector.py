"""What is the same for every component: the allow-list, ids, and the texts people read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from engine.formjs import templates
from engine.formjs.components import FORM_PROPERTIES, PROPERTIES, TEMPLATES, WHY_NOT
from engine.formjs.remarks import Part, Remarks

COMPONENTS_LIMIT: Final = 500
"""Components of one form."""

_HTML: Final = re.compile(r"<[A-Za-z/!]")
_LINK: Final = re.compile(r"\]\(\s*<?([^)\s>]*)|^\s*\[[^\]]+\]:\s*<?(\S+)", re.MULTILINE)
_SAFE_LINK: Final = re.compile(r"https?://|mailto:|tel:|/(?!/)|#", re.IGNORECASE)


class Inspector:
    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._ids: set[str] = set()
        self._amount = 0

    def accept_form(self, schema: Part) -> None:
        self._warn_unknown(schema, FORM_PROPERTIES, {})

    def accept(self, part: Any) -> bool:
        """Whether the component is of a known kind, so that it makes sense to read it further."""
        self._amount += 1
        if self._amount > COMPONENTS_LIMIT:
            if self._amount == COMPONENTS_LIMIT + 1:
                self._remarks.about_file(
                    "form-size",
                    f"Компонентов больше {COMPONENTS_LIMIT}.",
                    "Разбейте её на две формы.",
                )
            return False
        if not isinstance(part, dict):
            self._remarks.about_file("form-component", "В списке лежит не компонент.", "Удалите его.")
            return False
        kind = part.get("type")
        if not isinstance(kind, str) or kind not in PROPERTIES:
            self._remarks.about(
                part,
                "form-component",
                f"Компонента «{str(kind)[:60]}» в формах нет.",
                WHY_NOT.get(str(kind), "Удалите его или замените знакомым."),
            )
            return False
        self._check_id(part)
        self._warn_unknown(part, PROPERTIES[kind], part)
        self._check_texts(part)
        if kind == "button":
            self._remarks.about(
                part,
                "form-button",
                "Кнопка в форме не нужна.",
                "Удалите её: шаг завершают кнопкой страницы.",
                "warning",
            )
        return True

    def _warn_unknown(self, part: Part, known: frozenset[str], owner: Part) -> None:
        for key in part:
            if key not in known:
                self._remarks.about(
                    owner,
                    "form-property",
                    f"Свойство «{key[:60]}» не знакомо.",
                    "Уберите его: ни страница, ни проверка ответов на него не смотрят.",
                    "warning",
                )

    def _check_id(self, part: Part) -> None:
        identity = part.get("id")
        if identity is None:
            return
        if not isinstance(identity, str) or identity in self._ids:
            self._remarks.about(
                part, "form-id", "Идентификатор компонента повторяется.", "Дайте этому компоненту другой."
            )
            return
        self._ids.add(identity)

    def _check_texts(self, part: Part) -> None:
        for place in TEMPLATES:
            text: Any = part
            for key in place:
                text = text.get(key) if isinstance(text, Mapping) else None
            if isinstance(text, str):
                self._check_template(part, text)
            elif text is not None:
                self._remarks.text({place[-1]: text}, part, place[-1])
        if part["type"] == "text" and isinstance(part.get("text"), str):
            self._check_markdown(part, part["text"])

    def _check_template(self, part: Part, text: str) -> None:
        try:
            found = templates.expressions(text)
        except templates.BadTemplate as error:
            self._remarks.about(part, "form-template", str(error), "Исправьте текст компонента.")
            return
        for expression in found:
            self._remarks.compile(part, expression, "form-template", "Значение в тексте не читается")

    def _check_markdown(self, part: Part, text: str) -> None:
        if _HTML.search(text):
            self._remarks.about(
                part,
                "form-html",
                "В тексте есть HTML.",
                "Разметьте его как Markdown: **жирный**, списки.",
            )
        if "![" in text:
            self._remarks.about(part, "form-html", "В тексте есть картинка.", WHY_NOT["image"])
        for link in _LINK.finditer(text):
            if not _SAFE_LINK.match(link[1] or link[2] or ""):
                self._remarks.about(
                    part,
                    "form-link",
                    "Ссылка в тексте ведёт не на страницу.",
                    "Начните её с https:// или со знака / для страницы этой программы.",
                )
