"""What is refused when a form is read, and how the remark helps to find the place."""

from typing import Any

import orjson
import pytest

from engine.errors import DefinitionRefused
from engine.formjs import check, read
from tests.engine.formjs.making import field, options, rows, rules, schema


def text(content: str) -> dict[str, Any]:
    return {"type": "text", "id": "t", "text": content}


@pytest.mark.parametrize(
    ("component", "rule"),
    [
        ({"type": "html", "id": "h", "content": "<b>х</b>"}, "form-component"),
        ({"type": "iframe", "id": "h", "url": "https://example.ru"}, "form-component"),
        ({"type": "image", "id": "h", "source": "https://example.ru/a.png"}, "form-component"),
        ({"type": "script", "id": "h"}, "form-component"),
        ({"type": "filepicker", "id": "h", "key": "файл"}, "form-component"),
        ({"type": "expression", "id": "h", "key": "сумма", "expression": "=1"}, "form-component"),
        ({"type": ["text"], "id": "h"}, "form-component"),
        ("текст", "form-component"),
        (text("<script>alert(1)</script>"), "form-html"),
        (text("Смотрите ![схему](https://example.ru/a.png)"), "form-html"),
        (text("[сюда](javascript:alert(1))"), "form-link"),
        (text("[сюда](//example.ru)"), "form-link"),
        (text("Сумма {{доход +}}"), "form-template"),
        (text("{{#if доход}} много"), "form-template"),
        (text("{{#loop меры}} {{/if}}"), "form-template"),
        (text("{{доход"), "form-template"),
        (field(label="Имя {{имя +}}"), "form-template"),
        (field(conditional={"hide": "=решение = "}), "form-expression"),
        (field(conditional={"hide": "решение"}), "form-expression"),
        (field(readonly="=("), "form-expression"),
        (field("number", validate={"min": "=("}), "form-expression"),
        (field("select", valuesExpression="=("), "form-expression"),
        (field("select"), "form-expression"),
        ({"type": "table", "id": "t", "label": "Т", "dataSource": "услуги"}, "form-expression"),
        (field(key=""), "form-key"),
        (field(key="1поле"), "form-key"),
        (field(key="поле "), "form-key"),
        (field(key="дата рождения"), "form-key"),
        (field(key="дело"), "form-key"),
        (field(key="a..b"), "form-key"),
        (field(key="__proto__.x"), "form-key"),
        (field(key="constructor"), "form-key"),
        (field(validate={"pattern": "(а+)+$"}), "form-pattern"),
        (field(validate={"pattern": "(?=а)"}), "form-pattern"),
        (field(validate={"pattern": "["}), "form-pattern"),
        (field(validate={"pattern": 5}), "form-value"),
        (field(validate={"required": "да"}), "form-value"),
        (field(validate="да"), "form-value"),
        (field(validate={"validationType": "inn"}), "form-value"),
        (field(disabled="да"), "form-value"),
        (field(label=5), "form-value"),
        (field("datetime", subtype="год"), "form-value"),
        (field("number", decimalDigits=-1), "form-value"),
        (field("number", validate={"min": "мало"}), "form-value"),
        (field("number", increment=0), "form-limits"),
        (field("number", validate={"min": 5, "max": 1}), "form-limits"),
        (field("select", values=[]), "form-options"),
        (field("select", values="да"), "form-options"),
        (field("select", values=options("а", "а")), "form-options"),
        (field("select", values=options("а", "")), "form-options"),
        (field("number", defaultValue="много"), "form-default"),
        (field("number", defaultValue=5, validate={"max": 1}), "form-default"),
        (field("select", values=options("а"), defaultValue="я"), "form-default"),
        (rows("меры", field(key="мера", readonly=True)), "form-readonly-row"),
        (rows("", field(key="мера")), "form-key"),
        (rows("меры", field(key="мера"), isRepeating=False), "form-value"),
        (rows("меры", field(key="мера"), properties={"minRows": "много"}), "form-value"),
    ],
)
def test_what_can_not_be_used_is_refused(component, rule):
    assert rules(component) == {rule}
    with pytest.raises(DefinitionRefused) as refused:
        read(schema(component))
    assert [finding.severity for finding in refused.value.findings] == ["error"]
    assert all(finding.message and finding.hint for finding in refused.value.findings)


@pytest.mark.parametrize(
    "components",
    [
        (field(key="имя"), {**field(key="имя"), "id": "other"}),
        (field(key="адрес"), field(key="адрес.город")),
        (field(key="адрес.город"), field(key="адрес")),
        (rows("меры", field(key="мера")), {**field(key="меры"), "id": "other"}),
        (rows("меры", field(key="мера")), field(key="меры.мера")),
    ],
)
def test_two_fields_can_not_have_one_place_in_the_data(components):
    assert "form-key" in rules(*components)


def test_the_same_key_may_be_in_different_lists():
    assert (
        rules(rows("меры", field(key="имя")), {**field(key="имя"), "id": "other"}) == set()
        or rules(rows("меры", {**field(key="имя"), "id": "inner"}), field(key="имя")) == set()
    )


def test_components_have_different_ids():
    assert rules(field(key="а"), {**field(key="б"), "id": "id_а"}) == {"form-id"}


@pytest.mark.parametrize(
    ("component", "rule"),
    [
        (field(onclick="alert(1)"), "form-property"),
        ({"type": "button", "id": "b", "action": "submit", "label": "Готово"}, "form-button"),
    ],
)
def test_what_is_only_needless_is_a_warning(component, rule):
    assert [(finding.rule, finding.severity) for finding in check(schema(component))] == [(rule, "warning")]
    assert read(schema(component)).id == "F24"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "form-json"),
        (b"\xff\xfe", "form-json"),
        (b"[" * 100_000, "form-json"),
        (b"{", "form-json"),
        (b"[]", "form-root"),
        (b"null", "form-root"),
        (b'{"components": {}}', "form-root"),
        (b'{"type": "dmn", "components": []}', "form-root"),
        (b" " * 600_000, "form-size"),
    ],
)
def test_a_file_that_is_no_form_is_one_remark(content, rule):
    assert [finding.rule for finding in check(content)] == [rule]


def test_too_many_components_are_refused_once():
    many = [field(key=f"поле{number}") for number in range(501)]
    assert [finding.rule for finding in check(schema(*many))] == ["form-size"]


def test_groups_can_not_lie_too_deep():
    part = field()
    for number in range(12):
        part = {"type": "group", "id": f"g{number}", "label": "Группа", "components": [part]}
    assert rules(part) == {"form-size"}


def test_a_remark_tells_component_name_and_line():
    content = orjson.dumps(
        {"type": "default", "components": [field(key="имя"), field(key="1ый", label="Первый")]},
        option=orjson.OPT_INDENT_2,
    )
    (finding,) = check(content)
    assert (finding.element, finding.name) == ("id_1ый", "Первый")
    assert finding.line is not None
    assert "id_1ый" in content.decode().splitlines()[finding.line - 1]


def test_the_refusal_counts_its_remarks():
    with pytest.raises(DefinitionRefused, match="Форма «F24» не принята: 2\u00a0замечания"):
        read(schema(field(key="1"), {**field(key="2"), "id": "x"}), name="F24")


def test_an_ordinary_form_has_no_remarks():
    assert (
        rules(
            text(
                "## Решение\n\n* **{{имя}}**\n* [правила](https://example.ru/a), [дело](/cases/1)\n\n"
                "{{#loop меры}}- {{мера}}\n{{/loop}}"
            ),
            field(key="имя", appearance={"prefixAdorner": "№"}, layout={"row": "r1", "columns": 8}),
            field("select", key="решение", values=options("да", "нет"), searchable=True),
            {
                "type": "group",
                "id": "g",
                "label": "Группа",
                "components": [field("number", key="часы", decimalDigits=1)],
            },
            rows("меры", field(key="мера"), allowAddRemove=True, defaultRepetitions=1, showOutline=True),
            {"type": "separator", "id": "s"},
            {"type": "spacer", "id": "p", "height": 20},
            {
                "type": "table",
                "id": "tt",
                "label": "Т",
                "dataSource": "=услуги",
                "columns": [{"key": "а", "label": "А"}],
                "rowCount": 10,
            },
        )
        == set()
    )
