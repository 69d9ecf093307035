"""The sweep inside the server: one thread, woken by commits that left it work and by the clock."""

from __future__ import annotations

import threading

import structlog

from engine.jobs.sweep import sweep
from engine.runtime import Runtime

log = structlog.get_logger(__name__)

PERIOD = 5.0
"""Seconds between two rounds when nobody wakes the sweep: how late a timer may fire."""

AFTER_FAILURE = 30.0
"""Seconds of rest after a round that could not run at all (the database is locked or away)."""

RUNGS = 15
"""Rungs a commit. Pages are made in the same process, and wait while this thread counts: after holidays the
slowest pages took five times as long with batches of 200, and 1.5 times with these.
"""


class EmbeddedSweep:
    """Runs `sweep` until it is stopped. A failure is logged and the next round comes; it never gives up."""

    def __init__(self, rt: Runtime, period: float = PERIOD) -> None:
        self._rt = rt
        self._period = period
        self._work = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="marshrut-sweep", daemon=True)

    def start(self) -> None:
        """Begin sweeping; commits that promise something wake the thread at once."""
        self._rt.wake = self._work.set
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Let the round in progress finish and end the thread."""
        self._stop.set()
        self._work.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        pause = 0.0
        while not self._stop.is_set():
            self._work.wait(pause)
            self._work.clear()
            if self._stop.is_set():
                return
            pause = self._round()

    def _round(self) -> float:
        """One round; returns how long to wait for the next."""
        try:
            return self._period if sweep(self._rt, rungs=RUNGS).idle else 0.0
        except Exception as error:  # noqa: BLE001 - the next round must come whatever happened
            log.error("sweep.failed", error=type(error).__name__)
            return AFTER_FAILURE
