from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.clock import MovableClock
from engine.errors import Conflict, InvalidData, NotAllowed, NotFound
from engine.model import SYSTEM
from engine.records import commissions
from engine.records.agenda import (
    AgendaItem,
    Question,
    agenda,
    ask,
    collect,
    decide,
    items_of_case,
    waiting_items,
    withdraw,
)
from engine.records.commissions import (
    CommissionMember,
    NewCommission,
    commission_for,
    create_commission,
    members_of,
    set_members,
)
from engine.records.tables import DECIDED, ON_AGENDA, WAITING, WITHDRAWN
from engine.runtime import Runtime
from tests.factories.access import MONDAY, make_actor, town

SITTING, NEXT_SITTING = 900, 901


def make_commission(rt: Runtime, kind: str = "family", unit_id: int | None = None) -> int:
    return create_commission(rt, SYSTEM, NewCommission(kind, unit_id or town(rt).municipality))


def put(rt: Runtime, commission: int, case_id: int, kind: str = "need_status") -> int:
    with rt.database.write() as conn:
        number = f"ИП-{case_id}/2026"
        return ask(
            rt, conn, case_id=case_id, number=number, commission_id=commission, question=Question(kind)
        )


def sit(rt: Runtime, commission: int, sitting: int = SITTING) -> list[AgendaItem]:
    with rt.database.write() as conn:
        return collect(conn, commission, sitting)


def rule(rt: Runtime, item: int, decision: str) -> AgendaItem:
    with rt.database.write() as conn:
        return decide(rt, conn, item, decision)


def read(rt: Runtime, query: Any, *args: Any) -> Any:
    with rt.database.read() as conn:
        return query(conn, *args)


def test_questions_wait_until_a_sitting_takes_them_in_order(rt_both: Runtime) -> None:
    commission = make_commission(rt_both)
    first, second = put(rt_both, commission, 1), put(rt_both, commission, 2, "remove")
    assert [item.id for item in read(rt_both, waiting_items, commission)] == [first, second]
    heard = sit(rt_both, commission)
    assert [(item.id, item.status, item.sitting_case_id) for item in heard] == [
        (first, ON_AGENDA, SITTING),
        (second, ON_AGENDA, SITTING),
    ]
    assert read(rt_both, waiting_items, commission) == []
    assert sit(rt_both, commission, NEXT_SITTING) == []
    assert read(rt_both, agenda, SITTING) == heard


def test_a_title_says_the_matter_and_the_case_but_no_person(rt: Runtime) -> None:
    commission = make_commission(rt)
    put(rt, commission, 7)
    (item,) = read(rt, waiting_items, commission)
    assert (item.title, item.asked_at) == ("Признание нуждающимся, дело № ИП-7/2026", MONDAY)


def test_a_question_asked_again_while_it_waits_stays_one(rt: Runtime) -> None:
    commission = make_commission(rt)
    first = put(rt, commission, 1)
    assert put(rt, commission, 1) == first
    sit(rt, commission)
    assert put(rt, commission, 1) == first
    rule(rt, first, "refuse")
    assert put(rt, commission, 1) != first


def test_a_decision_closes_the_question(rt_both: Runtime) -> None:
    commission = make_commission(rt_both)
    item = put(rt_both, commission, 1)
    sit(rt_both, commission)
    decided = rule(rt_both, item, "approve")
    assert (decided.status, decided.decision, decided.decided_at) == (DECIDED, "approve", MONDAY)
    with pytest.raises(Conflict):
        rule(rt_both, item, "refuse")


def test_a_postponed_question_waits_for_the_next_sitting(rt_both: Runtime) -> None:
    commission = make_commission(rt_both)
    item = put(rt_both, commission, 1)
    sit(rt_both, commission)
    rule(rt_both, item, "postpone")
    (waiting,) = read(rt_both, waiting_items, commission)
    assert (waiting.case_id, waiting.status, waiting.sitting_case_id) == (1, WAITING, None)
    assert (waiting.postponed, waiting.asked_at) == (1, MONDAY)
    assert [found.case_id for found in sit(rt_both, commission, NEXT_SITTING)] == [1]


def test_a_postponed_question_is_known_to_both_its_sittings(rt_both: Runtime) -> None:
    commission = make_commission(rt_both)
    rule(rt_both, put_before(rt_both, commission, SITTING), "postpone")
    (again,) = sit(rt_both, commission, NEXT_SITTING)
    rule(rt_both, again.id, "approve")
    (first,) = read(rt_both, agenda, SITTING)
    assert (first.status, first.decision, first.decided_at) == (DECIDED, "postpone", MONDAY)
    (last,) = read(rt_both, agenda, NEXT_SITTING)
    assert (last.status, last.decision, last.postponed) == (DECIDED, "approve", 1)
    assert read(rt_both, items_of_case, 1) == [first, last]


def put_before(rt: Runtime, commission: int, sitting: int) -> int:
    put(rt, commission, 1)
    (item,) = sit(rt, commission, sitting)
    return item.id


def test_a_postponed_question_keeps_its_place_before_later_ones(rt: Runtime) -> None:
    commission = make_commission(rt)
    item = put_before(rt, commission, SITTING)
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(timedelta(hours=1))
    put(rt, commission, 2)
    rule(rt, item, "postpone")
    assert [found.case_id for found in read(rt, waiting_items, commission)] == [1, 2]
    assert [found.case_id for found in sit(rt, commission, NEXT_SITTING)] == [1, 2]


def test_only_what_is_on_the_agenda_is_decided(rt: Runtime) -> None:
    item = put(rt, make_commission(rt), 1)
    with pytest.raises(Conflict):
        rule(rt, item, "approve")
    with pytest.raises(InvalidData):
        rule(rt, item, "maybe")
    with pytest.raises(NotFound):
        rule(rt, 4711, "approve")


def test_a_cancelled_case_takes_back_its_open_questions_only(rt: Runtime) -> None:
    commission = make_commission(rt)
    decided = put(rt, commission, 1)
    sit(rt, commission)
    rule(rt, decided, "approve")
    put(rt, commission, 1, "remove")
    with rt.database.write() as conn:
        assert [item.kind for item in withdraw(conn, 1)] == ["remove"]
    assert [item.status for item in read(rt, items_of_case, 1)] == [DECIDED, WITHDRAWN]
    assert sit(rt, commission, NEXT_SITTING) == []


def test_an_unknown_kind_of_question_is_refused(rt: Runtime) -> None:
    with pytest.raises(InvalidData):
        put(rt, make_commission(rt), 1, "gossip")


def test_the_nearest_commission_serves_a_unit(rt_both: Runtime) -> None:
    here = town(rt_both)
    common = make_commission(rt_both, "family", here.administration)
    with rt_both.database.read() as conn:
        assert commission_for(rt_both, conn, "family", here.families) == common
    own = make_commission(rt_both, "family", here.centre)
    with rt_both.database.read() as conn:
        assert commission_for(rt_both, conn, "family", here.families) == own
        assert commission_for(rt_both, conn, "family", here.administration) == common
        with pytest.raises(NotFound, match="социальному контракту"):
            commission_for(rt_both, conn, "contract", here.families)


def test_members_stand_as_in_the_minutes(rt: Runtime) -> None:
    commission = make_commission(rt)
    chair = CommissionMember("Главный Г. Г.", "Администрация", "chair")
    doctor = CommissionMember("Врачова В. В.", "Больница", by_agreement=True)
    secretary = CommissionMember("Записной З. З.", "КЦСОН", "secretary", account_id=make_actor(rt).user_id)
    set_members(rt, SYSTEM, commission, [doctor, secretary, chair])
    assert read(rt, members_of, commission) == [chair, secretary, doctor]
    set_members(rt, SYSTEM, commission, [chair])
    assert read(rt, members_of, commission) == [chair]


def test_wrong_members_and_rules_are_refused(rt: Runtime) -> None:
    commission = make_commission(rt)
    chair = CommissionMember("Главный Г. Г.", "Администрация", "chair")
    for wrong in ([chair, chair], [CommissionMember(" ", "x")], [CommissionMember("Ким А.", "x", "guest")]):
        with pytest.raises(InvalidData):
            set_members(rt, SYSTEM, commission, wrong)
    with pytest.raises(NotFound):
        set_members(rt, SYSTEM, 4711, [chair])
    for new in (NewCommission("club", 1), NewCommission("kdn", 1, quorum_percent=0)):
        with pytest.raises(InvalidData):
            create_commission(rt, SYSTEM, new)
    with pytest.raises(NotAllowed):
        create_commission(rt, make_actor(rt, "R10"), NewCommission("kdn", town(rt).administration))


def test_every_code_has_words() -> None:
    assert len(commissions.ITEM_KINDS) == 12
    assert len(commissions.KINDS) == 5
    assert all(commissions.ITEM_KINDS.values())
