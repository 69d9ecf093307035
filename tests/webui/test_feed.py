"""«Сроки в моём календаре»: the address on the page, and what it answers without a sign-in."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from icalendar import Calendar

from engine.access.actors import load_actor
from engine.worklist.service import claim


def address_on(page) -> str:
    return str(page.select_one("input[name=address]")["value"])


def test_the_address_is_shown_once_and_a_calendar_reads_it_without_a_sign_in(visit, rt, office):
    claim(rt, load_actor(rt, office.role["R05"]), office.task)
    clerk = visit("R05")
    assert clerk.get("/notices/settings").link("Настроить календарь") == "/notices/calendar"
    address = address_on(clerk.page_after("/notices/calendar", {}, status=200))
    again = clerk.get("/notices/calendar")
    assert again.select_one("input[name=address]") is None
    assert urlsplit(address).path.split("/")[-1] not in again.text
    answer = visit().download(urlsplit(address).path)
    assert answer.mimetype == "text/calendar"
    assert "Set-Cookie" not in answer.headers
    titles = [str(event["summary"]) for event in Calendar.from_ical(answer.data).walk("VEVENT")]
    assert titles == ["Принять заявление · № ПС-2026-0002"]


def test_an_address_taken_back_is_not_found(visit):
    clerk = visit("R05")
    path = urlsplit(address_on(clerk.page_after("/notices/calendar", {}, status=200))).path
    assert "больше не действует" in clerk.page_after("/notices/calendar/close").words
    assert "не действует" in visit().get(path, status=404).words


def test_an_entry_keeps_its_mark_when_it_is_read_again(visit, rt, office):
    claim(rt, load_actor(rt, office.role["R05"]), office.task)
    path = urlsplit(address_on(visit("R05").page_after("/notices/calendar", {}, status=200))).path

    def marks():
        return [str(event["uid"]) for event in Calendar.from_ical(visit().download(path).data).walk("VEVENT")]

    first = marks()
    rt.clock.advance(timedelta(minutes=5))
    assert marks() == first != []
    assert str(office.task) not in first[0]
