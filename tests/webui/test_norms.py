"""«Нормы»: the list, one norm with its editions, a new edition with what it touches."""

from __future__ import annotations

import pytest

from engine.access.actors import load_actor
from engine.deadlines.norm_file import norm_of
from engine.deadlines.service import add_norm_edition
from engine.deadlines.tables import norm, term
from engine.model import SYSTEM
from engine.storage.moments import from_seconds
from engine.worklist.tables import task
from tests.factories.cases import diagram, flows, open_case, publish_files, user_task

FORM = {
    "title": "Собрать семью", "value": "5", "unit": "working", "start": "step", "until": "closing",
    "lead": "0", "act": "порядок", "mark": "P", "pause": "болезнь\n", "pause_days": "0",
}  # fmt: skip


@pytest.fixture
def case_id(rt, office):
    """A case with a step of ten working days."""
    entry = {"key": "X1", "title": "Собрать семью", "value": 10, "unit": "working", "start": "step"}
    add_norm_edition(rt, SYSTEM, norm_of({**entry, "act": "порядок", "mark": "P"}))
    body = (
        '<startEvent id="s" name="Начало"/>' + user_task("b", norm="X1") + '<endEvent id="e" name="Конец"/>'
    )
    publish_files(rt, diagram("needs", body + flows("s b e")))
    return open_case(rt, load_actor(rt, office.role["R05"]), "needs").id


def of_case(rt, table, number):
    with rt.database.read() as conn:
        return conn.execute(table.select().where(table.c.case_id == number)).one()


def editions(rt):
    with rt.database.read() as conn:
        return conn.execute(norm.select().where(norm.c.key == "X1").order_by(norm.c.id)).all()


def since(rt, days=0):
    return str(rt.clock.now().date().fromordinal(rt.clock.now().date().toordinal() + days))


def test_the_list_finds_a_norm_and_counts_its_open_cases(visit, case_id):
    page = visit("R25").get("/norms?q=X1")
    assert "X1" in page.words
    assert page.select_one('td[data-label="Открытых дел"]').text.strip() == "1"
    assert "T15" not in page.words
    assert "предложено программой, акта нет" in page.words


def test_the_page_of_a_norm_says_whom_its_ladder_tells(visit):
    page = visit("R25").get("/norms/T14")
    assert "Лестница напоминаний" in page.words
    assert "Срок истёк исполнитель, заведующий отделением" in page.words


def test_an_edition_of_today_shows_and_moves_what_began_today(visit, rt, case_id):
    before = of_case(rt, term, case_id).due_at
    methodologist = visit("R25")
    sent = {**FORM, "valid_from": since(rt)}
    page = methodologist.page_after("/norms/X1/new", sent)
    assert "Затронет открытых дел: 1" in page.words
    assert of_case(rt, term, case_id).due_at == before
    page = methodologist.page_after("/norms/X1/new", {**sent, "publish": "1"})
    assert "Новая редакция нормы записана." in page.words
    moved, old_and_new = of_case(rt, term, case_id), editions(rt)
    assert moved.due_at < before
    assert moved.norm_id == of_case(rt, task, case_id).norm_id == old_and_new[1].id
    assert of_case(rt, task, case_id).due_at == moved.due_at
    assert (old_and_new[0].value, old_and_new[1].value) == (10, 5)
    day = f"{from_seconds(moved.due_at):%d.%m.%Y}"
    owner = visit("R05")
    assert f"теперь до {day}" in owner.get(f"/cases/{case_id}").words
    notices = owner.get("/notices")
    assert "По новой редакции нормы изменился срок" in notices.words
    assert notices.link("дело") == f"/cases/{case_id}"


def test_an_edition_of_tomorrow_leaves_running_terms_alone(visit, rt, case_id):
    before = of_case(rt, term, case_id)
    sent = {**FORM, "valid_from": since(rt, 1)}
    page = visit("R25").page_after("/norms/X1/new", sent)
    assert "Ни один открытый срок не сдвинется." in page.words
    assert "доработают сроки, начатые раньше: 1" in page.words
    visit("R25").page_after("/norms/X1/new", {**sent, "publish": "1"})
    assert of_case(rt, term, case_id) == before
    assert "новой редакции нормы" not in visit("R05").get("/notices").words


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"value": "много"}, "Укажите целое число."),
        ({"value": "9999"}, "длиннее 5000 не бывает"),
        ({"unit": "month_day", "value": "40"}, "число месяца должно быть от 1 до 31"),
        ({"title": ""}, "Напишите, что это за срок."),
        ({"mark": "V"}, "укажите, в какой редакции"),
        ({"within": "X1"}, "частью самого себя"),
        ({"within": "Z9"}, "Нормы с таким ключом нет."),
        ({"longer_value": "3", "longer_unit": "working"}, "чьим решением"),
        (
            {"longer_value": "-3", "longer_unit": "working", "longer_by": "R07", "longer_times": "1"},
            "хотя бы",
        ),
        ({"valid_from": "2015-01-01"}, "Предыдущая действует с"),
        ({"valid_from": "завтра"}, "Укажите день."),
    ],
)
def test_what_is_impossible_is_said_and_nothing_is_written(visit, rt, case_id, wrong, said):
    sent = {**FORM, "valid_from": since(rt), "publish": "1", **wrong}
    page = visit("R25").page_after("/norms/X1/new", sent, status=422)
    assert said in page.words
    assert len(editions(rt)) == 1
