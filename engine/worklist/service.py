"""What people do with a step before they complete it: take, return, hand over, keep a draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, insert, or_, select, update

from engine.access.absences import away_now
from engine.access.policy import require_case
from engine.access.queries import names_of
from engine.access.queues import queue_of, roles_of_queue
from engine.cases.history import HistoryKind
from engine.cases.journal import write_history
from engine.cases.locking import lock_task
from engine.cases.service import require_open, require_task
from engine.cases.visibility import require_visible
from engine.deadlines.russian import day_month
from engine.errors import Conflict, InvalidData, KeyDestroyed, NewerDraft, NotAllowed
from engine.model import Actor, Permission
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow
from engine.worklist.notices import GIVEN
from engine.worklist.tables import OPEN, notice, task

MAX_DRAFT_BYTES = 1_000_000

MOVE = (
    update(task)
    .where(task.c.id == bindparam("the_task"), task.c.status == OPEN)
    .values(queue_id=bindparam("queue"), assignee_id=bindparam("assignee"))
)
_SAVE_DRAFT = (
    update(task)
    .where(task.c.id == bindparam("the_task"), task.c.status == OPEN)
    .values(draft=bindparam("sealed"), draft_at=bindparam("at"), draft_by=bindparam("by"))
)
_KEEP_LATE = (
    update(task)
    .where(
        task.c.id == bindparam("the_task"),
        task.c.status != OPEN,
        or_(task.c.draft_by.is_(None), task.c.draft_by == bindparam("by")),
    )
    .values(draft=bindparam("sealed"), draft_at=bindparam("at"), draft_by=bindparam("by"))
)
_DRAFT = select(task.c.draft, task.c.draft_at, task.c.draft_by).where(task.c.id == bindparam("the_task"))


def claim(rt: Runtime, actor: Actor, task_id: int) -> None:
    """Take a step of one's role. Who comes second is told who has it; taking one's own step again changes
    nothing.
    """
    with rt.database.write() as conn:
        row = require_open(lock_task(conn, task_id), task_id)
        if row.assignee_id == actor.user_id:
            return
        if row.assignee_id is not None and row.role_queue_id in actor.queues:
            name = names_of(conn, [row.assignee_id]).get(row.assignee_id, "")
            raise Conflict(
                f"Шаг уже взял другой сотрудник: {name}",
                "Выберите другой шаг или попросите руководителя переназначить этот.",
            )
        require_task(actor, row)
        _move(rt, conn, row, actor, HistoryKind.CLAIMED, actor.own_queue, actor.user_id)


def give_back(rt: Runtime, actor: Actor, task_id: int) -> None:
    """Return a step to the queue of its role; the draft stays with it."""
    with rt.database.write() as conn:
        row = _open_task(conn, actor, task_id)
        if row.assignee_id != actor.user_id:
            raise NotAllowed("Вернуть можно только свой шаг.", "Попросите руководителя переназначить его.")
        _move(rt, conn, row, actor, HistoryKind.RETURNED, row.role_queue_id, None)


def reassign(
    rt: Runtime, actor: Actor, task_id: int, to: int | None, reason: str, *, even_absent: bool = False
) -> None:
    """Hand a step to another person of its role (or back to the role when `to` is None), with a reason for
    the history; they find a notice of it. InvalidData for somebody who is away today, with who acts for
    them, unless `even_absent`.
    """
    require_reason(reason)
    with rt.database.write() as conn:
        row = require_open(lock_task(conn, task_id), task_id)
        require_case(actor, Permission.TASK_REASSIGN, row)
        if to is not None:
            _require_role(rt, conn, to, row.role_queue_id)
            if not even_absent:
                require_there(rt, conn, to)
        queue = row.role_queue_id if to is None else queue_of(rt, conn, to)
        _move(
            rt, conn, row, actor, HistoryKind.REASSIGNED, queue, to, {"причина": reason.strip(), "кому": to}
        )
        if to is not None and to != actor.user_id:
            told = {"kind": GIVEN, "rung": 0, "case_id": row.case_id, "task_id": row.task_id}
            conn.execute(insert(notice), {"account_id": to, "at": to_seconds(rt.clock.now()), **told})


def require_reason(reason: str) -> None:
    """InvalidData of the field `reason` when nothing is said."""
    if not reason.strip():
        raise InvalidData(
            "Напишите, почему шаг передан.", {"reason": "Напишите причину: она попадёт в историю дела."}
        )


def _require_role(rt: Runtime, conn: Connection, account_id: int, role_queue_id: int) -> None:
    if not roles_of_queue(rt, conn, role_queue_id, account_id):
        raise NotAllowed(
            "У этого сотрудника нет роли, которая нужна для шага.", "Выберите сотрудника с нужной ролью."
        )


def require_there(rt: Runtime, conn: Connection, account_id: int) -> None:
    """InvalidData of the field `to` for somebody who is away today, with who acts for them."""
    away = away_now(conn, rt.directory.tree(), rt.clock.now()).get(account_id)
    if away is None:
        return
    names = names_of(conn, [account_id, away.acting_id or 0])
    acting = names.get(away.acting_id or 0)
    words = (
        f"{names[account_id]} отсутствует до {day_month(away.last_day)}. "
        + (f"Замещает: {acting}. " if acting else "Никто не замещает. ")
        + "Выберите другого сотрудника или отметьте «Передать отсутствующему»."
    )
    raise InvalidData("Шаг не передан.", {"to": words})


def _open_task(conn: Connection, actor: Actor, task_id: int) -> AnyRow:
    row = require_open(lock_task(conn, task_id), task_id)
    require_task(actor, row)
    return row


def _move(
    rt: Runtime,
    conn: Connection,
    row: AnyRow,
    actor: Actor,
    kind: HistoryKind,
    queue: int,
    assignee: int | None,
    data: Mapping[str, Any] | None = None,
) -> None:
    conn.execute(MOVE, {"the_task": row.task_id, "queue": queue, "assignee": assignee})
    write_history(
        rt,
        conn,
        case_id=row.case_id,
        key_id=row.key_id,
        now=rt.clock.now(),
        actor=actor,
        kind=kind,
        node=row.node,
        task_id=row.task_id,
        data=data or {},
        on_behalf_of=row.assignee_id if row.assignee_id in actor.stands_for else None,
    )


def save_draft(
    rt: Runtime, actor: Actor, task_id: int, content: Mapping[str, Any], *, base: int | None = None
) -> datetime:
    """Keep a half-filled form with its step, unchecked; returns the moment it was kept.

    The draft belongs to the step, not to the person, so a substitute goes on where the other one stopped.
    `base`: when the draft was kept that this one goes on from, in seconds (0: there was none). NewerDraft
    when there is a later one by now that says something else; without `base` that is written over. The same
    draft may come twice: the answer to the first was lost on its way, or two pages hold it.
    """
    plain = orjson.dumps(content)
    if len(plain) > MAX_DRAFT_BYTES:
        raise InvalidData(
            "Черновик больше 1 МБ и не сохранён.", {"": "Сократите самые длинные тексты формы."}
        )
    with rt.database.write() as conn:
        row = _open_task(conn, actor, task_id)
        kept = conn.execute(_DRAFT, {"the_task": task_id}).one()
        if base is not None and (kept.draft_at or 0) > base:
            if kept.draft and _told(
                orjson.loads(rt.vault.open(row.key_id, kept.draft, f"task.draft:{task_id}"))
            ) == _told(orjson.loads(plain)):
                return from_seconds(int(kept.draft_at))
            raise NewerDraft(by=kept.draft_by or 0, at=from_seconds(kept.draft_at))
        now = rt.clock.now()
        conn.execute(
            _SAVE_DRAFT,
            {
                "the_task": task_id,
                "sealed": rt.vault.seal(row.key_id, plain, f"task.draft:{task_id}"),
                "at": to_seconds(now),
                "by": actor.user_id,
            },
        )
        return now


def _told(content: Any) -> Any:
    """What is typed, without fields that say nothing: one page leaves out what another sends empty."""
    if isinstance(content, list):
        return [_told(each) for each in content]
    if not isinstance(content, dict):
        return content
    said = {name: _told(value) for name, value in content.items()}
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def load_draft(
    rt: Runtime, conn: Connection, key_id: int, task_id: int
) -> tuple[dict[str, Any], datetime] | None:
    """The kept draft and when it was kept, or None; None too when the case was erased."""
    row = conn.execute(_DRAFT, {"the_task": task_id}).one_or_none()
    if row is None or row.draft is None:
        return None
    try:
        plain = rt.vault.open(key_id, row.draft, f"task.draft:{task_id}")
    except KeyDestroyed:
        return None
    return orjson.loads(plain), from_seconds(row.draft_at)


def keep_late_edits(rt: Runtime, actor: Actor, task_id: int, content: Mapping[str, Any]) -> bool:
    """Keep what somebody had typed into a step that was closed meanwhile, for them to compare.

    True when it was kept: while nobody else's edits are kept with this step. NotAllowed for whoever may not
    see the case.
    """
    plain = orjson.dumps(content)
    if len(plain) > MAX_DRAFT_BYTES:
        return False
    with rt.database.write() as conn:
        row = lock_task(conn, task_id)
        assert row is not None, "a step is never deleted"
        require_visible(conn, actor, row.case_id, row)
        values = {
            "the_task": task_id,
            "sealed": rt.vault.seal(row.key_id, plain, f"task.draft:{task_id}"),
            "at": to_seconds(rt.clock.now()),
            "by": actor.user_id,
        }
        return conn.execute(_KEEP_LATE, values).rowcount == 1


def late_edits(
    rt: Runtime, conn: Connection, actor: Actor, key_id: int, task_id: int
) -> tuple[dict[str, Any], datetime] | None:
    """What the actor had typed into a step that somebody else closed, and when; None for anybody else's."""
    row = conn.execute(_DRAFT, {"the_task": task_id}).one_or_none()
    if row is None or row.draft_by != actor.user_id:
        return None
    return load_draft(rt, conn, key_id, task_id)
