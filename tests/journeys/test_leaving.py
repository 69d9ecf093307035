"""A secretary stops a term, lets it go on and makes it longer, and leaves: her cases, steps and sitting go to
another, with the reason in every history, and her calendar is read no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from engine.access.service import Grant, NewAccount, create_account
from engine.access.tables import account
from engine.cases.service import start_case
from engine.deadlines.norm_file import norm_of
from engine.deadlines.service import add_norm_edition
from engine.demo.answers import sitting
from engine.demo.town import account_number, demo_actor
from engine.jobs.sweep import sweep_until_idle
from engine.model import SYSTEM, StartCase
from engine.names import FullName
from engine.runtime import Runtime
from engine.worklist.service import claim
from tests.engine.deadlines.factories import STANDARD
from tests.factories.cases import chain, open_tasks, publish_files, user_task
from tests.journeys.office import MOSCOW, Office, Person, close

THURSDAY = datetime(2026, 1, 22, 10, 0, tzinfo=MOSCOW)
WIDTHS = ({"width": 390, "height": 844}, {"width": 1440, "height": 900})
NORM = {
    "key": "X1", "title": "Собрать документы", "value": 10, "unit": "working", "start": "step",
    "act": "порядок", "mark": "P", "valid_from": "2026-01-01", "ladder": STANDARD,
    "pause": ["ждём документы"], "extension": {"value": 5, "unit": "working", "by": "R10"},
}  # fmt: skip
LEAVER, NEW = "lunina", "novikova"
WHY = "Увольняется с 1 февраля"


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The town with a second secretary; the first has a case with a step of hers and has called a sitting."""
    made = Office(tmp_path_factory.mktemp("leaving") / "instance", THURSDAY)
    made.stop()
    rt = made.open()
    _engage(rt)
    add_norm_edition(rt, SYSTEM, norm_of(NORM))
    publish_files(rt, chain("papers", user_task("ask", role="R10", norm="X1"), owner="R10"))
    secretary = demo_actor(rt, LEAVER)
    start_case(rt, StartCase(secretary, "papers", label="семья Лапшиных"))
    called = sitting(THURSDAY.date())
    start_case(rt, StartCase(secretary, "p04_commission", called, label="Заседание"))
    sweep_until_idle(rt)
    for node in ("ask", "p04_commission_ut_agenda"):
        claim(rt, demo_actor(rt, LEAVER), open_tasks(rt, node)[0])
    close(rt)
    made.start()
    yield made
    made.stop()


def _engage(rt: Runtime) -> None:
    secretary = demo_actor(rt, LEAVER)
    name, home = FullName("Новикова", "Дина", "Олеговна"), secretary.unit_id
    create_account(rt, SYSTEM, NewAccount(NEW, name, home, grants=[Grant("R10", home)], demo=True))
    of_leaver = select(account.c.password).where(account.c.login == LEAVER).scalar_subquery()
    with rt.database.write() as conn:
        opened = {"password": of_leaver, "must_change": False}
        conn.execute(update(account).where(account.c.login == NEW).values(opened))


def fits(page: Page) -> None:
    """At either width nothing sticks out to the side."""
    for size in WIDTHS:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
        assert wide <= 0, (page.url, size, wide)


def stop_go_on_lengthen(secretary: Person, case_id: int) -> None:
    page = secretary.page
    page.goto(f"/cases/{case_id}/terms")
    page.locator("summary", has_text="Приостановить").click()
    page.get_by_label("ждём документы").check()
    fits(page)
    page.get_by_role("button", name="Приостановить").click()
    expect(page.get_by_text("Срок приостановлен.")).to_be_visible()
    expect(page.locator(".chip", has_text="пауза · останется 10")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Возобновить").click()
    expect(page.get_by_text("Срок снова идёт.")).to_be_visible()
    page.locator("summary", has_text="Продлить").click()
    page.get_by_label("На сколько").fill("5")
    page.get_by_role("button", name="Продлить").click()
    expect(page.get_by_text("Срок продлён.")).to_be_visible()
    expect(page.get_by_text("до 12.02.2026").first).to_be_visible()
    fits(page)


def calendar_of(person: Person) -> str:
    """A new address of a person's calendar."""
    person.page.goto("/notices/calendar")
    person.page.get_by_role("button", name="Получить").click()
    return person.page.locator("input[name=address]").input_value()


def hand_over(admin: Person, leaver: int, to: str) -> None:
    page = admin.page
    page.goto(f"/handover/{leaver}")
    page.get_by_label("Кому передать").select_option(label=to)
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_text("Открытых шагов")).to_be_visible()
    page.get_by_label("Почему").fill(WHY)
    fits(page)
    page.get_by_role("button", name="Передать дела").click()
    expect(page.get_by_text("Дела переданы.")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Закрыть вход").click()
    expect(page.get_by_text("Вход закрыт.")).to_be_visible()


def test_a_secretary_leaves_and_nothing_stays_behind(office: Office, chromium: Browser) -> None:
    rt = office.open()
    leaver, ask = account_number(rt, LEAVER), open_tasks(rt, "ask")[0]
    agenda = open_tasks(rt, "p04_commission_ut_agenda")[0]
    close(rt)

    secretary = Person(chromium, office, LEAVER)
    stop_go_on_lengthen(secretary, ask >> 24)
    address = calendar_of(secretary)
    secretary.leave()

    admin = Person(chromium, office, "admin")
    hand_over(admin, leaver, "Новикова Дина Олеговна")
    assert admin.page.request.get(address).status == 404
    admin.leave()

    successor = Person(chromium, office, NEW)
    for step in (ask, agenda):
        successor.page.goto("/?whose=own")
        expect(successor.page.locator(f"#task-{step}")).to_have_count(1)
        successor.page.goto(f"/cases/{step >> 24}/history")
        expect(successor.page.get_by_text("Дело передано другому сотруднику")).to_be_visible()
        expect(successor.page.get_by_text(WHY)).to_be_visible()
        fits(successor.page)
    read = successor.page.request.get(calendar_of(successor)).text()
    assert "№" in read
    assert f"/tasks/{ask}" in read
    successor.leave()
