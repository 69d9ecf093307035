"""Operations on registers: a pathway puts its family on a list, takes it off, notes that it spoke with it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.cases.queries import open_incidents
from engine.cases.service import StartedCase, start_case
from engine.cases.tables import case_
from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.errors import InvalidData
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, StartCase
from engine.records import contacts, registers
from engine.records.registers import Entry, Standing, Subject
from engine.records.tables import contact
from engine.resources import forms_dir, processes_dir
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import (
    END,
    START,
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    publish_files,
    user_task,
)
from tests.factories.records import make_family

TODAY = date(2026, 1, 12)


def asks(topic: str, **inputs: str) -> Upload:
    """A pathway that asks for one operation with these inputs, then has a step."""
    given = "".join(
        f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>'
        for name, value in inputs.items()
    )
    task = (
        f'<serviceTask id="op" name="Записать" camunda:type="external" camunda:topic="{topic}">'
        f"<extensionElements><camunda:inputOutput>{given}</camunda:inputOutput></extensionElements></serviceTask>"
    )
    return diagram("asks", START + task + user_task("a") + END + flows("s op a e"))


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    return make_actor(rt, "R13", "R05")


@pytest.fixture
def family(rt: Runtime, clerk: Actor) -> int:
    return make_family(rt, clerk)[0]


def run(rt: Runtime, clerk: Actor, family: int, file: Upload) -> StartedCase:
    publish_files(rt, file)
    case = start_case(rt, StartCase(clerk, "asks", {}, family_id=family, label="семья Лапшиных"))
    sweep_until_idle(rt)
    return case


def entry(rt: Runtime, family: int) -> Entry:
    with rt.database.read() as conn:
        return registers.entries_of(conn, Subject(family, None))[0]


def test_the_family_of_the_case_is_put_on_the_register(rt: Runtime, clerk: Actor, family: int) -> None:
    file = asks("register.enter", регистр="prevention", состояние="СОП", основание="постановление",
                контакт_дней="=7")  # fmt: skip
    case = run(rt, clerk, family, file)
    found = entry(rt, family)
    assert open_nodes(rt) == ["a"]
    assert (found.register, found.state, found.ground) == ("prevention", "СОП", "постановление")
    assert (found.case_id, found.since, found.contact_days) == (case.id, TODAY, 7)


def test_a_date_of_the_diagram_wins_over_today(rt: Runtime, clerk: Actor, family: int) -> None:
    run(rt, clerk, family, asks("register.enter", регистр="sop", состояние="СОП", с='=date("2026-01-09")'))
    assert entry(rt, family).since == date(2026, 1, 9)


def test_the_entry_is_changed_and_ended(rt: Runtime, clerk: Actor, family: int) -> None:
    run(rt, clerk, family, asks("register.enter", регистр="prevention", состояние="СОП"))
    run(rt, clerk, family, asks("register.update", регистр="prevention", состояние="группа риска"))
    assert entry(rt, family).state == "группа риска"
    run(rt, clerk, family, asks("register.leave", регистр="prevention", основание="причины устранены"))
    found = entry(rt, family)
    assert (found.until, found.left_for) == (TODAY, "причины устранены")


def test_a_contact_is_noted(rt: Runtime, clerk: Actor, family: int) -> None:
    run(rt, clerk, family, asks("contact.note", вид="call"))
    with rt.database.read() as conn:
        assert contacts.silences(conn, [family], date(2026, 1, 15))[family].days == 3


def test_a_case_about_nobody_stops_and_says_why(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, asks("contact.note", вид="call"))
    open_case(rt, clerk, "asks")
    sweep_until_idle(rt)
    for _ in range(20):
        rt.clock.advance(timedelta(hours=12))  # type: ignore[attr-defined]
        sweep_until_idle(rt)
    with rt.database.read() as conn:
        [stopped] = open_incidents(conn, 1)
        assert conn.execute(select(contact)).all() == []
    assert "Дело ни о ком" in stopped.message


def test_a_long_ground_is_cut_to_what_the_register_holds(rt: Runtime, clerk: Actor, family: int) -> None:
    run(rt, clerk, family, asks("register.enter", регистр="sop", состояние="С" * 50, основание="о" * 300))
    found = entry(rt, family)
    assert (len(found.state), len(found.ground)) == (40, 200)


@pytest.fixture
def entry_pathway(rt: Runtime) -> Actor:
    """The shipped pathway of an entry; who proposes and confirms."""
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    files = [*processes_dir().glob("p07_entry/*.bpmn"), forms_dir() / "F62.form", forms_dir() / "F65.form"]
    publish_files(rt, *(Upload(file.name, file.read_bytes()) for file in files))
    return make_actor(rt, "R07", "R24", "R05")


CONFIRM = "p07_entry_ut_confirm"
LEAVE = {"регистр": "sop", "действие": "снять", "основание_записи": "письмо опеки № 7"}


def propose(rt: Runtime, actor: Actor, family: int, **data: str) -> StartedCase:
    return start_case(rt, StartCase(actor, "p07_entry", data, family_id=family, label="семья Лапшиных"))


def on_register(rt: Runtime, family: int, register: str) -> None:
    with rt.database.write() as conn:
        registers.enter(
            rt, conn, register, Subject(family, None), Standing(state="СОП"),
            case_id=1, unit_id=town(rt).families, since=TODAY,
        )  # fmt: skip


def test_taking_a_family_off_a_register_where_it_is_not_is_refused_in_words_before_a_case_is_opened(
    rt: Runtime, entry_pathway: Actor, family: int
) -> None:
    with pytest.raises(InvalidData) as refused:
        propose(rt, entry_pathway, family, **LEAVE)
    assert refused.value.errors == {
        "действие": "Социально опасное положение: семьи там нет. Сейчас семьи нет ни в одном регистре."
    }
    on_register(rt, family, "income50")
    with pytest.raises(InvalidData, match="Снимать не с чего") as refused:
        propose(rt, entry_pathway, family, **LEAVE)
    assert refused.value.errors["действие"].endswith("Сейчас семья здесь: Доход ниже порога.")
    with rt.database.read() as conn:
        assert conn.execute(select(case_.c.id)).all() == []


def test_a_proposal_that_grew_old_is_told_to_the_head_who_can_still_refuse_it(
    rt: Runtime, entry_pathway: Actor, family: int
) -> None:
    on_register(rt, family, "sop")
    case = propose(rt, entry_pathway, family, **LEAVE)
    with rt.database.write() as conn:
        registers.leave(rt, conn, "sop", Subject(family, None), until=TODAY, left_for="ошибка", case_id=1)
    with pytest.raises(InvalidData) as refused:
        complete(rt, entry_pathway, CONFIRM, {"решение_о_регистре": "подтвердить"})
    assert refused.value.errors == {
        "решение_о_регистре": "Социально опасное положение: семьи там уже нет. "
        "Отклоните запись и напишите об этом."
    }
    assert open_nodes(rt) == [CONFIRM]
    complete(rt, entry_pathway, CONFIRM, {"решение_о_регистре": "отклонить", "причина_отказа": "Уже снята."})
    with rt.database.read() as conn:
        assert open_incidents(conn, case.id) == []
    assert open_nodes(rt) == []


def test_what_a_commission_takes_off_twice_stops_nobody(rt: Runtime, clerk: Actor, family: int) -> None:
    run(rt, clerk, family, asks("register.leave", регистр="prevention", основание="причины устранены"))
    assert open_nodes(rt) == ["a"]
    with rt.database.read() as conn:
        assert registers.entries_of(conn, Subject(family, None)) == []
