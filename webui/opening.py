"""Opening a case: whom it is about, the form of the start event, and what was begun and left."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from engine.access.policy import may_open, require_opening
from engine.bpmn import Process
from engine.cases.openings import begun, drop_opening, keep_opening, kept_opening
from engine.cases.queries import case_list
from engine.cases.service import start_case
from engine.cases.sitting_calendar import POLL_DAY
from engine.definitions.library import Release
from engine.errors import FormChanged, InvalidData, NotFound
from engine.formjs import Form
from engine.model import Actor, Permission, StartCase
from engine.records.queries import PersonBrief, find_people, person_brief, similar_people
from engine.runtime import Runtime
from webui.forms import form_block, form_changed, sent_answers
from webui.frame import local_date, local_moment, local_time
from webui.guards import actor, permission, runtime
from webui.search import sought
from webui.ui import date_digits

pages = Blueprint("opening", __name__)


def startable(release: Release, person: Actor) -> list[dict[str, str]]:
    """Pathways that this person may open: those whose plain start has a form, and is left to their role."""
    if not person.may(Permission.CASE_START):
        return []
    found = [release.process(key) for key in release.items.get("bpmn", {})]
    return [
        {"key": process.id, "name": process.name}
        for process in sorted(found, key=lambda process: process.name)
        if start_form(process) and may_open(person, process.starters)
    ]


def startable_about(release: Release, person: Actor) -> list[dict[str, str]]:
    """Those of them whose case is about somebody: what the card of a person offers."""
    return [each for each in startable(release, person) if not about_nobody(release.process(each["key"]))]


def about_nobody(process: Process) -> bool:
    """True of a case about no person: a sitting, a plan of visits."""
    return process.properties.get("subject") == "none"


def start_form(process: Process) -> str | None:
    """The form with which a case is opened by a person."""
    return next((start.form for start in process.starts if start.kind == "none"), None)


def begun_lines(
    rt: Runtime, conn: Connection, person: Actor, pathways: Iterable[Mapping[str, str]]
) -> list[dict[str, Any]]:
    """What this person has begun to open and left: the pathway, about whom, since when, where to go on."""
    names = {pathway["key"]: pathway["name"] for pathway in pathways}
    lines = []
    for each in (each for each in begun(conn, person) if each.process in names):
        # What is not open to this person any more waits unseen until it is, or is forgotten in its time.
        with suppress(NotFound):
            lines.append(
                {
                    "key": each.process,
                    "person": each.person_id,
                    "name": names[each.process],
                    "about": person_brief(rt, conn, person, each.person_id).name if each.person_id else "",
                    "kept": local_moment(each.kept_at),
                }
            )
    return lines


@pages.get("/cases/new/<key>")
@permission(Permission.CASE_START)
def new(key: str) -> str:
    """Open a case: who it is about, then the form of the start event."""
    rt, person = runtime(), actor()
    search = sought()
    chosen = request.args.get("person", type=int)
    with rt.database.read() as conn:
        release = rt.library.current(conn)
        process = release.process(key)
        require_opening(person, process.name, process.starters)
        subject = person_brief(rt, conn, person, chosen) if chosen else None
        sees = bool(search) and person.may(Permission.RECORD_VIEW)
        found = find_people(rt, conn, person, search) if sees else []
        similar = similar_people(rt, conn, person, search) if sees and not found else []
        running = _running(rt, conn, person, subject, key) if subject else []
        kept = kept_opening(rt, conn, person, key, chosen)
        lines = [] if subject else begun_lines(rt, conn, person, [{"key": key, "name": process.name}])
    wanted = start_form(process)
    form = release.form(wanted) if wanted and (subject or about_nobody(process)) else None
    draft, kept_at = kept or ({}, None)
    return render_template(
        "case_new.html",
        process=process,
        form=form_block(form, {}, {**draft, **_proposed(form)}) if form else None,
        form_version=release.definition_id("form", wanted) if form and wanted else None,
        kept_at=kept_at,
        begun=lines,
        subject=subject,
        running=running,
        about_nobody=about_nobody(process),
        search=search,
        found=found,
        similar=similar,
        request_key=secrets.token_hex(16),
        may_register=person.may(Permission.RECORD_EDIT),
    )


def _running(
    rt: Runtime, conn: Connection, person: Actor, subject: PersonBrief, key: str
) -> list[dict[str, Any]]:
    """Open cases about the same person or family, those of the same pathway first: what is begun here may
    have been begun already.
    """
    if not person.may(Permission.CASE_VIEW):
        return []
    cards = case_list(rt, conn, person, person_ids=[subject.id], family_ids=subject.family_ids)
    return [
        {
            "icon": "case",
            "title": _("%(pathway)s, № %(number)s", pathway=card.process_name, number=card.number),
            "href": url_for("cases.show", case_id=card.id),
            "note": " · ".join(filter(None, (card.label, card.phase or card.stage))),
            "aside": _("тот же путь") if card.process == key else local_date(card.filed_at),
        }
        for card in sorted(cards, key=lambda card: card.process != key)
    ]


def _proposed(form: Form) -> dict[str, Any]:
    """Choices that the address proposes: what a button on another page has chosen already. Never a text."""
    return {
        field.key: request.args[field.key]
        for field in form.fields
        if any(request.args.get(field.key) == value for value, _ in field.options)
    }


@pages.post("/cases/new/<key>")
@permission(Permission.CASE_START)
def create(key: str) -> Response:
    """Open the case with the form's data (JSON). A repeated request opens nothing twice."""
    rt, person = runtime(), actor()
    (data, version), request_key = sent_answers(), request.args.get("request", "")[:64]
    chosen = request.args.get("person", type=int)
    with rt.database.read() as conn:
        release = rt.library.current(conn)
        process = release.process(key)
        subject = person_brief(rt, conn, person, chosen) if chosen else None
    if start_form(process) is None:
        raise NotFound(
            _("Дело по этому пути открывает не человек."), _("Выберите путь из списка на странице «Дела».")
        )
    label, family_id = "", None
    if subject is not None:
        label, family_id = subject.label, subject.family_ids[0] if subject.family_ids else None
    elif not about_nobody(process):
        raise InvalidData(_("Выберите, о ком дело."), {})
    else:
        label = _label(data, poll=key in (release.started_by(POLL_DAY) or ()))
    command = StartCase(
        actor=person,
        process=key,
        data=data,
        person_id=chosen,
        family_id=family_id,
        label=label,
        # Bound to the person: nobody learns of another's case by sending its key.
        request_key=f"{person.user_id}:{request_key}"[:64] if request_key else None,
        form_version=version,
    )
    try:
        started = start_case(rt, command)
    except FormChanged as changed:
        return form_changed(changed, url_for("opening.new", key=key, person=chosen))
    flash(_("Дело № %(number)s открыто.", number=started.number))
    return jsonify(location=url_for("cases.show", case_id=started.id))


def _label(data: Mapping[str, Any], *, poll: bool) -> str:
    """What a case about nobody is called: «Заседание 21.01.2026», «Письменный опрос до 21.01.2026» by the day
    that its form gives; without one the name of its pathway says enough.
    """
    try:
        day = date_digits(date.fromisoformat(str(data.get("дата_заседания"))))
    except ValueError:
        return ""
    return _("Письменный опрос до %(day)s", day=day) if poll else _("Заседание %(day)s", day=day)


@pages.put("/cases/new/<key>/draft")
@permission(Permission.CASE_START)
def keep_draft(key: str) -> Response:
    """Keep what is typed so far, unchecked."""
    data, _version = sent_answers()
    kept = keep_opening(runtime(), actor(), key, request.args.get("person", type=int), data)
    return jsonify(kept_at=local_time(kept), saved_at=int(kept.timestamp()))


@pages.post("/cases/new/<key>/drop")
@permission(Permission.CASE_START)
def drop(key: str) -> Response:
    """Forget what was begun."""
    drop_opening(runtime(), actor(), key, request.form.get("person", type=int))
    flash(_("Черновик убран."))
    return redirect(url_for("cases.index"), 303)
