"""«Дела»: the list, the case file, opening a case."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from engine.documents.queries import case_documents
from engine.records.queries import find_people, person_brief
from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.journal import record_view
from engine.access.queries import names_of
from engine.bpmn import Process
from engine.cases.queries import case_card, case_history, case_list, case_position, open_incidents
from engine.cases.service import cancel_case, start_case
from engine.definitions.library import Release
from engine.errors import InvalidData
from engine.model import Permission, StartCase
from engine.worklist.casework import FinishedStep, case_tasks, finished_tasks
from webui.explained import decision_cards
from webui.forms import form_block
from webui.frame import local
from webui.guards import actor, permission, runtime
from webui.histories import history_rows
from webui.inbox import row_view
from webui.ui import date_words

pages = Blueprint("cases", __name__)

PAGE = 50


@pages.get("/cases")
@permission(Permission.CASE_VIEW)
def index() -> str:
    """Cases within reach, newest first; a search by number or surname."""
    rt, person = runtime(), actor()
    search = request.args.get("q", "").strip()[:100]
    active = {"ended": False, "all": None}.get(request.args.get("state", ""), True)
    before = request.args.get("before", type=int)
    with rt.database.read() as conn:
        people = find_people(rt, conn, person, search) if search else []
        cards = case_list(
            rt,
            conn,
            person,
            active=active,
            number=search or None,
            person_ids=[found.id for found in people],
            family_ids=[family for found in people for family in found.family_ids],
            before=before,
            limit=PAGE,
        )
        names = names_of(conn, {card.owner_id or 0 for card in cards})
        pathways = startable(rt.library.current(conn)) if person.may(Permission.CASE_START) else []
    return render_template(
        "cases.html",
        cards=cards,
        names=names,
        search=search,
        state=request.args.get("state", "active"),
        pathways=pathways,
        next_page=url_for(
            "cases.index", q=search or None, state=request.args.get("state"), before=cards[-1].id
        )
        if len(cards) == PAGE
        else None,
    )


def startable(release: Release) -> list[dict[str, str]]:
    """Pathways that a person opens: those whose start event has a form."""
    found = [release.process(key) for key in release.items.get("bpmn", {})]
    return [
        {"key": process.id, "name": process.name}
        for process in sorted(found, key=lambda process: process.name)
        if process.starts and process.starts[0].form
    ]


@pages.get("/cases/<int:case_id>")
@permission(Permission.CASE_VIEW)
def show(case_id: int) -> str:
    """The case file. Opening it is noted in the journal of views."""
    rt, person = runtime(), actor()
    now = rt.clock.now()
    with rt.database.read() as conn:
        card = case_card(rt, conn, person, case_id)
        history = case_history(rt, conn, card)
        open_rows = case_tasks(rt, conn, case_id, now, person.unit_id)
        finished = finished_tasks(rt, conn, card, now)
        documents = case_documents(conn, case_id)
        incidents = open_incidents(conn, case_id)
        people = {e.actor_id for e in history} | {row.assignee_id or 0 for row in open_rows}
        names = names_of(conn, people | {done.closed_by or 0 for done in finished} | {card.owner_id or 0})
        position = case_position(rt, conn, card)
        subject = person_brief(rt, conn, person, card.person_id) if card.person_id else None
    with rt.database.write() as conn:
        record_view(rt, conn, person, "case", case_id, case_id=case_id)
    return render_template(
        "case.html",
        card=card,
        subject=subject,
        tasks=[row_view(row, names, person) for row in open_rows],
        next_step=open_rows[0] if open_rows else None,
        finished=finished,
        documents=documents,
        incidents=incidents,
        history=history_rows(history, names),
        decisions=decision_cards(history),
        names=names,
        stages=_stages(rt.library.release(card.release_id).process(card.process), card.stage, finished),
        marks={"passed": sorted(position.passed), "current": sorted(position.now.open)},
        filed=date_words(local(card.filed_at).date()),
        may_cancel=card.active and person.may(Permission.CASE_REPAIR),
    )


def _stages(process: Process, current: str, finished: list[FinishedStep]) -> list[dict[str, Any]]:
    """The strip of stages in the order of the diagram, with the days on which their steps were done."""
    order = list(dict.fromkeys(info.stage for info in process.steps.values() if info.stage))
    here = order.index(current) if current in order else -1
    days: dict[str, list[date]] = {}
    for done in reversed(finished):
        days.setdefault(done.step.stage, []).append(local(done.closed_at).date())
    return [
        {
            "title": stage,
            "state": "current" if n == here else "done" if n < here else "ahead",
            "date_words": _span(days.get(stage, [])),
        }
        for n, stage in enumerate(order)
    ]


def _span(days: list[date]) -> str:
    """«22 декабря, пн — 12 января, пн», one day, or nothing."""
    if not days:
        return ""
    return " — ".join(dict.fromkeys((date_words(days[0]), date_words(days[-1]))))


@pages.post("/cases/<int:case_id>/cancel")
@permission(Permission.CASE_REPAIR)
def cancel(case_id: int) -> Response:
    """Stop a case for a reason."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise InvalidData("Напишите, почему дело прекращено.", {"reason": "Причина попадёт в историю дела."})
    cancel_case(runtime(), actor(), case_id, reason)
    flash(_("Дело прекращено."))
    return redirect(url_for("cases.show", case_id=case_id), 303)


@pages.get("/cases/new/<key>")
@permission(Permission.CASE_START)
def new(key: str) -> str:
    """Open a case: who it is about, then the form of the start event."""
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        release = rt.library.current(conn)
        process = release.process(key)
        chosen = request.args.get("person", type=int)
        subject = person_brief(rt, conn, person, chosen) if chosen else None
        search = request.args.get("q", "").strip()[:100]
        found = find_people(rt, conn, person, search) if search else []
    form = release.form(process.starts[0].form) if process.starts and process.starts[0].form else None
    about_nobody = process.properties.get("subject") == "none"
    return render_template(
        "case_new.html",
        process=process,
        form=form_block(form, {}, None) if form and (subject or about_nobody) else None,
        subject=subject,
        about_nobody=about_nobody,
        search=search,
        found=found,
        request_key=secrets.token_hex(16),
    )


@pages.post("/cases/new/<key>")
@permission(Permission.CASE_START)
def create(key: str) -> Response:
    """Open the case with the form's data (JSON). A repeated request opens nothing twice."""
    rt, person = runtime(), actor()
    sent = request.get_json(silent=True) or {}
    chosen = request.args.get("person", type=int)
    label, family_id = "", None
    if chosen:
        with rt.database.read() as conn:
            subject = person_brief(rt, conn, person, chosen)
        label, family_id = subject.label, subject.family_ids[0] if subject.family_ids else None
    started = start_case(
        rt,
        StartCase(
            actor=person,
            process=key,
            data=sent.get("data") or {},
            person_id=chosen,
            family_id=family_id,
            label=label or _("заседание"),
            request_key=str(sent["version"])[:64] if sent.get("version") else None,
        ),
    )
    flash(_("Дело № %(number)s открыто.", number=started.number))
    return jsonify(next=url_for("cases.show", case_id=started.id))
