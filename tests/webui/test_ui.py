"""Numbers, dates and names as pages write them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask

from webui import ui


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 дел"),
        (1, "1 дело"),
        (3, "3 дела"),
        (5, "5 дел"),
        (11, "11 дел"),
        (21, "21 дело"),
        (112, "112 дел"),
    ],
)
def test_a_number_takes_the_right_form_of_its_noun(number, words):
    assert ui.plural(number, "дело", "дела", "дел") == words.replace(" ", ui.NBSP)


@pytest.mark.parametrize(("size", "words"), [(999, "меньше 1 КБ"), (12_300, "12 КБ"), (1_440_000, "1,4 МБ")])
def test_the_size_of_a_file_is_told_in_russian(size, words, app):
    with app.test_request_context():
        assert ui.file_size(size) == words.replace(" ", ui.NBSP)


def test_dates_and_times_are_written_as_people_here_write_them():
    assert ui.date_words(date(2026, 1, 21)) == f"21{ui.NBSP}января, ср"
    assert ui.near_date_words(date(2026, 1, 21), 2026) == f"21{ui.NBSP}января, ср"
    assert ui.near_date_words(date(2027, 1, 21), 2026) == f"21{ui.NBSP}января{ui.NBSP}2027, чт"
    assert ui.date_digits(date(2026, 1, 21)) == "21.01.2026"
    assert ui.time_digits(datetime(2026, 1, 21, 9, 5)) == "09:05"  # noqa: DTZ001


@pytest.mark.parametrize(("name", "letters"), [("Крылова О. П.", "ОК"), ("администратор", "А")])
def test_initials_are_name_then_family_name(name, letters):
    assert ui.initials(name) == letters


@pytest.mark.parametrize(
    ("text", "glued"),
    [
        ("дело № 12", "дело №_12"),
        ("442-ФЗ, ст. 22 и п. 3.4", "442-ФЗ, ст._22 и п._3.4"),
        ("за Белову Н. А., отпуск", "за Белову_Н._А., отпуск"),
        ("ещё 2 раб. дня", "ещё 2_раб._дня"),
        ("больше 10 % дел", "больше 10_% дел"),
        ("обычные слова остаются", "обычные слова остаются"),
    ],
)
def test_what_belongs_together_stays_on_one_line(text, glued):
    assert ui.glue(text) == glued.replace("_", ui.NBSP)


def test_an_address_changes_with_the_file_and_an_unknown_one_is_refused():
    app = Flask("gallery", static_folder=str(ui.STATIC))
    with app.test_request_context():
        assert ui.asset_url("app.css").endswith(f"/static/app.css?v={ui.checksums()['app.css'][:12]}")
        with pytest.raises(KeyError):
            ui.asset_url("nothing.css")


def test_the_button_that_removes_a_row_of_a_form_is_named_in_russian():
    """The library has no words of its own for it to be translated: it is patched while it is bundled."""
    assert "Remove list item" not in (Path(ui.STATIC) / "form.js").read_text("utf-8")
