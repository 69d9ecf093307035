"""Writing down what one step changed: the one place where state, tasks, waits, terms, history and outbox are
written.

At most one statement for each table, so that a completion stays within its twelve: the case is updated,
tasks are closed,
tasks are opened, waits end, waits begin, terms end, terms begin, history, outbox, incidents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, update

from engine.access.policy import ROLES
from engine.access.queues import queue_for, queue_of
from engine.cases.closing import before_the_end
from engine.cases.giving_up import tell_given_up
from engine.cases.history import HistoryKind
from engine.cases.journal import write_history
from engine.cases.keys import key_token
from engine.cases.locking import LockedCase, state_purpose
from engine.cases.tables import ENDED, case_, incident, outbox, wait
from engine.cases.terms import TermBook
from engine.cases.values import seal_values
from engine.definitions.library import Release
from engine.errors import Conflict, NotFound
from engine.model import (
    FAR_FUTURE,
    Actor,
    Located,
    OpenTask,
    StepResult,
    Value,
    Wait,
    WaitKind,
    task_id,
)
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from engine.storage.prepared import Prepared
from engine.worklist.tables import CANCELLED, DONE, OPEN, task

_SEEN_CASE = update(case_).where(case_.c.id == bindparam("the_case"), case_.c.version == bindparam("seen"))
_STEP_COLUMNS = ("version", "state", "stage", "phase", "owner_id")
_UPDATE_CASE = Prepared(_SEEN_CASE.values({name: bindparam(name) for name in _STEP_COLUMNS}))
_END_CASE = Prepared(
    _SEEN_CASE.values(
        {name: bindparam(name) for name in (*_STEP_COLUMNS, "ended_at", "end_event")} | {"status": ENDED}
    )
)
"""Apart, because to name `status` costs an entry of the index of running cases, even where it stays."""
_CLOSE_TASK = Prepared(
    update(task)
    .where(task.c.id == bindparam("the_task"), task.c.status == OPEN)
    .values(
        status=bindparam("status"),
        closed_at=bindparam("closed_at"),
        closed_by=bindparam("closed_by"),
        draft=None,
        draft_at=None,
        draft_by=None,
    )
)
_FILE_CASE = update(case_).where(case_.c.id == bindparam("the_case")).values(filed_at=bindparam("filed_at"))
_OPEN_TASK = Prepared(insert(task))
_BEGIN_WAIT = Prepared(insert(wait))
_FOLLOW_TERM = Prepared(
    update(wait)
    .where(wait.c.case_id == bindparam("the_case"), wait.c.term == bindparam("the_term"))
    .values(due_at=bindparam("moment"))
)
"""A timer may be armed before its term starts (a watch over the whole case): it gets its moment then."""
_END_WAIT = Prepared(delete(wait).where(wait.c.id == bindparam("the_wait")))
_WRITE_OUTBOX = Prepared(insert(outbox))
_WRITE_INCIDENT = insert(incident)
_SOLVE_INCIDENT = (
    update(incident)
    .where(incident.c.element == bindparam("the_element"), incident.c.solved_at.is_(None))
    .values(solved_at=bindparam("solved_at"), solved_by=bindparam("solved_by"))
)


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done to the case, by whom and when: becomes the history row of the step."""

    kind: HistoryKind
    actor: Actor
    now: datetime
    node: str | None = None
    task_id: int | None = None
    data: Mapping[str, Value] = field(default_factory=dict)
    on_behalf_of: int | None = None


def record_step(
    rt: Runtime, conn: Connection, release: Release, case: LockedCase, result: StepResult, deed: Deed
) -> None:
    """Write everything `result` changed. The caller holds the case's lock and commits once."""
    book = TermBook(rt, conn, case, deed.now, result.variables)
    steps = [(passed.cancelled, release.step(case.process, case.ref(passed))) for passed in result.passed]
    completed = [info for cancelled, info in steps if not cancelled]
    book.give_up_rests([info for cancelled, info in steps if cancelled], completed)
    for info in completed:
        if info.filed:
            _file(rt, conn, case, result.variables.get(info.filed))
        book.pass_node(info)
    opened = [_task_row(rt, conn, release, case, book, found, deed.now) for found in result.opened]
    closing = _closing_rows(case, result, deed)
    book.end_of_tasks(
        (task_id(case.id, e) for e in result.closed), (task_id(case.id, e) for e in result.cancelled)
    )
    if result.ended:
        before_the_end(rt, conn, case, deed.actor)
        book.end_all()

    _update_case(rt, conn, case, result, deed)
    if closing:
        _CLOSE_TASK.run_all(conn, closing)
    if opened:
        _OPEN_TASK.run_all(conn, opened)
    _write_history(rt, conn, case, result, deed)
    if followers := book.followers():
        _FOLLOW_TERM.run_all(conn, followers)
    if result.ended_waits:
        _END_WAIT.run_all(conn, [{"the_wait": task_id(case.id, e)} for e in result.ended_waits])
    if waits := [wait_row(rt, case, w, book) for w in result.waits if w.kind != WaitKind.CONDITION]:
        _BEGIN_WAIT.run_all(conn, waits)
    book.write(conn)
    given_up = tell_given_up(rt, conn, case, result)
    told = replace(result, sent=(*result.sent, *given_up)) if given_up else result
    promised = promises(rt, release, case, told, deed)
    if promised:
        _WRITE_OUTBOX.run_all(conn, promised)
        rt.database.after_commit(rt.wake)
    _record_incidents(conn, case, result, deed)
    if rt.watch is not None:
        rt.watch(case, result)


def _file(rt: Runtime, conn: Connection, case: LockedCase, day: Value) -> None:
    """The application bears another date than the opening of its case: what counts from it counts from that
    day.
    """
    zone = rt.calendars.office(case.unit_id).zone
    if isinstance(day, date) and day != case.filed_at.astimezone(zone).date():
        case.filed_at = datetime.combine(day, time(), zone)
        conn.execute(_FILE_CASE, {"the_case": case.id, "filed_at": to_seconds(case.filed_at)})


def _update_case(rt: Runtime, conn: Connection, case: LockedCase, result: StepResult, deed: Deed) -> None:
    row: dict[str, Any] = {
        "the_case": case.id,
        "seen": case.version,
        "version": case.version + 1,
        "state": rt.vault.seal(case.key_id, result.state, state_purpose(case.id)),
        "stage": result.stage or case.stage,
        "phase": result.status or case.phase,
        "owner_id": case.owner_id,
    }
    if result.ended:
        row |= {"ended_at": to_seconds(deed.now), "end_event": result.end_event}
    if (_END_CASE if result.ended else _UPDATE_CASE).run(conn, row) != 1:
        raise Conflict(f"Дело {case.number} в эту минуту изменил кто-то другой.", "Откройте шаг ещё раз.")
    case.version += 1


def _closing_rows(case: LockedCase, result: StepResult, deed: Deed) -> list[dict[str, Any]]:
    at = to_seconds(deed.now)
    done = [(e, DONE) for e in result.closed] + [(e, CANCELLED) for e in result.cancelled]
    return [
        {"the_task": task_id(case.id, e), "status": status, "closed_at": at, "closed_by": deed.actor.user_id}
        for e, status in done
    ]


def _task_row(
    rt: Runtime,
    conn: Connection,
    release: Release,
    case: LockedCase,
    book: TermBook,
    opened: OpenTask,
    now: datetime,
) -> dict[str, Any]:
    info = release.step(case.process, case.ref(opened))
    number = task_id(case.id, opened.element_id)
    due_at, norm_id, clock = book.due_of_task(number, info, opened.due)
    roles = [role for role in opened.roles or info.roles if role in ROLES]
    role_queue = queue_for(rt, conn, roles, case.unit_id)
    assignee, own_queue = _assignee(rt, conn, opened.assignee)
    return {
        "id": number,
        "case_id": case.id,
        "node": case.ref(opened),
        "status": OPEN,
        "queue_id": role_queue if own_queue is None else own_queue,
        "role_queue_id": role_queue,
        "assignee_id": assignee,
        "due_at": FAR_FUTURE if due_at is None else due_at,
        "norm_id": norm_id,
        "clock": int(clock),
        "item": rt.vault.seal(case.key_id, opened.item.encode(), f"task.item:{number}")
        if opened.item
        else None,
        "opened_at": to_seconds(now),
    }


def _assignee(rt: Runtime, conn: Connection, value: Value) -> tuple[int | None, int | None]:
    """(account, its queue) of whom the diagram names.

    A role or a person that does not exist never stops a case: a role is left out (with none left, everybody
    of the unit may take the step), a step of nobody waits for its role, that of a closed account goes to
    whoever was handed its work. The check has warned of the roles.
    """
    if not isinstance(value, Decimal):
        return None, None
    account_id = rt.directory.tree().in_office(int(value))
    if account_id is None:
        return None, None
    try:
        return account_id, queue_of(rt, conn, account_id)
    except NotFound:
        return None, None


def wait_row(rt: Runtime, case: LockedCase, found: Wait, book: TermBook) -> dict[str, Any]:
    """The row of one wait; one that follows a term has the moment of that term."""
    moment = book.moment_of(found.term) if found.term else found.moment and to_seconds(found.moment)
    return {
        "id": task_id(case.id, found.element_id),
        "case_id": case.id,
        "node": case.ref(found),
        "kind": found.kind,
        "due_at": moment,
        "term": found.term,
        "name": found.name,
        "key": key_token(rt.vault, _message_key(case, found.key)) if found.kind == WaitKind.MESSAGE else None,
    }


def _message_key(case: LockedCase, key: str | None) -> str:
    """A message without a key of its own speaks of the case: its number is the key."""
    return case.number if key is None else key


def _write_history(rt: Runtime, conn: Connection, case: LockedCase, result: StepResult, deed: Deed) -> None:
    noted: dict[str, Value] = {}
    if deed.data:
        noted["data"] = dict(deed.data)
    if result.decisions:
        noted["decisions"] = [
            {"node": d.node, "decision": d.decision, "explanation": dict(d.explanation)}
            for d in result.decisions
        ]
    write_history(
        rt,
        conn,
        case_id=case.id,
        key_id=case.key_id,
        now=deed.now,
        actor=deed.actor,
        kind=deed.kind,
        node=deed.node,
        task_id=deed.task_id,
        path=" ".join(ref for ref in _automatic(case, result) if ref != deed.node) or None,
        data=noted,
        on_behalf_of=deed.on_behalf_of,
    )


def _automatic(case: LockedCase, result: StepResult) -> list[str]:
    """Elements that the token passed in this step, each once: a circle may pass thousands of times."""
    done = (passed for passed in result.passed if not (passed.cancelled or passed.skipped))
    return list(dict.fromkeys(case.ref(passed) for passed in done))


def promises(
    rt: Runtime, release: Release, case: LockedCase, result: StepResult, deed: Deed
) -> list[dict[str, Any]]:
    """Outbox rows of everything that has to happen after the commit, in a stable order."""
    wanted: list[tuple[str, Located, dict[str, Value]]] = []
    for sent in result.sent:
        key = _message_key(case, sent.key) if sent.kind == WaitKind.MESSAGE else None
        kind = "message" if sent.kind == WaitKind.MESSAGE else "signal"
        wanted.append((kind, sent, {"name": sent.name, "key": key, "payload": dict(sent.payload)}))
    wanted += [
        ("collect", found, {"name": found.name, "key": _message_key(case, found.key)})
        for found in result.waits
        if found.kind == WaitKind.MESSAGE
    ]
    wanted += [
        ("service", call, {"element": call.element_id, "topic": call.topic, "inputs": dict(call.inputs)})
        for call in result.services
    ]
    for passed in result.passed:
        if not (passed.cancelled or passed.skipped):
            for template in release.step(case.process, case.ref(passed)).documents:
                number = task_id(case.id, passed.element_id)
                known = {} if passed.known is None else {"known": dict(passed.known)}
                wanted.append(("document", passed, {"template": template, "task": number, **known}))
    at = to_seconds(deed.now)
    return [
        {
            "kind": kind,
            "idempotency_key": f"{case.id}-{case.version}-{n}",
            "case_id": case.id,
            "key_id": case.key_id,
            "payload": seal_values(rt.vault, case.key_id, {"node": case.ref(place), **payload}, "outbox"),
            "next_at": at,
            "tries": 0,
        }
        for n, (kind, place, payload) in enumerate(wanted)
    ]


def _record_incidents(conn: Connection, case: LockedCase, result: StepResult, deed: Deed) -> None:
    at = to_seconds(deed.now)
    if result.solved:
        conn.execute(
            _SOLVE_INCIDENT,
            [
                {"the_element": task_id(case.id, e), "solved_at": at, "solved_by": deed.actor.user_id}
                for e in result.solved
            ],
        )
    if result.incidents:
        conn.execute(
            _WRITE_INCIDENT,
            [
                {
                    "element": task_id(case.id, i.element_id),
                    "case_id": case.id,
                    "node": case.ref(i),
                    "message": i.message,
                    "at": at,
                    "solved_at": None,
                    "solved_by": None,
                }
                for i in result.incidents
            ],
        )
