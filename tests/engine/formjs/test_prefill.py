"""What the viewer is given before anybody types."""

from collections import ChainMap
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import MappingProxyType

import orjson
import pytest

from tests.engine.formjs.making import field, form, options, rows


@pytest.mark.parametrize(
    ("component", "variable", "shown"),
    [
        (field(), "Анна", "Анна"),
        (field(), Decimal("12.50"), "12.50"),
        (field("number"), Decimal("12.50"), 12.5),
        (field("number"), Decimal(7), 7),
        (
            field("number", serializeToString=True),
            Decimal("12345678901234567890.12"),
            "12345678901234567890.12",
        ),
        (field("checkbox"), True, True),
        (field("datetime", subtype="date"), date(2026, 1, 14), "2026-01-14"),
        (field("datetime", subtype="date"), datetime(2026, 1, 14, 9, tzinfo=UTC), "2026-01-14"),
        (field("datetime", subtype="time"), time(17), "17:00"),
        (
            field("datetime", subtype="datetime"),
            datetime(2026, 1, 14, 9, tzinfo=UTC),
            "2026-01-14T09:00+00:00",
        ),
        (field("select", values=options(1, 2)), Decimal(2), 2),
        (field("checklist", values=options("а", "б")), ["а"], ["а"]),
    ],
)
def test_variables_are_shown_as_the_viewer_takes_them(component, variable, shown):
    data = form(component).prefill({"поле": variable})
    assert data == {"поле": shown}
    assert orjson.loads(orjson.dumps(data)) == data


def test_nothing_of_the_case_travels_that_the_form_does_not_look_at():
    subject = form(field(key="имя"), {"type": "text", "text": "Категория {{категория}}", "id": "t"})
    variables = {"имя": "Анна", "категория": "СОП", "диагноз": "тайна"}
    assert subject.prefill(variables) == {"имя": "Анна", "категория": "СОП"}


def test_variables_of_conditions_and_options_travel_too():
    subject = form(
        field(key="имя", conditional={"hide": "=возраст < 18"}),
        field("select", key="мера", valuesKey="меры"),
        {"type": "table", "id": "t", "label": "Услуги", "dataSource": "=услуги"},
    )
    variables = {
        "возраст": Decimal(20),
        "меры": [{"label": "Уход", "value": Decimal(1)}],
        "услуги": [],
        "пол": "ж",
    }
    assert subject.prefill(variables) == {
        "возраст": 20,
        "меры": [{"label": "Уход", "value": 1}],
        "услуги": [],
    }


def test_rows_carry_only_the_fields_of_the_form():
    subject = form(rows("меры", field(key="мера")))
    assert subject.prefill({"меры": [{"мера": "Уход", "скрытое": 1}]}) == {"меры": [{"мера": "Уход"}]}


def test_sources_say_what_came_from_the_case_and_what_from_the_form():
    subject = form(field(key="имя"), field(key="язык", defaultValue="русский"), field(key="пусто"))
    assert subject.sources({"имя": "Анна"}) == {"имя": "case", "язык": "default"}


@pytest.mark.parametrize("wrapped", [MappingProxyType, ChainMap])
def test_variables_may_come_in_any_mapping(wrapped):
    variables = wrapped({"имя": "Анна"})
    subject = form(field(key="имя", readonly=True))
    assert subject.prefill(variables) == subject.validate({}, variables) == {"имя": "Анна"}


def test_an_answer_shown_again_is_the_same_answer():
    subject = form(
        field(key="имя"),
        field("number", key="доход", decimalDigits=2),
        field("datetime", key="дата", subtype="date"),
        field("checklist", key="виды", values=options("а", "б")),
        rows("меры", field(key="мера"), field("datetime", key="срок", subtype="date")),
    )
    first = subject.validate(
        {
            "имя": "Анна",
            "доход": 0.1,
            "дата": "2026-01-14",
            "виды": ["б"],
            "меры": [{"мера": "Уход", "срок": None}],
        },
        {},
    )
    assert subject.validate(subject.prefill(first), {}) == first


def test_the_file_is_kept_byte_for_byte():
    from engine.formjs import read

    content = b'{ "components" : [ ],\r\n "type":"default" }'
    assert read(content).to_json() == content


def test_fields_are_listed_with_label_type_and_whether_they_are_required():
    subject = form(
        field(key="имя", label="Имя:", validate={"required": True}), rows("меры", field("number", key="часы"))
    )
    listed = subject.fields
    assert [(one.key, one.label, one.type, one.required) for one in listed] == [
        ("имя", "Имя", "textfield", True),
        ("меры", "Меры", "dynamiclist", False),
    ]
    assert [one.key for one in listed[1].rows] == ["часы"]


def test_fields_tell_what_people_read_for_a_value():
    listed = form(
        field("select", values=[{"label": "На дому", "value": "дом"}, {"label": "Два", "value": 2}])
    ).fields
    assert listed[0].options == (("дом", "На дому"), (Decimal(2), "Два"))
