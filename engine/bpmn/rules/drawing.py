"""What can be run but will surprise people: missing names and roles, ways that end, steps nobody reaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.graph import Element, Graph, Scope, is_true, line_of, local_name
from engine.bpmn.names import ACTIVITIES, CAMUNDA
from engine.bpmn.normalise import is_link, link_name
from engine.bpmn.rules.hits import Hit, at, elements, scope_name, scopes
from engine.bpmn.sure import sure


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ATTRIBUTES: Final = _words(
    """
    assignee candidateGroups formRef formKey formRefBinding formRefVersion dueDate type
    topic decisionRef decisionRefBinding resultVariable mapDecisionResult collection elementVariable
    calledElementBinding calledElementVersion errorCodeVariable errorMessageVariable asyncBefore asyncAfter
    exclusive jobPriority taskPriority historyTimeToLive versionTag isStartableInTasklist
    candidateStarterGroups candidateStarterUsers modelerTemplate modelerTemplateVersion
    modelerTemplateIcon
    """
)
"""Attributes of the dialect that act here, or that say nothing about what happens."""

_EXTENSIONS: Final = _words(
    """
    properties property inputOutput inputParameter outputParameter in out executionListener
    taskListener connector failedJobRetryTimeCycle
    """
)


def roles(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph, "userTask"):
        if not dialect.camunda(element.xml, "candidateGroups") and not dialect.camunda(
            element.xml, "assignee"
        ):
            yield at("task-no-role", element)


def processes(graph: Graph) -> Iterator[Hit]:
    for process in graph.processes:
        if not is_true(process.xml.get("isExecutable") or ""):
            yield Hit("process-not-executable", process.id, scope_name(process), line_of(process.xml))
        if not process.elements:
            yield Hit("process-empty", process.id, scope_name(process), line_of(process.xml))


def names(graph: Graph) -> Iterator[Hit]:
    for process in graph.processes:
        if not (process.xml.get("name") or "").strip():
            yield Hit("process-no-name", process.id, line=line_of(process.xml))
    for scope in scopes(graph):
        leaving = scope.leaving()
        for element in scope.elements.values():
            if element.name:
                continue
            if element.tag in ACTIVITIES:
                yield at("step-no-name", element)
            elif (
                element.tag in ("exclusiveGateway", "inclusiveGateway")
                and len(leaving.get(element.id, [])) > 1
            ):
                yield at("gateway-no-name", element)


def gateways(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        leaving = scope.leaving()
        for element in scope.elements.values():
            flows = leaving.get(element.id, [])
            conditional = [flow for flow in flows if flow.condition is not None]
            if any(flow.id == element.default for flow in conditional):
                yield at("default-condition", element)
            if element.tag in ("parallelGateway", "eventBasedGateway") and conditional:
                yield at("parallel-condition", element)
            splits = element.tag in ("exclusiveGateway", "inclusiveGateway") and len(flows) > 1
            if splits and element.default is None and len(conditional) == len(flows):
                yield at("gateway-no-default", element)


def ends(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        if not scope.elements or scope.is_ad_hoc:
            continue
        for rule, tag in (("no-start", "startEvent"), ("no-end", "endEvent")):
            if not scope.of_kind(tag):
                yield Hit(rule, scope.id, scope_name(scope), line_of(scope.xml))
        leaving = scope.leaving()
        for element in scope.elements.values():
            if element.tag != "endEvent" and element.id not in leaving and not _ends_by_nature(element):
                yield at("dead-end", element)


def _ends_by_nature(element: Element) -> bool:
    is_link_throw = element.tag == "intermediateThrowEvent" and is_link(element)
    return (
        element.is_event_sub_process
        or element.is_compensation_handler
        or is_link_throw
        or element.event == "compensate"
    )


def reachability(graph: Graph) -> Iterator[Hit]:
    for scope in scopes(graph):
        reached = _reached(scope)
        for element in scope.elements.values():
            if (
                element.id not in reached
                and not element.is_event_sub_process
                and not element.is_compensation_handler
            ):
                yield at("unreachable", element)


def _reached(scope: Scope) -> set[str]:
    begin = [element.id for element in scope.of_kind("startEvent")]
    if not begin:
        reaching = scope.reaching()
        begin = [
            id_
            for id_, element in scope.elements.items()
            if id_ not in reaching and element.attached_to is None
        ]
    next_ids: dict[str, list[str]] = {}
    for flow in scope.flows:
        next_ids.setdefault(flow.source, []).append(flow.target)
    catches = {link_name(one): one.id for one in scope.of_kind("intermediateCatchEvent") if is_link(one)}
    for element in scope.elements.values():
        if element.attached_to is not None:
            next_ids.setdefault(element.attached_to, []).append(element.id)
        if element.tag == "intermediateThrowEvent" and is_link(element) and link_name(element) in catches:
            next_ids.setdefault(element.id, []).append(catches[link_name(element)])
    reached: set[str] = set()
    stack = begin
    while stack:
        id_ = stack.pop()
        if id_ not in reached:
            reached.add(id_)
            stack.extend(next_ids.get(id_, []))
    return reached


def settings(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        for setting, line in _unknown_settings(sure(element.xml)):
            yield at("camunda-unknown", element, line, setting=setting)


def _unknown_settings(xml: etree._Element) -> Iterator[tuple[str, int | None]]:
    own = [xml, *(child for child in xml if _belongs(child))]
    for node in own:
        for name in node.attrib:
            text = str(name)
            if text.startswith(CAMUNDA) and text.removeprefix(CAMUNDA) not in _ATTRIBUTES:
                yield text.removeprefix(CAMUNDA), line_of(node)
    for holder in dialect.extension(xml):
        for node in holder.iter():
            tag = str(node.tag)
            if tag.startswith(CAMUNDA) and tag.removeprefix(CAMUNDA) not in _EXTENSIONS:
                yield tag.removeprefix(CAMUNDA), line_of(node)


def _belongs(child: etree._Element) -> bool:
    name = local_name(child)
    return name.endswith(("EventDefinition", "LoopCharacteristics"))


def passing_tasks(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph, "task", "manualTask"):
        yield at("manual-task-passes", element)


def terms(graph: Graph) -> Iterator[Hit]:
    started: set[str] = set()
    for element in elements(graph):
        info = dialect.step_info(element)
        started.update(info.start_terms, (info.norm,) if info.norm else ())
    for element in elements(graph):
        written = dialect.timer(element)
        key = dialect.term_of(written.text) if written is not None else None
        if key is not None and key not in started:
            yield at("term-not-started", element, key=key)
