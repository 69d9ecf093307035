"""A diagram for each family of elements, tried by scenarios until nothing in it is left that no case came to.

The steps go through the services of a real instance: open, complete, deliver, let time pass.
"""

from __future__ import annotations

from typing import Any

import pytest

from engine.definitions.files import Upload
from engine.scenarios.play import play
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    call,
    catch,
    condition,
    diagram,
    end,
    error,
    escalation,
    first_of,
    flow,
    handler,
    inclusive,
    message,
    node,
    parallel,
    path,
    script,
    signal,
    start,
    sub,
    throw,
    times,
    user,
    xor,
)
from tests.engine.scenarios.playing import ground, must_pass, scenario

Steps = tuple[dict[str, Any], ...]


def do(*names: str, **values: Any) -> Steps:
    """Complete these tasks; the first one with these values."""
    first: dict[str, Any] = {"complete": names[0], **({"with": values} if values else {})}
    return first, *({"complete": name} for name in names[1:])


CALLED = diagram(start("qs"), user("qa"), end("qe"), path("qs qa qe"), id="q")
UNDO = "<compensateEventDefinition/>"
CANCEL = "<cancelEventDefinition/>"
ENOUGH = "<activationCondition>activationCount &gt;= 2</activationCondition>"

FAMILIES: dict[str, tuple[list[bytes], list[Steps]]] = {
    "gateways": (
        [
            diagram(
                start(), user("a"), xor("x", default="d"), parallel("fork"), parallel("pj"),
                inclusive("i", default="di"), inclusive("ij"), *map(user, "bcfgh"), end(),
                path("s a x", "fork b pj", "fork c pj ij", "f ij", "g ij", "h e", "ij e"),
                flow("x", "fork", "n = 1"), flow("x", "i", "n = 2 or n = 4"), flow("x", "h", id="d"),
                flow("i", "f", "n = 2"), flow("i", "g", id="di"),
            )
        ],
        [do("a", "b", "c", n=1), do("a", "f", n=2), do("a", "h", n=3), do("a", "g", n=4)],
    ),
    "a gateway that waits for some": (
        [
            diagram(
                start(), parallel("fork"), *map(user, "abc"), user("z"), end(),
                node("complexGateway", "c1", ENOUGH),
                path("s fork a c1 z e", "fork b c1", "fork c c1"),
            )
        ],
        [do("a", "b", "z", "c")],
    ),
    "events between steps": (
        [
            diagram(
                start(), first_of("g"), catch("t", after("PT1H")), catch("m", message()), user("a"),
                user("b"), catch("w", signal()), end(), path("s g t a w e", "g m b e"),
            )
        ],
        [
            ({"advance": "PT2H"}, *do("a"), {"signal": "тревога", "ended": True}),
            ({"message": "письмо"}, *do("b")),
        ],
    ),
    "events at the edge": (
        [
            diagram(
                start(), user("a"), boundary("bt", "a", after("PT1H"), interrupting=False),
                boundary("bm", "a", message()), boundary("bs", "a", signal()),
                boundary("bc", "a", condition("n = 7")), *map(user, ("t", "m", "g", "c")), end(),
                path("s a e", "bt t", "bm m", "bs g", "bc c"),
            )
        ],
        [
            ({"advance": "PT2H"}, *do("t", "a")),
            ({"message": "письмо"}, *do("m")),
            ({"signal": "тревога"}, *do("g")),
            ({"set": {"n": 7}}, *do("c")),
        ],
    ),
    "levels": (
        [
            diagram(
                start(),
                sub("o", start("os"), user("a"), xor("x", default="d"), throw("up", escalation()),
                    end("bad", error()), end("oe"),
                    handler("h", message(), user("ha"), path("h_s ha"), interrupting=False),
                    path("os a x", "up oe"), flow("x", "up", "n = 1"), flow("x", "bad", "n = 2"),
                    flow("x", "oe", id="d")),
                boundary("be", "o", error()), boundary("bu", "o", escalation(), interrupting=False),
                call("k", "q"), user("failed"), user("told"), end(),
                path("s o k e", "be failed", "bu told"),
            ),
            CALLED,
        ],
        [
            ({"message": "письмо"}, *do("ha"), *do("a", "told", "qa", n=1)),
            do("a", "failed", n=2),
            do("a", "qa", n=3),
        ],
    ),
    "repeats": (
        [
            diagram(
                start(), user("a", times("2")), user("b", times("2", sequential=True)),
                script("count", "{n: 1}"), end(), path("s a b count e"),
            )
        ],
        [do("a", "a", "b", "b")],
    ),
    "undoing": (
        [
            diagram(
                start(),
                node("transaction", "tx", start("ts"), user("a"), boundary("ba", "a", UNDO),
                     user("back", isForCompensation=True),
                     '<association id="as" sourceRef="ba" targetRef="back"/>',
                     xor("x", default="d"), end("off", CANCEL), end("te"), path("ts a x"),
                     flow("x", "off", "n = 1"), flow("x", "te", id="d")),
                boundary("bx", "tx", CANCEL), user("after"), user("usual"), end(),
                path("s tx usual e", "bx after"),
            )
        ],
        [do("a", "back", "after", n=1), do("a", "usual", n=2)],
    ),
    "choosing": (
        [
            diagram(
                start(),
                node("adHocSubProcess", "free", user("a"), user("b"),
                     "<completionCondition>n = 1</completionCondition>"),
                end(), path("s free e"),
            )
        ],
        [(*do("b", n=0), *do("a", n=1))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_scenarios_come_to_every_element_of_the_family(family: str) -> None:
    files, scenarios = FAMILIES[family]
    uploads = [Upload(f"{number}.bpmn", file) for number, file in enumerate(files)]
    with ground(uploads) as tried:
        for steps in scenarios:
            must_pass(play(tried, scenario(*steps, {"ended": True}, with_={"n": 0})))
        coverage = tried.coverage()
    assert (coverage.elements, coverage.flows, coverage.missing) == (1.0, 1.0, ())
