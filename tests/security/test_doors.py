"""Every public function of the rooms is listed here: who may call it, and what happens to whom it may not.

A new function fails the first test until somebody has thought about who may call it and written it down.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, Table, insert, select

from engine.access import absences, offices, units
from engine.access import queries as colleagues
from engine.access import service as access
from engine.cases import (
    clock_views,
    clocks,
    consents,
    editions,
    erasing,
    events,
    letters,
    openings,
    recalculation_views,
    referring,
    remedies,
    repair,
    visibility,
)
from engine.cases import queries as cases
from engine.cases import service as case_service
from engine.cases.tables import case_
from engine.deadlines import service as deadlines
from engine.deadlines.calendar import Day, DayKind
from engine.deadlines.tables import moved_term, recalculation, term
from engine.definitions import drafts
from engine.definitions import service as definitions
from engine.definitions.files import Upload
from engine.definitions.library import Release
from engine.documents import access as paper_access
from engine.documents import making, signatures
from engine.documents import queries as papers
from engine.documents import service as documents
from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import SYSTEM, Actor, CompleteTask, Permission, Scope, StartCase
from engine.names import FullName
from engine.records import (
    cars,
    commissions,
    keeping,
    measures,
    merging,
    pairs,
    partners,
    reach,
    referrals,
    registers,
    search,
    sheets,
    visits,
)
from engine.records import queries as people
from engine.records import service as records
from engine.records.cells import refreshed
from engine.records.tables import family, person
from engine.reports import asked as reports
from engine.runtime import Runtime
from engine.versions import impact, moving, planning
from engine.worklist import candidates, escalations, handover, relocation, step
from engine.worklist import service as worklist
from tests.engine.documents.making import docx, make_case, only_document
from tests.factories.access import make_actor, make_runtime, town
from tests.factories.cases import chain, open_tasks, publish_files, user_task
from tests.factories.records import LAPSHINA, make_family
from tests.security import things
from tests.security.open_doors import AFTER_A_CHECK, COLLEAGUES, INSIDE, OWN
from tests.security.sittings import SITTINGS
from tests.security.watching import WATCHED

ROOMS = (
    "access", "cases", "deadlines", "definitions", "documents", "records", "reports", "versions", "worklist",
)  # fmt: skip
HANDLES = {"rt", "conn", "actor", "command"}
"""A function that takes any of these can reach somebody's data."""
SEE = Permission.RECORD_VIEW
DAY = date(2026, 1, 12)


@dataclass(frozen=True, slots=True)
class World:
    """A case of a specialist with everything in it, and two people whose business it is not."""

    rt: Runtime
    case_id: int
    task_id: int
    document_id: int
    attachment_id: int
    person_id: int
    child_id: int
    family_id: int
    colleague_id: int
    absence_id: int
    car_id: int
    nobody: Actor
    """Signed in, without any right."""
    stranger: Actor
    """Has every right there is, as far as another agency."""

    def read(self, query: Callable[[Connection], Any]) -> Any:
        with self.rt.database.read() as conn:
            return query(conn)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    rt = make_runtime(tmp_path_factory.mktemp("doors"))
    specialist = make_actor(rt, "R05")
    family_id, person_id, child_id = make_family(rt, specialist)
    case_id = make_case(rt, specialist, docx("Решение [дата] № [номер]"))
    attachment_id = documents.attach(rt, specialist, case_id, "справка.txt", b"1")
    absent = make_actor(rt, "R05")
    absence_id = absences.add_absence(
        rt,
        absent,
        absent_id=absent.user_id,
        substitute_id=specialist.user_id,
        first_day=DAY,
        last_day=DAY,
    )
    far = make_actor(rt, "R13", unit_id=town(rt).administration)
    nowhere: frozenset[int] = frozenset()
    nobody = replace(far, grants={}, queues=nowhere, own_queue=0, team_units=nowhere, agency_units=nowhere)
    yield World(
        rt, case_id, open_tasks(rt, "b")[0], only_document(rt), attachment_id, person_id, child_id, family_id,
        specialist.user_id, absence_id, cars.add_car(rt, make_actor(rt, "R18"), "ГАЗель", 8),
        nobody=nobody,
        stranger=replace(far, grants=dict.fromkeys(Permission, Scope.AGENCY)),
    )  # fmt: skip
    rt.database.close()
    rt.vault.store.database.close()


Call = Callable[[World, Actor], Any]

REFUSED: dict[str, Call] = {
    # access
    "access.queries.case_journal": lambda w, a: colleagues.case_journal(w.rt, a, w.case_id),
    "access.service.change_account": lambda w, a: access.change_account(
        w.rt, a, w.colleague_id, name=FullName("А", "Б", ""), position="", unit_id=a.unit_id
    ),
    "access.offices.change_office": lambda w, a: offices.change_office(
        w.rt, a, a.unit_id, zone="Europe/Moscow", closing="17:00"
    ),
    "access.units.change_unit": lambda w, a: units.change_unit(
        w.rt, a, a.unit_id, name="А", short_name="", address=""
    ),
    "access.service.create_account": lambda w, a: access.create_account(
        w.rt, a, access.NewAccount("new", FullName("А", "Б", ""), a.unit_id)
    ),
    "access.units.create_unit": lambda w, a: units.create_unit(w.rt, a, units.NewUnit("А", "agency")),
    "access.absences.substitutes_for": lambda w, a: absences.substitutes_for(
        w.rt, a, w.colleague_id, DAY, DAY
    ),
    "access.absences.cancel_absence": lambda w, a: absences.cancel_absence(w.rt, a, w.absence_id),
    "access.units.name_fillers": lambda w, a: units.name_fillers(w.rt, a, 1, {"R05": [a.unit_id]}),
    "access.units.found_municipality": lambda w, a: units.found_municipality(w.rt, a, "Округ"),
    "access.service.reset_password": lambda w, a: access.reset_password(
        w.rt, a, w.colleague_id, "ромашка в поле"
    ),
    "access.service.set_active": lambda w, a: access.set_active(w.rt, a, w.colleague_id, active=False),
    "access.service.set_roles": lambda w, a: access.set_roles(w.rt, a, a.user_id, []),
    "access.absences.add_absence": lambda w, a: absences.add_absence(
        w.rt, a, absent_id=w.colleague_id, substitute_id=a.user_id, first_day=DAY, last_day=DAY
    ),
    # cases
    "cases.erasing.erase_case": lambda w, a: erasing.erase_case(w.rt, a, w.case_id, "акт"),
    "cases.editions.impact_of": lambda w, a: w.read(
        lambda c: editions.impact_of(w.rt, c, a, w.rt.calendars.norm("T30", DAY))
    ),
    "cases.editions.publish_edition": lambda w, a: editions.publish_edition(w.rt, a, None),  # type: ignore[arg-type]
    "cases.events.note_event": lambda w, a: events.note_event(w.rt, a, w.case_id, "msg.x"),
    "cases.queries.case_card": lambda w, a: w.read(lambda c: cases.case_card(w.rt, c, a, w.case_id)),
    "cases.letters.answer_letter": lambda w, a: letters.answer_letter(
        w.rt, a, things.letter_of(w.rt, w.case_id), {1: "helped"}
    ),
    "cases.letters.letter": lambda w, a: letters.letter(w.rt, a, things.letter_of(w.rt, w.case_id)),
    "cases.referring.revoke": lambda w, a: referring.revoke(w.rt, a, things.letter_of(w.rt, w.case_id)),
    "cases.repair.complete_service": lambda w, a: repair.complete_service(w.rt, a, w.case_id, 1, {}, "так"),
    "cases.repair.fail_service": lambda w, a: repair.fail_service(w.rt, a, w.case_id, 1, None, "", "так"),
    "cases.remedies.repair_view": lambda w, a: w.read(lambda c: remedies.repair_view(w.rt, c, a, w.case_id)),
    "cases.repair.move": lambda w, a: repair.move(w.rt, a, w.case_id, 1, "b", "так"),
    "cases.clock_views.term_page": lambda w, a: w.read(
        lambda c: clock_views.term_page(w.rt, c, a, term_of(w), w.rt.clock.now())
    ),
    "cases.clocks.extend_term": lambda w, a: clocks.extend_term(w.rt, a, term_of(w), 1),
    "cases.clocks.pause_term": lambda w, a: clocks.pause_term(w.rt, a, term_of(w), "ждём документы"),
    "cases.clocks.resume_term": lambda w, a: clocks.resume_term(w.rt, a, term_of(w)),
    "cases.repair.skip": lambda w, a: repair.skip(w.rt, a, w.case_id, 1, {}, "так"),
    "cases.repair.retry": lambda w, a: repair.retry(w.rt, a, w.case_id, 1, "так"),
    "cases.repair.set_variables": lambda w, a: repair.set_variables(w.rt, a, w.case_id, {"а": 1}, "так"),
    "cases.repair.throw_error": lambda w, a: repair.throw_error(w.rt, a, w.case_id, 1, "E", "так"),
    "cases.openings.keep_opening": lambda w, a: openings.keep_opening(w.rt, a, "small", w.person_id, {}),
    "cases.service.cancel_case": lambda w, a: case_service.cancel_case(w.rt, a, w.case_id, "так"),
    "cases.service.complete_task": lambda w, a: case_service.complete_task(w.rt, CompleteTask(a, w.task_id)),
    "cases.service.start_case": lambda w, a: case_service.start_case(
        w.rt, StartCase(a, "small", unit_id=town(w.rt).families)
    ),
    "cases.visibility.require_visible": lambda w, a: w.read(
        lambda c: visibility.require_visible(c, a, w.case_id, row_of(c, w.case_id))
    ),
    # deadlines
    "deadlines.service.add_norm_edition": lambda w, a: deadlines.add_norm_edition(w.rt, a, None),  # type: ignore[arg-type]
    "deadlines.service.confirm_year": lambda w, a: deadlines.confirm_year(w.rt, a, 2026, "акт"),
    "deadlines.service.edit_day": lambda w, a: deadlines.edit_day(
        w.rt, a, Day(DAY, DayKind.HOLIDAY, "праздник", "")
    ),
    "deadlines.service.import_days": lambda w, a: deadlines.import_days(w.rt, a, []),
    "deadlines.service.restore_day": lambda w, a: deadlines.restore_day(w.rt, a, DAY),
    "deadlines.service.load_year": lambda w, a: deadlines.load_year(w.rt, a, 2026),
    # definitions
    "definitions.drafts.forget_upload": lambda w, a: drafts.forget_upload(w.rt, a, 1),
    "definitions.drafts.keep_upload": lambda w, a: drafts.keep_upload(w.rt, a, [Upload("а.bpmn", b"<a/>")]),
    "definitions.drafts.kept_upload": lambda w, a: drafts.kept_upload(w.rt, a, 1),
    "definitions.drafts.publish_upload": lambda w, a: drafts.publish_upload(w.rt, a, 1),
    "definitions.drafts.waiting_uploads": lambda w, a: w.read(lambda c: drafts.waiting_uploads(c, a)),
    "definitions.service.publish": lambda w, a: definitions.publish(w.rt, a, []),
    # documents
    "cases.consents.withdraw_consent": lambda w, a: consents.withdraw_consent(
        w.rt, a, w.case_id, date(2026, 1, 12)
    ),
    "documents.access.attachment_row": lambda w, a: w.read(
        lambda c: paper_access.attachment_row(c, a, w.attachment_id)
    ),
    "documents.access.case_row": lambda w, a: w.read(lambda c: paper_access.case_row(c, a, w.case_id)),
    "documents.access.document_row": lambda w, a: w.read(
        lambda c: paper_access.document_row(c, a, w.document_id)
    ),
    "documents.access.issued_document_row": lambda w, a: w.read(
        lambda c: paper_access.issued_document_row(c, a, w.document_id)
    ),
    "documents.access.own_document_row": lambda w, a: w.read(
        lambda c: paper_access.own_document_row(c, a, w.document_id)
    ),
    "documents.access.require_work": lambda w, a: w.read(
        lambda c: paper_access.require_work(c, a, row_of(c, w.case_id))
    ),
    "documents.making.make_document": lambda w, a: making.make_document(w.rt, a, w.case_id, "D25"),
    "documents.making.preview_on_case": lambda w, a: making.preview_on_case(
        w.rt, a, b"", w.read(lambda c: cases.numbers_of(c, [w.case_id]))[w.case_id]
    ),
    "documents.queries.case_attachments": lambda w, a: w.read(
        lambda c: papers.case_attachments(w.rt, c, a, w.case_id)
    ),
    "documents.queries.case_documents": lambda w, a: w.read(lambda c: papers.case_documents(c, a, w.case_id)),
    "documents.queries.case_papers": lambda w, a: w.read(lambda c: papers.case_papers(w.rt, c, a, w.case_id)),
    "documents.queries.document_card": lambda w, a: w.read(
        lambda c: papers.document_card(c, a, w.document_id)
    ),
    "documents.queries.download_attachment": lambda w, a: papers.download_attachment(
        w.rt, a, w.attachment_id
    ),
    "documents.queries.download_docx": lambda w, a: papers.download_docx(w.rt, a, w.document_id),
    "documents.queries.download_pdf": lambda w, a: papers.download_pdf(w.rt, a, w.document_id),
    "documents.queries.draft": lambda w, a: papers.draft(w.rt, a, w.document_id),
    "documents.signatures.attach_signature": lambda w, a: signatures.attach_signature(
        w.rt, a, w.document_id, bytes.fromhex("06092a864886f70d010702")
    ),
    "documents.service.attach": lambda w, a: documents.attach(w.rt, a, w.case_id, "а.txt", b"1"),
    "documents.service.discard": lambda w, a: documents.discard(w.rt, a, w.document_id, revision=1),
    "documents.service.issue": lambda w, a: documents.issue(w.rt, a, w.document_id, revision=1),
    "documents.service.new_version": lambda w, a: documents.new_version(w.rt, a, w.document_id),
    "documents.service.remove_attachment": lambda w, a: documents.remove_attachment(w.rt, a, w.attachment_id),
    "documents.service.replace_file": lambda w, a: documents.replace_file(
        w.rt, a, w.document_id, "а.docx", docx("а"), revision=1
    ),
    "documents.service.save_texts": lambda w, a: documents.save_texts(
        w.rt, a, w.document_id, {"0": "а"}, revision=1
    ),
    # records
    "records.cars.retire_car": lambda w, a: cars.retire_car(w.rt, a, w.car_id),
    "records.commissions.create_commission": lambda w, a: commissions.create_commission(
        w.rt, a, commissions.NewCommission("family", a.unit_id)
    ),
    "records.commissions.change_commission": lambda w, a: commissions.change_commission(
        w.rt, a, 1, commissions.NewCommission("family", a.unit_id)
    ),
    **SITTINGS,
    "records.commissions.set_members": lambda w, a: commissions.set_members(w.rt, a, 1, []),
    "records.partners.add_partner": lambda w, a: partners.add_partner(
        w.rt, a, town(w.rt).municipality, partners.NewPartner("czn", "Центр занятости")
    ),
    "records.partners.change_partner": lambda w, a: partners.change_partner(
        w.rt, a, 1, partners.NewPartner("czn", "Центр занятости"), active=False
    ),
    "records.measures.close_measure": lambda w, a: measures.close_measure(
        w.rt, a, things.measure_of(w.rt, w.case_id), measures.DONE, ""
    ),
    "records.merging.merge_people": lambda w, a: merging.merge_people(
        w.rt, a, merging.Wanted(w.person_id, w.child_id, 1, 1)
    ),
    "records.merging.merges_of": lambda w, a: w.read(lambda c: merging.merges_of(w.rt, c, a, w.person_id)),
    "records.merging.part_people": lambda w, a: merging.part_people(w.rt, a, things.merged_cards(w.rt)),
    "records.pairs.compare": lambda w, a: pairs.compare(w.rt, a, w.person_id, w.child_id),
    "records.pairs.say_different": lambda w, a: pairs.say_different(w.rt, a, w.person_id, w.child_id),
    "records.queries.family_view": lambda w, a: people.family_view(w.rt, a, w.family_id),
    "records.queries.person_brief": lambda w, a: w.read(
        lambda c: people.person_brief(w.rt, c, a, w.person_id)
    ),
    "records.queries.person_view": lambda w, a: people.person_view(w.rt, a, w.person_id),
    "records.reach.require_family": lambda w, a: w.read(
        lambda c: reach.require_family(c, a, w.family_id, SEE)
    ),
    "records.reach.require_person": lambda w, a: w.read(
        lambda c: reach.require_person(c, a, w.person_id, SEE)
    ),
    "records.reach.require_subject": lambda w, a: w.read(
        lambda c: reach.require_subject(c, a, w.person_id, w.family_id)
    ),
    "records.service.change_settlement": lambda w, a: records.change_settlement(
        w.rt, a, 1, kind="село", name="Новое", rural=True, unit_id=None
    ),
    "worklist.relocation.move_family": lambda w, a: relocation.move_family(
        w.rt, a, w.family_id, things.settlement_of(w.rt), "дом 1"
    ),
    "records.service.add_member": lambda w, a: records.add_member(
        w.rt, a, w.family_id, records.Member(w.person_id, "other"), DAY
    ),
    "records.service.change_person": lambda w, a: records.change_person(
        w.rt, a, w.person_id, LAPSHINA, version=1
    ),
    "records.service.create_family": lambda w, a: records.create_family(
        w.rt, a, [records.Member(w.person_id, "mother")]
    ),
    "records.service.create_person": lambda w, a: records.create_person(
        w.rt, a, LAPSHINA, unit_id=town(w.rt).families
    ),
    "records.service.end_membership": lambda w, a: records.end_membership(
        w.rt, a, w.family_id, w.person_id, DAY
    ),
    "records.sheets.sheet_view": lambda w, a: sheets.sheet_view(w.rt, a, sheet_of(w)),
    "records.service.erase_family": lambda w, a: records.erase_family(w.rt, a, w.family_id, "акт"),
    "records.service.erase_person": lambda w, a: records.erase_person(w.rt, a, w.person_id, "акт"),
    "records.service.rename_family": lambda w, a: records.rename_family(w.rt, a, w.family_id, "семья"),
    # versions
    "versions.impact.judge_upload": lambda w, a: w.read(
        lambda c: impact.judge_upload(w.rt, c, a, [], [], 1.0)
    ),
    "versions.moving.move_case": lambda w, a: moving.move_case(w.rt, a, plan(w), w.case_id, "так"),
    "versions.moving.undo_move": lambda w, a: moving.undo_move(w.rt, a, moved(w), "так"),
    "versions.planning.plan_of": lambda w, a: w.read(
        lambda c: planning.plan_of(c, without_rights(a), plan(w))
    ),
    "versions.planning.plans": lambda w, a: w.read(lambda c: planning.plans(c, without_rights(a))),
    "versions.planning.require_concerned": lambda w, a: planning.require_concerned(without_rights(a)),
    "versions.planning.draft_plan": lambda w, a: w.read(
        lambda c: planning.draft_plan(w.rt, c, a, "small", 1, {})
    ),
    "versions.planning.make_plan": lambda w, a: planning.make_plan(w.rt, a, "small", 1, {}),
    # worklist
    "worklist.candidates.candidates_for": lambda w, a: w.read(
        lambda c: candidates.candidates_for(w.rt, c, a, w.task_id, w.rt.clock.now())
    ),
    "worklist.service.claim": lambda w, a: worklist.claim(w.rt, a, w.task_id),
    "worklist.service.give_back": lambda w, a: worklist.give_back(w.rt, a, w.task_id),
    "worklist.service.keep_late_edits": lambda w, a: worklist.keep_late_edits(w.rt, a, w.task_id, {}),
    "worklist.service.reassign": lambda w, a: worklist.reassign(w.rt, a, w.task_id, None, "так"),
    "worklist.service.save_draft": lambda w, a: worklist.save_draft(w.rt, a, w.task_id, {}),
    "worklist.escalations.decide": lambda w, a: escalations.decide(w.rt, a, term_of(w), "так"),
    "worklist.escalations.escalation_of": lambda w, a: w.read(
        lambda c: escalations.escalation_of(w.rt, c, a, term_of(w), w.rt.clock.now())
    ),
    "worklist.handover.hand_over": lambda w, a: handover.hand_over(
        w.rt, a, w.colleague_id, a.user_id, "ушёл"
    ),
    "worklist.handover.recipients": lambda w, a: handover.recipients(w.rt, a, w.colleague_id),
    "worklist.handover.work_of": lambda w, a: handover.work_of(w.rt, a, w.colleague_id),
    "reports.asked.ask": lambda w, a: reports.ask(w.rt, a, DAY, DAY, town(w.rt).families),
    "worklist.step.step_view": lambda w, a: w.read(
        lambda c: step.step_view(w.rt, c, a, w.task_id, w.rt.clock.now())
    ),
}
"""Whoever has no right, or none that reaches so far, is refused."""


def those(w: World, table: Table, condition: ColumnElement[bool]) -> Any:
    return w.read(lambda c: c.execute(select(table.c.id).where(condition)).all())


SCOPED: dict[str, Call] = {
    "access.absences.absences": lambda w, a: absences.absences(w.rt, a, DAY, DAY),
    "access.absences.led_by": lambda w, a: [
        each for each in absences.led_by(w.rt, a) if each.id != a.user_id
    ],
    "reports.asked.offered_units": lambda w, a: [
        each for each in reports.offered_units(w.rt, a) if each.id == town(w.rt).families
    ],
    "access.queries.journal": lambda w, a: [
        entry for entry in colleagues.journal(w.rt, a) if entry.actor_id == w.colleague_id
    ],
    "cases.queries.case_list": lambda w, a: w.read(lambda c: cases.case_list(w.rt, c, a, active=None)),
    "cases.remedies.standing_count": lambda w, a: w.read(lambda c: remedies.standing_count(c, a)),
    "cases.remedies.standing_cases": lambda w, a: w.read(lambda c: remedies.standing_cases(w.rt, c, a)),
    "cases.visibility.handed_over": lambda w, a: those(w, case_, visibility.handed_over(a)),
    "cases.visibility.handed_over_among": lambda w, a: w.read(
        lambda c: visibility.handed_over_among(c, a, [w.case_id])
    ),
    "cases.visibility.visible": lambda w, a: those(w, case_, visibility.visible(a)),
    "cases.visibility.visible_among": lambda w, a: w.read(
        lambda c: visibility.visible_among(c, a, [w.case_id])
    ),
    "cases.visibility.wholly_visible": lambda w, a: those(w, case_, visibility.wholly_visible(a)),
    "cases.visibility.wholly_visible_among": lambda w, a: w.read(
        lambda c: visibility.wholly_visible_among(c, a, [w.case_id])
    ),
    "cases.visibility.watched": lambda w, a: those(w, case_, visibility.watched(a)),
    "records.measures.measure_page": lambda w, a: w.read(
        lambda c: measures.measure_page(w.rt, c, a, today=date(2026, 1, 12)).rows
    ),
    "records.measures.measures": lambda w, a: w.read(lambda c: measures.measures(w.rt, c, a)),
    "records.pairs.count_pairs": lambda w, a: w.read(lambda c: pairs.count_pairs(c, a)),
    "records.pairs.pairs": lambda w, a: w.read(lambda c: pairs.pairs(w.rt, c, a)),
    "records.queries.duplicates": lambda w, a: [
        found for found in w.read(lambda c: people.duplicates(w.rt, c, a, LAPSHINA)) if found.brief
    ],
    "records.queries.family_labels": lambda w, a: w.read(
        lambda c: people.family_labels(w.rt, c, a, [w.family_id])
    ),
    "records.queries.subject_labels": lambda w, a: w.read(
        lambda c: people.subject_labels(w.rt, c, a, [registers.Subject(w.family_id, w.person_id)])
    ),
    "records.queries.people_labels": lambda w, a: w.read(
        lambda c: people.people_labels(w.rt, c, a, [w.person_id])
    ),
    "records.queries.find_people": lambda w, a: w.read(lambda c: people.find_people(w.rt, c, a, "Лапшина")),
    "records.queries.similar_people": lambda w, a: w.read(lambda c: people.similar_people(w.rt, c, a, "Лап")),
    "records.reach.families_within": lambda w, a: those(w, family, reach.families_within(a, SEE)),
    "records.reach.of_visible_case": lambda w, a: those(w, person, reach.of_visible_case(a)),
    "records.reach.people_within": lambda w, a: those(w, person, reach.people_within(a, SEE)),
    "records.referrals.referrals": lambda w, a: w.read(lambda c: referrals.referrals(c, a, only_open=False)),
    "records.referrals.tallies": lambda w, a: w.read(lambda c: referrals.tallies(c, a, DAY)),
    "records.registers.entries": lambda w, a: w.read(lambda c: registers.entries(c, a, "prevention")),
    "records.keeping.kept_register": lambda w, a: w.read(
        lambda c: keeping.kept_register(w.rt, c, a, "sop", DAY).families
    ),
    "records.keeping.kept_registers": lambda w, a: sum(
        each.families for each in w.read(lambda c: keeping.kept_registers(w.rt, c, a, DAY))
    ),
    "records.sheets.exported": lambda w, a: sheets.exported(w.rt, a, "prevention", [sheet_of(w)], "2026-01"),
    "records.visits.visits_between": lambda w, a: w.read(lambda c: visits.visits_between(c, a, DAY, DAY)),
    "records.search.similar_case_ids": lambda w, a: w.read(
        lambda c: search.similar_case_ids(w.rt, c, a, "Лапшина")
    ),
    "records.search.find_case_ids": lambda w, a: w.read(lambda c: search.find_case_ids(w.rt, c, a, "small")),
    "versions.moving.move_cases": lambda w, a: moving.move_cases(w.rt, a, plan(w), "так"),
    "cases.recalculation_views.moved_page": lambda w, a: w.read(
        lambda c: recalculation_views.moved_page(w.rt, c, a, moved_of(w)).rows
    ),
    "versions.moving.moved_cases": lambda w, a: w.read(lambda c: moving.moved_cases(c, a, plan(w))),
    "versions.moving.undo_moves": lambda w, a: moving.undo_moves(w.rt, a, plan(w), "так"),
    "versions.planning.judge_cases": lambda w, a: w.read(
        lambda c: planning.judge_cases(w.rt, c, a, planning.plan_of(c, SYSTEM, plan(w))).verdicts
    ),
    "versions.planning.judge_running": lambda w, a: w.read(
        lambda c: planning.judge_running(w.rt, c, a, "small", planned(w, c), {}).verdicts
    ),
    "versions.planning.within": lambda w, a: those(w, case_, planning.within(a)),
    "worklist.escalations.escalations": lambda w, a: w.read(
        lambda c: escalations.escalations(w.rt, c, a, w.rt.clock.now())
    ),
    **WATCHED,
    "worklist.service.late_edits": lambda w, a: w.read(
        lambda c: worklist.late_edits(w.rt, c, a, 1, w.task_id)
    ),
}
"""Lists and figures hold nothing of what is out of reach."""


def sheet_of(w: World) -> registers.Subject:
    """The family, with a monitoring sheet of January."""
    subject = registers.Subject(w.family_id, None)
    cells = refreshed({}, {"семья": {"номер": 1, "возраст": []}, "учёт": {}}, DAY)
    with w.rt.database.write() as conn:
        sheets.keep_sheet(w.rt, conn, subject, cells, unit_id=town(w.rt).families, today=DAY)
    return subject


def moved_of(w: World) -> int:
    """A recalculation that moved a term of the case."""
    number_of_term = term_of(w)
    with w.rt.database.write() as conn:
        work = {"started_at": 1, "finished_at": 1, "last_case": 1, "terms": 1, "moved": 1}
        number = int(conn.execute(insert(recalculation).returning(recalculation.c.id), work).scalar_one())
        row = {"term_id": number_of_term, "case_id": w.case_id, "due_before": 1, "due_after": 2}
        conn.execute(insert(moved_term), {"recalculation_id": number, **row})
    return number


def term_of(w: World) -> int:
    """An open term of the case."""
    row = {
        **dict.fromkeys(("norm_id", "event_at", "due_at", "clock", "started_at", "rung", "outcome"), 1),
        "case_id": w.case_id,
        "key": "T30",
    }
    with w.rt.database.write() as conn:
        return int(conn.execute(insert(term).returning(term.c.id), row).scalar_one())


PLANS: dict[int, int] = {}
"""Plans of this run, by the runtime they were made in."""


def plan(w: World) -> int:
    """A plan to move the case to a newer version of its pathway."""
    if id(w.rt) not in PLANS:
        publish_files(w.rt, chain("small", user_task("a"), user_task("b"), user_task("c")))
        PLANS[id(w.rt)] = planning.make_plan(w.rt, SYSTEM, "small", 2, {})
    return PLANS[id(w.rt)]


def planned(w: World, conn: Connection) -> Release:
    """The release that the plan leads to."""
    return w.rt.library.release(planning.plan_of(conn, SYSTEM, plan(w)).release_id)


def moved(w: World) -> int:
    """The number of a move of the case."""
    found = w.read(lambda c: moving.moved_cases(c, SYSTEM, plan(w)))
    return found[0].id if found else moving.move_case(w.rt, SYSTEM, plan(w), w.case_id, "так")


def without_rights(actor: Actor) -> Actor:
    """Plans are numbers and words of the pathway: who may repair anything at all may read them."""
    return replace(actor, grants={})


def row_of(conn: Connection, case_id: int) -> Any:
    return conn.execute(select(case_).where(case_.c.id == case_id)).one()


def public_functions() -> Iterator[str]:
    for room in ROOMS:
        package = importlib.import_module(f"engine.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            found = importlib.import_module(module.name)
            for name, function in inspect.getmembers(found, inspect.isfunction):
                if name.startswith("_") or function.__module__ != module.name:
                    continue
                if HANDLES & set(inspect.signature(function).parameters):
                    yield f"{module.name.removeprefix('engine.')}.{name}"


def test_every_public_function_of_the_rooms_is_listed_once() -> None:
    tables = (REFUSED.keys(), SCOPED.keys(), OWN.keys(), COLLEAGUES, AFTER_A_CHECK, INSIDE)
    listed = [name for table in tables for name in table]
    assert sorted(listed) == sorted(set(listed))
    assert set(public_functions()) - set(listed) == set(), "say who may call it"
    assert set(listed) - set(public_functions()) == set(), "gone: take it off the list"


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_whom_it_does_not_concern_is_refused(world: World, name: str, who: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        REFUSED[name](world, getattr(world, who))


@pytest.mark.parametrize("name", SCOPED)
@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_lists_hold_nothing_of_what_is_out_of_reach(world: World, name: str, who: str) -> None:
    try:
        shown = SCOPED[name](world, getattr(world, who))
    except (NotAllowed, InvalidData):
        return
    assert not shown


def test_pages_reach_the_case_of_somebody_else_through_listed_functions_only() -> None:
    """Pages import no tables: there is no way round these functions."""
    folder = Path(__file__).parents[2] / "webui"
    for module in folder.glob("*.py"):
        for line in module.read_text(encoding="utf-8").splitlines():
            if line.startswith("from engine.") and ".tables import" in line:
                assert _only_constants(line), f"{module.name}: {line}"


def _only_constants(line: str) -> bool:
    """True when only constants (DRAFT, AGENCY) are imported."""
    return all(name.strip().isupper() for name in line.partition(" import ")[2].split(","))
