"""Keeping the promise of a step: the document that its diagram names, made from the template of the release.

`prepare_document` reads and fills outside any transaction, `store_document` writes; both are called by the
outbox. `make_document` does the same when a person asks for a document again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, select

from engine import bpmn
from engine.access.journal import record_view
from engine.access.policy import ROLES
from engine.access.tables import account
from engine.cases.history import HistoryKind
from engine.cases.letters import annex
from engine.cases.locking import state_purpose
from engine.cases.outbox import Promise
from engine.cases.referring import asked_for
from engine.cases.tables import case_, history
from engine.cases.values import open_values
from engine.cases.visibility import require_whole
from engine.deadlines.due import last_day_words
from engine.deadlines.queries import case_terms
from engine.definitions.library import Release
from engine.documents import context
from engine.documents.access import case_row, require_step_of
from engine.documents.service import add_draft
from engine.documents.signers import commission_of_unit, commission_that_sat, doers_of, head_of, named
from engine.documents.workshop import Made, workshop
from engine.errors import NotFound
from engine.model import SYSTEM, Actor, Clock, Permission, Value
from engine.records.partners import KINDS, meant
from engine.records.service import person_purpose
from engine.records.tables import person
from engine.records.values import IdentityDocument, PersonData, from_json
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.worklist.tables import task

_CASE = select(case_).where(case_.c.id == bindparam("case_id"))
_BY_NUMBER = select(case_).where(case_.c.number == bindparam("number"))
_STEP_DATA = (
    select(history.c.data)
    .where(
        history.c.case_id == bindparam("case_id"),
        history.c.task_id == bindparam("task_id"),
        history.c.kind == HistoryKind.COMPLETED,
        history.c.data.is_not(None),
    )
    .order_by(history.c.id.desc())
    .limit(1)
)
_CLOSED_BY = select(task.c.closed_by).where(task.c.id == bindparam("task_id"))
_ACCOUNT = select(account).where(account.c.id == bindparam("account_id"))
_PERSON = select(person.c.id, person.c.key_id, person.c.data).where(person.c.id == bindparam("person_id"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A filled document on its way into the case file."""

    made: Made
    task_id: int | None
    made_by: int


def prepare_document(rt: Runtime, promise: Promise) -> Prepared:
    """Fill the template that the step promised. NotFound when the release has no such template."""
    case_id = promise.case_id or 0
    payload = promise.payload
    return _prepared(rt, case_id, str(payload["template"]), int(payload["task"]), payload.get("known"))


def store_document(rt: Runtime, conn: Connection, promise: Promise, prepared: Prepared) -> None:
    """Put the filled document into the case file."""
    add_draft(
        rt,
        conn,
        SYSTEM,
        prepared.made,
        case_id=promise.case_id or 0,
        key_id=promise.key_id,
        template=str(promise.payload["template"]),
        task_id=prepared.task_id,
        made_by=prepared.made_by,
    )


def make_document(
    rt: Runtime, actor: Actor, case_id: int, template: str, *, task_id: int | None = None
) -> int:
    """A draft of the template with what the case knows now; its number."""
    require_step_of(case_id, task_id)
    with rt.database.read() as conn:
        case = case_row(conn, actor, case_id, Permission.DOCUMENT_ISSUE)
        require_whole(actor, case)
    prepared = _prepared(rt, case_id, template, task_id)
    with rt.database.write() as conn:
        return add_draft(
            rt,
            conn,
            actor,
            prepared.made,
            case_id=case_id,
            key_id=case.key_id,
            template=template,
            task_id=task_id,
        )


def preview_on_case(rt: Runtime, actor: Actor, content: bytes, number: str) -> bytes:
    """A template that need not be published, filled for the case of that number as DOCX; nothing is kept, and
    the look into the case is journalled.
    """
    with rt.database.write() as conn:
        row = conn.execute(_BY_NUMBER, {"number": number.strip()}).one_or_none()
        if row is None:
            raise NotFound(f"Дела № {number.strip()} нет.", "Проверьте номер и повторите.")
        require_whole(actor, case_row(conn, actor, row.id))
        record_view(rt, conn, actor, "case", row.id, case_id=row.id)
        known = _variables(rt, conn, row, None, {})
        values = _context(rt, conn, rt.library.release(row.release_id), row, known, 0)
    return workshop.fill(content, values).content


def _prepared(
    rt: Runtime,
    case_id: int,
    template: str,
    task_id: int | None,
    called_knew: Mapping[str, Value] | None = None,
) -> Prepared:
    with rt.database.read() as conn:
        row = conn.execute(_CASE, {"case_id": case_id}).one_or_none()
        if row is None:
            raise NotFound(f"Дела № {case_id} нет.")
        release = rt.library.release(row.release_id)
        content = release.template(template)
        if content is None:
            raise NotFound(
                f"Шаблона документа «{template}» нет среди опубликованных.",
                "Опубликуйте файл DOCX с этим именем; документ сделается сам.",
            )
        made_by = conn.execute(_CLOSED_BY, {"task_id": task_id}).scalar_one_or_none() or 0
        known = _variables(rt, conn, row, task_id, called_knew or {})
        values = _context(rt, conn, release, row, known, made_by)
    return Prepared(workshop.fill(content, values), task_id, made_by)


def _context(
    rt: Runtime, conn: Connection, release: Release, row: Row[Any], known: dict[str, Value], made_by: int
) -> dict[str, Value]:
    about = _person(rt, conn, row.person_id)
    agency = rt.directory.tree().unit(row.agency_id)
    zone = ZoneInfo(rt.directory.tree().unit(row.unit_id).zone)
    head = head_of(rt, conn, row.unit_id)
    return context.build(
        case=context.CaseFacts(
            number=row.number,
            label=rt.vault.open(row.key_id, row.label, "case.label").decode(),
            process=release.process(row.process).name,
            filed_at=from_seconds(row.filed_at).astimezone(zone),
        ),
        organisation=context.Organisation(
            agency.name, agency.short_name, agency.address, head.name, head.post
        ),
        person=_person_facts(about),
        representative=_representative(about),
        performer=_performer(rt, conn, release, row, made_by),
        steps=doers_of(conn, row.id),
        roles={
            **commission_of_unit(rt, conn, row.unit_id),
            **commission_that_sat(rt, conn, _sitting(known)),
        },
        terms=_terms(rt, conn, row),
        variables=known,
        labels=_labels(release, row.process),
        today=rt.clock.now().astimezone(zone).date(),
        demo=rt.settings.demo,
    )


def _variables(
    rt: Runtime, conn: Connection, row: Row[Any], task_id: int | None, called_knew: Mapping[str, Value]
) -> dict[str, Value]:
    """What the case knows, over it what the called pathway knew, over both the answers of the step itself."""
    known: dict[str, Value] = {}
    if row.state is not None:
        known.update(bpmn.variables(rt.vault.open(row.key_id, row.state, state_purpose(row.id))))
    known.update(called_knew)
    if listed := annex(rt, conn, row.id):
        known[context.ANNEX] = listed
    noted = conn.execute(_STEP_DATA, {"case_id": row.id, "task_id": task_id}).scalar_one_or_none()
    if noted is not None:
        known.update(open_values(rt.vault, row.key_id, noted, f"history:{row.id}").get("data", {}))
    if known.get("партнёр"):
        known[context.ADDRESSEE] = _addressee(rt, conn, row.unit_id, known)
    return known


def _addressee(rt: Runtime, conn: Connection, unit_id: int, known: Mapping[str, Value]) -> str:
    """The organisation as the page «Партнёры» has it; its kind where none is kept there any more."""
    kind, named = asked_for(known)
    found = meant(conn, rt.directory.tree().municipality(unit_id), kind, named)
    return found[0].name if found else KINDS.get(kind, kind)


def _sitting(known: Mapping[str, Value]) -> str:
    """The number of the sitting whose decision the case has got; empty where none decided."""
    minutes = known.get("протокол") or known.get("протокол_комиссии")
    return str(minutes.get("заседание") or "") if isinstance(minutes, Mapping) else ""


def _terms(rt: Runtime, conn: Connection, row: Row[Any]) -> dict[str, context.PrintedTerm]:
    """The newest term of each norm: of a paused one, or one up to a sitting that is not planned, no day."""
    calendar, office = rt.calendars.calendar(row.unit_id), rt.calendars.office(row.unit_id)
    now, found = rt.clock.now(), {}
    for each in case_terms(conn, row.id):
        norm, due = rt.calendars.norm_by_id(each.norm_id), each.due.at
        until = ""
        if due is not None and each.clock is not Clock.PAUSED:
            until = last_day_words(due, now, calendar, office, norm)
        found[each.key] = context.PrintedTerm(until, norm.norm_words, norm.ground_words)
    return found


def _labels(release: Release, process: str) -> dict[str, dict[Value, str]]:
    """Labels of all forms of the pathway and of the pathways it calls."""
    found: dict[str, dict[Value, str]] = {}
    todo, seen = [process], set[str]()
    while todo:
        key = todo.pop()
        if key in seen:
            continue
        seen.add(key)
        called = release.process(key)
        todo.extend(called.calls)
        for form in called.forms:
            for name, labels in context.labels_of(release.form(form).fields).items():
                found.setdefault(name, {}).update(labels)
    return found


def _person(rt: Runtime, conn: Connection, person_id: int | None) -> PersonData | None:
    row = conn.execute(_PERSON, {"person_id": person_id}).one_or_none() if person_id is not None else None
    if row is None or row.data is None:
        return None
    return from_json(rt.vault.open_value(row.key_id, row.data, person_purpose(row.id)))


def _person_facts(data: PersonData | None) -> context.Person | None:
    if data is None:
        return None
    papers = _papers(data.document) if data.document else ""
    return context.Person(data.name, data.sex, data.birth, data.address, data.phone, papers, data.snils)


def _papers(papers: IdentityDocument) -> str:
    number = f"№ {papers.number}" if papers.number else ""
    issued = " ".join(part for part in (papers.issued_by, papers.issued_on) if part)
    shown = " ".join(part for part in (papers.kind, papers.series, number) if part)
    return f"{shown}, выдан {issued}" if issued else shown


def _representative(data: PersonData | None) -> context.Representative | None:
    if data is None or data.representative is None:
        return None
    found = data.representative
    return context.Representative(found.name, found.relation, found.paper)


def _performer(
    rt: Runtime, conn: Connection, release: Release, case: Row[Any], made_by: int
) -> context.Performer:
    """Who finished the step; of what the program made, whoever answers for the case; else role and unit."""
    found = conn.execute(_ACCOUNT, {"account_id": made_by or case.owner_id}).one_or_none()
    if found is not None:
        return named(found)
    role = next((ROLES.get(each, "") for each in release.process(case.process).owners), "")
    unit = rt.directory.tree().unit(case.unit_id).name
    return context.Performer(post=", ".join(part for part in (role, unit) if part))
