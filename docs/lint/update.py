"""Bring the pages of the checks up to date with the rules: `./run python -m docs.lint.update`.

Every rule has a page `<rule>.ru.md` beside this file. Its first lines are made here: what the check says of
the example of that very page. The rest is written by hand. A rule without a page gets one to be filled in,
and `README.ru.md`, the list of all pages, is made anew.

`examples.py` says how an example of a page becomes a file that can be checked.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from docs.lint.examples import findings_of
from engine.bpmn.rules.table import RULES
from engine.errors import Finding

HERE: Final = Path(__file__).parent
ENGINE: Final = HERE.parents[1] / "engine"

GROUPS: Final = {
    "file": "Любые файлы",
    "bpmn": "Схемы",
    "dmn": "Таблицы решений",
    "form": "Формы",
    "docx": "Шаблоны документов",
}
KINDS: Final = {"json": "form", "text": "docx"}
"""Of which kind of file an example is, by the language of its block; XML is a diagram or a decision."""
SEVERITIES: Final = {"error": "ошибка", "warning": "замечание", "info": "к сведению"}

WRITTEN_IN: Final = (
    ("formjs", r'"(form-[a-z-]+)"'),
    ("dmn", r'"(dmn-[a-z-]+)"'),
    ("definitions", r'"((?:dmn|file)-[a-z-]+)"'),
    ("documents", r'"(docx-[a-z-]+)"'),
)
"""Rules that stand in no table: the room whose modules name them, and how."""

BEGIN: Final = "<!-- Отсюда текст собран программой docs/lint/update.py. -->"
END: Final = "<!-- Дальше текст написан человеком. -->"
MADE: Final = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
BLOCK: Final = re.compile(r"^```(xml|json|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TO_WRITE: Final = "Напишите, что это значит."


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds; None for an example that it has not."""

    rule: str
    text: str

    @property
    def title(self) -> str:
        return self.text.splitlines()[0].removeprefix("# ")

    @property
    def broken(self) -> list[Finding] | None:
        """What the check says of the example that breaks the rule."""
        return self._said_of("## Пример")

    @property
    def repaired(self) -> list[Finding] | None:
        """What it says of the repaired one."""
        return self._said_of("## Как исправить")

    def _said_of(self, title: str) -> list[Finding] | None:
        _before, _title, after = self.text.partition(f"\n{title}\n")
        found = BLOCK.search(after.split("\n## ", 1)[0])
        if found is None:
            return None
        kind = KINDS.get(found[1], "dmn" if group_of(self.rule) == "dmn" else "bpmn")
        return findings_of(found[2], kind)


def main() -> int:
    """Update every page and the list; 1 when a page is to be written."""
    empty = 0
    pages = []
    for rule in rules():
        page = read(rule) or Page(rule, f"# {rule}\n\n{BEGIN}\n{END}\n\n{TO_WRITE}\n")
        page = Page(rule, MADE.sub(lambda _: head(page), page.text, count=1))  # noqa: B023 - called at once
        path_of(rule).write_text(page.text, encoding="utf-8")
        pages.append(page)
        if TO_WRITE in page.text:
            empty += 1
            print(f"Нет текста: {path_of(rule)}")  # noqa: T201 - a command for developers
    (HERE / "README.ru.md").write_text(contents(pages), encoding="utf-8")
    return 1 if empty else 0


def rules() -> list[str]:
    """Every rule that a check of the engine can name."""
    found = set(RULES)
    for room, pattern in WRITTEN_IN:
        for module in (ENGINE / room).rglob("*.py"):
            found.update(re.findall(pattern, module.read_text(encoding="utf-8")))
    return sorted(found)


def group_of(rule: str) -> str:
    """Under which title the rule is listed."""
    prefix = rule.partition("-")[0]
    return prefix if prefix in GROUPS and (rule not in RULES or prefix == "file") else "bpmn"


def path_of(rule: str) -> Path:
    """The page of a rule."""
    return HERE / f"{rule}.ru.md"


def read(rule: str) -> Page | None:
    """The page as it lies here; None for a new rule."""
    path = path_of(rule)
    return Page(rule, path.read_text(encoding="utf-8")) if path.exists() else None


def head(page: Page) -> str:
    """The lines that are made: id, severity, and the words of the check."""
    said = _said(page)
    if said is None:
        return f"{BEGIN}\n\n`{page.rule}`\n\n{END}"
    words = f"> {said.message}" + (f"\n>\n> {said.hint}" if said.hint else "")
    return f"{BEGIN}\n\n`{page.rule}` · {SEVERITIES[said.severity]}\n\n{words}\n\n{END}"


def _said(page: Page) -> Finding | None:
    """What the check says of the example, or what the table of rules would say of any."""
    if (found := page.broken) is not None:
        return next((finding for finding in found if finding.rule == page.rule), None)
    rule = RULES.get(page.rule)
    if rule is None:
        return None
    anything: defaultdict[str, str] = defaultdict(lambda: "…")
    message, hint = rule.message.format_map(anything), rule.hint.format_map(anything)
    return Finding(rule.id, rule.severity, message, hint)


def contents(pages: list[Page]) -> str:
    """The list of all pages by kind of file."""
    lines = [
        "# Что говорит проверка",
        "",
        BEGIN,
        "",
        "Файлы проверяются перед публикацией. **Ошибка** не даёт опубликовать файл. **Замечание** нужно",
        "прочесть. **К сведению** ничего не требует.",
        "",
        "В примерах показано только то, о чём говорит правило. Начало, конец и рисунок схемы",
        "подразумеваются.",
    ]
    for group, title in GROUPS.items():
        lines += ["", f"## {title}", "", "| правило | что значит | |", "|---|---|---|"]
        for page in pages:
            if group_of(page.rule) == group:
                said = _said(page)
                weight = SEVERITIES[said.severity] if said else "ошибка"
                lines.append(f"| [`{page.rule}`]({page.rule}.ru.md) | {page.title} | {weight} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
