"""Consents: until when each holds, taking one back, and what stops with it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.checks import Looked
from engine.cases.consents import Consent, Holds, consents_of, withdraw_consent
from engine.cases.grounds import Ground, ground_for, refuse_ended_consent
from engine.cases.history import HistoryKind
from engine.cases.queries import case_card, case_history, case_list
from engine.cases.service import start_case
from engine.cases.standing import standings
from engine.cases.tables import case_
from engine.errors import Conflict, InvalidData, NotAllowed
from engine.model import SYSTEM, Actor, StartCase, Value
from engine.records.registers import Subject
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import chain, publish_files, user_task
from tests.factories.records import make_family

TODAY = date(2026, 1, 12)
GIVEN: dict[str, Value] = {
    "основание_обработки": "согласие",
    "получатели_сведений": ["занятость"],
    "закрытые_сведения": ["здоровье"],
    "дата_согласия": date(2026, 1, 9),
}


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    publish_files(rt, chain("help", user_task("a"), dataGround="442-ФЗ"))
    return make_actor(rt, "R05")


def case_with(rt: Runtime, clerk: Actor, family: tuple[int, int, int], said: dict[str, Value]) -> int:
    """A running case of the family that knows this of its consent."""
    number, mother, _child = family
    command = StartCase(clerk, "help", said, person_id=mother, family_id=number, label="семья")
    return start_case(rt, command, check_form=False).id


def consents(rt: Runtime) -> dict[int, Consent]:
    with rt.database.read() as conn:
        return consents_of(rt, conn, case_list(rt, conn, SYSTEM))


def ground(rt: Runtime, case_id: int) -> Ground:
    with rt.database.read() as conn:
        row = conn.execute(select(case_).where(case_.c.id == case_id)).one()
        return ground_for(rt, conn, row, "czn", TODAY, by_law=False)


def send_by(rt: Runtime, family: int, said: str) -> None:
    """What the step of a document to a partner looks at."""
    with rt.database.read() as conn:
        looked = Looked(Subject(family, None), town(rt).families)
        refuse_ended_consent(rt, conn, looked, {"передача_данных": said})


def test_a_consent_says_for_whom_until_when_and_what_is_withheld(rt: Runtime, clerk: Actor) -> None:
    case = case_with(rt, clerk, make_family(rt, clerk), {**GIVEN, "согласие_до": date(2026, 1, 12)})
    [found] = consents(rt).values()
    assert (found.receivers, found.withheld, found.until) == (("занятость",), ("здоровье",), TODAY)
    assert (found.holds(TODAY), found.holds(date(2026, 1, 13))) == (Holds.YES, Holds.ENDED)
    assert ground(rt, case).words == "согласие от 09.01.2026, не передавать: здоровье"


def test_a_consent_that_was_taken_back_stops_all_that_was_given_before(rt: Runtime, clerk: Actor) -> None:
    family = make_family(rt, clerk)
    first, copy = (case_with(rt, clerk, family, GIVEN) for _ in range(2))
    other = case_with(rt, clerk, make_family(rt, clerk), GIVEN)
    withdraw_consent(rt, clerk, first, date(2026, 1, 12))
    states = {case: consent.holds(TODAY) for case, consent in consents(rt).items()}
    assert states == {first: Holds.WITHDRAWN, copy: Holds.WITHDRAWN, other: Holds.YES}
    assert ground(rt, copy) == Ground(False, "согласие отозвано 12.01.2026")
    with pytest.raises(InvalidData) as refused:
        send_by(rt, family[0], "согласие")
    assert "отозвано 12.01.2026" in refused.value.errors["передача_данных"]
    send_by(rt, family[0], "закон")
    with rt.database.read() as conn:
        card = case_card(rt, conn, clerk, copy)
        assert standings(rt, conn, [card])[copy].ground == "согласие от 09.01.2026, отозвано 12.01.2026"
        told = case_history(rt, conn, case_card(rt, conn, clerk, first))
    assert told[0].kind is HistoryKind.CONSENT_WITHDRAWN


def test_a_consent_given_later_holds_again(rt: Runtime, clerk: Actor) -> None:
    family = make_family(rt, clerk)
    withdraw_consent(rt, clerk, case_with(rt, clerk, family, GIVEN), date(2026, 1, 10))
    newer = case_with(rt, clerk, family, {**GIVEN, "дата_согласия": date(2026, 1, 12)})
    assert consents(rt)[newer].holds(TODAY) is Holds.YES
    assert ground(rt, newer).given
    send_by(rt, family[0], "согласие")


def test_a_consent_is_taken_back_once_on_a_day_on_which_it_was_there(rt: Runtime, clerk: Actor) -> None:
    case = case_with(rt, clerk, make_family(rt, clerk), GIVEN)
    for day in (date(2026, 1, 8), date(2026, 1, 13)):
        with pytest.raises(InvalidData) as refused:
            withdraw_consent(rt, clerk, case, day)
        assert list(refused.value.errors) == ["day"]
    withdraw_consent(rt, clerk, case, TODAY)
    with pytest.raises(Conflict):
        withdraw_consent(rt, clerk, case, TODAY)


def test_only_who_leads_the_case_notes_it_and_only_where_there_is_a_consent(
    rt: Runtime, clerk: Actor
) -> None:
    case = case_with(rt, clerk, make_family(rt, clerk), {"основание_обработки": "закон"})
    with pytest.raises(InvalidData):
        withdraw_consent(rt, clerk, case, TODAY)
    stranger = make_actor(rt, "R05", unit_id=town(rt).care)
    with pytest.raises(NotAllowed):
        withdraw_consent(rt, load_actor(rt, stranger.user_id), case, TODAY)
