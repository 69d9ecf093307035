"""One server for one instance folder with its database in a file.

The lock is the kernel's: it is free again the moment its process has ended, however it ended, so nobody ever
has to remove it. Workers and commands do not ask for it: beside a server they are welcome.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import Conflict

LOCK_FILE = "serve.lock"
"""Says in words where the server answers that holds it."""


@contextmanager
def only_server(home: Path, address: str) -> Iterator[None]:
    """Hold the folder for the server at this address; Conflict, with the address of the other, when one runs.

    Two would sweep the same terms and letters, and each would wait for the other's writes.
    """
    with (home / LOCK_FILE).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Conflict(
                f"С папкой «{home}» уже работает другой сервер: {file.read() or 'адрес ещё неизвестен'}",
                "Откройте этот адрес в браузере или сначала остановите тот сервер. "
                "Для второго рабочего места задайте другую папку: MARSHRUT_HOME=…",
            ) from None
        file.truncate(0)
        file.write(address)
        file.flush()
        yield
