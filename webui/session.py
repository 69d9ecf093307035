"""Signing in and out, and changing one's password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, g, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from engine.access.actors import load_actor
from engine.access.queries import colleague
from engine.access.sign_in import WRONG, WRONG_HINT, SignedIn, authenticate, change_password
from engine.demo.logins import demo_logins
from engine.errors import InvalidData, NotAllowed
from engine.model import Actor, Permission, Scope
from webui.addresses import local_page
from webui.failures import signed_out, wants_json
from webui.frame import browser_key
from webui.guards import actor, open_to_all, permission, runtime
from webui.security import from_this_machine

pages = Blueprint("session", __name__)

MUST_CHANGE = "must_change"
"""In the session of a person whose password somebody else has chosen: until they choose their own, every page
leads to that form."""
OPEN_UNTIL_CHANGED = frozenset(
    {"session.password", "session.set_password", "session.sign_out", "session.state", "static"}
)


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

    @app.before_request
    def password_first() -> Response | None:
        if MUST_CHANGE not in session or request.endpoint in OPEN_UNTIL_CHANGED:
            return None
        return redirect(url_for("session.password"), 303)


def _visitor(key: str) -> Visitor | None:
    account_id, _colon, stamp = key.partition(":")
    try:
        g.actor = load_actor(runtime(), int(account_id), stamp)
    except (NotAllowed, ValueError):
        return None
    return Visitor(int(account_id), stamp)


def _ask_to_sign_in() -> Response:
    if wants_json():
        return signed_out()
    wanted = request.full_path.removesuffix("?") if request.method == "GET" else None
    return redirect(url_for("session.sign_in", next=wanted), 303)


def _begin(signed_in: SignedIn) -> None:
    """A new session: nothing that was in the browser's cookie before the sign-in goes on in it."""
    session.clear()
    login_user(Visitor(signed_in.account_id, signed_in.stamp))
    if signed_in.must_change:
        session[MUST_CHANGE] = True
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
    values = {"login": "", "refused": None, **more}
    return render_template("sign_in.html", demo_logins=demo, next=request.values.get("next", ""), **values)


@pages.post("/sign-in")
@open_to_all
def enter() -> Response | tuple[str, int]:
    """Check the login and password. Whatever was wrong, the words and the delay are the same."""
    login = request.form.get("login", "")
    try:
        signed_in = authenticate(
            runtime(), login, request.form.get("password", ""), request.remote_addr or ""
        )
        _refuse_demo_elsewhere(signed_in)
    except NotAllowed as refused:
        return _sign_in_page(login=login, refused=refused), 403
    _begin(signed_in)
    if signed_in.must_change:
        return redirect(url_for("session.password"), 303)
    return redirect(_after_sign_in(), 303)


def _refuse_demo_elsewhere(signed_in: SignedIn) -> None:
    """The passwords of a demonstration stand on its first page: they open it on its own machine alone."""
    if not from_this_machine(request) and colleague(runtime(), signed_in.account_id).demo:
        raise NotAllowed(WRONG, WRONG_HINT)


def _after_sign_in() -> str:
    """Back to where the person was going, if that is a page of ours; otherwise to the work of their role."""
    wanted = request.values.get("next", "")
    return wanted if local_page(wanted) else _first_page(g.actor)


def _first_page(person: Actor) -> str:
    if person.may(Permission.DEFINITION_PUBLISH):
        return url_for("workshop.index")
    if person.may(Permission.ACCOUNT_MANAGE):
        return url_for("admin.accounts")
    if person.may(Permission.AUDIT_VIEW, Scope.MUNICIPALITY):
        return url_for("admin.audit")
    if person.may(Permission.TASK_REASSIGN, Scope.TEAM):
        return url_for("monitor.show")
    return url_for("inbox.show")


@pages.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    """End the session; the browser forgets the drafts that it kept."""
    logout_user()
    session.clear()
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
    return _password_page({})


def _password_page(errors: dict[str, str]) -> str:
    return render_template("password.html", errors=errors, first=MUST_CHANGE in session)


@pages.post("/password")
@permission(Permission.TASK_WORK)
def set_password() -> Response | tuple[str, int]:
    """Change one's own password; sessions elsewhere end."""
    new = request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _password_page({"again": _("Пароли не совпали: введите ещё раз.")}), 422
    try:
        changed = change_password(runtime(), actor(), request.form.get("old", ""), new)
    except InvalidData as wrong:
        return _password_page(wrong.errors), 422
    _begin(changed)
    flash(_("Пароль изменён. На других компьютерах вход нужно повторить."))
    return redirect(_first_page(g.actor), 303)
