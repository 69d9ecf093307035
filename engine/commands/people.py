"""Accounts from the command line: the first administrator, a forgotten password."""

from __future__ import annotations

import click


@click.group()
def user() -> None:
    """Сотрудники: добавить, сменить пароль, закрыть вход, показать список."""


@user.command("list")
def list_users() -> None:
    """Показать всех, кто может войти."""
    from engine.access.policy import ROLES
    from engine.access.queries import colleagues
    from engine.bootstrap import open_runtime
    from engine.settings import load

    rt = open_runtime(load())
    tree = rt.directory.tree()
    for person in colleagues(rt, active=False):
        roles = ", ".join(sorted({ROLES[role] for role, _ in person.roles}))
        closed = "" if person.active else " · вход закрыт"
        click.echo(
            f"{person.login:20} {person.name.full()} · {tree.unit(person.unit_id).short_name} · {roles}{closed}"
        )


@user.command("add")
@click.argument("login")
@click.option("--name", required=True, help="Фамилия Имя Отчество")
@click.option(
    "--role", "roles", multiple=True, required=True, help="Код роли, например R05; можно несколько."
)
@click.option("--unit", type=int, default=None, help="Номер подразделения; по умолчанию первое учреждение.")
@click.password_option(help="Пароль; без него будет задан вопрос.")
def add(login: str, name: str, roles: tuple[str, ...], unit: int | None, password: str) -> None:
    """Добавить сотрудника."""
    from engine.access.service import Grant, NewAccount, create_account
    from engine.bootstrap import open_runtime
    from engine.errors import MarshrutError
    from engine.model import SYSTEM
    from engine.names import FullName
    from engine.settings import load

    rt = open_runtime(load())
    parts = name.split()
    if len(parts) < 2:
        raise MarshrutError("Напишите фамилию и имя.", "Например: --name «Иванова Мария Петровна»")
    place = unit or min(u.id for u in rt.directory.tree().units.values() if u.kind != "municipality")
    full = FullName(parts[0], parts[1], " ".join(parts[2:]))
    grants = tuple(Grant(role, place) for role in roles)
    number = create_account(
        rt, SYSTEM, NewAccount(login=login, password=password, name=full, unit_id=place, roles=grants)
    )
    click.echo(f"Сотрудник добавлен, № {number}.")


@user.command("password")
@click.argument("login")
@click.password_option(help="Новый пароль; без него будет задан вопрос.")
def password(login: str, password: str) -> None:
    """Задать новый пароль: при входе сотрудник сменит его на свой."""
    from engine.access.queries import colleagues
    from engine.access.service import reset_password
    from engine.bootstrap import open_runtime
    from engine.errors import NotFound
    from engine.model import SYSTEM
    from engine.settings import load

    rt = open_runtime(load())
    found = next((each for each in colleagues(rt, active=False) if each.login == login.casefold()), None)
    if found is None:
        raise NotFound(f"Сотрудника «{login}» нет.", "Список: marshrut user list")
    reset_password(rt, SYSTEM, found.id, password)
    click.echo("Пароль задан.")
