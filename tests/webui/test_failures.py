"""What a page says when something did not happen: what is safe, what to do, and nothing of anybody's data."""

from __future__ import annotations

from io import BytesIO

import pytest
import structlog
from bs4 import BeautifulSoup
from flask import abort

from engine.errors import StorageUnavailable
from webui.guards import open_to_all


def breaking(app, failure):
    """A view of a page family that breaks."""

    @open_to_all
    def broken():
        raise failure

    app.view_functions["inbox.show"] = broken


def test_a_storage_that_is_gone_is_told_in_words_to_who_is_signed_in(visit, rt, office, tmp_path):
    clerk = visit("R05")
    rt.database.close()
    path = rt.database.path
    path.rename(tmp_path / "aside.db")
    try:
        page = clerk.get("/", status=503)
        answer = clerk.json("PUT", f"/tasks/{office.task}/draft", {"data": {}}, status=503)
    finally:
        (tmp_path / "aside.db").rename(path)
    assert "Хранилище недоступно" in page.words
    assert "не открывается" in answer["message"]


@pytest.mark.parametrize("page", ["/cases/", "/tasks/", "/people/", "/documents/"])
def test_a_number_that_no_row_can_have_is_a_page_that_is_not_there(visit, page):
    assert "Такого здесь нет" in visit("R05").get(page + "9" * 30, status=404).words


def test_what_is_not_there_is_told_with_a_way_back(visit):
    page = visit("R05").get("/nowhere", status=404)
    assert page.h1.get_text() == "Такого здесь нет"
    assert page.link("К списку задач") == "/"


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://localhost/cases?state=all", "/cases?state=all"),
        ("http://elsewhere.example/cases", None),
        ("http://localhost//elsewhere.example", None),
        ("", None),
    ],
)
def test_a_refused_form_leads_back_to_its_page_and_nowhere_else(came_from, back, visit, office):
    refused = visit("R05").post(
        f"/cases/{office.case}/attachments", {"file": (BytesIO(b"MZ\0"), "a.exe")}, status=422,
        headers={"Referer": came_from},
    )  # fmt: skip
    found = BeautifulSoup(refused.text, "html.parser").find("a", string="Вернуться")
    assert (found["href"] if found else None) == back


def test_who_is_not_signed_in_gets_the_page_too(visit):
    visit().get("/nowhere", status=404)


def test_a_wrong_method_is_explained(visit):
    assert "кнопкой" in visit("R05").get("/tasks/next", status=405).words


def test_a_script_whose_session_has_ended_is_told_to_sign_in_and_not_that_its_page_is_old(visit, office):
    visitor = visit("R05")
    visitor.client.delete_cookie("marshrut")
    answer = visitor.json("PUT", f"/tasks/{office.task}/draft", {"data": {}}, status=401)
    assert answer["message"] == "Вы вышли по времени."


def test_a_stale_page_says_that_nothing_was_sent(visit):
    visitor = visit("R05")
    visitor.token = "stale"
    assert "устарела" in visitor.post("/tasks/next", status=400).text


def test_a_defect_has_a_number_on_the_page_and_in_the_log_and_no_data_in_either(app, visit):
    breaking(app, ValueError("Лапшина, паспорт 0000 000001"))
    with structlog.testing.capture_logs() as logged:
        page = visit("R05").get("/", status=500)
    assert logged[0]["number"] in page.words
    assert "Лапшина" not in page.words
    assert "Лапшина" not in str(logged)
    assert logged[0]["error"] == "ValueError"


def test_a_script_hears_the_same_as_data(app, visit):
    breaking(app, ValueError("тайна"))
    answer = visit("R05").json("GET", "/", None, status=500)
    assert answer["number"]
    assert "тайна" not in str(answer)


def test_without_the_storage_the_page_is_made_without_it(app, visit):
    breaking(app, StorageUnavailable("База не открывается.", "Позовите администратора."))
    page = visit("R05").get("/", status=503)
    assert "База не открывается" in page.words
    assert page.select_one(".sections") is None


def test_safe_headers_are_on_every_answer(visit, office):
    answers = [
        visit().client.get("/sign-in"),
        visit("R05").client.get("/"),
        visit("R05").client.get(f"/attachments/{office.attachment}"),
        visit("R05").client.get("/nowhere"),
        visit("R05").client.get("/session"),
    ]
    for answer in answers:
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"


def test_what_flask_refuses_is_told_in_our_words(app, visit):
    breaking(app, None)
    app.view_functions["inbox.show"] = open_to_all(lambda: abort(429))
    assert "Слишком часто" in visit("R05").get("/", status=429).words
