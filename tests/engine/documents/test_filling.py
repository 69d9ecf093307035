"""Templates show values, choose and repeat; they can do nothing else."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from docx import Document

from engine.documents.word import filling
from engine.documents.word.faults import BadDocument
from tests.engine.documents.making import docx


def filled(template: str, **context: object) -> str:
    content = filling.fill(docx(template), context)
    return "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("Выдано {{ имя }}", "Выдано Белова\u00a0Н.\u00a0А."),
        ("{{ дата_решения }}", "21.01.2026"),
        ("{{ дата_решения | дата }}", "21\u00a0января 2026\u00a0г."),
        ("{{ дата_решения | дата_словами }}", "21\u00a0января 2026\u00a0года"),
        ("{{ дата_решения | месяц }}", "январь 2026\u00a0г."),
        ("До {{ дата_решения | дата }}. Да…", "До 21\u00a0января 2026\u00a0г. Да…"),
        ("{{ доход | рубли }}", "9\u00a0870 (девять тысяч восемьсот семьдесят) рублей 50\u00a0копеек"),
        ("{{ часы | словами }}", "двадцать один"),
        ("{% if есть %}да{% else %}нет{% endif %}", "да"),
        ("{{ нет }}, {{ нет.такого.поля }}, {{ пусто }}", "____________, ____________, ____________"),
        ("{{ нет | дата }}, {{ нет | рубли }}", "____________, ____________"),
        ('{{ меры | join(", ") }}', "уход, питание"),
        ('{{ меры | перечнем }}; {{ нет | перечнем or "ничего" }}', "уход, питание; ничего"),
        ("{{ часть | с_прописной }}", "Директор КЦСОН"),
        ("{% for м in меры %}{{ loop.index }}. {{ м }} {% endfor %}", "1. уход 2. питание "),
    ],
)
def test_values_are_shown_as_russian_documents_write_them(template, shown):
    values = {
        "имя": "Белова Н. А.", "дата_решения": date(2026, 1, 21), "доход": Decimal("9870.5"),
        "часы": Decimal(21), "есть": True, "пусто": "", "меры": ["уход", "питание"],
        "часть": "директор КЦСОН",
    }  # fmt: skip
    assert filled(template, **values) == shown


def test_signs_of_markup_in_a_value_stay_signs():
    assert filled("{{ имя }}", имя="<b>Анна</b> & «К°» </w:t>") == "<b>Анна</b> & «К°» </w:t>"


def test_tags_in_a_value_are_not_carried_out():
    assert filled("{{ имя }}", имя="{{ 7 * 7 }}") == "{{ 7 * 7 }}"


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ имя.__class__.__base__.__subclasses__() }}",
        "{{ имя.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum.__globals__['os'].popen('id').read() }}",
        "{{ '{0.__class__}'.format(имя) }}",
        "{{ ('%s' % имя.__class__) }}",
        "{{ имя | attr('__class__') }}",
        "{{ меры.append(1) }}",
        "{% include 'engine/settings.py' %}",
        "{% import 'os' as os %}",
        "{{ range(10 ** 9) | list }}",
        "{{ 'а' * 10 ** 12 }}",
    ],
)
def test_a_template_can_not_reach_behind_the_values(template):
    try:
        shown = filled(template, имя="Анна", меры=["уход"])
    except (BadDocument, MemoryError):
        shown = ""
    assert not any(sign in shown for sign in ("class", "uid=", "module", "function", "object at"))


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ("{{ ''.__class__ }}", "__class__"),
        ("{{ имя['__class__'] }}", "__class__"),
        ("{{ имя | attr('x') }}", "attr"),
        ("{{ имя | map(attribute='__class__') | list }}", "__class__"),
        ("{{ range(3) }}", "range"),
        ("{{ cycler.next }}{{ имя.upper() }}", "upper"),
        ("{{ 'а' * 3 }}", "*"),
        ("{% set а = 1 %}", "assign"),
        ("{% include 'x' %}", "include"),
        ("{% macro м() %}{% endmacro %}", "macro"),
        ("{% if нет %}{{ имя.__init__ }}{% endif %}", "__init__"),
        ("{{ _имя }}", "_имя"),
    ],
)
def test_a_tag_that_does_more_than_show_choose_and_repeat_is_refused_before_it_runs(template, named):
    with pytest.raises(BadDocument, match="больше, чем показывает") as refused:
        filling.check(docx("Начало", template))
    assert refused.value.rule == "docx-code"
    assert named in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("template", ["{{ имя", "{% if имя %}", "{% нечто %}", "{{ имя | нечто }}", "{{ }}"])
def test_a_tag_that_can_not_be_read_is_named(template):
    with pytest.raises(BadDocument) as refused:
        filling.check(docx("Начало", template))
    assert refused.value.rule == "docx-tag"


def test_rows_of_a_table_repeat():
    rows = [
        ["№", "Мера"],
        ["{%tr for м in меры %}", ""],
        ["{{ loop.index }}", "{{ м.мера }}"],
        ["{%tr endfor %}", ""],
    ]
    content = filling.fill(docx(table=rows), {"меры": [{"мера": "уход"}, {"мера": "питание"}]})
    table = Document(BytesIO(content)).tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["№", "Мера"],
        ["1", "уход"],
        ["2", "питание"],
    ]
