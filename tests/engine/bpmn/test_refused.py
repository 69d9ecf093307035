"""What the standard allows and we do not run is refused in words: element, line, reason, what to do."""

from __future__ import annotations

import re

import pytest

from engine import bpmn
from engine.errors import DefinitionRefused
from tests.engine.bpmn.drawing import (
    boundary,
    catch,
    condition,
    diagram,
    end,
    first_of,
    handler,
    message,
    node,
    path,
    signal,
    start,
    throw,
    times,
    user,
)

UNDO = "<compensateEventDefinition/>"
BOTH = message() + signal()


def straight(part: str, id: str = "x") -> bytes:
    return diagram(start(), part, user("z"), path(f"s {id} z"))


def edge(trigger: str, **attributes: object) -> bytes:
    event = node("boundaryEvent", "x", trigger, attachedToRef="a", **attributes)
    return diagram(start(), user("a"), event, user("z"), path("s a", "x z"))


def beside(xml: str) -> bytes:
    return diagram(start(), end(), path("s e"), roots=xml)


CANCEL = "<cancelEventDefinition/>"

REFUSED: dict[str, tuple[str, bytes]] = {
    "receiveTask / instantiate": (
        "instantiating",
        straight(node("receiveTask", "x", messageRef="m_letter", instantiate=True)),
    ),
    "eventBasedGateway / instantiate": (
        "instantiating",
        diagram(first_of("x").replace(">", ' instantiate="true">', 1), catch("c", message()), path("x c")),
    ),
    **{
        tag: ("element-unknown", beside(f'<{tag} id="x"/>'))
        for tag in (
            "globalTask",
            "globalUserTask",
            "globalManualTask",
            "globalScriptTask",
            "globalBusinessRuleTask",
        )
    },
    "callActivity / version tag": (
        "binding-version",
        straight(node("callActivity", "x", calledElement="q", camunda__calledElementBinding="versionTag")),
    ),
    "multiInstanceLoopCharacteristics / behavior": (
        "loop-behavior",
        straight(user("x", times("2").replace("isSequential", 'behavior="None" isSequential'))),
    ),
    "transaction / cancelled in a loop": (
        "cancel-loop",
        straight(
            node("transaction", "x", times("2"), start("ts"), end("te", CANCEL), path("ts te")),
            boundary("b", "x", CANCEL),
        ),
    ),
    "eventBasedGateway / Parallel": (
        "event-gateway-parallel",
        diagram(
            start(),
            node("eventBasedGateway", "x", eventGatewayType="Parallel"),
            catch("c", message()),
            path("s x c"),
        ),
    ),
    "startQuantity": ("quantity", straight(user("x", startQuantity=2))),
    "completionQuantity": ("quantity", straight(user("x", completionQuantity=2))),
    "startEvent / conditional": (
        "start-conditional",
        diagram(start("x", condition("n > 1")), end(), path("x e")),
    ),
    "startEvent / multiple": ("events-several", diagram(start("x", BOTH), end(), path("x e"))),
    "startEvent / parallelMultiple": (
        "events-several",
        diagram(start("x", BOTH, parallelMultiple=True), end(), path("x e")),
    ),
    "event subProcess / compensate": (
        "compensation-start",
        diagram(start(), end(), path("s e"), handler("x", UNDO)),
    ),
    "event subProcess / multiple": (
        "events-several",
        diagram(start(), end(), path("s e"), handler("x", BOTH)),
    ),
    "intermediateCatchEvent / multiple": ("events-several", straight(catch("x", BOTH))),
    "intermediateCatchEvent / parallelMultiple": (
        "events-several",
        straight(node("intermediateCatchEvent", "x", BOTH, parallelMultiple=True)),
    ),
    "intermediateThrowEvent / multiple": ("events-several", straight(throw("x", BOTH))),
    "boundaryEvent / multiple": ("events-several", edge(BOTH)),
    "boundaryEvent / parallelMultiple": ("events-several", edge(BOTH, parallelMultiple=True)),
    "endEvent / multiple": ("events-several", diagram(start(), end("x", BOTH), path("s x"))),
    "dataInputAssociation / assignment": (
        "data-computed",
        straight(user("x", "<dataInputAssociation><assignment/></dataInputAssociation>")),
    ),
    "dataOutputAssociation / transformation": (
        "data-computed",
        straight(user("x", "<dataOutputAssociation><transformation/></dataOutputAssociation>")),
    ),
    "correlationKey": (
        "element-unknown",
        beside('<collaboration id="c"><correlationKey id="x" name="номер"/></collaboration>'),
    ),
    "correlationSubscription": (
        "element-unknown",
        diagram('<correlationSubscription id="x"/>', start(), end(), path("s e")),
    ),
    **{
        tag: ("performers", straight(user("x", f'<{tag} id="o"/>')))
        for tag in ("resourceRole", "performer", "humanPerformer", "potentialOwner")
    },
}


@pytest.mark.parametrize(
    ("rule", "xml"),
    [pytest.param(*case, marks=pytest.mark.element(kind, runs=False)) for kind, case in REFUSED.items()],
)
def test_what_is_not_run_is_refused_in_words(rule, xml):
    with pytest.raises(DefinitionRefused) as refused:
        bpmn.read(xml)
    found = [finding for finding in refused.value.findings if finding.rule == rule]
    assert [finding.element for finding in found] in (["x"], ["x_s"])
    assert found[0].line
    assert re.search("[а-яё]", found[0].message)
    assert re.search("[а-яё]", found[0].hint)


@pytest.mark.element("extension / mustUnderstand", runs=False)
def test_a_file_that_demands_an_extension_is_refused_and_one_that_only_has_it_is_not():
    extension = '<extension mustUnderstand="true" definition="a:b"/>'
    demanding = diagram(start(), end(), path("s e"), roots=extension)
    with pytest.raises(DefinitionRefused) as refused:
        bpmn.read(demanding)
    assert [(finding.rule, finding.line) for finding in refused.value.findings] == [("extension-required", 1)]
    assert "a:b" in refused.value.findings[0].message
    assert bpmn.read(demanding.replace(b"true", b"false", 1)).processes


@pytest.mark.parametrize("attributes", [{"cancelActivity": False}, {}])
def test_a_boundary_event_of_an_error_is_refused_only_when_it_does_not_interrupt(attributes):
    xml = edge("<errorEventDefinition/>", **attributes)
    rules = {finding.rule for finding in bpmn.check(xml) if finding.severity == "error"}
    assert rules == ({"must-interrupt"} if attributes else set())


def test_a_diagram_that_is_refused_is_refused_alike_by_check_and_read():
    for _rule, xml in REFUSED.values():
        errors = [finding for finding in bpmn.check(xml) if finding.severity == "error"]
        with pytest.raises(DefinitionRefused) as refused:
            bpmn.read(xml)
        assert list(refused.value.findings) == errors


def test_an_event_at_an_edge_that_is_run_is_not_refused():
    xml = diagram(start(), user("a"), boundary("b", "a", message()), user("z"), path("s a", "b z"))
    assert bpmn.read(xml).processes


@pytest.mark.parametrize("quantity", ["0", "1"])
def test_a_quantity_that_says_nothing_is_not_refused(quantity):
    assert bpmn.read(straight(user("x", startQuantity=quantity, completionQuantity=quantity))).processes
