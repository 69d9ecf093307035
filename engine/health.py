"""Whether an instance is well: every sign with words and what to do. Looking changes nothing."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, func, select

from engine.access.tables import audit
from engine.bootstrap import open_runtime
from engine.cases.tables import history, incident, outbox, wait
from engine.deadlines.calendar import YearStatus
from engine.documents import office
from engine.errors import MarshrutError
from engine.runtime import Runtime
from engine.settings import Settings, load
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.pairing import key_columns
from engine.worklist.mail import unsent

LATE: Final = timedelta(minutes=15)
"""What is due longer than this was swept by nobody."""

CLOCK_SLACK: Final = timedelta(minutes=5)
LITTLE_SPACE: Final = 1_000_000_000
AUTUMN: Final = 10
"""From this month on the calendar of the next year matters: terms reach into it."""

KEYS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing looked at. A `note` is worth knowing and nothing to repair."""

    check: str
    ok: bool
    message: str
    hint: str = ""
    note: bool = False


def examine(environ: Mapping[str, str] = os.environ) -> list[Sign]:
    """All signs of the instance that the environment names; what can't be opened ends the list early."""
    try:
        settings = load(environ)
    except MarshrutError as error:
        return [_bad("settings", error)]
    signs = [
        Sign("settings", True, "Настройки и ключи читаются, главный ключ закрыт от других."),
        *_around(settings),
    ]
    try:
        rt = open_runtime(settings)
    except MarshrutError as error:
        return [*signs, _bad("database", error)]
    signs.append(Sign("database", True, "База и хранилище ключей открываются и подходят друг другу."))
    for look in (_integrity, _keys, _calendar, _clock, _waiting, _standing, _mail, _incidents):
        try:
            signs += look(rt)
        except MarshrutError as error:
            signs.append(_bad(look.__name__.strip("_"), error))
    return signs


def _bad(check: str, error: MarshrutError) -> Sign:
    return Sign(check, False, error.message, error.hint)


def _around(settings: Settings) -> Iterator[Sign]:
    """What is outside the database."""
    yield _folder(settings.home)
    yield _space(settings)
    if settings.redis_url is not None:
        yield _redis(settings.redis_url)
    yield _office()


def _folder(home: Path) -> Sign:
    if home.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Sign(
            "folder",
            False,
            f"Папку «{home}» могут читать другие пользователи машины.",
            f"Выполните: chmod 700 «{home}»",
        )
    return Sign("folder", True, "Папка рабочего места закрыта от других.")


def _space(settings: Settings) -> Sign:
    free = shutil.disk_usage(settings.home).free
    database = settings.home / "marshrut.db"
    wanted = max(LITTLE_SPACE, 2 * database.stat().st_size if database.exists() else 0)
    if free < wanted:
        return Sign(
            "disk",
            False,
            f"На диске мало места: {_megabytes(free)}, нужно хотя бы {_megabytes(wanted)}.",
            "Удалите лишнее или перенесите старые копии на другой диск.",
        )
    return Sign("disk", True, f"Места на диске хватает: {_megabytes(free)}.")


def _megabytes(number: int) -> str:
    return f"{number // 1_000_000} МБ"


def _redis(url: str) -> Sign:
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3).ping()
    except (RedisError, OSError) as error:
        return Sign(
            "redis",
            False,
            f"Redis не отвечает ({type(error).__name__}).",
            "Проверьте, запущен ли он. Сроки пока ведёт сам сервер, ничего не теряется.",
        )
    return Sign("redis", True, "Redis отвечает.")


def _office() -> Sign:
    if office.find() is None:
        return Sign(
            "office",
            True,
            "LibreOffice нет: PDF делает сама программа, без картинок.",
            "Если в шаблонах есть картинки, установите пакет libreoffice-writer.",
            note=True,
        )
    return Sign("office", True, "LibreOffice найден.")


def _integrity(rt: Runtime) -> Iterator[Sign]:
    faults = [*rt.database.faults(), *rt.vault.store.database.faults()]
    if faults:
        yield Sign(
            "integrity",
            False,
            f"В базе повреждения: {'; '.join(faults[:3])}.",
            "Остановите программу, сохраните файлы базы в стороне и восстановите копию: marshrut restore",
        )
    else:
        yield Sign("integrity", True, "База и хранилище ключей целы.")


def _keys(rt: Runtime) -> Iterator[Sign]:
    """Every key that a row was sealed with is there, or was destroyed on purpose."""
    wanted: set[int] = set()
    with rt.database.read() as conn:
        for column in key_columns():
            wanted.update(conn.execute(select(column).where(column.is_not(None)).distinct()).scalars())
    numbers = sorted(wanted)
    missing = 0
    for start in range(0, len(numbers), KEYS_AT_ONCE):
        some = numbers[start : start + KEYS_AT_ONCE]
        missing += len(some) - len(rt.vault.store.read(some))
    if missing:
        yield Sign(
            "keys",
            False,
            f"В хранилище нет ключей от {missing} записей: их данные не открыть.",
            "Хранилище ключей старее базы. Верните его из более поздней копии.",
        )
    else:
        yield Sign("keys", True, "Для всех данных ключи на месте.")


def _calendar(rt: Runtime) -> Iterator[Sign]:
    today = rt.clock.now()
    years = [today.year, today.year + 1] if today.month >= AUTUMN else [today.year]
    for year in years:
        if rt.calendars.country().year(year).status is YearStatus.CONFIRMED:
            yield Sign("calendar", True, f"Календарь на {year} год подтверждён.")
        else:
            yield Sign(
                "calendar",
                False,
                f"Календарь на {year} год никто не сверил с постановлением: сроки могут сдвинуться.",
                "Сверьте и подтвердите его на странице «Календарь».",
            )


def _clock(rt: Runtime) -> Iterator[Sign]:
    with rt.database.read() as conn:
        latest = [conn.execute(select(func.max(column))).scalar() for column in (history.c.at, audit.c.at)]
    newest = from_seconds(max((each for each in latest if each is not None), default=0))
    if newest - rt.clock.now() > CLOCK_SLACK:
        yield Sign(
            "clock",
            False,
            f"Часы машины отстают: в базе есть записи от {newest:%d.%m.%Y %H:%M} UTC.",
            "Поправьте часы и включите их сверку по сети: от часов зависят сроки.",
        )
    else:
        yield Sign("clock", True, "Часы идут вперёд.")


def _waiting(rt: Runtime) -> Iterator[Sign]:
    """Whether somebody sweeps."""
    long_ago = to_seconds(rt.clock.now() - LATE)
    late = sum(_count(rt, column <= long_ago) for column in (outbox.c.next_at, wait.c.due_at))
    if late:
        yield Sign(
            "sweep",
            False,
            f"Просрочены таймеры и поручения, их {late}: никто их не выполняет.",
            "Запустите сервер (marshrut serve) или marshrut worker.",
        )
    else:
        yield Sign("sweep", True, "Таймеры и поручения выполняются вовремя.")


def _standing(rt: Runtime) -> Iterator[Sign]:
    """Promises that all tries could not keep."""
    with rt.database.read() as conn:
        rows = conn.execute(
            select(outbox.c.kind, outbox.c.problem, func.count())
            .where(outbox.c.next_at.is_(None))
            .group_by(outbox.c.kind, outbox.c.problem)
        ).all()
    for kind, problem, number in rows:
        yield Sign(
            "outbox",
            False,
            f"Не выполнено: {KINDS.get(kind, kind)}, таких {number}. {problem or ''}".strip(),
            "Откройте дело, устраните причину и повторите.",
        )
    if not rows:
        yield Sign("outbox", True, "Несделанных поручений нет.")


KINDS: Final = {
    "message": "сообщение другому делу",
    "collect": "получение сообщения",
    "signal": "сигнал",
    "service": "операция",
    "document": "документ",
}


def _mail(rt: Runtime) -> Iterator[Sign]:
    """Whether letters leave."""
    with rt.database.read() as conn:
        found = unsent(conn)
    for each in found:
        if each.given_up:
            words = f"Письма отложены насовсем: {each.letters}. {each.problem}"
            hint = "Сообщения видны людям в программе. Проверьте адреса и почтовый сервер."
        else:
            words = f"Письма не уходят и ждут: {each.letters}. {each.problem}"
            hint = "Проверьте почтовый сервер и MARSHRUT_SMTP_*. Письма уйдут сами, ничего не теряется."
        yield Sign("mail", False, words, hint)
    if not found:
        yield Sign("mail", True, "Неотправленных писем нет.")


def _incidents(rt: Runtime) -> Iterator[Sign]:
    standing = _count(rt, incident.c.solved_at.is_(None))
    if standing:
        yield Sign(
            "incidents",
            False,
            f"Дела стоят и ждут исправления, остановок: {standing}.",
            "Откройте такие дела, исправьте данные или повторите шаг.",
        )
    else:
        yield Sign("incidents", True, "Все дела идут.")


def _count(rt: Runtime, condition: ColumnElement[bool]) -> int:
    """How many rows there are for which it holds."""
    with rt.database.read() as conn:
        return int(conn.execute(select(func.count()).where(condition)).scalar_one())
