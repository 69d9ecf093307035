"""What a file says by reference: qualified names, and definitions of events that stand once for several."""

from __future__ import annotations

import pytest

from engine import bpmn
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    call,
    catch,
    diagram,
    end,
    message,
    parallel,
    path,
    start,
    user,
)
from tests.engine.bpmn.playing import Play

REFERENCE = "<eventDefinitionRef>shared</eventDefinitionRef>"


def prefixed(xml: bytes, *names: str) -> bytes:
    """The file as other editors write it: these attributes with a prefix before the id."""
    text = xml.decode().replace("<definitions ", '<definitions xmlns:own="t" ')
    for name in names:
        text = text.replace(f'{name}="', f'{name}="own:')
    return text.encode()


def test_a_reference_may_have_the_prefix_of_a_namespace():
    xml = diagram(
        start(), user("a"), boundary("b", "a", message()), call("c", "q"), end(), path("s a e", "b c e")
    )
    called = diagram(start("qs"), user("qa"), path("qs qa"), id="q")
    play = Play(prefixed(xml, "messageRef", "attachedToRef", "calledElement"), others=(called,))
    assert play.deliver("письмо").open == ["qa"]


def test_what_looks_like_a_prefix_but_is_none_stays():
    (process,) = bpmn.read(diagram(start(), call("c", "other:q"), path("s c"))).processes
    assert process.calls == ("other:q",)


@pytest.mark.element("eventDefinitionRef", runs=True)
@pytest.mark.parametrize("reference", [REFERENCE, "<eventDefinitionRef>own:shared</eventDefinitionRef>"])
def test_an_end_is_of_the_kind_it_refers_to(reference):
    shared = '<terminateEventDefinition id="shared"/>'
    xml = diagram(start(), parallel("f"), user("a"), user("b"), end("e", reference), path("s f a e", "f b"),
                  roots=shared)  # fmt: skip
    assert Play(prefixed(xml)).do("a").ended


def test_several_events_may_refer_to_one_definition():
    shared = after("PT1H").replace("<timerEventDefinition>", '<timerEventDefinition id="shared">')
    xml = diagram(
        start(), user("a"), boundary("b", "a", REFERENCE), catch("c", REFERENCE), user("z"),
        path("s a", "b c z"), roots=shared,
    )  # fmt: skip
    assert bpmn.check(xml) == bpmn.check(xml.replace(REFERENCE.encode(), after("PT1H").encode()))
    play = Play(xml).wait(hours=1)
    assert play.waiting == ["c"]
    assert play.wait(hours=1).open == ["z"]


def test_a_process_may_start_with_a_message_it_refers_to():
    shared = '<messageEventDefinition id="shared" messageRef="m_letter"/>'
    (process,) = bpmn.read(diagram(start("s", REFERENCE), user("a"), path("s a"), roots=shared)).processes
    assert [(begin.kind, begin.message) for begin in process.starts] == [("message", "письмо")]
