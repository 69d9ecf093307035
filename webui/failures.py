"""Failures as pages (or as JSON for scripts of a page): what did not happen, what is safe, what to do."""

from __future__ import annotations

import secrets
import traceback

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from engine.errors import (
    AlreadyCompleted,
    Conflict,
    InvalidData,
    MarshrutError,
    NotAllowed,
    NotFound,
    StorageUnavailable,
)

log = structlog.get_logger(__name__)

STATUS: list[tuple[type[MarshrutError], int]] = [
    (NotFound, 404),
    (NotAllowed, 403),
    (AlreadyCompleted, 409),
    (Conflict, 409),
    (InvalidData, 422),
    (StorageUnavailable, 503),
    (MarshrutError, 400),
]

TITLES = {
    400: "Не получилось",
    403: "Сюда нельзя",
    404: "Такой страницы нет",
    405: "Так эта страница не открывается",
    409: "Пока вы работали, дело изменилось",
    413: "Файл слишком большой",
    422: "Проверьте поля",
    429: "Слишком часто",
    503: "Хранилище недоступно",
}

HINTS = {
    404: "Проверьте адрес или вернитесь к списку задач.",
    413: "Уменьшите файл и приложите снова.",
}


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
    fields = error.errors if isinstance(error, InvalidData) else {}
    return answer(status_of(error), error.message, error.hint, fields=fields)


def stale_page(_: CSRFError) -> Response:
    """The page is older than the sign-in: nothing was sent, nothing is lost."""
    return answer(
        400,
        "Страница устарела: вход был выполнен заново.",
        "Обновите страницу и повторите. Черновик сохранён.",
        code="stale",
    )


def refused(error: HTTPException) -> Response:
    """What Flask itself refuses: no such address, wrong method, too large."""
    status = error.code or 500
    words = error.description if status == 403 else None
    return answer(status, words or TITLES.get(status, TITLES[400]), HINTS.get(status, ""))


def unexpected(error: Exception) -> Response:
    """A defect of ours. The number ties the words on the screen to the line in the log.

    The log gets the places in the code, never the exception's own text: that may quote what a person typed.
    """
    number = secrets.token_hex(4)
    places = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-8:]]
    rule = request.url_rule.rule if request.url_rule else None
    log.error("request.failed", number=number, path=rule, error=type(error).__name__, places=places)
    return answer(
        500,
        "Действие не выполнено.",
        f"Данные целы, черновик сохранён. Повторите; если не поможет, сообщите администратору номер {number}.",
    )


def answer(
    status: int, message: str, hint: str = "", *, fields: dict[str, str] | None = None, code: str = ""
) -> Response:
    """JSON for a script of a page, a whole page for a person."""
    if request.headers.get("Accept", "").startswith("application/json") or request.is_json:
        return make_response(
            jsonify({"message": message, "hint": hint, "errors": fields or {}, "code": code}), status
        )
    page = render_template(
        "failure.html", title=TITLES.get(status, TITLES[400]), message=message, hint=hint, status=status
    )
    return make_response(page, status)
