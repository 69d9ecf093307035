"""«Разобраться с просрочкой»: the lines that the ladder puts before a supervisor, and writing down what was
decided.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.journal import record_view
from engine.access.queries import names_of
from engine.cases.visibility import handed_over_among
from engine.errors import InvalidData
from engine.model import Permission
from engine.worklist.escalations import Escalation, decide, escalation_of, red_cases
from engine.worklist.notices import last_told_of_terms
from webui.frame import local
from webui.guards import actor, permission, runtime
from webui.substitutes import away_notes

pages = Blueprint("overdue", __name__)


def overdue_lines(
    lines: Collection[Escalation], names: Mapping[int, str], notes: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Lines as the macro `overdue_group` draws them; `names` holds those of all assignees, `notes` what is
    said of those who are away.
    """
    return [
        {
            "id": line.term_id,
            "href": url_for("overdue.show", term_id=line.term_id),
            "title": line.title,
            "case_number": line.case_number,
            "case_href": url_for("cases.show", case_id=line.case_id),
            "subject": line.label,
            "pathway": line.process_name,
            "assignee_words": names.get(line.assignee_id or 0, _("не назначено")),
            "away_words": notes.get(line.assignee_id or 0),
            "due": line.words,
        }
        for line in lines
    ]


@pages.get("/overdue/<int:term_id>")
@permission(Permission.TASK_WORK)
def show(term_id: int) -> str:
    """One line: what is late, with whom, who was told; a field for what was decided."""
    return _page(term_id, {})


def _page(term_id: int, errors: Mapping[str, str]) -> str:
    rt, person = runtime(), actor()
    now = rt.clock.now()
    with rt.database.read() as conn:
        line = escalation_of(rt, conn, person, term_id, now)
        told = last_told_of_terms(conn, [term_id]).get(term_id)
        names = names_of(conn, {line.assignee_id or 0, *(told[1] if told else ())})
        red = line.case_id in red_cases(rt, conn, [line.case_id], now)
        handed_over = handed_over_among(conn, person, [line.case_id])
        away_words = away_notes(rt, conn, [line.assignee_id]).get(line.assignee_id or 0)
    with rt.database.write() as conn:
        record_view(rt, conn, person, "case", line.case_id, case_id=line.case_id)
    told_words = (
        f"{', '.join(sorted(names[each] for each in told[1]))}, {local(told[0]):%d.%m}" if told else "—"
    )
    return render_template(
        "overdue.html",
        line=line,
        red=red,
        now_with=names.get(line.assignee_id or 0),
        away_words=away_words,
        told_words=told_words,
        may_reassign=line.task_id is not None and line.case_id in handed_over,
        decision=request.form.get("decision", ""),
        errors=errors,
    )


@pages.post("/overdue/<int:term_id>")
@permission(Permission.TASK_WORK)
def note(term_id: int) -> Response | tuple[str, int]:
    """Write down what was decided."""
    try:
        decide(runtime(), actor(), term_id, request.form.get("decision", ""))
    except InvalidData as wrong:
        return _page(term_id, wrong.errors), 422
    flash(_("Решение записано в историю дела."))
    return redirect(url_for("inbox.show"), 303)
