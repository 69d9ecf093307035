"""What a form makes of the answers of one field."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import InvalidData
from tests.engine.formjs.making import field, form, options, remarks

MOSCOW = timezone(timedelta(hours=3))
NOON = datetime(2026, 1, 14, 12, tzinfo=MOSCOW)


def answer(component: dict[str, Any], value: Any, **rest: Any) -> Any:
    return form(component).validate({"поле": value}, {}, **rest)["поле"]


@pytest.mark.parametrize(
    ("component", "submitted", "value"),
    [
        (field(), "Анна", "Анна"),
        (field(), "первая\nвторая", "первая вторая"),
        (field("textarea"), "первая\nвторая", "первая\nвторая"),
        (field(), "", ""),
        (field("number"), 12.5, Decimal("12.5")),
        (field("number"), 0.1, Decimal("0.1")),
        (field("number"), "12.50", Decimal("12.50")),
        (field("number"), Decimal(7), Decimal(7)),
        (field("number"), None, None),
        (field("number"), "", None),
        (field("checkbox"), True, True),
        (field("checkbox"), None, False),
        (field("datetime", subtype="date"), "2026-01-14", date(2026, 1, 14)),
        (field("datetime", subtype="date"), date(2026, 1, 14), date(2026, 1, 14)),
        (field("datetime", subtype="time"), "17:00", time(17)),
        (field("datetime", subtype="time"), "14:00Z", time(14, tzinfo=UTC)),
        (field("datetime", subtype="datetime"), "2026-01-14T09:00Z", datetime(2026, 1, 14, 9, tzinfo=UTC)),
        (field("select", values=options("да", "нет")), "нет", "нет"),
        (field("select", values=options(1, 2)), 2, Decimal(2)),
        (field("select", values=options(1, 2)), Decimal(2), Decimal(2)),
        (field("radio", values=options(True, False)), False, False),
        (field("select", values=["да", "нет"]), "да", "да"),
        (field("checklist", values=options("а", "б", "в")), ["в", "а"], ["в", "а"]),
        (field("taglist", values=options("а", "б")), None, []),
    ],
)
def test_answers_become_values_of_the_engine(component, submitted, value):
    got = answer(component, submitted)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("component", "submitted"),
    [
        (field(), 12),
        (field(), ["а"]),
        (field(), "я" * 20_001),
        (field("number"), "двенадцать"),
        (field("number"), "NaN"),
        (field("number"), "1e999999"),
        (field("number"), float("inf")),
        (field("number"), True),
        (field("number"), "9" * 40),
        (field("number"), {"число": 1}),
        (field("checkbox"), "да"),
        (field("checkbox"), 1),
        (field("datetime", subtype="date"), "14.01.2026"),
        (field("datetime", subtype="date"), "2026-02-30"),
        (field("datetime", subtype="date"), "2026-W03-3"),
        (field("datetime", subtype="date"), "2026-01-14T10:00"),
        (field("datetime", subtype="date"), 20260114),
        (field("datetime", subtype="time"), "25:00"),
        (field("datetime", subtype="datetime"), "2026-01-14"),
        (field("select", values=options("да", "нет")), "возможно"),
        (field("select", values=options(1, 2)), True),
        (field("select", values=options(1, 2)), "1"),
        (field("select", values=options("да")), ["да"]),
        (field("checklist", values=options("а", "б")), ["а", "я"]),
        (field("checklist", values=options("а", "б")), "а"),
        (field("checklist", values=options("а")), ["а"] * 501),
    ],
)
def test_an_answer_of_another_kind_is_refused(component, submitted):
    assert remarks(form(component), {"поле": submitted}).keys() == {"поле"}


def test_signs_that_no_document_can_hold_are_left_out():
    assert answer(field(), "Ан\x00на\ud800") == "Анна"


@pytest.mark.parametrize(
    ("component", "submitted", "said"),
    [
        (field(validate={"required": True}), "", "Заполните поле «Поле»."),
        (field(validate={"required": True}), "  ", "Заполните поле «Поле»."),
        (
            field("datetime", subtype="date", validate={"required": True}),
            None,
            "Укажите дату в поле «Поле».",
        ),
        (
            field(validate={"minLength": 5}),
            "да",
            "Напишите в поле «Поле» подробнее: нужно не меньше 5\u00a0знаков.",
        ),
        (
            field("number", validate={"max": 10000}),
            10000.5,
            "Исправьте поле «Поле»: число должно быть не больше 10\u00a0000.",
        ),
        (field("number", decimalDigits=0), 1.5, "Напишите в поле «Поле» целое число."),
        (
            field("number", increment=0.5),
            2.7,
            "Исправьте поле «Поле»: ближайшие подходящие числа 2,5 и 3.",
        ),
        (
            field(validate={"pattern": "^\\d{6}$", "patternErrorMessage": "Индекс — шесть цифр."}),
            "61",
            "Индекс — шесть цифр.",
        ),
        (
            field(
                validate={"required": True},
                properties={"message": "Напишите, с какой мерой семья не согласна."},
            ),
            "",
            "Напишите, с какой мерой семья не согласна.",
        ),
    ],
)
def test_a_remark_names_the_field_and_the_remedy(component, submitted, said):
    assert remarks(form(component), {"поле": submitted}) == {"поле": said}


def test_the_sentence_over_the_form_lists_the_fields_to_look_at():
    subject = form(
        *(field(key=key, validate={"required": True}) for key in ("имя", "адрес", "телефон", "почта"))
    )
    with pytest.raises(InvalidData, match="«Имя», «Адрес», «Телефон» и ещё 1\u00a0поле"):
        subject.validate({}, {})


def test_a_key_the_form_does_not_know_is_refused_and_not_lost():
    subject = form(field(), field(key="адрес.город"))
    assert remarks(subject, {"пoле": "опечатка", "адрес": {"дом": "1"}}).keys() == {"пoле", "адрес.дом"}


def test_answers_of_a_field_left_out_stay_as_the_form_showed_them():
    subject = form(field(key="имя"), field("number", key="срок", defaultValue=30))
    assert subject.validate({}, {"имя": "Анна"}) == {"имя": "Анна", "срок": Decimal(30)}


def test_an_emptied_field_is_empty_though_the_case_knows_a_value():
    assert form(field(key="имя")).validate({"имя": ""}, {"имя": "Анна"}) == {"имя": ""}


@pytest.mark.parametrize("lock", [{"readonly": True}, {"disabled": True}, {"readonly": '=статус = "закрыт"'}])
def test_what_may_not_be_changed_comes_from_the_case(lock):
    subject = form(field(key="номер", **lock))
    known = {"номер": "ИП-12", "статус": "закрыт"}
    assert subject.validate({"номер": "другой"}, known) == {"номер": "ИП-12"}


def test_a_field_is_open_again_when_its_condition_no_longer_holds():
    subject = form(field(key="номер", readonly='=статус = "закрыт"'))
    assert subject.validate({"номер": "другой"}, {"номер": "ИП-12", "статус": "открыт"}) == {
        "номер": "другой"
    }


def test_a_locked_field_keeps_the_very_value_of_the_case():
    known = {"поле": Decimal("12345678901234567890.12")}
    assert form(field("number", readonly=True)).validate({"поле": 1.2e19}, known) == known


def test_a_moment_without_a_zone_is_in_the_zone_of_the_agency():
    moment = answer(field("datetime", subtype="datetime"), "2026-01-21T17:00", now=NOON)
    assert moment == datetime(2026, 1, 21, 17, tzinfo=MOSCOW)


def test_a_day_that_has_passed_is_refused_where_the_form_says_so():
    subject = form(field("datetime", subtype="date", disallowPassedDates=True))
    assert remarks(subject, {"поле": "2026-01-13"}, now=NOON).keys() == {"поле"}
    assert remarks(subject, {"поле": "2026-01-14"}, now=NOON) == {}


def test_a_day_that_is_still_ahead_is_refused_where_the_form_asks_for_what_has_happened():
    subject = form(field("datetime", subtype="date", properties={"latest": "today"}))
    assert remarks(subject, {"поле": "2026-01-15"}, now=NOON).keys() == {"поле"}
    assert remarks(subject, {"поле": "2026-01-14"}, now=NOON) == {}


def test_limits_may_be_computed_from_other_answers_and_from_the_case():
    subject = form(
        field("number", key="всего"), field("number", key="часть", validate={"max": "=всего - вычет"})
    )
    assert remarks(subject, {"всего": 10, "часть": 9}, {"вычет": Decimal(2)}).keys() == {"часть"}
    assert remarks(subject, {"всего": 10, "часть": 8}, {"вычет": Decimal(2)}) == {}


def test_a_computed_limit_without_a_number_limits_nothing():
    assert remarks(form(field("number", validate={"max": "=нет_такого"})), {"поле": 5}) == {}


def test_options_may_come_from_the_case():
    subject = form(field("select", valuesKey="меры"))
    known = {"меры": [{"label": "Уход", "value": Decimal(7)}, {"label": "Питание", "value": Decimal(8)}]}
    assert subject.validate({"поле": 8}, known) == {"поле": Decimal(8)}
    assert remarks(subject, {"поле": 9}, known).keys() == {"поле"}


def test_options_of_the_case_keep_their_own_type():
    known = {"дни": [date(2026, 1, 21), date(2026, 1, 28)]}
    assert form(field("radio", valuesKey="дни")).validate({"поле": "2026-01-28"}, known) == {
        "поле": date(2026, 1, 28)
    }


def test_options_may_be_computed_from_other_answers():
    subject = form(
        field("textfield", key="имя"),
        field("taglist", key="кому", valuesExpression="=for м in члены return {label: м.имя, value: м.имя}"),
    )
    known = {"члены": [{"имя": "Анна"}, {"имя": "Пётр"}]}
    assert subject.validate({"имя": "х", "кому": ["Пётр"]}, known)["кому"] == ["Пётр"]
    assert remarks(subject, {"имя": "х", "кому": ["Ольга"]}, known).keys() == {"кому"}


def test_a_group_with_a_path_makes_a_context():
    group = {"type": "group", "path": "адрес", "label": "Адрес", "components": [field(key="город")]}
    assert form(group, field(key="адрес.дом")).validate({"адрес": {"город": "Пермь", "дом": "1"}}, {}) == {
        "адрес": {"город": "Пермь", "дом": "1"}
    }


def test_an_answer_that_is_no_set_of_fields_is_refused():
    with pytest.raises(InvalidData):
        form(field()).validate(["Анна"], {})  # type: ignore[arg-type]
