"""The inbox: who sees which steps, in which group, at which price."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update

from engine.access.actors import load_actor
from engine.clock import MovableClock
from engine.deadlines.due import is_overdue
from engine.deadlines.service import seed
from engine.model import Actor, Clock
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from engine.worklist.inbox import BUCKETS, Filter, InboxRow, inbox_counters, inbox_page, process_counters
from engine.worklist.service import claim
from engine.worklist.tables import task
from tests.factories.access import make_actor, make_runtime
from tests.factories.cases import chain, complete, open_case, open_tasks, publish_files, user_task

FRIDAY = datetime(2025, 12, 26, 7, tzinfo=UTC)


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    move(rt, FRIDAY)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    publish_files(
        rt,
        chain("quick", user_task("a", norm="T10")),
        chain("slow", user_task("b", norm="T12")),
        chain("other", user_task("c", role="R10")),
    )
    return make_actor(rt, "R05")


def move(rt: Runtime, to: datetime) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.set(to)


def page(rt: Runtime, actor: Actor, **wanted: object) -> list[InboxRow]:
    actor = load_actor(rt, actor.user_id)
    chosen = Filter(**{"queues": actor.queues, **wanted})  # type: ignore[arg-type]
    with rt.database.read() as conn:
        return inbox_page(rt, conn, chosen, rt.clock.now(), actor.unit_id)


def nodes(rows: Sequence[InboxRow]) -> list[str]:
    return [row.step.node for row in rows]


def test_a_person_sees_the_steps_of_their_role_by_due_moment_and_no_others(rt: Runtime, clerk: Actor) -> None:
    for process in ("slow", "other", "quick"):
        open_case(rt, clerk, process)
    assert nodes(page(rt, clerk)) == ["a", "b"]


def test_a_step_says_who_what_by_when_and_on_what_ground(rt: Runtime, clerk: Actor) -> None:
    case = open_case(rt, clerk, "slow")
    row = page(rt, clerk)[0]
    assert row.case_number == case.number
    assert row.label == "семья Лапшиных"
    assert row.step.name == "Шаг b"
    assert row.words.words.startswith("осталось 3")
    assert row.words.norm_words
    assert row.assignee_id is None


def test_every_step_lies_in_exactly_one_group_and_the_counters_agree(rt: Runtime, clerk: Actor) -> None:
    for process in ("quick", "slow", "slow"):
        open_case(rt, clerk, process)
    actor = load_actor(rt, clerk.user_id)
    for days in range(12):
        move(rt, FRIDAY + timedelta(days=days, hours=5))
        with rt.database.read() as conn:
            counted = inbox_counters(rt, conn, actor.queues, actor.own_queue, rt.clock.now(), actor.unit_id)
        found = {bucket: page(rt, clerk, bucket=bucket) for bucket in BUCKETS}
        assert {bucket: len(rows) for bucket, rows in found.items()} == {
            bucket: getattr(counted, bucket) for bucket in BUCKETS
        }
        assert sum(map(len, found.values())) == counted.total == 3
        assert all(row.bucket == bucket for bucket, rows in found.items() for row in rows)
        assert all(is_overdue(row.due, rt.clock.now()) for row in found["overdue"])
        assert not any(is_overdue(row.due, rt.clock.now()) for row in found["today"] + found["week"])


def test_a_taken_step_moves_from_the_role_to_the_person(rt: Runtime, clerk: Actor) -> None:
    open_case(rt, clerk, "quick")
    actor = load_actor(rt, clerk.user_id)
    claim(rt, actor, open_tasks(rt)[0])
    assert nodes(page(rt, clerk, queues=frozenset({actor.own_queue}))) == ["a"]
    assert page(rt, clerk, queues=actor.queues - {actor.own_queue}) == []


def test_pages_follow_one_another_without_gaps_or_repeats(rt: Runtime, clerk: Actor) -> None:
    for _ in range(7):
        open_case(rt, clerk, "slow")
    seen: list[int] = []
    after = None
    while rows := page(rt, clerk, limit=3, after=after):
        seen += [row.task_id for row in rows]
        after = rows[-1].cursor
    assert sorted(seen) == open_tasks(rt, "b")
    assert len(seen) == len(set(seen)) == 7


def test_pathways_are_counted_and_chosen(rt: Runtime, clerk: Actor) -> None:
    for process in ("quick", "slow", "slow"):
        open_case(rt, clerk, process)
    actor = load_actor(rt, clerk.user_id)
    with rt.database.read() as conn:
        found = process_counters(rt, conn, actor.queues)
    assert {each.key: each.count for each in found} == {"quick": 1, "slow": 2}
    assert nodes(page(rt, clerk, process="slow")) == ["b", "b"]


def test_a_finished_step_is_gone(rt: Runtime, clerk: Actor) -> None:
    open_case(rt, clerk, "quick")
    complete(rt, clerk, "a")
    assert page(rt, clerk) == []


def test_a_page_costs_the_same_few_statements_however_many_rows(rt: Runtime, clerk: Actor) -> None:
    prices = []
    for _ in range(2):
        for _ in range(5):
            open_case(rt, clerk, "slow")
        page(rt, clerk)
        with count_statements(rt.database) as counted:
            page(rt, clerk)
        prices.append(counted.statements)
    assert prices[0] == prices[1] <= 3


def test_nobody_with_no_queue_sees_anything(rt: Runtime, clerk: Actor) -> None:
    open_case(rt, clerk, "quick")
    assert page(rt, clerk, queues=frozenset()) == []


def test_a_paused_step_is_counted_and_listed_as_paused_alone(rt: Runtime, clerk: Actor) -> None:
    for process in ("quick", "slow"):
        open_case(rt, clerk, process)
    with rt.database.write() as conn:
        conn.execute(update(task).where(task.c.node == "a").values(clock=Clock.PAUSED))
    actor = load_actor(rt, clerk.user_id)
    with rt.database.read() as conn:
        counters = inbox_counters(rt, conn, actor.queues, actor.own_queue, rt.clock.now(), actor.unit_id)
    assert (counters.total, counters.paused, counters.overdue, counters.today) == (2, 1, 0, 0)
    assert nodes(page(rt, clerk, bucket="paused")) == ["a"]


def test_no_counter_looks_at_all_open_steps(tmp_path: Path) -> None:
    """On SQLite, whose plan does not hang on how many rows there are."""
    rt = make_runtime(tmp_path, f"sqlite:///{tmp_path}/marshrut.db")
    clerk = make_actor(rt, "R05")
    said: list[tuple[str, Any]] = []
    event.listen(
        rt.database.engines.reader,
        "before_cursor_execute",
        lambda _conn, _cursor, statement, parameters, *_: said.append((statement, parameters)),
    )
    with rt.database.read() as conn:
        inbox_counters(rt, conn, clerk.queues, clerk.own_queue, rt.clock.now(), clerk.unit_id)
        statement, parameters = said[-1]
        plan = [row.detail for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    scans = [line for line in plan if " task " in line]
    assert len(scans) == 8
    assert all("(queue_id=?" in line for line in scans)
    assert sum("ix_task_paused" in line for line in scans) == 1
