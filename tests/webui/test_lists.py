"""Lists, reports and files name nobody to colleagues of another organisation, whatever their role."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from zipfile import ZipFile

import pytest

from engine.model import SYSTEM
from engine.records import contacts, registers, visits
from engine.records.agenda import Question, ask
from engine.records.cells import refreshed
from engine.records.commissions import NewCommission, create_commission
from engine.records.measures import keep
from engine.records.partners import NewPartner, add_partner
from engine.records.referrals import NewReferral, send
from engine.records.registers import Standing, Subject
from engine.records.sheets import keep_sheet
from engine.worklist.ladder import tell_due
from tests.factories.access import make_account
from tests.webui.routes import ANYBODY, ROUTES
from webui.reports import REPORTS

DAY = date(2026, 1, 12)
ABROAD = ("R07", "R12", "R20", "R24", "R27")
"""Roles that reach a department, what is one's own, an open step, an organisation."""


def lists() -> list[str]:
    """Every address that speaks of no thing in particular."""
    found = [
        rule
        for (method, rule), route in ROUTES.items()
        if method == "GET" and route.who != ANYBODY and "<int:" not in rule and "<kind>/<key>" not in rule
    ]
    every = [
        rule.replace("<register>", "sop").replace("<month>", "2026-01").replace("<kind>", "csv")
        for rule in found
        if "<key>" not in rule
    ]
    every += [f"/reports/{key}{end}" for key in REPORTS for end in ("", "/file.csv", "/list?figure=all")]
    return [*every, "/referrals?show=all", "/measures?show=all", "/cases?state=all"]


def told(visitor, address: str) -> str:
    """All that the answer says, of a workbook too."""
    answer = visitor.client.get(address)
    assert answer.status_code < 500, address
    if not answer.data.startswith(b"PK"):
        return str(answer.text)
    with ZipFile(io.BytesIO(answer.data)) as book:
        return " ".join(book.read(name).decode("utf-8", "ignore") for name in book.namelist())


@pytest.fixture
def everything(rt, office):
    """The family of the office stands wherever a family may stand."""
    family, case = Subject(office.family, None), office.later_case
    to = add_partner(rt, SYSTEM, rt.directory.tree().municipality(office.families), NewPartner("czn", "ЦЗН"))
    commission = create_commission(rt, SYSTEM, NewCommission("family", office.families))
    cells = refreshed({}, {"семья": {"номер": 1, "мать": "Лапшина", "возраст": []}, "учёт": {}}, DAY)
    with rt.database.write() as conn:
        where = {"case_id": case, "unit_id": office.families}
        for register in ("sop", "prevention"):
            standing = Standing(state="СОП", contact_days=7)
            registers.enter(rt, conn, register, family, standing, since=DAY - timedelta(30), **where)
        keep_sheet(rt, conn, family, cells, unit_id=office.families, today=DAY)
        contacts.note(conn, family, case_id=case, day=DAY - timedelta(20), kind="call")
        visits.open_visit(conn, family, day=DAY + timedelta(3), planned=False, urgent=False, **where)
        keep(rt, conn, case, [{"мера": "Помочь с дровами", "срок": DAY}], "решение")
        send(rt, conn, NewReferral(case, to, "request", "ПС-2026-0001/1", DAY))
        ask(
            rt,
            conn,
            case_id=case,
            number="ПС-2026-0001",
            commission_id=commission,
            question=Question("other"),
        )
    rt.clock.advance(timedelta(days=2))
    tell_due(rt)


@pytest.mark.usefixtures("everything")
def test_nobody_of_another_organisation_is_told_of_a_family_and_its_department_is(visit, rt, office):
    names = re.compile(r"Лапшин|ПС-2026-|Помочь с дровами")
    head = visit("R07")
    own = {address for address in lists() if names.search(told(head, address))}
    assert own >= {
        "/cases",
        "/monitor",
        "/monitor/overdue.xlsx",
        "/measures",
        "/referrals",
        "/visits",
        "/registers/sop",
        "/registers/sop/export.xlsx",
    }
    administration = next(
        unit.id for unit in rt.directory.tree().units.values() if unit.name == "Администрация"
    )
    for role in ABROAD:
        stranger = visit(make_account(rt, role, unit_id=administration))
        assert {address for address in own if names.search(told(stranger, address))} == set(), role
