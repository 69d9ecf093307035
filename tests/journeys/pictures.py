"""The pictures of the readme and the guides, taken anew: `./run python -m tests.journeys.pictures`.

They show the demonstration of one day (`DAY`), so that pictures taken a year apart differ only in what the
product has become. Look at each before it is committed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import exists, select

from engine.deadlines.tables import term
from engine.demo.home import fill_home
from engine.demo.town import account_number
from engine.model import Clock
from engine.settings import Settings, load, prepare_home
from tests.journeys.conftest import QUIET
from tests.journeys.office import MOSCOW, ROOT, Office, Person, close

DAY = date(2026, 1, 19)
"""The first terms that cross the New Year holidays end about now."""
IMAGES = ROOT / "docs" / "images"
DIAGRAM = ROOT / "processes" / "p03_need_ippsu" / "p03_need_ippsu.bpmn"
MINUTES = ('name="minutes" value="30"', 'name="minutes" value="25"')


class Shown(Office):
    """The demonstration, served."""

    def _make(self, home: Path) -> Settings:
        prepare_home(home)
        fill_home(load({"MARSHRUT_HOME": str(home)}), lambda _: None, at=DAY)
        return load({"MARSHRUT_HOME": str(home), "MARSHRUT_DEMO": "1"})

    def step(self, node: str) -> str:
        """The address of the open step of that node."""
        return f"/tasks/{self.open_steps(node)[0]}"

    def case_with_pause(self) -> int:
        """A case with a term that stands still and another that runs."""
        of = term.alias()
        runs = exists().where(of.c.case_id == term.c.case_id, of.c.clock == Clock.RUNNING)
        rt = self.open()
        with rt.database.read() as conn:
            found = select(term.c.case_id).where(term.c.clock == Clock.PAUSED, runs)
            number = int(conn.execute(found.limit(1)).scalar_one())
        close(rt)
        return number

    def account(self, login: str) -> int:
        """The number of a colleague."""
        rt = self.open()
        number = account_number(rt, login)
        close(rt)
        return number


def inbox(page: Page, _: Shown) -> None:
    page.goto("/")


def step(page: Page, office: Shown) -> None:
    page.goto(office.step("p03_ut_agree_tasks"))
    page.locator("[data-form-canvas] .fjs-form").wait_for()


def case(page: Page, office: Shown) -> None:
    page.goto(office.step("p03_ut_agree_tasks"))
    page.get_by_role("link", name="Открыть дело").click()


def terms(page: Page, office: Shown) -> None:
    page.goto(f"/cases/{office.case_with_pause()}/terms")


def monitor(page: Page, _: Shown) -> None:
    page.goto("/monitor")


def reports(page: Page, _: Shown) -> None:
    page.goto("/reports")
    page.get_by_role("link", name="Регистры по месяцам").click()
    page.get_by_role("link", name="Прошлый год").click()


def gate(page: Page, _: Shown) -> None:
    page.goto("/workshop/upload")
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder) / DIAGRAM.name
        changed.write_text(DIAGRAM.read_text(encoding="utf-8").replace(*MINUTES), encoding="utf-8")
        page.locator("input[type=file]").set_input_files(changed)
        page.get_by_role("button", name="Проверить").click()
        # The file must lie there until it is sent, which is after the session was asked for.
        page.locator(".djs-container").first.wait_for()


def absences(page: Page, _: Shown) -> None:
    page.goto("/absences")


def handover(page: Page, office: Shown) -> None:
    page.goto(f"/handover/{office.account('krylova')}")
    page.get_by_label("Кому передать").first.select_option(label="Белова Нина Андреевна")
    page.get_by_role("button", name="Проверить").click()
    page.get_by_label("Почему").fill("Увольняется с 1 февраля")


def forecast(page: Page, _: Shown) -> None:
    page.goto("/monitor/forecast")


def calendar(page: Page, _: Shown) -> None:
    page.goto("/calendar")
    page.get_by_role("link", name=str(DAY.year + 1)).click()


PICTURES: tuple[tuple[str, Callable[[Page, Shown], None]], ...] = (
    ("krylova", inbox),
    ("krylova", step),
    ("krylova", case),
    ("belova", terms),
    ("ershova", monitor),
    ("fedorova", reports),
    ("lanskaya", gate),
    ("ershova", absences),
    ("ershova", handover),
    ("ershova", forecast),
    ("lanskaya", calendar),
)
"""Whose window each is, named as its file."""


@contextmanager
def demonstration() -> Iterator[Shown]:
    """The demonstration of that day, at ten in the morning."""
    with tempfile.TemporaryDirectory(prefix="marshrut-pictures-") as folder:
        office = Shown(Path(folder) / "instance", datetime(DAY.year, DAY.month, DAY.day, 10, tzinfo=MOSCOW))
        try:
            yield office
        finally:
            office.stop()


def take(browser: Browser, office: Shown) -> None:
    """Every picture, over the one before."""
    for login, show in PICTURES:
        person = Person(browser, office, login)
        show(person.page, office)
        person.page.wait_for_load_state("networkidle")
        person.page.screenshot(path=IMAGES / f"{show.__name__}.png")
        person.leave()


def main() -> None:
    """Build, serve, take."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with demonstration() as office, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        take(browser, office)
        browser.close()


if __name__ == "__main__":
    main()
