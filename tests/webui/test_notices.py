"""«Сообщения»: what the product told a person of their terms."""

from __future__ import annotations

from datetime import timedelta

from engine.worklist.ladder import tell_due


def test_a_reminder_is_read_once(visit, rt, office):
    rt.clock.advance(timedelta(days=2))
    tell_due(rt)
    clerk = visit("R05")
    assert clerk.get("/").select_one(".bar-badge").get_text(" ").split()[0] == "1"
    page = clerk.get("/notices")
    assert page.link("Принять заявление") == f"/tasks/{office.task}"
    after = clerk.page_after("/notices/read")
    assert after.select_one(".bar-badge") is None


def test_who_was_told_nothing_reads_when_they_will_be(visit):
    assert "Сообщений нет" in visit("R31").get("/notices").words


def test_a_person_chooses_where_letters_go(visit):
    clerk = visit("R05")
    page = clerk.page_after("/notices/settings", {"choice": "daily", "address": "belova@example.org"})
    assert page.select_one("input[name=address]")["value"] == "belova@example.org"
    assert page.select_one("input[name=choice][checked]")["value"] == "daily"
    assert visit("R07").get("/notices/settings").select_one("input[name=address]").get("value", "") == ""


def test_a_wrong_address_is_shown_as_it_was_typed_and_not_kept(visit):
    clerk = visit("R05")
    page = clerk.page_after("/notices/settings", {"choice": "now", "address": "белова"}, status=422)
    assert "Так адрес почты не пишут" in page.words
    assert page.select_one("input[name=address]")["value"] == "белова"
    assert clerk.get("/notices/settings").select_one("input[name=address]").get("value", "") == ""
