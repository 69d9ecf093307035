"""RQ workers: Redis only wakes them; the rows in the database are the truth."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import func, select

from engine.cases.history import HistoryKind
from engine.cases.tables import history
from engine.clock import MovableClock, SystemClock
from engine.jobs import queue as jobs
from engine.jobs.queue import wake_workers
from engine.jobs.sweep import sweep_until_idle
from engine.runtime import Runtime
from tests.factories.access import make_actor
from tests.factories.cases import boundary_timer, diagram, flows, open_case, publish_files, user_task

CASES = 40

WORKER = """
import base64, sys
from pathlib import Path
from engine.bootstrap import open_runtime
from engine.jobs.queue import Worker
from engine.settings import Settings
home, database, keys, redis = sys.argv[1:]
rt = open_runtime(Settings(home=Path(home), database_url=database, keys_url=keys,
                           master_key=bytes(range(32)), secret_key="x", redis_url=redis))
Worker(rt).run()
"""


@pytest.fixture
def waiting(rt: Runtime) -> Runtime:
    """Many cases whose timer has been due for a while."""
    rt.clock = MovableClock(SystemClock().now() - timedelta(minutes=1))
    clerk = make_actor(rt, "R05")
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("a")
        + boundary_timer("late", "a", "PT1S")
        + user_task("told")
        + '<endEvent id="e" name="Конец"/>'
        + flows("s a e", "late told e")
    )
    publish_files(rt, diagram("waiting", body))
    for _ in range(CASES):
        open_case(rt, clerk, "waiting")
    rt.clock = SystemClock()
    return rt


def fired(rt: Runtime) -> tuple[int, int]:
    """(timers that fired, cases where one fired)."""
    kinds = history.c.kind == HistoryKind.TIMER
    with rt.database.read() as conn:
        all_rows = conn.execute(select(func.count()).where(kinds)).scalar_one()
        cases = conn.execute(select(func.count(func.distinct(history.c.case_id))).where(kinds)).scalar_one()
    return all_rows, cases


def start_worker(rt: Runtime, redis_url: str, folder: Path) -> subprocess.Popen[bytes]:
    arguments = [str(folder), rt.settings.database_url, rt.settings.keys_url, redis_url]
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, *arguments],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_two_workers_fire_each_timer_exactly_once(waiting: Runtime, redis_url: str, tmp_path: Path) -> None:
    workers = [start_worker(waiting, redis_url, tmp_path) for _ in range(2)]
    try:
        deadline = time.monotonic() + 60
        while fired(waiting)[1] < CASES and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(20)
    assert fired(waiting) == (CASES, CASES)


def test_without_redis_nothing_is_lost_and_the_own_sweep_goes_on(waiting: Runtime) -> None:
    away = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    wake_workers(away)
    away.close()
    sweep_until_idle(waiting)
    assert fired(waiting) == (CASES, CASES)


def test_a_crowd_of_wakings_asks_for_one_sweep(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        for _ in range(20):
            wake_workers(redis)
        assert redis.llen("rq:queue:marshrut") == 1


def test_a_job_that_has_swept_for_long_leaves_the_rest_to_the_next(
    waiting: Runtime, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LONGEST", 0)
    monkeypatch.setattr(jobs, "_RUNTIMES", [waiting])
    waiting.settings = replace(waiting.settings, redis_url=redis_url)
    jobs.run_sweep()
    with Redis.from_url(redis_url) as redis:
        assert redis.llen("rq:queue:marshrut") == 1
