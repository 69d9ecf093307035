"""«Выезды»: the month, what stands against it, families nobody has spoken with, cars; the same in a case."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.access.actors import load_actor
from engine.documents.access import case_row
from engine.documents.service import add_draft
from engine.documents.workshop import workshop
from engine.model import SYSTEM
from engine.records import cars, crews, visits
from engine.records.registers import Subject
from tests.engine.documents.making import docx
from tests.webui.workplace import put_on_register


@pytest.fixture
def family(office):
    return Subject(office.family, None)


def open_visit(rt, office, family, day, *, car=None, members=(), full=True):
    with rt.database.write() as conn:
        made = visits.open_visit(
            conn, family, case_id=office.case, unit_id=office.families, day=day, planned=False, urgent=False
        )
        visits.make_ready(conn, made.id, car_id=car, full_crew=full, commission=True)
        crews.keep_members(conn, made.id, members)
    return made.id


@pytest.fixture
def on_register(rt, office, family):
    """The family is to be spoken with every 7 days, and was on 2 January."""
    put_on_register(rt, office)
    return family


def test_the_month_shows_its_visits_with_their_crew_and_car(visit, rt, office, family):
    van = cars.add_car(rt, load_actor(rt, office.role["R18"]), "ГАЗель № 1", 8)
    members = [
        crews.Member("police", "Сомов К. П.", comes=True),
        crews.Member("crb", "", comes=False, required=True),
    ]
    open_visit(rt, office, family, date(2026, 1, 15), car=van, members=members, full=False)
    page = visit("R05").get("/visits?month=2026-01")
    assert "15 января, чт" in page.words.replace("\u00a0", " ")
    assert "ГАЗель № 1" in page.words
    assert "нет: больница" in page.words
    assert page.select_one(f'a[href="/cases/{office.case}"]')
    assert "В этом месяце выездов нет" in visit("R05").get("/visits?month=2026-02").words


def test_a_visit_to_somebody_without_a_family_names_them(visit, rt, office):
    open_visit(rt, office, Subject(None, office.person), date(2026, 1, 15))
    assert "Лапшина О. С." in visit("R05").get("/visits?month=2026-01").words.replace("\u00a0", " ")
    open_visit(rt, office, Subject(office.family, office.person), date(2026, 2, 4))
    assert "семья Лапшиных" in visit("R05").get("/visits?month=2026-02").words.replace("\u00a0", " ")


def test_a_day_off_and_a_car_in_two_places_are_marked(visit, rt, office, family):
    open_visit(rt, office, family, date(2026, 1, 17))
    page = visit("R05").get("/visits?month=2026-01")
    assert "нерабочий день" in page.words
    assert "Накладки есть в этом месяце" in page.words


def test_what_took_place_counts_into_the_share_of_full_crews(visit, rt, office, family):
    number = open_visit(rt, office, family, date(2026, 1, 9))
    with rt.database.write() as conn:
        visits.close_visit(conn, number, "состоялся", day=date(2026, 1, 9), minutes=30)
    assert "Полным составом: 1 из 1" in visit("R05").get("/visits?month=2026-01").words


def test_a_family_nobody_spoke_with_for_too_long_is_marked(visit, rt, office, on_register):
    words = visit("R05").get("/visits").words.replace("\u00a0", " ")
    assert "10 дней из 7" in words
    rt.clock.set(rt.clock.now().replace(day=14))
    words = visit("R05").get("/visits").words.replace("\u00a0", " ")
    assert "12 дней без связи положено раз в 7 дней" in words
    assert "Давно не было связи: 1 семья" in words


def test_a_case_says_when_its_family_was_last_spoken_with(visit, rt, office, on_register):
    number = open_visit(rt, office, on_register, date(2026, 1, 9))
    with rt.database.write() as conn:
        visits.close_visit(conn, number, "никого нет", day=date(2026, 1, 9), minutes=None)
    words = visit("R05").get(f"/cases/{office.case}").words.replace("\u00a0", " ")
    assert "Последний контакт: 2 января" in words
    assert "Профилактический учёт: СОП, с 01.12.2025" in words
    assert "Выезд 09.01.2026: никого не застали" in words


def test_a_case_of_a_family_on_no_register_says_nothing_of_contacts(visit, office):
    assert "Последний контакт" not in visit("R05").get(f"/cases/{office.case}").words


def test_families_out_of_reach_are_not_shown(visit, rt, office, on_register):
    open_visit(rt, office, on_register, date(2026, 1, 15))
    page = visit(office.stranger).get("/visits?month=2026-01")
    assert "В этом месяце выездов нет" in page.words
    assert "никого нет" in page.words


def test_the_dispatcher_keeps_the_cars_and_sees_no_family(visit, rt, office, on_register):
    dispatcher = visit("R18")
    page = dispatcher.get("/visits")
    assert "Дни с последнего контакта" not in page.words
    assert (
        "Напишите, какая это машина"
        in dispatcher.page_after("/visits/cars", {"seats": "8"}, status=422).words
    )
    dispatcher.post("/visits/cars", {"title": "ГАЗель № 1", "seats": "8"}, status=303)
    page = dispatcher.get("/visits")
    assert "8 мест" in page.words.replace("\u00a0", " ")
    dispatcher.post("/visits/cars/retire", {"car": page.select_one("input[name=car]")["value"]}, status=303)
    assert not dispatcher.get("/visits").select("input[name=car]")


def test_whoever_leads_no_families_is_told_where_their_visits_are(visit):
    page = visit("R12").get("/visits")
    assert "лежат в ваших задачах" in page.words
    assert "Дни с последнего контакта" not in page.words
    assert visit("R12").get("/").select('a[href="/visits"]')


def test_who_keeps_the_cars_gets_the_list_of_trips_without_names(visit, rt, office, family):
    van = cars.add_car(rt, load_actor(rt, office.role["R18"]), "ГАЗель № 1", 8)
    members = [crews.Member("police", "Сомов К. П.", comes=True), crews.Member("crb", "", comes=False)]
    open_visit(rt, office, family, date(2026, 1, 15), car=van, members=members)
    page = visit("R18").get("/visits?month=2026-01")
    assert "полиция: Сомов К. П." in page.words
    assert "Лапшин" not in page.words
    feed = visit("R18").download("/visits/2026-01/trips.ics").get_data(as_text=True)
    assert "DTSTART;VALUE=DATE:20260115" in feed
    assert "семей: 1 · ГАЗель № 1" in feed.replace("\r\n ", "")
    assert visit("R18").download("/visits/2026-01/trips.xlsx").data[:2] == b"PK"
    visit("R05").get("/visits/2026-01/trips.ics", status=403)


def test_the_dispatcher_opens_the_waybill_of_their_car_and_gives_it_its_number(visit, rt, office, family):
    van = cars.add_car(rt, load_actor(rt, office.role["R18"]), "ГАЗель № 1", 8)
    open_visit(rt, office, family, date(2026, 1, 15), car=van)
    with rt.database.write() as conn:
        key_id = case_row(conn, SYSTEM, office.case).key_id
        made = workshop.fill(docx("[дата] № [номер]", "Путевой лист", title="Путевой лист", mark="ПЛ"), {})
        paper = add_draft(rt, conn, SYSTEM, made, case_id=office.case, key_id=key_id, template="D85")
    dispatcher = visit("R18")
    assert dispatcher.get("/visits?month=2026-01").link("открыть") == f"/documents/{paper}"
    page = dispatcher.get(f"/documents/{paper}")
    assert page.select("textarea") == []
    assert "Лапшин" not in page.words
    issued = dispatcher.page_after(f"/documents/{paper}/number", {"revision": "1"})
    assert "Документ выпущен, № " in issued.words


def test_a_visit_whose_day_is_over_without_an_outcome_stands_first_and_says_so(visit, rt, office, family):
    """The day of the office is 12 January."""
    open_visit(rt, office, family, date(2026, 1, 15))
    assert "день прошёл" not in visit("R05").get("/visits?month=2026-01").words.lower()
    open_visit(rt, office, family, date(2026, 1, 9))
    rt.clock.advance(timedelta(days=8))
    page = visit("R05").get("/visits?month=2026-01")
    assert "День прошёл, итог не записан: 2 выезда" in page.words


@pytest.mark.parametrize("asked", ["9999-12", "0001-01", "2026-13", "зима"])
@pytest.mark.parametrize("page", ["/visits", "/absences"])
def test_a_month_that_no_calendar_has_is_the_month_of_today(page, asked, visit):
    assert "Январь 2026" in visit("R07").get(f"{page}?month={asked}").words
