"""«Партнёры»: kept by the administrator."""

from __future__ import annotations

from tests.factories.access import make_account

CENTRE = {
    "kind": "czn",
    "name": "Центр занятости (вымышленный)",
    "account": "",
    "agreement": "№ 5",
    "agreed_until": "2026-01-09",
}


def test_a_partner_is_added_and_shown_with_its_agreement(visit):
    admin = visit("R29")
    assert "Партнёров ещё нет" in admin.get("/partners").words
    admin.post("/partners", CENTRE, status=303)
    page = admin.get("/partners")
    assert "Центр занятости (вымышленный)" in page.words
    assert "на бумаге" in page.words
    assert "закончилось 9 января" in page.words


def test_whoever_answers_is_chosen_among_the_people_of_partners(visit, rt, office):
    answers = make_account(rt, "R20", unit_id=office.families)
    clerk = make_account(rt, "R01", unit_id=office.families)
    admin = visit("R29")
    offered = [each["value"] for each in admin.get("/partners").select("select[name=account] option")]
    assert str(answers) in offered
    assert str(clerk) not in offered


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(visit):
    page = visit("R29").page_after("/partners", {**CENTRE, "name": "Ц"}, status=422)
    assert "Напишите название" in page.words
    assert page.select_one("input[name=agreement]")["value"] == "№ 5"


def test_a_partner_is_changed_and_offered_no_more(visit):
    admin = visit("R29")
    admin.post("/partners", CENTRE, status=303)
    assert admin.get("/partners/1").select_one("input[name=name]")["value"] == CENTRE["name"]
    admin.post("/partners/1", {**CENTRE, "name": "ЦЗН"}, status=303)
    page = admin.get("/partners")
    assert "ЦЗН" in page.words
    assert "больше не предлагается" in page.words
