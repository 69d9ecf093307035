"""What the Camunda 7 dialect and our properties say of an element: texts only, nothing is compiled here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lxml import etree

from engine.bpmn.graph import Element, Flow, Graph, Scope, line_of, local_name, text_of
from engine.bpmn.names import BPMN, CAMUNDA
from engine.bpmn.pinned import pinned
from engine.model import StepInfo

_TERM = re.compile(r"""(?:=\s*|\$\{\s*)?term\(\s*"([^"]+)"\s*\)\s*\}?""")

_VERSION = re.compile("[1-9][0-9]{0,3}")


def camunda(xml: etree._Element | None, name: str) -> str | None:
    """An attribute of the dialect, without white space around it; None when there is none."""
    value = None if xml is None else xml.get(CAMUNDA + name)
    return value.strip() or None if value is not None else None


def extension(xml: etree._Element | None, *path: str) -> list[etree._Element]:
    """Elements of the dialect below `extensionElements`, by a path of local names."""
    if xml is None:
        return []
    found = xml.findall(BPMN + "extensionElements")
    for name in path:
        found = [child for node in found for child in node.findall(CAMUNDA + name)]
    return found


def properties(xml: etree._Element | None) -> dict[str, str]:
    """Our properties of an element."""
    nodes = extension(xml, "properties", "property")
    return {node.get("name", ""): (node.get("value") or "").strip() for node in nodes}


def split(text: str | None) -> tuple[str, ...]:
    """The parts of a list with commas."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def step_info(element: Element) -> StepInfo:
    """What the diagram says of one element."""
    xml, given = element.xml, properties(element.xml)
    return StepInfo(
        node=element.stands_for or element.id,
        process=element.scope.process,
        name=element.name,
        kind=element.tag,
        lane=element.lane,
        roles=split(camunda(xml, "candidateGroups")),
        form=camunda(xml, "formRef") or camunda(xml, "formKey"),
        norm=given.get("norm") or None,
        minutes=_number(given.get("minutes")),
        documents=split(given.get("document")),
        ground=given.get("ground", ""),
        measures=given.get("measures", ""),
        measure_outcome=given.get("measureOutcome", ""),
        check=given.get("check", ""),
        filed=given.get("filed", ""),
        by_hand=given.get("byHand") != "no",
        stage=given.get("stage", ""),
        status=given.get("status", ""),
        start_terms=split(given.get("startTerms")),
        end_terms=split(given.get("endTerms")),
        waits_for=_rest(element),
        decision=camunda(xml, "decisionRef"),
        called=_called(xml),
        topic=camunda(xml, "topic"),
        documentation=text_of(element.child("documentation")) or "",
        line=element.line,
    )


def _called(xml: etree._Element | None) -> str | None:
    """The process that is called, with its version where the call is bound to one."""
    called = "" if xml is None else (xml.get("calledElement") or "").strip()
    version = called_version(xml)
    return pinned(called, version) if called and version is not None else called or None


def called_version(xml: etree._Element | None) -> int | None:
    """The version that a call is bound to; None when it is bound to none or does not say which."""
    if camunda(xml, "calledElementBinding") != "version":
        return None
    text = camunda(xml, "calledElementVersion") or ""
    return int(text) if _VERSION.fullmatch(text) else None


def _rest(element: Element) -> str | None:
    """The term of a timer between two steps; one at the border of a step says that the step is late."""
    written = timer(element) if element.tag == "intermediateCatchEvent" else None
    return None if written is None else term_of(written.text)


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


@dataclass(frozen=True, slots=True)
class Written:
    """A text of the diagram that may be an expression.

    `always`: it is one whatever it looks like; otherwise only when marked with `=` or `${…}`.
    """

    element: Element
    what: str
    text: str
    line: int | None
    always: bool


def parameters(element: Element, kind: str) -> list[tuple[str, Written]]:
    """Input or output mapping (`kind`: `inputParameter`, `outputParameter`) by name."""
    found = []
    for node in extension(element.xml, "inputOutput", kind):
        name = (node.get("name") or "").strip()
        found.append((name, Written(element, kind, text_of(node) or "", line_of(node), always=False)))
    return found


def attribute(element: Element, name: str) -> Written | None:
    """An attribute of the dialect that may be an expression."""
    text = camunda(element.xml, name)
    return None if text is None else Written(element, name, text, element.line, always=False)


def property_formula(element: Element, name: str) -> Written | None:
    """A property of ours that is an expression."""
    text = properties(element.xml).get(name)
    return Written(element, name, text, element.line, always=True) if text else None


def condition(flow: Flow, scope: Scope) -> Written | None:
    if flow.condition is None:
        return None
    element = scope.elements.get(flow.source)
    return (
        Written(element, "condition", flow.condition, flow.line, always=True) if element is not None else None
    )


def script(element: Element) -> Written | None:
    node = element.child("script")
    text = text_of(node)
    return None if text is None else Written(element, "script", text, line_of(node), always=True)


def loop_text(element: Element, name: str) -> Written | None:
    """A child of the loop characteristics: `loopCardinality`, `completionCondition`, `loopCondition`."""
    loop = loop_of(element)
    node = None if loop is None else loop.find(BPMN + name)
    text = text_of(node)
    return None if text is None else Written(element, name, text, line_of(node), always=True)


def collection(element: Element) -> Written | None:
    """The collection of a multi-instance activity."""
    loop = loop_of(element)
    if loop is None:
        return None
    text = camunda(loop, "collection") or text_of(loop.find(BPMN + "loopDataInputRef"))
    return None if text is None else Written(element, "collection", text, line_of(loop), always=True)


def loop_of(element: Element) -> etree._Element | None:
    """Loop characteristics of an activity."""
    standard = element.child("standardLoopCharacteristics")
    return standard if standard is not None else element.child("multiInstanceLoopCharacteristics")


def loop_item(loop: etree._Element, kind: str) -> str | None:
    """Name of the variable of one instance: `inputDataItem`, `outputDataItem`."""
    node = loop.find(BPMN + kind)
    return None if node is None else node.get("name") or node.get("id")


def loop_result(loop: etree._Element) -> str | None:
    """Name of the variable that collects what the instances give."""
    return text_of(loop.find(BPMN + "loopDataOutputRef"))


def timer(element: Element) -> Written | None:
    """The text of a timer event."""
    for definition in element.events:
        for node in definition:
            if local_name(node) in ("timeDate", "timeDuration", "timeCycle"):
                return Written(element, local_name(node), text_of(node) or "", line_of(node), always=False)
    return None


def term_of(text: str) -> str | None:
    """The key of the term that a timer follows; None for any other timer."""
    match = _TERM.fullmatch(text.strip())
    return match[1] if match else None


def event_condition(element: Element) -> Written | None:
    """The condition of a conditional event."""
    for definition in element.events:
        node = definition.find(BPMN + "condition")
        if node is not None:
            return Written(element, "condition", text_of(node) or "", line_of(node), always=True)
    return None


def activation(element: Element) -> Written | None:
    """The condition on which a complex gateway goes on."""
    node = element.child("activationCondition")
    text = text_of(node)
    return None if text is None else Written(element, "activation", text, line_of(node), always=True)


def ad_hoc_end(element: Element) -> Written | None:
    """The condition on which an ad-hoc sub-process is done."""
    node = element.child("completionCondition")
    text = text_of(node)
    return None if text is None else Written(element, "completionCondition", text, line_of(node), always=True)


def undone_by(element: Element) -> str | None:
    """Id of the activity that a compensation boundary event points to."""
    return next((target for source, target in element.scope.associations if source == element.id), None)


@dataclass(frozen=True, slots=True)
class WrittenPassing:
    """One `camunda:in` or `camunda:out`; `written` None passes all variables."""

    written: Written | None
    target: str


def passings(element: Element, kind: str) -> list[WrittenPassing]:
    """What goes into (`in`) or comes out of (`out`) a called process."""
    found = []
    for node in extension(element.xml, kind):
        if node.get("variables") == "all":
            found.append(WrittenPassing(None, ""))
            continue
        text = (node.get("sourceExpression") or node.get("source") or "").strip()
        target = (node.get("target") or "").strip()
        if target:
            found.append(WrittenPassing(Written(element, kind, text, line_of(node), always=True), target))
    return found


def expressions(graph: Graph) -> Iterator[Written]:
    """Every text of the file that may be an expression."""
    for process in graph.processes:
        for scope in process.walk():
            for flow in scope.flows:
                yield from _present(condition(flow, scope))
            for element in scope.elements.values():
                yield from _of_element(element)


def _of_element(element: Element) -> Iterator[Written]:
    for kind in ("inputParameter", "outputParameter"):
        for _, written in parameters(element, kind):
            yield written
    for kind in ("in", "out"):
        for passing in passings(element, kind):
            yield from _present(passing.written)
    yield from texts_of(element)
    timer_text = timer(element)
    if timer_text is not None and term_of(timer_text.text) is None:
        yield timer_text


def texts_of(element: Element) -> Iterator[Written]:
    """Texts of an element that may be expressions, other than mappings and timers."""
    if element.tag == "userTask":
        for name in ("assignee", "dueDate"):
            yield from _present(attribute(element, name))
        yield from _present(property_formula(element, "item"))
    for name in ("loopCardinality", "completionCondition", "loopCondition"):
        yield from _present(loop_text(element, name))
    yield from _present(collection(element))
    yield from _present(script(element))
    yield from _present(activation(element))
    yield from _present(ad_hoc_end(element))
    yield from _present(event_condition(element))
    yield from _present(property_formula(element, "key"))


def _present(written: Written | None) -> Iterator[Written]:
    if written is not None:
        yield written
