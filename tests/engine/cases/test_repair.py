"""Repairing a case that can't go on by itself: with a right, with a reason, in one transaction."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from engine.access.tables import audit
from engine.cases import repair
from engine.cases.events import note_event
from engine.cases.queries import case_card, case_history, case_position, case_variables, open_incidents
from engine.cases.remedies import Need, RepairView, repair_view, standing_cases
from engine.cases.service import StartedCase
from engine.cases.tables import outbox
from engine.deadlines.service import seed
from engine.deadlines.tables import term
from engine.definitions.operations import OPERATIONS, Call
from engine.errors import InvalidData, NotAllowed, StepFailed
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import (
    END,
    START,
    boundary,
    chain,
    condition,
    diagram,
    error,
    event,
    exclusive,
    flows,
    open_case,
    open_nodes,
    open_tasks,
    publish_files,
    service_task,
    user_task,
)

WHY = "Ошиблись при вводе"

STUCK = diagram(
    "stuck",
    START + exclusive("g") + user_task("a") + END + flows("s g", "a e") + condition("g", "a", "доход > 0"),
)
"""Without an income no way leads out of the choice."""

CALLS = diagram(
    "calls",
    START
    + service_task("op", "registry.ask")
    + user_task("a")
    + user_task("b")
    + END
    + boundary("refused", "op", "error", "E1")
    + flows("s op a e", "refused b e"),
    error("E1"),
)


@pytest.fixture
def head(rt: Runtime) -> Actor:
    """The head of the department, who may repair its cases."""
    return make_actor(rt, "R07")


def started(rt: Runtime, process: str) -> StartedCase:
    return open_case(rt, make_actor(rt, "R05"), process)


def standing_at(rt: Runtime, head: Actor, case: StartedCase) -> int:
    """The element instance with the incident."""
    with rt.database.read() as conn:
        return case_position(rt, conn, case_card(rt, conn, head, case.id)).now.incidents[0].element_id


def waiting_operation(rt: Runtime, head: Actor, case: StartedCase) -> int:
    with rt.database.read() as conn:
        return case_position(rt, conn, case_card(rt, conn, head, case.id)).now.open[0].element_id


def told_last(rt: Runtime, conn: Connection, head: Actor, case: StartedCase) -> dict[str, Any]:
    """What the newest entry of the history says."""
    told: dict[str, Any] = case_history(rt, conn, case_card(rt, conn, head, case.id))[0].data["data"]
    return told


def promises(rt: Runtime) -> int:
    with rt.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(outbox)).scalar_one())


def test_data_are_corrected_and_the_step_tried_again(rt: Runtime, head: Actor) -> None:
    publish_files(rt, STUCK)
    case = started(rt, "stuck")
    element = standing_at(rt, head, case)
    repair.set_variables(rt, head, case.id, {"доход": Decimal(9000)}, WHY)
    repair.retry(rt, head, case.id, element, WHY)
    assert open_nodes(rt) == ["a"]
    with rt.database.read() as conn:
        assert open_incidents(conn, case.id) == []
        assert case_variables(rt, conn, case_card(rt, conn, head, case.id))["доход"] == 9000


def test_the_history_says_who_repaired_what_and_why(rt: Runtime, head: Actor) -> None:
    publish_files(rt, STUCK)
    case = started(rt, "stuck")
    repair.set_variables(rt, head, case.id, {"доход": Decimal(9000)}, f" {WHY} ")
    with rt.database.read() as conn:
        entry = case_history(rt, conn, case_card(rt, conn, head, case.id))[0]
    assert entry.actor_id == head.user_id
    assert entry.data["data"]["причина"] == WHY
    assert entry.data["data"]["data"] == {"доход": 9000}


def test_without_a_reason_nothing_is_repaired(rt: Runtime, head: Actor) -> None:
    publish_files(rt, STUCK)
    case = started(rt, "stuck")
    with pytest.raises(InvalidData):
        repair.set_variables(rt, head, case.id, {"доход": Decimal(1)}, "  ")
    with rt.database.read() as conn:
        assert case_variables(rt, conn, case_card(rt, conn, head, case.id)) == {}


def test_who_only_works_on_the_case_may_not_repair_it(rt: Runtime) -> None:
    publish_files(rt, STUCK)
    clerk = make_actor(rt, "R05")
    case = open_case(rt, clerk, "stuck")
    with pytest.raises(NotAllowed):
        repair.set_variables(rt, clerk, case.id, {"доход": Decimal(1)}, WHY)


def test_a_head_of_another_department_may_not_repair_it(rt: Runtime) -> None:
    publish_files(rt, STUCK)
    stranger = make_actor(rt, "R07", unit_id=town(rt).care)
    case = started(rt, "stuck")
    with pytest.raises(NotAllowed):
        repair.set_variables(rt, stranger, case.id, {"доход": Decimal(1)}, WHY)


def test_what_did_not_stop_can_not_be_tried_again(rt: Runtime, head: Actor) -> None:
    publish_files(rt, chain("small", user_task("a")))
    case = started(rt, "small")
    with pytest.raises(StepFailed):
        repair.retry(rt, head, case.id, open_tasks(rt)[0] & 0xFFFFFF, WHY)


def test_an_operation_is_answered_by_hand_and_not_carried_out_any_more(rt: Runtime, head: Actor) -> None:
    publish_files(rt, CALLS)
    case = started(rt, "calls")
    repair.complete_service(
        rt, head, case.id, waiting_operation(rt, head, case), {"ответ": "есть"}, "Ответили по телефону"
    )
    assert open_nodes(rt) == ["a"]
    assert promises(rt) == 0
    with rt.database.read() as conn:
        assert case_variables(rt, conn, case_card(rt, conn, head, case.id)) == {"ответ": "есть"}


def test_an_operation_that_failed_with_a_code_goes_the_way_of_that_error(rt: Runtime, head: Actor) -> None:
    publish_files(rt, CALLS)
    case = started(rt, "calls")
    repair.fail_service(rt, head, case.id, waiting_operation(rt, head, case), "E1", "отказ", WHY)
    assert open_nodes(rt) == ["b"]


def test_an_operation_that_failed_otherwise_stands_and_is_called_again(rt: Runtime, head: Actor) -> None:
    publish_files(rt, CALLS)
    case = started(rt, "calls")
    element = waiting_operation(rt, head, case)
    repair.fail_service(rt, head, case.id, element, None, "реестр недоступен", WHY)
    assert promises(rt) == 0
    with rt.database.read() as conn:
        assert "операция не выполнена" in open_incidents(conn, case.id)[0].message
        assert told_last(rt, conn, head, case)["сообщение"] == "реестр недоступен"
    repair.retry(rt, head, case.id, element, WHY)
    assert promises(rt) == 1


def test_an_error_reported_at_an_open_step_interrupts_it(rt: Runtime, head: Actor) -> None:
    body = (
        START
        + user_task("a")
        + user_task("b")
        + END
        + boundary("stop", "a", "error", "E1")
        + flows("s a e", "stop b e")
    )
    publish_files(rt, diagram("errors", body, error("E1")))
    case = started(rt, "errors")
    repair.throw_error(rt, head, case.id, open_tasks(rt)[0] & 0xFFFFFF, "E1", WHY)
    assert open_nodes(rt) == ["b"]


def test_an_error_that_nobody_handles_changes_nothing(rt: Runtime, head: Actor) -> None:
    publish_files(rt, chain("small", user_task("a")))
    case = started(rt, "small")
    with pytest.raises(StepFailed):
        repair.throw_error(rt, head, case.id, open_tasks(rt)[0] & 0xFFFFFF, "E1", WHY)
    assert open_nodes(rt) == ["a"]


@pytest.mark.parametrize("ends", [False, True], ids=["the case goes on", "the case is over"])
def test_an_operation_that_has_become_needless_is_not_promised_any_more(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    """Nobody waits for it: it is neither carried out nor left standing as a promise that nobody can keep."""
    carried_out: list[str] = []

    def ask(rt: Runtime, conn: Connection, call: Call) -> dict[str, str]:
        carried_out.append(call.topic)
        return {}

    monkeypatch.setitem(OPERATIONS, "registry.ask", ask)
    after = event("endEvent", "e2") if ends else user_task("b")
    end = "" if ends else " e"
    body = (
        START
        + service_task("op", "registry.ask")
        + END
        + after
        + boundary("stop", "op", "message", "msg.stop")
    )
    node = "e2" if ends else "b"
    publish_files(
        rt,
        diagram(
            "calls", body + flows("s op e", f"stop {node}{end}"), '<message id="msg_stop" name="msg.stop"/>'
        ),
    )
    clerk = make_actor(rt, "R05")
    case = open_case(rt, clerk, "calls")
    note_event(rt, clerk, case.id, "msg.stop")
    sweep_until_idle(rt)
    assert carried_out == []
    assert promises(rt) == 0


# --- passing over and moving


TWO_STEPS = chain("two", user_task("a", norm="T10", startTerms="T14"), user_task("b"), user_task("c"))


@pytest.fixture
def norms(rt: Runtime) -> None:
    """The norms that come with the product."""
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()


def open_terms_of(rt: Runtime, case: StartedCase) -> list[tuple[str, bool]]:
    """Running terms: (key, whether of one step)."""
    statement = select(term.c.key, term.c.task_id).where(term.c.case_id == case.id, term.c.ended_at.is_(None))
    with rt.database.read() as conn:
        return sorted((row.key, row.task_id is not None) for row in conn.execute(statement))


@pytest.mark.usefixtures("norms")
def test_a_step_passed_over_closes_with_its_own_term_and_begins_those_of_the_case(
    rt: Runtime, head: Actor
) -> None:
    publish_files(rt, TWO_STEPS)
    case = started(rt, "two")
    assert open_terms_of(rt, case) == [("T10", True)]
    repair.skip(rt, head, case.id, open_tasks(rt)[0] & 0xFFFFFF, {"итог": "да"}, WHY)
    assert open_nodes(rt) == ["b"]
    assert open_terms_of(rt, case) == [("T14", False)]
    with rt.database.read() as conn:
        told = told_last(rt, conn, head, case)
        assert case_variables(rt, conn, case_card(rt, conn, head, case.id)) == {"итог": "да"}
    assert told == {"действие": "пропустить шаг", "причина": WHY, "data": {"итог": "да"}}


def test_a_step_passed_over_makes_no_document(rt: Runtime, head: Actor) -> None:
    publish_files(rt, chain("papers", user_task("a", document="D25"), user_task("b")))
    case = started(rt, "papers")
    repair.skip(rt, head, case.id, open_tasks(rt)[0] & 0xFFFFFF, {}, WHY)
    assert promises(rt) == 0


@pytest.mark.usefixtures("norms")
def test_a_case_is_moved_to_another_step_and_the_history_says_where(rt: Runtime, head: Actor) -> None:
    publish_files(rt, TWO_STEPS)
    case = started(rt, "two")
    repair.move(rt, head, case.id, open_tasks(rt)[0] & 0xFFFFFF, "c", WHY)
    assert open_nodes(rt) == ["c"]
    assert open_terms_of(rt, case) == []
    with rt.database.read() as conn:
        assert told_last(rt, conn, head, case)["куда"] == "c"


@pytest.mark.usefixtures("norms")
def test_where_it_can_not_be_moved_nothing_changes(rt: Runtime, head: Actor) -> None:
    publish_files(rt, TWO_STEPS)
    case = started(rt, "two")
    with pytest.raises(StepFailed):
        repair.move(rt, head, case.id, open_tasks(rt)[0] & 0xFFFFFF, "s", WHY)
    assert open_nodes(rt) == ["a"]


@pytest.mark.usefixtures("norms")
def test_every_repair_is_noted_in_the_journal_without_values(rt: Runtime, head: Actor) -> None:
    publish_files(rt, TWO_STEPS)
    case = started(rt, "two")
    repair.skip(rt, head, case.id, open_tasks(rt)[0] & 0xFFFFFF, {"итог": "тайна"}, WHY)
    with rt.database.read() as conn:
        row = conn.execute(select(audit).where(audit.c.action == "repaired")).one()
    assert (row.actor_id, row.case_id) == (head.user_id, case.id)
    assert "тайна" not in row.details


# --- what a person needs to know


def view(rt: Runtime, actor: Actor, case: StartedCase) -> RepairView:
    with rt.database.read() as conn:
        return repair_view(rt, conn, actor, case.id)


def test_an_incident_names_the_element_the_reason_and_the_data_it_needs(rt: Runtime, head: Actor) -> None:
    publish_files(rt, STUCK)
    case = started(rt, "stuck")
    seen = view(rt, head, case).troubles[0]
    assert seen.step.name == "Что дальше?"
    assert "ни одно условие не выполнено" in seen.message
    assert seen.needs == (Need("доход", known=False),)
    repair.set_variables(rt, head, case.id, {"доход": Decimal(-5)}, WHY)
    assert view(rt, head, case).troubles[0].needs == (Need("доход", known=True, value=Decimal(-5)),)


def test_who_may_repair_but_not_see_the_case_is_told_names_without_values(rt: Runtime, head: Actor) -> None:
    publish_files(rt, STUCK)
    case = started(rt, "stuck")
    repair.set_variables(rt, head, case.id, {"доход": Decimal(-5)}, WHY)
    seen = view(rt, make_actor(rt, "R29"), case)
    assert (seen.shows_data, seen.label, seen.variables) == (False, "", {})
    assert seen.troubles[0].needs == (Need("доход", known=True),)


def test_the_data_of_a_called_process_are_corrected_there(rt: Runtime, head: Actor) -> None:
    caller = diagram(
        "caller", START + END + '<callActivity id="c" name="Вызов" calledElement="stuck"/>' + flows("s c e")
    )
    publish_files(rt, STUCK, caller)
    case = started(rt, "caller")
    element = standing_at(rt, head, case)
    repair.set_variables(rt, head, case.id, {"доход": Decimal(9)}, WHY, element)
    repair.retry(rt, head, case.id, element, WHY)
    assert open_nodes(rt) == ["stuck/a"]
    with rt.database.read() as conn:
        assert case_variables(rt, conn, case_card(rt, conn, head, case.id)) == {}


def test_cases_that_stand_are_listed_for_whoever_may_repair_them(rt: Runtime, head: Actor) -> None:
    publish_files(rt, STUCK)
    case = started(rt, "stuck")
    stranger = make_actor(rt, "R07", unit_id=town(rt).care)
    with rt.database.read() as conn:
        assert [found.case_id for found in standing_cases(rt, conn, head)] == [case.id]
        assert [found.case_id for found in standing_cases(rt, conn, make_actor(rt, "R29"))] == [case.id]
        assert standing_cases(rt, conn, stranger) == []
