"""Telling the participants of visits that the schedule has changed: who was to come, and who lends cars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, insert

from engine.access.queries import holders
from engine.records import calling_off
from engine.records.crews import FULL_CREW, asked_for, members_of
from engine.records.registers import Subject
from engine.records.schedules import Agreement
from engine.records.visits import Visit
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.worklist.notices import VISITS_BACK, VISITS_MOVED, VISITS_OFF, VISITS_PLANNED
from engine.worklist.tables import notice

SCHEDULE_CREW = (*FULL_CREW, "education")
"""Services that agreed to the schedule of the year."""

DISPATCHER = "R18"


def visits_are_needless(
    rt: Runtime, conn: Connection, subject: Subject, reason: str, *, case_id: int, unit_id: int
) -> int:
    """Visits ahead are called off for a reason that names nobody, and their participants told; how many."""
    found = calling_off.call_off(conn, subject, _today(rt, unit_id), reason, case_id=case_id)
    return _tell(rt, conn, VISITS_OFF, found, case_id=case_id, unit_id=unit_id)


def visits_come_back(rt: Runtime, conn: Connection, subject: Subject, *, case_id: int, unit_id: int) -> int:
    """Visits that were called off lie ahead again, and their participants are told; how many."""
    found = calling_off.put_back(conn, subject, _today(rt, unit_id))
    return _tell(rt, conn, VISITS_BACK, found, case_id=case_id, unit_id=unit_id)


def visits_go_along(
    rt: Runtime, conn: Connection, subject: Subject, *, settlement_id: int, unit_id: int
) -> int:
    """Visits ahead go to where the family lives now, and their participants are told; how many."""
    today = _today(rt, unit_id)
    found = calling_off.take_along(conn, subject, today, settlement_id=settlement_id, unit_id=unit_id)
    return _tell(rt, conn, VISITS_MOVED, found, case_id=None, unit_id=unit_id)


def schedule_is_approved(
    rt: Runtime, conn: Connection, agreements: Iterable[Agreement], *, case_id: int, unit_id: int
) -> None:
    """Everybody of the services who was asked about the schedule hears that it holds, and the dispatchers."""
    asked = {each.account_id for each in agreements}
    _notify(rt, conn, VISITS_PLANNED, asked | _dispatchers(rt, unit_id), case_id)


def _tell(
    rt: Runtime, conn: Connection, kind: str, found: Sequence[Visit], *, case_id: int | None, unit_id: int
) -> int:
    """One notice for each participant, however many visits there are."""
    if found:
        _notify(rt, conn, kind, _participants(rt, conn, found, unit_id), case_id)
    return len(found)


def _notify(
    rt: Runtime, conn: Connection, kind: str, people: Iterable[int | None], case_id: int | None
) -> None:
    told = {"at": to_seconds(rt.clock.now()), "kind": kind, "rung": 0, "case_id": case_id}
    rows = [{**told, "account_id": person} for person in sorted(filter(None, people))]
    if rows:
        conn.execute(insert(notice), rows)


def _participants(rt: Runtime, conn: Connection, found: Sequence[Visit], unit_id: int) -> set[int | None]:
    """Who said that they come; who agreed to the schedule where nobody was asked yet; dispatchers."""
    tree = rt.directory.tree()
    asked = members_of(conn, [each.id for each in found])
    people = {member.account_id for members in asked.values() for member in members if member.comes}
    if any(each.id not in asked for each in found):
        people |= {each.account_id for each in asked_for(conn, tree, unit_id, SCHEDULE_CREW)}
    return people | _dispatchers(rt, unit_id)


def _dispatchers(rt: Runtime, unit_id: int) -> set[int | None]:
    tree = rt.directory.tree()
    return {each.id for each in holders(rt, [DISPATCHER], tree.below(tree.municipality(unit_id)))}


def _today(rt: Runtime, unit_id: int) -> date:
    return rt.clock.now().astimezone(rt.calendars.office(unit_id).zone).date()
