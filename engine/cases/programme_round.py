"""Programmes that nobody has handed to the regional register yet: found once a month, and proposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, select

from engine import bpmn
from engine.access.actors import load_actor
from engine.cases.family_sheet import who_did
from engine.cases.history import HistoryKind
from engine.cases.locking import state_purpose
from engine.cases.programme_export import FINISHED, PATHWAY, SUPPORT
from engine.cases.service import open_case
from engine.cases.tables import case_, history
from engine.cases.visibility import visible
from engine.definitions.operations import Call, operation
from engine.errors import KeyDestroyed
from engine.model import StartCase, Value
from engine.records.registers import Subject
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow

LAW: Final = "442-ФЗ, ст. 26"
"""The ground that the form of the pathway proposes too."""

LOOK_BACK: Final = timedelta(days=92)
"""What was finished earlier is proposed no more: three rounds have named it."""

MOST: Final = 100
"""Programmes of one round; the others come with the next."""

_KINDS: Final = {f"p05_work/{FINISHED[SUPPORT]}": SUPPORT, **{step: kind for kind, step in FINISHED.items()}}
"""Node of the step that finishes a programme → its kind."""


@operation("programme.waiting")
def waiting(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """Answers `ждут` [{дело, вид, название}]: programmes of the municipality, the oldest first, that
    nobody has begun to hand over since they were finished.
    """
    tree = rt.directory.tree()
    here = case_.c.unit_id.in_(tree.below(tree.municipality(call.unit_id)))
    rows = _finished(conn, here, to_seconds(call.now - LOOK_BACK))
    handed = _handed(rt, conn, rows)
    zone = rt.calendars.office(call.unit_id).zone
    found: list[Value] = [
        {
            "дело": row.number,
            "вид": _KINDS[row.node],
            "название": _title(row, zone),
        }
        for row in rows
        if handed.get((_about(row), _KINDS[row.node]), 0) < row.at
    ]
    return {"ждут": found[:MOST]}


@operation("programme.open")
def open_chosen(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`дела`: numbers among `ждут` {дело, вид} that were chosen in the step `шаг`. A case of the hand-over is
    opened for each that whoever chose may see.

    Answers `открыто`: how many, `не_открыто`: numbers of the others.
    """
    actor = load_actor(rt, who_did(conn, call))
    kinds = {each["дело"]: each["вид"] for each in call.inputs.get("ждут") or ()}
    chosen = [str(each) for each in call.inputs.get("дела") or () if each in kinds]
    rows = conn.execute(select(case_).where(case_.c.number.in_(chosen), visible(actor))).all()
    for row in rows:
        label = rt.vault.open(row.key_id, row.label, "case.label").decode()
        command = StartCase(
            actor,
            PATHWAY,
            {"программа_чья": kinds[row.number], "правовое_основание": LAW},
            person_id=row.person_id,
            family_id=row.family_id,
            label=label,
            unit_id=row.unit_id,
            request_key=f"programme-{call.case_id}-{row.id}",
        )
        open_case(rt, conn, command)
    opened = {row.number for row in rows}
    return {"открыто": Decimal(len(opened)), "не_открыто": [each for each in chosen if each not in opened]}


def _finished(conn: Connection, here: ColumnElement[bool], since: int) -> list[AnyRow]:
    """The last time that each case's programme was finished, the oldest first."""
    wanted: Select[Any] = (
        select(case_.c.number, case_.c.family_id, case_.c.person_id, history.c.node, history.c.at)
        .join_from(case_, history, history.c.case_id == case_.c.id)
        .where(
            here, history.c.kind == HistoryKind.COMPLETED, history.c.node.in_(_KINDS), history.c.at >= since
        )
        .order_by(history.c.id)
    )
    last = {row.number: row for row in conn.execute(wanted)}
    return sorted(last.values(), key=lambda row: row.at)


def _handed(rt: Runtime, conn: Connection, finished: Iterable[AnyRow]) -> dict[tuple[Subject, str], int]:
    """When a hand-over was last begun about each of these families, by the kind of the programme."""
    families = [row.family_id for row in finished if row.family_id]
    people = [row.person_id for row in finished if row.family_id is None]
    about = case_.c.family_id.in_(families) | (case_.c.family_id.is_(None) & case_.c.person_id.in_(people))
    found: dict[tuple[Subject, str], int] = {}
    for row in conn.execute(select(case_).where(case_.c.process == PATHWAY, about).order_by(case_.c.id)):
        found[_about(row), _kind(rt, row)] = row.started_at
    return found


def _title(row: AnyRow, zone: tzinfo) -> str:
    """How the step that chooses calls it."""
    day = f"{from_seconds(row.at).astimezone(zone):%d.%m.%Y}"
    return f"дело № {row.number}: {_KINDS[row.node]}, от {day}"


def _about(row: AnyRow) -> Subject:
    return Subject.of(row.family_id, row.person_id)


def _kind(rt: Runtime, row: AnyRow) -> str:
    """Which programme a case hands over; nothing once it was erased."""
    if row.state is None:
        return ""
    try:
        known = bpmn.variables(rt.vault.open(row.key_id, row.state, state_purpose(row.id)))
    except KeyDestroyed:
        return ""
    return str(known.get("программа_чья") or "")
