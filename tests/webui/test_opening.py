"""A case that somebody has begun to open and left is there when they come back."""

from __future__ import annotations

import json

from sqlalchemy import update

from engine.access.actors import load_actor
from engine.names import FullName
from engine.records.tables import person
from tests.factories.access import town
from tests.factories.cases import publish_files
from tests.factories.records import make_person
from tests.webui.workplace import field, form

FORM = "/cases/new/help?person={}"


def begin(visitor, office, words="нет жилья"):
    page = visitor.get(FORM.format(office.person))
    url = page.select_one("[data-step-form]")["data-draft-url"]
    return visitor.json("PUT", url, {"data": {"повод": words}})


def typed(page):
    return json.loads(page.select_one("script[data-form-data]").string)


def test_what_was_typed_is_in_the_form_when_its_writer_comes_back(visit, office):
    begin(visit("R05"), office)
    page = visit("R05").get(FORM.format(office.person))
    assert typed(page) == {"повод": "нет жилья"}
    assert "Вы начали 12 января, пн, 10:00 и не открыли дело" in page.words
    assert typed(visit("R03").get(FORM.format(office.person))) == {}


def test_what_was_begun_is_found_where_cases_are_opened(visit, office):
    assert "Начато и не открыто" not in visit("R05").get("/cases").words
    begin(visit("R05"), office)
    for where in ("/cases", "/cases/new/help"):
        page = visit("R05").get(where)
        assert "Начато и не открыто" in page.words
        assert page.link("Продолжить") == FORM.format(office.person)
    assert "Начато и не открыто" not in visit("R03").get("/cases").words


def test_an_opened_case_leaves_no_draft(visit, office):
    clerk = visit("R05")
    begin(clerk, office)
    url = clerk.get(FORM.format(office.person)).select_one("[data-step-form]")["data-submit-url"]
    clerk.json("POST", url, {"data": {"повод": "нет жилья"}})
    assert "Начато и не открыто" not in clerk.get("/cases").words


def test_a_form_that_was_published_anew_meanwhile_is_opened_again_with_what_was_typed(visit, rt, office):
    clerk = visit("R05")
    begin(clerk, office)
    shown = clerk.get(FORM.format(office.person)).select_one("[data-step-form]")
    publish_files(rt, form("ask_help", field("повод", "Повод"), field("кто", "Кто сообщил")))
    sent = {"data": {"повод": "нет жилья"}, "version": int(shown["data-version"])}
    answer = clerk.json("POST", shown["data-submit-url"], sent, status=409)
    assert answer["title"] == "Эту форму изменили, пока вы её заполняли."
    page = clerk.get(answer["actions"][0]["href"])
    assert typed(page) == {"повод": "нет жилья"}
    anew = page.select_one("[data-step-form]")
    sent = {"data": {"повод": "нет жилья", "кто": "школа"}, "version": int(anew["data-version"])}
    assert "/cases/" in clerk.json("POST", anew["data-submit-url"], sent)["location"]


def test_a_draft_that_is_not_wanted_is_dropped(visit, office):
    clerk = visit("R05")
    begin(clerk, office)
    assert "Черновик убран" in clerk.page_after("/cases/new/help/drop", {"person": office.person}).words
    assert "Начато и не открыто" not in clerk.get("/cases").words


def test_what_was_begun_about_somebody_no_longer_open_is_not_named(visit, rt, office):
    clerk = visit("R05")
    number = make_person(rt, load_actor(rt, office.role["R05"]), name=FullName("Ромашкина", "Анна"))
    url = clerk.get(f"/cases/new/help?person={number}").select_one("[data-step-form]")["data-draft-url"]
    clerk.json("PUT", url, {"data": {"повод": "нет жилья"}})
    assert "Ромашкина" in clerk.get("/cases").words
    elsewhere = {"unit_id": town(rt).administration, "created_by": office.stranger}
    with rt.database.write() as conn:
        conn.execute(update(person).where(person.c.id == number).values(elsewhere))
    assert "Ромашкина" not in clerk.get("/cases").words


def test_cases_that_run_already_are_shown_before_one_is_opened_again(visit, rt, office):
    clerk = visit("R05")
    number = make_person(rt, load_actor(rt, office.role["R05"]), name=FullName("Ромашкина", "Анна"))
    heading, url = "Уже идут дела об этом человеке или семье", f"/cases/new/help?person={number}"
    assert heading not in clerk.get(url).words
    clerk.json(
        "POST",
        clerk.get(url).select_one("[data-step-form]")["data-submit-url"],
        {"data": {"повод": "нет жилья"}},
    )
    words = clerk.get(url).words
    assert heading in words
    assert "тот же путь" in words
