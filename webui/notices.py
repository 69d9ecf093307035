"""«Сообщения»: what the product told a person of their terms. «Мои уведомления»: where else they are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.access.queries import names_of
from engine.cases.visibility import visible_among
from engine.deadlines.norms import Step
from engine.errors import InvalidData
from engine.model import Actor, Permission
from engine.worklist.mail import Choice, Wanted, choose_mail, wanted_by
from engine.worklist.notices import (
    AWAY,
    GIVEN,
    NEW_EDITION,
    NOBODY,
    QUESTION_WITHDRAWN,
    RECOUNTED,
    VISITS_BACK,
    VISITS_MOVED,
    VISITS_OFF,
    VISITS_PLANNED,
    NoticeRow,
    mark_all_read,
    notice_list,
)
from webui.guards import actor, permission, runtime
from webui.recalculations import MINE
from webui.substitutes import away_notes

pages = Blueprint("notices", __name__)

WORDS = {
    Step.HALF: (_l("Прошла половина срока"), "plain"),
    Step.DAY_BEFORE: (_l("Остался 1 рабочий день"), "soon"),
    Step.DUE: (_l("Срок истёк"), "urgent"),
    Step.PLUS_1: (_l("Просрочено на 1 рабочий день"), "urgent"),
    Step.PLUS_3: (_l("Просрочено на 3 рабочих дня"), "urgent"),
    QUESTION_WITHDRAWN: (_l("Вопрос отозван из повестки"), "soon"),
    NEW_EDITION: (_l("По новой редакции нормы изменился срок"), "soon"),
    GIVEN: (_l("Вам передали шаг"), "soon"),
    NOBODY: (_l("Дело открылось по календарю, а роли, которая его ведёт, нет ни у кого"), "urgent"),
    VISITS_OFF: (_l("Выезды к семье сняты с графика"), "soon"),
    VISITS_BACK: (_l("Выезды к семье вернулись в график"), "soon"),
    VISITS_MOVED: (_l("Семья переехала, место выездов другое"), "soon"),
    VISITS_PLANNED: (_l("Утверждён график выездов на год"), "plain"),
}

OF_VISITS = {VISITS_OFF, VISITS_BACK, VISITS_MOVED, VISITS_PLANNED}

CHOICES = {
    Choice.NOW: _l("Сразу, о каждом сроке"),
    Choice.DAILY: _l("Раз в день, утром одним письмом"),
    Choice.NONE: _l("Не присылать"),
}


@pages.get("/notices")
@permission(Permission.TASK_WORK)
def index() -> str:
    """The newest notices, unread first in bold."""
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        rows = notice_list(rt, conn, person.user_id)
        visible = visible_among(conn, person, {row.case_id for row in rows if row.case_id})
        people = {row.absent_id for row in rows if row.absent_id}
        names = names_of(conn, people)
        notes = away_notes(rt, conn, people) if people else {}
        letters = wanted_by(conn, person.user_id)
    lines = [_row(row, person, visible, names, notes) for row in rows]
    return render_template("notices.html", rows=lines, letters=letters)


def _row(
    row: NoticeRow,
    person: Actor,
    visible: Collection[int],
    names: Mapping[int, str],
    notes: Mapping[int, str],
) -> dict[str, object]:
    """A line of the list: what happened, to what, where that is."""
    if row.kind == AWAY:
        absent = row.absent_id or 0
        note = notes.get(absent, _("отсутствие кончилось или отменено"))
        words = f"{names[absent]} {note}" if absent in names else note
        every = url_for("absences.show") if absent in notes else None
        return {
            "notice": row, "words": words, "role": "soon",
            "about": row.step_name or _("открытые шаги ждут"),
            "href": _href(row, person, visible) if row.case_id else every,
        }  # fmt: skip
    if row.kind == RECOUNTED:
        href = url_for("recalculations.show", number=row.recalculation_id, whose=MINE)
        return {"notice": row, "words": _("Изменился календарь"), "role": "soon",
                "about": _("ваши сроки сдвинулись"), "href": href}  # fmt: skip
    words, role = WORDS[row.kind]
    if row.kind in OF_VISITS:
        return {"notice": row, "words": words, "role": role, "about": _("график выездов"),
                "href": url_for("visits.show")}  # fmt: skip
    about = row.step_name or row.term_title or _("дело")
    return {"notice": row, "words": words, "role": role, "about": about, "href": _href(row, person, visible)}


def _href(row: NoticeRow, person: Actor, visible: Collection[int]) -> str | None:
    """The step while it is theirs to do, then the case; nothing once both have passed to somebody else."""
    if row.queue_id in person.queues:
        return url_for("tasks.show", task_id=row.task_id)
    return url_for("cases.show", case_id=row.case_id) if row.case_id in visible else None


@pages.post("/notices/read")
@permission(Permission.TASK_WORK)
def read() -> Response:
    """Mark all as read."""
    mark_all_read(runtime(), actor())
    return redirect(url_for("notices.index"), 303)


@pages.get("/notices/settings")
@permission(Permission.TASK_WORK)
def settings() -> str:
    """Where and when the person wants to be told."""
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        return _settings_page(wanted_by(conn, person.user_id), {})


@pages.post("/notices/settings")
@permission(Permission.TASK_WORK)
def choose() -> Response | tuple[str, int]:
    """Keep the choice; what can't be is said at its field, and stays as it was typed."""
    address, choice = request.form.get("address", ""), request.form.get("choice", "")
    try:
        choose_mail(runtime(), actor(), address, choice)
    except InvalidData as refused:
        chosen = Choice(choice) if choice in set(Choice) else Choice.NONE
        return _settings_page(Wanted(address, chosen), refused.errors), 422
    flash(_("Сохранено."))
    return redirect(url_for("notices.settings"), 303)


def _settings_page(wanted: Wanted, errors: Mapping[str, str]) -> str:
    server = runtime().settings.mail
    return render_template(
        "notice_settings.html",
        wanted=wanted,
        errors=errors,
        choices=[{"value": choice.value, "words": words} for choice, words in CHOICES.items()],
        mail_works=server is not None,
        quiet=server is not None and server.quiet,
    )
