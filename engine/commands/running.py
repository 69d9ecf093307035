"""Setting up an instance and running its workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.commands.output import logs_to_stderr
from engine.errors import MarshrutError, SettingsRefused

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.settings import Settings
    from engine.storage.database import Database


@click.command()
@click.option(
    "--organisation", metavar="НАЗВАНИЕ", help="Первая организация, например «КЦСОН Приозёрного округа»."
)
@click.option(
    "--zone", metavar="ПОЯС", default="", help="Её часовой пояс, например Asia/Irkutsk; без него Москва."
)
def init(organisation: str | None, zone: str) -> None:
    """Создать рабочее место: папку, ключи, базу, календарь, нормы и пути из поставки.

    Повторять можно: что уже есть, остаётся. База от прежней версии программы обновится, её копия будет рядом.
    """
    logs_to_stderr()
    from engine.installing import install
    from engine.settings import home_of, load, prepare_home

    prepare_home(home_of())
    settings = load()
    _bring_up_to_date(settings)
    rt = install(settings)
    if organisation:
        _first_organisation(rt, organisation, zone)
    click.echo(f"Рабочее место готово: {rt.settings.home}")
    if not rt.directory.tree().units:
        click.echo('Дальше назовите организацию: marshrut init --organisation "КЦСОН …"')
    elif not _has_people(rt):
        click.echo(
            'Дальше добавьте первого сотрудника: marshrut user add ИМЯ --name "Фамилия Имя" --role R29'
        )


def _bring_up_to_date(settings: Settings) -> None:
    """Run the migrations that an existing database waits for, with a copy of it beside."""
    from engine.bootstrap import load_tables
    from engine.clock import SystemClock
    from engine.storage import backup, schema
    from engine.storage.database import Database

    load_tables()
    database = Database(settings.database_url)
    if _is_new(database):
        return
    try:
        schema.check(database)
    except schema.OutdatedDatabase:
        copy = settings.home / "backups" / f"before-update-{SystemClock().now():%Y-%m-%d-%H%M%S}.db"
        backup.backup(database, copy)
        click.echo(f"База от прежней версии программы, её копия: {copy}")
        schema.upgrade(database)
    finally:
        database.close()


def _is_new(database: Database) -> bool:
    from sqlalchemy import inspect

    if database.path is not None and not database.path.exists():
        return True
    with database.read() as conn:
        return not inspect(conn).get_table_names()


def _first_organisation(rt: Runtime, name: str, zone: str) -> None:
    from engine.access.tables import AGENCY
    from engine.access.units import NewUnit, create_unit
    from engine.model import SYSTEM

    if rt.directory.tree().units:
        click.echo("Организация уже есть: другие добавляют на странице «Организации».")
        return
    number = create_unit(rt, SYSTEM, NewUnit(name=name, kind=AGENCY, zone=zone))
    click.echo(f"Организация добавлена, № {number}.")


def _has_people(rt: Runtime) -> bool:
    from engine.access.queries import colleagues

    return bool(colleagues(rt, active=False))


@click.command()
@click.option("--burst", is_flag=True, help="Закончить, когда очередь опустеет.")
def worker(burst: bool) -> None:
    """Вести сроки, сообщения и документы из очереди Redis.

    Без Redis всё это делает сам сервер: тогда worker не нужен.
    """
    logs_to_stderr()
    from engine.bootstrap import open_runtime
    from engine.settings import load

    settings = load()
    if settings.redis_url is None:
        raise SettingsRefused(
            "Не сказано, где Redis.",
            "Задайте MARSHRUT_REDIS=redis://адрес:6379/0. Без Redis сроки ведёт сам сервер: worker не нужен.",
        )
    rt = open_runtime(settings)
    from redis import Redis
    from redis.exceptions import RedisError

    from engine.jobs.queue import Worker

    try:
        Redis.from_url(settings.redis_url).ping()
        Worker(rt).run(burst=burst)
    except RedisError as error:
        raise MarshrutError(
            f"Redis не отвечает ({type(error).__name__}).",
            "Проверьте, что он запущен и адрес в MARSHRUT_REDIS верен. Сроки пока ведёт сам сервер.",
        ) from error
