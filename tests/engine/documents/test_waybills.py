"""The dispatcher numbers the waybill of a visit of another unit that takes their car: that, and no more."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from engine.documents import queries, service
from engine.documents.access import case_row
from engine.documents.service import add_draft
from engine.documents.tables import document
from engine.documents.workshop import workshop
from engine.errors import NotAllowed
from engine.model import SYSTEM, Actor
from engine.records import cars, visits
from engine.records.registers import Subject
from engine.records.tables import visit
from engine.runtime import Runtime
from tests.engine.documents.making import docx, make_case, only_document
from tests.factories.access import make_actor, town
from tests.factories.records import make_family

WAYBILL = docx("[дата] № [номер]", "Путевой лист", title="Путевой лист", mark="ПЛ")


@pytest.fixture
def lead(rt: Runtime) -> Actor:
    return make_actor(rt, "R05")


@pytest.fixture
def dispatcher(rt: Runtime) -> Actor:
    return make_actor(rt, "R18", unit_id=town(rt).administration)


@pytest.fixture
def case_id(rt: Runtime, lead: Actor) -> int:
    """A case of the family department with a document that is no waybill (number 1)."""
    return make_case(rt, lead, docx("[дата] № [номер]", "Признать нуждающейся."))


def appoint(rt: Runtime, lead: Actor, case_id: int, *, car_of: Actor | None) -> None:
    """A visit of the case, ready to go, in a car of the dispatcher."""
    lent = None if car_of is None else cars.add_car(rt, car_of, "ГАЗель № 1", 8)
    family = Subject(make_family(rt, lead)[0], None)
    with rt.database.write() as conn:
        made = visits.open_visit(
            conn, family, case_id=case_id, unit_id=lead.unit_id, day=date(2026, 1, 15), planned=False,
            urgent=False,
        )  # fmt: skip
        visits.make_ready(conn, made.id, car_id=lent, full_crew=True)


def waybill(rt: Runtime, case_id: int) -> int:
    """A draft of the waybill, as the pathway makes it after the visit is ready."""
    with rt.database.write() as conn:
        key_id = case_row(conn, SYSTEM, case_id).key_id
        made = workshop.fill(WAYBILL, {})
        return add_draft(rt, conn, SYSTEM, made, case_id=case_id, key_id=key_id, template="D85")


def test_the_waybill_of_a_visit_with_their_car_is_read_and_numbered(rt, lead, dispatcher, case_id):
    appoint(rt, lead, case_id, car_of=dispatcher)
    number = waybill(rt, case_id)
    assert service.issue(rt, dispatcher, number, revision=1).endswith("-ПЛ-2026-0001")
    assert queries.download_docx(rt, dispatcher, number).name.startswith("Путевой лист")


def test_words_of_the_waybill_and_all_other_documents_of_the_case_stay_closed(rt, lead, dispatcher, case_id):
    appoint(rt, lead, case_id, car_of=dispatcher)
    other = only_document(rt)
    number = waybill(rt, case_id)
    with pytest.raises(NotAllowed):
        service.save_texts(rt, dispatcher, number, {"1": "Другое"}, revision=1)
    with pytest.raises(NotAllowed):
        service.discard(rt, dispatcher, number, revision=1)
    with pytest.raises(NotAllowed):
        queries.draft(rt, dispatcher, number)
    with pytest.raises(NotAllowed):
        service.issue(rt, dispatcher, other, revision=1)
    with rt.database.read() as conn, pytest.raises(NotAllowed):
        queries.case_documents(conn, dispatcher, case_id)
    service.issue(rt, dispatcher, number, revision=1)
    with pytest.raises(NotAllowed):
        service.new_version(rt, dispatcher, number)


def test_a_car_of_others_no_car_and_a_past_visit_give_no_right(rt, lead, dispatcher, case_id):
    stranger = make_actor(rt, "R18", unit_id=town(rt).care)
    appoint(rt, lead, case_id, car_of=stranger)
    number = waybill(rt, case_id)
    with pytest.raises(NotAllowed):
        service.issue(rt, dispatcher, number, revision=1)
    with rt.database.write() as conn:
        conn.execute(update(visit).values(car_id=None))
    with pytest.raises(NotAllowed):
        service.issue(rt, stranger, number, revision=1)
    appoint(rt, lead, case_id, car_of=dispatcher)
    newest = waybill(rt, case_id)
    with pytest.raises(NotAllowed):
        service.issue(rt, dispatcher, number, revision=1)
    service.issue(rt, dispatcher, newest, revision=1)


def test_a_colleague_of_the_dispatcher_in_another_role_has_no_such_right(rt, lead, dispatcher, case_id):
    appoint(rt, lead, case_id, car_of=dispatcher)
    secretary = make_actor(rt, "R10", unit_id=town(rt).administration)
    with pytest.raises(NotAllowed):
        service.issue(rt, secretary, waybill(rt, case_id), revision=1)


def test_a_waybill_that_was_put_away_is_nobodys(rt, lead, dispatcher, case_id):
    appoint(rt, lead, case_id, car_of=dispatcher)
    number = waybill(rt, case_id)
    with rt.database.write() as conn:
        conn.execute(update(document).where(document.c.id == number).values(status=3))
    with pytest.raises(NotAllowed):
        queries.download_docx(rt, dispatcher, number)
