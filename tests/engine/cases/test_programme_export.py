"""A finished programme goes to the regional register as a file: what is in it, who looked, what came back."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.access.tables import audit
from engine.cases.programme_export import exports_of
from engine.cases.queries import case_card, case_variables
from engine.cases.service import StartedCase, start_case
from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.documents.queries import case_attachments, download_attachment
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, StartCase
from engine.resources import forms_dir, processes_dir
from engine.runtime import Runtime
from tests.factories.access import make_actor
from tests.factories.cases import END, START, complete, diagram, flows, open_nodes, publish_files, user_task
from tests.factories.records import make_family

PLAN: dict[str, Any] = {
    "цель_сопровождения": "Мать растит детей сама.",
    "новые_меры": [
        {
            "задача": "Доход",
            "мера": "=HYPERLINK(1)",
            "вид": "направление",
            "исполнитель": "ЦЗН",
            "срок": date(2026, 2, 12),
        }
    ],
    "телефон_соседки": "+7 900 111-11-11",
}
PATHWAY = "p05_export"


@pytest.fixture
def curator(rt: Runtime) -> Actor:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    steps = user_task("p05_work_ut_plan") + user_task("later")
    order = flows("s p05_work_ut_plan later e")
    support = diagram("p05_family_support", START + steps + END + order, number="СС")
    files = [*(processes_dir() / PATHWAY).glob("*.bpmn"), *forms_dir().glob("F20[567].form")]
    publish_files(rt, support, *(Upload(file.name, file.read_bytes()) for file in files))
    return make_actor(rt, "R03", "R05")


@pytest.fixture
def family(rt: Runtime, curator: Actor) -> tuple[int, int]:
    number, mother, _ = make_family(rt, curator)
    return number, mother


def support(rt: Runtime, curator: Actor, family: tuple[int, int]) -> StartedCase:
    known = {"категория": "ТЖС", "риск": "средний"}
    command = StartCase(
        curator, "p05_family_support", known, person_id=family[1], family_id=family[0], label="семья"
    )
    return start_case(rt, command, check_form=False)


def export(rt: Runtime, actor: Actor, family: tuple[int, int]) -> StartedCase:
    asked = {"программа_чья": "сопровождение", "правовое_основание": "442-ФЗ, ст. 26"}
    command = StartCase(actor, PATHWAY, asked, person_id=family[1], family_id=family[0], label="семья")
    made = start_case(rt, command)
    sweep_until_idle(rt)
    return made


def files(rt: Runtime, curator: Actor, case: StartedCase) -> dict[str, bytes]:
    actor = load_actor(rt, curator.user_id)
    with rt.database.read() as conn:
        found = case_attachments(rt, conn, actor, case.id)
    return {each.name: download_attachment(rt, actor, each.id).content for each in found}


def test_a_finished_plan_becomes_a_file_of_the_documented_format(
    rt: Runtime, curator: Actor, family: tuple[int, int]
) -> None:
    case = support(rt, curator, family)
    complete(rt, curator, "p05_work_ut_plan", PLAN)
    made = files(rt, curator, export(rt, curator, family))
    assert set(made) == {f"Программа {case.number}, формат 1.json", f"Программа {case.number}, формат 1.xlsx"}
    content = json.loads(made[f"Программа {case.number}, формат 1.json"])
    assert (content["формат"], content["версия"]) == ("marshrut.programme", 1)
    assert content["программа"] == {
        "вид": "сопровождение", "номер_дела": case.number, "дата": "2026-01-12", "действует_до": None,
        "цель": "Мать растит детей сама.", "категория": "ТЖС", "риск": "средний",
    }  # fmt: skip
    assert content["мероприятия"] == [
        {
            "задача": "Доход",
            "мероприятие": "=HYPERLINK(1)",
            "вид": "направление",
            "исполнитель": "ЦЗН",
            "срок": "2026-02-12",
        }
    ]
    assert [each["кем_приходится"] for each in content["семья"]] == ["мать", "ребёнок"]
    assert "900" not in made[f"Программа {case.number}, формат 1.json"].decode(), "no telephones"
    book = openpyxl.load_workbook(BytesIO(made[f"Программа {case.number}, формат 1.xlsx"]))
    assert book.sheetnames == ["Программа", "Семья", "Услуги", "Мероприятия"]
    assert book["Мероприятия"]["B2"].data_type == "s", "what was typed is no formula"


def test_everybody_in_the_file_was_looked_at_by_who_sent_it(
    rt: Runtime, curator: Actor, family: tuple[int, int]
) -> None:
    support(rt, curator, family)
    complete(rt, curator, "p05_work_ut_plan", PLAN)
    made = export(rt, curator, family)
    wanted = select(audit.c.action, audit.c.kind).where(
        audit.c.actor_id == curator.user_id, audit.c.case_id == made.id
    )
    with rt.database.read() as conn:
        noted = [(row.action, row.kind) for row in conn.execute(wanted)]
    assert noted.count(("view", "person")) == 2
    assert ("exported", "case") in noted


def test_the_number_of_the_register_marks_the_case_of_the_programme(
    rt: Runtime, curator: Actor, family: tuple[int, int]
) -> None:
    case = support(rt, curator, family)
    complete(rt, curator, "p05_work_ut_plan", PLAN)
    export(rt, curator, family)
    complete(
        rt, curator, "p05_export_ut_hand", {"итог_передачи": "не принято", "причина_непринятия": "Нет СНИЛС"}
    )
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        card = case_card(rt, conn, curator, case.id)
        assert [each.taken for each in exports_of(rt, conn, card)] == [False]
    taken = {"итог_передачи": "принято", "номер_в_регистре": "77-104", "дата_передачи": "2026-01-12"}
    complete(rt, curator, "p05_export_ut_hand", taken)
    with rt.database.read() as conn:
        [found] = exports_of(rt, conn, card)
    assert (found.taken, found.number, found.day) == (True, "77-104", date(2026, 1, 12))


def test_without_a_finished_programme_that_is_open_to_them_nothing_is_made(
    rt: Runtime, curator: Actor, family: tuple[int, int]
) -> None:
    support(rt, curator, family)
    made = export(rt, curator, family)
    assert open_nodes(rt)[-1] == "p05_export_ut_fix"
    with rt.database.read() as conn:
        said = case_variables(rt, conn, case_card(rt, conn, curator, made.id))["почему"]
    assert said.startswith("Плана сопровождения у семьи ещё нет")
    complete(rt, curator, "p05_work_ut_plan", PLAN)
    complete(rt, curator, "p05_export_ut_fix", {"что_дальше": "снова"})
    sweep_until_idle(rt)
    assert open_nodes(rt)[-1] == "p05_export_ut_hand"
    assert len(files(rt, curator, made)) == 2
