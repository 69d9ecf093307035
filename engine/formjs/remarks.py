"""Collects the remarks of a check and the expressions of a form, component by component."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine import feel
from engine.errors import Finding, Severity
from engine.feel import Expression, FeelError

Part = Mapping[str, Any]
"""One component as the file has it."""


def compiled(text: str) -> Expression | None:
    """The expression, or None when the text is none."""
    try:
        return feel.compile(text)
    except FeelError:
        return None


class Remarks:
    """Findings about one form, and the `names` of variables that its expressions look at."""

    def __init__(self, content: bytes) -> None:
        self.findings: list[Finding] = []
        self.names: set[str] = set()
        self._content = content

    def about_file(self, rule: str, message: str, hint: str, *, line: int | None = None) -> None:
        self.findings.append(Finding(rule, "error", message, hint, line=line))

    def about(self, part: Part, rule: str, message: str, hint: str, severity: Severity = "error") -> None:
        """A remark about one component, with its id, its name and its place in the file."""
        element = part.get("id")
        element = element if isinstance(element, str) else None
        name = next((part[key] for key in ("label", "key", "path") if isinstance(part.get(key), str)), None)
        line = self._line(element) if element else None
        self.findings.append(Finding(rule, severity, message, hint, element=element, name=name, line=line))

    def _line(self, element: str) -> int | None:
        at = self._content.find(f'"{element}"'.encode(errors="replace"))
        return None if at < 0 else self._content.count(b"\n", 0, at) + 1

    # --- properties of the right type -------------------------------------------------------------

    def text(self, part: Part, owner: Part, key: str) -> str:
        """A property that is a text; the empty text when it is absent or wrong. `owner` gets the remark."""
        value = part.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        self._wrong_type(owner, key, "текст")
        return ""

    def flag(self, part: Part, owner: Part, key: str, *, absent: bool = False) -> bool:
        value = part.get(key, absent)
        if isinstance(value, bool):
            return value
        self._wrong_type(owner, key, "«да» или «нет»")
        return absent

    def number(self, part: Part, owner: Part, key: str) -> Decimal | None:
        """A property that is a number, written as one or as a text; None when it is absent or wrong."""
        value = part.get(key)
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value))
        except ArithmeticError:
            number = Decimal("NaN")
        if isinstance(value, bool) or not number.is_finite():
            self._wrong_type(owner, key, "число")
            return None
        return number

    def whole(self, part: Part, owner: Part, key: str, most: int) -> int | None:
        """As `number`, a whole one from 0 to `most`."""
        number = self.number(part, owner, key)
        if number is None:
            return None
        if number != int(number) or not 0 <= number <= most:
            self._wrong_type(owner, key, f"целое число от 0 до {most}")
            return None
        return int(number)

    def _wrong_type(self, owner: Part, key: str, wanted: str) -> None:
        self.about(owner, "form-value", f"Свойство «{key}» задано неверно.", f"Здесь нужно: {wanted}.")

    # --- expressions ------------------------------------------------------------------------------

    def compile(self, part: Part, text: str, rule: str, what: str) -> Expression | None:
        """FEEL ready to evaluate; a remark and None when it can't be read."""
        try:
            expression = feel.compile(text)
        except FeelError as error:
            place = "" if error.position is None else f" (знак {error.position + 1})"
            self.about(part, rule, f"{what}: {error.message}{place}", error.hint or "Исправьте выражение.")
            return None
        self.names |= set(expression.names)
        return expression

    def expression(self, part: Part, value: Any, what: str) -> Expression | None:
        """A property that must be a FEEL expression beginning with `=`."""
        if not isinstance(value, str) or not value.startswith("="):
            self.about(part, "form-expression", f"{what}: нужно выражение.", "Начните его со знака «=».")
            return None
        return self.compile(part, value[1:], "form-expression", what)
