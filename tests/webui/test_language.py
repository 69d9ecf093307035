"""Which language a page speaks: the instance's, or the one that a person chose in the menu."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from webui import language

TITLE = "{{ language }}: {{ _('Задачи') }}"
OFFERED = "{{ languages | map(attribute='words') | join }}"


def pages_in(default: str) -> FlaskClient:
    app = Flask("webui", root_path=str(language.__file__).rpartition("/")[0])
    app.config.update(TESTING=True, BABEL_DEFAULT_LOCALE=default)
    language.attach(app)
    app.add_url_rule("/", view_func=lambda: render_template_string(TITLE), endpoint="home")
    app.add_url_rule("/offered", view_func=lambda: render_template_string(OFFERED), endpoint="offered")
    return app.test_client()


@pytest.mark.parametrize(("default", "page"), [("ru", "ru: Задачи"), ("en", "en: Tasks")])
def test_a_page_speaks_the_language_of_the_instance(default, page):
    assert pages_in(default).get("/").text == page


def test_what_the_browser_would_like_is_not_followed():
    answer = pages_in("ru").get("/", headers={"Accept-Language": "en"})
    assert answer.text == "ru: Задачи"


def test_a_choice_in_the_menu_holds_on_every_page_and_can_be_taken_back():
    browser = pages_in("ru")
    assert browser.post("/language", data={"language": "en", "next": "/"}).location == "/"
    assert browser.get("/").text == "en: Tasks"
    browser.post("/language", data={"language": "ru", "next": "/"})
    assert browser.get("/").text == "ru: Задачи"


def test_the_menu_offers_the_other_languages():
    browser = pages_in("ru")
    assert browser.get("/offered").text == "English"
    browser.post("/language", data={"language": "en"})
    assert browser.get("/offered").text == "Русский"


def test_a_language_that_nobody_speaks_changes_nothing():
    browser = pages_in("ru")
    assert "Set-Cookie" not in browser.post("/language", data={"language": "xx"}).headers
    browser.set_cookie(language.COOKIE, "../../etc")
    assert browser.get("/").text == "ru: Задачи"


def test_the_choice_leads_back_to_a_page_of_ours_only():
    browser = pages_in("ru")
    assert browser.post("/language", data={"language": "en", "next": "/cases?q=1"}).location == "/cases?q=1"
    assert browser.post("/language", data={"language": "en", "next": "//evil.example/"}).location == "/"
