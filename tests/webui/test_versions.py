"""Comparing versions and moving running cases, on their pages."""

from __future__ import annotations

import pytest

from engine.access.actors import load_actor
from engine.model import SYSTEM
from engine.versions.planning import make_plan
from tests.factories.cases import (
    END,
    START,
    chain,
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    publish_files,
    user_task,
)
from tests.webui.test_cases import history
from tests.webui.workplace import field, form

WHY = "Вышла новая редакция"


@pytest.fixture
def case(rt, office):
    """A case of version 1 of «small»; version 2 has another step, version 3 lacks the first."""
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    number = open_case(rt, load_actor(rt, office.role["R05"]), "small").id
    publish_files(rt, chain("small", user_task("a", role="R07"), user_task("b"), user_task("c")))
    publish_files(rt, chain("small", user_task("first"), user_task("b")))
    return number


@pytest.fixture
def plan(rt, case):
    """The number of a plan for version 2."""
    return make_plan(rt, SYSTEM, "small", 2, {}, "Новый шаг")


def test_two_versions_are_told_apart_in_words_and_on_both_diagrams(visit, case):
    page = visit("R05").get("/workshop/bpmn/small/compare?before=1&after=2")
    assert "добавлено шаг «Шаг c»" in page.words
    assert "роль: было R05 Специалист по социальной работе стало R07 Заведующий отделением" in page.words
    marks = {
        each["id"]: each.select_one("[data-diagram-marks]").string for each in page.select("[data-diagram]")
    }
    assert '"added": ["c"' in marks["drawing-after"]
    assert '"removed": ["f_b_e"]' in marks["drawing-before"]
    assert "добавлено" in marks["drawing-after"].encode().decode("unicode_escape")


def test_without_a_choice_the_newest_is_compared_with_the_one_before(visit, case):
    page = visit("R05").get("/workshop/bpmn/small/compare")
    chosen = [option["value"] for option in page.select("option[selected]")]
    assert chosen == ["2", "3"]


def test_forms_are_compared_too(visit, rt, office):
    publish_files(rt, form("check", field("итог", "Итог", "textarea"), field("мера", "Мера")))
    page = visit("R05").get("/workshop/form/check/compare")
    assert "добавлено поле «Мера»" in page.words


def test_what_has_one_version_is_compared_with_nothing(visit, office):
    visit("R05").get("/workshop/bpmn/asking/compare", status=404)


def test_the_methodologist_plans_from_the_page_of_the_comparison(visit, rt, case):
    methodologist = visit("R25")
    assert methodologist.get("/workshop/bpmn/small/compare").select_one("#plan") is not None
    fields = {"process": "small", "version": "3", "renames": "a = first\n", "note": "Шаг переименован"}
    page = methodologist.page_after("/migrations", fields)
    assert "1 дело переводится" in page.words.replace("\u00a0", " ")
    assert "Провести план может заведующий" in page.words
    assert open_nodes(rt).count("a") == 1
    assert "Шаг переименован" in methodologist.get("/migrations").words


def test_cases_go_over_to_a_new_version_of_what_their_pathway_calls(visit, rt, office):
    """A called pathway has no cases of its own: whoever changes it alone plans for those who call it."""
    inner = chain("inner", user_task("a"))
    calling = (
        START + '<callActivity id="call" name="Вызвать" calledElement="inner"/>' + END + flows("s call e")
    )
    publish_files(rt, inner, diagram("outer", calling))
    open_case(rt, load_actor(rt, office.role["R05"]), "outer")
    publish_files(rt, chain("inner", user_task("a"), user_task("b")))
    methodologist = visit("R25")
    page = methodologist.get("/workshop/bpmn/inner/compare")
    options = [(each["value"], each.get_text()) for each in page.select("#plan option")]
    assert options == [("outer 1", "путь «Путь outer», идёт дел: 1"), ("inner 2", "этот путь, идёт дел: 0")]
    planned = methodologist.page_after("/migrations", {"target": "outer 1", "note": "Новый шаг"})
    assert "1 дело переводится" in planned.words.replace("\u00a0", " ")
    moved = visit("R07").page_after("/migrations/1/move", {"reason": WHY})
    assert "Переведено дел: 1" in moved.words
    complete(rt, load_actor(rt, office.role["R05"]), "inner/a")
    assert "inner/b" in open_nodes(rt)


def test_a_new_form_alone_can_be_taken_over_too(visit, rt, office):
    publish_files(rt, form("check", field("итог", "Итог", "textarea"), field("мера", "Мера")))
    options = visit("R25").get("/workshop/form/check/compare").select("#plan option")
    assert [each["value"] for each in options] == ["help 1"]
    assert visit("R05").get("/workshop/form/check/compare").select_one("#plan") is None


def test_what_lacks_is_named_and_can_be_mapped(visit, rt, case):
    page = visit("R25").page_after("/migrations", {"process": "small", "version": "3"})
    assert "в новой версии такого места нет" in page.words
    assert page.select_one("#map textarea").string.strip().startswith("a =")


@pytest.mark.parametrize("renames", ["a", "a =", "a = nowhere"])
def test_a_mapping_that_can_not_be_read_is_refused(renames, visit, case):
    fields = {"process": "small", "version": "3", "renames": renames}
    visit("R25").post("/migrations", fields, status=422)


def test_the_head_carries_out_and_takes_back(visit, rt, case, plan):
    head = visit("R07")
    page = head.get(f"/migrations/{plan}")
    assert "переводится" in page.words
    head.post(f"/migrations/{plan}/move", {"reason": " "}, status=422)
    done = head.page_after(f"/migrations/{plan}/move", {"reason": WHY})
    assert "Переведено дел: 1" in done.words
    newest = history(rt, case)[0]
    assert newest.data["data"]["причина"] == WHY
    assert "Дело на другой версии пути: перевести на новую версию" in head.get(f"/cases/{case}/history").words
    back = head.page_after(f"/migrations/{plan}/undo", {"reason": "Поспешили"})
    assert "Возвращено дел: 1" in back.words


def test_one_case_is_moved_and_taken_back_by_the_button_in_its_row(visit, rt, office, case, plan):
    head = visit("R07")
    page = head.get(f"/migrations/{plan}")
    (button,) = page.select("button[form=move]")
    assert (button["name"], button["value"]) == ("case", str(case))
    head.post(f"/migrations/{plan}/move", {"case": case, "reason": ""}, status=422)
    page = head.page_after(f"/migrations/{plan}/move", {"case": case, "reason": WHY})
    assert "Дело переведено" in page.words
    complete(rt, load_actor(rt, office.role["R07"]), "a")
    (button,) = page.select("button[form=undo]")
    back = head.page_after(
        f"/migrations/{plan}/undo", {button["name"]: button["value"], "reason": "Поспешили"}
    )
    assert "Дело возвращено" in back.words
    assert back.select("button[form=undo]") == []
    assert history(rt, case)[0].data["data"]["причина"] == "Поспешили"


def test_who_only_plans_has_no_buttons_to_move(visit, case, plan):
    assert visit("R25").get(f"/migrations/{plan}").select("button[form]") == []


def test_who_is_out_of_reach_sees_no_case_of_the_plan(visit, rt, office, case, plan):
    from tests.factories.access import make_account

    stranger = make_account(rt, "R07", unit_id=office.care)
    page = visit(stranger).get(f"/migrations/{plan}")
    assert "Дел, которые можно перевести по этому плану, нет" in page.words


def test_the_methodologist_sees_numbers_without_names(visit, case, plan):
    page = visit("R25").get(f"/migrations/{plan}")
    assert "small-2026-0001" in page.words
    assert "Лапшин" not in page.words
    assert page.select(f'a[href="/cases/{case}"]') == []
