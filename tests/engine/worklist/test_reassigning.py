"""Several steps handed over at once: each by itself, those that can't be stay with why."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from engine.access.absences import add_absence
from engine.access.actors import load_actor
from engine.cases.history import HistoryKind
from engine.cases.tables import history
from engine.errors import InvalidData, NotAllowed
from engine.model import SYSTEM, Actor
from engine.runtime import Runtime
from engine.worklist.candidates import candidates_for_several
from engine.worklist.notices import GIVEN, notice_list, unread_notices
from engine.worklist.reassigning import MOST, reassign_several
from engine.worklist.service import claim
from engine.worklist.tables import OPEN, task
from tests.factories.access import make_actor, town
from tests.factories.cases import chain, complete, open_case, open_tasks, publish_files, user_task


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    """Has three cases, each at its first step."""
    publish_files(rt, chain("small", user_task("a"), user_task("b", role="R10")))
    made = make_actor(rt, "R05")
    for _ in range(3):
        open_case(rt, made, "small")
    return load_actor(rt, made.user_id)


@pytest.fixture
def chief(rt: Runtime, clerk: Actor) -> Actor:
    return make_actor(rt, "R07")


def whose(rt: Runtime) -> dict[int, int | None]:
    """Open step → who has it."""
    with rt.database.read() as conn:
        rows = conn.execute(select(task.c.id, task.c.assignee_id).where(task.c.status == OPEN))
        return {row.id: row.assignee_id for row in rows}


def handed_over(rt: Runtime) -> list[int]:
    """Steps whose handing over stands in the history of their case."""
    with rt.database.read() as conn:
        wanted = select(history.c.task_id).where(history.c.kind == HistoryKind.REASSIGNED)
        return sorted(conn.execute(wanted).scalars())


def test_all_steps_go_to_one_person_and_the_history_of_each_case_says_so(
    rt: Runtime, clerk: Actor, chief: Actor
) -> None:
    other, steps = make_actor(rt, "R05"), open_tasks(rt, "a")
    assert reassign_several(rt, chief, [*steps, steps[0]], other.user_id, "Крылова в отпуске") == []
    assert whose(rt) == dict.fromkeys(steps, other.user_id)
    assert handed_over(rt) == sorted(steps)
    with rt.database.read() as conn:
        told = [(each.kind, each.task_id) for each in notice_list(rt, conn, other.user_id)]
        assert unread_notices(conn, chief.user_id) == 0
    assert sorted(told) == [(GIVEN, step) for step in sorted(steps)]
    assert reassign_several(rt, chief, steps[:2], None, "вернулась") == []
    assert sorted(whose(rt).values(), key=str) == [other.user_id, None, None]


def test_a_step_that_cannot_be_handed_over_holds_up_no_other(rt: Runtime, clerk: Actor, chief: Actor) -> None:
    other, steps = make_actor(rt, "R05"), open_tasks(rt, "a")
    complete(rt, clerk, "a")
    [secretary], plain = open_tasks(rt, "b"), open_tasks(rt, "a")
    [done] = set(steps) - set(plain)
    refused = reassign_several(rt, chief, [done, secretary, plain[0], 77, plain[1]], other.user_id, "надо")
    assert [each.task_id for each in refused] == [done, secretary, 77]
    assert "уже завершён" in refused[0].why
    assert "нет роли" in refused[1].why
    assert whose(rt) == {secretary: None, **dict.fromkeys(plain, other.user_id)}
    assert handed_over(rt) == sorted(plain)


def test_steps_of_another_department_stay_where_they_are(rt: Runtime, clerk: Actor) -> None:
    far, steps = make_actor(rt, "R07", unit_id=town(rt).care), open_tasks(rt, "a")
    with rt.database.read() as conn:
        assert candidates_for_several(rt, conn, far, steps, rt.clock.now()) == ([], [])
    refused = reassign_several(rt, far, steps, far.user_id, "возьму себе")
    assert [each.task_id for each in refused] == steps
    assert set(whose(rt).values()) == {None}
    with pytest.raises(NotAllowed):
        reassign_several(rt, clerk, steps, clerk.user_id, "возьму себе")


def test_without_a_reason_to_somebody_away_or_too_many_nothing_is_handed_over(
    rt: Runtime, clerk: Actor, chief: Actor
) -> None:
    away, steps = make_actor(rt, "R05"), open_tasks(rt, "a")
    add_absence(rt, SYSTEM, absent_id=away.user_id, first_day=date(2026, 1, 12), last_day=date(2026, 1, 30))
    for wanted, reason, field in (
        (steps, " ", "reason"),
        (steps, "отпуск", "to"),
        (range(1, MOST + 2), "отпуск", "step"),
    ):
        with pytest.raises(InvalidData) as refused:
            reassign_several(rt, chief, wanted, away.user_id, reason)
        assert list(refused.value.errors) == [field]
    assert set(whose(rt).values()) == {None}
    assert reassign_several(rt, chief, steps, away.user_id, "отпуск", even_absent=True) == []


def test_who_may_take_most_of_the_steps_stands_first(rt: Runtime, clerk: Actor, chief: Actor) -> None:
    busy, both = make_actor(rt, "R05"), make_actor(rt, "R05", "R10")
    complete(rt, clerk, "a")
    claim(rt, load_actor(rt, busy.user_id), open_tasks(rt, "a")[0])
    steps = [*open_tasks(rt, "a"), *open_tasks(rt, "b")]
    with rt.database.read() as conn:
        rows, found = candidates_for_several(rt, conn, chief, [*steps, 77], rt.clock.now())
    assert {row.task_id for row in rows} == set(steps)
    assert [(each.account_id, each.fits, each.open) for each in found] == [
        (both.user_id, 3, 0),
        (clerk.user_id, 2, 0),
        (busy.user_id, 1, 1),
    ]
