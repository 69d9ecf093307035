"""Passwords: how they are kept and what is refused as one."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import InvalidData, NotAllowed

SHORTEST = 10

HASHER = PasswordHasher()
"""One hash takes about 0.15 s and 64 MB: that is its purpose, and why only AT_ONCE are made at a time."""

AT_ONCE = 2
PATIENCE_SECONDS = 5.0
_places = threading.BoundedSemaphore(AT_ONCE)

NO_PASSWORD = "!"  # noqa: S105 - the opposite of one
"""In place of a hash: nobody signs in with it."""


@cache
def _nobodys() -> str:
    """Verified for unknown logins, so that the answer takes as long as for known ones."""
    return HASHER.hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """The hash to store."""
    with _place():
        return HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """True when the password is right; takes the same time when there is nothing to compare with."""
    comparable = stored if stored and stored != NO_PASSWORD else _nobodys()
    with _place():
        try:
            HASHER.verify(comparable, password)
        except (VerificationError, InvalidHashError):
            return False
    return comparable is stored


def outdated(stored: str) -> bool:
    """True when the hash was made with parameters weaker than today's."""
    return HASHER.check_needs_rehash(stored)


def new_password() -> str:
    """A password that an administrator reads out to a colleague, to be changed at the first sign-in."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def check_new(password: str, login: str) -> None:
    """InvalidData when the password is too easy to guess."""
    if len(password) < SHORTEST:
        fault = f"Пароль короче {SHORTEST} знаков. Удобно взять три-четыре слова подряд."
    elif len(set(password.casefold())) < 5:
        fault = "В пароле почти одни и те же знаки. Возьмите три-четыре слова подряд."
    elif login.casefold() in password.casefold():
        fault = "В пароле есть имя для входа. Возьмите другие слова."
    else:
        return
    raise InvalidData("Такой пароль легко подобрать.", {"password": fault})


class _place:  # noqa: N801 - reads as a statement
    """A turn to hash; a crowd at the door must not take all memory."""

    def __enter__(self) -> None:
        if not _places.acquire(timeout=PATIENCE_SECONDS):
            raise NotAllowed("Слишком много входов одновременно.", "Повторите через минуту.")

    def __exit__(self, *_: object) -> None:
        _places.release()
