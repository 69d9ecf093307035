"""What people do to a case: open it, finish a step, cancel it. One transaction and one commit a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from engine import bpmn
from engine.access.journal import record_action
from engine.access.policy import require_case, require_opening, require_start
from engine.bpmn import Process, Start
from engine.bpmn.commands import Cancel, Complete
from engine.cases.checks import Looked, examine
from engine.cases.context import step_context
from engine.cases.deciding import keep_decided
from engine.cases.history import HistoryKind
from engine.cases.locking import LockedCase, lock_case, lock_task, opened_case
from engine.cases.numbers import case_number
from engine.cases.openings import forget_opening
from engine.cases.recording import Deed, record_step
from engine.cases.tables import ACTIVE, case_
from engine.definitions.library import Release
from engine.errors import AlreadyCompleted, FormChanged, InvalidData, NotAllowed, NotFound
from engine.formjs import Form
from engine.model import SYSTEM, Actor, CompleteTask, Permission, Scope, StartCase, Value, split_task_id
from engine.records.reach import require_subject
from engine.records.registers import Subject
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.tables import DONE, OPEN

_INSERT_CASE = insert(case_).returning(case_.c.id)
_BY_REQUEST = select(case_.c.id, case_.c.number).where(case_.c.request_key == bindparam("request_key"))


@dataclass(frozen=True, slots=True)
class StartedCase:
    """The new case, or the one that the same request had opened before."""

    id: int
    number: str


def start_case(rt: Runtime, command: StartCase, *, check_form: bool = True) -> StartedCase:
    """Open a case of the newest release; the form of the start event, if it has one, is checked first. What
    its opener had kept of that form is forgotten.

    `check_form` False takes the data as they are: for data that did not come from a form.
    """
    require_start(command.actor, command.process, command.unit_id)
    try:
        with rt.database.write() as conn:
            started = open_case(rt, conn, command, check_form=check_form)
            forget_opening(conn, command.actor, command.process, command.person_id)
            return started
    except IntegrityError:
        # The same click, sent twice at once: the other one was a moment quicker and has opened the case.
        with rt.database.read() as conn:
            known = _known_request(conn, command)
        if known is None:
            raise
        return known


def _known_request(conn: Connection, command: StartCase) -> StartedCase | None:
    """The case that the same request has opened before."""
    if command.request_key is None:
        return None
    row = conn.execute(_BY_REQUEST, {"request_key": command.request_key}).one_or_none()
    return StartedCase(row.id, row.number) if row is not None else None


def open_case(rt: Runtime, conn: Connection, command: StartCase, *, check_form: bool = True) -> StartedCase:
    """The same inside a transaction of the caller: a message or a timer may open a case too."""
    known = _known_request(conn, command)
    if known is not None:
        return known
    require_subject(conn, command.actor, command.person_id, command.family_id)
    now = rt.clock.now()
    release = rt.library.current(conn)
    process = release.process(command.process)
    require_opening(command.actor, process.name, process.starters)
    start = _start(process, command.start_event)
    unit_id = command.unit_id or command.actor.unit_id
    zone = rt.calendars.office(unit_id).zone
    data = dict(command.data)
    if check_form and start is not None and start.form:
        _require_seen(release, start.form, command.form_version)
        data = release.form(start.form).validate(data, {}, now=now.astimezone(zone))
        about = Subject.of(command.family_id, command.person_id)
        looked = Looked(about, unit_id)
        examine(rt, conn, release.step(command.process, start.id).check, looked, data)
    number = case_number(conn, process.properties.get("number", process.id), now, zone)
    filed_at = command.filed_at or now
    case = LockedCase(
        id=0,
        number=number,
        process=command.process,
        release_id=release.id,
        version=0,
        key_id=rt.vault.new_key("case"),
        state=b"",
        stage="",
        phase="",
        owner_id=command.owner_id or _owner(rt, process, command.actor, unit_id),
        unit_id=unit_id,
        agency_id=rt.directory.tree().unit(unit_id).agency_id,
        person_id=command.person_id,
        family_id=command.family_id,
        filed_at=filed_at,
        terms=[],
    )
    case.id = _insert_case(rt, conn, case, command)
    context = step_context(rt, release, case, now)
    result = bpmn.start(release.program(command.process), data, context, command.start_event)
    deed = Deed(HistoryKind.STARTED, command.actor, now, node=start.id if start else None, data=data)
    record_step(rt, conn, release, case, result, deed)
    return StartedCase(case.id, number)


def _owner(rt: Runtime, process: Process, actor: Actor, unit_id: int) -> int | None:
    """A case belongs to whoever first works on it in a role that owns the pathway; to who opened it when the
    diagram names no such role. Where nobody holds such a role for the unit, the case would be nobody's: it
    belongs to the first of its own agency who opens it or works on it.
    """
    if not process.owners or not actor.roles.isdisjoint(process.owners):
        return actor.user_id or None
    tree = rt.directory.tree()
    if actor == SYSTEM or tree.anybody_does(process.owners, unit_id):
        return None
    own = tree.unit(actor.unit_id).agency_id == tree.unit(unit_id).agency_id
    return actor.user_id if own else None


def _start(process: Process, start_event: str | None) -> Start | None:
    """The start event that is meant: the named one, else the plain one; None when there is no such."""
    if start_event is not None:
        return next((start for start in process.starts if start.id == start_event), None)
    return next((start for start in process.starts if start.kind == "none"), None)


def _insert_case(rt: Runtime, conn: Connection, case: LockedCase, command: StartCase) -> int:
    inserted = conn.execute(
        _INSERT_CASE,
        {
            "number": case.number,
            "request_key": command.request_key,
            "process": case.process,
            "release_id": case.release_id,
            "version": case.version,
            "status": ACTIVE,
            "key_id": case.key_id,
            "label": rt.vault.seal(case.key_id, command.label.encode(), "case.label"),
            "owner_id": case.owner_id,
            "unit_id": case.unit_id,
            "agency_id": case.agency_id,
            "person_id": case.person_id,
            "family_id": case.family_id,
            "filed_at": to_seconds(case.filed_at),
            "started_at": to_seconds(rt.clock.now()),
        },
    )
    return int(inserted.scalar_one())


def complete_task(rt: Runtime, command: CompleteTask, *, check_form: bool = True) -> None:
    """Finish a step; `check_form` False takes the data as they are, whatever the form asks for.

    When it is the step of an absent colleague, the history says on whose behalf it was done.

    Raises NotFound, NotAllowed, AlreadyCompleted (with who and when), InvalidData (field by field).
    Whatever is raised, nothing was changed.
    """
    with rt.database.write() as conn:
        row = require_open(lock_task(conn, command.task_id), command.task_id)
        require_task(command.actor, row)
        case = opened_case(rt, conn, row)
        release = rt.library.release(case.release_id)
        process = release.process(case.process)
        case.owner_id = case.owner_id or _owner(rt, process, command.actor, case.unit_id)
        now = rt.clock.now()
        element = split_task_id(command.task_id)[1]
        context = step_context(rt, release, case, now)
        form = _form_for(release, case.process, row.node, command) if check_form else None
        looked = Looked(Subject.of(case.family_id, case.person_id), case.unit_id)
        wanted = release.step(case.process, row.node).check if check_form else ""
        answers = _Answers(
            form,
            command.data,
            now.astimezone(context.zone),
            lambda known: examine(rt, conn, wanted, looked, known),
        )
        result = bpmn.step(release.program(case.process), case.state, Complete(element, answers), context)
        done = HistoryKind.COMPLETED
        absent = row.assignee_id if row.assignee_id in command.actor.stands_for else None
        deed = Deed(done, command.actor, now, row.node, command.task_id, answers.accepted, absent)
        record_step(rt, conn, release, case, result, deed)
        keep_decided(rt, conn, case.id, release.step(case.process, row.node), answers)


def _form_for(release: Release, main: str, node: str, command: CompleteTask) -> Form | None:
    """The form that checks what was sent with a step. With a step that has none nothing may be sent: it would
    come into the case unchecked.
    """
    key = release.step(main, node).form
    if key is not None:
        _require_seen(release, key, command.form_version)
        return release.form(key)
    if command.data:
        raise InvalidData("У этого шага нет формы, данные с ним не принимаются. Обновите страницу.", {})
    return None


def _require_seen(release: Release, form: str, seen: int | None) -> None:
    """FormChanged when the person has filled in another version of the form: what it asks now they have not
    seen, what it asks no more would be dropped without a word.
    """
    if seen is not None and seen != release.definition_id("form", form):
        raise FormChanged


class _Answers:
    """What was sent with a step: checked by its form, and by the check of the step, when the engine says what
    it was filled from.
    """

    def __init__(
        self,
        form: Form | None,
        sent: Mapping[str, Value],
        local_now: datetime,
        examine: Callable[[Mapping[str, Value]], None],
    ) -> None:
        self.accepted = sent
        self.known: Mapping[str, Value] = {}
        self._form = form
        self._now = local_now
        self._examine = examine

    def __call__(self, known: Mapping[str, Value]) -> Mapping[str, Value]:
        self.known = known
        if self._form is not None:
            self.accepted = self._form.validate(self.accepted, known, now=self._now)
        self._examine({**known, **self.accepted})
        return self.accepted


def require_open(row: AnyRow | None, number: int) -> AnyRow:
    """The row of a task that is still open; NotFound or AlreadyCompleted otherwise."""
    if row is None:
        raise NotFound(f"Шага № {number} нет.", "Вернитесь к списку задач.")
    if row.task_status == OPEN:
        return row
    at = from_seconds(row.closed_at) if row.closed_at is not None else None
    done = row.task_status == DONE
    words = "Этот шаг уже завершён." if done else "Этот шаг больше не нужен: дело пошло дальше."
    raise AlreadyCompleted(words, by=row.closed_by if done else None, at=at)


def require_task(actor: Actor, row: AnyRow) -> None:
    """Raise NotAllowed unless the step lies in one of the actor's queues."""
    if row.queue_id in actor.queues or row.assignee_id == actor.user_id:
        return
    if actor.may(Permission.TASK_WORK, Scope.MUNICIPALITY):
        return
    raise NotAllowed("Этот шаг назначен не вам.", "Попросите руководителя переназначить его.")


def cancel_case(rt: Runtime, actor: Actor, case_id: int, reason: str) -> None:
    """Stop a case for a reason that stays in its history. All its steps, waits and terms end."""
    if not reason.strip():
        raise InvalidData("Напишите, почему дело прекращено.", {"reason": "Причина попадёт в историю дела."})
    with rt.database.write() as conn:
        case = lock_case(rt, conn, case_id)
        require_case(actor, Permission.CASE_REPAIR, case)
        stop_case(rt, conn, case, actor, reason.strip())


def stop_case(rt: Runtime, conn: Connection, case: LockedCase, actor: Actor, reason: str) -> None:
    """The same inside a transaction that has checked who stops it."""
    release = rt.library.release(case.release_id)
    now = rt.clock.now()
    context = step_context(rt, release, case, now)
    result = bpmn.step(release.program(case.process), case.state, Cancel(), context)
    deed = Deed(HistoryKind.CANCELLED, actor, now, data={"причина": reason})
    record_step(rt, conn, release, case, result, deed)
    record_action(rt, conn, actor, "stopped", "case", case.id, case_id=case.id)
