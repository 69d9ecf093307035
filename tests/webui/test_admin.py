"""«Сотрудники» and «Журнал»."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import engine
from engine.access.queries import colleague
from tests.webui.test_cases import rows
from webui.admin import ACTIONS, KINDS


def test_a_colleague_is_added_and_the_first_password_shown_once(visit, rt, office):
    admin = visit("R29")
    sent = {
        "family": "Орлов",
        "given": "Виктор",
        "login": "orlov",
        "position": "директор",
        "unit": str(office.families),
        "roles": ["R07", "R05", "R99", "R00"],
    }
    page = admin.page_after("/admin/accounts/new", sent)
    password = page.words.split("Пароль: ")[1].split()[0]
    assert "больше он показан не будет" in page.words
    listed = admin.get("/admin/accounts").link("Орлов Виктор")
    assert password not in admin.get(listed).words
    assert {role for role, _ in colleague(rt, int(listed.rsplit("/", 1)[1])).roles} == {"R05", "R07"}
    with admin.client.session_transaction() as session:
        assert password not in str(dict(session))


@pytest.mark.parametrize(
    ("wrong", "fault", "status"),
    [
        ({"family": ""}, "Напишите фамилию и имя", 422),
        ({"login": "о р"}, "буквы, цифры", 422),
        ({"login": "demo1"}, "уже занято", 409),
        ({"unit": "0"}, "подразделение из списка", 422),
    ],
)
def test_a_fault_stands_at_its_field(wrong, fault, status, visit, rt, office):
    taken = colleague(rt, office.role["R05"]).login
    sent = {"family": "Орлов", "given": "Виктор", "login": "orlov", "unit": str(office.families), **wrong}
    if status == 409:
        sent["login"] = taken
    assert fault in visit("R29").post("/admin/accounts/new", sent, status=status).text


def test_roles_name_and_password_of_a_colleague_are_changed(visit, rt, office):
    number = office.role["R05"]
    admin = visit("R29")
    assert (
        "Роли изменены"
        in admin.page_after(f"/admin/accounts/{number}/roles", {"roles": ["R05", "R03"]}).words
    )
    sent = {"family": "Крылова", "given": "Ольга", "unit": str(office.care), "position": "куратор"}
    assert "Сведения изменены" in admin.page_after(f"/admin/accounts/{number}", sent).words
    admin.post(f"/admin/accounts/{number}", {**sent, "given": ""}, status=422)
    assert "Пароль:" in admin.page_after(f"/admin/accounts/{number}/password").words
    person = colleague(rt, number)
    assert (person.name.family, person.unit_id) == ("Крылова", office.care)
    assert {role for role, _ in person.roles} == {"R03", "R05"}


def test_the_sign_in_of_a_colleague_is_closed_and_opened(visit, office):
    admin = visit("R29")
    number = office.role["R05"]
    asked = admin.page_after(f"/admin/accounts/{number}/active")
    assert "Сначала передайте их другому" in asked.words  # the person has a step and cases
    assert visit(number).client.get("/").status_code == 200
    closed = admin.page_after(f"/admin/accounts/{number}/active", {"even_with_work": "1"})
    assert "Вход закрыт" in closed.words
    assert visit(number).client.get("/").status_code == 303
    assert "Вход открыт" in admin.page_after(f"/admin/accounts/{number}/active", {"active": "1"}).words


def test_nobody_locks_themselves_out(visit, office):
    admin = visit("R29")
    assert "Себе вход закрыть нельзя" in admin.get(f"/admin/accounts/{office.role['R29']}").words
    admin.post(f"/admin/accounts/{office.role['R29']}/active", status=409)


def test_the_journal_says_who_did_what(visit, office):
    visit("R05").get(f"/people/{office.person}")
    page = visit("R28").get("/admin/journal?action=view")
    assert rows(page, "Журнал")[0][2:] == ["просмотр", f"карточка человека № {office.person}"]


def test_the_journal_calls_cases_by_their_numbers_and_is_narrowed_by_person_and_day(visit, rt, office):
    visit("R05").get(f"/cases/{office.later_case}")
    visit("R03").get(f"/cases/{office.later_case}")
    head = visit("R07")
    page = head.get(f"/admin/journal?action=view&who={office.role['R05']}&since=2026-01-12&until=2026-01-12")
    found = rows(page, "Журнал")
    assert {row[1] for row in found} == {"Белова Н. А."}
    assert "дело № ПС-2026-0001" in {row[3] for row in found}
    assert page.link("№ ПС-2026-0001") == f"/cases/{office.later_case}"
    for other in ("since=2026-01-13", "until=2026-01-11"):
        assert "Записей нет" in head.get(f"/admin/journal?{other}").words


def test_a_head_sees_the_journal_of_the_own_department_only(visit, office):
    visit(office.stranger).get("/cases")
    visit(office.stranger).post("/people/new", {"family": "Дальняя", "given": "Яна", "anyway": "1"})
    assert "создано" not in [
        row[2]
        for row in rows(visit("R07").get("/admin/journal"), "Журнал")
        if row[3].startswith("карточка человека № 3")
    ]


def test_every_deed_of_the_engine_has_its_words():
    """Deeds and things are the fourth and fifth argument of `record_action`, where they stand as texts; what
    notes terms and days for it gets the deed as a text with a dot.
    """
    deeds, things = set(), set()
    for path in Path(engine.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
                continue
            if call.func.id in {"note", "_note"}:
                deeds |= {
                    text.value
                    for text in call.args
                    if isinstance(text, ast.Constant) and re.fullmatch(r"[a-z]+\.[a-z_]+", str(text.value))
                }
            if call.func.id == "record_action":
                deeds |= {
                    text.value
                    for text in ast.walk(call.args[3])
                    if isinstance(text, ast.Constant) and isinstance(text.value, str)
                }
                things |= {
                    text.value
                    for text in ast.walk(call.args[4])
                    if isinstance(text, ast.Constant) and isinstance(text.value, str)
                }
    assert deeds - set(ACTIONS) == set()
    assert things - set(KINDS) == set()
