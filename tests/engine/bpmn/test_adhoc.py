"""Ad-hoc sub-processes: people choose what is done, in which order and how often."""

from __future__ import annotations

from engine import bpmn
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    catch,
    diagram,
    end,
    flow,
    for_each,
    handler,
    inclusive,
    message,
    node,
    path,
    script,
    signal,
    start,
    times,
    user,
)
from tests.engine.bpmn.playing import Play

UNDO = "<compensateEventDefinition/>"


def free(*inner: str, until: str = "хватит", id: str = "free", **attributes: object) -> str:
    """An ad-hoc sub-process with a completion condition."""
    condition = f"<completionCondition>{until}</completionCondition>"
    return node("adHocSubProcess", id, *inner, condition, **attributes)


def around(part: str) -> bytes:
    return diagram(start(), part, user("z"), path("s free z"))


def test_every_step_without_an_incoming_flow_may_be_done():
    play = Play(around(free(user("a"), user("b"), user("c"), path("b c"))))
    assert play.open == ["a", "b"]
    assert [place.node for place in play.position.inside] == ["free"]


def test_a_step_that_may_be_chosen_says_what_else_may_be_begun():
    (process,) = bpmn.read(around(free(user("a"), user("b"), user("c"), path("b c")))).processes
    chosen = {node: step.choices for node, step in process.steps.items() if step.choices}
    assert chosen == {"a": ("Шаг a", "Шаг b"), "b": ("Шаг a", "Шаг b")}


def test_a_step_may_be_done_again_until_the_condition_holds():
    play = Play(around(free(user("a"), user("b"))))
    assert play.do("a").do("a").do("b").open == ["a", "b"]
    assert play.do("b", хватит=True).open == ["z"]
    assert play.passed == ["s", "a", "a", "b", "b", "free"]


def test_a_step_behind_another_one_is_begun_by_it():
    play = Play(around(free(user("a"), user("b"), user("c"), path("a c"))))
    assert play.do("a").open == ["a", "b", "c"]
    assert play.do("c", хватит=True).open == ["z"]


def test_one_after_another_nothing_is_begun_while_a_step_has_to_be_finished():
    play = Play(around(free(user("a"), user("b"), user("c"), path("a c"), ordering="Sequential")))
    assert play.open == ["a", "b"]
    assert play.do("a").open == ["c"]
    assert play.do("c").open == ["a", "b"]
    assert play.do("b", хватит=True).open == ["z"]


def test_one_after_another_a_wait_that_is_over_lets_the_others_be_chosen_again():
    inside = free(user("a"), user("b"), catch("t", after("PT1H")), path("a t"), ordering="Sequential")
    play = Play(around(inside))
    assert play.do("a").open == []
    assert play.wait(hours=1).open == ["a", "b"]


def test_the_end_cancels_what_is_still_open():
    play = Play(around(free(user("a"), user("b"), user("c"), path("a c"))))
    play.do("a").do("b", хватит=True)
    assert play.open == ["z"]
    assert len(play.last.cancelled) == 2


def test_the_end_may_wait_for_what_has_been_begun():
    inside = free(user("a"), user("b"), user("c"), path("a c"), cancelRemainingInstances=False)
    play = Play(around(inside))
    assert play.do("a").do("b", хватит=True).open == ["c"]
    assert play.do("c").open == ["z"]


def test_what_follows_by_itself_belongs_to_the_step_before_it():
    play = Play(around(free(user("a"), script("c", "{n: n + 1}"), path("a c"), until="n > 1")), {"n": 0})
    assert play.do("a").open == ["a"]
    assert play.do("a").open == ["z"]


def test_a_condition_that_cannot_be_asked_is_an_incident_and_the_steps_stay_open():
    play = Play(around(free(user("a"), user("b"), until="n")), {"n": "много"})
    assert play.do("a").incidents == ["free"]
    assert play.open == ["b"]
    assert play.set(n=False).retry("free").open == ["a", "b"]
    assert play.do("b", n=True).open == ["z"]


def test_an_event_at_the_edge_ends_it():
    part = free(user("a")) + boundary("t", "free", after("PT1H")) + user("late") + path("t late")
    assert Play(around(part)).wait(hours=1).open == ["late"]


def test_an_interrupting_handler_inside_ends_the_choice():
    stop = handler("h", message(), user("c"), path("h_s c"))
    play = Play(around(free(user("a"), stop)))
    assert play.deliver("письмо").open == ["c"]
    assert play.do("c").open == ["z"]


def test_a_handler_that_interrupts_nothing_leaves_the_choice_open():
    beside = handler("h", signal(), user("c"), path("h_s c"), interrupting=False)
    play = Play(around(free(user("a"), beside)))
    assert play.signal("тревога").open == ["a", "c"]
    assert play.do("c", хватит=True).open == ["z"]


def test_a_step_that_was_interrupted_may_be_chosen_again():
    inside = free(user("a"), boundary("t", "a", after("PT1H")), catch("u", after("P1D")), path("t u"))
    play = Play(around(inside))
    assert play.wait(hours=1).open == ["a"]


def test_a_repeated_step_is_one_choice():
    play = Play(around(free(user("a", times("2")), user("b"))))
    assert play.open == ["a", "a", "b"]
    assert play.do("a").open == ["a", "b"]
    assert play.do("a").open == ["a", "a", "b"]


def test_several_at_once_keep_their_choices_apart():
    inside = free(for_each(), user("a"), until="вопрос = ответ")
    play = Play(around(inside), {"вопросы": ["жильё", "доход"], "ответ": ""})
    assert play.open == ["a", "a"]
    assert play.do("a", ответ="доход").open == ["a", "a"]
    assert play.do("a", 1, ответ="жильё").open == ["a"]
    assert play.do("a", ответ="доход").open == ["z"]


def test_a_join_does_not_wait_for_what_nobody_has_begun():
    inside = free(user("a"), user("b"), inclusive("j"), user("c"), path("a j c", "b j"))
    assert Play(around(inside)).do("a").open == ["a", "b", "c"]


def test_what_was_done_in_it_can_be_undone():
    inside = free(
        user("a"),
        boundary("u", "a", UNDO),
        user("back", isForCompensation=True),
        '<association id="as" sourceRef="u" targetRef="back"/>',
    )
    undo = node("intermediateThrowEvent", "undo", UNDO)
    play = Play(diagram(start(), inside, undo, user("z"), path("s free undo z")))
    play.do("a").do("a", хватит=True)
    assert play.open == ["back"]
    assert play.do("back").open == ["back"]
    assert play.do("back").open == ["z"]


def test_a_choice_may_lead_through_gateways():
    gate = node("exclusiveGateway", "g", default="no")
    flows = path("a g") + flow("g", "c", "n > 1") + flow("g", "d", id="no")
    play = Play(around(free(user("a"), gate, user("c"), user("d"), flows)))
    assert play.do("a", n=2).open == ["a", "c"]


def test_it_may_end_the_case():
    play = Play(diagram(start(), free(user("a")), end(), path("s free e")))
    assert play.do("a", хватит=True).ended
