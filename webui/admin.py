"""Colleagues and the journal: who may sign in with which roles, who did what and looked at whose data."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.policy import ROLES
from engine.access.queries import colleague, colleagues, journal
from engine.access.service import Grant, NewAccount, create_account, reset_password, set_active, set_roles
from engine.errors import InvalidData
from engine.model import Permission
from engine.names import FullName
from webui.guards import actor, permission, runtime

pages = Blueprint("admin", __name__)

ACTIONS = {
    "view": "просмотр",
    "sign_in": "вход",
    "sign_in_refused": "отказ во входе",
    "created": "создано",
    "changed": "изменено",
    "erased": "уничтожено",
    "export": "выгрузка",
    "definition_published": "публикация",
    "password_changed": "смена пароля",
    "password_reset": "новый пароль",
    "roles_changed": "смена ролей",
    "members_changed": "смена состава",
}
KINDS = {
    "person": "карточка человека",
    "family": "карточка семьи",
    "case": "дело",
    "account": "сотрудник",
    "document": "документ",
    "unit": "организация",
    "monitor": "монитор",
    "bpmn": "путь",
    "dmn": "решение",
    "form": "форма",
    "docx": "шаблон",
    "commission": "комиссия",
}
"""Words of the journal; what has none yet is shown as it is kept."""


@pages.get("/admin/accounts")
@permission(Permission.ACCOUNT_MANAGE)
def accounts() -> str:
    """Everybody who can sign in, and those who no longer can."""
    rt = runtime()
    return render_template(
        "accounts.html", people=colleagues(rt, active=False), units=rt.directory.tree().units, roles=ROLES
    )


@pages.get("/admin/accounts/new")
@permission(Permission.ACCOUNT_MANAGE)
def new_account() -> str:
    """The form of a new account."""
    return _account_form({}, {})


def _account_form(sent: dict[str, str], errors: dict[str, str]) -> str:
    units = runtime().directory.tree().units.values()
    return render_template(
        "account_new.html",
        sent=sent,
        errors=errors,
        units=[{"value": unit.id, "words": unit.name} for unit in units if unit.kind != "municipality"],
        roles=[{"value": code, "words": words} for code, words in ROLES.items() if code != "R00"],
    )


@pages.post("/admin/accounts/new")
@permission(Permission.ACCOUNT_MANAGE)
def add_account() -> Response | tuple[str, int]:
    """Add a colleague; the first password is shown once and has to be changed at the first sign-in."""
    field = request.form.get
    unit_id = request.form.get("unit", 0, type=int)
    password = secrets.token_urlsafe(9)
    new = NewAccount(
        login=field("login", ""),
        name=FullName(field("family", ""), field("given", ""), field("patronymic", "")),
        unit_id=unit_id,
        position=field("position", ""),
        password=password,
        grants=[Grant(role, unit_id) for role in request.form.getlist("roles")],
    )
    try:
        made = create_account(runtime(), actor(), new)
    except InvalidData as wrong:
        return _account_form(request.form.to_dict(), wrong.errors), 422
    flash(
        _("Сотрудник добавлен. Первый пароль: %(password)s. Больше он показан не будет.", password=password)
    )
    return redirect(url_for("admin.account", account_id=made), 303)


@pages.get("/admin/accounts/<int:account_id>")
@permission(Permission.ACCOUNT_MANAGE)
def account(account_id: int) -> str:
    """One colleague: roles, password, access."""
    rt = runtime()
    person = colleague(rt, account_id)
    return render_template(
        "account.html",
        person=person,
        unit=rt.directory.tree().unit(person.unit_id),
        held={role for role, _ in person.roles},
        roles=[{"value": code, "words": words} for code, words in ROLES.items() if code != "R00"],
    )


@pages.post("/admin/accounts/<int:account_id>/roles")
@permission(Permission.ACCOUNT_MANAGE)
def change_roles(account_id: int) -> Response:
    """Replace the roles of a colleague in their own unit."""
    rt = runtime()
    person = colleague(rt, account_id)
    elsewhere = [Grant(role, unit) for role, unit in person.roles if unit != person.unit_id]
    here = [Grant(role, person.unit_id) for role in request.form.getlist("roles")]
    set_roles(rt, actor(), account_id, [*elsewhere, *here])
    flash(_("Роли изменены."))
    return redirect(url_for("admin.account", account_id=account_id), 303)


@pages.post("/admin/accounts/<int:account_id>/password")
@permission(Permission.ACCOUNT_MANAGE)
def new_password(account_id: int) -> Response:
    """Give a new password, shown once; the colleague changes it at the next sign-in."""
    password = secrets.token_urlsafe(9)
    reset_password(runtime(), actor(), account_id, password)
    flash(_("Новый пароль: %(password)s. Больше он показан не будет.", password=password))
    return redirect(url_for("admin.account", account_id=account_id), 303)


@pages.post("/admin/accounts/<int:account_id>/active")
@permission(Permission.ACCOUNT_MANAGE)
def change_active(account_id: int) -> Response:
    """Close or open the sign-in of a colleague."""
    active = request.form.get("active") == "1"
    set_active(runtime(), actor(), account_id, active=active)
    flash(_("Вход открыт.") if active else _("Вход закрыт."))
    return redirect(url_for("admin.account", account_id=account_id), 303)


@pages.get("/admin/journal")
@permission(Permission.AUDIT_VIEW)
def audit() -> str:
    """The journal, newest first."""
    entries = journal(
        runtime(),
        actor(),
        actor_id=request.args.get("who", type=int),
        action=request.args.get("action") or None,
        before=request.args.get("before", type=int),
    )
    older = url_for("admin.audit", before=entries[-1].id) if entries else None
    return render_template("audit.html", entries=entries, actions=ACTIONS, kinds=KINDS, older=older)
