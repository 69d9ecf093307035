"""A tag that nothing will ever stand for is found before it is published."""

import pytest

from engine.definitions.files import Upload, check_files
from engine.definitions.shipped import shipped_known
from engine.documents.templates import check_names
from engine.documents.word import filling
from tests.engine.documents.making import REPOSITORY, docx


def named(*paragraphs: str) -> list[str]:
    return filling.names(docx(*paragraphs))


def test_names_come_with_what_stands_after_their_dots():
    assert named(
        "{{ дело.номер }} {{ доход | рубли }} {{ текст['форма'] }}",
        "{% if дети %}{{ (протокол or иное).дата }}{% endif %}",
    ) == ["дело.номер", "дети", "доход", "иное", "протокол", "текст.форма"]


def test_items_of_a_repetition_are_nobodys_names_and_what_is_repeated_is_one():
    assert named("{% for м in меры if м.срок %}{{ loop.index }} {{ м.мера }} {{ дата }}{% endfor %}") == [
        "дата",
        "меры",
    ]


def findings(*paragraphs: str, known: set[str] | None = None) -> list[tuple[str, str]]:
    found = check_names(docx(*paragraphs), None if known is None else lambda: known)
    return [(finding.rule, f"{finding.message} {finding.hint}") for finding in found]


@pytest.mark.parametrize(
    "tag",
    [
        "заявитель.имя", "организация.адрес", "дело.заявление", "роли.R11.имя", "шаги.p05_work_ut_plan",
        "сроки.T15.до", "текст", "номер", "представитель.кем_приходится",
    ],
)  # fmt: skip
def test_our_own_names_are_known(tag):
    assert findings(f"{{{{ {tag} }}}}", known=set()) == []


@pytest.mark.parametrize(
    ("tag", "wrong", "perhaps"),
    [
        ("заявитель.имяя", "заявитель.имяя", "«имя»"),
        ("роли.R11.должнсть", "роли.R11.должнсть", "«должность»"),
        ("сроки.T15.срок", "сроки.T15.срок", "Есть: до, норма, основание"),
    ],
)
def test_a_wrong_word_after_one_of_our_own_is_an_error(tag, wrong, perhaps):
    ((rule, words),) = findings(f"{{{{ {tag} }}}}")
    assert rule == "docx-field"
    assert f"«{wrong}»" in words
    assert perhaps in words


def test_a_name_that_no_form_and_no_pathway_writes_is_pointed_out():
    ((rule, words),) = findings("{{ дохд }} {{ доход }} {{ текст.доход }}", known={"доход", "дети"})
    assert rule == "docx-unknown"
    assert "«дохд»" in words
    assert "Может быть, «доход»?" in words
    assert findings("{{ дохд }}") == [], "nobody knows the names of the pathways"


def test_shipped_templates_ask_for_nothing_that_no_pathway_has():
    folders = (REPOSITORY / "processes", REPOSITORY / "forms")
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in KINDS]
    checked = check_files((Upload(path.name, path.read_bytes()) for path in files), shipped_known())
    papers = [each for each in checked if each.upload.name.endswith(".docx")]
    assert len(papers) > 40
    assert [(each.upload.name, each.findings) for each in papers if each.findings] == []


KINDS = (".bpmn", ".dmn", ".form", ".docx")
