"""The logins that a demonstration offers on its own machine."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.access.policy import ROLES
from engine.access.tables import account
from engine.demo.town import COLLEAGUES, PASSWORD, Colleague
from engine.runtime import Runtime

OFFERED = (
    "demina",
    "krylova",
    "belova",
    "yusupov",
    "tumanova",
    "zorina",
    "ryabova",
    "lunina",
    "sedova",
    "gromov",
    "kravtsova",
    "somov",
    "lykova",
    "snegireva",
    "pavlova",
    "zuev",
    "ershova",
    "orlov",
    "volkova",
    "fedorova",
    "lanskaya",
    "dpo",
    "admin",
)
"""A login for every role, in the order in which a visitor meets them; two heads: of the centre, of all."""

WHOLE = "весь округ"
"""Said of who sees all families of the district, where others of their role see those of their agency."""


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A login with its password, in words for the sign-in page and the console."""

    login: str
    password: str
    name: str
    role_words: str


def demo_logins(rt: Runtime) -> list[DemoLogin]:
    """Those that exist in this instance and are open; none where it is no demonstration."""
    if not rt.settings.demo:
        return []
    with rt.database.read() as conn:
        present = set(conn.execute(select(account.c.login).where(account.c.demo, account.c.active)).scalars())
    by_login = {colleague.login: colleague for colleague in COLLEAGUES}
    return [
        DemoLogin(login, PASSWORD, by_login[login].name.short(), _words(by_login[login]))
        for login in OFFERED
        if login in present
    ]


def _words(colleague: Colleague) -> str:
    """«Член комиссии, специалист опеки и попечительства», «Руководитель, весь округ»."""
    first, *others = (ROLES[role] for role in colleague.roles)
    whole = [WHOLE] if colleague.place == "district" else []
    return ", ".join([first, *(f"{other[:1].lower()}{other[1:]}" for other in others), *whole])
