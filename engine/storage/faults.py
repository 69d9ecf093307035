"""What the database's own errors mean for a person, and what to do about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.errors import StorageUnavailable

NOTHING_SAVED = "Ничего не сохранено. "

SQLITE = {
    "SQLITE_BUSY": (
        "База данных занята другой программой.",
        NOTHING_SAVED + "Закройте программу, которая держит файл базы, и повторите.",
    ),
    "SQLITE_LOCKED": ("База данных занята.", NOTHING_SAVED + "Повторите через минуту."),
    "SQLITE_CORRUPT": (
        "Файл базы данных повреждён.",
        "Остановите «Маршрут», отложите файл в сторону и восстановите последнюю резервную копию.",
    ),
    "SQLITE_NOTADB": (
        "Это не файл базы данных или он повреждён с самого начала.",
        "Проверьте путь к базе; если путь верный, восстановите последнюю резервную копию.",
    ),
    "SQLITE_CANTOPEN": (
        "Файл базы данных не открывается.",
        "Проверьте, что он есть и доступен «Маршруту»; новую базу создаёт команда «marshrut init».",
    ),
    "SQLITE_READONLY": (
        "База данных доступна только для чтения.",
        NOTHING_SAVED + "Разрешите «Маршруту» запись в файл базы и в его папку.",
    ),
    "SQLITE_FULL": ("На диске кончилось место.", NOTHING_SAVED + "Освободите место и повторите."),
    "SQLITE_IOERR": (
        "Диск не смог прочитать или записать базу данных.",
        NOTHING_SAVED + "Проверьте диск; сделайте резервную копию, пока база открывается.",
    ),
}

POSTGRESQL = {
    "55P03": ("Запись слишком долго занята другим действием.", NOTHING_SAVED + "Повторите через минуту."),
    "40P01": ("Два действия помешали друг другу.", NOTHING_SAVED + "Повторите."),
    "53": (
        "Серверу PostgreSQL не хватает места, памяти или соединений.",
        NOTHING_SAVED + "Освободите место на диске сервера и повторите.",
    ),
    "57": ("Сервер PostgreSQL прервал действие.", NOTHING_SAVED + "Повторите через минуту."),
    "08": ("Связь с сервером PostgreSQL прервалась.", NOTHING_SAVED + "Повторите через минуту."),
    "": (
        "Соединиться с сервером PostgreSQL не получилось.",
        "Проверьте, что он запущен, база на нём создана, а адрес, имя и пароль в настройках верны.",
    ),
}
"""By SQLSTATE or its class. An error without a code is one of connecting; the server's own words about it
come in any language, so they are not told apart."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn errors of the database itself into StorageUnavailable; broken rules of a table pass through."""
    try:
        yield
    except PoolTimeout as error:
        raise StorageUnavailable(
            "Слишком много действий одновременно: все соединения с базой заняты.",
            NOTHING_SAVED + "Повторите через минуту.",
        ) from error
    except Exception as error:  # those of PostgreSQL's driver go by name: it is not installed everywhere
        words = _words(error.orig if isinstance(error, DBAPIError) else error)
        if words is None:
            raise
        raise StorageUnavailable(*words) from error


def _words(error: BaseException | None) -> tuple[str, str] | None:
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "")
        return next((words for start, words in SQLITE.items() if name.startswith(start)), None)
    if type(error).__module__.partition(".")[0] != "psycopg":
        return None
    code = getattr(error, "sqlstate", None)
    if code is None:
        return POSTGRESQL[""] if type(error).__name__ == "OperationalError" else None
    return POSTGRESQL.get(code) or POSTGRESQL.get(code[:2])
