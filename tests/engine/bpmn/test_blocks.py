"""Sub-processes and called processes."""

from __future__ import annotations

import pytest

from engine import bpmn
from engine.errors import StepFailed
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    call,
    diagram,
    end,
    extensions,
    flow,
    for_each,
    inputs_outputs,
    path,
    script,
    start,
    sub,
    user,
    xor,
)
from tests.engine.bpmn.playing import Play


def passing(*lines: str) -> str:
    return extensions(*(f"<camunda:{line}/>" for line in lines))


def test_a_sub_process_goes_on_when_everything_in_it_is_done():
    play = Play(diagram(start(), sub("p1", user("a"), user("b")), user("z"), path("s p1 z")))
    assert play.open == ["a", "b"]
    assert [place.node for place in play.position.inside] == ["p1"]
    assert play.do("a").open == ["b"]
    assert play.do("b").open == ["z"]
    assert play.passed == ["s", "a", "b", "p1"]


def test_a_sub_process_shares_the_variables_around_it():
    play = Play(diagram(start(), sub("p1", user("a")), user("z"), path("s p1 z")), {"n": 1})
    assert play.sees("a") == {"n": 1}
    assert play.do("a", n=2, k=3).variables == {"n": 2, "k": 3}


def test_the_inputs_of_a_sub_process_are_seen_inside_and_changed_inside_only():
    ext = extensions(inputs_outputs({"местное": "=n + 1"}, {"итог": "=местное * 10"}))
    play = Play(diagram(start(), sub("p1", ext, user("a")), user("z"), path("s p1 z")), {"n": 1})
    assert play.sees("a") == {"n": 1, "местное": 2}
    play.do("a", местное=5)
    assert play.variables == {"n": 1, "итог": 50}


CALLED = diagram(start("qs"), user("qa"), end("qe"), path("qs qa qe"), id="q")


def calling(*lines: str) -> bytes:
    return diagram(start(), call("c", "q", passing(*lines)), user("z"), path("s c z"))


def test_a_called_process_sees_only_what_is_passed_and_gives_back_only_what_is_passed():
    lines = (
        'in source="x" target="y"',
        'in sourceExpression="=x + 1" target="w"',
        'out source="итог" target="получено"',
        'out sourceExpression="${итог * 2}" target="вдвое"',
    )
    play = Play(calling(*lines), {"x": 1, "тайна": 2}, others=(CALLED,))
    assert play.sees("qa") == {"y": 1, "w": 2}
    assert play.variables == {"x": 1, "тайна": 2}
    play.do("qa", итог=5, лишнее=9)
    assert play.variables == {"x": 1, "тайна": 2, "получено": 5, "вдвое": 10}
    assert play.do("z").ended


def test_everything_can_be_passed():
    play = Play(calling('in variables="all"', 'out variables="all"'), {"x": [1]}, others=(CALLED,))
    assert play.sees("qa") == {"x": [1]}
    assert play.do("qa", y=2).variables == {"x": [1], "y": 2}


def test_nothing_is_passed_when_nothing_is_mapped():
    play = Play(calling(), {"x": 1}, others=(CALLED,))
    assert play.sees("qa") == {}
    assert play.do("qa", y=2).variables == {"x": 1}


def test_a_called_process_may_have_sub_processes_with_the_same_ids_as_the_caller():
    other = diagram(start(), sub("p1", user("qa")), path("s p1"), id="q")
    play = Play(diagram(start(), sub("p1", user("a")), call("c", "q"), path("s p1 c")), others=(other,))
    assert play.do("a").open == ["qa"]
    assert play.do("qa").ended


def test_a_missing_called_process_is_an_incident_and_its_later_publication_solves_it():
    play = Play(calling())
    assert play.incidents == ["c"]
    assert "вызываемый процесс «q» не найден" in play.message("c")
    (called,) = bpmn.read(CALLED).processes
    play.program = bpmn.link(play.program.main, {"q": called})
    assert play.retry("c").open == ["qa"]


def test_a_process_that_calls_itself_for_ever_is_an_incident():
    play = Play(diagram(start(), call("c", "p"), path("s c")))
    assert play.incidents == ["c"]
    assert "вложены друг в друга больше 100 раз" in play.message("c")


def test_boundary_events_of_a_call_end_the_called_process():
    play = Play(
        diagram(start(), call("c", "q"), boundary("t", "c", after("PT1H")), user("h"), path("s c", "t h")),
        others=(CALLED,),
    )
    assert play.wait(hours=2).open == ["h"]
    assert play.position.inside == ()


def test_calls_for_each_item_run_side_by_side():
    one = call(
        "c",
        "q",
        passing('in source="вопрос" target="y"', 'out source="итог" target="итог"'),
        for_each(result="итоги итог"),
    )
    play = Play(diagram(start(), one, user("z"), path("s c z")), {"вопросы": ["А", "Б"]}, others=(CALLED,))
    assert [play.sees("qa", number)["y"] for number in (0, 1)] == ["А", "Б"]
    play.do("qa", 1, итог="нет").do("qa", итог="да")
    assert play.variables["итоги"] == ["да", "нет"]


def test_element_numbers_are_small_and_never_repeat():
    loop = diagram(
        start(),
        xor("m"),
        sub("p1", user("a")),
        call("c", "q"),
        xor("x", default="out"),
        end(),
        path("s m p1 c x"),
        flow("x", "m", "true"),
        flow("x", "e", id="out"),
    )
    play = Play(loop, others=(CALLED,))
    seen: list[int] = []
    for _ in range(5):
        for node in ("a", "qa"):
            seen.append(play.task(node).element_id)
            play.do(node)
    assert seen == sorted(set(seen))
    assert max(seen) < 100


def test_an_empty_sub_process_is_passed():
    play = Play(
        diagram(
            start(), sub("p1", start("s1"), end("e1"), path("s1 e1")), script("k", "{n: 1}"), path("s p1 k")
        )
    )
    assert play.ended
    assert play.variables == {"n": 1}


def test_a_call_whose_results_fail_keeps_what_the_called_process_gave():
    play = Play(calling('out sourceExpression="=если.нет" target="дело"'), others=(CALLED,)).do("qa", итог=5)
    assert play.incidents == ["c"]
    xml = calling('out source="итог" target="получено"')
    (fixed,) = bpmn.read(xml).processes
    play.program = bpmn.link(fixed, play.program.called)
    assert play.retry("c").variables == {"получено": 5}
    assert play.open == ["z"]


def test_a_case_inside_a_called_process_that_has_vanished_is_refused_in_words():
    play = Play(calling(), others=(CALLED,))
    with pytest.raises(StepFailed, match="вызываемый процесс «q» не найден"):
        bpmn.position(bpmn.link(play.program.main, {}), play.state)
    (other,) = bpmn.read(diagram(start(), user("c"), path("s c"))).processes
    with pytest.raises(StepFailed, match="уже не подпроцесс"):
        bpmn.position(bpmn.link(other, {}), play.state)
