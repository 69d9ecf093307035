"""Documents sent to partners: counted, listed by who may see their cases, closed once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.errors import Conflict, InvalidData
from engine.model import Actor
from engine.records import partners, referrals
from engine.records.partners import NewPartner
from engine.records.referrals import NewReferral, Referral, Tally
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import chain, open_case, publish_files, user_task

TODAY = date(2026, 1, 12)


@pytest.fixture
def clerk(rt_both: Runtime) -> Actor:
    return make_actor(rt_both, "R05")


@pytest.fixture
def case_id(rt_both: Runtime, clerk: Actor) -> int:
    publish_files(rt_both, chain("small", user_task("a")))
    return open_case(rt_both, clerk, "small").id


@pytest.fixture
def partner_id(rt_both: Runtime) -> int:
    new = NewPartner("czn", "Центр занятости (вымышленный)")
    return partners.add_partner(rt_both, make_actor(rt_both, "R29"), town(rt_both).municipality, new)


def send(rt: Runtime, case_id: int, partner_id: int, *, due: date = TODAY, kind: str = "request") -> int:
    with rt.database.write() as conn:
        number = f"НП-2026-0001/{referrals.sent_by(conn, case_id) + 1}"
        return referrals.send(rt, conn, NewReferral(case_id, partner_id, kind, number, due))


def close(rt: Runtime, number: int, state: str = "done", **figures: int | None) -> None:
    with rt.database.write() as conn:
        referrals.close(rt, conn, number, state, figures)


def listed(rt: Runtime, actor: Actor, *, only_open: bool = False) -> list[Referral]:
    with rt.database.read() as conn:
        return referrals.referrals(conn, actor, only_open=only_open)


def test_open_documents_are_listed_by_the_day_of_the_answer(
    rt_both: Runtime, clerk: Actor, case_id: int, partner_id: int
) -> None:
    send(rt_both, case_id, partner_id, due=TODAY + timedelta(days=5))
    send(rt_both, case_id, partner_id, due=TODAY)
    closed = send(rt_both, case_id, partner_id)
    close(rt_both, closed)
    assert [each.number for each in listed(rt_both, clerk, only_open=True)] == [
        "НП-2026-0001/2",
        "НП-2026-0001/1",
    ]
    assert len(listed(rt_both, clerk)) == 3


def test_a_document_is_late_from_the_day_after(
    rt_both: Runtime, clerk: Actor, case_id: int, partner_id: int
) -> None:
    send(rt_both, case_id, partner_id, due=TODAY)
    [found] = listed(rt_both, clerk)
    assert not found.late(TODAY)
    assert found.late(TODAY + timedelta(days=1))


def test_sent_is_answered_and_open(rt_both: Runtime, clerk: Actor, case_id: int, partner_id: int) -> None:
    for _ in range(3):
        send(rt_both, case_id, partner_id, due=TODAY - timedelta(days=1))
    close(rt_both, 1, "rejected")
    with rt_both.database.read() as conn:
        [tally] = referrals.tallies(conn, clerk, TODAY)
    assert tally == Tally("Центр занятости (вымышленный)", sent=3, answered=1, late=2)
    assert tally.open == 2
    assert referrals.counted([tally, tally]).sent == 6


def test_what_was_given_up_or_taken_back_was_not_answered(
    rt_both: Runtime, clerk: Actor, case_id: int, partner_id: int
) -> None:
    for number, state in enumerate(("done", "undone", "rejected", "expired", "revoked", ""), 1):
        assert send(rt_both, case_id, partner_id) == number
        if state:
            close(rt_both, number, state)
    with rt_both.database.read() as conn:
        [tally] = referrals.tallies(conn, clerk, TODAY)
    assert (tally.sent, tally.answered, tally.open, tally.silent, tally.revoked) == (6, 3, 1, 1, 1)
    assert referrals.counted([tally, tally]).silent == 2


def test_whoever_may_not_see_the_case_sees_no_document(
    rt_both: Runtime, case_id: int, partner_id: int
) -> None:
    send(rt_both, case_id, partner_id)
    far = make_actor(rt_both, "R14", unit_id=town(rt_both).administration)
    assert listed(rt_both, far) == []
    with rt_both.database.read() as conn:
        assert referrals.tallies(conn, far, TODAY) == []


def test_the_first_result_stays(rt_both: Runtime, clerk: Actor, case_id: int, partner_id: int) -> None:
    number = send(rt_both, case_id, partner_id)
    close(rt_both, number, "done", families=1, children=3)
    close(rt_both, number, "expired")
    [found] = listed(rt_both, clerk)
    assert (found.state, found.figures) == ("done", (1, None, 3, None, None, None, None))


@pytest.mark.usefixtures("clerk")
def test_a_closed_document_is_not_taken_to_work(rt_both: Runtime, case_id: int, partner_id: int) -> None:
    number = send(rt_both, case_id, partner_id)
    close(rt_both, number)
    with rt_both.database.write() as conn, pytest.raises(Conflict, match="уже закрыт"):
        referrals.accept(conn, number)


@pytest.mark.parametrize(("state", "figures"), [("sent", {}), ("lost", {}), ("done", {"people": -1})])
def test_a_result_that_can_not_be_is_refused(
    rt_both: Runtime, case_id: int, partner_id: int, state: str, figures: dict[str, int]
) -> None:
    number = send(rt_both, case_id, partner_id)
    with pytest.raises(InvalidData, match="Итог не записан"):
        close(rt_both, number, state, **figures)


def test_a_document_of_no_known_kind_is_refused(rt_both: Runtime, case_id: int, partner_id: int) -> None:
    with pytest.raises(InvalidData, match="Документ не отправлен"):
        send(rt_both, case_id, partner_id, kind="telegram")
