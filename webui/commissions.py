"""«Комиссии»: their calendars of sittings, what they have heard, one sitting, the papers of a question."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from engine.cases.question_papers import file, paper, question
from engine.cases.visibility import visible_among
from engine.errors import InvalidData, NotFound
from engine.model import Actor, Permission, Scope
from engine.records.agenda import AgendaItem, waiting_items
from engine.records.commission_report import Heard, heard_between
from engine.records.commissions import (
    COUNTED,
    ITEM_KINDS,
    PARTS,
    Commission,
    commission_of,
    commissions_of,
    keeps,
    members_of,
    sits_as,
)
from engine.records.sitting_plan import (
    Sitting,
    add_sitting,
    cancel_sitting,
    move_sitting,
    next_days,
    sittings_between,
)
from webui.days import sent_day
from webui.frame import local_now
from webui.guards import actor, permission, runtime
from webui.sheets import XLSX, commissions_sheet
from webui.sitting_words import sitting_origin, sitting_state, weekdays
from webui.ui import date_digits, date_words

pages = Blueprint("commissions", __name__)

BACK, AHEAD = timedelta(days=100), timedelta(days=70)
"""How much of its calendar the page of a commission shows."""
SHORT = {
    "family": _l("Детство. Семья"),
    "kdn": _l("КДН и ЗП"),
    "contract": _l("Соцконтракт"),
    "complex": _l("Комплексная"),
    "audit": _l("Другая"),
}
"""Names of commissions where a phone has room for one word or two."""
SPANS = ("month", "quarter", "half", "year")


@pages.get("/commissions")
@permission(Permission.TASK_WORK)
def index() -> str:
    """Commissions of the municipality: when they sit next, what waits, what they heard in the period."""
    rt, person = runtime(), actor()
    today = local_now(person).date()
    span = _span()
    first, last = _period(span, today)
    with rt.database.read() as conn:
        known = commissions_of(rt, conn, person)
        takes = next_days(conn, [each.id for each in known], today)
        rows = [
            {
                "commission": each,
                "short": SHORT.get(each.kind, each.name),
                **_nearest(conn, each.id, today, takes.get(each.id)),
                "rule": rule_words(each),
                "waiting": len(waiting_items(conn, each.id)),
                "heard": heard_between(conn, each.id, first, last),
                "mine": sits_as(conn, person, each.id),
            }
            for each in known
        ]
    return render_template(
        "commissions.html",
        rows=rows,
        kinds=[ITEM_KINDS[kind] for kind in COUNTED],
        spans=[
            {"words": words, "href": url_for("commissions.index", span=key), "current": key == span}
            for key, words in zip(SPANS, (_("Месяц"), _("Квартал"), _("Полугодие"), _("Год")), strict=True)
        ],
        span=span,
        may_edit=person.may(Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY),
        period=_("с %(first)s по %(last)s", first=date_digits(first), last=date_digits(last)),
        wrong=[row for row in rows if not _heard(row).agrees],
    )


def _nearest(conn: Connection, commission_id: int, today: date, takes: date | None) -> dict[str, str]:
    """When the commission meets next; where its agenda is closed already, also which sitting takes questions:
    that of the day `takes`.
    """
    calendar = sittings_between(conn, commission_id, today, today + AHEAD)
    meets = next((each.day for each in calendar if each.planned and not each.poll), takes)
    if meets is None:
        return {"next": "", "takes": ""}
    if meets == takes:
        return {"next": date_words(meets), "takes": ""}
    closed = _("повестка закрыта")
    later = _("повестка закрыта, новые вопросы — на %(day)s", day=date_words(takes)) if takes else closed
    return {"next": date_words(meets), "takes": later}


def _heard(row: Mapping[str, Any]) -> Heard:
    found: Heard = row["heard"]
    return found


@pages.get("/commissions/report.xlsx")
@permission(Permission.TASK_WORK)
def report() -> Response:
    """The statistics of the period as a sheet: a line a commission."""
    rt, person = runtime(), actor()
    first, last = _period(_span(), local_now(person).date())
    with rt.database.read() as conn:
        found = [
            (each.name, heard_between(conn, each.id, first, last))
            for each in commissions_of(rt, conn, person)
        ]
    made = commissions_sheet(found, first, last)
    name = f"{_('Комиссии')} {first:%d.%m.%Y}-{last:%d.%m.%Y}.xlsx"
    return send_file(made, mimetype=XLSX, as_attachment=True, download_name=name)


@pages.get("/commissions/<int:commission_id>")
@permission(Permission.TASK_WORK)
def show(commission_id: int) -> str:
    """One commission: rules, members, calendar, what waits."""
    return _page(commission_id, {})


@pages.post("/commissions/<int:commission_id>/sittings")
@permission(Permission.TASK_WORK)
def add(commission_id: int) -> Response | tuple[str, int]:
    """Call a sitting besides the rule."""
    try:
        add_sitting(
            runtime(),
            actor(),
            commission_id,
            _day(),
            request.form.get("reason", ""),
        )
    except InvalidData as wrong:
        return _page(commission_id, wrong.errors), 422
    flash(_("Заседание внесено в календарь."))
    return redirect(url_for("commissions.show", commission_id=commission_id, _anchor="calendar"), 303)


@pages.post("/commissions/<int:commission_id>/sittings/<int:sitting_id>")
@permission(Permission.TASK_WORK)
def change(commission_id: int, sitting_id: int) -> Response | tuple[str, int]:
    """Move a sitting to another day, or call it off when no day is given."""
    reason = request.form.get("reason", "")
    try:
        if "cancel" in request.form:
            cancel_sitting(runtime(), actor(), sitting_id, reason)
            flash(_("Заседание отменено. Вопросы ждут следующего."))
        else:
            move_sitting(runtime(), actor(), sitting_id, _day(), reason)
            flash(_("Заседание перенесено. Сроки пересчитаются за минуту."))
    except InvalidData as wrong:
        return _page(commission_id, wrong.errors, sitting_id), 422
    return redirect(url_for("commissions.show", commission_id=commission_id, _anchor="calendar"), 303)


@pages.get("/commissions/questions/<int:item_id>")
@permission(Permission.TASK_WORK)
def papers(item_id: int) -> str:
    """What the case proposes and the papers named with the question: nothing else of the case."""
    found = question(runtime(), actor(), item_id)
    return render_template(
        "question.html", question=found, kind=ITEM_KINDS[found.item.kind], draft=_draft(found.draft)
    )


@pages.get("/commissions/questions/<int:item_id>/papers/<int:document_id>")
@permission(Permission.TASK_WORK)
def read_paper(item_id: int, document_id: int) -> Response:
    """A paper of a question."""
    found = paper(runtime(), actor(), item_id, document_id)
    return send_file(io.BytesIO(found.content), mimetype=found.media_type, download_name=found.name)


@pages.get("/commissions/questions/<int:item_id>/files/<int:attachment_id>")
@permission(Permission.TASK_WORK)
def read_file(item_id: int, attachment_id: int) -> Response:
    """A file that was added to the case of a question."""
    found = file(runtime(), actor(), item_id, attachment_id)
    content = io.BytesIO(found.content)
    return send_file(content, mimetype=found.media_type, as_attachment=True, download_name=found.name)


def _page(commission_id: int, errors: Mapping[str, str], of: int | None = None) -> str:
    rt, person = runtime(), actor()
    today = local_now(person).date()
    with rt.database.read() as conn:
        known = _known(conn, person, commission_id)
        members = members_of(conn, commission_id)
        calendar = sittings_between(conn, commission_id, today - BACK, today + AHEAD)
        waiting = waiting_items(conn, commission_id)
        may_keep = keeps(rt, conn, person, known)
        reads = may_keep or sits_as(conn, person, commission_id) is not None
        open_to = visible_among(conn, person, {item.case_id for item in waiting})
    return render_template(
        "commission.html",
        commission=known,
        rule=rule_words(known),
        rare=_rare(known) if may_keep or person.may(Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY) else "",
        members=[{"member": each, "part": PARTS[each.part]} for each in members],
        ahead=[_sitting(each, reads=reads) for each in calendar if each.day >= today],
        past=[_sitting(each, reads=reads) for each in reversed(calendar) if each.day < today],
        waiting=[_question(item, open_to, reads=reads) for item in waiting] if reads else None,
        waiting_count=len(waiting),
        may_keep=may_keep,
        may_edit=person.may(Permission.ACCOUNT_MANAGE, Scope.MUNICIPALITY),
        errors=errors,
        sent=request.form,
        of=of,
    )


def _known(conn: Connection, person: Actor, commission_id: int) -> Commission:
    known = commission_of(conn, commission_id)
    if known.id not in {each.id for each in commissions_of(runtime(), conn, person)}:
        raise NotFound(_("Такой комиссии у вас нет."), _("Откройте список комиссий."))
    return known


def _sitting(each: Sitting, *, reads: bool) -> dict[str, Any]:
    return {
        "id": each.id,
        "day": date_words(each.day),
        "iso": each.day.isoformat(),
        "state": sitting_state(each),
        "note": ". ".join(filter(None, (sitting_origin(each), each.reason))),
        "heard": each.heard,
        "movable": each.planned and each.case_id is None,
        "sitting": url_for("sittings.show", case_id=each.case_id) if each.case_id and reads else None,
    }


def _question(item: AgendaItem, open_to: frozenset[int], *, reads: bool) -> dict[str, Any]:
    return {
        "title": item.title,
        "asked": date_words(item.asked_at.date()),
        "postponed": item.postponed,
        "href": url_for("commissions.papers", item_id=item.id) if reads else None,
        "case": url_for("cases.show", case_id=item.case_id) if item.case_id in open_to else None,
    }


def _draft(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the case proposes, as names and words."""
    offered = values.get("проект")
    pairs = dict(offered) if isinstance(offered, Mapping) else {}
    return [
        {"name": name.replace("_", " ").capitalize(), "value": _worded(value)}
        for name, value in pairs.items()
        if value not in (None, "", [])
    ]


def _worded(value: Any) -> str:
    """A value of a draft in words: lists by commas, contexts by their values."""
    if isinstance(value, bool):
        return _("да") if value else _("нет")
    if isinstance(value, Mapping):
        return ", ".join(_worded(each) for each in value.values() if each not in (None, "", []))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_worded(each) for each in value)
    return date_digits(value) if isinstance(value, date) else str(value)


def rule_words(known: Commission) -> str:
    """When it sits: «по вторникам», «1-я и 3-я недели месяца, среда»."""
    if known.weekday is None:
        return _("по необходимости")
    day = weekdays()[known.weekday]
    if not known.weeks:
        return _("каждую неделю, %(day)s, %(hour)s", day=day, hour=known.hour)
    weeks = ", ".join(_("%(n)s-я", n=week) for week in known.weeks)
    return _("%(weeks)s неделя месяца, %(day)s, %(hour)s", weeks=weeks, day=day, hour=known.hour)


def _rare(known: Commission) -> str:
    """What to say of a rule that gives too few sittings; empty for any other."""
    if not known.active or not known.sits_too_rarely:
        return ""
    if known.kind == "kdn":
        return _(
            "Такая комиссия заседает не реже двух раз в месяц: отметьте в её правилах день недели и недели."
        )
    return _("Такая комиссия заседает каждую неделю: отметьте в её правилах день недели.")


def _span() -> str:
    asked = request.args.get("span", "")
    return asked if asked in SPANS else "year"


def _period(span: str, today: date) -> tuple[date, date]:
    """The month, quarter, half-year or year of today, to its last day."""
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}[span]
    begin = (today.month - 1) // months * months + 1
    end = begin + months
    last = date(today.year + (end > 12), end - 12 if end > 12 else end, 1) - timedelta(days=1)
    return date(today.year, begin, 1), last


def _day() -> date | None:
    return sent_day(request.form.get("day", ""))
