"""The language of the pages: the instance has one, and a person may choose another for their browser."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, redirect, request
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response

from webui.addresses import local_page
from webui.guards import open_to_all

LANGUAGES = {"ru": "Русский", "en": "English"}
"""Each as its speakers call it. Texts are written in the first, the others are in `translations`."""

COOKIE = "marshrut_language"
YEAR = 365 * 24 * 60 * 60

pages = Blueprint("language", __name__)


def attach(app: Flask) -> None:
    """Register Flask-Babel with the choice of the person, and give `layout.html` what its menu shows."""
    Babel(app, locale_selector=chosen)
    app.register_blueprint(pages)
    app.context_processor(_menu)


def chosen() -> str:
    """What the person chose in the menu, otherwise the language of the instance.

    What the browser asks for is not followed: half of the computers here speak English to people who don't.
    """
    wanted = request.cookies.get(COOKIE, "")
    return wanted if wanted in LANGUAGES else str(current_app.config["BABEL_DEFAULT_LOCALE"])


def _menu() -> dict[str, Any]:
    """`language` of this page, `languages` it could have instead, `language_next`: where to come back to."""
    now = str(get_locale())
    return {
        "language": now,
        "languages": [{"code": code, "words": words} for code, words in LANGUAGES.items() if code != now],
        "language_next": request.full_path.removesuffix("?") if request.method == "GET" else "/",
    }


@pages.post("/language")
@open_to_all
def choose() -> Response:
    """Keep the choice in the browser and show the same page again."""
    wanted = request.form.get("language", "")
    back = request.form.get("next", "")
    answer = redirect(back if local_page(back) else "/", 303)
    if wanted in LANGUAGES:
        answer.set_cookie(
            COOKIE,
            wanted,
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        )
    return answer
