"""Names of the notation: namespaces, and kinds of elements by their local names."""

from __future__ import annotations

from typing import Final

BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMN_DI: Final = "{http://www.omg.org/spec/BPMN/20100524/DI}"
CAMUNDA: Final = "{http://camunda.org/schema/1.0/bpmn}"
XINCLUDE: Final = "{http://www.w3.org/2001/XInclude}"

TASKS: Final = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "scriptTask",
        "serviceTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
    }
)
SUB_PROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES: Final = TASKS | SUB_PROCESSES | {"callActivity"}
GATEWAYS: Final = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
)
EVENTS: Final = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
FLOW_NODES: Final = ACTIVITIES | GATEWAYS | EVENTS

PASSIVE: Final = frozenset(
    {
        "documentation",
        "extensionElements",
        "laneSet",
        "sequenceFlow",
        "association",
        "textAnnotation",
        "group",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "ioSpecification",
        "property",
        "monitoring",
        "auditing",
        "incoming",
        "outgoing",
        "standardLoopCharacteristics",
        "multiInstanceLoopCharacteristics",
        "completionCondition",
        "activationCondition",
        "dataInputAssociation",
        "dataOutputAssociation",
        "supportedInterfaceRef",
        "resourceRole",
        "performer",
        "potentialOwner",
        "humanPerformer",
        "supports",
        "categoryValueRef",
        "dataStore",
    }
)
"""What may stand in a process or sub-process without being a flow node."""

EVENT_KINDS: Final = {
    "": "без вида",
    "message": "сообщение",
    "signal": "сигнал",
    "timer": "таймер",
    "conditional": "условие",
    "error": "ошибка",
    "escalation": "эскалация",
    "compensate": "компенсация",
    "cancel": "отмена транзакции",
    "terminate": "прекращение",
    "link": "ссылка",
}
"""How people call the kinds of events."""
