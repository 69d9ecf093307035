"""«Передать дела»: a preview, the hand-over with its reason, a second press that changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.worklist.service import claim
from engine.worklist.tables import task
from tests.factories.access import make_account


@pytest.fixture
def leaver(rt, office):
    """A specialist who has a step of the office."""
    number = make_account(rt, "R05", unit_id=office.families)
    claim(rt, load_actor(rt, number), office.task)
    return number


def performer(rt, number):
    with rt.database.read() as conn:
        return conn.execute(select(task.c.assignee_id).where(task.c.id == number)).scalar_one()


def test_the_work_is_counted_handed_over_with_a_reason_and_a_second_press_is_harmless(
    visit, rt, office, leaver
):
    head, to = visit("R07"), make_account(rt, "R05", unit_id=office.families)
    address = f"/handover/{leaver}"
    assert "Открытых шагов 1" in head.get(address).words
    assert head.get(f"{address}?to={to}").select_one("textarea[name=reason]") is not None
    sent = {"to": to, "reason": ""}
    assert "Напишите причину" in head.page_after(address, sent, status=422).words
    for _press in range(2):
        head.post(address, {**sent, "reason": "Увольняется"}, status=303)
    assert performer(rt, office.task) == to
    assert "Открытых шагов 0" in head.get(address).words
    history = head.get(f"/cases/{office.case}/history").words
    assert history.count("Дело передано другому сотруднику") == 1
    assert "Увольняется" in history


def test_who_does_not_lead_hands_nothing_over(visit, rt, office, leaver):
    visit("R05").post(f"/handover/{leaver}", {"to": office.role["R05"], "reason": "Так"}, status=403)
    assert performer(rt, office.task) == leaver


def test_a_head_comes_to_it_from_the_load_of_those_they_lead(visit, leaver):
    assert visit("R07").get("/monitor").select_one(f'.load-list a[href="/handover/{leaver}"]') is not None
    assert not visit("R26").get("/monitor").select('.load-list a[href^="/handover"]')
