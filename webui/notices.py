"""«Сообщения»: what the product told a person of their terms."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.deadlines.norms import Step
from engine.model import Permission
from engine.worklist.notices import NoticeRow, mark_all_read, notice_list
from webui.guards import actor, permission, runtime

pages = Blueprint("notices", __name__)

WORDS = {
    Step.HALF: (_l("Прошла половина срока"), "plain"),
    Step.DAY_BEFORE: (_l("Остался 1 рабочий день"), "soon"),
    Step.DUE: (_l("Срок истёк"), "urgent"),
    Step.PLUS_1: (_l("Просрочено на 1 рабочий день"), "urgent"),
    Step.PLUS_3: (_l("Просрочено на 3 рабочих дня"), "urgent"),
}


@pages.get("/notices")
@permission(Permission.TASK_WORK)
def index() -> str:
    """The newest notices, unread first in bold."""
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        rows = notice_list(rt, conn, person.user_id)
    return render_template("notices.html", rows=[_row(row) for row in rows])


def _row(row: NoticeRow) -> dict[str, object]:
    words, role = WORDS[Step(row.kind)]
    return {"notice": row, "words": words, "role": role}


@pages.post("/notices/read")
@permission(Permission.TASK_WORK)
def read() -> Response:
    """Mark all as read."""
    mark_all_read(runtime(), actor())
    return redirect(url_for("notices.index"), 303)
