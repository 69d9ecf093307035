"""«Документы партнёрам»: what went out from the cases within reach, what waits for its answer; revoking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.cases.letters import answer_letter, letter
from engine.cases.referring import revoke
from engine.cases.visibility import wholly_visible_among
from engine.errors import InvalidData
from engine.model import Permission
from engine.records import letters
from engine.records.letters import Count
from engine.records.referrals import Referral, counted, referrals, tallies
from webui.days import sent_day
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
    "answered": ("info", _l("ответ получен, проверить")),
    "done": ("ok", _l("исполнен")),
    "undone": ("soon", _l("не исполнен")),
    "rejected": ("soon", _l("отклонён")),
    "expired": ("urgent", _l("срок вышел")),
    "revoked": ("paused", _l("отозван")),
}
RESULT_WORDS = {
    "consulted": _l("проконсультировали"),
    "informed": _l("направили информационное письмо"),
    "registered": _l("поставили на учёт"),
    "helped": _l("оказали другую помощь"),
    "refused": _l("семья отказалась"),
    "unreached": _l("связаться не удалось"),
}
"""What may be answered about a family on a letter."""

FIGURES = (
    _l("семей: %(n)s"),
    _l("человек: %(n)s"),
    _l("детей: %(n)s"),
    _l("выдано: %(n)s"),
    _l("приглашено: %(n)s"),
    _l("отказались, семей: %(n)s"),
    _l("отказались, вещей и путёвок: %(n)s"),
)
"""In the order of `engine.records.referrals.FIGURES`."""
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
        families = letters.counts(conn, [each.id for each in found])
        open_to = wholly_visible_among(conn, person, {each.case_id for each in found})
    return render_template(
        "referrals.html",
        rows=[_row(each, today, families.get(each.id), open_to) for each in found],
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


@pages.get("/referrals/<int:referral_id>")
@permission(Permission.CASE_VIEW)
def show(referral_id: int) -> str:
    """A letter about several families: who stands on it, what was answered about whom, how many remain."""
    return _letter_page(referral_id, {}, {})


def _letter_page(referral_id: int, sent: Mapping[str, str], errors: Mapping[str, str]) -> str:
    found = letter(runtime(), actor(), referral_id)
    return render_template(
        "letter.html",
        letter=found,
        results=RESULT_WORDS,
        choices=[{"value": key, "words": words} for key, words in RESULT_WORDS.items()],
        late=found.open and found.due < local_now(actor()).date(),
        may_answer=found.open and actor().may(Permission.TASK_WORK),
        on_paper=found.on_paper,
        today=local_now(actor()).date().isoformat(),
        sent=sent,
        errors=errors,
    )


@pages.post("/referrals/<int:referral_id>")
@permission(Permission.TASK_WORK)
def answer(referral_id: int) -> Response | tuple[str, int]:
    """Keep what the partner has done for each family; of a paper the sender says when it was answered."""
    prefix = "result-"
    given = {
        int(name.removeprefix(prefix)): value
        for name, value in request.form.items()
        if name.startswith(prefix) and name.removeprefix(prefix).isdecimal()
    }
    try:
        kept = answer_letter(runtime(), actor(), referral_id, given, _came_on(request.form.get("came_on")))
    except InvalidData as wrong:
        return _letter_page(referral_id, request.form, wrong.errors), 422
    flash(_("Ответы записаны. Без ответа: %(n)s.", n=kept.open))
    return redirect(url_for("referrals.show", referral_id=referral_id), 303)


def _came_on(text: str | None) -> date | None:
    """The day that the sender named; None where the page does not ask for one."""
    if text is None:
        return None
    day = sent_day(text)
    if day is None:
        raise InvalidData(_("Ответы не записаны."), {"came_on": _("Укажите день ответа.")})
    return day


def _row(found: Referral, today: date, families: Count | None, open_to: frozenset[int]) -> dict[str, Any]:
    role, words = STATES[found.state]
    return {
        "id": found.id,
        "href": url_for("cases.show", case_id=found.case_id) if found.case_id in open_to else None,
        "number": found.number,
        "kind": KINDS[found.kind],
        "partner": found.partner,
        "sent": date_words(local(found.sent_at).date()),
        "due": date_words(found.due),
        "late": found.late(today),
        "awaited": found.awaited,
        "answered": date_words(found.answered_on) if found.answered_on else None,
        "role": role,
        "state": words,
        "families": families,
        "result": given_words(found),
    }


def given_words(found: Referral) -> str:
    """What the partner gave, in its units: «семей: 1, детей: 3»; empty before the answer."""
    given = [text % {"n": n} for text, n in zip(FIGURES, found.figures, strict=True) if n]
    return ", ".join(str(each) for each in given)
