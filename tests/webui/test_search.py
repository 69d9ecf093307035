"""Searching: a name that somebody looks for is in no address, so in no log and no browser history."""

from __future__ import annotations

from urllib.parse import unquote

import pytest


def led_to(visitor, page, words):
    return visitor.post("/search", {"page": page, "q": words}).location


def test_the_words_stand_in_no_address(visit):
    address = led_to(visit("R05"), "/people", "Лапшина")
    assert address.startswith("/people?q=")
    assert "Лапш" not in unquote(address)


def test_the_page_keeps_what_was_looked_for_in_its_box_and_its_other_choices(visit):
    page = visit("R05").search("/cases?state=all", " лапшина ")
    assert page.find("input", {"name": "q"})["value"] == "лапшина"
    assert page.select_one(".filter[aria-current] .filter-words").get_text() == "Все"
    links = [link["href"] for link in page.select("a[href^='/cases?']")]
    assert links
    assert all("q=" in link and "лапш" not in unquote(link) for link in links)


def test_an_empty_box_shows_everything_again(visit):
    clerk = visit("R05")
    assert led_to(clerk, led_to(clerk, "/cases?state=all", "лапшина"), "  ") == "/cases?state=all"


@pytest.mark.parametrize("token", ["Лапшина", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%00"])
def test_what_nobody_sealed_is_no_question(token, visit):
    assert visit("R05").get(f"/people?q={token}").find("input", {"name": "q"})["value"] == ""


def test_the_question_of_a_colleague_cannot_be_read(visit):
    address = led_to(visit("R05"), "/people", "Лапшина")
    assert visit("R07").get(address).find("input", {"name": "q"})["value"] == ""


def test_a_search_leads_to_pages_of_ours_only(visit):
    assert led_to(visit("R05"), "//evil.example/people", "Лапшина").startswith("/?q=")
