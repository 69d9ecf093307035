"""Signing in and out, and changing one's password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from engine.access.actors import load_actor
from engine.demo.logins import demo_logins
from engine.access.sign_in import SignedIn, authenticate, change_password
from engine.errors import InvalidData, NotAllowed
from engine.model import Permission
from webui.frame import browser_key
from webui.guards import actor, open_to_all, permission, runtime
from webui.security import from_this_machine

pages = Blueprint("session", __name__)


class Visitor(UserMixin):  # type: ignore[misc]
    """Who is signed in, as flask-login keeps it: the account and the stamp that ends the session when it
    changes.
    """

    def __init__(self, account_id: int, stamp: str) -> None:
        self.id = f"{account_id}:{stamp}"
        self.account_id = account_id


def attach(app: Flask) -> None:
    """Register flask-login; every request of a signed-in person gets its Actor."""
    manager = LoginManager(app)
    manager.session_protection = "basic"
    manager.user_loader(_visitor)
    manager.unauthorized_handler(_ask_to_sign_in)


def _visitor(key: str) -> Visitor | None:
    account_id, _, stamp = key.partition(":")
    try:
        g.actor = load_actor(runtime(), int(account_id), stamp)
    except (NotAllowed, ValueError):
        return None
    return Visitor(int(account_id), stamp)


def _ask_to_sign_in() -> Response:
    if request.is_json or request.headers.get("Accept", "").startswith("application/json"):
        answer = jsonify(
            message=_("Вы вышли по времени."), hint=_("Войдите и повторите: всё, что вы ввели, цело.")
        )
        answer.status_code = 401
        return answer
    wanted = request.full_path if request.method == "GET" else None
    return redirect(url_for("session.sign_in", next=wanted), 303)


def _begin(signed_in: SignedIn) -> None:
    login_user(Visitor(signed_in.account_id, signed_in.stamp))
    g.actor = load_actor(runtime(), signed_in.account_id, signed_in.stamp)


@pages.get("/sign-in")
@open_to_all
def sign_in() -> str | Response:
    """The sign-in page; demo logins are offered on this machine only."""
    if current_user.is_authenticated:
        return redirect(_after_sign_in(), 303)
    return _sign_in_page()


def _sign_in_page(**more: Any) -> str:
    rt = runtime()
    demo = demo_logins(rt) if rt.settings.demo and from_this_machine(request) else []
    return render_template("sign_in.html", demo_logins=demo, next=request.values.get("next", ""), **more)


@pages.post("/sign-in")
@open_to_all
def enter() -> Response | tuple[str, int]:
    """Check the login and password. Whatever was wrong, the words and the delay are the same."""
    login = request.form.get("login", "")
    try:
        signed_in = authenticate(
            runtime(), login, request.form.get("password", ""), request.remote_addr or ""
        )
    except NotAllowed as refused:
        return _sign_in_page(login=login, refused=refused), 403
    _begin(signed_in)
    if signed_in.must_change:
        return redirect(url_for("session.password"), 303)
    return redirect(_after_sign_in(), 303)


def _after_sign_in() -> str:
    """Back to where the person was going, if that is a page of ours; otherwise the first section they may
    open.
    """
    wanted = request.values.get("next", "")
    if local_page(wanted):
        return wanted
    if g.actor.may(Permission.DEFINITION_PUBLISH):
        return url_for("workshop.index")
    if g.actor.queues and not g.actor.may(Permission.ACCOUNT_MANAGE):
        return url_for("inbox.show")
    return url_for("admin.accounts")


def local_page(address: str) -> bool:
    """True for a page of this application: an address that leads elsewhere is never followed."""
    return address.startswith("/") and not address.startswith(("//", "/\\"))


@pages.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    """End the session; the page's script clears the drafts kept in the browser."""
    logout_user()
    answer = redirect(url_for("session.sign_in"), 303)
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


@pages.get("/session")
@open_to_all
def state() -> Response:
    """For a page that was left open: is the person still signed in, and with which token may it write."""
    if not current_user.is_authenticated:
        return jsonify(signed_in=False)
    return jsonify(
        signed_in=True, user_key=browser_key(runtime().vault, g.actor.user_id), csrf_token=generate_csrf()
    )


@pages.get("/password")
@permission(Permission.TASK_WORK)
def password() -> str:
    """The form for a new password."""
    return render_template("password.html", errors={})


@pages.post("/password")
@permission(Permission.TASK_WORK)
def set_password() -> Response | tuple[str, int]:
    """Change one's own password; sessions elsewhere end."""
    new = request.form.get("new", "")
    if new != request.form.get("again", ""):
        return render_template(
            "password.html", errors={"again": _("Пароли не совпали: введите ещё раз.")}
        ), 422
    try:
        changed = change_password(runtime(), actor(), request.form.get("old", ""), new)
    except InvalidData as wrong:
        return render_template("password.html", errors=wrong.errors), 422
    logout_user()
    _begin(changed)
    flash(_("Пароль изменён. На других компьютерах вход нужно повторить."))
    return redirect(_after_sign_in(), 303)
