"""What all cases share is never changed by one of them; what a reader names is never named otherwise."""

from __future__ import annotations

import logging
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine import bpmn
from engine.bpmn.behaviour.blocks import Enclosing
from engine.bpmn.plan import Plan
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    catch,
    condition,
    diagram,
    end,
    error,
    every,
    extensions,
    first_of,
    flow,
    for_each,
    handler,
    inclusive,
    inputs_outputs,
    message,
    parallel,
    path,
    repeat,
    script,
    signal,
    start,
    sub,
    throw,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play

RICH = diagram(
    start(),
    user("a", for_each(result="итоги итог"), extensions(inputs_outputs({"номер": "=loopCounter + 1"}))),
    boundary("t", "a", every("R/PT1H"), interrupting=False),
    user("h"),
    parallel("g"),
    sub(
        "p1",
        for_each("вопросы", "вопрос", sequential=True),
        start("s1"),
        user("b"),
        boundary("b1", "b", message(), interrupting=False),
        script("k", "{сумма: сумма + 1}"),
        end("e1"),
        end("bad", error()),
        path("s1 b k"),
        flow("k", "e1"),
        flow("k", "bad", "false"),
        path("b1 e1"),
    ),
    inclusive("j"),
    first_of("x"),
    catch("c1", after("P1D")),
    catch("c2", condition("сумма > 1")),
    xor("m"),
    user("l", repeat("n < 2")),
    throw("out", signal()),
    end(),
    handler("ev", signal(), user("hv"), path("ev_s hv"), interrupting=False),
    path("s a g p1 j x c1 m", "g j", "x c2 m", "m l out e", "t h"),
)

STEPS: list[Any] = [
    lambda play: play.do("a", итог="да"),
    lambda play: play.wait(hours=2),
    lambda play: play.do("a", итог="нет"),
    lambda play: play.do("h"),
    lambda play: play.deliver("письмо"),
    lambda play: play.do("b"),
    lambda play: play.do("b"),
    lambda play: play.do("l", n=1),
    lambda play: play.do("l", n=2),
    lambda play: play.do("hv"),
]


def signature(plan: Plan) -> dict[str, Any]:
    """Everything there is to a plan, as text: attributes, wiring, subscribers of the library's events."""
    found = {}
    for name, node in plan.nodes.items():
        attributes = {
            key: sorted(map(str, value.items())) if isinstance(value, dict) else str(value)
            for key, value in vars(node).items()
            if not key.endswith("_event") and key not in ("plan", "_wf_spec")
        }
        subscribers = {
            key: value.n_subscribers() for key, value in vars(node).items() if key.endswith("_event")
        }
        inner = signature(node.plan) if isinstance(node, Enclosing) and hasattr(node, "plan") else {}
        found[name] = (type(node).__name__, attributes, subscribers, inner)
    return found


def walk(play: Play) -> list[bytes]:
    states = [play.state]
    for act in STEPS:
        act(play)
        states.append(play.state)
    return states


VARIABLES = {"вопросы": ["А", "Б"], "сумма": 0, "n": 0}


def test_running_a_case_changes_nothing_that_cases_share():
    play = Play(RICH, VARIABLES)
    before = signature(play.program.main.plan)
    walk(play)
    assert play.ended, (play.open, play.waiting)
    assert signature(play.program.main.plan) == before


def test_the_same_commands_give_the_same_bytes():
    assert walk(Play(RICH, VARIABLES)) == walk(Play(RICH, VARIABLES))


def test_cases_of_one_program_can_be_stepped_in_threads():
    expected = walk(Play(RICH, VARIABLES))
    plays = [Play(RICH, VARIABLES) for _ in range(8)]
    for play in plays:
        play.program = plays[0].program
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(walk, plays)) == [expected] * 8


def test_no_clock_is_read_and_no_random_number_is_drawn(monkeypatch):
    def never(*_: object) -> None:
        raise AssertionError("a pure room reads no clock and draws no numbers")

    play = Play(RICH, VARIABLES)
    for module, name in ((time, "time"), (uuid, "uuid4")):
        monkeypatch.setattr(module, name, never)
    monkeypatch.setattr("SpiffWorkflow.task.uuid4", never)
    walk(play)


def test_nothing_of_a_case_is_logged(caplog):
    with caplog.at_level(logging.DEBUG):
        for name in ("spiff", "spiff.task", "spiff.workflow", "spiff.data"):
            caplog.set_level(logging.DEBUG, logger=name)
        walk(Play(RICH, {**VARIABLES, "имя": "Тайна"}))
    assert caplog.records == []


def test_names_in_a_state_are_pinned():
    """A change here makes every stored state unreadable: it needs a new READER_VERSION and a migration."""
    xml = diagram(
        user("a", for_each(), default="d"),
        sub("p1", user("b")),
        user("c"),
        throw("there", '<linkEventDefinition name="L"/>'),
        catch("here", '<linkEventDefinition name="L"/>'),
        flow("a", "p1", "n > 1", id="f1"),
        flow("a", "c", id="d"),
        flow("c", "there", id="f2"),
    )
    (process,) = bpmn.read(xml).processes
    plan = process.plan
    assert {name: [arc.id for arc in node.arcs] for name, node in plan.nodes.items()} == {
        "a": ["a [to split]"],
        "a [child]": [],
        "p1": [],
        "c": ["f2"],
        "there": ["there [link]"],
        "here": [],
        "a [split]": ["f1", "d"],
        "p [start]": ["p [start] a"],
    }
    inner = plan.nodes["p1"]
    assert isinstance(inner, Enclosing)
    assert set(inner.plan.nodes) == {"b", "p1 [start]"}
    assert bpmn.READER_VERSION == 1


@pytest.mark.parametrize("command", [bpmn.Fire(), bpmn.Signal("нет такого")])
def test_a_command_that_changes_nothing_leaves_the_bytes_alone(command):
    play = Play(RICH, VARIABLES)
    before = play.state
    assert play.step(command).state == before


def test_each_kind_of_wait_ends_with_the_case():
    play = Play(RICH, VARIABLES)
    assert play.waiting == ["ev_s", "t"]
    play.step(bpmn.Cancel())
    assert play.waiting == []
