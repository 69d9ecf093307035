"""How long the inbox takes while something else goes on: asked for again and again, as people open it."""

from __future__ import annotations

import time

from engine.model import Actor
from engine.runtime import Runtime
from engine.worklist.inbox import Filter, inbox_counters, inbox_page

BETWEEN = 0.02
"""Seconds between two people."""


class PageTimes:
    """Milliseconds of each time the first page and the counters of an inbox were read."""

    def __init__(self, rt: Runtime, actor: Actor) -> None:
        self._rt, self._actor = rt, actor
        self.spans: list[float] = []

    def ask_for(self, seconds: float) -> None:
        """Open the inbox again and again for so long."""
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            self._open()
            self.spans.append((time.perf_counter() - began) * 1000)
            time.sleep(BETWEEN)

    def quantile(self, share: float) -> float:
        """The span below which so large a share of them lies."""
        ordered = sorted(self.spans)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    def _open(self) -> None:
        rt, actor = self._rt, self._actor
        now = rt.clock.now()
        with rt.database.read() as conn:
            inbox_page(rt, conn, Filter(queues=actor.queues), now, actor.unit_id)
            inbox_counters(rt, conn, actor.queues, actor.own_queue, now, actor.unit_id)
