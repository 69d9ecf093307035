"""What is legal in BPMN but is not run here, and code of other systems, which nobody may drop silently."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.graph import Element, Graph, is_true, line_of, local_name
from engine.bpmn.names import BPMN, CAMUNDA, EVENT_KINDS, FLOW_NODES, PASSIVE, SUB_PROCESSES
from engine.bpmn.normalise import first_elements, is_link
from engine.bpmn.rules.hits import Hit, at, elements, scopes
from engine.bpmn.sure import sure

_PERFORMERS = ("potentialOwner", "humanPerformer", "performer", "resourceRole")
_CODE = frozenset({"executionListener", "taskListener", "connector"})


def unknown_elements(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        for node in scope.xml:
            kind = local_name(node)
            if (
                kind
                and kind not in FLOW_NODES
                and kind not in PASSIVE
                and not kind.endswith("EventDefinition")
            ):
                yield _unknown(node, kind)
    for node in graph.root.iterfind(BPMN + "extension"):
        if is_true(node.get("mustUnderstand") or ""):
            yield Hit("extension-required", None, node.get("definition"), line_of(node))
    for node in graph.root.iterfind(f"{BPMN}collaboration/{BPMN}correlationKey"):
        yield _unknown(node, "correlationKey")
    for node in graph.root:
        kind = local_name(node)
        if kind.startswith("global"):
            yield _unknown(node, kind)


def _unknown(node: etree._Element, kind: str) -> Hit:
    return Hit("element-unknown", node.get("id"), node.get("name"), line_of(node), {"kind": kind})


def kinds(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        if element.tag in ("receiveTask", "eventBasedGateway") and element.flag("instantiate"):
            yield at("instantiating", element)
        for attribute in ("startQuantity", "completionQuantity"):
            text = (element.attribute(attribute) or "1").strip()
            if text not in ("0", "1"):  # some editors write 0 for what nobody has set
                yield at("quantity", element, attribute=attribute, text=text)
        if element.is_event_sub_process and dialect.loop_of(element) is not None:
            yield at("handler-loop", element)


def interrupting(graph: Graph) -> Iterator[Hit]:
    """An error and the cancelling of a transaction leave nothing at work beside them."""
    for element in elements(graph, "boundaryEvent", "startEvent"):
        attribute = "cancelActivity" if element.tag == "boundaryEvent" else "isInterrupting"
        if element.event in ("error", "cancel") and not element.flag(attribute, default=True):
            yield at("must-interrupt", element, kind=EVENT_KINDS[element.event])


def performers(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        for kind in _PERFORMERS:
            if (node := element.child(kind)) is not None:
                yield at("performers", element, line_of(node), kind=kind)


def bindings(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        for name in ("decisionRef", "formRef"):
            binding = dialect.camunda(element.xml, f"{name}Binding")
            if binding in ("version", "versionTag"):
                yield at("binding-version", element, setting=f"{name}Binding")
        match dialect.camunda(element.xml, "calledElementBinding"):
            case "versionTag":
                yield at("binding-version", element, setting="calledElementBinding")
            case "latest":
                yield at("binding-latest", element)
            case "version" if dialect.called_version(element.xml) is None:
                yield at("version-missing", element)


def ad_hoc(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph, "adHocSubProcess"):
        body = sure(element.body)
        if dialect.ad_hoc_end(element) is None:
            yield at("ad-hoc-condition", element)
        for event in body.of_kind("startEvent", "endEvent"):
            yield at("ad-hoc-event", event)
        first = [one for one in first_elements(body) if not is_link(one)]
        if not first:
            yield at("ad-hoc-empty", element)
        for one in first:
            if one.tag != "userTask":
                yield at("ad-hoc-first", one)


def compensation(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        connected = {id_ for flow in scope.flows for id_ in (flow.source, flow.target)}
        for element in scope.elements.values():
            if element.is_compensation_boundary:
                handler = scope.elements.get(dialect.undone_by(element) or "")
                if handler is None or not handler.is_compensation_handler:
                    yield at("compensation-handler", element)
            elif element.is_compensation_handler and element.id in connected:
                yield at("compensation-flow", element)
            elif element.event == "compensate":
                yield from _compensation_event(element)


def _compensation_event(element: Element) -> Iterator[Hit]:
    if element.tag == "startEvent":
        yield at("compensation-start", element)
        return
    activity = element.events[0].get("activityRef")
    around = element.scope
    if around.parent is not None and around.parent.elements[around.id].is_event_sub_process:
        around = around.parent
    if activity is not None and activity not in {**around.elements, **element.scope.elements}:
        yield at("compensation-target", element)


def transactions(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        if element.event != "cancel":
            continue
        if element.tag == "boundaryEvent":
            host = element.scope.elements.get(element.attached_to or "")
            if host is not None and host.tag != "transaction":
                yield at("cancel-place", element)
            continue
        around = element.scope.parent.elements[element.scope.id] if element.scope.parent else None
        if around is None or around.tag != "transaction":
            yield at("cancel-place", element)
        elif dialect.loop_of(around) is not None:
            yield at("cancel-loop", around)
        elif not any(_cancels(other, around) for other in around.scope.elements.values()):
            yield at("cancel-no-boundary", element)


def _cancels(boundary: Element, transaction: Element) -> bool:
    return boundary.event == "cancel" and boundary.attached_to == transaction.id


def complex_joins(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        reaching = scope.reaching()
        for element in scope.of_kind("complexGateway"):
            if len(reaching.get(element.id, [])) > 1 and dialect.activation(element) is None:
                yield at("complex-gateway", element)


def code(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        for holder in dialect.extension(element.xml):
            for node in holder:
                kind = str(node.tag).removeprefix(CAMUNDA)
                if kind in _CODE:
                    yield at("listener", element, line_of(node), kind=kind)


def languages(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        for flow in scope.flows:
            source = scope.elements.get(flow.source)
            if flow.language and "feel" not in flow.language.lower() and source is not None:
                yield at("expression-language", source, flow.line, language=flow.language)


def mappings(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        for kind in ("inputParameter", "outputParameter"):
            for node in dialect.extension(element.xml, "inputOutput", kind):
                name = (node.get("name") or "").strip()
                if not name:
                    yield at("mapping-no-name", element, line_of(node))
                if len(node):
                    yield at("mapping-complex", element, line_of(node), parameter=name)


def loops(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        loop = dialect.loop_of(element)
        if loop is None:
            continue
        behavior = loop.get("behavior", "All")
        if behavior != "All":
            yield at("loop-behavior", element, line_of(loop), text=behavior)
        if local_name(loop) == "standardLoopCharacteristics":
            maximum = loop.get("loopMaximum")
            if maximum is not None and not (maximum.isdecimal() and int(maximum) > 0):
                yield at("loop-maximum", element, line_of(loop), text=maximum)
            elif maximum is None and dialect.loop_text(element, "loopCondition") is None:
                yield at("loop-endless", element, line_of(loop))
            continue
        if dialect.collection(element) is None and dialect.loop_text(element, "loopCardinality") is None:
            yield at("loop-no-collection", element, line_of(loop))
        result = dialect.loop_result(loop)
        if result is not None and dialect.loop_item(loop, "outputDataItem") is None:
            yield at("loop-result-item", element, line_of(loop), collection=result)


def drawn_data(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        associations = _data_associations(element)
        if associations and element.tag not in SUB_PROCESSES:
            yield at("data-not-used", element)
        for association in associations:
            for child in association:
                if local_name(child) in ("transformation", "assignment"):
                    yield at("data-computed", element, line_of(child), kind=local_name(child))


def _data_associations(element: Element) -> list[etree._Element]:
    if element.xml is None:
        return []
    return [
        *element.xml.findall(BPMN + "dataInputAssociation"),
        *element.xml.findall(BPMN + "dataOutputAssociation"),
    ]
