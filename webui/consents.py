"""Consents of a family on its pages, and taking one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.access.policy import covers_case
from engine.cases.consents import Consent, Holds, withdraw_consent
from engine.cases.queries import CaseCard
from engine.model import Permission
from webui.addresses import local_page
from webui.frame import local_now
from webui.guards import actor, permission, runtime

pages = Blueprint("consents", __name__)

STATES = {
    Holds.YES: ("ok", "done", _l("действует")),
    Holds.ENDED: ("soon", "today", _l("закончилось")),
    Holds.WITHDRAWN: ("urgent", "refusal", _l("отозвано")),
}


def consent_rows(consents: Mapping[int, Consent], cards: Sequence[CaseCard]) -> list[dict[str, Any]]:
    """The consents of these cases for `parts/consents.html`, in the order of the cases."""
    person = actor()
    today = local_now(person).date()
    return [
        {
            "case_id": card.id,
            "case_number": card.number,
            "consent": consents[card.id],
            "state": STATES[consents[card.id].holds(today)],
            "may_withdraw": consents[card.id].withdrawn is None
            and covers_case(person, Permission.CASE_START, card),
        }
        for card in cards
        if card.id in consents
    ]


@pages.post("/cases/<int:case_id>/consent/withdraw")
@permission(Permission.CASE_START)
def withdraw(case_id: int) -> Response:
    """Note that the consent of a case was taken back."""
    withdraw_consent(runtime(), actor(), case_id, _day())
    flash(_("Отзыв согласия записан: по нему данные больше не передают."))
    back = request.form.get("back", "")
    return redirect(back if local_page(back) else url_for("cases.show", case_id=case_id), 303)


def _day() -> date | None:
    try:
        return date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        return None
