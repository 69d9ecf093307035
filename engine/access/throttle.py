"""Counting how often somebody asks, before anything costly is done."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

KEPT = 10_000


class Throttle:
    """So many times a minute by key, a network address for one. In memory: a restart forgives."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._guard = threading.Lock()
        self._attempts: OrderedDict[str, deque[datetime]] = OrderedDict()

    def admits(self, key: str, now: datetime) -> bool:
        """Count one more time; False when the last minute has had too many already."""
        with self._guard:
            attempts = self._attempts.setdefault(key, deque())
            self._attempts.move_to_end(key)
            if len(self._attempts) > KEPT:
                self._attempts.popitem(last=False)
            while attempts and now - attempts[0] >= timedelta(minutes=1):
                attempts.popleft()
            if len(attempts) >= self._a_minute:
                return False
            attempts.append(now)
            return True
