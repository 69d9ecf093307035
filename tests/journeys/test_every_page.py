"""Every family of pages over the demonstration: in a real browser, wide and narrow, light and dark.

No page may break the content policy, scroll sideways, say anything in the console, or break a rule of
accessibility that axe knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from engine.cases.tables import case_
from engine.definitions.files import Upload
from engine.demo.building import build_demo
from engine.demo.town import PASSWORD, demo_actor
from engine.documents.making import make_document
from engine.model import SYSTEM
from engine.resources import processes_dir
from engine.settings import DEMO_FILE, Settings, load, prepare_home
from engine.versions.planning import make_plan
from engine.worklist.tables import DONE, OPEN, task
from tests.factories.cases import publish_files
from tests.journeys.conftest import COLOURS_ONLY, Watch, watch
from tests.journeys.office import Office, close, free_port

pytestmark = pytest.mark.journey

PAGES = [
    ("krylova", "/"),
    ("krylova", "/tasks/{own}"),
    ("krylova", "/tasks/{closed}"),
    ("gromov", "/tasks/{vote}"),
    ("krylova", "/cases"),
    ("krylova", "/cases/{case}"),
    ("krylova", "/cases/{case}/history"),
    ("krylova", "/cases/{case}/terms"),
    ("lunina", "/cases/{sitting}"),
    ("demina", "/cases/new/p03_need_ippsu"),
    ("demina", "/cases/new/p03_need_ippsu?person=1"),
    ("krylova", "/documents/{document}"),
    ("krylova", "/people"),
    ("krylova", "/people/1"),
    ("krylova", "/people/1/edit"),
    ("krylova", "/notices"),
    ("krylova", "/password"),
    ("krylova", "/nowhere"),
    ("ryabova", "/registers/sop"),
    ("ershova", "/monitor"),
    ("ershova", "/reports/registers"),
    ("orlov", "/reports/goals"),
    ("ershova", "/monitor/reassign/{own}"),
    ("ershova", "/cases/{case}/repair"),
    ("ershova", "/repair"),
    ("ershova", "/migrations"),
    ("ershova", "/migrations/{plan}"),
    ("ershova", "/cases/{case}/views"),
    ("lanskaya", "/workshop"),
    ("lanskaya", "/workshop/bpmn/p03_need_ippsu"),
    ("lanskaya", "/workshop/bpmn/p03_need_ippsu/compare"),
    ("lanskaya", "/workshop/dmn/DMN-05"),
    ("lanskaya", "/workshop/form/F60"),
    ("lanskaya", "/workshop/upload"),
    ("lanskaya", "/calendar"),
    ("lanskaya", "/calendar?year=2027&layer=1&day=2027-01-20"),
    ("lanskaya", "/calendar/import"),
    ("lanskaya", "/norms"),
    ("lanskaya", "/norms/T30"),
    ("lanskaya", "/norms/T30/new"),
    ("dpo", "/admin/journal"),
    ("admin", "/admin/accounts"),
    ("admin", "/admin/accounts/new"),
    ("admin", "/admin/accounts/1"),
]


class Demonstration(Office):
    """The office with all its cases, on 19 January 2026."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = self._make(home)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.server = None
        self.start()

    def _make(self, home: Path) -> Settings:
        prepare_home(home)
        (home / DEMO_FILE).touch()
        settings = load({"MARSHRUT_HOME": str(home), "MARSHRUT_DEMO": "1"})
        build_demo(settings, lambda _: None, at=date(2026, 1, 19), documents=False)
        return settings

    def plan(self) -> int:
        """Publish another version of a pathway and plan to move its cases."""
        rt = self.open()
        file = processes_dir() / "p03_need_ippsu" / "p03_need_ippsu.bpmn"
        newer = file.read_bytes().replace(b'name="minutes" value="30"', b'name="minutes" value="25"')
        publish_files(rt, Upload(file.name, newer))
        planned = make_plan(rt, SYSTEM, "p03_need_ippsu", 2, {}, "Новые нормы времени")
        close(rt)
        return planned

    def numbers(self) -> dict[str, int]:
        """Numbers that stand in the addresses: a case with a decision behind it, its steps and documents."""
        rt = self.open()
        with rt.database.read() as conn:

            def first(*conditions: object) -> int:
                found = select(task.c.id).where(*conditions).order_by(task.c.id)  # type: ignore[arg-type]
                return int(conn.execute(found).scalars().first() or 0)

            own = first(task.c.status == OPEN, task.c.node == "p03_ut_agree_tasks")
            sitting = (
                select(case_.c.id).where(case_.c.process == "p04_commission").order_by(case_.c.id.desc())
            )
            case = own >> 24
            found = {
                "own": own,
                "case": case,
                "closed": first(task.c.status == DONE, task.c.case_id == case),
                "vote": first(task.c.status == OPEN, task.c.node == "p04_commission_ut_confirm_attendance"),
                "sitting": int(conn.execute(sitting).scalars().first() or 0),
            }
        found["document"] = make_document(rt, demo_actor(rt, "krylova"), case, "D21")
        close(rt)
        return found


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demonstration, dict[str, int]]]:
    made = Demonstration(tmp_path_factory.mktemp("demo") / "instance")
    yield made, {**made.numbers(), "plan": made.plan()}
    made.stop()


Seat = Callable[[str], tuple[Page, Watch]]


@pytest.fixture(scope="module")
def seat(chromium: Browser, demonstration: tuple[Demonstration, dict[str, int]]) -> Iterator[Seat]:
    """One browser window a colleague, signed in once."""
    office, _ = demonstration
    seats: dict[str, tuple[Page, Watch]] = {}

    def at(login: str) -> tuple[Page, Watch]:
        if login not in seats:
            context = chromium.new_context(base_url=office.url)
            page = context.new_page()
            seats[login] = page, watch(page)
            page.goto("/sign-in")
            page.get_by_label("Имя для входа").fill(login)
            page.get_by_label("Пароль", exact=True).fill(PASSWORD)
            page.get_by_label("Пароль", exact=True).press("Enter")
            expect(page.locator(".user-menu")).to_be_visible()
        return seats[login]

    yield at
    for page, _ in seats.values():
        page.context.close()


def drawn(page: Page) -> None:
    """Waits until the form and the diagrams of the page are there."""
    for diagram in page.locator("[data-diagram]").all():
        if diagram.is_visible():
            diagram.scroll_into_view_if_needed()
            expect(diagram.locator(".bjs-powered-by")).to_be_visible(timeout=15_000)
    if page.locator("[data-form-schema]").count():
        expect(page.locator("[data-form-canvas] .fjs-form")).to_be_visible(timeout=15_000)
    page.evaluate("() => window.scrollTo(0, 0)")


@pytest.mark.parametrize(("login", "address"), PAGES, ids=[address for _, address in PAGES])
def test_a_page_breaks_no_rule(login: str, address: str, seat: Seat, demonstration) -> None:
    page, seen = seat(login)
    seen.errors.clear()
    seen.expect(*(["404"] if address == "/nowhere" else []))
    path = address.format(**demonstration[1])
    for width, themes in ((1440, ("light", "dark")), (390, ("light",))):
        page.set_viewport_size({"width": width, "height": 900})
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == (404 if address == "/nowhere" else 200), path
        drawn(page)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, (
            f"{path} scrolls sideways at {width}"
        )
        for theme in themes:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.wait_for_function("() => document.getAnimations().length === 0")
            report = Axe().run(page, options=DEFAULT_OPTIONS if theme == "light" else COLOURS_ONLY)
            assert report.violations_count == 0, f"{path} {width} {theme}\n{report.generate_report()}"
        page.emulate_media(color_scheme="light")
    assert seen.unexpected() == []


def test_the_sign_in_page_breaks_no_rule(chromium: Browser, demonstration) -> None:
    page = chromium.new_page(base_url=demonstration[0].url)
    seen = watch(page)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/sign-in")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert Axe().run(page).violations_count == 0
    assert seen.unexpected() == []
    page.close()


def test_the_inbox_is_worked_by_keys_alone(seat: Seat) -> None:
    page, seen = seat("krylova")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".task.is-selected")
    expect(chosen).to_have_count(1)
    title = chosen.locator(".task-link").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("/tasks/*")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.keyboard.press("Alt+1")
    page.wait_for_url("/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("лапшин")
    page.keyboard.press("Enter")
    expect(page.locator(".task").first).to_contain_text("Лапшин")
    assert seen.unexpected() == []


def test_a_long_form_folds_by_keys_and_says_what_is_empty(seat: Seat) -> None:
    page, seen = seat("lanskaya")
    page.goto("/workshop/form/F60")
    name = page.get_by_role("button", name="Виды помощи")
    expect(name).to_have_attribute("data-left", re.compile(r"18\sпустых полей"))
    field = page.get_by_label("Путёвки в лагерь")
    expect(field).to_be_visible()
    name.press("Enter")
    expect(field).to_be_hidden()
    expect(name).to_have_attribute("aria-expanded", "false")
    name.press(" ")
    expect(field).to_be_visible()
    assert seen.unexpected() == []


def test_a_step_is_completed_by_keys_alone(seat: Seat, demonstration) -> None:
    """Ctrl Enter goes to the first fault and says it; nothing is sent before all is well."""
    page, seen = seat("krylova")
    page.goto("/tasks/{own}".format(**demonstration[1]))
    expect(page.locator("[data-form-canvas] .fjs-form")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".fjs-has-errors").first).to_be_visible()
    assert page.evaluate("() => document.activeElement.closest('.fjs-has-errors') !== null")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-draft-state]")).to_contain_text("черновик сохранён")
    assert seen.unexpected() == []
