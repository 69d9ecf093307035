"""Small diagrams for tests, written as Python."""

from __future__ import annotations

import re
from itertools import count, pairwise
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)

MESSAGE, SIGNAL, ERROR, ESCALATION = "message", "signal", "error", "escalation"


def diagram(*parts: str, id: str = "p", roots: str = "", attributes: str = 'isExecutable="true"') -> bytes:
    """A file with one process of these parts and, before it, the messages, signals, errors that tests use."""
    return document(process(*parts, id=id, attributes=attributes), roots=roots)


def laid_out(*parts: str, id: str = "p") -> bytes:
    """Like `diagram`, with a layout that shows every element."""
    ids = re.findall(r'<\w+ (?:\w+="[^"]*" )*?id="([^"]+)"', "".join(parts))
    shapes = "".join(f'<di:BPMNShape bpmnElement="{one}"/>' for one in ids)
    layout = f'<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI">{shapes}</di:BPMNDiagram>'
    return diagram(*parts, id=id).replace(b"</definitions>", layout.encode() + b"</definitions>")


def drawn(*parts: str, id: str = "p", **places: tuple[int, int] | str) -> bytes:
    """Like `diagram`, with a drawing: corners of shapes of 100 by 80, and arrows from middle to middle."""
    corners = {name: place for name, place in places.items() if not isinstance(place, str)}
    shown = [
        f'<di:BPMNShape bpmnElement="{name}">'
        f'<dc:Bounds x="{x}" y="{y}" width="100" height="80"/></di:BPMNShape>'
        for name, (x, y) in corners.items()
    ]
    for name, ends in places.items():
        if isinstance(ends, str):
            points = [corners[end] for end in ends.split()]
            written = "".join(f'<dd:waypoint x="{x + 50}" y="{y + 40}"/>' for x, y in points)
            shown.append(f'<di:BPMNEdge bpmnElement="{name}">{written}</di:BPMNEdge>')
    shown.append('<di:BPMNEdge bpmnElement="other"><dd:waypoint x="1" y="1"/></di:BPMNEdge>')
    spaces = (
        'xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
        ' xmlns:dd="http://www.omg.org/spec/DD/20100524/DI"'
    )
    layout = f"<di:BPMNDiagram {spaces}>{''.join(shown)}</di:BPMNDiagram>"
    return diagram(*parts, id=id).replace(b"</definitions>", layout.encode() + b"</definitions>")


def process(*parts: str, id: str = "p", attributes: str = 'isExecutable="true"') -> str:
    return f'<process id="{id}" name="Путь {id}" {attributes}>{"".join(parts)}</process>'


def document(*processes: str, roots: str = "") -> bytes:
    known = (
        '<message id="m_letter" name="письмо"/><message id="m_other" name="другое"/>'
        '<signal id="s_alarm" name="тревога"/>'
        '<error id="e_refusal" name="Отказ" errorCode="ОТКАЗ"/>'
        '<error id="e_other" name="Иное" errorCode="ИНОЕ"/>'
        '<escalation id="c_up" name="Выше" escalationCode="ВЫШЕ"/>'
    )
    inner = "".join((known, roots, *processes))
    text = f'<definitions {NAMESPACES} id="definitions" targetNamespace="t">{inner}</definitions>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()


def node(tag: str, id: str, *inner: str, **attributes: object) -> str:
    """Any element. An attribute `x__y` is written `x:y`."""
    written = "".join(
        f" {name.replace('__', ':')}={quoteattr(_text(value))}" for name, value in attributes.items()
    )
    return f'<{tag} id="{id}"{written}>{"".join(inner)}</{tag}>'


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def start(id: str = "s", *inner: str, **attributes: object) -> str:
    return node("startEvent", id, *inner, **attributes)


def end(id: str = "e", *inner: str, **attributes: object) -> str:
    return node("endEvent", id, *inner, **attributes)


def user(id: str, *inner: str, name: str = "", **attributes: object) -> str:
    return node("userTask", id, *inner, name=name or f"Шаг {id}", **attributes)


def script(id: str, text: str, **attributes: object) -> str:
    return node("scriptTask", id, f"<script>{escape(text)}</script>", scriptFormat="feel", **attributes)


def service(id: str, *inner: str, topic: str = "почта", **attributes: object) -> str:
    return node("serviceTask", id, *inner, camunda__type="external", camunda__topic=topic, **attributes)


def sub(id: str, *inner: str, **attributes: object) -> str:
    return node("subProcess", id, *inner, **attributes)


def handler(id: str, trigger: str, *inner: str, interrupting: bool = True) -> str:
    """An event sub-process whose start event is `<id>_s`."""
    return sub(id, start(f"{id}_s", trigger, isInterrupting=interrupting), *inner, triggeredByEvent=True)


def call(id: str, called: str, *inner: str, version: int | None = None) -> str:
    """A call, of one version when there is one."""
    if version is None:
        return node("callActivity", id, *inner, calledElement=called)
    bound = {"camunda__calledElementBinding": "version", "camunda__calledElementVersion": version}
    return node("callActivity", id, *inner, calledElement=called, **bound)


def xor(id: str, **attributes: object) -> str:
    return node("exclusiveGateway", id, **attributes)


def parallel(id: str) -> str:
    return node("parallelGateway", id)


def inclusive(id: str, **attributes: object) -> str:
    return node("inclusiveGateway", id, **attributes)


def first_of(id: str) -> str:
    return node("eventBasedGateway", id)


def boundary(id: str, host: str, trigger: str, *, interrupting: bool = True) -> str:
    return node("boundaryEvent", id, trigger, attachedToRef=host, cancelActivity=interrupting)


def catch(id: str, trigger: str, *inner: str) -> str:
    return node("intermediateCatchEvent", id, trigger, *inner)


def throw(id: str, trigger: str = "", *inner: str) -> str:
    return node("intermediateThrowEvent", id, trigger, *inner)


# --- what events hold


def message(ref: str = "m_letter") -> str:
    return f'<messageEventDefinition messageRef="{ref}"/>'


def signal(ref: str = "s_alarm") -> str:
    return f'<signalEventDefinition signalRef="{ref}"/>'


def error(ref: str = "e_refusal", **attributes: str) -> str:
    """An error event; an empty `ref` catches every error."""
    named = {"errorRef": ref, **attributes} if ref else attributes
    written = "".join(f" {name.replace('__', ':')}={quoteattr(value)}" for name, value in named.items())
    return f"<errorEventDefinition{written}/>"


def escalation(ref: str = "c_up") -> str:
    return f'<escalationEventDefinition escalationRef="{ref}"/>' if ref else "<escalationEventDefinition/>"


def condition(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{escape(text)}</condition></conditionalEventDefinition>"


def terminate() -> str:
    return "<terminateEventDefinition/>"


def after(text: str) -> str:
    return f"<timerEventDefinition><timeDuration>{escape(text)}</timeDuration></timerEventDefinition>"


def at(text: str) -> str:
    return f"<timerEventDefinition><timeDate>{escape(text)}</timeDate></timerEventDefinition>"


def every(text: str) -> str:
    return f"<timerEventDefinition><timeCycle>{escape(text)}</timeCycle></timerEventDefinition>"


# --- flows

_numbers = count(1)


def path(*lines: str) -> str:
    """Sequence flows along the ids of each line: `s a e`."""
    found = []
    for line in lines:
        ids = line.split()
        found += [flow(source, target) for source, target in pairwise(ids)]
    return "".join(found)


def flow(source: str, target: str, condition: str | None = None, id: str | None = None) -> str:
    inner = "" if condition is None else f"<conditionExpression>{escape(condition)}</conditionExpression>"
    return node("sequenceFlow", id or f"f{next(_numbers)}", inner, sourceRef=source, targetRef=target)


# --- extensions and loops


def extensions(*inner: str) -> str:
    return f"<extensionElements>{''.join(inner)}</extensionElements>"


def properties(**values: str) -> str:
    inner = "".join(
        f"<camunda:property name={quoteattr(k)} value={quoteattr(v)}/>" for k, v in values.items()
    )
    return f"<camunda:properties>{inner}</camunda:properties>"


def inputs_outputs(inputs: dict[str, str] | None = None, outputs: dict[str, str] | None = None) -> str:
    written = [
        f"<camunda:{kind}Parameter name={quoteattr(name)}>{escape(text)}</camunda:{kind}Parameter>"
        for kind, values in (("input", inputs or {}), ("output", outputs or {}))
        for name, text in values.items()
    ]
    return f"<camunda:inputOutput>{''.join(written)}</camunda:inputOutput>"


def for_each(
    collection: str = "вопросы", item: str = "вопрос", *inner: str, sequential: bool = False, result: str = ""
) -> str:
    """Multi-instance over a collection; `result` = `collection item`."""
    if result:
        name, item_name = result.split()
        inner = (
            f'<loopDataOutputRef>{name}</loopDataOutputRef><outputDataItem name="{item_name}"/>',
            *inner,
        )
    attributes = f'camunda:collection={quoteattr(collection)} camunda:elementVariable="{item}"'
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" {attributes}>'
        f"{''.join(inner)}</multiInstanceLoopCharacteristics>"
    )


def times(count: str, *inner: str, sequential: bool = False) -> str:
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"<loopCardinality>{escape(count)}</loopCardinality>{''.join(inner)}</multiInstanceLoopCharacteristics>"
    )


def until(text: str) -> str:
    return f"<completionCondition>{escape(text)}</completionCondition>"


def repeat(condition: str = "", *, before: bool = False, maximum: int | None = None) -> str:
    limit = f' loopMaximum="{maximum}"' if maximum else ""
    inner = f"<loopCondition>{escape(condition)}</loopCondition>" if condition else ""
    attributes = f'testBefore="{str(before).lower()}"{limit}'
    return f"<standardLoopCharacteristics {attributes}>{inner}</standardLoopCharacteristics>"
