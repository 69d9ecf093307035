"""Dynamic lists: the same fields again and again."""

from decimal import Decimal

import pytest

from tests.engine.formjs.making import field, form, remarks, rows

MEASURE = field(key="мера", validate={"required": True})
MEASURES = rows("меры", MEASURE, field("number", key="часы"))


def test_every_row_is_checked_and_named_by_its_place():
    answer = {"меры": [{"мера": "Уход"}, {"мера": "", "часы": "много"}]}
    assert remarks(form(MEASURES), answer).keys() == {"меры.1.мера", "меры.1.часы"}


def test_rows_become_contexts():
    answer = {"меры": [{"мера": "Уход", "часы": 7}, {"мера": "Питание", "часы": None}]}
    assert form(MEASURES).validate(answer, {}) == {
        "меры": [{"мера": "Уход", "часы": Decimal(7)}, {"мера": "Питание", "часы": None}]
    }


def test_a_list_left_out_has_no_rows_even_where_the_case_knows_some():
    assert form(MEASURES).validate({}, {"меры": [{"мера": "Уход"}]}) == {"меры": []}


def test_a_key_unknown_to_the_rows_is_refused():
    assert remarks(form(MEASURES), {"меры": [{"мера": "Уход", "цена": 5}]}).keys() == {"меры.0.цена"}


@pytest.mark.parametrize(("amount", "fine"), [(0, False), (1, True), (3, True), (4, False)])
def test_the_form_may_limit_how_many_rows_there_are(amount, fine):
    subject = form({**MEASURES, "properties": {"minRows": "1", "maxRows": "3"}})
    assert (remarks(subject, {"меры": [{"мера": "Уход"}] * amount}) == {}) is fine


def test_a_missing_row_is_asked_for_in_the_words_of_the_form():
    subject = form({**MEASURES, "properties": {"minRows": "1", "message": "Без мер решение не сохранить."}})
    assert remarks(subject, {"меры": []}) == {"меры": "Без мер решение не сохранить."}


@pytest.mark.parametrize("found", ["Уход", {"мера": "Уход"}, ["Уход"], [{"мера": "Уход"}] * 201])
def test_what_is_no_list_of_rows_is_refused(found):
    assert remarks(form(MEASURES), {"меры": found}).keys() == {"меры"}


def test_rows_that_may_not_be_added_stay_as_many_as_shown():
    subject = form(rows("оценки", field(key="оценка"), allowAddRemove=False, defaultRepetitions=2))
    assert remarks(subject, {"оценки": [{"оценка": "3"}, {"оценка": "4"}]}) == {}
    assert remarks(subject, {"оценки": [{"оценка": "3"}]}).keys() == {"оценки"}


def test_locked_fields_of_fixed_rows_come_from_the_case():
    subject = form(
        rows(
            "услуги", field(key="название", readonly=True), field("number", key="факт"), allowAddRemove=False
        )
    )
    known = {"услуги": [{"название": "Уборка", "факт": None}, {"название": "Питание", "факт": None}]}
    answer = {"услуги": [{"название": "Обман", "факт": 3}, {"факт": 4}]}
    assert subject.validate(answer, known) == {
        "услуги": [{"название": "Уборка", "факт": Decimal(3)}, {"название": "Питание", "факт": Decimal(4)}]
    }


def test_lists_may_lie_in_lists():
    registers = rows("учёты", field(key="орган", validate={"required": True}))
    subject = form(rows("дети", field(key="имя"), registers))
    accepted = subject.validate({"дети": [{"имя": "Пётр", "учёты": [{"орган": "КДН"}]}, {"имя": "Анна"}]}, {})
    assert accepted["дети"][1] == {"имя": "Анна", "учёты": []}
    assert remarks(subject, {"дети": [{"учёты": [{"орган": ""}]}]}).keys() == {"дети.0.учёты.0.орган"}
