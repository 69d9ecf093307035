"""A step as a line of a list: the inbox, a case, what the macro `task_row` draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.cases.queries import CaseCard
from engine.cases.standing import Standing
from engine.model import Actor, Permission
from engine.records.queries import Settlement
from engine.runtime import Runtime
from engine.worklist.inbox import CAP, InboxRow
from engine.worklist.next_action import Kind, NextAction, owner_roles
from webui.frame import lately, local, short_role
from webui.substitutes import StandIn
from webui.ui import date_words

ACTIONS = {
    Kind.STEP: "%(what)s",
    Kind.WAITS: _l("Ждём: %(what)s"),
    Kind.RECEIVES: "%(what)s",
    Kind.WORKS: "%(what)s",
    Kind.STANDS: _l("Дело стоит: %(what)s"),
    Kind.OVER: "%(what)s",
}
ACTIONS_UNNAMED = {
    Kind.STEP: "",
    Kind.WAITS: _l("Ждём события"),
    Kind.RECEIVES: _l("Ждём события"),
    Kind.WORKS: _l("Программа выполняет действие"),
    Kind.STANDS: _l("Дело стоит"),
    Kind.OVER: _l("Дело завершено"),
}
"""What a case does next, with a name and without."""


def number_words(count: int) -> str:
    """A counter as it is shown: it stops at "999+"."""
    return f"{CAP - 1}+" if count >= CAP else str(count)


def risk_words(row: InboxRow) -> str | None:
    """«может не успеть, 72 %»; without the figure while too few cases stand behind it, None for no risk."""
    if row.risk is None:
        return None
    return _("может не успеть, %(chance)s %%", chance=row.risk) if row.risk else _("может не успеть")


def row_view(
    row: InboxRow,
    names: Mapping[int, str],
    person: Actor,
    standing_in: StandIn | None = None,
    notes: Mapping[int, str] | None = None,
) -> dict[str, Any]:
    """One step for `task_row`. Who looks at a step of others is offered to open it, never to take it.

    `notes`: what is said of colleagues who are away.
    """
    # Who may look into nobody's records sees of a case about somebody their step only.
    sees_cases, step = person.may(Permission.RECORD_VIEW), url_for("tasks.show", task_id=row.task_id)
    absent = standing_in.account_of(row.assignee_id) if standing_in else None
    free = row.assignee_id is None and row.queue_id in person.queues
    continued = row.draft_at is not None and (row.assignee_id == person.user_id or absent)
    return {
        "id": row.task_id,
        "href": step,
        "title": row.title,
        "step_note": row.step.stage,
        "case_number": row.case_number,
        "case_href": url_for("cases.show", case_id=row.case_id) if sees_cases else step,
        "subject": row.label,
        "pathway": row.process_name,
        "assignee_words": _assignee(row, names, person, absent),
        "away_words": (notes or {}).get(row.assignee_id or 0),
        "role_words": _role(row, person),
        "due": row.words,
        "button": "continue" if continued else "take" if free else "open",
        "take_url": url_for("inbox.take", task_id=row.task_id),
        "version": "",
        "draft_words": _("черновик %(time)s", time=lately(row.draft_at)) if row.draft_at else None,
        "on_behalf_words": _("за: %(name)s", name=names.get(absent, "")) if absent else None,
        "choice_words": _("по выбору") if row.step.choices else None,
        "forecast_words": risk_words(row),
        "red": row.red,
    }


def owner_words(rt: Runtime, card: CaseCard, action: NextAction, names: Mapping[int, str]) -> tuple[str, str]:
    """Who answers for a case, and as what: the person, else the role of the pathway that will, else whose
    the next step is. A case nobody answers for is left to the head of its unit.
    """
    if card.owner_id is not None:
        return names.get(card.owner_id, ""), _("ответственный")
    roles = owner_roles(rt, card) or action.roles or ("R07",)
    return short_role(roles[0]), _("роль, ещё никто не взял")


def action_view(action: NextAction, names: Mapping[int, str]) -> dict[str, Any]:
    """What a case does next, for lists and its page: title with a link, whose it is, by when."""
    href = url_for("tasks.show", task_id=action.task_id) if action.task_id else None
    until = _("до %(day)s", day=date_words(local(action.until).date())) if action.until else ""
    return {
        "kind": action.kind.value,
        "title": ACTIONS[action.kind] % {"what": action.title}
        if action.title
        else ACTIONS_UNNAMED[action.kind],
        "href": href,
        "who": names.get(action.assignee_id or 0) or _any_of(action.roles),
        "words": action.words,
        "until": _("нужно исправить") if action.kind is Kind.STANDS else until or _("без срока"),
        "stands": action.stands,
    }


def standing_words(standing: Standing) -> str:
    """«группа риска, риск средний»."""
    risk = _("риск %(risk)s", risk=standing.risk) if standing.risk else ""
    return ", ".join(part for part in (standing.category, risk) if part)


def place_words(place: Settlement) -> str:
    """«село Ивановка, сельская местность»."""
    return f"{place.words}, {_('сельская местность') if place.rural else _('город')}"


def _assignee(row: InboxRow, names: Mapping[int, str], person: Actor, absent: int | None) -> str:
    if row.assignee_id is None:
        return _("не назначено")
    if absent is not None:
        return _("Вы, замещая")
    return _("Вы") if row.assignee_id == person.user_id else names.get(row.assignee_id, "")


def _role(row: InboxRow, person: Actor) -> str:
    """As what the step is done. Of a step for several roles: by the one that the person has; of what somebody
    else has taken their name says enough.
    """
    roles = row.step.roles
    own = next((role for role in roles if role in person.roles), None)
    if len(roles) < 2 or (row.assignee_id is None and own is None):
        return _any_of(roles)
    return short_role(own) if own and row.assignee_id in (None, person.user_id) else ""


def _any_of(roles: Sequence[str]) -> str:
    """«Участковый и ещё 4»: whoever of them takes it first."""
    if not roles:
        return ""
    first, others = short_role(roles[0]), len(roles) - 1
    return _("%(role)s и ещё %(others)s", role=first, others=others) if others else first
