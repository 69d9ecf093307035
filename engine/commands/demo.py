"""`marshrut demo`: an instance with an invented municipality."""

from __future__ import annotations

import sys

import click


@click.command()
@click.option("--if-empty", is_flag=True, help="Ничего не делать, если рабочее место уже есть.")
@click.option("--at", default=None, help="Сегодняшний день показа, например 2026-01-19.")
def demo(if_empty: bool, at: str | None) -> None:
    """Создать рабочее место с вымышленным муниципалитетом и показать входы."""
    from engine.bootstrap import open_runtime
    from engine.demo.building import build_demo
    from engine.demo.logins import demo_logins
    from engine.errors import Conflict
    from engine.settings import home_of, load, prepare_home

    home = home_of()
    existed = (home / "marshrut.db").exists()
    prepare_home(home)
    settings = load()
    if existed and not if_empty:
        raise Conflict(
            f"В папке «{home}» уже есть рабочее место.", "Для показа выберите другую папку: MARSHRUT_HOME=…"
        )
    rt = open_runtime(settings) if existed else build_demo(settings, at)
    click.echo("Входы для знакомства (люди вымышлены, пароли действуют только на этом компьютере):")
    for each in demo_logins(rt):
        click.echo(f"  {each.login:10} {each.password}   {each.role_words}, {each.name}")
    sys.stdout.flush()
