"""`marshrut demo`: an instance with an invented municipality."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from engine.commands.output import logs_to_stderr

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.settings import Settings


@click.command()
@click.option("--if-empty", is_flag=True, help="Ничего не делать, если рабочее место уже есть.")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="ДЕНЬ",
    help="Какой день считать сегодняшним, например 2026-01-19; с него часы показа пойдут дальше.",
)
@click.option("--fast", is_flag=True, help="Без готовых документов: в несколько раз быстрее.")
def demo(if_empty: bool, at: datetime | None, fast: bool) -> None:
    """Создать рабочее место с вымышленным муниципалитетом и показать входы."""
    logs_to_stderr()
    from engine.bootstrap import open_runtime
    from engine.settings import home_of, load, prepare_home

    day = at.date() if at else None
    if not if_empty:
        prepare_home(home_of())
        _build(load(), day, documents=not fast)
    elif not fill_if_empty(day, documents=not fast):
        return
    tell_logins(open_runtime(load()))


def fill_if_empty(at: date | None = None, *, documents: bool = True) -> bool:
    """Build a demonstration where nothing is yet; False, and said, where none can be: on a server."""
    from engine.demo.home import has_instance
    from engine.errors import Conflict
    from engine.settings import home_of, load, prepare_home

    prepare_home(home_of())
    settings = load()
    try:
        ready = has_instance(settings)
    except Conflict as impossible:
        click.echo(f"{impossible.message} {impossible.hint}", err=True)
        return False
    if not ready:
        _build(settings, at, documents=documents)
    return True


def _build(settings: Settings, at: date | None, *, documents: bool) -> None:
    from engine.demo.home import demand_empty, fill_home

    demand_empty(settings)
    with _progress() as told:
        fill_home(settings, told, at=at, documents=documents)


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """A bar on a terminal, one line elsewhere."""
    title = "Собираю показ"
    if not sys.stderr.isatty():
        click.echo(f"{title}…", err=True)
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def tell_logins(rt: Runtime) -> None:
    """Which day it is in the demonstration, and who may come in; nothing where it is none."""
    from zoneinfo import ZoneInfo

    from engine.access.offices import DEFAULT_ZONE
    from engine.clock import ShiftedClock
    from engine.deadlines.russian import day_words
    from engine.demo.logins import demo_logins

    logins = demo_logins(rt)
    if not logins:
        return
    if isinstance(rt.clock, ShiftedClock):
        today = rt.clock.now().astimezone(ZoneInfo(DEFAULT_ZONE)).date()
        click.echo(f"В показе сегодня {day_words(today, date.min)}.")
    click.echo("Входы для знакомства (люди вымышлены, пароли действуют только на этом компьютере):")
    for each in logins:
        click.echo(f"  {each.login:10} {each.password}   {each.role_words}, {each.name}")
