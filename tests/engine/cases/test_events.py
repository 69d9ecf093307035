"""Noting what happened outside: a case that waits for it goes on, and its history says who noted it."""

from __future__ import annotations

import pytest

from engine.cases.events import AwaitedEvent, awaited_events, note_event
from engine.cases.queries import case_card, case_history, case_position
from engine.definitions.files import Upload
from engine.errors import Conflict, NotAllowed
from engine.model import Actor
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import complete, diagram, flows, open_case, open_nodes, publish_files, user_task
from tests.processes.shipped import BPMN, Drawing, drawings, properties, tag


def waiting() -> Upload:
    """a, then a wait for consent, then b."""
    body = (
        '<startEvent id="s"/><endEvent id="e"/>'
        + user_task("a")
        + user_task("b")
        + '<intermediateCatchEvent id="w" name="Согласие"><messageEventDefinition messageRef="m"/>'
        + "</intermediateCatchEvent>"
    )
    return diagram("small", body + flows("s a w b e"), '<message id="m" name="msg.consent"/>')


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    publish_files(rt, waiting())
    return make_actor(rt, "R05")


def awaited(rt: Runtime, actor: Actor, case_id: int) -> list[AwaitedEvent]:
    with rt.database.read() as conn:
        return awaited_events(rt, conn, case_card(rt, conn, actor, case_id))


def test_a_case_tells_which_events_it_waits_for(rt: Runtime, clerk: Actor) -> None:
    case = open_case(rt, clerk, "small")
    assert awaited(rt, clerk, case.id) == []
    complete(rt, clerk, "a")
    assert awaited(rt, clerk, case.id) == [AwaitedEvent("msg.consent", "Согласие")]


def test_a_noted_event_carries_the_case_on_and_names_who_noted_it(rt: Runtime, clerk: Actor) -> None:
    case = open_case(rt, clerk, "small")
    complete(rt, clerk, "a")
    note_event(rt, clerk, case.id, "msg.consent", {"способ": "лично"})
    assert open_nodes(rt) == ["b"]
    with rt.database.read() as conn:
        card = case_card(rt, conn, clerk, case.id)
        newest = case_history(rt, conn, card)[0]
        passed = case_position(rt, conn, card).passed
    assert (newest.name, newest.actor_id) == ("Согласие", clerk.user_id)
    assert newest.data["data"] == {"способ": "лично"}
    assert {"s", "a", "w"} <= passed


def test_an_event_is_noted_once(rt: Runtime, clerk: Actor) -> None:
    case = open_case(rt, clerk, "small")
    complete(rt, clerk, "a")
    note_event(rt, clerk, case.id, "msg.consent")
    with pytest.raises(Conflict, match="больше не ждёт"):
        note_event(rt, clerk, case.id, "msg.consent")
    assert open_nodes(rt) == ["b"]


def test_who_may_not_open_cases_of_the_unit_notes_nothing_in_them(rt: Runtime, clerk: Actor) -> None:
    case = open_case(rt, clerk, "small")
    complete(rt, clerk, "a")
    stranger = make_actor(rt, "R05", unit_id=town(rt).care)
    with pytest.raises(NotAllowed):
        note_event(rt, stranger, case.id, "msg.consent")
    assert open_nodes(rt) == []


def test_what_a_called_pathway_waits_for_is_noted_by_hand_when_it_is_about_the_case(rt: Runtime) -> None:
    called = diagram(
        "asking",
        '<startEvent id="cs"/><endEvent id="ce"/>'
        '<receiveTask id="d1" name="Решение комиссии" messageRef="d"><extensionElements><camunda:properties>'
        '<camunda:property name="key" value="&quot;вопрос 7&quot;"/></camunda:properties></extensionElements>'
        '</receiveTask><receiveTask id="m1" name="Семья переезжает" messageRef="m"/>'
        '<parallelGateway id="cg" name=""/>' + flows("cs cg d1 ce", "cg m1 ce"),
        '<message id="d" name="msg.decision"/><message id="m" name="msg.move_out"/>',
    )
    main = diagram(
        "main",
        '<startEvent id="s"/><endEvent id="e"/><callActivity id="call" name="Вопрос" calledElement="asking"/>'
        + flows("s call e"),
    )
    publish_files(rt, called, main)
    clerk = make_actor(rt, "R05")
    case = open_case(rt, clerk, "main")
    assert [(each.name, each.title) for each in awaited(rt, clerk, case.id)] == [
        ("msg.move_out", "Семья переезжает")
    ]
    with pytest.raises(Conflict, match="больше не ждёт"):
        note_event(rt, clerk, case.id, "msg.decision")
    note_event(rt, clerk, case.id, "msg.move_out")
    assert awaited(rt, clerk, case.id) == []


def test_an_event_that_the_diagram_leaves_to_other_cases_is_not_noted_by_hand(rt: Runtime) -> None:
    body = (
        '<startEvent id="s"/><endEvent id="e"/><receiveTask id="w" name="Дождаться листов" messageRef="m">'
        '<extensionElements><camunda:properties><camunda:property name="byHand" value="no"/>'
        "</camunda:properties></extensionElements></receiveTask>"
    )
    publish_files(rt, diagram("small", body + flows("s w e"), '<message id="m" name="msg.sheets"/>'))
    clerk = make_actor(rt, "R05")
    case = open_case(rt, clerk, "small")
    assert awaited(rt, clerk, case.id) == []
    with pytest.raises(Conflict, match="больше не ждёт"):
        note_event(rt, clerk, case.id, "msg.sheets")


def test_an_event_about_something_else_is_not_noted_by_hand(rt: Runtime) -> None:
    body = (
        '<startEvent id="s"/><endEvent id="e"/>'
        '<intermediateCatchEvent id="w" name="Ответ ведомства"><extensionElements><camunda:properties>'
        '<camunda:property name="key" value="&quot;запрос 7&quot;"/></camunda:properties></extensionElements>'
        '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    )
    publish_files(rt, diagram("small", body + flows("s w e"), '<message id="m" name="msg.answer"/>'))
    clerk = make_actor(rt, "R05")
    case = open_case(rt, clerk, "small")
    assert awaited(rt, clerk, case.id) == []


def offered(found: Drawing) -> dict[str, str]:
    """What people may note in cases of a pathway: messages and what the events are called."""
    messages = {each.get("id"): each.get("name") for each in found.root.iter(BPMN + "message")}
    named: dict[str, str] = {}
    for node in found.nodes.values():
        definition = node.find(BPMN + "messageEventDefinition")
        awaits = tag(node) in ("intermediateCatchEvent", "boundaryEvent", "receiveTask")
        inside = tag(node) == "startEvent" and node.getparent().get("triggeredByEvent") == "true"
        sent = node if tag(node) == "receiveTask" else definition
        said = properties(node)
        if sent is not None and (awaits or inside) and "key" not in said and said.get("byHand") != "no":
            named[messages[sent.get("messageRef")]] = node.get("name")
    return named


def test_people_note_what_people_say_and_nothing_that_other_cases_or_the_product_send() -> None:
    assert {found.id: offered(found) for found in drawings() if offered(found)} == {
        "p01_one_window": {"msg.danger": "Опасность", "msg.withdrawal": "Просьба закрыть"},
        "p03_need_ippsu": {
            "msg.consent": "Согласие на услуги",
            "msg.refusal": "Отказ от услуг",
            "msg.review_request": "Обстоятельства изменились",
            "msg.withdrawal": "Просьба закрыть",
        },
        "p05_family_support": {
            "msg.danger": "Опасность",
            "msg.move_out": "Семья переезжает",
            "msg.refusal": "Семья отказалась",
        },
        "p05_work": {"msg.review_request": "Просят пересмотреть"},
        "p08_register": {"msg.move_out": "Семья переезжает"},
    }
