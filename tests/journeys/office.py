"""A live workplace for journeys: `marshrut serve` in a process of its own, and people with browsers.

The town is that of the demonstration without its cases; the clock of the instance is set to any day by
stopping the server and starting it again, as a power cut would.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as BrowserTimeout
from sqlalchemy import select

from engine.bootstrap import open_runtime
from engine.cases.tables import case_
from engine.demo.town import PASSWORD, build_town
from engine.installing import install
from engine.runtime import Runtime
from engine.settings import DEMO_FILE, Settings, load, prepare_home
from engine.storage.clock_shift import keep_shift
from engine.worklist.tables import OPEN, task
from tests.journeys.conftest import Watch, watch

ROOT = Path(__file__).parents[2]
START_WITHIN = 120.0
MOSCOW = ZoneInfo("Europe/Moscow")


class Office:
    """One instance and its server."""

    def __init__(self, home: Path, at: datetime) -> None:
        self.home = home
        self.settings = self._make(home)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.server: subprocess.Popen[bytes] | None = None
        self.move_clock(at)

    def _make(self, home: Path) -> Settings:
        shutil.copytree(_town(), home)
        return load({"MARSHRUT_HOME": str(home), "MARSHRUT_DEMO": "1"})

    def open(self) -> Runtime:
        return open_runtime(self.settings)

    def move_clock(self, to: datetime) -> None:
        """Stop the server, set the instance's day, start again."""
        self.stop()
        rt = self.open()
        with rt.database.write() as conn:
            keep_shift(conn, to - datetime.now(UTC))
        close(rt)
        self.start()

    def start(self) -> None:
        command = "from engine.cli import main; main()"
        self.server = subprocess.Popen(
            [sys.executable, "-c", command, "serve", "--port", str(self.port)],
            cwd=ROOT,
            env={**os.environ, "MARSHRUT_HOME": str(self.home), "MARSHRUT_DEMO": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/session", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """As `kill -9` does it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, by: signal.Signals) -> None:
        if self.server is not None:
            self.server.send_signal(by)
            self.server.wait(30)
            self.server = None

    def open_steps(self, node: str) -> list[int]:
        """Numbers of the open steps of a node, once the sweep has done its work."""
        found = select(task.c.id).where(task.c.status == OPEN, task.c.node == node).order_by(task.c.id)
        rt = self.open()
        try:
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                with rt.database.read() as conn:
                    numbers = list(conn.execute(found).scalars())
                if numbers:
                    return numbers
                time.sleep(0.1)
            return []
        finally:
            close(rt)

    def newest_case(self) -> int:
        rt = self.open()
        try:
            with rt.database.read() as conn:
                newest: int = conn.execute(
                    select(case_.c.id).order_by(case_.c.id.desc()).limit(1)
                ).scalar_one()
            return newest
        finally:
            close(rt)


@functools.cache
def _town() -> Path:
    """The folder of an instance with the town in it, of which offices are copies."""
    folder = tempfile.TemporaryDirectory(prefix="marshrut-town-")
    atexit.register(folder.cleanup)
    home = Path(folder.name) / "instance"
    prepare_home(home)
    (home / DEMO_FILE).touch()
    rt = install(load({"MARSHRUT_HOME": str(home), "MARSHRUT_DEMO": "1"}))
    build_town(rt)
    close(rt)
    return home


class Person:
    """Somebody with a browser, signed in."""

    def __init__(self, browser: Browser, office: Office, login: str) -> None:
        self.office = office
        self.context = browser.new_context(base_url=office.url, viewport={"width": 1440, "height": 900})
        self.page: Page = self.context.new_page()
        self.watch: Watch = watch(self.page)
        self.page.goto("/sign-in")
        self.page.get_by_label("Имя для входа").fill(login)
        self.page.get_by_label("Пароль", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Войти", exact=True).first.click()
        expect(self.page.get_by_role("heading", level=1)).not_to_have_text("Вход в рабочее место")

    def register(self, family: str, given: str, patronymic: str) -> None:
        """Open a case about somebody new: the card of the person, then the form of the pathway."""
        self.page.goto("/cases/new/p03_need_ippsu")
        self.page.get_by_role("link", name="Завести карточку человека").click()
        self.page.get_by_label("Фамилия").fill(family)
        self.page.get_by_label("Имя", exact=True).fill(given)
        self.page.get_by_label("Отчество").fill(patronymic)
        self.page.get_by_role("button", name="Сохранить карточку").click()

    def open_step(self, number: int) -> None:
        self.page.goto(f"/tasks/{number}")
        expect(self.page.locator("[data-form-canvas] .fjs-form")).to_be_visible()

    def keep_draft(self, number: int, data: Mapping[str, Any]) -> None:
        """What the page's script sends while somebody types; the page is opened first, as its own."""
        self.open_step(number)
        token = self.page.locator("meta[name=csrf-token]").get_attribute("content") or ""
        answer = self.page.request.put(
            f"/tasks/{number}/draft", data={"data": plain(data)}, headers={"X-CSRFToken": token}
        )
        assert answer.ok, answer.text()

    def complete(self, number: int, data: Mapping[str, Any]) -> None:
        """Fill in a step and finish it with the button of its page."""
        self.keep_draft(number, data)
        self.open_step(number)
        self.finish()

    def finish(self) -> None:
        """Press the button; what the page says instead of going on is the reason of the failure."""
        here = self.page.url
        self.page.get_by_role("button", name="Завершить шаг").click()
        try:
            self.page.wait_for_url(lambda url: url != here, timeout=15_000)
        except BrowserTimeout as stayed:
            said = self.page.locator(".fjs-form-field-error, [data-form-faults]").all_inner_texts()
            raise AssertionError(f"{here}: {said}") from stayed

    def leave(self) -> None:
        seen = self.watch.unexpected()
        assert seen == [], f"{self.page.url}: {seen}"
        self.context.close()


def close(rt: Runtime) -> None:
    rt.database.close()
    rt.vault.store.database.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def plain(value: Any) -> Any:
    """Values of a scenario as the browser would send them."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
