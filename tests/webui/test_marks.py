"""Nothing looks surer than it is: wherever a term or a norm is shown, a date that may still move is marked
«предварительно» and a ground that nobody has checked «(не сверено)», and nothing else is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pypdf
import pytest
from flask import Flask
from icalendar import Calendar
from openpyxl import load_workbook
from sqlalchemy import func, select

from engine.access.actors import load_actor
from engine.cases.clocks import extend_term
from engine.cases.recalculation import SETTLED, recount_due
from engine.clock import MovableClock
from engine.deadlines.calendar import Day, DayKind
from engine.deadlines.norm_file import norm_of
from engine.deadlines.service import add_norm_edition, edit_day
from engine.deadlines.tables import term
from engine.definitions.files import Upload
from engine.documents import queries as documents
from engine.documents.word.pdf import pdf
from engine.jobs.sweep import sweep_until_idle
from engine.model import SYSTEM
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.worklist.ladder import tell_due
from engine.worklist.letters import Kind, compose
from engine.worklist.service import claim
from engine.worklist.tables import notice, task
from engine.worklist.week import week_words
from tests.engine.commands.calling import call
from tests.engine.deadlines.factories import STANDARD, at
from tests.engine.documents.making import docx, only_document
from tests.factories.cases import chain, complete, open_case, publish_files, user_task
from tests.webui.conftest import Visit
from tests.webui.workplace import Office

PROVISIONAL, UNCHECKED = "предварительно", "(не сверено)"


@dataclass(frozen=True)
class World:
    """A day on which a term of two working days begins, a day off that moves it, and its norm's mark."""

    begins: datetime
    off: date
    mark: str

    @property
    def surely(self) -> bool:
        return self.mark == "V"


UNSURE = World(at("29.12.2026 10:00"), date(2027, 1, 11), "P")
SURE = World(at("12.01.2026 10:00"), date(2026, 1, 14), "V")


@pytest.fixture(params=[UNSURE, SURE], ids=["2027", "2026"])
def world(request: pytest.FixtureRequest, rt: Runtime, office: Office) -> World:
    """A case with a term of its own and a step with the same norm, whose first step made a document."""
    chosen: World = request.param
    move_to(rt, chosen.begins)
    entry = {
        "key": "M1", "title": "Срок для отметок", "value": 2, "unit": "working", "start": "step",
        "act": "порядок", "edition": "первая", "mark": chosen.mark, "valid_from": "2026-01-01",
        "ladder": STANDARD, "extension": {"value": 5, "unit": "working", "by": "R07"},
    }  # fmt: skip
    add_norm_edition(rt, SYSTEM, norm_of(entry))
    steps = (user_task("a", startTerms="M1", document="D90"), user_task("b", norm="M1", endTerms="M1"))
    printed = docx("[дата] № [номер]", "До {{ сроки.M1.до }}: {{ сроки.M1.основание }}")
    publish_files(rt, chain("marks", *steps), Upload("D90.docx", printed))
    clerk = load_actor(rt, office.role["R05"])
    open_case(rt, clerk, "marks")
    complete(rt, clerk, "a")
    sweep_until_idle(rt)
    claim(rt, load_actor(rt, clerk.user_id), the_step(rt))
    return chosen


def move_to(rt: Runtime, moment: datetime) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(moment)


def the_step(rt: Runtime) -> int:
    with rt.database.read() as conn:
        return int(conn.execute(select(task.c.id).where(task.c.node == "b")).scalar_one())


def the_term(rt: Runtime) -> int:
    with rt.database.read() as conn:
        return int(conn.execute(select(term.c.id).where(term.c.key == "M1")).scalar_one())


def letter(rt: Runtime, account_id: int) -> str:
    """The letter about the newest notice of the case."""
    with rt.database.read() as conn:
        mine = select(func.max(notice.c.id)).where(notice.c.case_id == the_step(rt) >> 24)
        number = conn.execute(mine).scalar_one()
    row: Any = SimpleNamespace(
        kind=Kind.NOTICE, about=number, account_id=account_id, address="a@example.org", message_id="<1@x>"
    )
    made = compose(rt, [row], rt.clock.now())
    assert made is not None
    return made.text


def weekly(rt: Runtime, account_id: int) -> str:
    """The letter of the week in which the term ends."""
    with rt.database.read() as conn:
        due = from_seconds(conn.execute(select(task.c.due_at).where(task.c.node == "b")).scalar_one())
    return of_case(week_words(rt, load_actor(rt, account_id), due - timedelta(hours=6))[1])


def of_case(text: str) -> str:
    """The lines of a list that are about the case."""
    return "\n".join(line for line in text.splitlines() if "marks-" in line)


def printed(rt: Runtime, account_id: int) -> dict[str, str]:
    """The text of the document in both shapes."""
    who, number = load_actor(rt, account_id), only_document(rt)
    content = documents.download_docx(rt, who, number).content
    pages = pypdf.PdfReader(BytesIO(pdf(content))).pages
    return {
        "документ Word": "\n".join(piece.text for piece in documents.draft(rt, who, number).pieces),
        "документ PDF": "\n".join(page.extract_text() for page in pages),
    }


def sheet(content: bytes) -> str:
    rows = load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    return of_case("\n".join(" ".join(map(str, row)) for row in rows))


def feed(visit: Visit) -> str:
    page = visit("R05").page_after("/notices/calendar", {}, status=200)
    address = str(page.select("input[name=address]")[0]["value"])
    events = Calendar.from_ical(visit().download(urlsplit(address).path).data).walk("VEVENT")
    return " ".join(str(event["description"]) for event in events)


def while_it_runs(rt: Runtime, visit: Visit, office: Office) -> tuple[dict[str, str], dict[str, str]]:
    """(places that show the last day, places that show the ground) of a term that runs."""
    step, clerk, head = the_step(rt), visit("R05"), visit("R07")
    case_id = step >> 24
    of_step, case = clerk.get(f"/tasks/{step}").words, clerk.get(f"/cases/{case_id}").words
    terms, monitor = clerk.get(f"/cases/{case_id}/terms").words, head.get("/monitor")
    xlsx, inbox = sheet(head.download("/monitor/overdue.xlsx").data), clerk.get("/")
    row, soon = inbox.select_one(f"#task-{step}"), monitor.select_one("#soon")
    assert row is not None
    assert soon is not None
    both = {
        "строка задач": row.text, "шаг": of_step, "дело": case, "сроки дела": terms,
        "монитор": soon.text, "таблица": xlsx, "напоминание": letter(rt, office.role["R05"]),
        "свой календарь": feed(visit), "письмо недели": weekly(rt, office.role["R07"]),
        **printed(rt, office.role["R05"]),
    }  # fmt: skip
    dates = {
        "прогноз": head.get("/monitor/forecast").words,
        "нагрузка": head.get("/monitor").select(".load-list")[0].text,
    }
    grounds = {
        "история": clerk.get(f"/cases/{case_id}/history").words,
        "нормы": visit("R25").get("/norms?q=M1").words,
        "норма": visit("R25").get("/norms/M1").words,
        "новая редакция": visit("R25").get("/norms/M1/new").words,
    }
    return both | dates, both | grounds


def after_changes(rt: Runtime, visit: Visit, office: Office, world: World) -> dict[str, str]:
    """Places that tell of a last day that was moved: by a calendar, a decision, a new edition."""
    case_id = the_step(rt) >> 24
    edit_day(rt, SYSTEM, Day(world.off, DayKind.DAY_OFF, "день округа", "закон"))
    rt.clock.advance(SETTLED)  # type: ignore[attr-defined]
    while recount_due(rt):
        pass
    of_edition = {
        "title": "Срок", "value": "4", "unit": "working", "start": "step", "until": "closing", "lead": "0",
        "act": "порядок", "edition": "вторая", "mark": world.mark, "pause_days": "0",
        "valid_from": f"{world.begins:%Y-%m-%d}",
    }  # fmt: skip
    impact = visit("R25").page_after("/norms/M1/new", of_edition).words
    moved = visit("R05").get("/calendar/recalculations/1").words
    recounted = visit("R05").get(f"/cases/{case_id}/history").words
    extend_term(rt, load_actor(rt, office.role["R07"]), the_term(rt), 5)
    entries = visit("R05").get(f"/cases/{case_id}/history").words
    terms = visit("R05").get(f"/cases/{case_id}/terms")
    return {
        "что сдвинулось": moved,
        "пересчёт в истории": recounted,
        "продление в истории": entries.partition("Срок продлён")[2][:100],
        "продление в сроках": " ".join(each.text for each in terms.select(".listing-title")),
        "что изменит редакция": impact,
    }


def overdue(rt: Runtime, visit: Visit, office: Office) -> dict[str, str]:
    """Places that show the ground of what is overdue: its date moves no more."""
    rt.clock.advance(timedelta(days=30))  # type: ignore[attr-defined]
    tell_due(rt)
    head = visit("R07")
    listed = head.get("/monitor").select_one("#overdue")
    assert listed is not None
    line = head.get("/").select_one(f"#overdue-{the_term(rt)}")
    assert line is not None
    return {
        "просрочено": " ".join(row.text for row in listed.select("tr") if "marks-" in row.text),
        "строка руководителя": line.text,
        "разобраться": head.get(f"/overdue/{the_term(rt)}").words,
        "таблица": sheet(head.download("/monitor/overdue.xlsx").data),
        "срочная задача": visit("R05").get("/").select(f"#task-{the_step(rt)}")[0].text,
    }


def wrong(places: dict[str, str], mark: str, expected: bool) -> list[str]:
    """Places where the mark is missing, or stands without need."""
    return [place for place, text in places.items() if (mark in " ".join(text.split())) is not expected]


def test_every_place_marks_what_may_move_and_what_nobody_has_checked_and_nothing_else(
    world: World, rt: Runtime, visit: Visit, office: Office, app: Flask
) -> None:
    move_to(rt, world.begins + timedelta(days=1))
    tell_due(rt)
    dates, grounds = while_it_runs(rt, visit, office)
    assert wrong(dates, PROVISIONAL, not world.surely) == []
    assert wrong(grounds, UNCHECKED, not world.surely) == []
    assert wrong(after_changes(rt, visit, office, world), PROVISIONAL, not world.surely) == []
    late = overdue(rt, visit, office)
    assert wrong(late, UNCHECKED, not world.surely) == []
    assert wrong(late, PROVISIONAL, expected=False) == []


@pytest.mark.parametrize(
    ("event", "norm", "sure"), [("2026-12-29", "T31", False), ("2026-01-12", "T14", True)]
)
def test_the_command_line_and_the_trial_of_a_date_say_it_too(
    event: str, norm: str, sure: bool, visit: Visit
) -> None:
    said = call("term", "--from", event, "--norm", norm, "--explain").out
    assert (PROVISIONAL in said.casefold()) is not sure
    assert (UNCHECKED in " ".join(said.split())) is not sure
    tried = visit("R05").get(f"/calendar?event={event}&value=5&unit=working")
    assert ("Предварительно" in tried.select(".notice")[0].text) is not sure
