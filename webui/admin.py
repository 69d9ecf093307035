"""Colleagues and the journal: who may sign in with which roles, who did what and looked at whose data."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.access.policy import EVERYONE, ROLES
from engine.access.queries import case_journal, colleague, colleagues, journal
from engine.access.service import (
    Grant,
    NewAccount,
    WorkLeft,
    change_account,
    create_account,
    reset_password,
    set_active,
    set_roles,
)
from engine.cases.queries import case_card
from engine.errors import Conflict, InvalidData
from engine.model import Permission
from engine.names import FullName
from webui.frame import local_now
from webui.guards import actor, permission, runtime
from webui.journal_rows import case_marks, chosen_days, older, people_to_choose

pages = Blueprint("admin", __name__)

PASSWORD_BYTES = 9
"""Of a first password: 12 signs, typed once and then replaced by one's own."""
JOURNAL_PAGE = 50

ACTIONS = {
    "view": _l("просмотр"),
    "sign_in": _l("вход"),
    "sign_in_refused": _l("отказ во входе"),
    "created": _l("создано"),
    "changed": _l("изменено"),
    "erased": _l("уничтожено"),
    "export": _l("выгрузка"),
    "made": _l("составлен документ"),
    "edited": _l("изменён текст"),
    "replaced": _l("заменён файл"),
    "issued": _l("выпущен документ"),
    "discarded": _l("убран черновик"),
    "attached": _l("приложен файл"),
    "removed": _l("убран файл"),
    "definition_published": _l("публикация"),
    "repaired": _l("исправлено дело"),
    "stopped": _l("прекращено дело"),
    "moved": _l("дело переведено на новую версию"),
    "move_undone": _l("дело возвращено на прежнюю версию"),
    "password_changed": _l("смена пароля"),
    "password_reset": _l("новый пароль"),
    "roles_changed": _l("смена ролей"),
    "members_changed": _l("смена состава"),
    "merged": _l("карточка объединена"),
    "relocated": _l("семья переехала"),
    "measure.closed": _l("закрыта мера"),
    "consent.withdrawn": _l("отозвано согласие"),
    "parted": _l("карточка разъединена"),
    "question.viewed": _l("посмотрены материалы вопроса"),
    "sitting.added": _l("назначено заседание"),
    "sitting.cancelled": _l("отменено заседание"),
    "sitting.moved": _l("перенесено заседание"),
    "told_apart": _l("записано: разные люди"),
    "member_added": _l("добавлен член семьи"),
    "member_left": _l("выбыл из семьи"),
    "opened": _l("вход открыт"),
    "closed": _l("вход закрыт"),
    "substituted": _l("замещение"),
    "handed_over": _l("передача дел"),
    "substitution_ended": _l("замещение окончено"),
    "filler_named": _l("назначен исполнитель роли"),
    "office_changed": _l("часы работы"),
    "calendar.load": _l("загружен год"),
    "calendar.import": _l("загружены дни из файла"),
    "calendar.restore": _l("день возвращён как был"),
    "calendar.recount": _l("пересчитаны сроки"),
    "calendar.day": _l("изменён день"),
    "calendar.confirm": _l("подтверждён год"),
    "feed.opened": _l("получен адрес календаря"),
    "feed.closed": _l("отозван адрес календаря"),
    "feed.read": _l("сроки прочитаны календарём"),
    "term.paused": _l("срок приостановлен"),
    "term.resumed": _l("срок возобновлён"),
    "term.extended": _l("срок продлён"),
    "term.recounted": _l("срок пересчитан"),
    "overdue.decided": _l("решено о просрочке"),
    "norm.edition": _l("новая редакция нормы"),
    "answered": _l("внесены ответы на письмо"),
    "exported": _l("составлен файл для регистра"),
}
KINDS = {
    "agenda_item": _l("вопрос комиссии"),
    "person": _l("карточка человека"),
    "family": _l("карточка семьи"),
    "case": _l("дело"),
    "account": _l("сотрудник"),
    "document": _l("документ"),
    "attachment": _l("приложенный файл"),
    "unit": _l("организация"),
    "settlement": _l("населённый пункт"),
    "monitor": _l("монитор"),
    "bpmn": _l("путь"),
    "dmn": _l("решение"),
    "form": _l("форма"),
    "docx": _l("шаблон"),
    "commission": _l("комиссия"),
    "partner": _l("партнёр"),
    "car": _l("машина"),
    "recalculation": _l("пересчёт сроков"),
    "year": _l("год календаря"),
    "calendar": _l("календарь"),
    "norm": _l("норма"),
    "sheet": _l("лист мониторинга"),
    "register": _l("регистр"),
    "report": _l("отчёт"),
    "goal": _l("показатель"),
    "referral": _l("письмо партнёру"),
}
"""Words of the journal; what has none yet is shown as it is kept."""


@pages.get("/admin/accounts")
@permission(Permission.ACCOUNT_MANAGE)
def accounts() -> str:
    """Everybody who can sign in, and those who no longer can."""
    rt = runtime()
    return render_template(
        "accounts.html", people=colleagues(rt, active=False), units=rt.directory.tree().units
    )


@pages.get("/admin/accounts/new")
@permission(Permission.ACCOUNT_MANAGE)
def new_account() -> str:
    """The form of a new account."""
    return _new_account_page({})


def _new_account_page(errors: dict[str, str]) -> str:
    return render_template(
        "account_new.html",
        sent=request.form,
        chosen=request.form.getlist("roles"),
        errors=errors,
        units=_units(),
        roles=_roles(),
    )


def _units() -> list[dict[str, object]]:
    """Where somebody may work."""
    units = runtime().directory.tree().units.values()
    return [
        {"value": unit.id, "words": unit.name} for unit in units if unit.active and not unit.is_municipality
    ]


def _roles() -> list[dict[str, str]]:
    return [{"value": code, "words": words} for code, words in ROLES.items() if code != EVERYONE]


@pages.post("/admin/accounts/new")
@permission(Permission.ACCOUNT_MANAGE)
def add_account() -> str | tuple[str, int]:
    """Add a colleague; the first password is shown once and has to be changed at the first sign-in."""
    field = request.form.get
    unit_id = request.form.get("unit", 0, type=int)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    new = NewAccount(
        login=field("login", ""),
        name=_sent_name(),
        unit_id=unit_id,
        position=field("position", ""),
        password=password,
        grants=[Grant(role, unit_id) for role in _sent_roles()],
    )
    try:
        made = create_account(runtime(), actor(), new)
    except InvalidData as wrong:
        return _new_account_page(wrong.errors), 422
    except Conflict as taken:
        return _new_account_page({"login": f"{taken.message} {taken.hint}"}), 409
    return _account_page(made, password=password)


def _sent_name() -> FullName:
    field = request.form.get
    return FullName(field("family", ""), field("given", ""), field("patronymic", ""))


def _sent_roles() -> list[str]:
    """Roles that exist; others cannot have been ticked."""
    return [role for role in request.form.getlist("roles") if role in ROLES and role != EVERYONE]


@pages.get("/admin/accounts/<int:account_id>")
@permission(Permission.ACCOUNT_MANAGE)
def account(account_id: int) -> str:
    """One colleague: name, roles, password, access."""
    return _account_page(account_id)


def _account_page(account_id: int, *, password: str = "", errors: dict[str, str] | None = None) -> str:
    """The page; a new password stands on it this once and is kept nowhere."""
    rt = runtime()
    person = colleague(rt, account_id)
    tree = rt.directory.tree()
    return render_template(
        "account.html",
        person=person,
        unit=tree.unit(person.unit_id),
        units=_units(),
        held=[role for role, place in person.roles if place == person.unit_id],
        elsewhere=[(role, tree.unit(place).name) for role, place in person.roles if place != person.unit_id],
        roles=_roles(),
        own=account_id == actor().user_id,
        password=password,
        errors=errors or {},
    )


@pages.post("/admin/accounts/<int:account_id>")
@permission(Permission.ACCOUNT_MANAGE)
def change(account_id: int) -> Response | tuple[str, int]:
    """Correct a colleague's name or position, or move them to another unit."""
    unit_id = request.form.get("unit", 0, type=int)
    position = request.form.get("position", "")
    try:
        change_account(runtime(), actor(), account_id, name=_sent_name(), position=position, unit_id=unit_id)
    except InvalidData as wrong:
        return _account_page(account_id, errors=wrong.errors), 422
    flash(_("Сведения изменены."))
    return _to(account_id)


def _to(account_id: int) -> Response:
    return redirect(url_for("admin.account", account_id=account_id), 303)


@pages.post("/admin/accounts/<int:account_id>/roles")
@permission(Permission.ACCOUNT_MANAGE)
def change_roles(account_id: int) -> Response:
    """Replace the roles of a colleague in their own unit; those elsewhere stay."""
    rt = runtime()
    person = colleague(rt, account_id)
    elsewhere = [Grant(role, unit) for role, unit in person.roles if unit != person.unit_id]
    here = [Grant(role, person.unit_id) for role in _sent_roles()]
    set_roles(rt, actor(), account_id, [*elsewhere, *here])
    flash(_("Роли изменены."))
    return _to(account_id)


@pages.post("/admin/accounts/<int:account_id>/password")
@permission(Permission.ACCOUNT_MANAGE)
def new_password(account_id: int) -> str:
    """Give a new password, shown once; the colleague changes it at the next sign-in."""
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    reset_password(runtime(), actor(), account_id, password)
    return _account_page(account_id, password=password)


@pages.post("/admin/accounts/<int:account_id>/active")
@permission(Permission.ACCOUNT_MANAGE)
def change_active(account_id: int) -> Response:
    """Close or open the sign-in of a colleague."""
    active = request.form.get("active") == "1"
    try:
        set_active(
            runtime(), actor(), account_id, active=active, even_with_work="even_with_work" in request.form
        )
    except WorkLeft as left:
        flash(f"{left.message} {left.hint}")
        return redirect(url_for("handover.show", account_id=account_id), 303)
    flash(_("Вход открыт.") if active else _("Вход закрыт."))
    return _to(account_id)


@pages.get("/admin/journal")
@permission(Permission.AUDIT_VIEW)
def audit() -> str:
    """The journal, newest first: of one colleague, of one sort, of some days."""
    rt, person = runtime(), actor()
    who, action = request.args.get("who", type=int), request.args.get("action") or None
    since, until = chosen_days(local_now(person))
    before = request.args.get("before", type=int)
    entries = journal(rt, person, actor_id=who, action=action, since=since, until=until, before=before)
    with rt.database.read() as conn:
        marks = case_marks(conn, person, entries)
    days = {name: request.args.get(name, "") for name in ("since", "until")}
    return render_template(
        "audit.html",
        entries=entries,
        marks=marks,
        actions=ACTIONS,
        kinds=KINDS,
        action=action,
        who=who,
        people=people_to_choose(rt, person),
        days=days,
        choices=[{"value": key, "words": words} for key, words in ACTIONS.items()],
        older=older("admin.audit", entries, JOURNAL_PAGE, who=who, action=action, **days),
    )


@pages.get("/cases/<int:case_id>/views")
@permission(Permission.AUDIT_VIEW)
def views(case_id: int) -> str:
    """«Журнал просмотров»: who opened a case and what they did with its documents."""
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        card = case_card(rt, conn, person, case_id)
        marks = {card.id: {"number": card.number, "href": None}}
    entries = case_journal(rt, person, case_id, before=request.args.get("before", type=int))
    return render_template(
        "case_views.html",
        card=card,
        marks=marks,
        entries=entries,
        actions=ACTIONS,
        kinds=KINDS,
        older=older("admin.views", entries, JOURNAL_PAGE, case_id=case_id),
    )
