"""The first pathway over HTTP while the server is killed again and again: what was answered is there, once.

The people only know what a browser knows: an answer, or none. Without one they do the same again.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.pool import Pool

from engine.cases.history import HistoryKind
from engine.cases.tables import case_, history, message, outbox
from engine.demo.town import PASSWORD, demo_actor
from engine.documents.tables import document
from engine.names import FullName
from engine.records.service import create_person
from engine.records.values import PersonData
from engine.worklist.tables import DONE, OPEN, task
from tests.journeys.office import MOSCOW, Office, close, plain
from tests.journeys.test_pathway import TO_DRAFT, answers
from webui.serving import serve

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

MONDAY = datetime(2026, 1, 19, 10, tzinfo=MOSCOW)
PROCESS = "p03_need_ippsu"
KNOWN = answers(PROCESS, "on-time")
DECISION = {"решение": "нуждается", "номер_решения": "14", "дата_решения": "2026-01-19"}
STEPS = (*TO_DRAFT, ("orlov", "p03_ut_head_decision"), ("krylova", "p03_ut_finish_ippsu"))
RANDOM_KILLS = 12
MOST_KILLS = 60


class NoAnswer(Exception):
    """The server is gone: nobody knows whether it did what it was asked."""


class Server:
    """`marshrut serve` in a process of its own: forked, because it is started dozens of times."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.number = 0

    def start(self, boundary: int | None = None) -> None:
        """Start and wait until it answers, or is dead already; `boundary`: see `die_at`."""
        self.number = os.fork()
        if self.number == 0:
            try:
                os.environ.update(MARSHRUT_HOME=str(self.office.home), MARSHRUT_DEMO="1")
                if boundary is not None:
                    die_at(boundary)
                serve.main(["--port", str(self.office.port)], standalone_mode=False)
            finally:
                os._exit(0)
        while os.waitpid(self.number, os.WNOHANG) == (0, 0):
            with suppress(OSError), urllib.request.urlopen(f"{self.office.url}/session", timeout=5):
                return
            time.sleep(0.05)
        self.number = 0

    def kill(self) -> None:
        if self.number:
            os.kill(self.number, signal.SIGKILL)

    def bury(self) -> None:
        """Make sure that it is dead."""
        self.kill()
        if self.number:
            os.waitpid(self.number, 0)
        self.number = 0


def die_at(boundary: int) -> None:
    """Kill this process as `kill -9` does at the boundary of that number: odd ones lie just before a commit,
    even ones just after it, whoever commits: a request, the sweep, the key store.
    """
    passed = 0
    committing = threading.local()
    counting = threading.Lock()

    def pass_boundary() -> None:
        nonlocal passed
        with counting:
            passed += 1
            if passed == boundary:
                os.kill(os.getpid(), signal.SIGKILL)

    def before_commit(_connection: Any) -> None:
        committing.here = True
        pass_boundary()

    def after_commit(*_: Any) -> None:
        if getattr(committing, "here", False):
            committing.here = False
            pass_boundary()

    event.listen(Engine, "commit", before_commit)
    event.listen(Pool, "checkin", after_commit)


class Person:
    """Somebody with an HTTP client that keeps cookies."""

    def __init__(self, office: Office, login: str) -> None:
        self.office, self.login = office, login
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def sign_in(self) -> None:
        token = self._token("/sign-in", r'name="csrf_token" value="([^"]+)"')
        sent = {"login": self.login, "password": PASSWORD, "csrf_token": token}
        self._ask("/sign-in", urllib.parse.urlencode(sent).encode())

    def send(self, address: str, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """(status, answer) of what the form of a page sends."""
        token = self._token("/", r'name="csrf-token" content="([^"]+)"')
        sent = json.dumps({"data": plain(data)}).encode()
        headers = {"Content-Type": "application/json", "X-CSRFToken": token}
        status, body = self._ask(address, sent, headers)
        return status, json.loads(body)

    def _token(self, address: str, pattern: str) -> str:
        status, body = self._ask(address)
        assert status == 200, (status, address)
        found = re.search(pattern, body)
        assert found is not None, address
        return found[1]

    def _ask(
        self, address: str, sent: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        request = urllib.request.Request(self.office.url + address, sent, headers or {})
        try:
            with self.browser.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer from error


class Ordeal:
    """The journey, and everything that was answered on the way. `revive` starts the server anew."""

    def __init__(self, server: Server, revive: Callable[[int], None]) -> None:
        self.server, self.office, self.revive = server, server.office, revive
        self.kills = 0
        self.finished: list[int] = []
        self.people: dict[str, Person] = {}

    def insist(self, action: Callable[[], Any]) -> Any:
        """Do it until it is answered."""
        while True:
            try:
                return action()
            except NoAnswer:
                self.kills += 1
                assert self.kills < MOST_KILLS
                self.server.bury()
                self.revive(self.kills)

    def person(self, login: str) -> Person:
        if login not in self.people:
            self.people[login] = Person(self.office, login)
            self.insist(self.people[login].sign_in)
        return self.people[login]

    def open_case(self, person_id: int) -> None:
        address = f"/cases/new/{PROCESS}?person={person_id}&request=one-click"
        sent = {"повод": "заявитель", "канал": "лично", "решает": "руководитель"}
        status, answer = self.insist(lambda: self.person("demina").send(address, sent))
        assert status == 200, answer

    def finish(self, login: str, node: str) -> None:
        """Finish the open step of a node; 409 says that an answer which never came was a yes."""
        number = self.open_step(node)
        data = DECISION if node == "p03_ut_head_decision" else KNOWN[node][0]
        status, answer = self.insist(lambda: self.person(login).send(f"/tasks/{number}", data))
        assert status in (200, 409), answer
        if status == 200:
            self.finished.append(number)

    def open_step(self, node: str) -> int:
        """The number of the open step; while the sweep that should open it is dead, the server is revived."""
        for _ in range(MOST_KILLS):
            if numbers := self.office.open_steps(node):
                return numbers[0]
            self.insist(lambda: self.person("demina").send("/nothing-here", {}))
        raise AssertionError(f"{node} is not open")

    def walk(self, person_id: int) -> None:
        self.open_case(person_id)
        for login, node in STEPS:
            self.finish(login, node)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "instance", MONDAY)
    made.stop()
    yield made
    made.stop()


@pytest.fixture
def server(office: Office) -> Iterator[Server]:
    made = Server(office)
    yield made
    made.bury()


@pytest.fixture
def person_id(office: Office) -> int:
    rt = office.open()
    try:
        name = FullName("Лапшина", "Ольга", "Сергеевна")
        return create_person(rt, demo_actor(rt, "demina"), PersonData(name))
    finally:
        close(rt)


def check(office: Office, ordeal: Ordeal) -> None:
    """Every step was finished once, what was answered is there, nothing is owed and nothing is doubled."""
    assert ordeal.open_step("p03_ut_handover")
    ordeal.server.bury()
    office.start()
    wait_until_idle(office)
    rt = office.open()
    try:
        with rt.database.read() as conn:
            assert conn.execute(select(case_.c.process)).scalars().all() == [PROCESS]
            done = dict(conn.execute(select(task.c.id, task.c.node).where(task.c.status == DONE)).all())
            again = select(history.c.task_id).where(history.c.kind == HistoryKind.COMPLETED)
            completed = Counter(conn.execute(again).scalars())
            still_open = conn.execute(select(task.c.node).where(task.c.status == OPEN)).scalars().all()
            made = Counter(conn.execute(select(document.c.task_id, document.c.template)).all())
            owed = conn.execute(select(func.count()).select_from(outbox)).scalar_one()
            kept = conn.execute(select(func.count()).select_from(message)).scalar_one()
    finally:
        close(rt)
    assert Counter(done.values()) == Counter(node for _, node in STEPS)
    assert completed == dict.fromkeys(done, 1)
    assert set(ordeal.finished) <= set(done)
    assert sorted(still_open) == ["p03_ut_answers", "p03_ut_handover"]
    assert made
    assert set(made.values()) == {1}
    assert (owed, kept) == (0, 0)


def wait_until_idle(office: Office) -> None:
    """Until everything that was promised has been carried out."""
    rt = office.open()
    try:
        for _ in range(200):
            with rt.database.read() as conn:
                if not conn.execute(select(func.count()).select_from(outbox)).scalar_one():
                    return
            time.sleep(0.1)
    finally:
        close(rt)


def test_killed_at_its_commits_the_server_loses_and_repeats_nothing(server: Server, person_id: int) -> None:
    ordeal = Ordeal(server, lambda kills: server.start(boundary=kills + 1))
    server.start(boundary=1)
    ordeal.walk(person_id)
    assert ordeal.kills > 8
    check(server.office, ordeal)


def test_killed_at_random_moments_the_server_loses_and_repeats_nothing(
    server: Server, person_id: int
) -> None:
    chance = random.Random(2026)

    def revive(kills: int) -> None:
        server.start()
        if kills < RANDOM_KILLS:
            threading.Timer(chance.uniform(0.0, 0.6), server.kill).start()

    ordeal = Ordeal(server, revive)
    revive(0)
    ordeal.walk(person_id)
    assert ordeal.kills >= RANDOM_KILLS
    check(server.office, ordeal)
