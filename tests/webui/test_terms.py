"""«Сроки дела»: stopping a term, letting it go on, making it longer, on the pages."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from engine.access.actors import load_actor
from engine.deadlines.norm_file import norm_of
from engine.deadlines.service import add_norm_edition
from engine.deadlines.tables import term
from engine.documents.queries import case_attachments
from engine.model import SYSTEM, Clock
from tests.factories.cases import diagram, flows, open_case, publish_files, user_task
from tests.webui.workplace import PDF


@pytest.fixture
def case_id(rt, office):
    """A case with a term of the case that may stand still and be made longer."""
    rule = {"value": 5, "unit": "working", "by": "R05", "ground": "проверка"}
    entry = {
        "key": "X1", "title": "Собрать семью", "value": 10, "unit": "working", "start": "step",
        "act": "порядок", "mark": "P", "pause": ["ждём документы", "больница"], "extension": rule,
    }  # fmt: skip
    add_norm_edition(rt, SYSTEM, norm_of(entry))
    body = (
        '<startEvent id="s" name="Начало"/>' + user_task("b", norm="X1") + '<endEvent id="e" name="Конец"/>'
    )
    publish_files(rt, diagram("needs", body + flows("s b e")))
    return open_case(rt, load_actor(rt, office.role["R05"]), "needs").id


def row(rt, number):
    with rt.database.read() as conn:
        return conn.execute(term.select().where(term.c.case_id == number)).one()


def deed(rt, number, **said):
    return {"term": str(row(rt, number).id), **said}


def test_a_term_is_stopped_with_its_reason_and_paper_and_goes_on(visit, rt, case_id):
    clerk = visit("R05")
    sent = deed(rt, case_id, reason="больница", file=(io.BytesIO(PDF), "справка.pdf"))
    page = clerk.page_after(f"/cases/{case_id}/terms/pause", sent)
    assert "Срок приостановлен." in page.words
    assert re.search(r"Приостановлен с \d+ \w+, осталось 10 рабочих дней", page.words)
    assert "справка.pdf" in page.words
    assert row(rt, case_id).clock == Clock.PAUSED
    assert "пауза · останется 10 раб. дней" in clerk.get(f"/cases/{case_id}").words
    assert "больница" in clerk.get("/").words
    rt.clock.set(rt.clock.now() + timedelta(days=7))
    page = clerk.page_after(f"/cases/{case_id}/terms/resume", deed(rt, case_id, on=""))
    assert "Срок снова идёт." in page.words
    assert "Срок возобновлён: Собрать семью, был до" in clerk.get(f"/cases/{case_id}").words
    with rt.database.read() as conn:
        assert len(case_attachments(rt, conn, SYSTEM, case_id)) == 1


def test_terms_of_one_norm_are_told_apart_by_their_steps(visit, rt, office):
    tasks = [user_task("a", norm="T09"), user_task("b", norm="T09")]
    body = (
        f'<startEvent id="s" name="Начало"/><parallelGateway id="g" name=""/>{"".join(tasks)}'
        '<endEvent id="e" name="Конец"/>'
    )
    publish_files(rt, diagram("many", body + flows("s g a e", "g b e")))
    case = open_case(rt, load_actor(rt, office.role["R05"]), "many")
    clerk = visit("R05")
    for address in (f"/cases/{case.id}", f"/cases/{case.id}/terms"):
        page = clerk.get(address)
        assert {"Шаг a", "Шаг b"} <= {each.get_text(strip=True) for each in page.select(".listing-title, h2")}
    assert "Прочие шаги дела" in clerk.get(f"/cases/{case.id}").words


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_changed(visit, rt, case_id):
    clerk = visit("R05")
    url = f"/cases/{case_id}/terms"
    assert "Начат срок: Собрать семью, «Шаг b», 10 раб. дней" in clerk.get(f"/cases/{case_id}/history").words
    page = clerk.page_after(f"{url}/pause", deed(rt, case_id, reason="устал"), status=422)
    assert "Выберите причину из списка нормы." in page.words
    page = clerk.page_after(f"{url}/pause", deed(rt, case_id, reason="больница", since="21.13"), status=422)
    assert "Дата не читается" in page.words
    page = clerk.page_after(f"{url}/extend", deed(rt, case_id, value="6"), status=422)
    assert "Укажите число от 1 до 5." in page.words
    assert row(rt, case_id).clock == Clock.RUNNING


@pytest.mark.parametrize(
    ("form", "said"),
    [("pause", {"reason": "устал"}), ("pause", {"reason": "больница", "since": "2031-01-01"}),
     ("extend", {"value": "6"}), ("extend", {"value": "1", "on": "2031-01-01"})],
)  # fmt: skip
def test_the_file_of_a_refused_change_does_not_stay_in_the_case(visit, rt, case_id, form, said):
    sent = deed(rt, case_id, file=(io.BytesIO(PDF), "справка.pdf"), **said)
    visit("R05").page_after(f"/cases/{case_id}/terms/{form}", sent, status=422)
    with rt.database.read() as conn:
        assert case_attachments(rt, conn, SYSTEM, case_id) == []


def test_a_file_that_is_not_taken_is_named_and_the_term_runs_on(visit, rt, case_id):
    sent = deed(rt, case_id, reason="больница", file=(io.BytesIO(b"MZ\x90\x00\x03\x00\xff"), "x.exe"))
    page = visit("R05").page_after(f"/cases/{case_id}/terms/pause", sent, status=422)
    assert "Такие файлы не принимаем" in page.words
    assert row(rt, case_id).clock == Clock.RUNNING


def test_a_term_is_made_longer_on_the_page(visit, rt, case_id):
    before = row(rt, case_id).due_at
    page = visit("R05").page_after(f"/cases/{case_id}/terms/extend", deed(rt, case_id, value="5"))
    assert "Срок продлён." in page.words
    assert "Продлён" in page.words
    assert row(rt, case_id).due_at > before


def test_who_does_not_decide_sees_the_terms_and_no_forms(visit, rt, case_id):
    page = visit("R27").get(f"/cases/{case_id}/terms")
    assert "Собрать семью" in page.words
    assert page.select_one('form[action$="/extend"]') is None


def test_the_term_of_another_case_is_not_reached_through_this_one(visit, rt, office, case_id):
    clerk = visit("R05")
    clerk.page_after(f"/cases/{office.case}/terms/pause", deed(rt, case_id, reason="больница"), status=404)
    assert row(rt, case_id).clock == Clock.RUNNING
