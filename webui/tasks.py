"""One step: its form, its term, its case; completing, returning, keeping the draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from engine.access.journal import record_view
from engine.access.policy import covers_case
from engine.access.queries import names_of
from engine.cases.history import HistoryKind
from engine.cases.letters import mentions
from engine.cases.queries import HistoryEntry, case_history, case_position
from engine.cases.service import complete_task
from engine.definitions.queries import published_definitions
from engine.documents.queries import case_papers
from engine.errors import AlreadyCompleted, FormChanged, NewerDraft, NotAllowed
from engine.model import CompleteTask, Permission, Value
from engine.worklist import service
from engine.worklist.step import StepView, step_view
from webui.answers import differences
from webui.explained import decision_cards
from webui.forms import form_block, form_changed, sent_answers
from webui.frame import lately, local_moment, local_time
from webui.guards import actor, permission, runtime
from webui.histories import history_rows
from webui.positions import position_marks
from webui.referrals import RESULT_WORDS
from webui.rungs import ladder_rungs
from webui.substitutes import away_notes, stand_in

pages = Blueprint("tasks", __name__)

DECISIONS_SHOWN = 2
"""How many explained decisions stand beside a step; the case has all of them."""


@pages.get("/tasks/<int:task_id>")
@permission(Permission.TASK_WORK)
def show(task_id: int) -> str:
    """The page of a step. Who may only look, or comes too late, sees the form filled in and locked."""
    rt, person = runtime(), actor()
    now, standing_in = rt.clock.now(), stand_in(rt, person)
    with rt.database.read() as conn:
        view = step_view(rt, conn, person, task_id, now)
        history = case_history(rt, conn, view.card)
        shown = history if view.whole_case else []
        papers = case_papers(rt, conn, person, view.card.id)
        templates = _templates(conn, view)
        position = case_position(rt, conn, view.card)
        late = None if view.open else service.late_edits(rt, conn, person, view.card.key_id, task_id)
        performer = view.row.assignee_id if view.open else None
        note = away_notes(rt, conn, [performer]).get(performer) if performer else None
        people = {entry.actor_id for entry in history} | {view.row.assignee_id or 0, view.closed_by or 0}
        people |= {view.draft.by or 0} if view.draft else set()
        names = names_of(
            conn, people | {view.card.owner_id or 0} | {each.added_by for each in papers.attachments}
        )
        mentioned = mentions(conn, view.card.id)
    with rt.database.write() as conn:
        record_view(rt, conn, person, "case", view.card.id, case_id=view.card.id)
    drawn = view.row.step.process or view.card.process
    return render_template(
        "step.html",
        view=view,
        title=view.row.title,
        form=_form(view, history),
        draft_words=_draft_words(view, names),
        done=not view.open and _completion(history, task_id) is not None,
        history=history_rows(shown[:50], names),
        documents=papers.documents,
        attachments=papers.attachments,
        templates=templates,
        decisions=decision_cards(shown)[:DECISIONS_SHOWN],
        rungs=ladder_rungs(view.term, view.norm, now, view.card.unit_id) if view.term and view.norm else [],
        names=names,
        absent=standing_in.account_of(view.row.assignee_id),
        away_words=_("Исполнитель %(note)s.", note=note.removesuffix(".")) if note else "",
        drawn=drawn,
        drawn_name=rt.library.release(view.card.release_id).process(drawn).name,
        marks=position_marks(view.card.process, drawn, position),
        late=late,
        letters=[each for each in mentioned if each.own],
        results=RESULT_WORDS,
        may_attach=view.card.active,
        may_make=person.may(Permission.DOCUMENT_ISSUE),
        may_reassign=view.open and covers_case(person, Permission.TASK_REASSIGN, view.card),
    )


def _draft_words(view: StepView, names: Mapping[int, str]) -> str:
    """When the draft was kept, and by whom where that was somebody else."""
    if view.draft is None:
        return ""
    words = _("черновик %(time)s", time=lately(view.draft.kept_at))
    return words if view.draft.by in {None, actor().user_id} else f"{words}, {names.get(view.draft.by, '')}"


def _templates(conn: Connection, view: StepView) -> list[dict[str, str]]:
    """Templates that the diagram names at the step and the release has, with their titles."""
    wanted = view.row.step.documents
    if not wanted:
        return []
    rt = runtime()
    published = rt.library.release(view.card.release_id).items.get("docx", {})
    titles = {row.id: row.title for row in published_definitions(conn, "docx")}
    return [{"key": key, "title": titles[published[key]]} for key in wanted if key in published]


def _form(view: StepView, history: Sequence[HistoryEntry]) -> dict[str, Any] | None:
    """Schema, data and sources of the form; the draft lies over what the case knows. A closed step shows what
    was sent.
    """
    if view.form is None:
        return None
    if not view.open:
        return form_block(view.form, _sent(history, view.row.task_id), None)
    return form_block(view.form, view.variables, view.draft.data if view.draft else None)


def _sent(history: Sequence[HistoryEntry], task_id: int) -> Mapping[str, Value]:
    """The answers with which a step was completed."""
    completion = _completion(history, task_id)
    return completion.data.get("data", {}) if completion else {}


def _completion(history: Sequence[HistoryEntry], task_id: int) -> HistoryEntry | None:
    """Where the history says that somebody completed the step; None for one that was not needed any more."""
    done = (entry for entry in history if entry.task_id == task_id and entry.kind is HistoryKind.COMPLETED)
    return next(done, None)


@pages.post("/tasks/<int:task_id>")
@permission(Permission.TASK_WORK)
def complete(task_id: int) -> Response:
    """Complete the step with the form's data (JSON). The answer says where to go next."""
    rt, person = runtime(), actor()
    data, version = sent_answers()
    try:
        complete_task(rt, CompleteTask(person, task_id, data, version))
    except FormChanged as changed:
        return form_changed(changed, url_for("tasks.show", task_id=task_id))
    except AlreadyCompleted as late:
        if late.by != person.user_id or not _is_kept(task_id, data):
            return _somebody_was_quicker(task_id, late, data)
    flash(_("Шаг завершён."))
    return jsonify(location=url_for("inbox.show"))


def _is_kept(task_id: int, data: Mapping[str, Any]) -> bool:
    """Whether the step was completed with these very answers: the page sends them again when it has missed
    what was answered the first time, on a phone without a network.
    """
    rt = runtime()
    try:
        with rt.database.read() as conn:
            view = step_view(rt, conn, actor(), task_id, rt.clock.now())
            kept = _sent(case_history(rt, conn, view.card), task_id)
    except NotAllowed:
        return False
    if view.form is None:
        return True
    return all(each.same for each in differences(view.form.fields, view.form.prefill(kept), data))


def _somebody_was_quicker(task_id: int, late: AlreadyCompleted, data: Mapping[str, Any]) -> Response:
    """Who completed the step and when. What the second person typed is kept for them to compare."""
    rt, person = runtime(), actor()
    actions = [{"words": _("К списку задач"), "href": url_for("inbox.show")}]
    title = late.message
    try:
        with rt.database.read() as conn:
            view = step_view(rt, conn, person, task_id, rt.clock.now())
            name = names_of(conn, {late.by or 0}).get(late.by or 0)
        kept = service.keep_late_edits(rt, person, task_id, data)
    except NotAllowed:
        name, kept = None, False
    if name and late.at:
        title = _("Шаг завершил сотрудник: %(name)s, %(moment)s", name=name, moment=local_moment(late.at))
    if kept and view.form is not None:
        actions.insert(0, {"words": _("Сравнить"), "href": url_for("tasks.compare", task_id=task_id)})
    message = (
        _("Ваши правки не пропали: они в черновике. Сравните и добавьте к делу, если нужно.")
        if kept
        else _("Ваши правки остались на этой странице.")
    )
    answer = jsonify(title=title, message=message, errors={}, code="completed", actions=actions)
    answer.status_code = 409
    return answer


@pages.get("/tasks/<int:task_id>/compare")
@permission(Permission.TASK_WORK)
def compare(task_id: int) -> str:
    """What the case keeps of a step beside what the person had typed into it too late."""
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        view = step_view(rt, conn, person, task_id, rt.clock.now())
        late = None if view.open else service.late_edits(rt, conn, person, view.card.key_id, task_id)
        history = case_history(rt, conn, view.card)
        names = names_of(conn, {view.closed_by or 0})
    rows = []
    if view.form is not None and late is not None:
        rows = differences(view.form.fields, view.form.prefill(_sent(history, task_id)), late[0])
    return render_template(
        "compare.html",
        view=view,
        title=view.row.title,
        late=late,
        rows=rows,
        closed_by=names.get(view.closed_by or 0, ""),
    )


@pages.put("/tasks/<int:task_id>/draft")
@permission(Permission.TASK_WORK)
def keep_draft(task_id: int) -> Response:
    """Keep what is typed so far, unchecked, unless another page has kept something else meanwhile."""
    sent = request.get_json(silent=True)
    base = sent.get("base") if isinstance(sent, dict) else None
    base = base if isinstance(base, int) else None
    try:
        kept = service.save_draft(runtime(), actor(), task_id, sent_answers()[0], base=base)
    except NewerDraft as newer:
        return _another_draft(newer)
    return jsonify(kept_at=local_time(kept), saved_at=int(kept.timestamp()))


def _another_draft(newer: NewerDraft) -> Response:
    """Who has kept another draft, and when: the page asks which of the two is to stay."""
    with runtime().database.read() as conn:
        name = names_of(conn, {newer.by}).get(newer.by, "")
    if newer.by == actor().user_id:
        who = _("Вы сами, на другой странице, %(time)s.", time=local_time(newer.at))
    else:
        who = _("%(name)s, %(time)s.", name=name, time=local_time(newer.at))
    body = {"title": newer.message, "message": f"{who} {newer.hint}", "code": "newer"}
    answer = jsonify(**body, saved_at=int(newer.at.timestamp()))
    answer.status_code = 409
    return answer


@pages.post("/tasks/<int:task_id>/return")
@permission(Permission.TASK_WORK)
def give_back(task_id: int) -> Response:
    """Return the step to its role; the draft stays with it."""
    service.give_back(runtime(), actor(), task_id)
    flash(_("Шаг возвращён в общую очередь роли."))
    return redirect(url_for("inbox.show"), 303)
