"""How tokens travel: sequences, gateways, links, conditional flows, and what is not drawn."""

from __future__ import annotations

import pytest

from tests.engine.bpmn.drawing import (
    catch,
    diagram,
    end,
    flow,
    inclusive,
    node,
    parallel,
    path,
    script,
    start,
    throw,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play


def test_a_chain_of_tasks_opens_one_after_another():
    play = Play(diagram(start(), user("a"), user("b"), end(), path("s a b e")))
    assert play.open == ["a"]
    assert play.do("a").open == ["b"]
    assert play.do("b").ended
    assert play.end_event == "e"
    assert play.passed == ["s", "a", "b", "e"]


def test_the_flows_taken_are_reported_in_order():
    play = Play(diagram(start(), user("a"), end(), flow("s", "a", id="first"), flow("a", "e", id="last")))
    assert play.flows == ["first"]
    assert play.do("a").last.flows == ("last",)


def test_plain_and_manual_tasks_do_not_stop_the_token():
    play = Play(diagram(start(), node("task", "a"), node("manualTask", "b"), user("c"), path("s a b c")))
    assert play.open == ["c"]
    assert play.passed == ["s", "a", "b"]


@pytest.mark.parametrize(("n", "chosen"), [(9, "x"), (1, "y"), (None, "y")])
def test_an_exclusive_gateway_takes_the_first_way_whose_condition_holds(n, chosen):
    play = Play(
        diagram(
            start(),
            xor("g", default="d"),
            user("x"),
            user("x2"),
            user("y"),
            path("s g"),
            flow("g", "x", "n > 5"),
            flow("g", "x2", "n > 3"),
            flow("g", "y", id="d"),
        ),
        {"n": n},
    )
    assert play.open == [chosen]


def test_the_only_way_without_a_condition_is_the_default_one():
    xml = diagram(
        start(),
        xor("g"),
        user("y"),
        user("x"),
        path("s g"),
        flow("g", "y"),
        flow("g", "x", "n > 5"),
    )
    assert Play(xml, {"n": 9}).open == ["x"]
    assert Play(xml, {"n": 1}).open == ["y"]


def test_conditions_of_other_dialects_are_read_when_feel_is_inside():
    parts = [start(), xor("g", default="d"), user("x"), user("y"), path("s g"), flow("g", "y", id="d")]
    for text in ("n > 5", "=n > 5", "${n > 5}", "  = n > 5 "):
        assert Play(diagram(*parts, flow("g", "x", text)), {"n": 9}).open == ["x"]


def test_merging_without_a_gateway_lets_each_token_through():
    play = Play(diagram(start(), parallel("g"), user("a"), user("b"), user("m"), path("s g a m", "g b m")))
    play.do("a").do("b")
    assert play.open == ["m", "m"]
    assert play.do("m").do("m").ended


def test_several_flows_from_a_task_are_taken_at_once():
    play = Play(diagram(start(), user("a"), user("x"), user("y"), path("s a x", "a y")))
    assert play.do("a").open == ["x", "y"]


def test_a_parallel_join_waits_for_all_branches():
    play = Play(
        diagram(
            start(), parallel("g"), user("a"), user("b"), parallel("j"), user("z"), path("s g a j z", "g b j")
        )
    )
    assert play.do("b").open == ["a"]
    assert play.do("a").open == ["z"]
    assert play.do("z").ended


def test_a_gateway_may_join_and_split_at_once():
    play = Play(
        diagram(
            start(),
            parallel("g"),
            user("a"),
            user("b"),
            parallel("j"),
            user("x"),
            user("y"),
            path("s g a j x", "g b j y"),
        )
    )
    assert play.do("a").do("b").open == ["x", "y"]
    assert play.do("x").do("y").ended


def test_two_flows_from_one_gateway_into_a_join_are_two_tokens():
    play = Play(diagram(start(), parallel("g"), parallel("j"), user("z"), path("s g", "g j", "g j", "j z")))
    assert play.open == ["z"]


@pytest.mark.parametrize("second", [("a", "b"), ("b", "a")])
def test_a_join_in_a_loop_starts_each_round_from_nothing(second):
    play = Play(
        diagram(
            start(),
            xor("m"),
            parallel("g"),
            user("a"),
            user("b"),
            parallel("j"),
            user("d"),
            xor("x", default="out"),
            end(),
            path("s m g a j d x", "g b j"),
            flow("x", "m", "ещё"),
            flow("x", "e", id="out"),
        )
    )
    play.do("a").do("b").do("d", ещё=True)
    assert play.open == ["a", "b"]
    play.do(second[0])
    assert play.open == [second[1]]
    assert play.do(second[1]).open == ["d"]
    assert play.do("d", ещё=False).ended


def test_a_second_token_at_one_input_of_a_join_is_kept_for_the_next_round():
    play = Play(
        diagram(
            start(),
            parallel("g"),
            user("a"),
            user("b"),
            user("m"),
            user("o"),
            parallel("j"),
            user("z"),
            path("s g a m j z", "g b m", "g o j"),
        )
    )
    play.do("a").do("b").do("m").do("m")
    assert play.open == ["o"]
    assert play.do("o").open == ["z"]
    assert play.incidents == ["j"]
    assert "«j»: сюда пришли не все пути" in play.message("j")


def test_a_join_that_can_never_be_complete_is_an_incident_at_once():
    play = Play(
        diagram(
            start(),
            xor("g", default="d"),
            user("a"),
            user("b"),
            parallel("j"),
            path("s g", "a j", "b j"),
            flow("g", "a", id="d"),
            flow("g", "b", "n > 5"),
        ),
        {"n": 1},
    )
    play.do("a")
    assert play.incidents == ["j"]
    assert not play.ended


INCLUSIVE = diagram(
    start(),
    inclusive("g", default="d"),
    user("a"),
    user("b"),
    user("c"),
    inclusive("j"),
    user("z"),
    path("s g", "a j z", "b j", "c j"),
    flow("g", "a", "n > 0"),
    flow("g", "b", "n > 1"),
    flow("g", "c", id="d"),
)


@pytest.mark.parametrize(("n", "ways"), [(0, ["c"]), (1, ["a"]), (2, ["a", "b"])])
def test_an_inclusive_gateway_takes_every_way_that_holds_and_joins_them_again(n, ways):
    play = Play(INCLUSIVE, {"n": n})
    assert play.open == ways
    for way in ways:
        assert "z" not in play.open
        play.do(way)
    assert play.open == ["z"]
    assert play.do("z").ended


def test_an_inclusive_join_in_a_loop_waits_in_each_round():
    play = Play(
        diagram(
            start(),
            xor("m"),
            inclusive("g", default="fc"),
            user("a"),
            user("b"),
            user("c"),
            inclusive("j"),
            user("d"),
            xor("x", default="out"),
            end(),
            path("s m g", "a j d x", "b j", "c j"),
            flow("g", "a", "n > 0"),
            flow("g", "b", "n > 1"),
            flow("g", "c", id="fc"),
            flow("x", "m", "ещё"),
            flow("x", "e", id="out"),
        ),
        {"n": 2},
    )
    assert play.do("b").open == ["a"]
    assert play.do("a").open == ["d"]
    assert play.do("d", ещё=True, n=1).open == ["a"]
    assert play.do("a").do("d", ещё=True, n=0).open == ["c"]
    assert play.do("c").do("d", ещё=False).ended


def test_an_inclusive_join_does_not_wait_for_tokens_that_cannot_come():
    play = Play(
        diagram(
            start(),
            parallel("p1"),
            user("free"),
            inclusive("g"),
            user("a"),
            user("b"),
            xor("x", default="away"),
            inclusive("j"),
            user("z"),
            end(),
            path("s p1 free e", "p1 g", "a j z", "b x"),
            flow("g", "a", "true"),
            flow("g", "b", "true"),
            flow("x", "e", id="away"),
            flow("x", "j", "назад"),
        ),
        {"назад": False},
    )
    assert play.do("a").open == ["b", "free"]
    assert play.do("b").open == ["free", "z"]


def test_a_gateway_without_a_way_is_an_incident_that_can_be_retried():
    play = Play(
        diagram(
            start(),
            user("a"),
            xor("g", name="Нуждается?"),
            user("x"),
            user("y"),
            path("s a g"),
            flow("g", "x", "n > 5"),
            flow("g", "y", "n < 0"),
        )
    )
    play.do("a", n=1)
    assert play.incidents == ["g"]
    assert play.message("g") == (
        "«Нуждается?»: ни одно условие не выполнено, а пути по умолчанию нет. "
        "Исправьте данные дела или добавьте в схему путь по умолчанию, затем повторите."
    )
    play.retry("g")
    assert play.incidents == ["g"]
    assert play.set(n=9).retry("g").open == ["x"]
    assert play.incidents == []


@pytest.mark.parametrize(("n", "ways"), [(8, ["x", "y"]), (6, ["x"]), (1, ["z"])])
def test_conditional_and_default_flows_may_leave_a_task_directly(n, ways):
    xml = diagram(
        start(),
        user("a", default="d"),
        user("x"),
        user("y"),
        user("z"),
        path("s a"),
        flow("a", "x", "n > 5"),
        flow("a", "y", "n > 7"),
        flow("a", "z", id="d"),
    )
    assert Play(xml).do("a", n=n).open == ways


def test_a_link_is_a_flow_with_a_gap():
    play = Play(
        diagram(
            start(),
            user("a"),
            throw("there", '<linkEventDefinition name="L"/>'),
            catch("here", '<linkEventDefinition name="L"/>'),
            user("z"),
            path("s a there", "here z"),
        )
    )
    assert play.do("a").open == ["z"]
    assert play.passed == ["s", "a", "there", "here"]


def test_elements_without_start_event_begin_at_once():
    play = Play(diagram(user("a"), user("b"), user("c"), path("a c")))
    assert play.open == ["a", "b"]
    assert play.do("a").do("c").do("b").ended


def test_flows_and_elements_without_id_are_followed():
    xml = diagram('<startEvent id="s"/><userTask name="Без номера"/>', user("z"), path("s z"))
    assert Play(xml).open == ["z"]
    xml = diagram(start(), user("a"), user("b"), '<sequenceFlow sourceRef="s" targetRef="a"/>', path("a b"))
    assert Play(xml).do("a").open == ["b"]


@pytest.mark.parametrize("id", ["Start", "End", "Root", "p.EndJoin"])
def test_no_id_is_reserved(id):
    play = Play(diagram(start("begin"), user(id), end("finish"), path(f"begin {id} finish")))
    assert play.open == [id]
    assert play.do(id).ended


def test_a_long_chain_needs_no_recursion():
    ids = [f"n{number}" for number in range(2000)]
    tasks = [script(one, "{k: 1}") if number % 500 else user(one) for number, one in enumerate(ids)]
    play = Play(diagram(start(), *tasks, end(), path(f"s {' '.join(ids)} e")))
    for one in ("n0", "n500", "n1000", "n1500"):
        assert play.open == [one]
        play.do(one)
    assert play.ended


def test_many_branches_are_joined():
    ids = [f"n{number}" for number in range(100)]
    play = Play(
        diagram(
            start(),
            parallel("g"),
            *(user(one) for one in ids),
            parallel("j"),
            end(),
            path("s g", "j e", *(f"g {one} j" for one in ids)),
        )
    )
    for one in reversed(ids):
        play.do(one)
    assert play.ended
