"""«Документы партнёрам»: what waits for an answer, and taking it back."""

from __future__ import annotations

from datetime import date

import pytest

from engine.model import SYSTEM
from engine.records import letters, referrals
from engine.records.letters import NewLine
from engine.records.partners import NewPartner, add_partner
from engine.records.referrals import NewReferral


@pytest.fixture
def sent(rt, office):
    """Two documents of one case: one late, one answered."""
    place = rt.directory.tree().municipality(office.families)
    partner = add_partner(rt, SYSTEM, place, NewPartner("czn", "Центр занятости (вымышленный)"))
    with rt.database.write() as conn:
        for number, due in ((1, date(2026, 1, 9)), (2, date(2026, 1, 19))):
            new = NewReferral(office.case, partner, "referral", f"ИП-2026-0001/{number}", due)
            last = referrals.send(rt, conn, new)
        referrals.close(rt, conn, last, "done", {"people": 2})


@pytest.mark.usefixtures("sent")
def test_what_waits_for_an_answer_is_listed_and_the_late_one_stands_out(visit):
    page = visit("R05").get("/referrals")
    assert "ИП-2026-0001/1" in page.words
    assert "ИП-2026-0001/2" not in page.words
    assert page.select_one(".outcome-urgent").get_text(strip=True) == "9\u00a0января, пт"


@pytest.mark.usefixtures("sent")
def test_all_documents_show_their_results_and_the_sum(visit):
    page = visit("R05").get("/referrals?show=all")
    assert "человек: 2" in page.words
    total = [cell.get_text(strip=True) for cell in page.select("tr")[-1].select("td")]
    assert total == ["Все партнёры", "2", "1", "1", "1", "0", "0"]


@pytest.mark.usefixtures("sent")
def test_a_document_is_taken_back_by_who_leads_the_case(visit):
    specialist = visit("R05")
    specialist.post("/referrals/1/revoke", {}, status=303)
    assert "Все ответы получены." in specialist.get("/referrals").words
    assert "отозван" in specialist.get("/referrals?show=all").words


@pytest.mark.usefixtures("sent")
def test_a_partner_is_offered_no_way_to_take_back(visit):
    assert visit("R20").get("/referrals").select("form[action$=revoke]") == []


@pytest.fixture
def letter(rt, office):
    """A letter of the case about the families of two cases."""
    place = rt.directory.tree().municipality(office.families)
    partner = add_partner(rt, SYSTEM, place, NewPartner("czn", "Центр занятости (вымышленный)"))
    with rt.database.write() as conn:
        families = [NewLine(office.case, "согласие от 09.01.2026"), NewLine(office.later_case, "120-ФЗ")]
        letters.put_on(conn, office.case, families)
        new = NewReferral(office.case, partner, "letter", "ПС-2026-0001/1", date(2026, 1, 19))
        number = referrals.send(rt, conn, new)
        letters.send_with(conn, office.case, number)
    return number


def test_a_letter_shows_its_families_what_was_answered_and_how_many_remain(visit, office, letter):
    specialist = visit("R05")
    assert specialist.get("/referrals").link("семей: 2, ответили: 0, ждём: 2") == f"/referrals/{letter}"
    page = specialist.page_after(f"/referrals/{letter}", {"result-1": "registered", "result-2": ""})
    assert "Ответы записаны. Без ответа: 1." in page.words
    assert "согласие от 09.01.2026" in page.words
    assert [each["value"] for each in page.select("select option[selected]")] == ["registered"]
    assert "семей: 2, ответили: 1, ждём: 1" in specialist.get("/referrals").words
    case = specialist.get(f"/cases/{office.case}")
    assert case.link("Список письма № ПС-2026-0001/1") == f"/referrals/{letter}"


def test_the_sender_names_the_day_of_the_paper(visit, letter):
    specialist, address = visit("R05"), f"/referrals/{letter}"
    given = {"result-1": "registered", "result-2": ""}
    for day, words in (("2026-01-11", "от 12.01.2026"), ("", "Укажите день ответа.")):
        refused = specialist.page_after(address, {**given, "came_on": day}, status=422)
        assert words in refused.words
        assert [each["value"] for each in refused.select("select option[selected]")] == ["registered"]
    assert "12.01.2026" in specialist.page_after(address, {**given, "came_on": "2026-01-12"}).words


def test_a_case_says_what_was_answered_about_its_family(visit, rt, office, letter):
    page = visit("R05").get(f"/cases/{office.later_case}")
    assert "ответа ещё нет" in page.words
    with rt.database.write() as conn:
        letters.answer(conn, letter, {2: "refused"}, date(2026, 1, 14))
    assert "семья отказалась, 14.01.2026" in visit("R05").get(f"/cases/{office.later_case}").words


def test_the_personal_file_says_what_was_answered_about_the_family(visit, rt, office, letter):
    with rt.database.write() as conn:
        letters.answer(conn, letter, {1: "registered"}, date(2026, 1, 14))
        given = {"families": 1, "people": 2}
        new = NewReferral(office.case, 1, "referral", "ИП-2026-0001/9", date(2026, 1, 19))
        sent = referrals.send(rt, conn, new)
        referrals.answered(conn, sent, date(2026, 1, 13))
        referrals.close(rt, conn, sent, "done", given)
    words = visit("R05").get(f"/families/{office.family}/file").words
    assert "поставили на учёт, 14.01.2026" in words
    assert "семей: 1, человек: 2" in words
    assert "ответ 13.01.2026" in words


def test_a_letter_that_is_closed_takes_no_more_answers_and_shows_the_rest(visit, rt, letter):
    with rt.database.write() as conn:
        referrals.close(rt, conn, letter, "expired", {})
    page = visit("R05").get(f"/referrals/{letter}")
    assert page.select("select[name^=result]") == []
    assert "Без ответа 2" in page.words
    visit("R05").post(f"/referrals/{letter}", {"result-1": "helped"}, status=409)
