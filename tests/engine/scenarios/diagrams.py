"""The diagrams of `tests/diagrams`: one for each family of elements, with scenarios that go everywhere in it.

What a file shows is named as the page of conformance names it: `boundaryEvent / timer, non-interrupting`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.bpmn import dialect
from engine.bpmn.document import read_xml
from engine.bpmn.graph import Element, Scope, local_name, read_graph

FOLDER = Path(__file__).parents[2] / "diagrams"

EVENTS = {"startEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "endEvent"}


def shown(content: bytes) -> set[str]:
    """Everything of the notation that the file holds."""
    root = read_xml(content)
    found = {local_name(node) for node in root.iter()}
    found |= {"default" for node in root.iter() if node.get("default")}
    found |= {"isForCompensation" for node in root.iter() if node.get("isForCompensation") == "true"}
    if b"eventDefinitionRef>" in content:
        found.add("eventDefinitionRef")
    for process in read_graph(root).processes:
        for scope in process.walk():
            found |= set(_flows(scope))
            for element in scope.elements.values():
                found |= {*_kinds(element), *_details(element)}
    return found


def _flows(scope: Scope) -> Iterator[str]:
    activities = [each for each in scope.elements.values() if each.tag not in EVENTS | {"exclusiveGateway"}]
    for element in activities:
        leaving, reaching = (each.get(element.id, []) for each in (scope.leaving(), scope.reaching()))
        if element.tag.endswith("Task"):
            if len(leaving) > 1:
                yield "sequenceFlow / several from an activity"
            if len(reaching) > 1:
                yield "sequenceFlow / several into an activity"
            if any(flow.condition for flow in leaving):
                yield "conditionExpression / behind an activity"


def _kinds(element: Element) -> Iterator[str]:
    """The element by its tag and, for an event, by what it waits for or throws."""
    if element.tag not in EVENTS:
        return
    around = element.scope.parent
    handler = around is not None and around.elements[element.scope.id].is_event_sub_process
    name = "event subProcess" if handler and element.tag == "startEvent" else element.tag
    beside = not (
        element.flag("cancelActivity", default=True) and element.flag("isInterrupting", default=True)
    )
    if element.event:
        yield f"{name} / {element.event}" + (", non-interrupting" if beside else "")
    elif element.tag == "intermediateThrowEvent":
        yield "intermediateThrowEvent"


def _details(element: Element) -> Iterator[str]:
    """Settings that change what an element does."""
    loop = dialect.loop_of(element)
    if loop is not None:
        for setting in ("isSequential", "testBefore"):
            if loop.get(setting) == "true":
                yield f"{local_name(loop)} / {setting}"
        if dialect.loop_text(element, "completionCondition") is not None:
            yield f"{local_name(loop)} / completionCondition"
    if element.attribute("ordering") == "Sequential":
        yield "adHocSubProcess / Sequential"
    if dialect.camunda(element.xml, "calledElementBinding") == "latest":
        yield "callActivity / latest version"
    timer = dialect.timer(element)
    if timer is not None and timer.what == "timeCycle" and not timer.text.startswith("R"):
        yield "timeCycle / cron"
    if element.event == "compensate" and element.events[0].get("waitForCompletion") == "false":
        yield "intermediateThrowEvent / compensate, waitForCompletion"
