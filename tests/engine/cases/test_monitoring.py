"""The monthly monitoring played on the shipped pathways: from the registers to signed sheets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.monitoring import summary
from engine.cases.queries import case_card, case_variables, open_incidents
from engine.cases.service import StartedCase, complete_task, start_case
from engine.cases.tables import case_
from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, CompleteTask, StartCase
from engine.records import keeping, registers, sheets
from engine.records.cells import OLD, RED, marks
from engine.records.parameters import parameters
from engine.records.registers import Standing, Subject
from engine.resources import forms_dir, processes_dir
from engine.runtime import Runtime
from engine.worklist.tables import OPEN, task
from tests.factories.access import make_actor, town
from tests.factories.cases import END, START, diagram, event, flows, message, publish_files, user_task
from tests.factories.records import make_family

NEED = diagram(
    "p03_need",
    START
    + event("intermediateCatchEvent", "asked", "message", "msg.review_request")
    + user_task("reviewed")
    + END
    + flows("s asked reviewed e"),
    message("msg.review_request"),
    number="ИП",
)
"""A case of need that goes on when somebody asks for a review."""


@pytest.fixture
def keeper(rt: Runtime) -> Actor:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    files = [
        *(
            path
            for name in ("red_zone", "sheet", "entry")
            for path in processes_dir().glob(f"p07_{name}/*.bpmn")
        ),
        *processes_dir().glob("decisions/dmn_05*.dmn"),
        *processes_dir().glob("decisions/dmn_14_monitoring.dmn"),
        *(forms_dir() / f"F{number}.form" for number in range(60, 70) if number not in (63, 64)),
    ]
    publish_files(rt, NEED, *(Upload(file.name, file.read_bytes()) for file in files))
    return make_actor(rt, "R24", "R02", "R07", "R26")


@pytest.fixture
def family(rt: Runtime, keeper: Actor) -> Subject:
    """In a dangerous position, but not in the red zone: one child, by the rule it belongs there."""
    subject = Subject(make_family(rt, keeper)[0], None)
    enter(rt, subject, "sop", state="СОП")
    return subject


def enter(rt: Runtime, subject: Subject, register: str, **says: Any) -> None:
    with rt.database.write() as conn:
        registers.enter(
            rt,
            conn,
            register,
            subject,
            Standing(**says),
            case_id=1,
            unit_id=town(rt).families,
            since=date(2026, 1, 5),
        )


def begin(rt: Runtime, keeper: Actor) -> StartedCase:
    command = StartCase(keeper, "p07_red_zone", {"повод_сверки": "Проверка"})
    month = start_case(rt, command, check_form=False)
    sweep_until_idle(rt)
    return month


def steps(rt: Runtime) -> dict[str, int]:
    wanted = select(task.c.node, task.c.id).where(task.c.status == OPEN).order_by(task.c.id)
    with rt.database.read() as conn:
        return {row.node.rpartition("/")[2]: row.id for row in conn.execute(wanted)}


def do(rt: Runtime, keeper: Actor, node: str, **data: Any) -> None:
    complete_task(rt, CompleteTask(load_actor(rt, keeper.user_id), steps(rt)[node], data))
    sweep_until_idle(rt)


def sheet_of(rt: Runtime, keeper: Actor, subject: Subject, month: str | None = None) -> sheets.Sheet:
    return sheets.sheet_view(rt, keeper, subject, month).sheet


def known_to(rt: Runtime, keeper: Actor, case_id: int) -> dict[str, Any]:
    with rt.database.read() as conn:
        assert open_incidents(conn, case_id) == []
        return case_variables(rt, conn, case_card(rt, conn, keeper, case_id))


def test_a_month_from_the_registers_to_the_signature(rt: Runtime, keeper: Actor, family: Subject) -> None:
    month = begin(rt, keeper)
    assert set(steps(rt)) == {"p07_ut_actualize", "p07_sheet_ut_fill"}
    first = sheet_of(rt, keeper, family)
    assert first.month == "2026-01"
    assert first.cells["мать"].value == "Лапшина Ольга Сергеевна"
    assert first.cells["детей_от_семи"].value == 1
    assert first.cells["учёт_соп"].value == date(2026, 1, 5)
    assert first.empty > 50

    do(rt, keeper, "p07_ut_actualize", состав_регистра="верен")
    do(rt, keeper, "p07_sheet_ut_fill", детей_с_инвалидностью=4, алкоголь=True)
    assert known_to(rt, keeper, only_case(rt, "p07_sheet"))["ошибки_листа"] == [
        {"ошибка": "Детей с инвалидностью больше, чем детей"}
    ]
    do(rt, keeper, "p07_sheet_ut_fill", детей_с_инвалидностью=1)
    typed = sheet_of(rt, keeper, family).cells["детей_с_инвалидностью"]
    assert (typed.value, typed.by, typed.changed) == (1, keeper.user_id, date(2026, 1, 12))

    do(rt, keeper, "p07_entry_ut_confirm", решение_о_регистре="подтвердить")
    with rt.database.read() as conn:
        [red, *_] = registers.history_of(conn, family, "red_zone")
        kept = {each.register: each for each in keeping.kept_registers(rt, conn, keeper, date(2026, 1, 12))}
    assert (red.words, red.state) == ("внесена", "СОП")
    assert "правило DMN-05" in red.ground
    assert kept["sop"].updated_by == keeper.user_id

    do(rt, keeper, "p07_ut_verify", итог_сверки="верны")
    do(rt, keeper, "p07_ut_sign", подпись_мониторинга="подписать")
    known = known_to(rt, keeper, month.id)
    assert (known["листов"], known["проверено"], known["не_завершено"]) == (1, 1, 0)
    line = next(each for each in known["сводка"] if each["параметр"] == "Детей с инвалидностью")
    assert (line["единица"], line["итог"], line["пусто"]) == ("детей", 1, 0)
    assert sheet_of(rt, keeper, family).verified_at is not None
    with rt.database.read() as conn:
        assert keeping.kept_registers(rt, conn, keeper, date(2026, 1, 12))[0].verified_month == "2026-01"


def only_case(rt: Runtime, process: str) -> int:
    with rt.database.read() as conn:
        return int(conn.execute(select(case_.c.id).where(case_.c.process == process)).scalar_one())


def test_the_next_month_carries_on_what_was_typed_and_marks_what_is_old(
    rt: Runtime, keeper: Actor, family: Subject
) -> None:
    enter(rt, family, "red_zone", state="СОП")
    begin(rt, keeper)
    do(rt, keeper, "p07_sheet_ut_fill", мать_работает=True, мать_место_работы="Ферма")
    rt.clock.set(datetime.fromisoformat("2026-03-02T09:00+03:00"))  # type: ignore[attr-defined]
    sweep_until_idle(rt)
    begin(rt, keeper)
    found = sheet_of(rt, keeper, family)
    assert found.month == "2026-03"
    assert found.cells["мать_место_работы"].value == "Ферма"
    told = marks(found.cells, date(2026, 3, 2))
    assert (told["мать_место_работы"], told["детей_с_инвалидностью"]) == (OLD, RED)
    assert "p07_sheet_ut_fill" in steps(rt)


def test_a_sheet_that_nobody_has_to_see_to_opens_no_case(rt: Runtime, keeper: Actor, family: Subject) -> None:
    """And while somebody is busy with one, there is no second."""
    begin(rt, keeper)
    begin(rt, keeper)
    with rt.database.read() as conn:
        opened = conn.execute(select(case_.c.id).where(case_.c.process == "p07_sheet")).all()
    assert len(opened) == 1


def test_half_a_year_without_a_result_asks_for_a_review_of_the_familys_case(
    rt: Runtime, keeper: Actor, family: Subject
) -> None:
    enter(rt, family, "red_zone", state="СОП")
    need = start_case(rt, StartCase(keeper, "p03_need", {}, family_id=family.family_id, label="семья"))
    begin(rt, keeper)
    do(rt, keeper, "p07_sheet_ut_fill")
    rt.clock.set(datetime.fromisoformat("2026-07-01T09:00+03:00"))  # type: ignore[attr-defined]
    begin(rt, keeper)
    known = known_to(rt, keeper, newest(rt, "p07_sheet"))
    assert (known["дело_семьи"], known["нужен_пересмотр"]) == (need.number, True)
    assert "reviewed" not in steps(rt)
    do(rt, keeper, "p07_sheet_ut_fill")
    assert "reviewed" in steps(rt)
    assert known_to(rt, keeper, need.id)["причина"] == "Мониторинг: два квартала без результата"


def newest(rt: Runtime, process: str) -> int:
    with rt.database.read() as conn:
        wanted = select(case_.c.id).where(case_.c.process == process).order_by(case_.c.id.desc()).limit(1)
        return int(conn.execute(wanted).scalar_one())


def test_the_sheet_takes_what_the_newest_case_says(rt: Runtime, keeper: Actor, family: Subject) -> None:
    said = {"признаки_риска": ["насилие", "школа"], "самообслуживание": "сохранено"}
    start_case(rt, StartCase(keeper, "p03_need", said, family_id=family.family_id, label="семья"))
    begin(rt, keeper)
    cells = sheet_of(rt, keeper, family).cells
    assert [cells[key].value for key in ("насилие_в_семье", "пропуски_школы", "алкоголь", "опросник")] == [
        True, True, None, True,
    ]  # fmt: skip
    assert cells["личное_дело"].value is True


def test_the_summary_has_a_line_for_every_parameter_with_its_unit() -> None:
    nothing = {each.key: None for each in parameters()}
    lines = summary([{**nothing, "детей": 3, "помощь_путёвки": 2}, {**nothing, "детей": 1, "алкоголь": True}])
    by_title = {each["параметр"]: each for each in lines}
    assert len(lines) == 106
    assert (by_title["Путёвки в лагерь"]["единица"], by_title["Путёвки в лагерь"]["итог"]) == ("путёвок", 2)
    assert by_title["Детей до восемнадцати лет"]["итог"] == 4
    assert (
        by_title["Злоупотребление алкоголем"]["единица"],
        by_title["Злоупотребление алкоголем"]["итог"],
    ) == (
        "семей",
        1,
    )
    assert by_title["Путёвки в лагерь"]["пусто"] == 1
