"""Messages, signals, errors, timers and the like that an element has to name."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect, timers
from engine.bpmn.evaluate import is_formula
from engine.bpmn.graph import Element, Graph
from engine.bpmn.pinned import process_and_version
from engine.bpmn.rules.hits import Hit, at, elements

_THROWING = frozenset({"endEvent", "intermediateThrowEvent"})


def messages(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        reference: str | None = None
        if element.event == "message":
            reference = element.events[0].get("messageRef")
        elif element.tag == "receiveTask" or (
            element.tag == "sendTask" and dialect.camunda(element.xml, "topic") is None
        ):
            reference = element.attribute("messageRef")
        else:
            continue
        if reference not in graph.messages:
            yield at("message-missing", element)
    for id_, name in graph.messages.items():
        if not name.strip():
            yield Hit("message-no-name", id_, details={"id": id_})


def signals(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        if element.event == "signal" and element.events[0].get("signalRef") not in graph.signals:
            yield at("signal-missing", element)
    for id_, name in graph.signals.items():
        if not name.strip():
            yield Hit("signal-no-name", id_, details={"id": id_})


def errors(graph: Graph) -> Iterator[Hit]:
    """Catching without a code catches everything; throwing needs one."""
    for kind, codes in (("error", graph.errors), ("escalation", graph.escalations)):
        for element in elements(graph):
            if element.event != kind:
                continue
            reference = element.events[0].get(f"{kind}Ref")
            unknown = reference is not None and reference not in codes
            if unknown or (element.tag in _THROWING and not codes.get(reference or "")):
                yield at(f"{kind}-missing", element)


def conditions(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        if element.event == "conditional":
            written = dialect.event_condition(element)
            if written is None or not written.text:
                yield at("condition-missing", element)


def timer_texts(graph: Graph) -> Iterator[Hit]:
    for element in elements(graph):
        if element.event != "timer":
            continue
        written = dialect.timer(element)
        if written is None or not written.text:
            yield at("timer-missing", element)
        elif is_formula(written.text) and element.tag == "startEvent" and element.scope.parent is None:
            yield at("start-computed", element, written.line, text=_short(written.text))
        elif not is_formula(written.text) and timers.read_text(written.text) is None:
            yield at("timer-invalid", element, written.line, text=_short(written.text))


def called_things(graph: Graph) -> Iterator[Hit]:
    """Processes, decisions, operations and scripts that an element carries out."""
    for element in elements(graph):
        info = dialect.step_info(element)
        if element.tag == "callActivity" and info.called is None:
            yield at("called-missing", element)
        elif element.tag == "serviceTask" and not _is_external(element):
            yield at("service-not-external", element)
        elif element.tag == "businessRuleTask" and info.decision is None and not _is_external(element):
            yield at("decision-missing", element)
        elif element.tag == "scriptTask":
            yield from _script(element)
        called, _version = process_and_version(info.called or "")
        for text in (called, info.decision, info.topic, info.form, *info.roles):
            if text and is_formula(text):
                yield at("reference-expression", element, text=_short(text))


def _is_external(element: Element) -> bool:
    return (
        dialect.camunda(element.xml, "type") == "external"
        and dialect.camunda(element.xml, "topic") is not None
    )


def _script(element: Element) -> Iterator[Hit]:
    language = (element.attribute("scriptFormat") or "").strip()
    if language.lower() != "feel":
        yield at("script-language", element, language=language or "не указано")
    elif dialect.script(element) is None:
        yield at("script-missing", element)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
