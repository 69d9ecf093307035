"""«Сроки в моём календаре»: the address by which a calendar program reads a person's terms."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from engine.model import Permission
from engine.worklist.feed import close_feed, feed_of, open_feed, read_feed
from engine.worklist.ics import calendar_file
from webui.guards import actor, open_to_all, permission, runtime

pages = Blueprint("feed", __name__)


@pages.get("/notices/calendar")
@permission(Permission.TASK_WORK)
def show() -> str:
    """Whether the person has a feed, since when, and who has read it."""
    return _page(None)


@pages.post("/notices/calendar")
@permission(Permission.TASK_WORK)
def make() -> str:
    """A new address, shown on this page and never again."""
    token = open_feed(runtime(), actor(), names="names" in request.form)
    return _page(_here(url_for("feed.read", token=token)))


@pages.post("/notices/calendar/close")
@permission(Permission.TASK_WORK)
def close() -> Answer:
    """Take the address back."""
    close_feed(runtime(), actor())
    flash(_("Адрес больше не действует."))
    return redirect(url_for("feed.show"), 303)


def _page(address: str | None) -> str:
    rt = runtime()
    with rt.database.read() as conn:
        mine = feed_of(conn, actor().user_id)
    return render_template("feed.html", mine=mine, address=address, names_allowed=rt.settings.feed_names)


@pages.get("/calendar/<token>.ics")
@open_to_all
def read(token: str) -> Response:
    """The feed itself: whoever has the address reads it."""
    rt = runtime()
    found = read_feed(rt, token, request.remote_addr or "")
    content = calendar_file(
        found,
        rt.clock.now(),
        uid=rt.vault.token(f"feed:{found.actor.user_id}").hex(),
        uid_of=lambda what: rt.vault.token(f"feed:{what}").hex(),
        link_of=_link,
    )
    return current_app.response_class(content, mimetype="text/calendar")


def _link(kind: str, number: int) -> str:
    path = url_for("tasks.show", task_id=number) if kind == "task" else url_for("cases.show", case_id=number)
    return _here(path)


def _here(path: str) -> str:
    """The whole address of a page, as the instance is known outside."""
    return (runtime().settings.address or request.host_url.rstrip("/")) + path
