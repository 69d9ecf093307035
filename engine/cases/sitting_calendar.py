"""The calendar of sittings becomes cases, and a question that can't wait for its sitting says so.

A sitting that was planned is opened as a case on the morning of the day its agenda is closed; a written poll
as a case of its own pathway. A question whose term ends before its commission sits asks for a sooner sitting:
the pathway that put it gets `msg.sitting_needed`, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import Connection, bindparam, select, update

from engine.cases.keys import key_token
from engine.cases.messages import deliver_to
from engine.cases.service import open_case
from engine.cases.tables import ACTIVE, case_, wait
from engine.deadlines.tables import term
from engine.definitions.operations import Call, operation
from engine.errors import MarshrutError, StepFailed
from engine.model import FAR_FUTURE, SYSTEM, StartCase, Value
from engine.records import service as records
from engine.records.agenda import urged
from engine.records.commissions import FAMILY, ON_DEMAND, Commission, commission_for, commission_of
from engine.records.sitting_plan import call_sitting, next_days
from engine.records.sittings import CANCELLED, PLANNED, POLL, take_sitting
from engine.records.tables import ON_AGENDA, WAITING, agenda_item, commission, sitting
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow

log = structlog.get_logger(__name__)

SITTING_DAY, POLL_DAY, NEEDED = "msg.sitting_day", "msg.poll_day", "msg.sitting_needed"
NOT_OPENED = "день прошёл, заседание не открыли"

_DUE = (
    select(
        sitting.c.id,
        sitting.c.commission_id,
        sitting.c.day,
        sitting.c.rule_day,
        sitting.c.poll,
        sitting.c.reason,
    )
    .where(
        sitting.c.status == PLANNED,
        sitting.c.case_id.is_(None),
        sitting.c.opens_at.is_not(None),
        sitting.c.opens_at <= bindparam("now"),
    )
    .order_by(sitting.c.opens_at, sitting.c.id)
)
SITTINGS_BEGIN = _DUE.order_by(None).exists()
_GIVE_UP = (
    update(sitting)
    .where(sitting.c.id == bindparam("the_sitting"), sitting.c.case_id.is_(None))
    .values(status=CANCELLED, followed=False, reason=NOT_OPENED)
)
_OPEN = agenda_item.c.status.in_((WAITING, ON_AGENDA)) & agenda_item.c.urged_at.is_(None)
_WAITING = (
    select(
        agenda_item.c.id,
        agenda_item.c.case_id,
        agenda_item.c.commission_id,
        agenda_item.c.key,
        case_.c.number,
        case_.c.unit_id,
        commission.c.kind,
        commission.c.weekday,
        term.c.due_at,
        sitting.c.day.label("heard_on"),
    )
    .join_from(agenda_item, case_, case_.c.id == agenda_item.c.case_id)
    .join(commission, commission.c.id == agenda_item.c.commission_id)
    .join(sitting, sitting.c.case_id == agenda_item.c.sitting_case_id, isouter=True)
    .join(
        term,
        (term.c.case_id == agenda_item.c.case_id)
        & (term.c.key == agenda_item.c.term)
        & term.c.ended_at.is_(None)
        & term.c.task_id.is_(None),
        isouter=True,
    )
    .where(_OPEN, case_.c.status == ACTIVE)
    .order_by(agenda_item.c.id)
)
QUESTIONS_WAIT = _WAITING.order_by(None).exists()
_HEARD_ON = (
    select(sitting.c.id)
    .join_from(agenda_item, sitting, sitting.c.case_id == agenda_item.c.sitting_case_id)
    .where(
        agenda_item.c.case_id == bindparam("case_id"),
        agenda_item.c.status == ON_AGENDA,
        sitting.c.day == bindparam("the_day"),
        sitting.c.status == PLANNED,
    )
    .limit(1)
)
_AWAITS = select(wait.c.id).where(
    wait.c.case_id == bindparam("case_id"), wait.c.name == NEEDED, wait.c.key == bindparam("key")
)


def open_sittings(rt: Runtime) -> int:
    """Open the cases of the sittings whose preparation begins; one commit a sitting. One whose day has passed
    meanwhile is called off.
    """
    now = to_seconds(rt.clock.now())
    with rt.database.read() as conn:
        due = conn.execute(_DUE, {"now": now}).all()
        current = rt.library.current(conn) if due else None
    if current is None:
        return 0
    begun = {poll: current.started_by(POLL_DAY if poll else SITTING_DAY) for poll in (False, True)}
    return sum(_open(rt, row, begun[row.poll]) for row in due)


def _open(rt: Runtime, row: AnyRow, begun: tuple[str, str] | None) -> bool:
    """`begun`: pathway and start event; without one the sitting waits for its diagram."""
    if begun is None:
        return False
    process, start_event = begun
    day = date.fromisoformat(row.day)
    try:
        with rt.database.write() as conn:
            known = commission_of(conn, row.commission_id)
            if day < records.today(rt, known.unit_id):
                conn.execute(_GIVE_UP, {"the_sitting": row.id})
                return True
            command = StartCase(
                SYSTEM,
                process,
                _facts(known, row, day),
                label=f"Письменный опрос до {day:%d.%m.%Y}" if row.poll else f"Заседание {day:%d.%m.%Y}",
                unit_id=known.unit_id,
                start_event=start_event,
                request_key=f"sitting-{row.id}",
            )
            take_sitting(conn, row.id, open_case(rt, conn, command, check_form=False).id)
    except MarshrutError as error:
        log.warning("sitting.failed", reason=type(error).__name__)
        return False
    return True


def _facts(known: Commission, row: AnyRow, day: date) -> Mapping[str, Value]:
    """What the form of a sitting, or of a poll, would say."""
    if row.poll:
        return {"вид_комиссии": known.kind, "дата_заседания": day, "повод_внеочередного": row.reason}
    extra = row.rule_day is None
    return {
        "вид_комиссии": known.kind,
        "дата_заседания": day,
        "время_заседания": known.hour,
        "место": known.place or "—",
        "порядок": "очно",
        "внеочередное": extra,
        "повод_внеочередного": row.reason if extra else None,
    }


@operation("commission.call")
def call_sooner(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`вид_комиссии`, `дата`, `порядок`, `повод`: a sooner sitting, or a written poll, for the calendar."""
    day = call.inputs.get("дата")
    if isinstance(day, datetime):
        day = day.date()
    if not isinstance(day, date) or day < records.today(rt, call.unit_id):
        raise StepFailed("Не сказано, на какой день назначить заседание.", "Исправьте день в данных дела.")
    if conn.execute(_HEARD_ON, {"case_id": call.case_id, "the_day": day.isoformat()}).scalar() is not None:
        return {}  # a sitting of that day has it on its agenda already
    commission_id = commission_for(rt, conn, str(call.inputs.get("вид_комиссии") or FAMILY), call.unit_id)
    why = str(call.inputs.get("повод") or "")
    call_sitting(rt, conn, commission_id, day, why, poll=call.inputs.get("порядок") == POLL)
    return {}


def urge(rt: Runtime) -> int:
    """Ask for a sooner sitting where a term will not wait; how many pathways were told."""
    with rt.database.read() as conn:
        waiting = conn.execute(_WAITING).all()
        if not waiting:
            return 0
        today = records.today(rt, waiting[0].unit_id)
        planned = next_days(conn, {row.commission_id for row in waiting}, today)
    return sum(_urge(rt, row, planned.get(row.commission_id)) for row in waiting)


def _urge(rt: Runtime, row: AnyRow, planned: date | None) -> bool:
    hears = date.fromisoformat(row.heard_on) if row.heard_on else planned
    until = _until(rt, row)
    if not _too_late(rt, row, hears, until):
        return False
    with rt.database.write() as conn:
        urged(conn, row.id, rt.clock.now())
        key = key_token(rt.vault, row.key or row.number)
        found = conn.execute(_AWAITS, {"case_id": row.case_id, "key": key}).scalar()
        if found is None:
            return False
        told: dict[str, Value] = {"решить_до": until, "ближайшее_заседание": hears}
        deliver_to(rt, conn, row.case_id, found, NEEDED, told)
    return True


def _until(rt: Runtime, row: AnyRow) -> date | None:
    """The last day for the decision; None where no term runs, or it stands still."""
    if row.due_at is None or row.due_at == FAR_FUTURE:
        return None
    due = from_seconds(int(row.due_at))
    return due.astimezone(rt.calendars.office(row.unit_id).zone).date()


def _too_late(rt: Runtime, row: AnyRow, hears: date | None, until: date | None) -> bool:
    """A sitting is planned, but after the term; or none is, and a working day is left. Without a term only
    a commission that sits by nobody's rule has to be called.
    """
    if until is None:
        return hears is None and row.weekday is None and row.kind in ON_DEMAND
    if hears is not None:
        return hears > until
    calendar = rt.calendars.calendar(row.unit_id)
    return records.today(rt, row.unit_id) >= calendar.previous_working(until - timedelta(1))
