"""`kill -9` at any moment loses nothing that was acknowledged and repeats nothing in the database.

A child process drives journeys of two cases that talk by message, noting every acknowledged action in a file.
It is killed at each commit (just before, just after) and at random moments; then another child goes on. In
the end every step was done exactly once, every message arrived exactly once, and what was acknowledged is
there.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from engine.access.actors import load_actor
from engine.bootstrap import open_runtime
from engine.cases.history import HistoryKind
from engine.cases.messages import collect_message, send_message
from engine.cases.outbox import Handler, deliver_due
from engine.cases.service import complete_task, start_case
from engine.cases.tables import ENDED, case_, history, message, outbox, wait
from engine.clock import MovableClock
from engine.errors import AlreadyCompleted
from engine.model import CompleteTask, StartCase
from engine.runtime import Runtime
from engine.worklist.tables import OPEN, task
from tests.factories.access import MONDAY, make_account, make_runtime, make_settings
from tests.factories.cases import diagram, flows, publish_files, user_task

HANDLERS = {"message": Handler(send_message), "collect": Handler(collect_message)}

SENDER = (
    '<startEvent id="s" name="Начало"/>'
    + user_task("a")
    + '<intermediateThrowEvent id="told" name="Сообщить"><messageEventDefinition messageRef="m"/>'
    + "</intermediateThrowEvent>"
    + user_task("b")
    + '<endEvent id="e" name="Конец"/>'
    + flows("s a told b e")
)
RECEIVER = (
    '<startEvent id="s" name="Начало"/><intermediateCatchEvent id="heard" name="Ждать">'
    '<extensionElements><camunda:properties><camunda:property name="key" value="=откуда"/>'
    "</camunda:properties>"
    '</extensionElements><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    + user_task("c")
    + '<endEvent id="e" name="Конец"/>'
    + flows("s heard c e")
)
MESSAGE = '<message id="m" name="msg.told"/>'


class Ground:
    """An instance on disk that processes come and go on."""

    def __init__(self, folder: Path, database_url: str, journeys: int = 3) -> None:
        self.folder, self.url, self.journeys = folder, database_url, journeys
        self.acknowledged = folder / "acknowledged"
        self.acknowledged.touch()
        rt = make_runtime(folder, database_url)
        publish_files(rt, diagram("sender", SENDER, MESSAGE), diagram("receiver", RECEIVER, MESSAGE))
        self.account = make_account(rt, "R05")
        close(rt)

    def open(self) -> Runtime:
        return open_runtime(make_settings(self.folder, self.url), MovableClock(MONDAY))

    def drive(self, rt: Runtime) -> None:
        """Walk every journey to its end, going on wherever an earlier process was killed."""
        finished = self.finished(rt)
        for number in range(self.journeys):
            if f"r{number}" in finished:
                continue
            sender = self.start(rt, "sender", f"s{number}", {})
            self.start(rt, "receiver", f"r{number}", {"откуда": sender})
            for node in ("a", "b"):
                self.finish(rt, f"s{number}", node)
                while deliver_due(rt, HANDLERS):
                    pass
            self.finish(rt, f"r{number}", "c")

    def finished(self, rt: Runtime) -> set[str]:
        ended = select(case_.c.request_key).where(case_.c.status == ENDED)
        with rt.database.read() as conn:
            return set(conn.execute(ended).scalars())

    def start(self, rt: Runtime, process: str, key: str, data: dict[str, Any]) -> str:
        actor = load_actor(rt, self.account)
        started = start_case(rt, StartCase(actor, process, data, request_key=key))
        self.acknowledge(f"started {key}")
        return started.number

    def finish(self, rt: Runtime, key: str, node: str) -> None:
        found = select(task.c.id).join(case_, case_.c.id == task.c.case_id)
        with rt.database.read() as conn:
            number = conn.execute(
                found.where(case_.c.request_key == key, task.c.node == node, task.c.status == OPEN)
            ).scalar()
        if number is None:
            return
        try:
            command = CompleteTask(load_actor(rt, self.account), number, {"кто": key})
            complete_task(rt, command, check_form=False)
        except AlreadyCompleted:
            return
        self.acknowledge(f"finished {key} {node}")

    def acknowledge(self, words: str) -> None:
        """What a browser would have been told: kept before anything else happens."""
        with self.acknowledged.open("a") as file:
            file.write(words + "\n")
            file.flush()
            os.fsync(file.fileno())

    def child(self, work: Callable[[Runtime], None]) -> int:
        """Run `work` in a process of its own; its number."""
        number = os.fork()
        if number:
            return number
        try:
            work(self.open())
            os._exit(0)
        finally:
            os._exit(1)

    def check(self) -> None:
        """Everything happened, and once."""
        rt = self.open()
        with rt.database.read() as conn:
            cases = {
                row.request_key: row.status
                for row in conn.execute(select(case_.c.request_key, case_.c.status))
            }
            done = Counter(
                conn.execute(
                    select(history.c.task_id).where(history.c.kind == HistoryKind.COMPLETED)
                ).scalars()
            )
            heard = conn.execute(
                select(func.count()).where(history.c.kind == HistoryKind.MESSAGE)
            ).scalar_one()
            left = [
                conn.execute(select(func.count()).select_from(t)).scalar_one()
                for t in (outbox, message, wait)
            ]
        close(rt)
        assert cases == {f"{kind}{n}": ENDED for kind in "sr" for n in range(self.journeys)}
        assert set(done.values()) == {1}
        assert len(done) == 3 * self.journeys
        assert heard == self.journeys
        assert left == [0, 0, 0]
        acknowledged = Counter(self.acknowledged.read_text().splitlines())
        assert all(count == 1 for words, count in acknowledged.items() if words.startswith("finished"))


def close(rt: Runtime) -> None:
    rt.database.close()
    rt.vault.store.database.close()


def killed_at(boundary: int, ground: Ground) -> Callable[[Runtime], None]:
    """Drive, and die at the boundary of that number: odd ones lie just before a commit, even ones just
    after."""

    def work(rt: Runtime) -> None:
        passed = 0

        def pass_boundary(*_: Any) -> None:
            nonlocal passed
            passed += 1
            if passed == boundary:
                os.kill(os.getpid(), signal.SIGKILL)

        writer = rt.database.engines.writer
        event.listen(writer, "commit", pass_boundary)
        event.listen(writer, "checkin", pass_boundary)
        ground.drive(rt)

    return work


@pytest.fixture
def ground(tmp_path: Path, installed_database_url: str) -> Ground:
    return Ground(tmp_path, installed_database_url)


def test_killed_at_every_commit_it_goes_on_where_it_was(ground: Ground) -> None:
    boundary, finished = 0, False
    while not finished:
        boundary += 1
        _, status = os.waitpid(ground.child(killed_at(boundary, ground)), 0)
        finished = os.WIFEXITED(status)
        assert not finished or os.WEXITSTATUS(status) == 0
    assert boundary > 10
    ground.check()


RANDOM_KILLS = {"sqlite": 200, "postgresql": 25}
"""A killed client of PostgreSQL is the server's business; a killed SQLite process leaves its own file
behind."""


def test_killed_at_random_moments_it_loses_and_repeats_nothing(
    tmp_path: Path, installed_database_url: str
) -> None:
    chance = random.Random(2026)
    wanted = RANDOM_KILLS["sqlite" if installed_database_url.startswith("sqlite") else "postgresql"]
    kills = 0
    ground = Ground(tmp_path, installed_database_url, journeys=wanted)
    while True:
        child = ground.child(ground.drive)
        if kills < wanted:
            time.sleep(chance.uniform(0.0, 0.05))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            break
        kills += 1
    assert kills == wanted
    ground.check()
