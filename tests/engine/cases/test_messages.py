"""Messages and signals between cases: kept until somebody waits, delivered once, never to the sender."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.cases.history import HistoryKind
from engine.cases.messages import KEPT_FOR
from engine.cases.outbox import deliver
from engine.cases.queries import case_card, case_history, case_list, case_variables
from engine.cases.service import StartedCase, start_case
from engine.cases.tables import case_, history, message, outbox
from engine.clock import MovableClock
from engine.definitions.files import Upload
from engine.jobs.sweep import HANDLERS, sweep_until_idle
from engine.model import SYSTEM, Actor, StartCase, Value
from engine.runtime import Runtime
from tests.factories import cases as draw
from tests.factories.access import make_actor, town
from tests.factories.cases import (
    END,
    START,
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    publish_files,
    user_task,
)
from tests.factories.records import make_person

TOLD = draw.message("msg.told")
THROW, CATCH = "intermediateThrowEvent", "intermediateCatchEvent"


def sends(process: str = "sender", name: str = "msg.told", key: str = "") -> Upload:
    """a, then the message with `что` in it, then b."""
    told = draw.event(THROW, "told", "message", name, **({"key": key} if key else {}))
    payload = (
        "<camunda:inputOutput><camunda:inputParameter name='что'>=что</camunda:inputParameter>"
        "</camunda:inputOutput>"
    )
    if key:
        told = told.replace("</camunda:properties>", "</camunda:properties>" + payload)
    else:
        told = told.replace("<messageEvent", f"<extensionElements>{payload}</extensionElements><messageEvent")
    body = START + user_task("a") + told + user_task("b") + END + flows("s a told b e")
    return diagram(process, body, draw.message(name))


def waits(process: str = "receiver", name: str = "msg.told", key: str = '="общий"') -> Upload:
    """Waits for the message, then c."""
    heard = draw.event(CATCH, "heard", "message", name, key=key.replace('"', "&quot;"))
    body = START + heard + user_task("c") + END + flows("s heard c e")
    return diagram(process, body, draw.message(name))


SHARED = "=&quot;общий&quot;"


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    publish_files(rt, sends(key=SHARED), waits())
    return make_actor(rt, "R05")


def send(rt: Runtime, clerk: Actor, what: str = "привет", process: str = "sender") -> StartedCase:
    """A case that has just promised its message."""
    case = open_case(rt, clerk, process, {"что": what})
    complete(rt, clerk, "a")
    return case


def count(rt: Runtime, table: object) -> int:
    with rt.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def variables(rt: Runtime, clerk: Actor, case: StartedCase) -> dict[str, Value]:
    with rt.database.read() as conn:
        return case_variables(rt, conn, case_card(rt, conn, clerk, case.id))


def pass_time(rt: Runtime, span: timedelta) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(span)


def test_a_waiting_case_receives_a_message_with_what_it_carries(rt: Runtime, clerk: Actor) -> None:
    receiver = open_case(rt, clerk, "receiver")
    send(rt, clerk)
    sweep_until_idle(rt)
    assert open_nodes(rt) == ["c", "b"]
    assert variables(rt, clerk, receiver)["что"] == "привет"
    with rt.database.read() as conn:
        entry = case_history(rt, conn, case_card(rt, conn, clerk, receiver.id))[0]
    assert (entry.kind, entry.node, entry.actor_id) == (HistoryKind.MESSAGE, "heard", SYSTEM.user_id)
    assert entry.data["data"] == {"что": "привет"}


def test_a_message_that_nobody_waits_for_is_kept_until_somebody_does(rt: Runtime, clerk: Actor) -> None:
    send(rt, clerk)
    sweep_until_idle(rt)
    assert count(rt, message) == 1
    pass_time(rt, timedelta(days=30))
    receiver = open_case(rt, clerk, "receiver")
    sweep_until_idle(rt)
    assert variables(rt, clerk, receiver)["что"] == "привет"
    assert count(rt, message) == count(rt, outbox) == 0


def test_a_kept_message_lies_sealed(rt: Runtime, clerk: Actor) -> None:
    send(rt, clerk, "диагноз Лапшиной")
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        row = conn.execute(select(message)).one()
    assert "диагноз".encode() not in row.payload
    assert "общий" not in row.key


def test_a_message_that_waited_too_long_reaches_nobody_and_is_dropped(rt: Runtime, clerk: Actor) -> None:
    send(rt, clerk, "старое")
    sweep_until_idle(rt)
    pass_time(rt, KEPT_FOR)
    receiver = open_case(rt, clerk, "receiver")
    sweep_until_idle(rt)
    assert "что" not in variables(rt, clerk, receiver)
    send(rt, clerk, "новое")
    sweep_until_idle(rt)
    assert variables(rt, clerk, receiver)["что"] == "новое"
    send(rt, clerk, "ещё")
    sweep_until_idle(rt)
    assert count(rt, message) == 1


def test_an_expired_message_goes_without_another_being_sent(rt: Runtime, clerk: Actor) -> None:
    send(rt, clerk, "старое")
    sweep_until_idle(rt)
    pass_time(rt, KEPT_FOR - timedelta(days=1))
    let_a_timer_fire(rt, clerk)
    assert count(rt, message) == 1
    pass_time(rt, timedelta(days=1))
    let_a_timer_fire(rt, clerk)
    assert count(rt, message) == 0


def let_a_timer_fire(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, draw.diagram("later", START + draw.timer("t", "PT1H") + END + flows("s t e")))
    open_case(rt, clerk, "later")
    pass_time(rt, timedelta(hours=1))
    sweep_until_idle(rt)


def test_each_message_is_received_once_and_in_the_order_of_sending(rt: Runtime, clerk: Actor) -> None:
    for what in ("первое", "второе"):
        send(rt, clerk, what)
        sweep_until_idle(rt)
    receivers = [open_case(rt, clerk, "receiver") for _ in range(3)]
    sweep_until_idle(rt)
    assert [variables(rt, clerk, each).get("что") for each in receivers] == ["первое", "второе", None]


def test_the_case_that_has_waited_longest_receives_it(rt: Runtime, clerk: Actor) -> None:
    receivers = [open_case(rt, clerk, "receiver") for _ in range(2)]
    send(rt, clerk)
    sweep_until_idle(rt)
    assert ["что" in variables(rt, clerk, each) for each in receivers] == [True, False]


def test_another_key_or_another_name_is_not_for_this_case(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, sends("other_key", key="=что"), sends("other_name", "msg.other", SHARED))
    receiver = open_case(rt, clerk, "receiver")
    for process in ("other_key", "other_name"):
        send(rt, clerk, process=process)
    sweep_until_idle(rt)
    assert "что" not in variables(rt, clerk, receiver)
    assert count(rt, message) == 2


def both() -> Upload:
    """Says the message and then waits for one of the same name and key."""
    told = draw.event(THROW, "told", "message", "msg.told", key=SHARED)
    heard = draw.event(CATCH, "heard", "message", "msg.told", key=SHARED)
    return diagram("both", START + told + heard + user_task("c") + END + flows("s told heard c e"), TOLD)


def test_a_case_never_receives_its_own_message(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, both())
    open_case(rt, clerk, "both")
    sweep_until_idle(rt)
    assert open_nodes(rt) == []
    assert count(rt, message) == 1


def test_two_cases_that_tell_each_other_the_same_both_hear_it(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, both())
    open_case(rt, clerk, "both")
    sweep_until_idle(rt)
    open_case(rt, clerk, "both")
    sweep_until_idle(rt)
    assert open_nodes(rt) == ["c", "c"]
    assert count(rt, message) == 0


def test_without_keys_cases_speak_by_the_number_of_the_sender(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, sends(), waits(key="=откуда"))
    sender = send(rt, clerk)
    receiver = open_case(rt, clerk, "receiver", {"откуда": sender.number})
    sweep_until_idle(rt)
    assert variables(rt, clerk, receiver)["что"] == "привет"


def test_carrying_out_a_promise_twice_at_once_delivers_it_once(rt: Runtime, clerk: Actor) -> None:
    receivers = [open_case(rt, clerk, "receiver") for _ in range(2)]
    sweep_until_idle(rt)
    send(rt, clerk)
    with rt.database.read() as conn:
        (row,) = conn.execute(select(outbox.c.id)).scalars()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: deliver(rt, HANDLERS, row), range(4)))
    assert ["что" in variables(rt, clerk, each) for each in receivers] == [True, False]


def test_sending_and_beginning_to_wait_at_the_same_moment_do_not_miss_each_other(
    rt: Runtime, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender has looked and seen nobody; before it has kept the message, the receiver looks too."""
    from engine.cases import messages

    looked, receiver_is_there = threading.Event(), threading.Event()
    keep = messages._keep_message

    def slowly(*arguments: object) -> None:
        looked.set()
        receiver_is_there.wait(1)
        keep(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(messages, "_keep_message", slowly)
    send(rt, clerk)

    def receive() -> StartedCase:
        assert looked.wait(10)
        case = open_case(rt, clerk, "receiver")
        sweep_until_idle(rt)
        receiver_is_there.set()
        return case

    with ThreadPoolExecutor(1) as pool:
        receiving = pool.submit(receive)
        sweep_until_idle(rt)
        receiver = receiving.result(20)
    sweep_until_idle(rt)
    assert variables(rt, clerk, receiver)["что"] == "привет"
    assert count(rt, message) == 0


# --- a message that begins a case --------------------------------------------------------------------


def begun(process: str = "begun", name: str = "msg.told", form: str = "") -> Upload:
    """A process that a message begins; `form` is shown when a person begins it."""
    shown = f' camunda:formRef="{form}"' if form else ""
    by_message = draw.event("startEvent", "by_message", "message", name)
    body = (
        f'<startEvent id="s" name="Начало"{shown}/>'
        + by_message
        + user_task("c")
        + END
        + flows("s c e", "by_message c")
    )
    return diagram(process, body, draw.message(name))


def cases_of(rt: Runtime, process: str) -> list[int]:
    with rt.database.read() as conn:
        return list(conn.execute(select(case_.c.id).where(case_.c.process == process)).scalars())


def test_a_message_with_a_start_event_begins_a_case_in_the_unit_of_the_sender(rt: Runtime) -> None:
    publish_files(rt, sends(), begun())
    clerk = make_actor(rt, "R05", unit_id=town(rt).care)
    person = make_person(rt, clerk)
    start_case(rt, StartCase(clerk, "sender", {"что": "привет"}, person_id=person, label="семья Лапшиных"))
    complete(rt, clerk, "a")
    sweep_until_idle(rt)
    (number,) = cases_of(rt, "begun")
    with rt.database.read() as conn:
        card = case_card(rt, conn, make_actor(rt, "R07", unit_id=town(rt).care), number)
        assert (card.unit_id, card.agency_id) == (town(rt).care, town(rt).centre)
        assert (card.person_id, card.label, card.owner_id) == (person, "семья Лапшиных", None)
        entry = case_history(rt, conn, card)[0]
        assert (entry.kind, entry.node, entry.actor_id) == (HistoryKind.STARTED, "by_message", 0)
        assert case_variables(rt, conn, card) == {"что": "привет"}
    assert open_nodes(rt) == ["b", "c"]
    assert count(rt, message) == 0


def test_each_message_begins_one_case(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, begun())
    for _ in range(3):
        send(rt, clerk)
    with rt.database.read() as conn:
        rows = list(conn.execute(select(outbox.c.id)).scalars())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda row: deliver(rt, HANDLERS, row), rows * 2))
    assert len(cases_of(rt, "begun")) == 3


def test_a_case_that_waits_for_the_message_comes_before_a_new_one(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, begun())
    receiver = open_case(rt, clerk, "receiver")
    send(rt, clerk)
    sweep_until_idle(rt)
    assert variables(rt, clerk, receiver)["что"] == "привет"
    assert cases_of(rt, "begun") == []


def test_a_message_begins_a_case_of_the_newest_release_only(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, begun())
    publish_files(rt, begun(name="msg.other"))
    send(rt, clerk)
    sweep_until_idle(rt)
    assert cases_of(rt, "begun") == []
    assert count(rt, message) == 1


def test_the_form_of_a_start_event_is_not_asked_of_a_message(rt: Runtime, clerk: Actor) -> None:
    from tests.engine.definitions.drawing import form, text_field

    publish_files(rt, begun(form="F1"), form("F1", text_field("причина", validate={"required": True})))
    send(rt, clerk)
    sweep_until_idle(rt)
    assert len(cases_of(rt, "begun")) == 1


def test_a_case_that_a_message_began_is_seen_by_who_may_see_cases_of_the_unit(
    rt: Runtime, clerk: Actor
) -> None:
    publish_files(rt, begun())
    send(rt, clerk)
    sweep_until_idle(rt)
    stranger = make_actor(rt, "R07", unit_id=town(rt).care)
    with rt.database.read() as conn:
        seen = {card.process for card in case_list(rt, conn, clerk)}
        assert seen == {"sender", "begun"}
        assert case_list(rt, conn, stranger) == []


# --- signals -----------------------------------------------------------------------------------------


def listens(process: str = "listener") -> Upload:
    heard = draw.event(CATCH, "heard", "signal", "sig.stop")
    return diagram(
        process, START + heard + user_task("c") + END + flows("s heard c e"), draw.signal("sig.stop")
    )


def calls_out() -> Upload:
    """Throws the signal and listens to it in another branch."""
    body = (
        START
        + '<parallelGateway id="g" name=""/>'
        + draw.event(CATCH, "own", "signal", "sig.stop")
        + user_task("a")
        + draw.event(THROW, "told", "signal", "sig.stop")
        + user_task("b")
        + END
        + flows("s g own e", "g a told b e")
    )
    return diagram("caller", body, draw.signal("sig.stop"))


def test_a_signal_reaches_everybody_who_listens_now_but_the_sender(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, listens(), listens("listener2"), calls_out())
    for process in ("listener", "listener", "listener2", "caller"):
        open_case(rt, clerk, process)
    complete(rt, clerk, "a")
    sweep_until_idle(rt)
    late = open_case(rt, clerk, "listener")
    sweep_until_idle(rt)
    assert open_nodes(rt) == ["c", "c", "c", "b"]
    with rt.database.read() as conn:
        heard = conn.execute(select(history.c.case_id).where(history.c.kind == HistoryKind.SIGNAL))
        assert late.id not in set(heard.scalars())
        assert conn.execute(select(func.count()).select_from(outbox)).scalar_one() == 0
