"""Boundary and intermediate events, event-based gateways, messages, signals, errors, escalations."""

from __future__ import annotations

import pytest

from engine import bpmn
from engine.errors import StepFailed
from engine.model import WaitKind
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    call,
    catch,
    condition,
    diagram,
    document,
    end,
    error,
    escalation,
    every,
    extensions,
    first_of,
    flow,
    for_each,
    inputs_outputs,
    message,
    node,
    parallel,
    path,
    process,
    properties,
    script,
    service,
    signal,
    start,
    sub,
    terminate,
    throw,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play


def edge(trigger: str, *, interrupting: bool = True) -> bytes:
    return diagram(
        start(),
        user("a"),
        user("z"),
        boundary("b", "a", trigger, interrupting=interrupting),
        user("h"),
        path("s a z", "b h"),
    )


# --- boundary events


def test_an_interrupting_boundary_event_takes_the_place_of_its_activity():
    play = Play(edge(message()))
    task = play.task("a")
    play.deliver("письмо", ответ="да")
    assert play.open == ["h"]
    assert play.last.cancelled == (task.element_id,)
    assert [passed.node for passed in play.last.passed if passed.cancelled] == ["a"]
    assert play.variables == {"ответ": "да"}
    assert play.do("h").ended


def test_a_non_interrupting_boundary_event_fires_as_often_as_it_comes():
    play = Play(edge(message(), interrupting=False))
    play.deliver("письмо").deliver("письмо")
    assert play.open == ["a", "h", "h"]
    play.do("a").do("h").do("h")
    assert play.open == ["z"]
    assert play.waiting == []


def test_completing_a_step_on_the_path_of_a_reminder_does_not_end_the_reminders():
    play = Play(edge(every("R/PT1H"), interrupting=False))
    play.wait(hours=1).do("h").wait(hours=1)
    assert play.open == ["a", "h"]
    assert play.waiting == ["b"]


def test_the_events_of_an_activity_end_with_it():
    play = Play(edge(after("PT1H")))
    wait = next(iter(play.waits))
    assert play.do("a").last.ended_waits == (wait,)
    assert play.waiting == []
    assert play.wait(hours=2).open == ["z"]


def test_an_event_of_an_activity_that_is_over_at_once_is_never_reported():
    play = Play(
        diagram(
            start(),
            script("a", "{k: 1}"),
            user("z"),
            boundary("b", "a", after("PT1H")),
            user("h"),
            path("s a z", "b h"),
        )
    )
    assert play.last.waits == ()
    assert play.last.ended_waits == ()


def test_a_step_done_after_its_timer_was_due_counts_as_done():
    play = Play(edge(after("PT1H")))
    play.now = play.now.replace(hour=12)
    assert play.do("a").open == ["z"]


def test_a_conditional_boundary_event_fires_when_its_condition_becomes_true():
    play = Play(edge(condition("доход < 100")), {"доход": 500})
    assert play.open == ["a"]
    assert play.set(доход=90).open == ["h"]


def test_a_non_interrupting_condition_fires_on_the_edge_only():
    play = Play(edge(condition("доход < 100"), interrupting=False), {"доход": 50})
    assert play.open == ["a", "h"]
    assert play.set(доход=60).open == ["a", "h"]
    assert play.set(доход=500).set(доход=10).open == ["a", "h", "h"]


def test_a_boundary_event_of_a_sub_process_ends_everything_in_it():
    play = Play(
        diagram(
            start(),
            sub(
                "p1",
                start("s1"),
                user("a"),
                boundary("t1", "a", after("P1D")),
                end("e1"),
                parallel("g1"),
                sub("p2", start("s2"), user("deep"), path("s2 deep")),
                path("s1 g1 a e1", "g1 p2", "t1 e1"),
            ),
            boundary("b", "p1", signal()),
            user("h"),
            path("s p1", "b h"),
        )
    )
    assert play.open == ["a", "deep"]
    assert play.signal("тревога").open == ["h"]
    assert play.waiting == []
    assert play.do("h").ended


# --- intermediate events and the event-based gateway


def test_a_timer_on_the_way_waits():
    play = Play(diagram(start(), catch("t", after("PT1H")), user("z"), path("s t z")))
    assert play.waiting == ["t"]
    assert play.wait(minutes=59).open == []
    assert play.wait(minutes=1).open == ["z"]


def test_a_condition_on_the_way_waits_until_it_holds():
    xml = diagram(start(), catch("c", condition("n > 3")), user("z"), path("s c z"))
    assert Play(xml, {"n": 4}).open == ["z"]
    play = Play(xml, {"n": 1})
    assert play.open == []
    assert play.last.waits == ()
    assert play.set(n=5).open == ["z"]


RACE = diagram(
    start(),
    xor("m"),
    first_of("g"),
    catch("t1", after("PT1H")),
    catch("t2", after("PT2H")),
    catch("m1", message()),
    node("receiveTask", "m2", messageRef="m_other"),
    user("h1"),
    user("h2"),
    xor("x", default="out"),
    end(),
    path("s m g t1 h1 x", "g t2 h2 e", "g m1 h2", "g m2 h2"),
    flow("x", "m", "ещё"),
    flow("x", "e", id="out"),
)


def test_behind_an_event_gateway_the_first_event_wins():
    play = Play(RACE)
    assert play.waiting == ["m1", "m2", "t1", "t2"]
    play.wait(minutes=90)
    assert play.open == ["h1"]
    assert play.waiting == []
    assert [passed.node for passed in play.last.passed] == ["t1"]


def test_the_losers_of_an_event_gateway_compete_anew_in_the_next_round():
    play = Play(RACE).wait(hours=1).do("h1", ещё=True)
    assert play.waiting == ["m1", "m2", "t1", "t2"]
    play.deliver("письмо", ответ=7)
    assert play.open == ["h2"]
    assert play.variables["ответ"] == 7
    assert Play(RACE).deliver("другое").open == ["h2"]


# --- messages


def test_a_message_goes_out_with_its_payload_and_key():
    ext = extensions(
        inputs_outputs({"решение": "=итог", "текст": "как есть"}), properties(key='=дело.номер + "/2"')
    )
    play = Play(
        diagram(start(), throw("t", message(), ext), end("e", message("m_other")), path("s t e")),
        {"итог": "нуждается"},
    )
    first, second = play.sent
    assert (first.node, first.kind, first.name, first.key) == ("t", WaitKind.MESSAGE, "письмо", "ИП-1/2")
    assert first.payload == {"решение": "нуждается", "текст": "как есть"}
    assert (second.node, second.name, second.key, second.payload) == ("e", "другое", "ИП-1", {})


def test_a_message_never_reaches_its_own_sender():
    play = Play(
        diagram(start(), parallel("g"), catch("c", message()), throw("t", message()), path("s g c", "g t"))
    )
    assert play.waiting == ["c"]
    assert len(play.sent) == 1


def test_a_waiting_message_tells_its_name_and_key():
    ext = extensions(properties(key="=семья"))
    play = Play(diagram(start(), catch("c", message(), ext), user("z"), path("s c z")), {"семья": 12})
    (wait,) = play.waits.values()
    assert (wait.node, wait.name, wait.key, wait.process) == ("c", "письмо", "12", "p")


def test_a_send_task_sends_its_inputs():
    ext = extensions(inputs_outputs({"кому": "=имя"}))
    play = Play(
        diagram(start(), node("sendTask", "t", ext, messageRef="m_letter"), path("s t")), {"имя": "Орлова"}
    )
    assert play.sent[0].payload == {"кому": "Орлова"}
    assert play.variables == {"имя": "Орлова"}
    assert play.ended


def test_a_received_message_passes_through_the_output_mapping():
    ext = extensions(inputs_outputs(outputs={"итог": "=ответ + 1"}))
    play = Play(diagram(start(), catch("c", message(), ext), user("z"), path("s c z")))
    assert play.deliver("письмо", ответ=1, лишнее=2).variables == {"итог": 2}


def test_a_message_with_the_wrong_name_is_refused():
    play = Play(edge(message()))
    wait = next(iter(play.waits.values()))
    with pytest.raises(StepFailed, match="уже не открыт"):
        play.step(bpmn.Deliver(wait.element_id, "другое"))
    assert play.open == ["a"]


def test_a_message_is_delivered_to_the_one_element_chosen():
    loop = sub(
        "l",
        for_each("вопросы", "вопрос"),
        start("s1"),
        user("x"),
        boundary("b", "x", message()),
        user("h"),
        path("s1 x", "b h"),
    )
    play = Play(diagram(start(), loop, path("s l")), {"вопросы": ["А", "Б"]})
    play.deliver("письмо", 1)
    assert play.open == ["h", "x"]
    assert play.sees("h")["вопрос"] == "Б"


# --- signals


def test_a_signal_reaches_everything_that_waits_for_it_inside_and_goes_out_too():
    play = Play(
        diagram(
            start(),
            parallel("g"),
            user("a"),
            throw("t", signal()),
            catch("c1", signal()),
            catch("c2", signal()),
            user("x"),
            path("s g a t", "g c1 x", "g c2 x"),
        )
    )
    play.do("a")
    assert play.open == ["x", "x"]
    assert [(sent.kind, sent.name, sent.key) for sent in play.sent] == [(WaitKind.SIGNAL, "тревога", None)]


def test_a_signal_from_outside_carries_variables_and_need_not_be_awaited():
    play = Play(edge(signal()))
    assert play.signal("отбой").open == ["a"]
    assert play.signal("тревога", причина="пожар").variables == {"причина": "пожар"}
    assert play.open == ["h"]


def test_a_signal_end_event_sends_its_signal():
    play = Play(diagram(start(), end("e", signal()), path("s e")))
    assert play.sent[0].kind is WaitKind.SIGNAL
    assert play.ended
    assert play.end_event == "e"


# --- errors and escalations


def failing(*catchers: str, code: str = "e_refusal") -> bytes:
    """A sub-process that ends with an error, and what is around it."""
    inner = sub("p1", start("s1"), user("a"), user("k"), end("bad", error(code)), path("s1 a bad", "s1 k"))
    return diagram(start(), inner, user("n"), *catchers, user("h"), path("s p1 n"))


def test_an_error_ends_the_sub_process_and_is_caught_at_its_edge():
    play = Play(failing(boundary("b", "p1", error()), path("b h"))).do("a")
    assert play.open == ["h"]
    assert "bad" in play.passed
    assert play.do("h").ended


def test_an_error_with_a_code_is_caught_by_the_exact_event_before_the_one_that_catches_all():
    both = (boundary("every", "p1", error("")), boundary("exact", "p1", error()), path("every n", "exact h"))
    assert Play(failing(*both)).do("a").open == ["h"]
    assert Play(failing(*both, code="e_other")).do("a").open == ["n"]


def test_the_variables_of_a_caught_error_are_filled():
    trigger = error("", camunda__errorCodeVariable="код", camunda__errorMessageVariable="текст")
    play = Play(failing(boundary("b", "p1", trigger), path("b h"))).do("a")
    assert play.variables == {"код": "ОТКАЗ", "текст": ""}


def test_an_error_nobody_catches_is_an_incident_where_it_was_thrown():
    play = Play(failing(boundary("b", "p1", error("e_other")), path("b h"))).do("a")
    assert play.incidents == ["bad"]
    assert play.open == ["k"]
    assert "ошибка «ОТКАЗ» никем не обрабатывается" in play.message("bad")


def test_an_error_is_not_caught_at_the_edge_of_a_neighbour():
    play = Play(
        diagram(
            start(),
            sub(
                "p1",
                start("s1"),
                parallel("g1"),
                user("a"),
                end("bad", error()),
                sub("p2", start("s2"), user("i"), path("s2 i")),
                boundary("wrong", "p2", error()),
                user("w"),
                path("s1 g1 a bad", "g1 p2", "wrong w"),
            ),
            boundary("b", "p1", error()),
            user("h"),
            path("s p1", "b h"),
        )
    )
    assert play.do("a").open == ["h"]


def test_an_error_climbs_out_of_a_called_process():
    other = diagram(start("qs"), user("qa"), end("qe", error()), path("qs qa qe"), id="q")
    caller = diagram(start(), call("c", "q"), boundary("b", "c", error()), user("h"), path("s c", "b h"))
    assert Play(caller, others=(other,)).do("qa").open == ["h"]
    careless = diagram(start(), call("c", "q"), path("s c"))
    assert Play(careless, others=(other,)).do("qa").incidents == ["qe"]


def test_a_business_error_of_an_operation_is_caught_at_its_task():
    play = Play(
        diagram(
            start(), service("v"), user("n"), boundary("b", "v", error()), user("h"), path("s v n", "b h")
        )
    )
    assert play.fail("v", "ОТКАЗ", "не нашли").open == ["h"]
    assert play.services == {}


def test_a_business_error_reported_at_a_step_is_caught_or_refused():
    assert Play(edge(error())).throw("a", "ОТКАЗ").open == ["h"]
    play = Play(edge(error()))
    with pytest.raises(StepFailed, match="никем не обрабатывается"):
        play.throw("a", "ИНОЕ")
    assert play.open == ["a"]


def test_an_escalation_lets_its_sender_go_on_when_the_catcher_does_not_interrupt():
    inner = sub("p1", start("s1"), user("a"), throw("up", escalation()), user("k"), path("s1 a up k"))
    play = Play(
        diagram(
            start(),
            inner,
            user("n"),
            boundary("b", "p1", escalation(""), interrupting=False),
            user("h"),
            path("s p1 n", "b h"),
        )
    )
    assert play.do("a").open == ["h", "k"]
    assert play.do("k").open == ["h", "n"]


def test_an_interrupting_escalation_stops_its_sender():
    inner = sub("p1", start("s1"), user("a"), throw("up", escalation()), user("k"), path("s1 a up k"))
    play = Play(
        diagram(
            start(), inner, user("n"), boundary("b", "p1", escalation()), user("h"), path("s p1 n", "b h")
        )
    )
    assert play.do("a").open == ["h"]
    assert "up" in play.passed


def test_an_escalation_nobody_catches_is_only_passed():
    play = Play(
        diagram(start(), throw("up", escalation()), user("a"), end("e", escalation()), path("s up a e"))
    )
    assert play.open == ["a"]
    assert play.do("a").ended


# --- terminate


def test_a_terminate_end_ends_its_level_with_everything_in_it():
    inner = sub(
        "p1",
        start("s1"),
        parallel("g1"),
        user("a"),
        user("k"),
        sub("p2", start("s2"), user("deep"), path("s2 deep")),
        end("stop", terminate()),
        path("s1 g1 a stop", "g1 k", "g1 p2"),
    )
    play = Play(
        diagram(start(), parallel("g"), inner, user("after"), user("side"), path("s g p1 after", "g side"))
    )
    assert play.do("a").open == ["after", "side"]


def test_a_terminate_end_of_the_process_ends_the_case():
    play = Play(
        diagram(
            start(),
            parallel("g"),
            user("k"),
            end("stop", terminate()),
            sub("p1", user("a")),
            boundary("t", "p1", after("P1D")),
            user("h"),
            path("s g k stop", "g p1", "t h"),
        )
    )
    assert play.do("k").ended
    assert play.end_event == "stop"
    assert play.waiting == []


def test_messages_of_a_called_process_name_the_process():
    q = process(start("qs"), user("a"), path("qs a"), id="q")
    p = process(start("s"), call("c", "q"), path("s c"), id="p")
    play = Play(document(p, q), process="p")
    assert play.task("a").process == "q"
    assert [(one.node, one.process) for one in play.last.passed] == [("s", "p"), ("qs", "q")]


@pytest.mark.parametrize("interrupting", [True, False])
def test_all_conditions_that_become_true_at_once_fire(interrupting):
    edges = [boundary(f"c{one}", one, condition("n > 3"), interrupting=interrupting) for one in "ab"]
    ways = path("s g a", "g b", "g other", "ca x", "cb y")
    play = Play(
        diagram(start(), parallel("g"), *map(user, ("a", "b", "other", "x", "y")), *edges, ways), {"n": 0}
    )
    play.do("other", n=4)
    assert play.open == (["x", "y"] if interrupting else ["a", "b", "x", "y"])
    assert play.step(bpmn.SetVariables({"n": 5})).open == (
        ["x", "y"] if interrupting else ["a", "b", "x", "y"]
    )
