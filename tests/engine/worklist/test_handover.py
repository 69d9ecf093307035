"""Handing over the work of whoever leaves, and telling the substitute of terms."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from engine.access.actors import load_actor
from engine.access.service import WorkLeft, set_active
from engine.cases.history import HistoryKind
from engine.cases.tables import case_, history
from engine.errors import InvalidData, NotAllowed
from engine.model import SYSTEM, Actor
from engine.runtime import Runtime
from engine.worklist.handover import Work, hand_over, recipients, work_of
from engine.worklist.service import claim, load_draft, save_draft
from engine.worklist.tables import task
from tests.factories.access import make_account, make_actor, town
from tests.factories.cases import chain, open_case, open_tasks, publish_files, user_task

CASES = 5


def leaver_with_work(rt: Runtime) -> Actor:
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    made = make_actor(rt, "R05")
    for _number in range(CASES):
        open_case(rt, made, "small")
    leaver = load_actor(rt, made.user_id)
    for number in open_tasks(rt):
        claim(rt, leaver, number)
    return leaver


def holders_of(rt: Runtime) -> tuple[set[int | None], set[int | None]]:
    """Whose the steps and the cases are."""
    with rt.database.read() as conn:
        steps = set(conn.execute(select(task.c.assignee_id)).scalars())
        return steps, set(conn.execute(select(case_.c.owner_id)).scalars())


def entries(rt: Runtime) -> int:
    kinds = select(func.count()).where(history.c.kind == HistoryKind.HANDED_OVER)
    with rt.database.read() as conn:
        return int(conn.execute(kinds).scalar_one())


def test_everything_goes_over_batch_by_batch_and_a_second_run_changes_nothing(rt: Runtime) -> None:
    leaver, head, heir = leaver_with_work(rt), make_actor(rt, "R07"), make_account(rt, "R05")
    save_draft(rt, leaver, open_tasks(rt)[0], {"цель": "доход"})
    assert work_of(rt, head, leaver.user_id, heir) == Work(CASES, CASES)
    assert hand_over(rt, head, leaver.user_id, heir, "Уволен", limit=3) == Work(2, 2)
    assert hand_over(rt, head, leaver.user_id, heir, "Уволен", limit=3) == Work(0, 0)
    assert hand_over(rt, head, leaver.user_id, heir, "Уволен") == Work(0, 0)
    assert holders_of(rt) == ({heir}, {heir})
    assert entries(rt) == CASES
    with rt.database.read() as conn:
        key_id = conn.execute(select(case_.c.key_id).order_by(case_.c.id)).scalars().first()
        assert key_id is not None
        assert load_draft(rt, conn, key_id, open_tasks(rt)[0]) is not None


def test_two_at_once_leave_one_line_in_each_history(rt: Runtime) -> None:
    leaver, head, heir = leaver_with_work(rt), make_actor(rt, "R07"), make_account(rt, "R05")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _n: hand_over(rt, head, leaver.user_id, heir, "Уволен"), range(2)))
    assert holders_of(rt) == ({heir}, {heir})
    assert entries(rt) == CASES


def test_a_step_whose_role_the_new_one_lacks_goes_back_to_the_role(rt: Runtime) -> None:
    leaver, head, heir = leaver_with_work(rt), make_actor(rt, "R07"), make_account(rt, "R08")
    assert work_of(rt, head, leaver.user_id, heir).to_role == CASES
    hand_over(rt, head, leaver.user_id, heir, "Уволен")
    assert holders_of(rt) == ({None}, {heir})


def test_only_who_leads_hands_over_and_only_inside_the_organisation_with_a_reason(rt: Runtime) -> None:
    leaver, head = leaver_with_work(rt), make_actor(rt, "R07")
    outside = make_account(rt, "R05", unit_id=town(rt).administration)
    assert outside not in [each.id for each in recipients(rt, head, leaver.user_id)]
    for to, reason in ((outside, "Уволен"), (head.user_id, " ")):
        with pytest.raises(InvalidData):
            hand_over(rt, head, leaver.user_id, to, reason)
    with pytest.raises(NotAllowed):
        hand_over(rt, leaver, leaver.user_id, head.user_id, "Уволен")
    assert holders_of(rt) == ({leaver.user_id}, {leaver.user_id})


def test_an_account_with_work_is_closed_only_on_purpose(rt: Runtime) -> None:
    leaver, head, heir = leaver_with_work(rt), make_actor(rt, "R07"), make_account(rt, "R05")
    with pytest.raises(WorkLeft):
        set_active(rt, SYSTEM, leaver.user_id, active=False)
    set_active(rt, SYSTEM, leaver.user_id, active=False, even_with_work=True)
    assert rt.directory.tree().in_office(leaver.user_id) is None
    hand_over(rt, head, leaver.user_id, heir, "Уволен")
    assert rt.directory.tree().in_office(leaver.user_id) == heir
    set_active(rt, SYSTEM, heir, active=False, even_with_work=True)
    assert rt.directory.tree().in_office(leaver.user_id) is None
