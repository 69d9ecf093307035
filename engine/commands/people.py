"""Accounts from the command line: the first administrator, a forgotten password, somebody who has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.commands.output import json_option, logs_to_stderr, print_json
from engine.errors import MarshrutError, NotFound

if TYPE_CHECKING:
    from engine.access.queries import Colleague
    from engine.runtime import Runtime

_password = click.option(
    "--password",
    metavar="ПАРОЛЬ",
    prompt="Пароль",
    hide_input=True,
    confirmation_prompt="Пароль ещё раз",
    help="Пароль; если не указать, программа спросит и на экране его не покажет.",
)


@click.group()
def user() -> None:
    """Сотрудники: добавить, сменить пароль, закрыть вход, показать список."""
    logs_to_stderr()


@user.command("list")
@json_option
def list_users(as_json: bool) -> None:
    """Показать всех, кто может войти, и тех, кому вход закрыт."""
    from engine.access.policy import ROLES
    from engine.access.queries import colleagues

    rt = _runtime()
    found = colleagues(rt, active=False)
    if as_json:
        print_json([_json(person) for person in found])
        return
    tree = rt.directory.tree()
    for person in found:
        roles = ", ".join(sorted({ROLES.get(role, role) for role, _ in person.roles}))
        closed = " · вход закрыт" if not person.active else ""
        place = tree.unit(person.unit_id).short_name
        click.echo(f"{person.login:20} {person.name.full()} · {place} · {roles}{closed}")


def _json(person: Colleague) -> dict[str, object]:
    return {
        "id": person.id,
        "login": person.login,
        "name": person.name.full(),
        "unit": person.unit_id,
        "roles": sorted({role for role, _ in person.roles}),
        "active": person.active,
    }


@user.command("add")
@click.argument("login", metavar="ИМЯ")
@click.option("--name", metavar="ФИО", required=True, help="Фамилия Имя Отчество.")
@click.option(
    "--role",
    "roles",
    metavar="КОД",
    multiple=True,
    required=True,
    help="Роль, например R05; можно несколько.",
)
@click.option(
    "--unit", type=int, metavar="№", help="Номер подразделения; если не указать, первая организация."
)
@_password
def add(login: str, name: str, roles: tuple[str, ...], unit: int | None, password: str) -> None:
    """Добавить сотрудника. При первом входе он сменит пароль на свой.

    ИМЯ: под этим именем сотрудник входит.
    """
    from engine.access.service import Grant, NewAccount, create_account
    from engine.model import SYSTEM
    from engine.names import FullName

    rt = _runtime()
    parts = name.split()
    if len(parts) < 2:
        raise MarshrutError("Напишите фамилию и имя.", "Например: --name «Иванова Мария Петровна»")
    place = _unit(rt, unit)
    grants = tuple(Grant(role.upper(), place) for role in roles)
    full = FullName(parts[0], parts[1], " ".join(parts[2:]))
    new = NewAccount(login=login, name=full, unit_id=place, password=password, grants=grants)
    number = create_account(rt, SYSTEM, new)
    click.echo(f"Сотрудник добавлен, № {number}.")


@user.command("password")
@click.argument("login", metavar="ИМЯ")
@_password
def password(login: str, password: str) -> None:
    """Задать новый пароль. При входе сотрудник сменит его на свой."""
    from engine.access.service import reset_password
    from engine.model import SYSTEM

    rt = _runtime()
    reset_password(rt, SYSTEM, _found(rt, login).id, password)
    click.echo("Пароль задан.")


@user.command("close")
@click.argument("login", metavar="ИМЯ")
def close(login: str) -> None:
    """Закрыть вход. Дела и история сотрудника остаются."""
    _set_active(login, active=False)
    click.echo("Вход закрыт.")


@user.command("open")
@click.argument("login", metavar="ИМЯ")
def open_again(login: str) -> None:
    """Открыть закрытый вход снова."""
    _set_active(login, active=True)
    click.echo("Вход открыт.")


def _set_active(login: str, *, active: bool) -> None:
    from engine.access.service import set_active
    from engine.model import SYSTEM

    rt = _runtime()
    set_active(rt, SYSTEM, _found(rt, login).id, active=active)


def _runtime() -> Runtime:
    from engine.bootstrap import open_runtime
    from engine.settings import load

    return open_runtime(load())


def _found(rt: Runtime, login: str) -> Colleague:
    from engine.access.queries import colleagues
    from engine.access.sign_in import normal_login

    wanted = normal_login(login)
    found = next((each for each in colleagues(rt, active=False) if each.login == wanted), None)
    if found is None:
        raise NotFound(f"Сотрудника «{login}» нет.", "Список: marshrut user list")
    return found


def _unit(rt: Runtime, number: int | None) -> int:
    """The unit of that number, or the first organisation."""
    from engine.access.tables import MUNICIPALITY

    tree = rt.directory.tree()
    if number is not None:
        return tree.unit(number).id
    places = [unit.id for unit in tree.units.values() if unit.kind != MUNICIPALITY]
    if not places:
        raise NotFound("Организаций ещё нет.", 'Добавьте первую: marshrut init --organisation "КЦСОН …"')
    return min(places)
