"""The logins that a demonstration offers on its own machine."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.access.policy import ROLES
from engine.access.tables import account
from engine.demo.town import COLLEAGUES, PASSWORD
from engine.runtime import Runtime

OFFERED = (
    "demina",
    "krylova",
    "yusupov",
    "tumanova",
    "ryabova",
    "lunina",
    "sedova",
    "gromov",
    "kravtsova",
    "zuev",
    "ershova",
    "orlov",
    "lanskaya",
    "dpo",
    "admin",
)
"""One login a role, in the order in which a visitor meets them."""


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
        DemoLogin(login, PASSWORD, by_login[login].name.short(), ROLES[by_login[login].roles[0]])
        for login in OFFERED
        if login in present
    ]
