"""Names, dates and sums as Russian documents write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.documents.grammar import date_short, date_words, declined, in_words, listed, money, tidy
from engine.names import FullName

WOMAN = FullName("Белова-Гусева", "Наталья", "Александровна")
MAN = FullName("Савельев", "Пётр", "Ильич")


@pytest.mark.parametrize(
    ("name", "case", "full"),
    [
        (WOMAN, "родительный", "Беловой-Гусевой Натальи Александровны"),
        (WOMAN, "дательный", "Беловой-Гусевой Наталье Александровне"),
        (WOMAN, "винительный", "Белову-Гусеву Наталью Александровну"),
        (WOMAN, "творительный", "Беловой-Гусевой Натальей Александровной"),
        (MAN, "родительный", "Савельева Петра Ильича"),
        (MAN, "дательный", "Савельеву Петру Ильичу"),
        (MAN, "винительный", "Савельева Петра Ильича"),
        (MAN, "предложный", "Савельеве Петре Ильиче"),
        (FullName("Черных", "Ольга", "Игоревна"), "дательный", "Черных Ольге Игоревне"),
        (FullName("Шевченко", "Иван", "Иванович"), "родительный", "Шевченко Ивана Ивановича"),
        (FullName("Ким", "Анна", "Сергеевна"), "дательный", "Ким Анне Сергеевне"),
        (FullName("Ким", "Олег", "Сергеевич"), "дательный", "Киму Олегу Сергеевичу"),
        (FullName("Кузьмин", "Илья", "Лукич"), "родительный", "Кузьмина Ильи Лукича"),
        (FullName("Алиева", "Лейла", "Рашид кызы"), "творительный", "Алиевой Лейлой Рашид кызы"),
        (FullName("Живаго", "Юрий", "Никитич"), "творительный", "Живаго Юрием Никитичем"),
    ],
)
def test_names_stand_in_the_case_the_document_needs(name, case, full):
    assert declined(name, case).full() == full


def test_the_sex_that_is_known_wins_over_the_ending():
    assert declined(FullName("Мамедов", "Али"), "дательный", "m").full() == "Мамедову Али"


def test_a_name_that_tells_no_sex_stays_as_it_is():
    assert declined(FullName("Ким", "Саша"), "дательный").full() == "Ким Саша"


def test_a_short_name_in_a_case_does_not_break():
    assert declined(WOMAN, "дательный").short() == "Беловой-Гусевой\u00a0Н.\u00a0А."


def test_dates_are_written_out():
    assert date_words(date(2026, 1, 21)) == "21\u00a0января 2026\u00a0года"
    assert date_short(date(2026, 1, 1)) == "1\u00a0января 2026\u00a0г."


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("12500.5", "12\u00a0500 (двенадцать тысяч пятьсот) рублей 50\u00a0копеек"),
        ("1", "1 (один) рубль 00\u00a0копеек"),
        ("2.01", "2 (два) рубля 01\u00a0копейка"),
        ("0.005", "0 (ноль) рублей 01\u00a0копейка"),
        ("21", "21 (двадцать один) рубль 00\u00a0копеек"),
    ],
)
def test_sums_are_written_in_figures_and_words(amount, words):
    assert money(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "да"),
        (False, "нет"),
        (Decimal("12500.5"), "12\u00a0500,5"),
        (Decimal(2026), "2026"),
        (date(2026, 1, 21), "21.01.2026"),
        (datetime(2026, 1, 21, 17, 5, tzinfo=UTC), "21.01.2026 17:05"),
        (["а", Decimal(2)], "а, 2"),
    ],
)
def test_values_have_a_way_of_their_own_on_paper(value, shown):
    assert in_words(value) == shown


def test_what_belongs_together_stays_on_one_line():
    assert (
        tidy("Белова Н. А., ст. 15, № 12, 2 экз.")
        == "Белова\u00a0Н.\u00a0А., ст.\u00a015, №\u00a012, 2\u00a0экз."
    )


def test_a_telephone_stands_on_one_line():
    assert tidy("тел. +7 902 000-00-00") == "тел. +7\u00a0902\u00a0000-00-00"


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (["Мать", "Дети"], "Мать, дети"),
        (["Сопровождение семьи", "Деньги, льготы", "МФЦ"], "Сопровождение семьи; деньги, льготы; МФЦ"),
        (["Полиция"], "Полиция"),
        ([], ""),
    ],
)
def test_chosen_labels_become_one_list(labels, shown):
    assert listed(labels) == shown
