from __future__ import annotations

from dataclasses import replace
from datetime import date

import orjson
import pytest

from engine.errors import InvalidData
from engine.names import FullName
from engine.records.values import (
    IdentityDocument,
    PersonData,
    Representative,
    age_words,
    checked,
    from_json,
    tidy_phone,
    to_json,
)
from tests.factories.records import LAPSHINA

TODAY = date(2026, 1, 12)


def test_what_is_known_of_a_person_survives_being_kept() -> None:
    bare = PersonData(FullName("Ким"))
    full = replace(
        LAPSHINA, representative=Representative("Лапшин Пётр", "отец", "+7 900 000-00-02", "доверенность")
    )
    for data in (bare, full):
        assert from_json(orjson.loads(orjson.dumps(to_json(data)))) == data


def test_spaces_and_telephones_are_tidied() -> None:
    data = checked(
        replace(
            LAPSHINA,
            name=FullName("  Лапшина ", "Ольга"),
            phone="8 (900) 000 00 01",
            address=" село\n Лесное ",
        ),
        TODAY,
    )
    assert (data.name.family, data.phone, data.address) == ("Лапшина", "+7 900 000-00-01", "село Лесное")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": FullName(" ")}, "family"),
        ({"birth": date(2026, 1, 13)}, "birth"),
        ({"birth": date(1899, 12, 31)}, "birth"),
        ({"phone": "12-34"}, "phone"),
        ({"sex": "x"}, "sex"),
    ],
)
def test_a_fault_names_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidData) as caught:
        checked(replace(LAPSHINA, **changes), TODAY)  # type: ignore[arg-type]
    assert list(caught.value.errors) == [field]


def test_who_is_born_today_or_has_no_telephone_is_all_right() -> None:
    data = checked(replace(LAPSHINA, birth=TODAY, phone=""), TODAY)
    assert (data.birth, data.phone) == (TODAY, "")


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("+7 900 000-00-01", "+7 900 000-00-01"),
        ("89000000001", "+7 900 000-00-01"),
        ("9000000001", "+7 900 000-00-01"),
        ("+1 202 555 0101 0", None),
        ("нет", None),
    ],
)
def test_telephones(typed: str, tidy: str | None) -> None:
    assert tidy_phone(typed) == tidy


@pytest.mark.parametrize(
    ("birth", "words"),
    [
        (date(1990, 1, 12), "36\u00a0лет"),
        (date(1990, 1, 13), "35\u00a0лет"),
        (date(2025, 1, 12), "1\u00a0год"),
        (date(2025, 1, 13), "11\u00a0месяцев"),
        (date(2025, 12, 12), "1\u00a0месяц"),
        (date(2026, 1, 12), "0\u00a0месяцев"),
        (date(2004, 2, 29), "21\u00a0год"),
        (None, ""),
    ],
)
def test_ages_in_words(birth: date | None, words: str) -> None:
    assert age_words(birth, TODAY) == words


def test_every_text_of_a_card_has_a_length_and_the_field_says_which() -> None:
    much = "я" * 3000
    with pytest.raises(InvalidData) as refused:
        checked(
            replace(
                LAPSHINA,
                name=FullName("Л" * 300, much, much),
                address=much,
                note=much,
                document=IdentityDocument("паспорт", much, much, much),
                representative=Representative(much, much, much, much),
            ),
            TODAY,
        )
    said = refused.value.errors
    assert said["family"] == "Не больше 100 знаков, а здесь 300\N{NO-BREAK SPACE}знаков."
    assert said["document_number"] == "Не больше 40 знаков, а здесь 3000\N{NO-BREAK SPACE}знаков."
    assert set(said) == {
        "family", "given", "patronymic", "address", "note",
        "document_series", "document_number", "document_issued_by",
        "representative_name", "representative_relation", "representative_phone", "representative_paper",
    }  # fmt: skip


def test_as_long_as_it_may_be_is_kept() -> None:
    name = FullName("Л" * 100, "О" * 100, "С" * 100)
    assert checked(replace(LAPSHINA, name=name, note="я" * 2000), TODAY).name == name
