"""The terms of a case: what runs, what stands still and why; stopping, going on, lengthening."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.access.journal import record_view
from engine.access.queries import names_of
from engine.cases import clocks
from engine.cases.clock_views import TermView, ended_terms_of_case, term_page, terms_of_case
from engine.cases.queries import CaseCard, case_card
from engine.deadlines.counting import Unit
from engine.documents.files import accept
from engine.documents.queries import Attachment, case_attachments
from engine.errors import InvalidData, NotFound
from engine.model import Clock, Outcome, Permission
from webui.frame import local_date, role_words
from webui.guards import actor, permission, runtime
from webui.rungs import ladder_rungs
from webui.ui import plural

pages = Blueprint("terms", __name__)

OUTCOMES = {
    Outcome.MET: (_l("соблюдён"), "ok", "done"),
    Outcome.BREACHED: (_l("нарушен"), "urgent", "late"),
    Outcome.CANCELLED: (_l("не нужен"), "paused", "close"),
}
"""Words, colour and icon of how a term ended."""


@pages.get("/cases/<int:case_id>/terms")
@permission(Permission.CASE_VIEW)
def show(case_id: int) -> str:
    """Every open term of a case with its pauses and extensions, and what the person may do with it."""
    return _page(case_id, {})


def _page(case_id: int, errors: Mapping[str, str], faulty: str = "") -> str:
    """`faulty` names the form that the faults belong to: a deed and the term it was about."""
    rt, person = runtime(), actor()
    now = rt.clock.now()
    with rt.database.read() as conn:
        card = case_card(rt, conn, person, case_id)
        views = terms_of_case(rt, conn, person, card, now)
        ended = ended_terms_of_case(rt, conn, card)
        files = case_attachments(rt, conn, person, case_id)
        by = {each.by for view in views for each in view.pauses}
        by |= {each.by for view in views for each in view.extensions}
        names = names_of(conn, by)
    with rt.database.write() as conn:
        record_view(rt, conn, person, "case", case_id, case_id=case_id)
    papers = {each.id: each for each in files}
    return render_template(
        "terms.html",
        card=card,
        terms=[
            {
                "view": view,
                "rungs": ladder_rungs(view.term, view.norm, now, card.unit_id)
                if view.term.clock is Clock.RUNNING
                else [],
                "changes": _changes(view, names, papers),
                "extension": _extension_words(view),
                "pause_rule": _pause_words(view),
                "whole": _titles(each for each in views if each.norm.key == view.norm.within),
                "parts": _titles(each for each in views if each.norm.within == view.norm.key),
            }
            for view in views
        ],
        ended=ended,
        outcomes=OUTCOMES,
        papers=[{"value": each.id, "words": each.name} for each in files],
        may_attach=card.active and person.may(Permission.TASK_WORK),
        sent=request.form,
        errors=errors,
        faulty=faulty,
    )


def _titles(views: Iterable[TermView]) -> str:
    return ", ".join(view.norm.title for view in views)


def _changes(
    view: TermView, names: Mapping[int, str], papers: Mapping[int, Attachment]
) -> list[dict[str, Any]]:
    """Pauses and extensions of a term in their order, in words."""
    lines: list[tuple[Any, dict[str, Any]]] = []
    for pause in view.pauses:
        until = _("по %(day)s", day=local_date(pause.until)) if pause.until else _("по сей день")
        words = _("Пауза с %(since)s %(until)s: %(reason)s",
                  since=local_date(pause.since), until=until, reason=pause.reason)  # fmt: skip
        lines.append((pause.since, {"words": words, "icon": "paused", "change": pause}))
    for longer in view.extensions:
        words = _("Продлён %(day)s: с %(was)s до %(is_now)s", day=local_date(longer.at),
                  was=local_date(longer.before), is_now=longer.after_words)  # fmt: skip
        lines.append((longer.at, {"words": words, "icon": "calendar", "change": longer}))
    return [
        {
            "words": line["words"],
            "icon": line["icon"],
            "who": names.get(line["change"].by, _("Маршрут")),
            "paper": papers.get(line["change"].attachment_id or 0),
        }
        for _at, line in sorted(lines, key=lambda pair: pair[0])
    ]


def _pause_words(view: TermView) -> str:
    """Who decides on a pause and how long it may last."""
    parts = []
    if view.norm.pause_by:
        parts.append(_("решает %(who)s", who=role_words(view.norm.pause_by).lower()))
    if view.norm.pause_days:
        parts.append(
            _("не дольше %(days)s", days=plural(view.norm.pause_days, _("дня"), _("дней"), _("дней")))
        )
    return ", ".join(parts)


def _extension_words(view: TermView) -> str:
    """How much, how often and on whose decision."""
    rule = view.norm.extension
    if rule is None:
        return ""
    units = {
        Unit.WORKING_DAYS: (_("рабочий день"), _("рабочих дня"), _("рабочих дней")),
        Unit.CALENDAR_DAYS: (_("день"), _("дня"), _("дней")),
        Unit.MONTHS: (_("месяц"), _("месяца"), _("месяцев")),
        Unit.HOURS: (_("час"), _("часа"), _("часов")),
        Unit.MINUTES: (_("минута"), _("минуты"), _("минут")),
    }[rule.unit]
    parts = [
        _("не больше чем на %(length)s", length=plural(rule.value, *units)),
        _("осталось раз: %(n)s", n=max(rule.times - len(view.extensions), 0)),
        _("решает %(who)s", who=role_words(rule.by).lower()),
        rule.ground,
    ]
    return ", ".join(part for part in parts if part)


@pages.post("/cases/<int:case_id>/terms/pause")
@permission(Permission.CASE_VIEW)
def pause(case_id: int) -> Response | tuple[str, int]:
    """Stop the clock of a term for a reason of its norm."""

    def deed(number: int) -> None:
        since = _day("since")
        reason = request.form.get("reason", "")
        clocks.pause_term(runtime(), actor(), number, reason, since, _paper())

    return _carried_out(case_id, "pause", deed, _("Срок приостановлен."))


@pages.post("/cases/<int:case_id>/terms/resume")
@permission(Permission.CASE_VIEW)
def resume(case_id: int) -> Response | tuple[str, int]:
    """Let the clock go on with what was left."""

    def deed(number: int) -> None:
        clocks.resume_term(runtime(), actor(), number, _day("on"))

    return _carried_out(case_id, "resume", deed, _("Срок снова идёт."))


@pages.post("/cases/<int:case_id>/terms/extend")
@permission(Permission.CASE_VIEW)
def extend(case_id: int) -> Response | tuple[str, int]:
    """Make a term longer by the rule of its norm."""

    def deed(number: int) -> None:
        value, on = request.form.get("value", 0, type=int), _day("on")
        clocks.extend_term(runtime(), actor(), number, value, on, _paper())

    return _carried_out(case_id, "extend", deed, _("Срок продлён."))


def _carried_out(
    case_id: int, form: str, deed: Callable[[int], None], done: str
) -> Response | tuple[str, int]:
    """Do it with the term that was sent and say so; what is wrong comes back beside its fields."""
    card, number = _own_term(case_id)
    try:
        deed(number)
    except InvalidData as wrong:
        return _page(case_id, wrong.errors, f"{form}-{number}"), 422
    flash(done)
    return redirect(url_for("terms.show", case_id=card.id, _anchor=f"term-{number}"), 303)


def _own_term(case_id: int) -> tuple[CaseCard, int]:
    """The case, if the person may see it, and the term that was sent, if it is one of that case."""
    rt, person = runtime(), actor()
    number = request.form.get("term", 0, type=int)
    with rt.database.read() as conn:
        case_card(rt, conn, person, case_id)
        card, view = term_page(rt, conn, person, number, rt.clock.now())
    if card.id != case_id:
        raise NotFound(_("Этот срок не из этого дела."), _("Обновите страницу дела."))
    return card, view.term.id


def _day(name: str) -> date | None:
    """A day that was sent, None for an empty field."""
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidData(
            _("Срок не изменён."), {name: _("Дата не читается. Напишите её так: 21.01.2026.")}
        ) from None


def _paper() -> clocks.Paper | None:
    """The paper: a file that was sent with the form and comes into the case with the change or not at all, or
    one that lies there.
    """
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        allowed = runtime().settings.attachments
        return accept(sent.filename, sent.stream.read(allowed.limit + 1), allowed)
    return request.form.get("attachment", type=int)
