"""«Переназначить»: one step, or several that were chosen in the monitor, to another person with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine.access.absences import away_now
from engine.access.queries import names_of
from engine.errors import InvalidData, NotFound
from engine.model import Permission
from engine.worklist import service
from engine.worklist.candidates import Candidate, candidates_for, candidates_for_several
from engine.worklist.inbox import InboxRow
from engine.worklist.reassigning import MOST, Refused, reassign_several
from webui.guards import actor, permission, runtime
from webui.ui import date_words, plural

pages = Blueprint("reassigning", __name__)


@pages.get("/monitor/reassign/<int:task_id>")
@permission(Permission.TASK_REASSIGN)
def choose(task_id: int) -> str:
    """Who may take the step over: people of its role, with how much they have already."""
    return _choice(task_id, {})


def _choice(task_id: int, errors: dict[str, str]) -> str:
    rt = runtime()
    with rt.database.read() as conn:
        step, found = candidates_for(rt, conn, actor(), task_id, rt.clock.now())
        names = names_of(conn, {step.row.assignee_id or 0})
        away = away_now(conn, rt.directory.tree(), rt.clock.now()).get(step.row.assignee_id or 0)
    offered = _offered(found, away.acting_id if away else None)
    to = request.form.get("to", type=int) if request.form else offered
    return render_template(
        "reassign.html",
        step=step,
        title=step.row.title,
        candidates=found,
        away_words=_away_words,
        some_away=any(each.away for each in found),
        to="" if to is None else to,
        reason=request.form.get("reason", ""),
        now_with=names.get(step.row.assignee_id or 0),
        errors=errors,
    )


def _offered(found: Sequence[Candidate], acting_id: int | None) -> int | None:
    """Whom the form proposes: who acts for an absent performer, else the least loaded."""
    numbers = [each.account_id for each in found]
    return acting_id if acting_id in numbers else next(iter(numbers), None)


def _away_words(each: Candidate, candidates: Sequence[Candidate]) -> str:
    """«отсутствует до 30 января, пт»: and whom to choose instead, when they are in the list."""
    if each.away is None:
        return ""
    acting = {other.account_id: other.name for other in candidates}.get(each.away.acting_id or 0)
    until = _("отсутствует до %(day)s", day=date_words(each.away.last_day))
    return f"{until}, {_('замещает %(name)s', name=acting)}" if acting else until


@pages.post("/monitor/reassign/<int:task_id>")
@permission(Permission.TASK_REASSIGN)
def give(task_id: int) -> Response | tuple[str, int]:
    """Hand the step over, with a reason."""
    to = request.form.get("to", type=int)
    try:
        service.reassign(
            runtime(),
            actor(),
            task_id,
            to,
            request.form.get("reason", ""),
            even_absent="even_absent" in request.form,
        )
    except InvalidData as wrong:
        return _choice(task_id, wrong.errors), 422
    flash(_("Шаг передан."))
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@pages.get("/monitor/reassign")
@permission(Permission.TASK_REASSIGN)
def choose_several() -> Response | str:
    """The steps that were chosen in a list and who may take them over."""
    return _refused_number(request.args) or _several(_chosen(request.args), {})


@pages.post("/monitor/reassign")
@permission(Permission.TASK_REASSIGN)
def give_several() -> Response | tuple[str, int]:
    """Hand the chosen steps over; those that can't be stay on the page with why."""
    wrong_number = _refused_number(request.form)
    if wrong_number is not None:
        return wrong_number
    form, chosen = request.form, _chosen(request.form)
    if "to" not in form:
        return _several(chosen, {"to": _("Выберите, кому передать.")}), 422
    titles = {row.task_id: _title(row) for row in _steps(chosen)}
    try:
        refused = reassign_several(
            runtime(),
            actor(),
            chosen,
            form.get("to", type=int),
            form.get("reason", ""),
            even_absent="even_absent" in form,
        )
    except InvalidData as wrong:
        return _several(chosen, wrong.errors), 422
    given = len(chosen) - len(refused)
    if refused:
        return _several([each.task_id for each in refused], {}, given, _reasons(refused, titles)), 422
    flash(_("Передано: %(steps)s.", steps=plural(given, _("шаг"), _("шага"), _("шагов"))))
    return redirect(url_for("monitor.show"), 303)


def _chosen(sent: MultiDict[str, str]) -> list[int]:
    return list(dict.fromkeys(sent.getlist("step", type=int)))


def _refused_number(sent: MultiDict[str, str]) -> Response | None:
    """Back to the monitor when no step is chosen, or too many."""
    chosen = _chosen(sent)
    if 0 < len(chosen) <= MOST:
        return None
    flash(
        _("За один раз передают не больше %(n)s шагов: отметьте меньше.", n=MOST)
        if chosen
        else _("Отметьте шаги, которые нужно передать.")
    )
    return redirect(url_for("monitor.show"), 303)


def _steps(chosen: Sequence[int]) -> list[InboxRow]:
    rt = runtime()
    with rt.database.read() as conn:
        return candidates_for_several(rt, conn, actor(), chosen, rt.clock.now())[0]


def _title(row: InboxRow) -> str:
    return f"{row.title}, № {row.case_number}"


def _reasons(refused: Sequence[Refused], titles: Mapping[int, str]) -> list[dict[str, str]]:
    """The refused steps as lines of a list."""
    return [
        {
            "title": titles.get(each.task_id, _("Шаг, который вы не передаёте")),
            "note": each.why,
            "icon": "refusal",
        }
        for each in refused
    ]


def _several(
    chosen: Sequence[int],
    errors: Mapping[str, str],
    given: int = 0,
    refused: Sequence[Mapping[str, str]] = (),
) -> str:
    rt = runtime()
    with rt.database.read() as conn:
        rows, found = candidates_for_several(rt, conn, actor(), chosen, rt.clock.now())
        names = names_of(conn, {row.assignee_id or 0 for row in rows})
    if not rows and not refused:
        raise NotFound(_("Этих шагов нет среди открытых."), _("Вернитесь в «Монитор»: их уже завершили."))
    return render_template(
        "reassign_several.html",
        rows=rows,
        names=names,
        candidates=found,
        away_words=_away_words,
        some_away=any(each.away for each in found),
        to=_kept_choice(found),
        reason=request.form.get("reason", ""),
        given=given,
        refused=refused,
        errors=errors,
    )


def _kept_choice(found: Sequence[Candidate]) -> int | None:
    """Whom the form chooses: whoever was chosen in it, when they may take any of the steps that are left;
    None: the role.
    """
    to = request.form.get("to", type=int)
    if request.form.get("to") == "" or to in {each.account_id for each in found}:
        return to
    return _offered(found, None)
