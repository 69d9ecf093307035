"""Programmes for the regional register: the newest finished one of a family made into a file of a case, and
whether the register has taken it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from engine import bpmn
from engine.access.actors import load_actor
from engine.access.journal import record_action, record_view
from engine.access.queries import names_of
from engine.cases.history import HistoryKind
from engine.cases.locking import state_purpose
from engine.cases.queries import CaseCard
from engine.cases.regional_register import VERSION, Programme, Relative, to_json, to_xlsx
from engine.cases.registering import subject_of
from engine.cases.tables import case_, history
from engine.cases.values import open_values
from engine.cases.visibility import visible
from engine.definitions.operations import Call, operation
from engine.documents.attachments import add_attachment
from engine.documents.files import XLSX, Accepted
from engine.errors import KeyDestroyed
from engine.model import SYSTEM, Actor, Value
from engine.records.queries import people_data
from engine.records.registers import Subject
from engine.records.tables import family_member, person
from engine.records.values import RELATIONS
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.storage.rows import AnyRow

PATHWAY: Final = "p05_export"
SUPPORT, NEED = "сопровождение", "ИППСУ"
FINISHED: Final = {SUPPORT: "p05_work_ut_plan", NEED: "p03_ut_finish_ippsu"}
"""Kind of a programme → the step that finishes it."""

MISSING: Final = {
    SUPPORT: "Плана сопровождения у семьи ещё нет, или он в деле, которое вам не открыто.",
    NEED: "Подписанной ИППСУ у семьи ещё нет, или она в деле, которое вам не открыто.",
}
SEXES: Final = {"f": "женский", "m": "мужской"}


@dataclass(frozen=True, slots=True)
class Export:
    """A programme of a case on its way to the register. `number` and `day` are empty until it is taken."""

    case_id: int
    number: str
    day: date | None

    @property
    def taken(self) -> bool:
        """The register has given a number."""
        return bool(self.number)


@operation("programme.make")
def make(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`программа_чья`: сопровождение or ИППСУ; `правовое_основание`. The newest one that whoever opened the
    case may see is put into the case as JSON and XLSX, and everybody in it noted as looked at.

    Answers `готово`, `почему` not, `дело_программы`, `версия_формата`.
    """
    kind = str(call.inputs.get("программа_чья"))
    actor, subject = load_actor(rt, opened_by(conn, call.case_id)), subject_of(conn, call)
    found = _newest(conn, actor, subject, kind)
    answer: dict[str, Value] = {"версия_формата": Decimal(VERSION), "готово": False, "дело_программы": None}
    if found is None:
        return {**answer, "почему": MISSING.get(kind, "Такой программы нет.")}
    programme = _programme(rt, conn, call, actor, subject, kind, found)
    for name, media_type, content in (
        (".json", "application/json", to_json(programme)),
        (".xlsx", XLSX, to_xlsx(programme)),
    ):
        file = Accepted(f"Программа {found.number}, формат {VERSION}{name}", media_type, content)
        add_attachment(rt, conn, SYSTEM, call.case_id, file)
    details = {"format": VERSION, "people": len(programme.family)}
    record_action(rt, conn, actor, "exported", "case", found.case_id, case_id=call.case_id, details=details)
    return {**answer, "готово": True, "почему": None, "дело_программы": found.number}


def exports_of(rt: Runtime, conn: Connection, card: CaseCard) -> list[Export]:
    """How the programmes of a case went to the register, newest first; for whoever sees the case."""
    about = case_.c.person_id == card.person_id
    if card.family_id is not None:
        about = case_.c.family_id == card.family_id
    wanted = select(case_.c.id, case_.c.key_id, case_.c.state).where(case_.c.process == PATHWAY, about)
    found = []
    for row in conn.execute(wanted.order_by(case_.c.id.desc())):
        known = _known(rt, row.id, row.key_id, row.state)
        if known.get("дело_программы") == card.number:
            taken = known.get("итог_передачи") == "принято"
            number = str(known.get("номер_в_регистре") or "") if taken else ""
            found.append(Export(row.id, number, known.get("дата_передачи") if taken else None))
    return found


def proposal(kind: str) -> dict[str, str]:
    """What is chosen beforehand in the form of the pathway: SUPPORT or NEED."""
    return {"программа_чья": kind}


def opened_by(conn: Connection, case_id: int) -> int:
    """Who opened a case."""
    started = (history.c.case_id == case_id) & (history.c.kind == HistoryKind.STARTED)
    return int(conn.execute(select(history.c.actor_id).where(started)).scalar_one())


def _newest(conn: Connection, actor: Actor, subject: Subject, kind: str) -> AnyRow | None:
    """The last time that the step was finished which finishes such a programme, with its case."""
    step = FINISHED.get(kind)
    wanted: Select[Any] = (
        select(history.c.case_id, history.c.at, history.c.data, case_.c.number, case_.c.key_id, case_.c.state)
        .join_from(history, case_, case_.c.id == history.c.case_id)
        .where(subject.condition(case_), visible(actor), history.c.kind == HistoryKind.COMPLETED)
        .where(history.c.node.in_((step, f"p05_work/{step}")), history.c.data.is_not(None))
        .order_by(history.c.id.desc())
        .limit(1)
    )
    return conn.execute(wanted).one_or_none()


def _programme(
    rt: Runtime, conn: Connection, call: Call, actor: Actor, subject: Subject, kind: str, found: AnyRow
) -> Programme:
    said = open_values(rt.vault, found.key_id, found.data, f"history:{found.case_id}").get("data", {})
    known = _known(rt, found.case_id, found.key_id, found.state)
    zone = rt.calendars.office(call.unit_id).zone
    until = _first(said, known, "программа_до")
    return Programme(
        made_at=call.now.astimezone(zone),
        organisation=rt.directory.tree().unit(call.agency_id).name,
        performer=names_of(conn, {actor.user_id}).get(actor.user_id, ""),
        ground=str(call.inputs.get("правовое_основание") or ""),
        kind=kind,
        case_number=found.number,
        finished_on=from_seconds(found.at).astimezone(zone).date(),
        valid_until=until if isinstance(until, date) else None,
        aim=str(_first(said, known, "цель_сопровождения") or _first(said, known, "цель_программы") or ""),
        category=str(known.get("категория") or ""),
        risk=str(known.get("риск") or ""),
        family=_family(rt, conn, actor, subject, call.case_id),
        services=_listed(said.get("услуги")),
        measures=_listed(said.get("новые_меры") or said.get("мероприятия")),
    )


def _family(
    rt: Runtime, conn: Connection, actor: Actor, subject: Subject, case_id: int
) -> Sequence[Relative]:
    """Everybody who is in the family now, each look noted."""
    wanted: Select[Any] = select(person.c.id, person.c.key_id, person.c.data)
    if subject.family_id is None:
        wanted = wanted.where(person.c.id == subject.person_id)
    else:
        now = (family_member.c.family_id == subject.family_id) & family_member.c.last_day.is_(None)
        wanted = wanted.join(family_member, family_member.c.person_id == person.c.id).where(now)
    rows = conn.execute(wanted.order_by(person.c.id)).all()
    members = select(family_member.c.person_id, family_member.c.relation).where(
        family_member.c.family_id == subject.family_id, family_member.c.last_day.is_(None)
    )
    relations = {row.person_id: row.relation for row in conn.execute(members)}
    found = []
    for row, data in zip(rows, people_data(rt, rows), strict=True):
        if data is None:
            continue
        record_view(rt, conn, actor, "person", row.id, case_id=case_id)
        found.append(
            Relative(
                relation=str(RELATIONS.get(relations.get(row.id, ""), "")),
                family_name=data.name.family,
                given_name=data.name.given,
                patronymic=data.name.patronymic,
                sex=SEXES.get(data.sex, ""),
                birth=data.birth,
                snils=data.snils,
                address=data.address,
            )
        )
    return found


def _first(said: Mapping[str, Value], known: Mapping[str, Value], name: str) -> Value:
    """What the finishing step said, or else the case."""
    return said.get(name) or known.get(name)


def _listed(given: Value) -> list[Mapping[str, Any]]:
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def _known(rt: Runtime, case_id: int, key_id: int, state: bytes | None) -> dict[str, Value]:
    """The variables of a case; nothing once it was erased."""
    if state is None:
        return {}
    try:
        return bpmn.variables(rt.vault.open(key_id, state, state_purpose(case_id)))
    except KeyDestroyed:
        return {}
