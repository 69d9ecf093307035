"""Everything the page of one step shows: the step, its case, its form with what is known, the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine.cases.queries import CaseCard, case_card, step_variables
from engine.cases.tables import case_
from engine.cases.visibility import step_only
from engine.deadlines.norms import Norm
from engine.deadlines.tables import OPEN_TERMS, term_of
from engine.errors import NotFound
from engine.formjs import Form
from engine.model import Actor, Term, Value, split_task_id
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.worklist.inbox import INBOX_COLUMNS, InboxRow, inbox_rows
from engine.worklist.service import load_draft
from engine.worklist.tables import OPEN, task

_TASK = (
    select(*INBOX_COLUMNS, task.c.status, task.c.closed_at, task.c.closed_by, task.c.draft_by)
    .join_from(task, case_, task.c.case_id == case_.c.id)
    .where(task.c.id == bindparam("task_id"))
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed and not yet sent."""

    data: Mapping[str, Any]
    kept_at: datetime
    by: int | None


@dataclass(frozen=True, slots=True)
class StepView:
    """One open (or closed) step. `may_work` is False for who may only look."""

    row: InboxRow
    card: CaseCard
    open: bool
    closed_at: datetime | None
    closed_by: int | None
    may_work: bool
    own: bool
    form: Form | None
    form_version: int | None
    """Number of the published form."""
    variables: Mapping[str, Value]
    draft: Draft | None
    term: Term | None
    norm: Norm | None
    whole_case: bool
    """False for whoever sees this step and nothing else of the case."""


def step_view(rt: Runtime, conn: Connection, actor: Actor, task_id: int, now: datetime) -> StepView:
    """The step, if the actor may see its case; NotFound otherwise."""
    row = conn.execute(_TASK, {"task_id": task_id}).one_or_none()
    if row is None:
        raise NotFound(f"Шага № {task_id} нет.", "Вернитесь к списку задач.")
    card = case_card(rt, conn, actor, row.case_id, for_step=True)
    found = inbox_rows(rt, conn, [row], now, actor.unit_id)[0]
    is_open = row.status == OPEN
    kept = load_draft(rt, conn, card.key_id, task_id) if is_open else None
    release, form = rt.library.release(card.release_id), found.step.form
    return StepView(
        row=found,
        card=card,
        open=is_open,
        closed_at=from_seconds(row.closed_at),
        closed_by=row.closed_by,
        may_work=is_open and (row.queue_id in actor.queues or row.assignee_id == actor.user_id),
        own=row.assignee_id == actor.user_id,
        form=release.form(form) if form else None,
        form_version=release.definition_id("form", form) if form else None,
        variables=step_variables(rt, conn, card, split_task_id(task_id)[1]) if is_open else {},
        draft=Draft(*kept, row.draft_by) if kept else None,
        term=_term(conn, row.case_id, task_id, found.step.norm),
        norm=rt.calendars.norm_by_id(row.norm_id) if row.norm_id else None,
        whole_case=not step_only(actor, card),
    )


def _term(conn: Connection, case_id: int, task_id: int, key: str | None) -> Term | None:
    """The term the step is due with: its own, or that of the case with the norm's key."""
    rows = conn.execute(OPEN_TERMS, {"case_id": case_id}).all()
    for row in rows:
        if row.task_id == task_id:
            return term_of(row)
    return next((term_of(row) for row in rows if row.task_id is None and row.key == key), None)
