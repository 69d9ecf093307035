"""Every rule finds what it is for, says it in Russian, and stays silent on a sound diagram."""

from __future__ import annotations

import re

import pytest

from engine import bpmn
from engine.bpmn.check import check
from engine.bpmn.rules.known import Known
from engine.bpmn.rules.table import RULES
from engine.errors import DefinitionRefused, Finding
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    call,
    catch,
    condition,
    diagram,
    document,
    drawn,
    end,
    error,
    escalation,
    every,
    extensions,
    first_of,
    flow,
    for_each,
    handler,
    inclusive,
    inputs_outputs,
    laid_out,
    message,
    node,
    parallel,
    path,
    process,
    properties,
    repeat,
    script,
    service,
    signal,
    start,
    sub,
    terminate,
    throw,
    times,
    user,
    xor,
)

SOUND = laid_out(
    start("s", name="Заявление"),
    user(
        "a",
        extensions(properties(norm="T13", startTerms="T15")),
        name="Посетить",
        camunda__candidateGroups="R05",
        camunda__formRef="F24",
    ),
    xor("g", name="Нуждается?", default="d"),
    node(
        "businessRuleTask", "b", name="Решить", camunda__decisionRef="DMN-04", camunda__resultVariable="итог"
    ),
    service("c", topic="почта", name="Послать"),
    boundary(
        "t",
        "a",
        '<timerEventDefinition><timeDate>=term("T15")</timeDate></timerEventDefinition>',
        interrupting=False,
    ),
    call("k", "q").replace("<callActivity", '<callActivity name="Позвать"'),
    end("e"),
    path("s a g", "b c k e", "t e"),
    flow("g", "b", "доход_семьи > 5"),
    flow("g", "e", id="d"),
)

KNOWN = Known(
    roles={"R05"},
    forms={"F24"},
    decisions={"DMN-04"},
    norms={"T13", "T15"},
    processes={"q"},
    topics={"почта"},
    checks={"опись"},
    form_fields={"F24": {"доход_семьи"}}.get,
    handed=lambda _process: (),
    has_version=lambda process, version: (process, version) == ("q", 7),
)


def straight(part: str, *more: str, id: str = "x") -> bytes:
    return diagram(start(), part, end(), *more, path(f"s {id} e"))


def ends(trigger: str) -> bytes:
    return diagram(start(), end("x", trigger), path("s x"))


def edge(trigger: str, attributes: str = 'attachedToRef="a"') -> bytes:
    event = f'<boundaryEvent id="x" {attributes}>{trigger}</boundaryEvent>'
    return diagram(start(), user("a"), end(), event, path("s a e", "x e"))


LINK = '<linkEventDefinition name="L"/>'
LOOP = for_each("список", "вопрос", "<loopDataOutputRef>итоги</loopDataOutputRef>")

UNTIL = "<completionCondition>хватит</completionCondition>"
UNDO = "<compensateEventDefinition/>"
UNDONE = '<association id="as" sourceRef="b" targetRef="x"/>'

CASES: dict[str, bytes] = {
    "file-empty": b"  \n",
    "file-too-big": b"<a>" + b" " * 5 * 1024 * 1024 + b"</a>",
    "file-too-complex": diagram("<extensionElements>" + "<a/>" * 60_001 + "</extensionElements>"),
    "file-too-deep": diagram("<a>" * 5000 + "</a>" * 5000),
    "not-xml": b"\x89PNG\r\n",
    "xml-doctype": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    "xml-include": diagram('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'),
    "not-bpmn": b"<html/>",
    "no-process": document(),
    "process-not-executable": diagram(start(), end(), path("s e"), id="x", attributes='isExecutable="false"'),
    "process-empty": diagram(id="x"),
    "process-no-id": diagram(start()).replace(b'process id="p"', b"process"),
    "duplicate-id": diagram(start(), user("x"), user("x"), path("s x")),
    "flow-to-nowhere": diagram(start(), user("x"), flow("s", "nowhere", id="x2")),
    "start-incoming": diagram(start("x"), user("a"), path("x a x")),
    "end-outgoing": diagram(start(), end("x"), user("a"), path("s x a")),
    "handler-flow": diagram(
        start(), handler("x", message(), end("e2"), path("x_s e2")), end(), path("s x e")
    ),
    "boundary-incoming": diagram(start(), user("a"), boundary("x", "a", message()), path("s a x")),
    "boundary-no-host": edge(message(), 'attachedToRef="nobody"'),
    "default-unknown": straight(user("x", default="nothing")),
    "gateway-two-defaults": diagram(start(), xor("x"), user("a"), user("b"), path("s x a", "x b")),
    "event-gateway-target": diagram(
        start(), first_of("x"), user("a"), catch("c", message()), path("s x a", "x c")
    ),
    "event-gateway-edge": diagram(
        start(),
        first_of("x"),
        node("receiveTask", "r", messageRef="m_letter"),
        boundary("b", "r", after("PT1H")),
        catch("c", after("PT2H")),
        path("s x r", "x c"),
    ),
    "event-gateway-parallel": diagram(
        start(),
        node("eventBasedGateway", "x", eventGatewayType="Parallel"),
        catch("a", message()),
        catch("c", signal()),
        path("s x a", "x c"),
    ),
    "link-unmatched": diagram(start(), throw("x", LINK), path("s x")),
    "event-kind": ends(after("PT1H")),
    "catch-no-event": straight(catch("x", "")),
    "event-reference": ends("<eventDefinitionRef>nothing</eventDefinitionRef>"),
    "events-several": straight(catch("x", message() + signal())),
    "message-missing": straight(catch("x", "<messageEventDefinition/>")),
    "message-no-name": diagram(start(), end(), path("s e"), roots='<message id="x"/>'),
    "signal-missing": ends('<signalEventDefinition signalRef="nothing"/>'),
    "signal-no-name": diagram(start(), end(), path("s e"), roots='<signal id="x" name=" "/>'),
    "error-missing": ends("<errorEventDefinition/>"),
    "escalation-missing": ends("<escalationEventDefinition/>"),
    "condition-missing": straight(catch("x", "<conditionalEventDefinition/>")),
    "timer-missing": straight(catch("x", "<timerEventDefinition/>")),
    "timer-invalid": straight(catch("x", after("завтра"))),
    "start-computed": diagram(start("x", every("=когда")), end(), path("x e")),
    "starts-several": diagram(start(), start("x"), end(), path("s e", "x e")),
    "start-conditional": diagram(start("x", condition("n > 1")), end(), path("x e")),
    "sub-process-start": straight(sub("x", start("s2", message()), end("e2"), path("s2 e2"))),
    "handler-start": diagram(start(), end(), path("s e"), sub("x", start("s2"), triggeredByEvent=True)),
    "extension-required": diagram(roots='<extension mustUnderstand="true" definition="y:x"/>'),
    "element-unknown": diagram(start(), end(), path("s e"), '<globalUserTask id="x"/>'),
    "compensation-handler": edge("<compensateEventDefinition/>"),
    "compensation-flow": diagram(
        start(), user("a"), boundary("b", "a", UNDO), user("x", isForCompensation=True), UNDONE, path("s a x")
    ),
    "compensation-target": ends('<compensateEventDefinition activityRef="nothing"/>'),
    "compensation-start": diagram(start(), end(), path("s e"), handler("x", UNDO)),
    "cancel-loop": straight(
        node(
            "transaction", "x", times("2"), start("ts"), end("te", "<cancelEventDefinition/>"), path("ts te")
        ),
        boundary("b", "x", "<cancelEventDefinition/>"),
    ),
    "cancel-place": ends("<cancelEventDefinition/>"),
    "cancel-no-boundary": straight(
        node("transaction", "t", start("s2"), end("x", "<cancelEventDefinition/>"), path("s2 x")), id="t"
    ),
    "ad-hoc-condition": straight(node("adHocSubProcess", "x", user("a"))),
    "ad-hoc-empty": straight(node("adHocSubProcess", "x", UNTIL)),
    "ad-hoc-event": straight(node("adHocSubProcess", "y", user("a"), end("x"), UNTIL), id="y"),
    "ad-hoc-first": straight(node("adHocSubProcess", "y", script("x", "{n: 1}"), UNTIL), id="y"),
    "complex-gateway": diagram(start(), node("complexGateway", "x"), end(), path("s x", "s x e")),
    "instantiating": straight(node("receiveTask", "x", messageRef="m_letter", instantiate=True)),
    "handler-loop": diagram(
        start(), end(), path("s e"), handler("x", message(), for_each(), end("e2"), path("x_s e2"))
    ),
    "listener": straight(user("x", extensions('<camunda:executionListener class="a.B" event="start"/>'))),
    "service-not-external": straight(node("serviceTask", "x", camunda__class="a.B")),
    "decision-missing": straight(node("businessRuleTask", "x")),
    "called-missing": straight(node("callActivity", "x")),
    "reference-expression": straight(call("x", "${процесс}")),
    "script-missing": straight(node("scriptTask", "x", scriptFormat="feel")),
    "script-language": straight(node("scriptTask", "x", "<script>1</script>", scriptFormat="groovy")),
    "expression-language": diagram(
        start(),
        xor("x", default="d"),
        end(),
        path("s x"),
        flow("x", "e", id="d"),
        flow("x", "e", "n", id="f").replace(
            "<conditionExpression>", '<conditionExpression language="groovy">'
        ),
    ),
    "mapping-complex": straight(
        user(
            "x",
            extensions(inputs_outputs({"a": "LIST"}).replace("LIST", "<camunda:list/>")),
        )
    ),
    "mapping-no-name": straight(user("x", extensions(inputs_outputs({"": "=1"})))),
    "loop-no-collection": straight(user("x", "<multiInstanceLoopCharacteristics/>")),
    "loop-behavior": straight(user("x", times("2").replace("isSeq", 'behavior="One" isSeq'))),
    "quantity": straight(user("x", startQuantity=2)),
    "must-interrupt": edge(error(""), 'cancelActivity="false" attachedToRef="a"'),
    "performers": straight(user("x", '<potentialOwner id="o1"/>')),
    "binding-version": straight(
        node("businessRuleTask", "x", camunda__decisionRef="DMN-04", camunda__decisionRefBinding="version")
    ),
    "binding-latest": straight(
        node("callActivity", "x", calledElement="q", camunda__calledElementBinding="latest")
    ),
    "version-missing": straight(
        node("callActivity", "x", calledElement="q", camunda__calledElementBinding="version")
    ),
    "data-computed": straight(
        user(
            "x",
            "<dataInputAssociation><assignment><from>1</from><to>y</to></assignment></dataInputAssociation>",
        )
    ),
    "loop-result-item": straight(user("x", LOOP)),
    "loop-maximum": straight(user("x", '<standardLoopCharacteristics loopMaximum="много"/>')),
    "expressions-too-long": straight(
        sub("x", *(script(f"u{number}", "{a: 1" + "+1" * 20_000 + "}") for number in range(6)))
    ),
    "feel-syntax": straight(script("x", "{a: 1 +}")),
    "feel-unknown-function": straight(script("x", "{a: придумать(1)}")),
    "task-no-role": straight(user("x")),
    "role-unknown": straight(user("x", camunda__candidateGroups="R05,R99")),
    "form-unknown": straight(user("x", camunda__formRef="F99")),
    "decision-unknown": straight(node("businessRuleTask", "x", camunda__decisionRef="DMN-99")),
    "norm-unknown": straight(user("x", extensions(properties(norm="T99")))),
    "process-unknown": straight(call("x", "q99")),
    "version-unknown": straight(call("x", "q", version=8)),
    "topic-unknown": straight(service("x", topic="нет такой")),
    "check-unknown": straight(user("x", extensions(properties(check="нет такой")))),
    "gateway-no-default": diagram(
        start(), xor("x"), user("a"), user("b"), path("s x"), flow("x", "a", "n > 1"), flow("x", "b", "n < 1")
    ),
    "parallel-condition": diagram(start(), parallel("x"), end(), path("s x"), flow("x", "e", "n > 1")),
    "default-condition": diagram(
        start(),
        xor("x", default="d"),
        end(),
        path("s x"),
        flow("x", "e", "n > 1", id="d"),
        flow("x", "e", "n > 2"),
    ),
    "step-no-name": straight(node("userTask", "x")),
    "gateway-no-name": diagram(
        start(),
        inclusive("x", default="d"),
        end(),
        path("s x"),
        flow("x", "e", id="d"),
        flow("x", "e", "n > 2"),
    ),
    "process-no-name": diagram(start(), end(), path("s e"), id="x").replace('name="Путь x"'.encode(), b""),
    "no-start": diagram(user("a"), end(), path("a e"), id="x"),
    "no-end": diagram(start(), user("a"), path("s a"), id="x"),
    "unreachable": diagram(start(), end(), path("s e"), user("x")),
    "dead-end": diagram(start(), user("x"), path("s x")),
    "no-layout": laid_out(start(), user("x"), end(), path("s x e")).replace(b'bpmnElement="x"', b""),
    "loop-endless": straight(user("x", "<standardLoopCharacteristics/>")),
    "data-not-used": straight(
        user("x", "<dataInputAssociation><targetRef>y</targetRef></dataInputAssociation>")
    ),
    "camunda-unknown": straight(user("x", camunda__priority="10")),
    "manual-task-passes": straight(node("manualTask", "x", name="Позвонить")),
    "variable-unknown": diagram(
        start("s", camunda__formRef="F24"), script("x", "{сумма: доход + 1}"), end(), path("s x e")
    ),
    "variable-not-always": diagram(
        start("s", camunda__formRef="F24"),
        xor("g", default="d"),
        script("a", "{сумма: 1}"),
        script("x", "{итог: сумма}"),
        end(),
        path("s g", "a x e"),
        flow("g", "a", "доход_семьи > 1"),
        flow("g", "x", id="d"),
    ),
    "variable-unnamed": diagram(
        start("s", camunda__formRef="F24"),
        service("a"),
        script("x", "{сумма: доход}"),
        end(),
        path("s a x e"),
    ),
    "variable-at-start": straight(script("x", "{сумма: доход + 1}")),
    "join-stuck": diagram(
        start(), xor("g"), user("a"), user("b"), parallel("x"), end(), path("s g a x e", "g b x")
    ),
    "step-twice": diagram(
        start(), parallel("g"), user("a"), user("b"), xor("x"), user("c"), end(), path("s g a x c e", "g b x")
    ),
    "flow-no-layout": drawn(start(), end(), flow("s", "e", id="x"), s=(0, 0), e=(200, 0)),
    "layout-overlap": drawn(
        start(), user("x"), user("b"), end(), path("s x b e"), s=(-300, 0), x=(50, 0), b=(60, 10), e=(300, 0)
    ),
    "layout-through": drawn(
        start(), user("a"), end(), flow("s", "e", id="x"), s=(0, 0), a=(100, 0), e=(300, 0), x="s e"
    ),
    "layout-crossing": drawn(
        user("a"),
        user("b"),
        user("c"),
        user("d"),
        flow("a", "d", id="x"),
        flow("b", "c", id="y"),
        a=(0, 0),
        b=(0, 300),
        c=(300, 0),
        d=(300, 300),
        x="a d",
        y="b c",
    ),
    "diagram-large": diagram(*(user(f"u{number}") for number in range(61)), id="x"),
    "step-not-verb": straight(user("x", name="Проверка заявления")),
    "name-markup": straight(user("x", name="<b>Посетить</b> семью")),
    "name-hidden-signs": straight(user("x", name="Посетить\u202e семью")),
    "name-long": straight(user("x", name="Посетить семью " * 20)),
    "term-not-started": straight(catch("x", after('=term("T15")'))),
}

ABOUT_THE_FILE = {rule for rule in CASES if rule.startswith(("extension-", "file-", "xml-", "not-"))} | {
    "no-process",
    "process-no-id",
    "expressions-too-long",
}


def found(xml: bytes, rule: str) -> list[Finding]:
    return [finding for finding in check(xml, known=KNOWN) if finding.rule == rule]


def test_every_rule_has_a_case():
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize("rule", sorted(CASES))
def test_the_rule_finds_its_case(rule):
    findings = found(CASES[rule], rule)
    assert findings, [finding.rule for finding in check(CASES[rule], known=KNOWN)]
    finding = findings[0]
    assert finding.severity == RULES[rule].severity
    if rule not in ABOUT_THE_FILE:
        assert finding.element in ("x", "x2", "x_s")
    for text in (finding.message, finding.hint):
        assert re.search("[а-яё]", text)
        assert text.endswith((".", "…", "»", ")"))
        assert not re.search(r"\{[a-z]+\}", text)


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_file_with_an_error_is_refused_and_any_other_can_be_read(rule):
    if any(finding.severity == "error" for finding in check(CASES[rule])):
        with pytest.raises(DefinitionRefused) as refused:
            bpmn.read(CASES[rule], name="схема.bpmn")
        assert "«схема.bpmn»" in str(refused.value)
        assert all(finding.severity == "error" for finding in refused.value.findings)
    else:
        assert bpmn.read(CASES[rule]).processes


def test_a_sound_diagram_has_no_findings():
    assert check(SOUND, known=KNOWN) == []


def test_nothing_outside_is_checked_when_nobody_knows_it():
    assert check(SOUND) == []
    assert [finding.rule for finding in check(SOUND, known=Known(roles=set()))] == ["role-unknown"]


def test_a_version_that_has_been_published_can_be_called():
    assert check(straight(call("x", "q", version=7)), known=KNOWN) == check(straight(call("x", "q")))


@pytest.mark.parametrize("version", ["", "0", "-1", "три", "3.0", "12345", "=n"])
def test_a_version_is_a_number(version):
    bound = {"camunda__calledElementBinding": "version", "camunda__calledElementVersion": version}
    assert found(straight(node("callActivity", "x", calledElement="q", **bound)), "version-missing")


def test_a_process_of_the_same_file_can_be_called():
    p = process(start("ps", name="Начало"), call("c", "q99"), end("pe"), path("ps c pe"), id="p")
    q = process(start("qs"), end("qe"), path("qs qe"), id="q99")
    assert found(document(p, q), "process-unknown") == []


def test_findings_come_in_the_order_of_the_file_with_their_lines():
    xml = diagram("\n", node("userTask", "a"), "\n\n", node("userTask", "b")).replace(b"?>", b"?>\n")
    lines = [(finding.line, finding.element) for finding in check(xml) if finding.rule == "step-no-name"]
    assert lines == [(3, "a"), (5, "b")]


def test_a_syntax_error_says_where_it_is():
    (finding,) = found(straight(user("x", camunda__assignee="=a + * b")), "feel-syntax")
    assert "знак 5" in finding.message
    assert finding.element == "x"


@pytest.mark.parametrize(
    "part",
    [
        user("x", camunda__dueDate="=1 +"),
        user("x", extensions(properties(item="1 +"))),
        user("x", extensions(inputs_outputs({"a": "=1 +"}))),
        user("x", extensions(inputs_outputs(outputs={"a": "${1 +}"}))),
        user("x", for_each("1 +")),
        user("x", repeat("1 +")),
        user(
            "x",
            times("1 +"),
        ),
        user("x", for_each("a", "b", "<completionCondition>1 +</completionCondition>")),
        catch("x", after("=1 +")),
        catch("x", condition("1 +")),
        catch("x", message(), extensions(properties(key="1 +"))),
        call("x", "q", extensions('<camunda:in sourceExpression="1 +" target="a"/>')),
        call("x", "q", extensions('<camunda:out source="1 +" target="a"/>')),
    ],
)
def test_every_expression_of_a_diagram_is_read_when_it_is_checked(part):
    assert found(straight(part), "feel-syntax")


@pytest.mark.parametrize(
    "part",
    [
        catch("x", every("R3/PT1H")),
        catch("x", after("P1M")),
        throw("x", escalation()),
        throw("x"),
        sub("x", user("a", name="Шаг")),
        node("sendTask", "x", messageRef="m_letter"),
        node("sendTask", "x", camunda__type="external", camunda__topic="почта"),
        node("businessRuleTask", "x", camunda__type="external", camunda__topic="почта"),
        node("scriptTask", "x", "<script>{a: 1}</script>", scriptFormat="FEEL"),
    ],
)
def test_what_can_be_run_is_not_refused(part):
    assert bpmn.read(straight(part)).processes


@pytest.mark.parametrize(
    "trigger", [message(), signal(), after("PT1H"), condition("n"), error(), escalation(), error("")]
)
def test_these_events_may_stand_at_an_edge(trigger):
    assert bpmn.read(edge(trigger)).processes


def test_a_terminate_end_is_an_end():
    assert bpmn.read(ends(terminate())).processes


def test_a_file_without_any_layout_is_one_finding():
    assert [
        finding.element for finding in found(diagram(start(), user("a"), end(), path("s a e")), "no-layout")
    ] == ["p"]


def test_where_one_process_is_executable_the_others_are_drawings():
    drawing = process(start("ds"), node("serviceTask", "d"), path("ds d"), id="p", attributes="")
    running = process(start("rs"), user("r"), path("rs r"), id="q")
    assert [one.id for one in bpmn.read(document(drawing, running)).processes] == ["q"]
    assert [one.id for one in bpmn.read(document(process(user("a"), attributes=""))).processes] == ["p"]


@pytest.mark.parametrize("kind", ["globalUserTask", "globalTask", "globalBusinessRuleTask"])
def test_a_task_beside_the_processes_is_refused(kind):
    assert found(diagram(start(), end(), path("s e"), roots=f'<{kind} id="x"/>'), "element-unknown")


def test_a_handler_of_an_error_interrupts():
    assert found(
        diagram(start(), end(), path("s e"), handler("x", error(""), interrupting=False)), "must-interrupt"
    )


def test_data_that_is_only_drawn_is_not_refused():
    drawn = "<dataInputAssociation><sourceRef>d</sourceRef><targetRef>y</targetRef></dataInputAssociation>"
    assert found(straight(user("x", drawn)), "data-computed") == []


def test_a_broken_arrow_names_the_end_that_is_missing():
    inner = sub("sub", start("s2"), user("in"), flow("s2", "in"))
    broken = (
        flow("s", "gone", id="a"),
        flow("lost", "x", id="b"),
        flow("s", "in", id="c"),
        flow("s", "", id="d"),
    )
    found = check(diagram(start(), user("x"), inner, *broken))
    told = {each.element: each.message for each in found if each.rule == "flow-to-nowhere"}
    assert told["a"].endswith(": элемента «gone», куда она ведёт, нет.")
    assert told["b"].endswith(": элемента «lost», откуда она ведёт, нет.")
    assert told["c"].endswith(": «in», куда она ведёт, лежит на другом уровне.")
    assert told["d"].endswith(": не указано, куда она ведёт.")


def test_a_gateway_that_begins_a_process_is_told_only_that():
    gateway = node("eventBasedGateway", "x", eventGatewayType="Parallel", instantiate=True)
    xml = diagram(gateway, catch("c", message()), end(), path("x c e"))
    assert [finding.rule for finding in check(xml) if finding.severity == "error"] == ["instantiating"]
