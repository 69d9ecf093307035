"""What scenarios have passed of the diagrams, all together."""

from __future__ import annotations

from engine.scenarios.play import play
from tests.engine.scenarios.playing import ground, must_pass, scenario
from tests.factories.cases import (
    END,
    START,
    boundary,
    chain,
    condition,
    diagram,
    event,
    exclusive,
    flows,
    message,
    user_task,
)

CHOICE = diagram(
    "choice",
    START
    + user_task("a")
    + exclusive("g", "f_g_b")
    + user_task("b")
    + user_task("c")
    + END
    + flows("s a g b e", "c e")
    + condition("g", "c", "x = 1"),
)


def test_scenarios_together_pass_what_each_alone_leaves_out() -> None:
    with ground(CHOICE) as tried:
        must_pass(play(tried, scenario({"complete": "a"}, {"complete": "b"})))
        assert tried.coverage().missing == ("c", "f_c_e", "f_g_c")
        assert (tried.coverage().elements, tried.coverage().flows) == (0.8333, 0.6667)
        must_pass(play(tried, scenario({"complete": "a", "with": {"x": 1}}, {"complete": "c"})))
        assert (tried.coverage().elements, tried.coverage().flows, tried.coverage().missing) == (1.0, 1.0, ())


def test_a_step_that_was_opened_and_interrupted_was_come_to() -> None:
    body = START + user_task("a") + END + boundary("x", "a", "message", "msg.stop") + event("endEvent", "n")
    files = diagram("stops", body + flows("s a e", "x n"), message("msg.stop"))
    with ground(files) as tried:
        must_pass(play(tried, scenario({"message": "msg.stop"})))
        assert tried.coverage().missing == ("e", "f_a_e")


def test_an_event_that_never_fired_was_not_passed() -> None:
    body = START + user_task("a") + END + boundary("x", "a", "message", "msg.stop") + event("endEvent", "n")
    files = diagram("stops", body + flows("s a e", "x n"), message("msg.stop"))
    with ground(files) as tried:
        must_pass(play(tried, scenario({"complete": "a"})))
        assert tried.coverage().missing == ("x", "n", "f_x_n")


def test_a_sub_process_on_an_event_counts_when_it_ran() -> None:
    inside = (
        '<subProcess id="h" name="Отзыв" triggeredByEvent="true">'
        '<startEvent id="hs"><messageEventDefinition messageRef="msg_stop"/></startEvent>'
        + user_task("ha")
        + event("endEvent", "he")
        + flows("hs ha he")
        + "</subProcess>"
    )
    files = diagram("handles", START + user_task("a") + END + flows("s a e") + inside, message("msg.stop"))
    with ground(files) as tried:
        must_pass(play(tried, scenario({"message": "msg.stop", "tasks": ["ha"]})))
        assert tried.coverage().missing == ("e", "he", "f_a_e", "f_ha_he")


def test_given_files_count_and_those_of_the_product_do_not() -> None:
    call = '<callActivity id="c" name="Вызвать" calledElement="inner"/>'
    outer = diagram("outer", START + call + END + flows("s c e"))
    inner = chain("inner", user_task("a"), user_task("b"))
    with ground([outer, inner]) as tried:
        must_pass(play(tried, scenario({"tasks": ["a"]}, {"complete": "inner/a", "tasks": ["b"]})))
        assert tried.coverage().missing == ("e", "e", "f_c_e", "f_b_e")


def test_scenarios_know_nothing_of_one_another() -> None:
    """Each begins with the first number of the year, whatever the others did."""
    with ground(chain("small", user_task("a"))) as tried:
        for _ in range(2):
            with tried.instance(tried._pattern.clock.now()) as rt:
                assert rt.database.path is not None
                assert rt.database.path != tried._pattern.database.path
            must_pass(play(tried, scenario({"tasks": ["a"], "sent": []})))


def test_nothing_is_left_behind() -> None:
    with ground(chain("small", user_task("a"))) as tried:
        must_pass(play(tried, scenario({"tasks": ["a"]})))
        folder = tried._folder
        assert [path.name for path in folder.iterdir()] == ["pattern"]
    assert not folder.exists()
