"""The stage and the status of a case: set by the elements that its tokens come to."""

from __future__ import annotations

import pytest

from tests.engine.bpmn.drawing import (
    after,
    call,
    catch,
    diagram,
    every,
    extensions,
    first_of,
    message,
    node,
    path,
    properties,
    start,
    sub,
    user,
)
from tests.engine.bpmn.playing import Play


def test_stage_and_status_are_those_of_the_last_element_reached():
    play = Play(
        diagram(
            start(),
            user("a", extensions(properties(stage="Приём", status="в работе"))),
            node("task", "b", extensions(properties(stage="Проверка"))),
            user("c", extensions(properties(status="на комиссии"))),
            user("d"),
            path("s a b c d"),
        )
    )
    assert (play.last.stage, play.last.status) == ("Приём", "в работе")
    play.do("a")
    assert (play.last.stage, play.last.status) == ("Проверка", "на комиссии")
    assert (play.do("c").last.stage, play.last.status) == ("", "")


PLACE = extensions(properties(stage="Сзади", status="сработало"))

STANDING_BY = {
    "a boundary event": (
        start(),
        user("a"),
        node("boundaryEvent", "x", PLACE, message(), attachedToRef="a", cancelActivity=False),
        user("h"),
        path("s a", "x h"),
    ),
    "an event behind a gateway": (
        start(),
        first_of("g"),
        node("intermediateCatchEvent", "x", PLACE, message()),
        catch("y", after("P30D")),
        user("h"),
        path("s g x h", "g y"),
    ),
    "a receive task behind a gateway": (
        start(),
        first_of("g"),
        node("receiveTask", "x", PLACE, messageRef="m_letter"),
        catch("y", after("P30D")),
        user("h"),
        path("s g x h", "g y"),
    ),
    "an event sub-process": (
        start(),
        user("a"),
        path("s a"),
        sub(
            "ev",
            PLACE,
            node("startEvent", "x", message(), isInterrupting=False),
            user("h"),
            path("x h"),
            triggeredByEvent=True,
        ),
    ),
    "the start of an event sub-process": (
        start(),
        user("a"),
        path("s a"),
        sub(
            "ev",
            node("startEvent", "x", PLACE, message(), isInterrupting=False),
            user("h"),
            path("x h"),
            triggeredByEvent=True,
        ),
    ),
}


@pytest.mark.parametrize("standing_by", STANDING_BY.values(), ids=STANDING_BY)
def test_an_event_that_stands_by_sets_stage_and_status_when_it_fires(standing_by):
    play = Play(diagram(*standing_by))
    assert (play.last.stage, play.last.status) == ("", "")
    play.deliver("письмо")
    assert play.open[-1] == "h"
    assert (play.last.stage, play.last.status) == ("Сзади", "сработало")


def test_a_reminder_that_comes_again_sets_the_status_again_and_not_before():
    reminder = node("boundaryEvent", "x", PLACE, every("R/P1D"), attachedToRef="a", cancelActivity=False)
    play = Play(diagram(start(), user("a"), reminder, user("h"), path("s a", "x h")))
    assert play.wait(hours=1).last.status == ""
    assert play.wait(days=1).last.status == "сработало"
    assert play.wait(hours=1).last.status == ""
    assert play.wait(days=1).last.status == "сработало"


def test_an_event_on_the_way_sets_the_status_while_it_is_waited_for():
    waiting = node("intermediateCatchEvent", "x", PLACE, message())
    play = Play(diagram(start(), waiting, user("h"), path("s x h")))
    assert play.last.status == "сработало"


CALLED = diagram(
    start("cs"),
    user("in1", extensions(properties(stage="Выезд", status="выезд готовится"))),
    user("in2", extensions(properties(status="пишется акт"))),
    path("cs in1 in2"),
    id="called",
)


def calls(**named: str) -> Play:
    """A case that calls another pathway from an element with these properties, and has come to it."""
    before = user("a", extensions(properties(stage="Проверка", status="идёт проверка")))
    of_the_call = [extensions(properties(**named))] if named else []
    after_it = user("b", extensions(properties(status="проверено")))
    main = diagram(start(), before, call("c", "called", *of_the_call), after_it, path("s a c b"))
    return Play(main, others=(CALLED,)).do("a")


@pytest.mark.parametrize(
    ("named", "shown", "then"),
    [
        ({}, ("Выезд", "выезд готовится"), ("", "пишется акт")),
        ({"stage": "Проверка"}, ("Проверка", "выезд готовится"), ("", "пишется акт")),
        ({"status": "выезд"}, ("Выезд", "выезд"), ("", "")),
        ({"stage": "Проверка", "status": "выезд"}, ("Проверка", "выезд"), ("", "")),
    ],
    ids=["nothing", "stage", "status", "both"],
)
def test_what_a_call_names_stands_while_the_called_pathway_runs(named, shown, then):
    play = calls(**named)
    assert (play.last.stage, play.last.status) == shown
    play.do("in1")
    assert (play.last.stage, play.last.status) == then
    play.do("in2")
    assert (play.last.stage, play.last.status) == ("", "проверено")


def test_a_call_speaks_for_everything_inside_however_deep():
    middle = diagram(start("ms"), call("mc", "called"), path("ms mc"), id="middle")
    outer = call("c", "middle", extensions(properties(stage="Проверка", status="идёт проверка")))
    play = Play(diagram(start(), outer, path("s c")), others=(middle, CALLED))
    assert play.open == ["in1"]
    assert (play.last.stage, play.last.status) == ("Проверка", "идёт проверка")


def test_a_block_of_the_same_diagram_hides_nothing():
    inner = user("x", extensions(properties(status="внутри")))
    around = sub("around", extensions(properties(status="снаружи")), start("ps"), inner, path("ps x"))
    play = Play(diagram(start(), around, path("s around")))
    assert play.last.status == "внутри"
