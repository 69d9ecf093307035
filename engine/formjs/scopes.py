"""Where the values of a form lie: keys, groups with a path, dynamic lists."""

from __future__ import annotations

import re
from typing import Any, Final

from engine.formjs.components import KEYED, RESERVED_KEYS
from engine.formjs.inspector import Inspector
from engine.formjs.maker import make
from engine.formjs.remarks import Part, Remarks, compiled
from engine.formjs.structure import ROWS_LIMIT, Condition, Leaf, Rows, Scope

DEPTH_LIMIT: Final = 10
"""Groups and lists inside one another."""
KEY_LENGTH: Final = 100
ROWS_AT_FIRST: Final = 50

_NAME: Final = re.compile(r"[^\W\d]\w*")
_NOT: Final = re.compile(r"=\s*not\s*\((.*)\)\s*", re.DOTALL)
_LABEL: Final = re.compile(r"[\s:*]+$")


class ScopeReader:
    """Reads the components of the whole form, or of one row of a list (`changeable_rows`: of which kind)."""

    def __init__(
        self, remarks: Remarks, inspector: Inspector, *, depth: int = 0, changeable_rows: bool = False
    ) -> None:
        self._remarks = remarks
        self._inspector = inspector
        self._depth = depth
        self._changeable_rows = changeable_rows
        self._leaves: list[Leaf] = []
        self._rows: list[Rows] = []
        self._claimed: dict[str, Any] = {}

    def read(self, parts: Any) -> Scope:
        self._parts(parts, (), (), self._depth)
        return Scope(tuple(self._leaves), tuple(self._rows))

    def _parts(self, parts: Any, path: tuple[str, ...], hides: tuple[Condition, ...], depth: int) -> None:
        for part in parts if isinstance(parts, list) else ():
            if self._inspector.accept(part):
                self._part(part, path, hides, depth)

    def _part(self, part: Part, path: tuple[str, ...], hides: tuple[Condition, ...], depth: int) -> None:
        conditional = part.get("conditional")
        if isinstance(conditional, dict) and conditional.get("hide"):
            hide = self._condition(part, conditional["hide"], "Условие скрытия")
            hides = hides if hide is None else (*hides, hide)
        kind = part["type"]
        if kind in KEYED:
            self._leaf(part, path, hides)
        elif kind in ("group", "dynamiclist"):
            if depth >= DEPTH_LIMIT:
                self._remarks.about(
                    part,
                    "form-size",
                    "Группы вложены слишком глубоко.",
                    "Вынесите внутренние наружу.",
                )
            elif kind == "group":
                inner = self._path(part, "path") if part.get("path") else ()
                self._parts(part.get("components"), (*path, *(inner or ())), hides, depth + 1)
            else:
                self._list(part, path, hides, depth)
        elif kind == "table":
            self._table(part)

    def _condition(self, part: Part, text: Any, what: str) -> Condition | None:
        whole = self._remarks.expression(part, text, what)
        if whole is None:
            return None
        if (inner := _NOT.fullmatch(text)) and (negated := compiled(inner[1])):
            return Condition(negated, negated=True)
        return Condition(whole, negated=False)

    def _table(self, part: Part) -> None:
        for key, what in (("dataSource", "Строки таблицы"), ("columnsExpression", "Столбцы таблицы")):
            if part.get(key):
                self._remarks.expression(part, part[key], what)

    def _leaf(self, part: Part, outer: tuple[str, ...], hides: tuple[Condition, ...]) -> None:
        path = self._claim(part, outer, "key")
        if path is None:
            return
        label = self._label(part, path)
        made = make(self._remarks, part, label)
        readonly = part.get("readonly")
        fixed = self._remarks.flag(part, part, "disabled") or readonly is True
        computed = None
        if isinstance(readonly, str) and readonly:
            computed = self._condition(part, readonly, "Условие «только для чтения»")
        if self._changeable_rows and (fixed or computed):
            self._remarks.about(
                part,
                "form-readonly-row",
                "В списке с добавлением строк поле нельзя сделать только для чтения.",
                "Запретите добавлять и удалять строки или покажите значение компонентом «Текст».",
            )
        self._leaves.append(
            Leaf(
                path,
                ".".join(path),
                part["type"],
                label,
                made.input,
                hides,
                fixed,
                computed,
                made.default,
                tuple(made.late),
            )
        )

    def _list(self, part: Part, outer: tuple[str, ...], hides: tuple[Condition, ...], depth: int) -> None:
        path = self._claim(part, outer, "path")
        if path is None:
            return
        if not self._remarks.flag(part, part, "isRepeating", absent=True):
            self._remarks.about(
                part,
                "form-value",
                "Список без повторения строк.",
                "Замените его группой.",
            )
        changeable = self._remarks.flag(part, part, "allowAddRemove", absent=True)
        scope = ScopeReader(self._remarks, self._inspector, depth=depth + 1, changeable_rows=changeable).read(
            part.get("components")
        )
        properties = part.get("properties")
        custom: Part = properties if isinstance(properties, dict) else {}
        at_first = self._remarks.whole(part, part, "defaultRepetitions", ROWS_AT_FIRST)
        least = self._remarks.whole(custom, part, "minRows", ROWS_LIMIT)
        most = self._remarks.whole(custom, part, "maxRows", ROWS_LIMIT)
        self._rows.append(
            Rows(
                path,
                ".".join(path),
                self._label(part, path),
                hides,
                scope,
                at_first=1 if at_first is None else at_first,
                changeable=changeable,
                least=least or 0,
                most=ROWS_LIMIT if most is None else most,
                message=self._remarks.text(custom, part, "message"),
            )
        )

    # --- keys -------------------------------------------------------------------------------------

    def _label(self, part: Part, path: tuple[str, ...]) -> str:
        """What messages call the field: its label, unless that is computed, otherwise its key."""
        for key in ("label", "dateLabel", "timeLabel"):
            text = part.get(key)
            if isinstance(text, str) and text.strip() and not text.startswith("=") and "{{" not in text:
                return _LABEL.sub("", text)
        return ".".join(path)

    def _path(self, part: Part, key: str) -> tuple[str, ...] | None:
        """The names of a key with dots in it; None with a remark when it can't be one."""
        text = self._remarks.text(part, part, key)
        if not text:
            self._remarks.about(
                part, "form-key", "У поля нет ключа.", "Задайте ключ: под этим именем значение ляжет в дело."
            )
            return None
        path = tuple(text.split("."))
        for name in path:
            if not _NAME.fullmatch(name) or name in RESERVED_KEYS or len(name) > KEY_LENGTH:
                self._remarks.about(
                    part,
                    "form-key",
                    f"Ключ «{text[:60]}» не годится.",
                    "Ключ состоит из букв, цифр и подчёркиваний, начинается с буквы и не занят программой.",
                )
                return None
        return path

    def _claim(self, part: Part, outer: tuple[str, ...], key: str) -> tuple[str, ...] | None:
        """Take the place in the data, unless another field has it or lies around or inside it."""
        inner = self._path(part, key)
        if inner is None:
            return None
        path = (*outer, *inner)
        node: dict[str, Any] | None = self._claimed
        for name in path[:-1]:
            node = None if node is None else node.setdefault(name, {})
        if node is None or path[-1] in node:
            self._remarks.about(
                part,
                "form-key",
                f"Ключ «{'.'.join(path)}» уже занят.",
                "Дайте полю другой ключ.",
            )
            return None
        node[path[-1]] = None
        return path
