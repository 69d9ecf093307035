"""Who may open a page: every view names the right it needs, or says openly that it needs none."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, g
from flask_babel import gettext as _
from flask_login import current_user

from engine.errors import NotAllowed
from engine.model import Actor, Permission, Scope
from engine.runtime import Runtime

P = ParamSpec("P")
R = TypeVar("R")


def runtime() -> Runtime:
    """The runtime this application was created with."""
    rt: Runtime = current_app.extensions["marshrut"]
    return rt


def actor() -> Actor:
    """The person who asks. Only inside views that need a right."""
    asked_by: Actor = g.actor
    return asked_by


def municipality() -> int:
    """The municipality of the person who asks."""
    return runtime().directory.tree().municipality(actor().unit_id)


def permission(*needed: Permission, reach: Scope = Scope.OWN) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view with the right it needs, or rights of which any will do, at least as far as `reach`.

    What the right reaches of what there is, is for the service or query to say.
    """

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            if not any(actor().may(one, reach) for one in needed):
                raise NotAllowed(
                    _("У вашей роли нет права на эту страницу."),
                    _("Если она нужна вам для работы, обратитесь к администратору."),
                )
            return view(*args, **kwargs)

        guarded.needs = needed  # type: ignore[attr-defined]
        return guarded

    return mark


def open_to_all(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that anybody may open, signed in or not."""
    view.needs = None  # type: ignore[attr-defined]
    return view


def check_all_guarded(app: Flask) -> None:
    """Refuse to start with a view that nobody has guarded."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint != "static" and not hasattr(view, "needs"):
            raise RuntimeError(f"The view {rule.endpoint} says nothing of who may open it")
