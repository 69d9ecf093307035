"""«Люди»: found by the beginnings of names, registered once, changed one after another."""

from __future__ import annotations

from datetime import date

import pytest

from engine.access.queries import journal
from engine.cases.service import start_case
from engine.model import SYSTEM, StartCase
from tests.factories.cases import END, chain, diagram, flows, publish_files, user_task

NEW = {
    "family": "Ромашкина",
    "given": "Анна",
    "patronymic": "Ивановна",
    "birth": "1985-06-01",
    "sex": "f",
    "phone": "8 912 345 67 89",
    "address": "село Ключевое",
}


def test_nobody_is_listed_without_a_question(visit):
    assert "Лапшин" not in visit("R05").get("/people").words


def test_a_person_is_found_by_the_beginning_of_a_name(visit, office):
    assert (
        visit("R05").search("/people", "лап оль").link("Лапшина Ольга Сергеевна")
        == f"/people/{office.person}"
    )


@pytest.mark.parametrize("where", ["/people", "/cases/new/help"])
def test_a_mistyped_surname_shows_similar_people_and_says_so(visit, where):
    page = visit("R05").search(where, "Лапшна Ольга")
    assert "Точно такого имени нет. Похожие" in page.words
    assert page.link("Лапшина Ольга Сергеевна")


def test_each_look_at_a_card_is_noted(visit, rt, office):
    visit("R05").get(f"/people/{office.person}")
    newest = journal(rt, SYSTEM, action="view", kind="person")[0]
    assert (newest.object_id, newest.actor_id) == (office.person, office.role["R05"])


def test_a_person_is_registered_and_a_case_about_them_opened(visit):
    clerk = visit("R05")
    answer = clerk.post("/people/new", {**NEW, "next": "/cases/new/help"})
    assert answer.location.startswith("/cases/new/help?person=")
    page = clerk.get(answer.location)
    assert "Ромашкина Анна Ивановна" in page.words
    assert page.select_one("[data-step-form]")


def test_who_looks_like_somebody_known_is_shown_first(visit, office):
    clerk = visit("R05")
    same = {"family": "Лопшина", "given": "Ольга", "birth": "1990-03-14"}
    page = clerk.page_after("/people/new", {**same, "next": "/cases/new/help"})
    assert page.h1.get_text() == "Похоже, такой человек уже есть"
    assert page.link("Лапшина Ольга Сергеевна") == f"/cases/new/help?person={office.person}"
    made = clerk.post("/people/new", {**same, "anyway": "1"})
    assert made.location.startswith("/people/")


def test_a_person_of_another_department_is_not_named_among_those_alike(visit, office):
    page = visit(office.stranger).page_after(
        "/people/new", {"family": "Лапшина", "given": "Ольга", "birth": "1990-03-14"}
    )
    assert "Карточка в другом подразделении" in page.words
    assert "Сергеевна" not in page.words


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"family": ""}, "Напишите фамилию"),
        ({"birth": "2031-01-01"}, "Проверьте дату рождения"),
        ({"birth": "вчера"}, "день, месяц и год"),
        ({"phone": "12"}, "10 цифр"),
        ({"sex": "x"}, "Выберите пол"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(wrong, fault, visit):
    answer = visit("R05").post("/people/new", {**NEW, **wrong}, status=422)
    assert fault in answer.text
    assert "село Ключевое" in answer.text
    assert f'value="{({**NEW, **wrong})["birth"]}"' in answer.text
    assert "data-refused" in answer.text


def test_a_card_that_somebody_changed_meanwhile_is_not_overwritten(visit, office):
    first, second = visit("R05"), visit("R07")
    sent = {"family": "Лапшина", "given": "Ольга", "version": "1"}
    first.post(f"/people/{office.person}/edit", {**sent, "phone": "8 912 345 67 89"})
    second.post(f"/people/{office.person}/edit", {**sent, "phone": "8 912 345 67 80"}, status=409)
    assert "67-89" in visit("R05").get(f"/people/{office.person}").words


def test_what_the_form_does_not_show_stays_on_the_card(visit, rt, office):
    from engine.records.queries import person_view

    visit("R05").post(
        f"/people/{office.person}/edit", {"family": "Лапшина", "given": "Ольга", "version": "1"}
    )
    data = person_view(rt, SYSTEM, office.person).data
    assert data is not None
    assert data.document is not None


def test_two_cards_of_one_person_are_compared_and_become_one(visit, rt, office):
    clerk = visit("R05")
    same = {"family": "Лопшина", "given": "Ольга", "birth": "1990-03-14", "phone": "8 900 000 00 77"}
    made = clerk.post("/people/new", {**same, "anyway": "1"}).location
    assert "Возможно, об этом человеке есть ещё одна карточка" in clerk.get(made).words
    listed = clerk.get("/people/duplicates")
    assert "дата рождения, фамилия, имя" in listed.words
    twin = made.rpartition("/")[2]
    address = f"/people/{office.person}/merge/{twin}"
    assert listed.link("Сравнить") == address
    page = clerk.get(address)
    chosen = {field["name"]: field["value"] for field in page.select("input[checked], input[name$=_version]")}
    assert chosen["name"] == "kept"
    clerk.post(address, {**chosen, "phone": "gone"})
    clerk.follow(made, f"/people/{office.person}")
    card = clerk.get(f"/people/{office.person}").words
    assert "+7 900 000-00-77" in card
    assert "Лопшина Ольга" in card, "whose card became one with this one"
    undo = clerk.get(f"/people/{office.person}").find("form", action=lambda to: to and to.endswith("/undo"))
    assert clerk.post(undo["action"]).location == made
    assert "Лопшина Ольга" in clerk.get(made).words
    clerk.post(f"/people/{office.person}/different/{twin}")
    assert "Двойников не видно" in clerk.get("/people/duplicates").words


def test_a_card_keeps_its_papers_its_village_and_its_representative(visit, rt, office):
    from engine.records.queries import person_view
    from engine.records.service import add_settlement

    village = add_settlement(
        rt, SYSTEM, municipality_id=rt.directory.tree().municipality(office.families), kind="село",
        name="Ключевое", rural=True,
    )  # fmt: skip
    sent = {
        "family": "Лапшина", "given": "Ольга", "version": "1", "settlement": village, "snils": "11223344595",
        "document_kind": "паспорт", "document_series": "1234", "document_number": "567890",
        "representative_name": "Бабушка", "representative_paper": "доверенность № 3",
        "representative_until": "2026-12-31",
    }  # fmt: skip
    clerk = visit("R05")
    clerk.post(f"/people/{office.person}/edit", sent)
    page = clerk.get(f"/people/{office.person}").words
    for words in ("112-233-445 95", "паспорт 1234 567890", "село Ключевое", "действует до 31.12.2026"):
        assert words in page
    assert clerk.get(f"/people/{office.person}/edit").select_one(f"option[selected][value='{village}']")
    wrong = {**sent, "version": "2", "snils": "11223344594", "representative_until": "завтра"}
    answer = clerk.post(f"/people/{office.person}/edit", wrong, status=422)
    assert "две последние — контрольные" in answer.text
    assert "действует документ представителя" in answer.text
    assert person_view(rt, SYSTEM, office.person).settlement_id == village


def test_a_surname_that_is_too_long_is_told_at_its_field_and_stays_typed(visit):
    long = "Л" * 300
    page = visit("R05").page_after("/people/new", {**NEW, "family": long}, status=422)
    field = page.select_one("input[name=family]")
    assert (field["value"], field["maxlength"]) == (long, "100")
    assert "Не больше 100 знаков" in page.select_one("#f-family-error").get_text()


def test_a_card_offers_only_cases_that_are_about_somebody(visit, rt, office):
    steps = '<startEvent id="s" camunda:formRef="ask_help"/>' + user_task("a") + END + flows("s a e")
    publish_files(rt, diagram("yearly", steps, subject="none"))
    assert visit("R05").get("/cases").link("Путь yearly")
    assert "Путь yearly" not in visit("R05").get(f"/people/{office.person}").words


def test_the_consent_of_a_case_stands_on_the_pages_of_its_people_and_is_taken_back_there(visit, rt, office):
    publish_files(rt, chain("agreed", user_task("a")))
    said = {
        "основание_обработки": "согласие",
        "дата_согласия": date(2026, 1, 9),
        "закрытые_сведения": ["доход"],
    }
    command = StartCase(
        SYSTEM, "agreed", said, person_id=office.person, family_id=office.family, unit_id=office.families
    )
    case = start_case(rt, command, check_form=False).id
    clerk, person = visit("R05"), f"/people/{office.person}"
    shown = clerk.get(person).words
    assert "от 09.01.2026, до отзыва действует передавать: никому · не передавать: доход" in shown
    form = clerk.get(f"/families/{office.family}").select_one("form[action$='/consent/withdraw']")
    assert form["action"] == f"/cases/{case}/consent/withdraw"
    clerk.post(form["action"], {"day": "завтра"}, status=422)
    page = clerk.page_after(form["action"], {"day": "2026-01-12", "back": person})
    assert "отозвано 12.01.2026" in page.words
    assert not page.select("form[action$='/consent/withdraw']")
    assert "Согласие отозвано: 12.01.2026" in clerk.get(f"/cases/{case}/history").words
    assert "отозвано 12.01.2026" in clerk.get(f"/families/{office.family}/file").words
