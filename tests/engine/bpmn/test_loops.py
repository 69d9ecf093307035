"""Activities done several times."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.bpmn.drawing import (
    after,
    boundary,
    call,
    diagram,
    end,
    error,
    extensions,
    flow,
    for_each,
    inputs_outputs,
    message,
    path,
    properties,
    repeat,
    script,
    start,
    sub,
    times,
    until,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play

BOTH = pytest.mark.parametrize("sequential", [False, True])
ITEMS = {"вопросы": ["А", "Б", "В"]}


def each(*inner: str, **options: Any) -> bytes:
    return diagram(start(), user("a", for_each(**options), *inner), user("z"), path("s a z"))


@BOTH
def test_there_is_one_instance_for_each_item(sequential):
    play = Play(each(sequential=sequential), ITEMS)
    seen: list[str] = []
    while play.open != ["z"]:
        assert play.open == (["a"] if sequential else ["a"] * (3 - len(seen)))
        seen.append(play.sees("a")["вопрос"])
        play.do("a")
    assert seen == ["А", "Б", "В"]
    assert play.variables == ITEMS


@BOTH
def test_results_are_collected_in_the_order_of_the_items(sequential):
    play = Play(each(sequential=sequential, result="итоги итог"), ITEMS)
    order = [0, 0, 0] if sequential else [2, 0, 0]
    for number, answer in zip(order, ("один", "два", "три"), strict=True):
        play.do("a", number, итог=answer)
    expected = ["один", "два", "три"] if sequential else ["два", "три", "один"]
    assert play.variables == {**ITEMS, "итоги": expected}


@BOTH
def test_without_a_result_the_last_answer_stays(sequential):
    play = Play(each(sequential=sequential), ITEMS).do("a", k=1).do("a", k=2).do("a", k=3)
    assert play.variables["k"] == 3


@BOTH
def test_a_completion_condition_ends_the_rest(sequential):
    loop = for_each("вопросы", "вопрос", until("nrOfCompletedInstances >= 2"), sequential=sequential)
    play = Play(diagram(start(), user("a", loop), user("z"), path("s a z")), ITEMS)
    assert play.do("a").open.count("a") == (1 if sequential else 2)
    assert play.do("a").open == ["z"]


def test_the_completion_condition_sees_the_answer_of_the_instance_just_done():
    loop = for_each("вопросы", "вопрос", until('итог = "нет"'), result="итоги итог")
    play = Play(diagram(start(), user("a", loop), user("z"), path("s a z")), ITEMS)
    assert play.do("a", итог="да").open == ["a", "a"]
    assert play.do("a", итог="нет").open == ["z"]
    assert play.variables["итоги"] == ["да", "нет"]


@BOTH
def test_an_empty_collection_has_no_instances(sequential):
    play = Play(each(sequential=sequential, result="итоги итог"), {"вопросы": []})
    assert play.open == ["z"]
    assert play.variables["итоги"] == []
    assert play.passed == ["s", "a"]


@BOTH
def test_a_number_of_times_may_be_computed(sequential):
    play = Play(
        diagram(start(), user("a", times("n + 1", sequential=sequential)), user("z"), path("s a z")), {"n": 1}
    )
    play.do("a").do("a")
    assert play.open == ["z"]


@BOTH
def test_an_instance_sees_the_counts_of_its_loop(sequential):
    ext = extensions(
        inputs_outputs(
            {"всего": "=nrOfInstances", "номер": "=loopCounter", "готово": "=nrOfCompletedInstances"}
        )
    )
    play = Play(each(ext, sequential=sequential), ITEMS)
    play.do("a")
    last = play.sees("a", -1)
    assert (last["всего"], last["номер"]) == (3, 1 if sequential else 2)


def test_an_instance_says_which_one_it_is():
    ext = extensions(properties(item='"Вопрос " + вопрос'))
    play = Play(each(ext), ITEMS)
    assert [task.item for task in play.tasks.values()] == ["Вопрос А", "Вопрос Б", "Вопрос В"]
    assert [task.item for task in Play(each(), ITEMS).tasks.values()] == ["1 из 3", "2 из 3", "3 из 3"]


def test_a_step_inside_a_call_says_which_one_the_call_is():
    called = diagram(start("qs"), user("in"), path("qs in"), id="called")
    named = call("c", "called", extensions(properties(item='"Вопрос " + вопрос')), for_each())
    play = Play(diagram(start(), named, path("s c")), ITEMS, others=(called,))
    assert [task.item for task in play.tasks.values()] == ["Вопрос А", "Вопрос Б", "Вопрос В"]


@pytest.mark.parametrize("value", [None, "текст", 5])
def test_what_is_no_list_is_an_incident(value):
    play = Play(each(), {"вопросы": value})
    assert play.incidents == ["a"]
    assert "вместо списка «вопросы» получено" in play.message("a")
    assert play.set(вопросы=["А"]).retry("a").open == ["a"]


@pytest.mark.parametrize("count", ["0.5", "-1", '"два"', "null"])
def test_what_is_no_number_of_times_is_an_incident(count):
    play = Play(diagram(start(), user("a", times(count)), path("s a")))
    assert play.incidents == ["a"]


def test_a_loop_of_too_many_instances_is_an_incident():
    play = Play(diagram(start(), user("a", times("100000000")), path("s a")))
    assert play.incidents == ["a"]
    assert "больше 1000 раз" in play.message("a")


@BOTH
def test_sub_processes_for_each_item_keep_their_items_apart(sequential):
    inner = (
        for_each(sequential=sequential, result="итоги итог"),
        start("s1"),
        user("a"),
        boundary("t", "a", after("PT1H"), interrupting=False),
        user("r"),
        xor("x", default="ok"),
        end("bad", error()),
        end("e1"),
        path("s1 a x", "t r e1"),
        flow("x", "e1", id="ok"),
        flow("x", "bad", 'итог = "плохо"'),
    )
    xml = diagram(
        start(), sub("p1", *inner), boundary("b", "p1", error()), user("h"), user("z"), path("s p1 z", "b h")
    )
    play = Play(xml, {"вопросы": ["А", "Б"]})
    while "a" in play.open:
        play.wait(hours=2)
        item = play.sees("a")["вопрос"]
        assert play.sees("r")["вопрос"] == item
        play.do("r").do("a", итог=f"итог {item}")
    assert play.open == ["z"]
    assert play.variables["итоги"] == ["итог А", "итог Б"]
    play = Play(xml, {"вопросы": ["А", "Б"]})
    assert play.do("a", итог="плохо").open == ["h"]
    assert play.do("h").ended


def test_a_boundary_event_of_a_loop_is_there_once():
    play = Play(
        diagram(
            start(),
            user("a", for_each()),
            boundary("b", "a", message(), interrupting=False),
            user("h"),
            user("z"),
            path("s a z", "b h"),
        ),
        ITEMS,
    )
    assert play.waiting == ["b"]
    play.deliver("письмо").deliver("письмо")
    assert play.open == ["a", "a", "a", "h", "h"]
    play.do("a").do("a").do("a")
    assert play.waiting == []


def test_an_interrupting_boundary_event_ends_all_instances():
    play = Play(
        diagram(start(), user("a", for_each()), boundary("b", "a", message()), user("h"), path("s a", "b h")),
        ITEMS,
    )
    play.do("a").deliver("письмо")
    assert play.open == ["h"]
    assert len(play.last.cancelled) == 2


def test_a_standard_loop_repeats_while_its_condition_holds():
    play = Play(diagram(start(), user("a", repeat("n < 3")), user("z"), path("s a z")), {"n": 9})
    assert play.do("a", n=1).do("a", n=2).open == ["a"]
    assert play.do("a", n=3).open == ["z"]


def test_a_standard_loop_may_ask_first_and_may_have_a_limit():
    first = diagram(start(), user("a", repeat("n < 3", before=True)), user("z"), path("s a z"))
    assert Play(first, {"n": 9}).open == ["z"]
    limited = diagram(start(), user("a", repeat("n < 3", maximum=2)), user("z"), path("s a z"))
    assert Play(limited, {"n": 0}).do("a").do("a").open == ["z"]


def test_instances_that_need_nobody_run_through():
    play = Play(
        diagram(start(), sub("p1", for_each(), script("k", "{сумма: сумма + вопрос}")), path("s p1")),
        {"вопросы": [1, 2, 3], "сумма": 0},
    )
    assert play.variables["сумма"] == 6
    assert play.ended
