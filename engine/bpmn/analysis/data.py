"""What each element does to the variables of its process: the names it reads, and the names it writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine import feel
from engine.bpmn import dialect
from engine.bpmn.dialect import Written
from engine.bpmn.evaluate import formula, is_formula
from engine.bpmn.graph import Element, local_name
from engine.bpmn.rules.known import Known
from engine.bpmn.scope import CASE
from engine.feel import ast

Names = frozenset[str]
NONE: Names = frozenset()
ANYTHING = None
"""Instead of names: nobody can tell which."""

_COUNTERS = frozenset({"loopCounter", "nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances"})
_WITH_PAYLOAD = frozenset({"message", "signal", "escalation"})


@dataclass(frozen=True, slots=True)
class Read:
    """Names that an expression of the element needs.

    `beside`: what it sees besides what was written before the element began; ANYTHING where nobody can tell.
    `named`: the part of it that something names; ANYTHING where the expression itself is what names it.
    `after`: it is asked when the work inside the element is done.
    """

    names: Names
    beside: Names | None
    named: Names | None
    line: int | None
    text: str
    after: bool = False


@dataclass(frozen=True, slots=True)
class Data:
    """The names an element reads, in the order of its work, and those it writes; ANYTHING: nobody knows.

    `names`: those of `writes` that something names; ANYTHING where that stands in another file.
    """

    reads: tuple[Read, ...]
    writes: Names | None
    names: Names | None


def names_in(text: str) -> Names:
    """Variables that an expression needs for sure; none when it can't be read, which is another finding."""
    try:
        return formula(text).expression.certain_names - {CASE}
    except feel.FeelError:
        return NONE


def locals_of(element: Element) -> Names:
    """Names that only the element and what is inside it see: mapped inputs and the item of a loop."""
    inputs = {name for name, _ in dialect.parameters(element, "inputParameter")}
    loop = dialect.loop_of(element)
    if loop is None:
        return frozenset(inputs)
    given = (
        dialect.loop_item(loop, "inputDataItem"),
        dialect.loop_item(loop, "outputDataItem"),
        dialect.camunda(loop, "elementVariable"),
    )
    return frozenset({*inputs, *_COUNTERS, *filter(None, given)})


def data_of(element: Element, conditions: Iterable[Written], known: Known) -> Data:
    """What one element does; `conditions` stand on the flows that leave it."""
    own, results = locals_of(element), _results(element, known)
    outputs = dialect.parameters(element, "outputParameter")
    writes = frozenset(name for name, _ in outputs) if outputs else results
    writes = _with(writes, _collected(element))
    names = _collected(element) if writes is ANYTHING and not _names_elsewhere(element) else writes
    seen = _with(own, results)
    reads = [
        *_reads(_before(element), own, own),
        *_decision_reads(element, own, known),
        *_reads((written for _, written in outputs), seen, seen, after=True),
        *_reads(_afterwards(element), _with(own, writes), _with(own, names), after=True),
        *_reads(conditions, writes, names, after=True),
    ]
    return Data(tuple(reads), writes, names)


def _with(names: Names | None, more: Names | None) -> Names | None:
    return ANYTHING if names is None or more is None else names | more


def _reads(
    texts: Iterable[Written | None],
    beside: Names | None,
    named: Names | None,
    *,
    after: bool = False,
) -> Iterator[Read]:
    for written in texts:
        if written is None or not (written.always or is_formula(written.text.strip())):
            continue
        if names := names_in(written.text):
            yield Read(names, beside, named, written.line, written.text, after)


def _before(element: Element) -> Iterator[Written | None]:
    """Expressions asked while the element is at work."""
    for _, written in dialect.parameters(element, "inputParameter"):
        yield written
    for passing in dialect.passings(element, "in"):
        yield passing.written
    if element.tag == "userTask":
        for name in ("assignee", "dueDate"):
            yield dialect.attribute(element, name)
        yield dialect.property_formula(element, "item")
    yield dialect.loop_text(element, "loopCardinality")
    yield dialect.collection(element)
    yield dialect.script(element)
    yield dialect.property_formula(element, "key")
    if element.event == "timer":
        timer = dialect.timer(element)
        yield timer if timer is not None and dialect.term_of(timer.text) is None else None


def _afterwards(element: Element) -> Iterator[Written | None]:
    """Expressions asked when one round of a loop, or one step of a free order, is done."""
    yield dialect.ad_hoc_end(element)
    yield dialect.loop_text(element, "completionCondition")
    yield dialect.loop_text(element, "loopCondition")


def _decision_reads(element: Element, own: Names, known: Known) -> Iterator[Read]:
    """Data of a decision. With mapped inputs it sees nothing else: what they lack stays empty on purpose."""
    key = dialect.camunda(element.xml, "decisionRef") if element.tag == "businessRuleTask" else None
    if key is None or dialect.parameters(element, "inputParameter"):
        return
    needed = known.decision_inputs(key)
    if needed:
        yield Read(frozenset(needed), own, own, element.line, key)


def _names_elsewhere(element: Element) -> bool:
    """Whether what the element gives is named where the check can't look: in a form, a table, a process."""
    return (
        element.tag in ("scriptTask", "businessRuleTask", "callActivity")
        or dialect.step_info(element).form is not None
    )


def _collected(element: Element) -> Names:
    loop = dialect.loop_of(element)
    result = None if loop is None else dialect.loop_result(loop)
    return NONE if result is None else frozenset({result})


def _results(element: Element, known: Known) -> Names | None:
    """What the element receives from outside, before any output mapping."""
    match element.tag:
        case "startEvent":
            return _start_results(element, known)
        case "userTask":
            return _of_form(element, known)
        case "scriptTask":
            return _of_script(element)
        case "businessRuleTask":
            variable = dialect.camunda(element.xml, "resultVariable")
            return ANYTHING if variable is None else frozenset({variable})
        case "callActivity":
            passed = dialect.passings(element, "out")
            whole = any(one.written is None for one in passed)
            return ANYTHING if whole else frozenset(one.target for one in passed)
        case "serviceTask" | "receiveTask":
            return ANYTHING
        case "sendTask":
            return NONE if dialect.camunda(element.xml, "topic") is None else ANYTHING
        case "intermediateCatchEvent" | "boundaryEvent":
            return ANYTHING if element.event in _WITH_PAYLOAD else _of_error(element)
        case _:
            return NONE


def _start_results(element: Element, known: Known) -> Names | None:
    if element.event in _WITH_PAYLOAD:
        return ANYTHING
    if dialect.step_info(element).form is not None:
        return _of_form(element, known)
    return _of_error(element)


def _of_form(element: Element, known: Known) -> Names | None:
    key = dialect.step_info(element).form
    fields = None if key is None else known.form_fields(key)
    return ANYTHING if fields is None else frozenset(fields)


def _of_script(element: Element) -> Names | None:
    if variable := dialect.camunda(element.xml, "resultVariable"):
        return frozenset({variable})
    written = dialect.script(element)
    try:
        tree = formula(written.text).expression.tree if written is not None else None
    except feel.FeelError:
        return ANYTHING
    return frozenset(name for name, _ in tree.entries) if isinstance(tree, ast.ContextLiteral) else ANYTHING


def _of_error(element: Element) -> Names:
    """The variables that receive the code and the message of a caught error."""
    found = [
        dialect.camunda(definition, name)
        for definition in element.events
        if local_name(definition) == "errorEventDefinition"
        for name in ("errorCodeVariable", "errorMessageVariable")
    ]
    return frozenset(filter(None, found))
