from __future__ import annotations

import pytest

from engine.storage.names import name_parts, near_parts, search_parts, sound, words


def test_case_yo_hyphens_and_marks_do_not_matter() -> None:
    assert words("  СЕМЁНОВА-Тян,  Алёна ") == ["семенова", "тян", "алена"]


@pytest.mark.parametrize("typed", ["лапш", "ЛАПШИНА", "ольга лапш", "Лапшина О. С.", "сергеевна"])
def test_a_person_is_found_by_the_beginnings_of_their_names(typed: str) -> None:
    assert set(search_parts(typed)) <= name_parts("Лапшина Ольга Сергеевна")


@pytest.mark.parametrize("typed", ["апшина", "лапшинова", "ольга иванова", "ла"])
def test_other_names_do_not_find_them(typed: str) -> None:
    assert not set(search_parts(typed)) <= name_parts("Лапшина Ольга Сергеевна")


def test_a_short_surname_is_found_as_a_whole() -> None:
    assert set(search_parts("Ли")) <= name_parts("Ли Анна")
    assert not set(search_parts("Ли")) <= name_parts("Лисин Пётр")


def test_either_half_of_a_double_surname_finds_it() -> None:
    for typed in ("Мамин", "сибиряк"):
        assert set(search_parts(typed)) <= name_parts("Мамин-Сибиряк Дмитрий")


@pytest.mark.parametrize("typed", ["лапшна", "лапшинаа", "лапщина", "лпашина", "лопшин", "ольнга лапшна"])
def test_a_slip_of_the_fingers_still_means_the_person(typed: str) -> None:
    stored = name_parts("Лапшина Ольга Сергеевна")
    assert len(near_parts(typed)) == len(typed.split())
    assert all(parts & stored for parts in near_parts(typed))


def test_another_name_is_meant_for_nobody_else() -> None:
    stored = name_parts("Лапшина Ольга Сергеевна")
    for typed in ("крылова", "лашкина", "ли", ""):
        assert not (near_parts(typed) and all(parts & stored for parts in near_parts(typed)))


def test_a_surname_longer_than_the_longest_beginning_is_found_typed_in_full() -> None:
    long = "Рождественскововская"
    assert set(search_parts(long)) <= name_parts(long)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("лапшина", "лопшина"),
        ("щеглов", "щиглов"),
        ("белова", "белов"),
        ("филипов", "филиппов"),
        ("савельева", "совелева"),
        ("гаврилов", "гавриллов"),
        ("наталья", "наталия"),
        ("алексеев", "олексеев"),
        ("счастнов", "щаснов"),
    ],
)
def test_names_that_sound_alike_have_one_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("one", "other"), [("белова", "былинов"), ("петров", "павлов"), ("лапшин", "липшиц"), ("ким", "цой")]
)
def test_names_that_sound_different_stay_apart(one: str, other: str) -> None:
    assert sound(one) != sound(other)
