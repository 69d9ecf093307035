"""Fields that are there or not, depending on other answers: as on the screen, so here."""

from typing import Any

import pytest

from tests.engine.formjs.making import field, form, options, remarks, rows

DECISION = field("select", key="решение", values=options("признать", "отказать"))
REASON = field("textarea", key="причина", validate={"required": True})


def hidden_when(component: dict[str, Any], condition: str) -> dict[str, Any]:
    return {**component, "conditional": {"hide": condition}}


def test_a_hidden_field_is_neither_required_nor_kept():
    subject = form(DECISION, hidden_when(REASON, '=решение != "отказать"'))
    assert subject.validate({"решение": "признать", "причина": "осталась"}, {}) == {"решение": "признать"}


def test_a_field_that_appears_is_required():
    subject = form(DECISION, hidden_when(REASON, '=решение != "отказать"'))
    assert remarks(subject, {"решение": "отказать"}).keys() == {"причина"}


def test_a_hidden_group_hides_what_is_in_it():
    group = {"type": "group", "label": "Отказ", "components": [REASON, field(key="срок_жалобы")]}
    subject = form(DECISION, hidden_when(group, '=решение = "признать"'))
    assert subject.validate({"решение": "признать"}, {}) == {"решение": "признать"}


@pytest.mark.parametrize(
    ("condition", "income", "there"),
    [
        ("=доход > 10000", 12000, False),
        ("=доход > 10000", 9000, True),
        # The viewer takes null for "holds": a comparison with an empty field, or with another kind, hides.
        ("=доход > 10000", None, False),
        ("=not(доход > 10000)", None, True),
        ("=not(доход > 10000)", 9000, False),
        ('=доход = "много"', 5, False),
    ],
)
def test_a_condition_is_judged_as_the_viewer_judges_it(condition, income, there):
    subject = form(field("number", key="доход"), hidden_when(field(key="пояснение"), condition))
    assert ("пояснение" in subject.validate({"доход": income}, {})) is there


def test_other_conditions_do_not_see_what_is_hidden():
    subject = form(
        DECISION,
        hidden_when(field(key="причина"), '=решение = "признать"'),
        hidden_when(field(key="жалоба"), '=причина != "долг"'),
    )
    assert "жалоба" in subject.validate({"решение": "отказать", "причина": "долг"}, {})
    assert "жалоба" not in subject.validate({"решение": "признать", "причина": "долг"}, {})


def test_conditions_see_variables_of_the_case_and_dates_as_texts():
    subject = form(
        field("datetime", key="дата", subtype="date"),
        hidden_when(field(key="объяснение"), '=date(дата) <= date("2026-01-21") and категория != "СОП"'),
    )
    assert "объяснение" not in subject.validate({"дата": "2026-01-20"}, {"категория": "ГР"})
    assert "объяснение" in subject.validate({"дата": "2026-01-20"}, {"категория": "СОП"})
    assert "объяснение" in subject.validate({"дата": "2026-01-22"}, {"категория": "ГР"})


def test_inside_a_row_conditions_see_the_row_its_number_and_the_form():
    subject = form(
        field("number", key="порог"),
        rows(
            "меры",
            field("number", key="сумма"),
            hidden_when(field(key="ставка"), "=this.сумма < порог"),
            hidden_when(field(key="итог"), "=i[1] < 2"),
        ),
    )
    answer = subject.validate({"порог": 10, "меры": [{"сумма": 5}, {"сумма": 15}]}, {})
    assert [row.keys() - {"сумма"} for row in answer["меры"]] == [set(), {"ставка", "итог"}]


def test_a_list_that_is_hidden_is_left_out_and_may_be_empty():
    wanted = rows("меры", field(key="мера", validate={"required": True}), properties={"minRows": "1"})
    subject = form(DECISION, hidden_when(wanted, '=решение != "признать"'))
    assert subject.validate({"решение": "отказать"}, {}) == {"решение": "отказать"}
    assert remarks(subject, {"решение": "признать"}).keys() == {"меры"}
