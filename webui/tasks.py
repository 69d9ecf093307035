"""One step: its form, its term, its case; completing, returning, keeping the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.documents.queries import case_documents
from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.journal import record_view
from engine.access.queries import names_of
from engine.cases.queries import case_history, case_position
from engine.cases.service import complete_task
from engine.errors import AlreadyCompleted
from engine.model import CompleteTask, Permission
from engine.worklist import service
from engine.worklist.step import StepView, step_view
from webui.explained import decision_cards
from webui.forms import form_block
from webui.frame import local, local_time
from webui.guards import actor, permission, runtime
from webui.histories import history_rows
from webui.rungs import ladder_rungs
from webui.ui import date_words

pages = Blueprint("tasks", __name__)


@pages.get("/tasks/<int:task_id>")
@permission(Permission.TASK_WORK)
def show(task_id: int) -> str:
    """The page of a step. Who may only look sees the form filled in and locked."""
    rt, person = runtime(), actor()
    now = rt.clock.now()
    with rt.database.read() as conn:
        view = step_view(rt, conn, person, task_id, now)
        history = case_history(rt, conn, view.card, limit=50)
        documents = case_documents(conn, view.card.id)
        people = {entry.actor_id for entry in history} | {view.row.assignee_id or 0, view.closed_by or 0}
        names = names_of(conn, people)
        position = case_position(rt, conn, view.card)
    with rt.database.write() as conn:
        record_view(rt, conn, person, "case", view.card.id, case_id=view.card.id)
    return render_template(
        "step.html",
        view=view,
        form=_form(view),
        history=history_rows(history, names),
        documents=documents,
        decisions=decision_cards(history),
        rungs=ladder_rungs(view.term, view.norm, now) if view.term and view.norm else [],
        names=names,
        marks=_marks(view, position),
        started=date_words(local(view.term.event_at).date()) if view.term else "",
    )


def _marks(view: StepView, position: Any) -> dict[str, Any]:
    """What the diagram colours: passed nodes green, the step itself blue."""
    return {"passed": sorted(position.passed), "current": [view.row.step.node]}


def _form(view: StepView) -> dict[str, Any] | None:
    """Schema, data and sources of the form; the draft lies over what the case knows."""
    if view.form is None:
        return None
    return form_block(view.form, view.variables, view.draft.data if view.draft else None)


@pages.post("/tasks/<int:task_id>")
@permission(Permission.TASK_WORK)
def complete(task_id: int) -> Response:
    """Complete the step with the form's data (JSON). The answer says where to go next."""
    rt = runtime()
    data: Mapping[str, Any] = _json().get("data") or {}
    try:
        complete_task(rt, CompleteTask(actor(), task_id, data))
    except AlreadyCompleted as late:
        return _somebody_was_quicker(late)
    flash(_("Шаг завершён."))
    return jsonify(next=url_for("inbox.show"))


def _json() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    return sent if isinstance(sent, dict) else {}


def _somebody_was_quicker(late: AlreadyCompleted) -> Response:
    """Who completed the step and when; what the second person typed stays on their page."""
    rt = runtime()
    with rt.database.read() as conn:
        names = names_of(conn, {late.by or 0})
    name = names.get(late.by or 0)
    words = late.message
    if name and late.at:
        words = _(
            "Шаг завершил другой сотрудник: %(name)s, %(day)s в %(time)s.",
            name=name,
            day=date_words(local(late.at).date()),
            time=local_time(late.at),
        )
    answer = jsonify(message=words, hint=late.hint, errors={}, code="completed")
    answer.status_code = 409
    return answer


@pages.put("/tasks/<int:task_id>/draft")
@permission(Permission.TASK_WORK)
def keep_draft(task_id: int) -> Response:
    """Keep what is typed so far, unchecked."""
    kept = service.save_draft(runtime(), actor(), task_id, _json().get("data") or {})
    return jsonify(kept_at=local_time(kept))


@pages.post("/tasks/<int:task_id>/return")
@permission(Permission.TASK_WORK)
def give_back(task_id: int) -> Response:
    """Return the step to its role; the draft stays with it."""
    service.give_back(runtime(), actor(), task_id)
    flash(_("Шаг возвращён в общую очередь роли."))
    return redirect(url_for("inbox.show"), 303)
