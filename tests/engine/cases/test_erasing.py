"""Destroying what a case knows: for good, with a ground, and without harm to anything else."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from engine.access.tables import audit
from engine.cases.erasing import erase_case
from engine.cases.queries import case_card, case_history, case_variables
from engine.cases.service import StartedCase, cancel_case
from engine.cases.tables import case_, history, incident, outbox, wait
from engine.errors import Conflict, InvalidData, KeyDestroyed, NotAllowed, NotFound
from engine.jobs.sweep import sweep_until_idle
from engine.model import ERASED, Actor
from engine.runtime import Runtime
from engine.worklist.tables import task
from tests.factories.access import make_actor
from tests.factories.cases import (
    END,
    START,
    chain,
    diagram,
    flows,
    open_case,
    open_nodes,
    publish_files,
    timer,
    user_task,
)

ACT = "акт № 7 от 12.01.2026"


@pytest.fixture
def officer(rt: Runtime) -> Actor:
    """Who answers for personal data."""
    return make_actor(rt, "R28")


def stopped_case(rt: Runtime) -> StartedCase:
    publish_files(rt, chain("small", user_task("a")))
    case = open_case(rt, make_actor(rt, "R05"), "small", {"диагноз": "простуда"})
    cancel_case(rt, make_actor(rt, "R07"), case.id, "Гражданин отозвал согласие")
    return case


def test_nothing_of_an_erased_case_is_left_but_its_number_and_days(rt: Runtime, officer: Actor) -> None:
    case = stopped_case(rt)
    erase_case(rt, officer, case.id, ACT)
    with rt.database.read() as conn:
        card = case_card(rt, conn, officer, case.id)
        assert (card.number, card.label, card.active) == (case.number, ERASED, False)
        assert case_variables(rt, conn, card) == {}
        assert [entry.data for entry in case_history(rt, conn, card)] == [{}, {}]
        row = conn.execute(select(case_)).one()
        assert (row.state, row.label) == (None, b"")
        assert set(conn.execute(select(history.c.data)).scalars()) == {None}
    with pytest.raises(KeyDestroyed):
        rt.vault.seal(row.key_id, b"more", "case.label")


def test_the_journal_keeps_who_erased_and_on_what_ground(rt: Runtime, officer: Actor) -> None:
    case = stopped_case(rt)
    erase_case(rt, officer, case.id, ACT)
    with rt.database.read() as conn:
        row = conn.execute(select(audit).where(audit.c.action == "erased")).one()
    assert (row.actor_id, row.kind, row.case_id) == (officer.user_id, "case", case.id)
    assert ACT in row.details


@pytest.mark.parametrize("role", ["R05", "R07", "R27", "R29"])
def test_nobody_but_who_answers_for_personal_data_may_erase(rt: Runtime, role: str) -> None:
    case = stopped_case(rt)
    with pytest.raises(NotAllowed):
        erase_case(rt, make_actor(rt, role), case.id, ACT)


def test_a_running_case_is_stopped_first(rt: Runtime, officer: Actor) -> None:
    publish_files(rt, chain("small", user_task("a")))
    case = open_case(rt, make_actor(rt, "R05"), "small")
    with pytest.raises(Conflict):
        erase_case(rt, officer, case.id, ACT)
    assert open_nodes(rt) == ["a"]


def test_without_a_ground_or_a_case_nothing_is_erased(rt: Runtime, officer: Actor) -> None:
    case = stopped_case(rt)
    with pytest.raises(InvalidData):
        erase_case(rt, officer, case.id, "  ")
    with pytest.raises(NotFound):
        erase_case(rt, officer, case.id + 1, ACT)


def test_an_interrupted_destruction_is_ended_by_repeating_it(rt: Runtime, officer: Actor) -> None:
    case = stopped_case(rt)
    with rt.database.write() as conn:  # as far as the commit, not as far as the key
        conn.execute(update(case_).values(state=None))
        key_id = conn.execute(select(case_.c.key_id)).scalar_one()
    erase_case(rt, officer, case.id, ACT)
    erase_case(rt, officer, case.id, ACT)
    assert rt.vault.store.read([key_id]) == {key_id: None}


def test_a_case_that_lives_again_in_an_old_copy_is_ended_with_all_that_waits(
    rt: Runtime, officer: Actor
) -> None:
    publish_files(
        rt,
        diagram(
            "waits", START + user_task("a", document="D25") + timer("t", "PT1H") + END + flows("s a t e")
        ),
    )
    case = open_case(rt, make_actor(rt, "R05"), "waits")
    with rt.database.read() as conn:
        key_id = conn.execute(select(case_.c.key_id)).scalar_one()
    rt.vault.destroy(key_id)
    erase_case(rt, officer, case.id, ACT)
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        for table in (wait, outbox, incident):
            assert conn.execute(select(table)).all() == []
        assert conn.execute(select(task.c.status, task.c.closed_by)).one() == (2, officer.user_id)
        assert not case_card(rt, conn, officer, case.id).active
