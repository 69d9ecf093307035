"""Shipped forms: readable by the product and by people, tied to the steps that use them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine import formjs
from engine.records import parameters
from tests.processes.shipped import FORMS, camunda, components, drawings, forms

COMPONENTS = {
    "checkbox", "checklist", "datetime", "dynamiclist", "group", "number", "radio", "select", "separator",
    "spacer", "table", "taglist", "text", "textarea", "textfield",
}  # fmt: skip
PERSONAL = {"фио", "фамилия", "имя", "отчество", "дата_рождения", "снилс", "паспорт", "телефон", "адрес"}
"""Data of the applicant lie in the register of people, where access to them is noted."""

every_form = pytest.mark.parametrize("key", forms())


def fields(key: str) -> list[dict[str, Any]]:
    return [part for part in components(forms()[key]) if "key" in part]


@every_form
def test_the_product_reads_the_form_without_a_remark(key):
    assert formjs.check((FORMS / f"{key}.form").read_bytes()) == []


@every_form
def test_the_form_calls_itself_like_its_file_and_has_a_title(key):
    assert forms()[key]["id"] == key
    assert forms()[key]["name"][0].isupper()


def test_every_form_belongs_to_a_step_or_a_beginning():
    used = {camunda(node, "formRef") for found in drawings() for node in found.nodes.values()} - {""}
    assert forms().keys() == used


@every_form
def test_only_known_components_are_used(key):
    assert {part["type"] for part in components(forms()[key])} <= COMPONENTS


@every_form
def test_variables_are_named_in_russian(key):
    names = [
        part.get("key") or part["path"] for part in components(forms()[key]) if part.keys() & {"key", "path"}
    ]
    assert [name for name in names if not re.fullmatch(r"[а-яё]+(_[а-яё]+)*", name)] == []


@every_form
def test_the_applicant_is_not_named_in_forms(key):
    assert {field["key"] for field in fields(key)} & PERSONAL == set()


@every_form
def test_sections_carry_no_numbers_of_their_own(key):
    """The page numbers those that are shown."""
    labels = [part["label"] for part in forms()[key]["components"]]
    assert [label for label in labels if re.match(r"\d", label)] == []


@every_form
def test_every_field_has_words(key):
    wordless = [
        f["key"] for f in fields(key) if not (f.get("label") or f.get("dateLabel") or f.get("timeLabel"))
    ]
    assert wordless == []


@every_form
def test_every_text_has_a_limit(key):
    texts = [field for field in fields(key) if field["type"] in ("textfield", "textarea")]
    assert [text["key"] for text in texts if not text["validate"]["maxLength"]] == []


@every_form
def test_a_field_that_comes_filled_says_where_from(key):
    sources = [
        field["properties"]["source"] for field in fields(key) if "source" in field.get("properties", {})
    ]
    assert [source for source in sources if not re.match(r"из |когда ", source)] == []


@every_form
def test_a_row_of_narrow_fields_is_as_wide_as_the_form(key):
    rows: dict[str, int] = {}
    for part in components(forms()[key]):
        if "layout" in part:
            row = part["layout"]["row"]
            rows[row] = rows.get(row, 0) + part["layout"]["columns"]
    assert all(width <= 16 for width in rows.values())


def test_the_sheet_of_monitoring_asks_every_parameter_in_its_section():
    asked: dict[str, str] = {}
    sections: list[str] = []
    for part in forms()["F60"]["components"]:
        names = [field["key"] for field in part["components"] if "key" in field]
        if names and names != ["пояснение_ошибок"]:
            sections.append(part["label"])
            asked |= dict.fromkeys(names, part["label"])
    table = {each.key: part.title for part in parameters.sections() for each in part.parameters}
    assert asked == table
    assert list(asked) == list(table)
    assert sections == [part.title for part in parameters.sections()]


KINDS = {"text": "textfield", "number": "number", "date": "datetime", "mark": "checkbox", "choice": "select"}


def test_a_parameter_is_asked_as_the_table_says():
    asked = {field["key"]: field for field in fields("F60")}
    for parameter in parameters.parameters():
        field = asked[parameter.key]
        assert field["type"] == KINDS[parameter.type], parameter.key
        assert (field.get("label") or field["dateLabel"]) == parameter.title
        assert field.get("readonly", False) is parameter.fixed, parameter.key
        assert tuple(each["value"] for each in field.get("values", ())) == parameter.options, parameter.key
        hidden = f"=not({parameter.when.text})" if parameter.when else None
        assert field.get("conditional", {}).get("hide") == hidden, parameter.key


FINDERS = {
    "женская консультация", "больница", "детская больница", "нарколог", "загс", "школа", "комиссия",
    "полиция", "опека", "соцслужба", "совет микрорайонов", "общественный проект", "другое",
}  # fmt: skip
"""Organisations that find families."""


@pytest.mark.parametrize(
    ("key", "field"),
    [("F17", "кто_ходатайствует"), ("F01", "кто_ходатайствует"), ("F70", "источник"), ("F76", "источник")],
)
def test_every_organisation_that_finds_families_can_be_named(key, field):
    [asked] = [each for each in fields(key) if each["key"] == field]
    assert {each["value"] for each in asked["values"]} >= FINDERS
