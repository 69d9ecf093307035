"""Running cases moved to a new version: what stays, what follows, who may, and taking it back."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from engine.access.actors import load_actor
from engine.access.queues import queue_for
from engine.access.tables import audit
from engine.bootstrap import open_runtime
from engine.cases import repair
from engine.cases.clocks import extend_term, pause_term, resume_term
from engine.cases.history import HistoryKind
from engine.cases.queries import case_card, case_history, case_position
from engine.cases.service import StartedCase
from engine.cases.tables import case_, incident, outbox, wait
from engine.cases.timers import fire_due
from engine.clock import MovableClock
from engine.deadlines.norm_file import norm_of
from engine.deadlines.queries import case_terms
from engine.deadlines.service import add_norm_edition, seed
from engine.deadlines.tables import term, term_extension, term_pause
from engine.definitions.files import Upload
from engine.errors import Conflict, InvalidData, NotAllowed, NotFound
from engine.formjs import UNREAD
from engine.model import SYSTEM, Actor
from engine.model import Outcome as TermOutcome
from engine.runtime import Runtime
from engine.storage.rows import AnyRow
from engine.versions.moving import move_case, move_cases, moved_cases, undo_move, undo_moves
from engine.versions.planning import Outcome, Verdict, judge_cases, make_plan, plan_of
from engine.worklist.casework import finished_tasks
from engine.worklist.service import claim, load_draft, save_draft
from engine.worklist.tables import OPEN, task
from tests.engine.definitions.drawing import form, text_field
from tests.factories.access import MONDAY, make_account, make_actor, make_runtime, make_settings, town
from tests.factories.cases import (
    END,
    START,
    boundary,
    boundary_timer,
    chain,
    complete,
    condition,
    diagram,
    exclusive,
    flows,
    message,
    open_case,
    open_nodes,
    open_tasks,
    publish_files,
    service_task,
    user_task,
)

WHY = "Вышла новая редакция"


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    return make_actor(rt, "R05")


@pytest.fixture
def head(rt: Runtime) -> Actor:
    """The head of the department, who may repair its cases."""
    return make_actor(rt, "R07")


def two(*more: str, role: str = "R05", **properties: str) -> Upload:
    return chain("small", user_task("a", role, **properties), user_task("b"), *more)


def plan(rt: Runtime, version: int = 2, process: str = "small", **renames: str) -> int:
    return make_plan(rt, SYSTEM, process, version, renames)


def verdicts(rt: Runtime, plan_id: int, actor: Actor = SYSTEM) -> list[Verdict]:
    with rt.database.read() as conn:
        return list(judge_cases(rt, conn, actor, plan_of(conn, actor, plan_id)).verdicts)


def only(rt: Runtime, plan_id: int) -> tuple[Outcome, str]:
    (found,) = verdicts(rt, plan_id)
    return found.outcome, found.reason


def row(rt: Runtime, statement: Any) -> AnyRow:
    with rt.database.read() as conn:
        return conn.execute(statement).one()


def seeded(rt: Runtime) -> None:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()


def changed_after(rt: Runtime, clerk: Actor, before: Upload, *after: Upload, **data: Any) -> StartedCase:
    """A case of the version before, and then the version after is published."""
    publish_files(rt, before)
    case = open_case(rt, clerk, before.name.removesuffix(".bpmn"), data)
    publish_files(rt, *after)
    return case


# --- moving


def test_a_case_goes_the_new_way_and_its_step_stays_as_it_is(rt: Runtime, clerk: Actor, head: Actor) -> None:
    seeded(rt)
    case = changed_after(rt, clerk, two(norm="T10"), two(user_task("c"), norm="T11"))
    before = row(rt, select(task).where(task.c.case_id == case.id))
    move_case(rt, head, plan(rt), case.id, WHY)
    after = row(rt, select(task).where(task.c.case_id == case.id))
    assert after == before
    for node in ("a", "b"):
        complete(rt, clerk, node)
    assert open_nodes(rt) == ["c"]


def test_a_step_follows_the_role_of_the_new_version_unless_somebody_has_taken_it(
    rt: Runtime, clerk: Actor, head: Actor
) -> None:
    publish_files(rt, two())
    lying, taken = open_case(rt, clerk, "small"), open_case(rt, clerk, "small")
    claim(rt, load_actor(rt, clerk.user_id), open_tasks(rt)[1])
    publish_files(rt, two(role="R07"))
    move_cases(rt, head, plan(rt), WHY)
    with rt.database.write() as conn:
        queue = queue_for(rt, conn, ["R07"], clerk.unit_id)
    first, second = (row(rt, select(task).where(task.c.case_id == each.id)) for each in (lying, taken))
    assert (first.queue_id, first.role_queue_id) == (queue, queue)
    assert (second.assignee_id, second.role_queue_id) == (clerk.user_id, queue)
    assert second.queue_id != queue


def asking(*fields: str, steps: int = 1) -> list[Upload]:
    step = user_task("a").replace("camunda:", 'camunda:formRef="F1" camunda:', 1)
    return [
        chain("small", step, *(user_task(f"s{n}") for n in range(steps))),
        form("F1", *map(text_field, fields)),
    ]


def test_a_draft_keeps_what_the_new_form_still_asks(rt: Runtime, clerk: Actor, head: Actor) -> None:
    publish_files(rt, *asking("итог", "мера"))
    case = open_case(rt, clerk, "small")
    number = open_tasks(rt)[0]
    typed = {"итог": "да", "мера": "иная", UNREAD: {"итог.0.лет": "12а", "мера": "завтра"}}
    save_draft(rt, load_actor(rt, clerk.user_id), number, typed)
    publish_files(rt, *asking("итог", steps=2))
    moved = move_case(rt, head, plan(rt), case.id, WHY)
    key_id = row(rt, select(case_.c.key_id)).key_id

    def draft() -> dict[str, Any]:
        with rt.database.read() as conn:
            kept = load_draft(rt, conn, key_id, number)
            assert kept is not None
            return kept[0]

    assert draft() == {"итог": "да", UNREAD: {"итог.0.лет": "12а"}}
    undo_move(rt, head, moved, WHY)
    assert draft() == typed


def test_timers_keep_their_moments_and_new_events_are_waited_for(
    rt: Runtime, clerk: Actor, head: Actor
) -> None:
    def timed(length: str, *more: str, roots: str = "") -> Upload:
        body = (
            START + user_task("a") + END + boundary_timer("t", "a", length) + flows("s a e") + "".join(more)
        )
        return diagram("small", body, roots)

    heard = boundary("m", "a", "message", "msg.stop")
    case = changed_after(rt, clerk, timed("P10D"), timed("P1D", heard, roots=message("msg.stop")))
    before = row(rt, select(wait))
    move_case(rt, head, plan(rt), case.id, WHY)
    with rt.database.read() as conn:
        rows = {found.node: found for found in conn.execute(select(wait))}
        promised = list(conn.execute(select(outbox.c.kind)).scalars())
    assert rows["t"] == before
    assert rows["m"].name == "msg.stop"
    assert promised == ["collect"]


def test_an_element_with_another_id_is_mapped(rt: Runtime, clerk: Actor, head: Actor) -> None:
    case = changed_after(rt, clerk, two(), chain("small", user_task("first"), user_task("b")))
    (found,) = verdicts(rt, plan(rt))
    assert (found.outcome, found.lacks) == (Outcome.CANNOT, "a")
    move_case(rt, head, plan(rt, a="first"), case.id, WHY)
    assert open_nodes(rt) == ["first"]
    complete(rt, clerk, "first")
    assert open_nodes(rt) == ["b"]


def test_what_stands_still_moves_and_is_tried_again_there(rt: Runtime, clerk: Actor, head: Actor) -> None:
    def choice(gateway: str, text: str) -> Upload:
        body = START + exclusive(gateway) + user_task("a") + END + flows(f"s {gateway}", "a e")
        return diagram("small", body + condition(gateway, "a", text))

    case = changed_after(rt, clerk, choice("g", "false"), choice("g2", "true"))
    move_case(rt, head, plan(rt, g="g2"), case.id, WHY)
    found = row(rt, select(incident).where(incident.c.solved_at.is_(None)))
    assert found.node == "g2"
    repair.retry(rt, head, case.id, found.element & 0xFFFFFF, WHY)
    assert open_nodes(rt) == ["a"]


def test_only_the_called_process_may_have_changed(rt: Runtime, clerk: Actor, head: Actor) -> None:
    caller = diagram(
        "small", START + END + '<callActivity id="c" name="В" calledElement="q"/>' + flows("s c e")
    )
    publish_files(rt, caller, chain("q", user_task("x")))
    case = open_case(rt, clerk, "small")
    publish_files(rt, chain("q", user_task("x"), user_task("y")))
    move_case(rt, head, plan(rt, version=1), case.id, WHY)
    complete(rt, clerk, "q/x")
    assert open_nodes(rt) == ["q/y"]


# --- what a case says to a plan


def test_a_running_operation_is_waited_for(rt: Runtime, clerk: Actor) -> None:
    def calling(*tasks: str) -> Upload:
        ids = " ".join(each.split('id="')[1].split('"')[0] for each in tasks)
        body = START + service_task("op", "registry.ask") + "".join(tasks) + END
        return diagram("small", body + flows(f"s op {ids} e"))

    changed_after(rt, clerk, calling(user_task("a")), calling(user_task("a"), user_task("b")))
    outcome, reason = only(rt, plan(rt))
    assert outcome is Outcome.WAITS
    assert "операция" in reason


def test_a_way_that_stops_later_on_the_new_version_only_can_not_be_taken(
    rt: Runtime, clerk: Actor, head: Actor
) -> None:
    def later(text: str) -> Upload:
        body = START + user_task("a") + exclusive("g") + user_task("b") + END + flows("s a g", "b e")
        return diagram("small", body + condition("g", "b", text))

    case = changed_after(rt, clerk, later("true"), later("доход > 5"))
    plan_id = plan(rt)
    outcome, reason = only(rt, plan_id)
    assert outcome is Outcome.CANNOT
    assert "Проба до конца" in reason
    assert "«Что дальше?»" in reason
    with pytest.raises(Conflict):
        move_case(rt, head, plan_id, case.id, WHY)


def test_a_way_that_stops_on_both_versions_is_no_reason(rt: Runtime, clerk: Actor) -> None:
    def later(*tasks: str) -> Upload:
        ids = " ".join(each.split('id="')[1].split('"')[0] for each in tasks)
        body = START + "".join(tasks) + exclusive("g") + user_task("z") + END + flows(f"s {ids} g", "z e")
        return diagram("small", body + condition("g", "z", "false"))

    changed_after(rt, clerk, later(user_task("a")), later(user_task("a"), user_task("b")))
    assert only(rt, plan(rt))[0] is Outcome.MOVES


def test_a_plan_changes_nothing(rt: Runtime, clerk: Actor) -> None:
    changed_after(rt, clerk, two(), two(user_task("c")))
    before = row(rt, select(case_))
    assert only(rt, plan(rt))[0] is Outcome.MOVES
    assert row(rt, select(case_)) == before


def test_cases_of_a_newer_release_are_left_alone(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, two())
    plan_id = plan(rt, version=1)
    publish_files(rt, two(user_task("c")))
    open_case(rt, clerk, "small")
    assert verdicts(rt, plan_id) == []


def test_a_version_that_does_not_exist_is_refused(rt: Runtime) -> None:
    publish_files(rt, two())
    with pytest.raises(NotFound):
        plan(rt, version=7)
    with pytest.raises(InvalidData):
        plan(rt, version=1, a="nowhere")


def test_a_stopped_and_a_lengthened_term_move_as_they_are(rt: Runtime, clerk: Actor, head: Actor) -> None:
    seeded(rt)
    plain = {"value": 10, "unit": "working", "start": "step", "act": "порядок", "mark": "P"}
    longer = {"value": 5, "unit": "working", "by": "R05", "ground": "проверка"}
    for key, more in (("X1", {"pause": ["больница"]}), ("X2", {"extension": longer})):
        add_norm_edition(rt, SYSTEM, norm_of({"key": key, "title": f"Норма {key}", **plain, **more}))

    def watched(*more: str) -> Upload:
        over = boundary_timer("over", "b", '=term("X1")')
        body = START + user_task("a", startTerms="X1, X2") + user_task("b", norm="X1", endTerms="X1, X2")
        late = user_task("late") + '<endEvent id="e2"/>'
        return diagram("small", body + END + over + late + "".join(more) + flows("s a b e", "over late e2"))

    case = changed_after(rt, clerk, watched())
    complete(rt, clerk, "a")
    who = load_actor(rt, clerk.user_id)
    with rt.database.read() as conn:
        numbers = {each.key: each.id for each in case_terms(conn, case.id)}
    extend_term(rt, who, numbers["X2"], 5)
    pause_term(rt, who, numbers["X1"], "больница")

    def kept() -> list[AnyRow]:
        with rt.database.read() as conn:
            tables = (term, term_pause, term_extension, task.alias(), wait)
            return [found for each in tables for found in conn.execute(select(each))]

    before = kept()
    publish_files(rt, watched('<textAnnotation id="n"><text>Новое</text></textAnnotation>'))
    moved = move_case(rt, head, plan(rt), case.id, WHY)
    assert kept() == before
    undo_move(rt, head, moved, WHY)
    assert kept() == before
    move_case(rt, head, plan(rt), case.id, WHY)
    clock = rt.clock
    assert isinstance(clock, MovableClock)
    clock.advance(timedelta(days=100))
    fire_due(rt)
    assert open_nodes(rt) == ["b"]
    resume_term(rt, load_actor(rt, clerk.user_id), numbers["X1"])
    complete(rt, clerk, "b")
    with rt.database.read() as conn:
        outcomes = {each.key: each.outcome for each in case_terms(conn, case.id)}
    assert outcomes == {"X1": TermOutcome.MET, "X2": TermOutcome.BREACHED}


# --- taking it back


def test_a_move_is_taken_back_while_nothing_has_happened(rt: Runtime, clerk: Actor, head: Actor) -> None:
    case = changed_after(rt, clerk, two(), two(user_task("c"), role="R07"))
    before = row(rt, select(case_)), row(rt, select(task))
    moved = move_case(rt, head, plan(rt), case.id, WHY)
    undo_move(rt, head, moved, "Поспешили")
    after = row(rt, select(case_)), row(rt, select(task))
    assert (after[0].release_id, after[1]) == (before[0].release_id, before[1])
    for node in ("a", "b"):
        complete(rt, clerk, node)
    assert open_nodes(rt) == []
    with pytest.raises(NotFound):
        undo_move(rt, head, moved, "Ещё раз")


def test_a_case_that_has_gone_on_is_taken_back_where_it_stands(
    rt: Runtime, clerk: Actor, head: Actor
) -> None:
    case = changed_after(rt, clerk, two(), two(user_task("c")))
    moved = move_case(rt, head, plan(rt), case.id, WHY)
    complete(rt, clerk, "a")
    step = row(rt, select(task).where(task.c.status == OPEN))
    undo_move(rt, head, moved, "Поспешили")
    assert row(rt, select(case_.c.release_id)).release_id == 1
    assert row(rt, select(task).where(task.c.status == OPEN)) == step
    complete(rt, clerk, "b")
    assert open_nodes(rt) == []
    with pytest.raises(NotFound):
        undo_move(rt, head, moved, "Ещё раз")


def test_a_case_that_has_gone_where_the_earlier_version_has_nothing_stays_and_says_so(
    rt: Runtime, clerk: Actor, head: Actor
) -> None:
    case = changed_after(rt, clerk, two(), two(user_task("c")))
    moved = move_case(rt, head, plan(rt), case.id, WHY)
    complete(rt, clerk, "a")
    complete(rt, clerk, "b")
    with pytest.raises(Conflict, match=r"уже пошло дальше.*«Шаг c»"):
        undo_move(rt, head, moved, WHY)
    assert (open_nodes(rt), row(rt, select(case_.c.release_id)).release_id) == (["c"], 2)


def test_a_mapping_is_turned_round_on_the_way_back(rt: Runtime, clerk: Actor, head: Actor) -> None:
    case = changed_after(rt, clerk, two(), chain("small", user_task("a"), user_task("second")))
    moved = move_case(rt, head, plan(rt, b="second"), case.id, WHY)
    complete(rt, clerk, "a")
    assert open_nodes(rt) == ["second"]
    undo_move(rt, head, moved, WHY)
    assert open_nodes(rt) == ["b"]


def test_of_two_moves_the_later_one_is_taken_back_first(rt: Runtime, clerk: Actor, head: Actor) -> None:
    case = changed_after(rt, clerk, two(), two(user_task("c")))
    first = move_case(rt, head, plan(rt), case.id, WHY)
    publish_files(rt, two(user_task("d")))
    second = move_case(rt, head, plan(rt, 3), case.id, WHY)
    complete(rt, clerk, "a")
    with pytest.raises(Conflict, match="перевели ещё раз"):
        undo_move(rt, head, first, WHY)
    undo_move(rt, head, second, WHY)
    undo_move(rt, head, first, WHY)
    assert (open_nodes(rt), row(rt, select(case_.c.release_id)).release_id) == (["b"], 1)


def test_a_case_that_is_over_is_not_taken_back(rt: Runtime, clerk: Actor, head: Actor) -> None:
    case = changed_after(rt, clerk, two(), two(user_task("c")))
    moved = move_case(rt, head, plan(rt), case.id, WHY)
    for node in ("a", "b", "c"):
        complete(rt, clerk, node)
    with pytest.raises(Conflict, match="завершено"):
        undo_move(rt, head, moved, WHY)


def test_a_whole_plan_is_carried_out_and_taken_back_case_by_case(
    rt: Runtime, clerk: Actor, head: Actor
) -> None:
    publish_files(rt, two())
    cases = [open_case(rt, clerk, "small") for _ in range(3)]
    complete(rt, clerk, "a")
    publish_files(rt, chain("small", user_task("a"), user_task("c")))
    plan_id = plan(rt)
    done = move_cases(rt, head, plan_id, WHY)
    assert [each.done for each in done] == [False, True, True]
    assert "«Шаг b»" in done[0].reason
    complete(rt, clerk, "a")
    complete(rt, clerk, "c")
    assert [each.done for each in undo_moves(rt, head, plan_id, WHY)] == [True, False]
    with rt.database.read() as conn:
        assert [each.case_id for each in moved_cases(conn, head, plan_id)] == [cases[1].id]


# --- who may


def test_the_methodologist_plans_and_the_head_carries_out(rt: Runtime, clerk: Actor, head: Actor) -> None:
    case = changed_after(rt, clerk, two(), two(user_task("c")))
    methodologist = make_actor(rt, "R25")
    plan_id = make_plan(rt, methodologist, "small", 2, {})
    assert len(verdicts(rt, plan_id, methodologist)) == 1
    with pytest.raises(NotAllowed):
        move_case(rt, methodologist, plan_id, case.id, WHY)
    with pytest.raises(NotAllowed):
        make_plan(rt, head, "small", 2, {})
    with pytest.raises(NotAllowed):
        verdicts(rt, plan_id, clerk)
    move_case(rt, head, plan_id, case.id, WHY)


def test_a_head_moves_the_cases_of_the_own_department_only(rt: Runtime, clerk: Actor) -> None:
    case = changed_after(rt, clerk, two(), two(user_task("c")))
    stranger, plan_id = make_actor(rt, "R07", unit_id=town(rt).care), plan(rt)
    assert verdicts(rt, plan_id, stranger) == []
    assert move_cases(rt, stranger, plan_id, WHY) == []
    with pytest.raises(NotAllowed):
        move_case(rt, stranger, plan_id, case.id, WHY)


def test_without_a_reason_nothing_moves(rt: Runtime, clerk: Actor, head: Actor) -> None:
    case = changed_after(rt, clerk, two(), two(user_task("c")))
    with pytest.raises(InvalidData):
        move_case(rt, head, plan(rt), case.id, " ")


def test_the_history_and_the_journal_say_who_moved_it_and_why(rt: Runtime, clerk: Actor, head: Actor) -> None:
    case = changed_after(rt, clerk, two(), two(user_task("c")))
    move_case(rt, head, plan(rt), case.id, WHY)

    def newest(conn: Connection) -> Any:
        return case_history(rt, conn, case_card(rt, conn, head, case.id))[0]

    with rt.database.read() as conn:
        entry = newest(conn)
        noted = conn.execute(select(audit).where(audit.c.action == "moved")).one()
    assert (entry.kind, entry.actor_id) == (HistoryKind.MOVED, head.user_id)
    assert entry.data["data"]["причина"] == WHY
    assert (noted.case_id, noted.actor_id) == (case.id, head.user_id)


def test_what_was_done_before_keeps_its_name(rt: Runtime, clerk: Actor, head: Actor) -> None:
    publish_files(rt, two())
    case = open_case(rt, clerk, "small")
    complete(rt, clerk, "a")
    publish_files(rt, chain("small", user_task("first"), user_task("b")))
    move_case(rt, head, plan(rt), case.id, WHY)
    with rt.database.read() as conn:
        card = case_card(rt, conn, head, case.id)
        names = [entry.name for entry in case_history(rt, conn, card)]
        done = finished_tasks(rt, conn, card, rt.clock.now())
    assert "Шаг a" in names
    assert [each.step.name for each in done] == ["Шаг a"]


# --- losing nothing


def test_killed_in_the_middle_every_case_is_wholly_here_or_there(
    tmp_path: Path, installed_database_url: str
) -> None:
    rt = make_runtime(tmp_path, installed_database_url)
    publish_files(rt, two())
    clerk, head = make_actor(rt, "R05"), make_account(rt, "R07")
    for _ in range(3):
        open_case(rt, clerk, "small")
    publish_files(rt, two(user_task("c")))
    plan_id = plan(rt)
    close(rt)
    for boundary_number in range(1, 8):
        os.waitpid(_killed_at(boundary_number, tmp_path, installed_database_url, head, plan_id), 0)
        rt = open_runtime(make_settings(tmp_path, installed_database_url), MovableClock(MONDAY))
        with rt.database.read() as conn:
            kept = {each.case_id for each in moved_cases(conn, SYSTEM, plan_id)}
            for found in conn.execute(select(case_.c.id, case_.c.release_id)).all():
                assert (found.release_id == 2) == (found.id in kept)
                case_position(rt, conn, case_card(rt, conn, SYSTEM, found.id))
        close(rt)
    rt = open_runtime(make_settings(tmp_path, installed_database_url), MovableClock(MONDAY))
    move_cases(rt, SYSTEM, plan_id, WHY)
    assert open_nodes(rt) == ["a"] * 3
    with rt.database.read() as conn:
        assert len(moved_cases(conn, SYSTEM, plan_id)) == 3
    close(rt)


def _killed_at(number: int, folder: Path, url: str, account: int, plan_id: int) -> int:
    """Move all cases in a process that dies at the boundary of a commit of that number."""
    child = os.fork()
    if child:
        return child
    rt = open_runtime(make_settings(folder, url), MovableClock(MONDAY))
    passed = 0

    def pass_boundary(*_: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == number:
            os.kill(os.getpid(), signal.SIGKILL)

    writer = rt.database.engines.writer
    event.listen(writer, "commit", pass_boundary)
    event.listen(writer, "checkin", pass_boundary)
    move_cases(rt, load_actor(rt, account), plan_id, WHY)
    os._exit(0)


def close(rt: Runtime) -> None:
    rt.database.close()
    rt.vault.store.database.close()
