"""Sentences of the engine in English."""

from __future__ import annotations

import pytest

from engine.english import ENGLISH, RUSSIAN, speak, spoken, spoken_in
from engine.english.sentences import Catalogue, Sentence, catalogue


@pytest.fixture
def english():
    speak(ENGLISH)
    yield
    speak(RUSSIAN)


@pytest.mark.parametrize(
    ("russian", "english"),
    [
        ("Список пуст.", "The list is empty."),
        ("Нет значения с именем «возраст».", "There is no value of the name “возраст”."),
        (
            "Нельзя сложить: число и длительность в днях и часах.",
            "Cannot add: number and days and time duration.",
        ),
        (
            "Функция «sum»: в списке не только числа.",
            "Function “sum”: the list holds more than numbers.",
        ),
        (
            (
                "Нельзя вычесть: дата и число. "
                'Сроки пишутся так: @"P5D" — пять дней, @"PT2H" — два часа, @"P1M" — месяц.'
            ),
            (
                "Cannot subtract: date and number. "
                'Durations are written so: @"P5D" is five days, @"PT2H" two hours, @"P1M" a month.'
            ),
        ),
        ("просрочено 3 рабочих дня", "overdue by 3 working days"),
        ("ГК РФ, ст. 191, 194.", "Civil Code of Russia, art. 191, 194."),
        ("Напишите его на FEEL: { имя: выражение }.", "Write it in FEEL: { name: expression }."),
        ("Совсем другое предложение.", "Совсем другое предложение."),
        ("nothing to do", "nothing to do"),
    ],
)
def test_a_sentence_is_recognised_with_its_values(russian, english):
    assert catalogue().in_english(russian) == english


def test_names_that_people_gave_stay_even_when_they_are_words_of_ours():
    assert catalogue().in_english("У шага «Список пуст.» нет названия.") == (
        "The step “Список пуст.” has no name."
    )


def test_the_text_with_more_known_letters_is_the_one_meant():
    two = Catalogue(
        [
            Sentence("Нет {1}.", "No {1}."),
            Sentence("Нет шага {1} на схеме.", "There is no step {1} on the diagram."),
        ]
    )
    assert two.in_english("Нет шага 5 на схеме.") == "There is no step 5 on the diagram."


def test_without_asking_everything_stays_russian():
    assert spoken("Список пуст.") == "Список пуст."
    assert spoken_in({"message": "Список пуст."}) == {"message": "Список пуст."}


def test_in_an_answer_only_sentences_are_put_into_english(english):
    answer = {"value": "число", "warnings": [{"message": "Список пуст.", "name": "число"}]}
    assert spoken_in(answer) == {
        "value": "число",
        "warnings": [{"message": "The list is empty.", "name": "число"}],
    }
