"""Failures as pages (or as JSON for scripts of a page): what did not happen, what is safe, what to do."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from engine.errors import (
    AlreadyCompleted,
    Conflict,
    DefinitionRefused,
    InvalidData,
    KeyDestroyed,
    MarshrutError,
    NotAllowed,
    NotFound,
    StorageUnavailable,
    TooOften,
)
from webui.addresses import local_page
from webui.frame import bare
from webui.guards import runtime

log = structlog.get_logger(__name__)

STATUS: list[tuple[type[MarshrutError], int]] = [
    (NotFound, 404),
    (TooOften, 429),
    (NotAllowed, 403),
    (AlreadyCompleted, 409),
    (Conflict, 409),
    (InvalidData, 422),
    (DefinitionRefused, 422),
    (KeyDestroyed, 410),
    (StorageUnavailable, 503),
    (MarshrutError, 400),
]

TITLES = {
    400: _l("Не получилось"),
    403: _l("Это вам не открыто"),
    404: _l("Такого здесь нет"),
    405: _l("Так эта страница не открывается"),
    409: _l("Сейчас так сделать нельзя"),
    410: _l("Данные уничтожены"),
    413: _l("Файл слишком большой"),
    422: _l("Проверьте поля"),
    429: _l("Слишком часто"),
    500: _l("Действие не выполнено"),
    503: _l("Хранилище недоступно"),
}

WORDS = {
    404: (_l("По этому адресу ничего нет."), _l("Проверьте адрес или вернитесь к списку задач.")),
    405: (_l("Эту страницу открывают кнопкой, а не адресом."), _l("Вернитесь к списку задач.")),
    413: (
        _l("Все файлы вместе больше %(megabytes)s МБ."),
        _l("Уменьшите файл или приложите файлы по одному."),
    ),
}
"""What is said where Flask itself refuses, and what to do."""


def handle(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(MarshrutError, expected)
    app.register_error_handler(CSRFError, stale_page)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, unexpected)


def status_of(error: MarshrutError) -> int:
    """HTTP status of an expected failure."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def expected(error: MarshrutError) -> Response:
    """A failure with a message for a person."""
    if isinstance(error, StorageUnavailable):
        bare()
    fields = error.errors if isinstance(error, InvalidData) else {}
    return answer(status_of(error), error.message, error.hint, fields=fields)


def stale_page(_error: CSRFError) -> Response:
    """The page is older than the sign-in: nothing was sent, nothing is lost. A script whose session has ended
    is told so: it keeps what was typed and sends it after the next sign-in.
    """
    if wants_json() and not current_user.is_authenticated:
        return signed_out()
    return answer(
        400,
        _("Страница устарела: вход был выполнен заново."),
        _("Вернитесь назад, обновите страницу и повторите: ничего не отправлено и не изменено."),
        code="stale",
    )


def refused(error: HTTPException) -> Response:
    """What Flask itself refuses: no such address, wrong method, too large."""
    status = error.code or 500
    words, hint = WORDS.get(status, (TITLES.get(status, TITLES[400]), ""))
    if status == 413:
        words = str(words) % {"megabytes": runtime().settings.upload_megabytes}
    return answer(status, (error.description or "") if status == 403 else words, hint)


def unexpected(error: Exception) -> Response:
    """A defect of ours. The number ties the words on the screen to the line in the log.

    The log gets the places in the code, never the exception's own text: that may quote what a person typed.
    """
    number = secrets.token_hex(4)
    places = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-8:]]
    rule = request.url_rule.rule if request.url_rule else None
    log.error("request.failed", number=number, path=rule, error=type(error).__name__, places=places)
    bare()
    return answer(
        500,
        _("Действие не выполнено: в программе ошибка."),
        _(
            "Данные целы. Повторите; если не поможет, сообщите администратору номер %(number)s.",
            number=number,
        ),
        number=number,
    )


def answer(
    status: int,
    message: str,
    hint: str = "",
    *,
    fields: Mapping[str, str] | None = None,
    code: str = "",
    number: str = "",
) -> Response:
    """JSON for a script of a page, a whole page for a person."""
    title = TITLES.get(status, TITLES[400])
    if wants_json():
        # Values of a form are refused at its fields; anything else is told as a whole.
        words = f"{message} {hint}".strip()
        body = {
            "title": str(title),
            "message": words,
            "errors": dict(fields or {}),
            "code": code,
            "number": number,
        }
        return make_response(jsonify(body), status)
    page = render_template(
        "failure.html",
        title=title,
        message=message,
        hint=hint,
        faults=list((fields or {}).values()),
        status=status,
        back=_came_from(),
    )
    return make_response(page, status)


def wants_json() -> bool:
    """Whether a script of a page asks, and not a person's browser."""
    return request.is_json or request.headers.get("Accept", "").startswith("application/json")


def signed_out() -> Response:
    """What a script is told when nobody is signed in any more."""
    words = {"message": _("Вы вышли по времени."), "hint": _("Войдите и повторите: всё, что вы ввели, цело.")}
    return make_response(jsonify(words), 401)


def _came_from() -> str:
    """The page whose form was refused; empty when it is none of ours."""
    came = urlsplit(request.referrer or "")
    page = came.path + (f"?{came.query}" if came.query else "")
    ours = came.netloc == request.host and local_page(page) and page != request.full_path.rstrip("?")
    return page if request.method == "POST" and ours else ""
