"""The invented colleagues of the demonstration, as the sign-in page offers them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.access.policy import ROLES
from engine.access.queries import colleagues
from engine.runtime import Runtime

DEMO_PASSWORD = "показать-маршрут"  # noqa: S105 - printed on the page; `authenticate` takes it only in a demo


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One button on the sign-in page of a demonstration."""

    login: str
    name: str
    role_words: str
    password: str


def demo_logins(rt: Runtime) -> list[DemoLogin]:
    """Demo colleagues by role; none outside a demonstration."""
    if not rt.settings.demo:
        return []
    found = [person for person in colleagues(rt) if person.demo]
    found.sort(key=lambda person: person.roles)
    return [
        DemoLogin(
            login=person.login,
            name=person.name.short(),
            role_words=", ".join(ROLES[role] for role, _ in person.roles),
            password=DEMO_PASSWORD,
        )
        for person in found
    ]
