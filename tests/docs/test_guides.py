"""What the documentation shows can be done: links lead somewhere, examples work, commands exist."""

from __future__ import annotations

import io
import re
import shlex
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import click
import pytest
from docx import Document

from engine import feel
from engine.access.policy import ROLES
from engine.bpmn.evaluate import OWN_FUNCTIONS
from engine.bpmn.timers import read_text
from engine.cli import marshrut
from engine.documents.context import (
    CaseFacts,
    Organisation,
    Performer,
    Person,
    PrintedTerm,
    Representative,
    build,
)
from engine.documents.workshop import Workshop
from engine.model import Value
from engine.names import FullName
from tests.guards.tree import ROOT, own_texts

GUIDE = ROOT / "docs" / "guide"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
TITLE = re.compile(r"^#+ (.+)$", re.MULTILINE)


def markdown() -> list[tuple[Path, str]]:
    """Our pages; their examples are no text."""
    return [
        (path, re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        for path, text in own_texts()
        if path.suffix == ".md"
    ]


def anchors(path: Path) -> set[str]:
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in TITLE.findall(path.read_text())
    }


def test_every_link_of_the_documentation_leads_somewhere():
    broken = []
    for path, text in markdown():
        for target in LINK.findall(re.sub(r"`[^`]*`", "", text)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _hash, anchor = target.partition("#")
            there = (ROOT / path).parent / file if file else ROOT / path
            if not there.exists() or (anchor and anchor not in anchors(there)):
                broken.append(f"{path}: {target}")
    assert broken == []


def test_every_guide_stands_in_the_index():
    listed = set(LINK.findall((GUIDE / "README.ru.md").read_text()))
    assert {path.name for path in GUIDE.glob("*.ru.md")} - {"README.ru.md"} - listed == set()


def test_every_page_for_developers_stands_in_the_index():
    listed = set(LINK.findall((ROOT / "docs" / "README.md").read_text()))
    pages = {f"developers/{path.name}" for path in (ROOT / "docs" / "developers").glob("*.md")}
    assert pages - listed == set()


CASE = {
    "виды": ["вещи"],
    "дата_решения": date(2026, 1, 21),
    "дело": {"номер": "ПС-2026-0001", "заявление": datetime(2026, 1, 14, 10, tzinfo=UTC)},
    "дети": [{"возраст": Decimal(2)}],
    "доход": Decimal(9000),
    "есть_долг": False,
    "номер_дома": Decimal(4),
    "решение": "нуждается",
    "состав": Decimal(3),
    "телефон": "+7 900 000-00-00",
}


def expressions() -> list[str]:
    _before, section = (GUIDE / "diagrams.ru.md").read_text().split("## Выражения (FEEL)")
    return re.findall(r"`=([^`]+)`", section)


@pytest.mark.parametrize("text", expressions())
def test_an_expression_of_the_guide_has_a_value(text):
    found = feel.compile(text, functions=OWN_FUNCTIONS).outcome(CASE, now=datetime(2026, 1, 21, tzinfo=UTC))
    assert found.value is not None
    assert found.warnings == ()


def test_the_times_of_the_guide_are_times():
    _before, section = (GUIDE / "diagrams.ru.md").read_text().split("### Время таймера")
    written = re.findall(r"`([PR\d][^`]*)`", section.split("## ")[0])
    assert len(written) >= 6
    assert [text for text in written if read_text(text) is None] == []


def test_the_guide_names_every_role():
    text = (GUIDE / "diagrams.ru.md").read_text()
    assert [
        code for code, name in ROLES.items() if code != "R00" and f"| `{code}` | {name} |" not in text
    ] == []


def test_every_tag_of_the_guide_shows_something():
    text = (GUIDE / "templates.ru.md").read_text().replace("\\|", "|")
    tags = [tag for tag in re.findall(r"`(\{\{ [^`]+ \}\})`", text) if "…" not in tag]
    assert len(tags) > 30
    template = Document()
    template.core_properties.title, template.core_properties.category = "Проба", "ПР"
    for tag in tags:
        template.add_paragraph(tag)
    content = io.BytesIO()
    template.save(content)
    workshop = Workshop()
    try:
        made = Document(io.BytesIO(workshop.fill(content.getvalue(), values()).content))
    finally:
        workshop.close()
    shown = dict(zip(tags, (paragraph.text for paragraph in made.paragraphs), strict=True))
    assert [tag for tag, words in shown.items() if not words.strip("_")] == []


def values() -> dict[str, Value]:
    variables = {
        "доход": Decimal(12500),
        "состав": Decimal(21),
        "нужды": ["Деньги, льготы", "МФЦ"],
        "условия": "Как есть",
        "форма_обслуживания": "дома",
    }
    return build(
        case=CaseFacts("ИП-2026-0001", "семья", "Путь", datetime(2026, 1, 14, tzinfo=UTC)),
        organisation=Organisation("Центр", "КЦСОН", "ул. Мира, 1", "Орлов В. Н.", "Директор"),
        person=Person(
            FullName("Белова", "Нина", "Андреевна"),
            "f",
            date(1980, 5, 1),
            "адрес",
            "тел.",
            "паспорт",
            "000-000-000 00",
        ),
        representative=Representative("Белов И. П.", "сын", "доверенность"),
        performer=Performer("Крылова О. П.", "специалист"),
        steps={"p05_work_ut_plan": Performer("Белова Н. А.", "куратор случая")},
        roles={"R11": Performer("Седова Л. Г.", "председатель комиссии")},
        terms={"T15": PrintedTerm("21.01.2026", "10 раб. дней от заявления", "442-ФЗ, ст. 16")},
        variables=variables,
        labels={"форма_обслуживания": {"дома": "На дому"}},
        today=date(2026, 1, 21),
        demo=True,
    )


def commands() -> list[tuple[str, list[str]]]:
    """Every line `marshrut …` of a guide or of the page of installing, as words."""
    found = []
    for path in [*GUIDE.glob("*.md"), ROOT / "deploy" / "README.ru.md"]:
        for block in re.findall(r"```\n(.*?)```", path.read_text(), re.DOTALL):
            for line in block.splitlines():
                _before, name, after = line.partition("marshrut ")
                if name and re.match(r"[a-z]", after) and (not _before or _before.endswith("/run ")):
                    found.append((path.name, shlex.split(after.split("  #")[0])))
    return found


@pytest.mark.parametrize(("page", "words"), commands(), ids=lambda each: str(each)[:60])
def test_a_command_of_the_documentation_exists_with_its_options(page, words):
    group: click.Command | None = marshrut
    with click.Context(marshrut) as at:
        while isinstance(group, click.Group) and words and not words[0].startswith("-"):
            group = group.get_command(at, words.pop(0))
    assert group is not None
    known = {option for parameter in group.params for option in parameter.opts} | {"--help"}
    assert [word for word in words if word.startswith("--") and word.split("=")[0] not in known] == []
