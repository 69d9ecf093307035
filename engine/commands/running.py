"""Setting up an instance and running its workers."""

from __future__ import annotations

import click

from engine.errors import SettingsRefused


@click.command()
def init() -> None:
    """Создать рабочее место: папку, ключи, базу, календарь, нормы и пути из поставки."""
    from engine.installing import install
    from engine.settings import home_of, load, prepare_home

    prepare_home(home_of())
    rt = install(load())
    click.echo(f"Рабочее место готово: {rt.settings.home}")


@click.command()
@click.option("--burst", is_flag=True, help="Закончить, когда очередь опустеет.")
def worker(burst: bool) -> None:
    """Работать с очередью Redis: сроки, сообщения, документы."""
    from engine.bootstrap import open_runtime
    from engine.jobs.queue import Worker
    from engine.settings import load

    settings = load()
    if settings.redis_url is None:
        raise SettingsRefused(
            "Не сказано, где Redis.",
            "Задайте MARSHRUT_REDIS=redis://адрес:6379/0. Без Redis сроки ведёт сам сервер: worker не нужен.",
        )
    Worker(open_runtime(settings)).run(burst=burst)
