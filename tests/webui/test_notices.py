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
