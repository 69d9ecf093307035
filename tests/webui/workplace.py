"""A small office with a pathway, colleagues in every role and a few cases, and the pages over it. All
invented.

The pathway «Помощь семье»: a form to open it, then accept   Принять заявление (R05), form, norm T10, document
D25 check    Проверить (R05), form without a norm wait     Согласие: a message that a person brings ask      a
called pathway with a step of the commission's secretary (R10)
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from engine.access.actors import load_actor
from engine.access.policy import EVERYONE, ROLES
from engine.bootstrap import open_runtime
from engine.cases.service import StartedCase, start_case
from engine.clock import MovableClock
from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.documents.service import attach
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, StartCase
from engine.records import contacts, registers
from engine.records.registers import Standing, Subject
from engine.runtime import Runtime
from engine.worklist.service import claim
from tests.engine.documents.making import docx
from tests.factories.access import MONDAY, make_account, make_runtime, make_settings, town
from tests.factories.cases import complete, diagram, flows, open_tasks, publish_files
from tests.factories.records import make_family

LETTER = docx("[дата] № [номер]", "Дело {{ дело.номер }}", "Цель: {{ цель }}", title="Письмо", mark="ПИС")
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n%%EOF\n"

ROLE_CODES = tuple(code for code in ROLES if code != EVERYONE)


def form(key: str, *components: dict[str, Any]) -> Upload:
    content = {"type": "default", "id": key, "schemaVersion": 16, "components": list(components)}
    return Upload(f"{key}.form", json.dumps(content, ensure_ascii=False).encode())


def field(key: str, label: str, kind: str = "textfield", **more: Any) -> dict[str, Any]:
    return {"type": kind, "id": f"f_{key}", "key": key, "label": label, **more}


GOAL = field("цель", "Цель", validate={"required": True})
FORMS = (
    form("ask_help", field("повод", "Повод", validate={"required": True})),
    form(
        "accept",
        GOAL,
        field("членов", "Членов семьи", "number"),
        field("с_даты", "С какой даты", "datetime", subtype="date", dateLabel="С какой даты"),
    ),
    form("check", field("итог", "Итог", "textarea")),
)


def pathway() -> list[Upload]:
    """The diagrams, forms and the template of the office."""
    called = diagram(
        "asking",
        '<startEvent id="cs" name="Начало"/><endEvent id="ce" name="Конец"/>'
        '<userTask id="vote" name="Записать решение" camunda:candidateGroups="R10"/>' + flows("cs vote ce"),
        number="ВК",
    )
    body = (
        '<startEvent id="s" name="Обращение" camunda:formRef="ask_help"/><endEvent id="e" name="Конец"/>'
        '<userTask id="accept" name="Принять заявление" '
        'camunda:candidateGroups="R05" camunda:formRef="accept">'
        "<extensionElements><camunda:properties>"
        '<camunda:property name="norm" value="T10"/><camunda:property name="document" value="D25"/>'
        '<camunda:property name="stage" value="Приём"/>'
        '<camunda:property name="status" value="заявление подано"/>'
        "</camunda:properties></extensionElements></userTask>"
        '<userTask id="check" name="Проверить" camunda:candidateGroups="R05" camunda:formRef="check">'
        '<extensionElements><camunda:properties><camunda:property name="stage" value="Проверка"/>'
        "</camunda:properties></extensionElements></userTask>"
        '<intermediateCatchEvent id="wait" name="Согласие">'
        '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
        '<callActivity id="ask" name="Спросить комиссию" calledElement="asking"/>'
        + flows("s accept check wait ask e")
    )
    main = diagram("help", body, '<message id="m" name="msg.consent"/>', number="ПС", owner="R05")
    return [called, main, *FORMS, Upload("D25.docx", LETTER)]


@dataclass(frozen=True)
class Office:
    """Numbers of what is in the office. `role` gives the account of every role in the family department."""

    families: int
    """The department of all of them; `care` is the stranger's."""
    care: int
    role: dict[str, int]
    stranger: int
    """A specialist of another department: nothing here is theirs."""
    family: int
    person: int
    case: int
    """Waits at `accept`, which nobody has taken."""
    later_case: int
    """Stands at `check`, taken by the R05; has a document and a file."""
    task: int
    later_task: int
    document: int
    attachment: int


def build(folder: Path) -> Office:
    """Make the office in an empty folder; its databases are closed again, so that they can be copied."""
    rt = make_runtime(folder)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    publish_files(rt, *pathway())
    role = {code: make_account(rt, code) for code in ROLE_CODES}
    stranger = make_account(rt, "R05", unit_id=town(rt).care)
    clerk = load_actor(rt, role["R05"])
    family, mother, _child = make_family(rt, clerk)
    first, second = (_open(rt, clerk, mother, family) for _ in range(2))
    complete(rt, clerk, "accept", {"цель": "Найти работу", "членов": 3})
    waiting = open_tasks(rt, "accept")[0]
    later_case = first.id if waiting >> 24 == second.id else second.id
    later = open_tasks(rt, "check")[0]
    claim(rt, load_actor(rt, clerk.user_id), later)
    sweep_until_idle(rt)
    file = attach(rt, load_actor(rt, clerk.user_id), later_case, "справка.pdf", PDF)
    office = Office(
        families=town(rt).families,
        care=town(rt).care,
        role=role,
        stranger=stranger,
        family=family,
        person=mother,
        case=waiting >> 24,
        later_case=later_case,
        task=waiting,
        later_task=later,
        document=_only(rt, "document"),
        attachment=file,
    )
    rt.database.close()
    rt.vault.store.database.close()
    return office


def _open(rt: Runtime, actor: Actor, person: int, family: int) -> StartedCase:
    command = StartCase(
        actor, "help", {"повод": "нет работы"}, person_id=person, family_id=family, label="семья Лапшиных"
    )
    return start_case(rt, command)


def _only(rt: Runtime, table: str) -> int:
    from sqlalchemy import text

    with rt.database.read() as conn:
        return int(conn.execute(text(f"SELECT min(id) FROM {table}")).scalar_one())


def reopen(pattern: Path, folder: Path) -> Runtime:
    """A copy of the office, opened; its clock stands where it stood."""
    for name in ("marshrut.db", "keys.db"):
        shutil.copy(pattern / name, folder / name)
    return open_runtime(make_settings(folder), MovableClock(MONDAY))


def put_on_register(rt: Runtime, office: Any) -> None:
    """The family of the office is to be spoken with every 7 days, and was on 2 January."""
    family = Subject(office.family, None)
    with rt.database.write() as conn:
        registers.enter(
            rt,
            conn,
            "prevention",
            family,
            Standing(state="СОП", contact_days=7),
            case_id=office.case,
            unit_id=office.families,
            since=date(2025, 12, 1),
        )
        contacts.note(conn, family, case_id=office.case, day=date(2026, 1, 2), kind="call")
