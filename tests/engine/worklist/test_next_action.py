"""What a case does next, by whom and by when."""

from __future__ import annotations

from datetime import timedelta

from engine.cases.queries import case_list
from engine.deadlines.service import seed
from engine.model import Actor
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from engine.worklist.next_action import Kind, NextAction, next_actions, owner_roles
from tests.factories.access import make_actor
from tests.factories.cases import (
    END,
    START,
    chain,
    condition,
    diagram,
    event,
    exclusive,
    flows,
    message,
    open_case,
    publish_files,
    service_task,
    signal,
    timer,
    user_task,
)


def actions(rt: Runtime, actor: Actor) -> list[NextAction]:
    """Of all cases, the newest first."""
    with rt.database.read() as conn:
        cards = case_list(rt, conn, actor, active=None)
        found = next_actions(rt, conn, actor, cards, rt.clock.now())
    return [found[card.id] for card in cards]


def test_the_step_that_is_due_first_is_the_next_action(rt: Runtime) -> None:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    clerk = make_actor(rt, "R05")
    publish_files(rt, chain("small", user_task("a", "R05", norm="T10")))
    open_case(rt, clerk, "small")
    (action,) = actions(rt, clerk)
    assert (action.kind, action.title, action.roles, action.dated) == (Kind.STEP, "Шаг a", ("R05",), True)
    assert action.task_id is not None


def test_a_case_that_waits_says_for_what_and_until_when(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    body = START + event("intermediateCatchEvent", "m", "message", "msg.reply") + END + flows("s m e")
    publish_files(
        rt,
        diagram("answer", body, message("msg.reply")),
        diagram("pause", START + timer("t", "PT48H") + END + flows("s t e")),
    )
    open_case(rt, clerk, "answer")
    open_case(rt, clerk, "pause")
    later, reply = actions(rt, clerk)
    assert (reply.kind, reply.title, reply.dated) == (Kind.WAITS, "Событие m", False)
    assert (later.kind, later.title, later.until) == (
        Kind.WAITS,
        "Ждать",
        rt.clock.now() + timedelta(hours=48),
    )


def test_of_several_days_the_nearest_counts_and_a_signal_to_everybody_least(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    both = '<parallelGateway id="p"/>'
    late, soon = timer("late", "P90D"), timer("soon", "P7D").replace("Ждать", "Пора связаться")
    told = event("intermediateCatchEvent", "told", "signal", "evt.planned")
    body = START + both + told + late + soon + END
    body += flows("s p", "p told", "p late", "p soon", "told e", "late e", "soon e")
    publish_files(rt, diagram("watch", body, signal("evt.planned")))
    open_case(rt, clerk, "watch")
    (action,) = actions(rt, clerk)
    assert (action.title, action.until) == ("Пора связаться", rt.clock.now() + timedelta(days=7))


def test_a_step_that_waits_is_named_by_what_it_does(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    step = '<receiveTask id="r" name="Дождаться ответа" messageRef="msg_reply"/>'
    publish_files(rt, diagram("answer", START + step + END + flows("s r e"), message("msg.reply")))
    open_case(rt, clerk, "answer")
    (action,) = actions(rt, clerk)
    assert (action.kind, action.title) == (Kind.RECEIVES, "Дождаться ответа")


def test_nobody_waits_for_what_only_may_come(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    aside = (
        '<subProcess id="aside" name="Отозвали" triggeredByEvent="true">'
        + event("startEvent", "m", "message", "msg.reply")
        + '<endEvent id="over"/>'
        + flows("m over")
        + "</subProcess>"
    )
    body = START + service_task("o", "document.issue") + END + flows("s o e") + aside
    publish_files(rt, diagram("small", body, message("msg.reply")))
    open_case(rt, clerk, "small")
    (action,) = actions(rt, clerk)
    assert (action.kind, action.title, action.dated) == (Kind.WORKS, "", False)


def test_a_case_that_stands_says_where(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    body = START + exclusive("g") + user_task("a") + END + flows("s g", "a e") + condition("g", "a", "x = 1")
    publish_files(rt, diagram("stuck", body))
    open_case(rt, clerk, "stuck")
    (action,) = actions(rt, clerk)
    assert (action.kind, action.title, action.stands) == (Kind.STANDS, "Что дальше?", True)


def test_a_page_of_cases_costs_as_many_statements_as_one(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    publish_files(rt, chain("small", user_task("a"), owner="R03"))
    counts = []
    for _ in range(2):
        for _ in range(3):
            open_case(rt, clerk, "small")
        with rt.database.read() as conn:
            cards = case_list(rt, conn, clerk)
            with count_statements(rt.database) as count:
                next_actions(rt, conn, clerk, cards, rt.clock.now())
        counts.append(count.statements)
    assert counts[0] == counts[1]
    assert {owner_roles(rt, card) for card in cards} == {("R03",)}
