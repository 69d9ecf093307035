"""Taking, returning, handing over, keeping a draft."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.queries import case_card, case_history
from engine.cases.tables import case_
from engine.errors import AlreadyCompleted, Conflict, InvalidData, NewerDraft, NotAllowed
from engine.model import Actor
from engine.runtime import Runtime
from engine.worklist.service import claim, give_back, load_draft, reassign, save_draft
from engine.worklist.tables import task
from tests.factories.access import make_actor
from tests.factories.cases import chain, complete, open_case, open_tasks, publish_files, user_task


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    made = make_actor(rt, "R05")
    open_case(rt, made, "small")
    return load_actor(rt, made.user_id)


def step(rt: Runtime) -> int:
    return open_tasks(rt)[0]


def assignee(rt: Runtime) -> int | None:
    with rt.database.read() as conn:
        found: int | None = conn.execute(select(task.c.assignee_id).where(task.c.id == step(rt))).scalar_one()
    return found


def kept(rt: Runtime, number: int) -> object:
    with rt.database.read() as conn:
        key_id = conn.execute(select(case_.c.key_id)).scalar_one()
        found = load_draft(rt, conn, key_id, number)
    return found[0] if found else None


def test_who_comes_second_is_told_who_has_the_step(rt: Runtime, clerk: Actor) -> None:
    second = make_actor(rt, "R05")
    claim(rt, clerk, step(rt))
    claim(rt, clerk, step(rt))
    with pytest.raises(Conflict, match="уже взял другой сотрудник"):
        claim(rt, load_actor(rt, second.user_id), step(rt))
    assert assignee(rt) == clerk.user_id


def test_a_step_goes_back_to_its_role_with_its_draft(rt: Runtime, clerk: Actor) -> None:
    claim(rt, clerk, step(rt))
    save_draft(rt, clerk, step(rt), {"цель": "доход"})
    give_back(rt, clerk, step(rt))
    assert assignee(rt) is None
    assert kept(rt, step(rt)) == {"цель": "доход"}


def test_only_ones_own_step_can_be_returned(rt: Runtime, clerk: Actor) -> None:
    with pytest.raises(NotAllowed):
        give_back(rt, clerk, step(rt))


def test_a_draft_lies_sealed_and_is_gone_with_the_step(rt: Runtime, clerk: Actor) -> None:
    number = step(rt)
    save_draft(rt, clerk, number, {"фамилия": "Лапшина"})
    with rt.database.read() as conn:
        raw = conn.execute(select(task.c.draft).where(task.c.id == number)).scalar_one()
    assert "Лапшина".encode() not in raw
    complete(rt, clerk, "a")
    with rt.database.read() as conn:
        assert conn.execute(select(task.c.draft).where(task.c.id == number)).scalar_one() is None
    with pytest.raises(AlreadyCompleted):
        save_draft(rt, clerk, number, {})


def test_a_draft_that_comes_twice_is_kept_once_and_another_one_asks(rt: Runtime, clerk: Actor) -> None:
    """The answer to the first was lost: whoever typed it sends it again on what they knew before."""
    number = step(rt)
    kept = save_draft(rt, clerk, number, {"цель": "доход"}, base=0)
    assert int(save_draft(rt, clerk, number, {"цель": "доход"}, base=0).timestamp()) == int(kept.timestamp())
    with pytest.raises(NewerDraft):
        save_draft(rt, clerk, number, {"цель": "жильё"}, base=0)


def test_two_pages_that_hold_the_same_text_are_not_asked_which_of_them_stays(
    rt: Runtime, clerk: Actor
) -> None:
    """One has begun from the saved draft: its fields stand in another order, and empty ones are left out."""
    number = step(rt)
    first = {"цель": "доход", "срок": 3, "меры": [{"мера": "Дрова", "кто": ""}], "семья": {"отец": None}}
    save_draft(rt, clerk, number, first, base=0)
    save_draft(
        rt, clerk, number, {"меры": [{"мера": "Дрова"}], "срок": 3, "цель": "доход", "итог": ""}, base=0
    )
    for other in ({**first, "срок": 0}, {**first, "меры": []}, {**first, "согласие": False}):
        with pytest.raises(NewerDraft):
            save_draft(rt, clerk, number, other, base=0)


def test_a_draft_without_end_is_refused(rt: Runtime, clerk: Actor) -> None:
    with pytest.raises(InvalidData):
        save_draft(rt, clerk, step(rt), {"текст": "я" * 1_000_000})


def test_a_chief_hands_a_step_to_a_colleague_of_the_role_with_a_reason(rt: Runtime, clerk: Actor) -> None:
    chief, other = make_actor(rt, "R07"), make_actor(rt, "R05")
    with pytest.raises(InvalidData):
        reassign(rt, chief, step(rt), other.user_id, " ")
    reassign(rt, chief, step(rt), other.user_id, "Крылова в отпуске")
    assert assignee(rt) == other.user_id
    with rt.database.read() as conn:
        card = case_card(rt, conn, clerk, conn.execute(select(case_.c.id)).scalar_one())
        newest = case_history(rt, conn, card)[0]
    assert newest.actor_id == chief.user_id
    assert newest.data["причина"] == "Крылова в отпуске"


def test_a_step_is_not_handed_to_somebody_without_its_role(rt: Runtime, clerk: Actor) -> None:
    chief, stranger = make_actor(rt, "R07"), make_actor(rt, "R10")
    with pytest.raises(NotAllowed):
        reassign(rt, chief, step(rt), stranger.user_id, "больше некому")


def test_a_specialist_hands_nothing_over(rt: Runtime, clerk: Actor) -> None:
    other = make_actor(rt, "R05")
    with pytest.raises((NotAllowed, Conflict)):
        reassign(rt, clerk, step(rt), other.user_id, "не хочу")
