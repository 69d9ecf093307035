"""Every rule of the application against the table written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from engine.cases.tables import case_, history
from engine.deadlines.tables import term
from engine.documents.tables import attachment, document
from engine.model import SYSTEM
from engine.records import referrals
from engine.records.agenda import Question, ask
from engine.records.cells import refreshed
from engine.records.commissions import NewCommission, create_commission
from engine.records.measures import keep
from engine.records.merging import Wanted, merge_people
from engine.records.partners import NewPartner, add_partner
from engine.records.referrals import NewReferral
from engine.records.registers import Subject
from engine.records.service import create_person
from engine.records.sheets import keep_sheet
from engine.records.sitting_plan import add_sitting
from engine.records.sittings import plan_sitting
from engine.records.tables import family, family_member, measure, merge, person, referral
from engine.runtime import Runtime
from engine.worklist.tables import task
from tests.factories.access import make_account
from tests.factories.records import LAPSHINA
from tests.webui import workplace
from tests.webui.browsing import Visitor
from tests.webui.conftest import strict
from tests.webui.routes import ANYBODY, EVERYONE, ROUTES
from tests.webui.workplace import PDF, Office
from webui.app import create_app

WRITES = [key for key in ROUTES if key[0] != "GET"]
JSON = {"Accept": "application/json"}
NOTHING = 999_999_999
"""A number that nothing has: who may ask is told that there is no such thing, who may not is told so
first."""


def rules(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def path(rule: str, number: int = NOTHING) -> str:
    return (
        re.sub(r"<path:\w+>", "app.css", re.sub(r"<int:\w+>", str(number), rule))
        .replace("<kind>/<key>", "bpmn/none")
        .replace("<key>", "none")
    )


def test_the_table_names_every_rule_and_no_other(app):
    assert rules(app) == set(ROUTES)


@pytest.fixture(scope="module")
def walked(
    pattern: tuple[Path, Office], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Runtime, Flask]]:
    """One office for the whole walk: hardly anything in it changes."""
    rt = workplace.reopen(pattern[0], tmp_path_factory.mktemp("walk"))
    yield rt, strict(create_app(rt))
    rt.database.close()
    rt.vault.store.database.close()


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_a_role_opens_what_the_table_says_and_nothing_else(role, walked, pattern):
    rt, app = walked
    account = pattern[1].role[role]
    wrong = []
    for (method, rule), route in ROUTES.items():
        # A new cookie for each: signing out is one of the rules.
        visitor = Visitor(app, rt, account)
        answer = visitor.client.open(
            path(rule), method=method, headers={**JSON, "X-CSRFToken": visitor.token}, buffered=True
        )
        refused = answer.status_code == 403 and "У вашей роли нет права" in answer.text + str(answer.json)
        may = route.who == ANYBODY or role in route.who
        if refused is may or answer.status_code >= 500:
            wrong.append((method, rule, answer.status_code))
    assert wrong == []


def test_who_is_not_signed_in_is_led_to_the_sign_in(app, rt):
    wrong = []
    for (method, rule), route in ROUTES.items():
        visitor = Visitor(app, rt)
        headers = {"X-CSRFToken": visitor.with_token()}
        answer = visitor.client.open(path(rule), method=method, headers=headers, buffered=True)
        led = answer.status_code == 303 and (answer.location or "").startswith("/sign-in")
        if route.who != ANYBODY and not led:
            wrong.append((method, rule, answer.status_code))
    assert wrong == []


def answers_to_writing(visitor: Visitor, headers: dict[str, str]) -> dict[tuple[str, str], tuple[int, str]]:
    """What every address that writes answers to these headers."""
    return {
        (method, rule): (answer.status_code, answer.get_json()["code"])
        for method, rule in WRITES
        for answer in [visitor.client.open(path(rule, 1), method=method, headers={**JSON, **headers})]
    }


def test_nothing_is_written_without_the_token_of_the_page(visit):
    assert answers_to_writing(visit("R29"), {}) == dict.fromkeys(WRITES, (400, "stale"))


def test_the_token_of_another_browser_opens_nothing(visit, app):
    """Whoever lures a colleague to a page of their own has a token too, but not the colleague's."""
    foreign = str(URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps("1" * 40))
    found = answers_to_writing(visit("R29"), {"X-CSRFToken": foreign})
    assert found == dict.fromkeys(WRITES, (400, "stale"))


OF_THE_WHOLE_MUNICIPALITY = {
    "release_id",
    "definition_id",
    "upload_id",
    "partner_id",
    "commission_id",
    "settlement_id",
    "unit_id",
    "plan_id",
    "account_id",
    "number",
}
"""What belongs to no department: published versions, uploads and plans of methodologists, accounts, years,
files."""


def test_an_address_with_a_number_says_whose_thing_it_is():
    """A new address can't be left out of the trial below."""
    for (method, rule), route in ROUTES.items():
        numbers = set(re.findall(r"<int:(\w+)>", rule))
        assert bool(numbers - OF_THE_WHOLE_MUNICIPALITY) is bool(route.thing), (method, rule)


@pytest.fixture(scope="module")
def closed(
    pattern: tuple[Path, Office], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Runtime, Visitor, dict[str, int]]]:
    """One office for all attempts, who makes them and the numbers of what is there: nothing of it may change.

    The head of a department may everything there that is not left to an office of the whole municipality.
    """
    office = pattern[1]
    rt = workplace.reopen(pattern[0], tmp_path_factory.mktemp("closed"))
    numbers = {
        "task": office.task,
        "case": office.later_case,
        "document": office.document,
        "attachment": office.attachment,
        "person": office.person,
        "family": office.family,
        "term": term_of(rt, office.task),
        "referral": referral_of(rt, office.later_case),
        "measure": measure_of(rt, office.later_case),
        "merge": merge_of(rt, office.families),
        **sitting_of(rt, office),
    }
    for subject in (Subject(office.family, None), Subject(None, office.person)):
        keep_sheet_of(rt, subject, office.families)
    stranger = make_account(rt, "R07", unit_id=office.care)
    yield rt, Visitor(strict(create_app(rt)), rt, stranger), numbers
    rt.database.close()
    rt.vault.store.database.close()


THINGS = [(key, route.thing) for key, route in ROUTES.items() if route.thing]


@pytest.mark.parametrize(("key", "thing"), THINGS, ids=[f"{key[0]} {key[1]}" for key, _ in THINGS])
def test_what_belongs_to_another_department_is_closed_and_stays_as_it_was(key, thing, closed):
    method, rule = key
    rt, visitor, numbers = closed
    data: dict[str, object] = dict.fromkeys(("reason", "event", "name", "value", "template"), "msg.consent")
    before = everything(rt)
    answer = visitor.client.open(
        path(rule, numbers[thing]),
        method=method,
        headers={"X-CSRFToken": visitor.token, **JSON},
        data=None if method == "GET" else {**data, "file": (BytesIO(PDF), "x.pdf")},
    )
    assert answer.status_code in (403, 404), answer.text
    assert everything(rt) == before


def term_of(rt: Runtime, task_id: int) -> int:
    with rt.database.read() as conn:
        return int(conn.execute(select(term.c.id).where(term.c.task_id == task_id)).scalar_one())


def referral_of(rt: Runtime, case_id: int) -> int:
    """A document that the case sent to a partner."""
    new = NewPartner("czn", "Центр занятости (вымышленный)")
    sent_to = add_partner(rt, SYSTEM, rt.directory.tree().municipality(1), new)
    with rt.database.write() as conn:
        return referrals.send(rt, conn, NewReferral(case_id, sent_to, "request", "ИП-1/1", date(2026, 1, 19)))


def measure_of(rt: Runtime, case_id: int) -> int:
    """A measure that the case has decided."""
    with rt.database.write() as conn:
        keep(rt, conn, case_id, [{"мера": "Помочь с дровами"}], "план")
        return int(conn.execute(select(measure.c.id)).scalar_one())


def sitting_of(rt: Runtime, office: Office) -> dict[str, int]:
    """A planned sitting, a question of the case that waits for it, and a sitting that is being prepared."""
    made = create_commission(rt, SYSTEM, NewCommission("family", office.families))
    planned = add_sitting(rt, SYSTEM, made, date(2026, 1, 20), "Срочный вопрос")
    other = Question("other")
    with rt.database.write() as conn:
        plan_sitting(conn, made, office.case, date(2026, 1, 22))
        asked = ask(rt, conn, case_id=office.later_case, number="ПС-1", commission_id=made, question=other)
    return {"sitting": planned, "question": asked, "held": office.case}


def merge_of(rt: Runtime, unit_id: int) -> int:
    """Two cards of the department that became one."""
    kept, gone = (create_person(rt, SYSTEM, LAPSHINA, unit_id=unit_id) for _ in range(2))
    with rt.database.read() as conn:
        rows = {row.id: row.version for row in conn.execute(select(person))}
    merge_people(rt, SYSTEM, Wanted(kept, gone, rows[kept], rows[gone]))
    with rt.database.read() as conn:
        return int(conn.execute(select(merge.c.id)).scalar_one())


def keep_sheet_of(rt: Runtime, subject: Subject, unit_id: int) -> None:
    """A monitoring sheet of January with hardly anything on it."""
    cells = refreshed({}, {"семья": {"номер": 1, "возраст": []}, "учёт": {}}, date(2026, 1, 12))
    with rt.database.write() as conn:
        keep_sheet(rt, conn, subject, cells, unit_id=unit_id, today=date(2026, 1, 12))


def everything(rt: Runtime) -> list[object]:
    """What a request could have changed."""
    with rt.database.read() as conn:
        return [
            conn.execute(select(table).order_by(table.c.id)).all()
            for table in (case_, task, document, attachment, person, family, family_member, history, referral)
        ]
