"""The sweep by RQ workers: Redis only wakes them up. If Redis is away, the server's own sweep goes on."""

from __future__ import annotations

import threading
import time

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from engine.jobs.sweep import sweep
from engine.runtime import Runtime

log = structlog.get_logger(__name__)

QUEUE = "marshrut"
WAKE_KEY = "marshrut:woken"
PERIOD = 5
"""Seconds after which a worker sweeps even when nobody woke it."""

LONGEST = 60
"""Seconds that a job may sweep. RQ kills one after three minutes, in the middle of whatever it does."""

_RUNTIMES: list[Runtime] = []
"""The runtime of this worker: RQ calls the job by its name, and a runtime can't travel through Redis."""


def wake_workers(redis: Redis) -> None:
    """Ask for a sweep, unless one is asked for already. Redis being away is no failure of the caller."""
    try:
        if redis.set(WAKE_KEY, 1, nx=True, ex=PERIOD):
            Queue(QUEUE, connection=redis, serializer=JSONSerializer).enqueue(
                "engine.jobs.queue.run_sweep", result_ttl=0, failure_ttl=3600
            )
    except RedisError as error:
        log.warning("redis.away", error=type(error).__name__)


def run_sweep() -> None:
    """The job: sweep until nothing is due, or for LONGEST; then the rest is the next job's. What comes
    meanwhile asks for a job of its own, which another worker can take; where two rounds were not enough,
    whoever is free is asked to help.
    """
    rt = _RUNTIMES[0]
    redis = Redis.from_url(rt.settings.redis_url or "")
    redis.delete(WAKE_KEY)
    end = time.monotonic() + LONGEST
    rounds = 0
    while not sweep(rt).idle:
        rounds += 1
        late = time.monotonic() > end
        if late or rounds == 2:
            wake_workers(redis)
        if late:
            return


class Worker:
    """One worker process: RQ jobs, and a ticker that asks for a sweep every PERIOD seconds."""

    def __init__(self, rt: Runtime) -> None:
        _RUNTIMES[:] = [rt]
        self._redis = Redis.from_url(rt.settings.redis_url or "")
        rt.wake = lambda: wake_workers(self._redis)
        self._stop = threading.Event()

    def run(self, burst: bool = False) -> None:
        """Work until stopped by a signal; `burst` ends when the queue is empty."""
        ticker = threading.Thread(target=self._tick, name="marshrut-ticker", daemon=True)
        ticker.start()
        try:
            queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
            SimpleWorker([queue], connection=self._redis, serializer=JSONSerializer).work(burst=burst)
        finally:
            self._stop.set()

    def _tick(self) -> None:
        while not self._stop.is_set():
            wake_workers(self._redis)
            self._stop.wait(PERIOD)
