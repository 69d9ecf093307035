"""«Передать дела»: all the work of whoever leaves, with a preview."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.queries import colleague
from engine.errors import InvalidData
from engine.model import Permission
from engine.worklist.handover import hand_over, recipients, work_of
from webui.guards import actor, permission, runtime

pages = Blueprint("handover", __name__)

BATCHES = 40
"""Commits of one request at the most: who has more presses the button again."""


@pages.get("/handover/<int:account_id>")
@permission(Permission.TASK_REASSIGN, Permission.ACCOUNT_MANAGE)
def show(account_id: int) -> str:
    """What the colleague has open and to whom it may go."""
    return _page(account_id, {})


@pages.post("/handover/<int:account_id>")
@permission(Permission.TASK_REASSIGN, Permission.ACCOUNT_MANAGE)
def give(account_id: int) -> Response | tuple[str, int]:
    """Hand over, a batch of cases a commit; interrupted, it goes on at the next press."""
    to, reason = request.form.get("to", 0, type=int), request.form.get("reason", "")
    even_absent = "even_absent" in request.form
    try:
        for _batch in range(BATCHES):
            left = hand_over(runtime(), actor(), account_id, to, reason, even_absent=even_absent)
            if not (left.steps or left.cases):
                flash(_("Дела переданы."))
                break
        else:
            flash(_("Передана часть дел. Нажмите «Передать дела» ещё раз."))
    except InvalidData as wrong:
        return _page(account_id, wrong.errors), 422
    return redirect(url_for("handover.show", account_id=account_id), 303)


def _page(account_id: int, errors: dict[str, str]) -> str:
    rt, person = runtime(), actor()
    to = request.form.get("to", type=int) or request.args.get("to", type=int)
    found = recipients(rt, person, account_id)
    return render_template(
        "handover.html",
        person=colleague(rt, account_id),
        work=work_of(rt, person, account_id, to),
        people=[{"value": each.id, "words": each.name.full()} for each in found],
        to=to,
        reason=request.form.get("reason", ""),
        may_close=person.may(Permission.ACCOUNT_MANAGE) and account_id != person.user_id,
        errors=errors,
    )
