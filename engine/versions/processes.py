"""Two versions of a diagram: steps, flows, conditions, events, roles, forms, terms.

Elements are the same when their ids are. Where they stand on the sheet, and texts for whoever draws, are no
difference: they change nothing for anybody who works.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine import bpmn
from engine.access.policy import ROLES
from engine.bpmn import Drawn, DrawnFlow, Outline
from engine.versions.changes import Change, Detail, Sign, differing

KINDS: Mapping[str, tuple[str, str]] = {
    "userTask": ("step", "шаг"),
    "task": ("step", "действие"),
    "manualTask": ("step", "действие"),
    "serviceTask": ("step", "операция"),
    "scriptTask": ("step", "вычисление"),
    "businessRuleTask": ("step", "решение по правилу"),
    "sendTask": ("step", "отправка"),
    "receiveTask": ("step", "ожидание сообщения"),
    "callActivity": ("step", "вызов процесса"),
    "subProcess": ("step", "подпроцесс"),
    "transaction": ("step", "транзакция"),
    "exclusiveGateway": ("gateway", "развилка «одно из»"),
    "parallelGateway": ("gateway", "развилка «всё сразу»"),
    "inclusiveGateway": ("gateway", "развилка «одно или несколько»"),
    "complexGateway": ("gateway", "сложная развилка"),
    "eventBasedGateway": ("gateway", "развилка по событиям"),
    "startEvent": ("event", "начало"),
    "endEvent": ("event", "конец"),
    "intermediateThrowEvent": ("event", "событие"),
    "intermediateCatchEvent": ("event", "ожидание события"),
    "boundaryEvent": ("event", "событие на границе шага"),
}
"""What an element is, as data and in words."""

EVENTS = {
    "": "простое",
    "message": "сообщение",
    "timer": "таймер",
    "signal": "сигнал",
    "error": "ошибка",
    "escalation": "эскалация",
    "conditional": "условие",
    "compensate": "отмена сделанного",
    "terminate": "завершить всё",
    "cancel": "отмена транзакции",
    "link": "переход",
}

LABELS = {
    "kind": "вид",
    "event": "событие",
    "name": "название",
    "level": "лежит в",
    "attached": "стоит на границе шага",
    "roles": "роль",
    "form": "форма",
    "norm": "норма срока",
    "minutes": "норма времени, мин",
    "documents": "документы",
    "ground": "основание",
    "stage": "стадия",
    "status": "статус",
    "start_terms": "начинает сроки",
    "end_terms": "заканчивает сроки",
    "decision": "правило",
    "called": "вызываемый процесс",
    "topic": "операция",
    "timer": "когда срабатывает",
    "message": "сообщение",
    "signal": "сигнал",
    "error": "ошибка",
    "escalation": "эскалация",
    "condition": "условие",
    "assignee": "исполнитель",
    "dueDate": "срок шага",
    "item": "как назвать повтор",
    "key": "ключ сообщения",
    "script": "вычисление",
    "collection": "по какому списку повторять",
    "loopCardinality": "сколько раз повторять",
    "loopCondition": "пока верно",
    "completionCondition": "когда хватит повторов",
    "loop": "повторы идут",
    "activation": "когда идти дальше",
    "cancelActivity": "прерывает шаг",
    "isInterrupting": "прерывает остальное",
    "resultVariable": "куда записать ответ",
    "mapDecisionResult": "вид ответа",
}

_SAID = {"true": "да", "false": "нет", "sequential": "по очереди", "parallel": "все сразу"}
_SPOKEN = frozenset({"cancelActivity", "isInterrupting", "loop"})
_PREFIXES = {"inputParameter": "вход", "outputParameter": "выход", "in": "передаёт", "out": "получает"}
_PROCESS = {
    "name": "название",
    "number": "код номеров",
    "title": "заголовок",
    "owner": "чьё дело",
    "subject": "о ком дела",
    "dataGround": "основание обработки данных",
}


def compare_diagrams(before: bytes, after: bytes, *, names: tuple[str, str] = ("", "")) -> list[Change]:
    """What differs between two files. Raises DefinitionRefused when one of them is no diagram."""
    old = {found.id: found for found in bpmn.outline(before, name=names[0])}
    new = {found.id: found for found in bpmn.outline(after, name=names[1])}
    if len(old) == len(new) == 1:
        return compare_outlines(*old.values(), *new.values())
    changes: list[Change] = []
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in new:
            changes.append(Change(Sign.REMOVED, "process", key, f"процесс «{old[key].name}»"))
        elif key not in old:
            changes.append(Change(Sign.ADDED, "process", key, f"процесс «{new[key].name}»"))
        else:
            changes += compare_outlines(old[key], new[key])
    return changes


def compare_outlines(before: Outline, after: Outline) -> list[Change]:
    """What differs between two versions of one process: the process, its elements, its flows."""
    changes = []
    own = differing(
        _PROCESS, {**before.properties, "name": before.name}, {**after.properties, "name": after.name}
    )
    if own:
        changes.append(Change(Sign.CHANGED, "process", after.id, f"процесс «{after.name}»", tuple(own)))
    return changes + _elements(before, after) + _flows(before, after)


def _elements(before: Outline, after: Outline) -> list[Change]:
    changes = []
    for id_, element in before.elements.items():
        now = after.elements.get(id_)
        if now is None:
            changes.append(Change(Sign.REMOVED, _what(element), id_, subject(element)))
        elif details := differing(LABELS, traits(element, before), traits(now, after)):
            told = tuple(Detail(_label(each.label), each.before, each.after) for each in details)
            changes.append(Change(Sign.CHANGED, _what(now), id_, subject(now), told))
    for id_, element in after.elements.items():
        if id_ not in before.elements:
            said = {k: v for k, v in traits(element, after).items() if k not in {"kind", "name", "level"}}
            details = differing(LABELS, {}, said)
            told = tuple(Detail(_label(each.label), "", each.after) for each in details)
            changes.append(Change(Sign.ADDED, _what(element), id_, subject(element), told))
    return changes


def _label(name: str) -> str:
    """`inputParameter доход` in words."""
    kind, _, rest = name.partition(" ")
    return f"{_PREFIXES[kind]} «{rest}»" if kind in _PREFIXES and rest else name


def _what(element: Drawn) -> str:
    return KINDS.get(element.info.kind, ("step", ""))[0]


def subject(element: Drawn) -> str:
    """«шаг «Принять заявление»»; an element without a name is told by its id."""
    words = KINDS.get(element.info.kind, ("", "элемент"))[1]
    if element.event and element.info.kind.endswith("Event"):
        words = f"{words} ({EVENTS.get(element.event, element.event)})"
    return f"{words} «{element.info.name or element.info.node}»"


def traits(element: Drawn, outline: Outline) -> dict[str, str]:
    """Everything that an element says, by the keys of LABELS; what it does not say is left out."""
    info = element.info
    found = {
        "kind": KINDS.get(info.kind, ("", info.kind))[1],
        "event": EVENTS.get(element.event, element.event) if info.kind.endswith("Event") else "",
        "name": info.name,
        "level": _name_of(element.level, outline) if element.level != outline.id else "",
        "attached": _name_of(element.attached_to, outline) if element.attached_to else "",
        "roles": ", ".join(f"{code} {ROLES[code]}" if code in ROLES else code for code in info.roles),
        "form": info.form or "",
        "norm": info.norm or "",
        "minutes": "" if info.minutes is None else str(info.minutes),
        "documents": ", ".join(info.documents),
        "ground": info.ground,
        "stage": info.stage,
        "status": info.status,
        "start_terms": ", ".join(info.start_terms),
        "end_terms": ", ".join(info.end_terms),
        "decision": info.decision or "",
        "called": info.called or "",
        "topic": info.topic or "",
    }
    for key, text in element.written.items():
        found[key] = _SAID.get(text, text) if key in _SPOKEN else text
    return {key: text for key, text in found.items() if text}


def _name_of(id_: str, outline: Outline) -> str:
    found = outline.elements.get(id_)
    return found.info.name or id_ if found is not None else id_


def _flows(before: Outline, after: Outline) -> list[Change]:
    """Flows by their id; one that another tool has given a new id is the same while its ends are."""
    changes = []
    old, new = _by_way(before), _by_way(after)
    for way, flow in old.items():
        if way not in new:
            changes.append(Change(Sign.REMOVED, "flow", flow.id, _way_words(flow, before)))
    for way, flow in new.items():
        was = old.get(way)
        if was is None:
            told = differing({"condition": "условие"}, {}, {"condition": flow.condition})
            changes.append(Change(Sign.ADDED, "flow", flow.id, _way_words(flow, after), tuple(told)))
        elif details := differing(_FLOW, _flow_traits(was), _flow_traits(flow)):
            changes.append(Change(Sign.CHANGED, "flow", flow.id, _way_words(flow, after), tuple(details)))
    return changes


_FLOW = {"condition": "условие", "name": "подпись", "default": "путь по умолчанию"}


def _flow_traits(flow: DrawnFlow) -> dict[str, str]:
    return {
        "condition": flow.condition,
        "name": " ".join(flow.name.split()),
        "default": "да" if flow.default else "",
    }


def _by_way(outline: Outline) -> dict[tuple[str, str, int], DrawnFlow]:
    """Flows by their ends; several between the same two are told apart by their order."""
    found: dict[tuple[str, str, int], DrawnFlow] = {}
    for flow in outline.flows.values():
        number = sum(way[:2] == (flow.source, flow.target) for way in found)
        found[(flow.source, flow.target, number)] = flow
    return found


def _way_words(flow: DrawnFlow, outline: Outline) -> str:
    return f"переход «{_name_of(flow.source, outline)}» → «{_name_of(flow.target, outline)}»"
