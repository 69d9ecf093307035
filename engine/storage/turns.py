"""A lock that serves in order of arrival.

SQLite has one writer at a time, and its own waiting (`busy_timeout`) is a lottery: under load an unlucky
request waits twenty times longer than the others. Inside one process everybody takes a turn here first.
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType

from engine.errors import StorageUnavailable


class Turns:
    """`with turns:` waits for its turn. Not reentrant: `Database.write` refuses nesting before it waits."""

    def __init__(self, patience: float = 60.0) -> None:
        self._patience = patience
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._taken = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Event()
            self._queue.append(mine)
        if mine.wait(self._patience):
            return
        with self._guard:
            if mine.is_set():  # the turn came between giving up and looking again
                return
            self._queue.remove(mine)
        raise StorageUnavailable(
            "База данных занята дольше минуты: другая запись никак не закончится.",
            "Ничего не сохранено. Повторите; если не поможет, перезапустите «Маршрут».",
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._taken = False
