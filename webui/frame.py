"""What every page has around its content: sections, the person, the mark of a demo, the last line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from engine.access.policy import EVERYONE, ROLES
from engine.deadlines.calendar import YearStatus
from engine.model import Actor, Permission, Scope
from engine.storage.vault import Vault
from engine.worklist.notices import unread_notices
from webui.guards import runtime
from webui.ui import date_digits, date_words, initials, near_date_words, time_digits

SECTIONS = (
    ("tasks", "inbox.show", Permission.TASK_WORK, Scope.OWN, _l("Задачи")),
    ("case", "cases.index", Permission.CASE_VIEW, Scope.OWN, _l("Дела")),
    ("people", "records.index", Permission.RECORD_VIEW, Scope.OWN, _l("Люди")),
    ("monitor", "monitor.show", Permission.MONITOR_VIEW, Scope.OWN, _l("Монитор")),
    ("visit", "visits.show", Permission.TASK_WORK, Scope.OWN, _l("Выезды")),
    ("register", "registers.index", Permission.RECORD_VIEW, Scope.OWN, _l("Регистры")),
    ("building", "commissions.index", Permission.CASE_VIEW, Scope.OWN, _l("Комиссии")),
    ("chart", "reports.index", Permission.MONITOR_VIEW, Scope.TEAM, _l("Отчёты")),
    ("pathway", "workshop.index", Permission.DEFINITION_VIEW, Scope.AGENCY, _l("Пути")),
    ("clock", "norms.index", Permission.DEFINITION_VIEW, Scope.OWN, _l("Нормы")),
    ("calendar-section", "calendar.show", Permission.MONITOR_VIEW, Scope.TEAM, _l("Календарь")),
    ("journal", "admin.audit", Permission.AUDIT_VIEW, Scope.OWN, _l("Журнал")),
    ("person", "admin.accounts", Permission.ACCOUNT_MANAGE, Scope.OWN, _l("Сотрудники")),
)
"""Icon, view, the right whose reach makes it a section of one's own, words. A page may be open to more people
than see it among their sections: they come to it by a link."""

PARTS = {
    "tasks": "inbox",
    "terms": "cases",
    "repair": "cases",
    "documents": "cases",
    "forecast": "monitor",
    "overdue": "monitor",
    "reassigning": "monitor",
    "papers": "workshop",
    "trials": "workshop",
    "versions": "workshop",
    "recalculations": "calendar",
    "calendar_editing": "calendar",
    "families": "records",
    "merging": "records",
    "personal_file": "records",
    "measures": "cases",
    "referrals": "cases",
    "opening": "cases",
    "partners": "admin",
    "sittings": "commissions",
    "commission_editing": "commissions",
    "settlements": "admin",
}
"""Families of pages that belong to the section of another one."""

FIRST_SECTIONS = {Permission.DEFINITION_PUBLISH: "workshop.index"}
"""Whose main work is elsewhere sees that section first."""

STATUS_WORDS = {
    YearStatus.CONFIRMED: _l("подтверждён"),
    YearStatus.UNCONFIRMED: _l("не подтверждён"),
    YearStatus.PROVISIONAL: _l("предварительный"),
}
"""How far the calendar of a year can be relied on."""


def register(app: Flask) -> None:
    """Give every template the values of the frame."""
    app.context_processor(frame)
    app.jinja_env.filters.update(
        local_date=local_date, local_moment=local_moment, local_time=local_time, role_words=role_words
    )


def frame() -> dict[str, Any]:
    """Values of `layout.html`; nothing of a person before the sign-in, nor when the storage can't be
    asked.
    """
    urls = {
        "home": url_for("inbox.show"),
        "search": url_for("cases.index"),
        "notices": url_for("notices.index"),
        "absences": url_for("absences.show"),
        "reminders": url_for("notices.settings"),
        "password": url_for("session.password"),
        "session": url_for("session.state"),
        "sign_in": url_for("session.sign_in"),
        "sign_out": url_for("session.sign_out"),
    }
    rt = runtime()
    nobody: dict[str, Any] = {
        "nav": [],
        "user": None,
        "demo": rt.settings.demo,
        "notice_count": 0,
        "urls": urls,
        "footer_words": [],
    }
    if g.get("bare") or not current_user.is_authenticated:
        return nobody
    asked_by: Actor = g.actor
    with rt.database.read() as conn:
        unread = unread_notices(conn, asked_by.user_id)
    return nobody | {
        "nav": _sections(asked_by),
        "user": {
            "id": asked_by.user_id,
            "name": asked_by.name,
            "role_words": _first_role(asked_by),
            "initials": initials(asked_by.name),
            "key": browser_key(rt.vault, asked_by.user_id),
            "today": local_now(asked_by).date(),
        },
        "notice_count": unread,
        "footer_words": _footer(asked_by),
    }


def bare() -> None:
    """Let the page of this request do without the storage, and without asking it who is signed in."""
    g.bare = True
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


def _sections(person: Actor) -> list[dict[str, Any]]:
    family = (request.endpoint or "").split(".")[0]
    here = PARTS.get(family, family)
    first = {view for right, view in FIRST_SECTIONS.items() if person.may(right)}
    return [
        {"href": url_for(view), "icon": icon, "label": words, "current": view.split(".")[0] == here}
        for icon, view, right, reach, words in sorted(SECTIONS, key=lambda section: section[1] not in first)
        if person.may(right, reach)
    ]


def _first_role(person: Actor) -> str:
    """What the person is, whoever they stand in for today."""
    own = person.parts[0].roles if person.parts else person.roles
    names = sorted(role for role in own if role != EVERYONE)
    return short_role(names[0]).lower() if names else ""


SHORT_ROLES = {
    "R01": _l("Регистратор"),
    "R02": _l("Участковый"),
    "R03": _l("Куратор"),
    "R05": _l("Специалист"),
    "R07": _l("Заведующий"),
    "R10": _l("Секретарь"),
    "R11": _l("Председатель"),
    "R13": _l("Специалист комиссии"),
    "R19": _l("Специалист по контракту"),
    "R27": _l("Руководитель"),
    "R28": _l("Ответственный за данные"),
}
"""Shorter names of roles, where lists and the bar have no room for the whole one."""


def role_words(role: str) -> str:
    """What a role is called; an unknown one is shown as it is written."""
    return ROLES.get(role, role)


def short_role(role: str) -> str:
    """The same for narrow places."""
    return str(SHORT_ROLES.get(role) or role_words(role))


def browser_key(vault: Vault, account_id: int) -> str:
    """Under this key drafts are kept in the browser: says nothing of the person, differs from person to
    person.
    """
    return vault.token(f"browser:{account_id}").hex()[:16]


def _footer(person: Actor) -> list[str]:
    rt = runtime()
    now = local_now(person)
    unit = rt.directory.tree().unit(person.agency_id)
    year = rt.calendars.calendar(person.unit_id).year(now.year)
    return [
        unit.name,
        _("Сегодня %(day)s · %(time)s", day=date_words(now.date()), time=time_digits(now)),
        _("Календарь %(year)s года %(status)s", year=now.year, status=STATUS_WORDS[year.status]),
    ]


def local_now(person: Actor) -> datetime:
    """The present moment by the clock of the person's office."""
    rt = runtime()
    return rt.clock.now().astimezone(rt.calendars.office(person.unit_id).zone)


def local(moment: datetime) -> datetime:
    """A stored moment by the clock of the office of the person who asks."""
    rt = runtime()
    return moment.astimezone(rt.calendars.office(g.actor.unit_id).zone)


def local_time(moment: datetime) -> str:
    """Its time: «14:32»."""
    return time_digits(local(moment))


def lately(moment: datetime) -> str:
    """When something was kept: «14:32» today, «20 ноября, пт» before."""
    here = local(moment)
    return time_digits(here) if here.date() == local_now(g.actor).date() else date_words(here.date())


def local_date(moment: datetime) -> str:
    """Its day for tables: «21.01.2026»."""
    return date_digits(local(moment).date())


def local_moment(moment: datetime) -> str:
    """Day and time: «13 января, вт, 16:10»; with the year when it isn't this one."""
    here = local(moment)
    return f"{near_date_words(here.date(), local(runtime().clock.now()).year)}, {time_digits(here)}"
