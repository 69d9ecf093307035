"""«Документы партнёрам»: what went out from the cases within reach, what waits for its answer; revoking."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.cases.referring import revoke
from engine.model import Permission
from engine.records.referrals import Referral, counted, referrals, tallies
from webui.frame import local, local_now
from webui.guards import actor, permission, runtime
from webui.ui import date_words

pages = Blueprint("referrals", __name__)

KINDS = {
    "request": _l("Запрос"),
    "petition": _l("Ходатайство"),
    "letter": _l("Письмо"),
    "referral": _l("Направление"),
    "notice": _l("Уведомление"),
}
STATES = {
    "sent": ("plain", _l("отправлен")),
    "accepted": ("info", _l("в работе")),
    "done": ("ok", _l("исполнен")),
    "undone": ("soon", _l("не исполнен")),
    "rejected": ("soon", _l("отклонён")),
    "expired": ("urgent", _l("срок вышел")),
    "revoked": ("paused", _l("отозван")),
}
FIGURES = (_l("семей: %(n)s"), _l("человек: %(n)s"), _l("детей: %(n)s"), _l("выдано: %(n)s"))
SHOWN = 200


@pages.get("/referrals")
@permission(Permission.CASE_VIEW)
def index() -> str:
    """Those that wait for an answer, by its day; or all, the latest first; and how each partner answers."""
    rt, person = runtime(), actor()
    everything = request.args.get("show") == "all"
    today = local_now(person).date()
    with rt.database.read() as conn:
        found = referrals(conn, person, only_open=not everything, most=SHOWN)
        by_partner = tallies(conn, person, today)
    return render_template(
        "referrals.html",
        rows=[_row(each, today) for each in found],
        shown=SHOWN,
        tallies=by_partner,
        total=counted(by_partner),
        everything=everything,
        views=[
            {"words": _("Ждут ответа"), "href": url_for("referrals.index"), "current": not everything},
            {"words": _("Все"), "href": url_for("referrals.index", show="all"), "current": everything},
        ],
        may_revoke=person.may(Permission.CASE_START),
    )


@pages.post("/referrals/<int:referral_id>/revoke")
@permission(Permission.CASE_START)
def take_back(referral_id: int) -> Response:
    """Nobody waits for this answer any more."""
    revoke(runtime(), actor(), referral_id)
    flash(_("Документ отозван."))
    return redirect(url_for("referrals.index"), 303)


def _row(found: Referral, today: date) -> dict[str, Any]:
    role, words = STATES[found.state]
    given = [text % {"n": n} for text, n in zip(FIGURES, found.figures, strict=True) if n]
    return {
        "id": found.id,
        "case_id": found.case_id,
        "number": found.number,
        "kind": KINDS[found.kind],
        "partner": found.partner,
        "sent": date_words(local(found.sent_at).date()),
        "due": date_words(found.due),
        "late": found.late(today),
        "open": found.open,
        "role": role,
        "state": words,
        "result": ", ".join(str(each) for each in given),
    }
