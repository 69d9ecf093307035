"""A variable that nothing can have written is found; one that anything may have written never is."""

from __future__ import annotations

import pytest

from engine.bpmn.check import check
from engine.bpmn.rules.known import Known
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    call,
    catch,
    diagram,
    end,
    extensions,
    flow,
    for_each,
    handler,
    inputs_outputs,
    message,
    node,
    parallel,
    path,
    repeat,
    script,
    service,
    start,
    sub,
    user,
    xor,
)

KNOWN = Known(
    form_fields={"F1": {"доход", "семья"}, "F2": {"решение"}}.get,
    decision_inputs={"D1": ("доход",), "D2": ("возраст",)}.get,
    handed={"p": (), "called": {"номер"}, "anything": None}.get,
)


def told(*parts: str, id: str = "p", known: Known = KNOWN) -> set[tuple[str, str]]:
    """(element, rule) of what is said about variables."""
    return {
        (str(finding.element), finding.rule)
        for finding in check(diagram(*parts, id=id), known=known)
        if finding.rule.startswith("variable-")
    }


def begin(form: str = "F1") -> str:
    return start("s", camunda__formRef=form)


def reads(name: str = "x", variable: str = "сумма") -> str:
    return script(name, f"{{итог: {variable}}}")


UNKNOWN = {("x", "variable-unknown")}
NOT_ALWAYS = {("x", "variable-not-always")}
DECIDE = node("businessRuleTask", "x", camunda__decisionRef="D2", camunda__resultVariable="итог")


@pytest.mark.parametrize(
    "writer",
    [
        script("w", "{сумма: 1}"),
        script("w", "1", camunda__resultVariable="сумма"),
        script("w", "if доход > 1 then {сумма: 1} else {сумма: 2}"),
        node("businessRuleTask", "w", camunda__decisionRef="D1", camunda__resultVariable="сумма"),
        user("w", camunda__formRef="F99"),
        user("w", extensions(inputs_outputs(outputs={"сумма": "=доход"})), camunda__formRef="F1"),
        call("w", "q", extensions('<camunda:out source="=a" target="сумма"/>')),
        call("w", "q", extensions('<camunda:out variables="all"/>')),
        catch("w", message(), extensions(inputs_outputs(outputs={"сумма": "=сумма"}))),
        sub("w", start("s2"), script("w2", "{сумма: 1}"), end("e2"), path("s2 w2 e2")),
    ],
)
def test_what_an_element_before_may_have_written_is_known(writer):
    assert told(begin(), writer, reads(), end(), path("s w x e")) == set()


@pytest.mark.parametrize(
    "writer",
    [
        service("w"),
        user("w"),
        catch("w", message()),
        node("receiveTask", "w", messageRef="m_letter"),
        sub("w", start("s2"), user("w2"), end("e2"), path("s2 w2 e2")),
    ],
)
def test_what_comes_without_a_name_is_only_said(writer):
    """A step without a form, a message, an operation may give it: nobody can tell, so it is no warning."""
    unnamed = {("x", "variable-unnamed")}
    assert told(begin(), writer, reads(), end(), path("s w x e")) == unnamed
    assert told(begin(), writer, reads(variable="доход"), end(), path("s w x e")) == set()
    assert told(begin(), reads(), writer, end(), path("s x w e")) == UNKNOWN
    named = (script("n", "{сумма: 1}"), path("s n w x e"))
    assert told(begin(), writer, reads(), end(), *named) == set()


def test_the_ways_out_of_a_step_without_a_form_read_what_nobody_names():
    step = user("x", default="d")
    ways = (flow("x", "a", "сумма > 1"), flow("x", "e", id="d"), path("s x", "a e"))
    assert told(begin(), step, user("a", camunda__formRef="F1"), end(), *ways) == {("x", "variable-unnamed")}
    told_by_form = user("x", default="d", camunda__formRef="F2")
    ways = (flow("x", "a", "решение = 1"), *ways[1:])
    assert told(begin(), told_by_form, user("a", camunda__formRef="F1"), end(), *ways) == set()


def test_a_misspelt_name_behind_a_message_is_told_what_it_may_be():
    xml = diagram(begin(), catch("w", message()), reads(variable="дохот"), end(), path("s w x e"))
    (finding,) = [one for one in check(xml, known=KNOWN) if one.rule == "variable-unnamed"]
    assert finding.severity == "info"
    assert finding.hint.startswith("Может быть, это «доход»? ")


@pytest.mark.parametrize(
    "writer",
    [
        script("w", "{другое: 1}"),
        user("w", camunda__formRef="F2"),
        service("w", extensions(inputs_outputs(outputs={"другое": "=1"}))),
        call("w", "q", extensions('<camunda:in source="=доход" target="сумма"/>')),
        user("w", extensions(inputs_outputs({"сумма": "=1"})), camunda__formRef="F2"),
        script("w", "{сумма2: 1}", camunda__resultVariable="другое"),
        catch("w", after("PT1H")),
    ],
)
def test_what_no_element_before_writes_is_unknown(writer):
    assert told(begin(), writer, reads(), end(), path("s w x e")) == UNKNOWN


def test_what_is_only_written_later_is_unknown():
    assert told(begin(), reads(), script("w", "{сумма: 1}"), end(), path("s x w e")) == UNKNOWN


def test_what_another_branch_writes_may_be_there_but_not_always():
    parts = (begin(), parallel("f"), script("w", "{сумма: 1}"), parallel("j"), end())
    assert told(*parts, reads(), path("s f w j e", "f x j")) == NOT_ALWAYS
    assert told(*parts, reads(), user("b", camunda__formRef="F2"), path("s f w j x e", "f b j")) == set()


def test_what_comes_after_the_join_of_the_branches_is_no_other_branch():
    parts = (begin(), parallel("f"), user("b", camunda__formRef="F2"), parallel("j"), end(), reads())
    assert told(*parts, script("w", "{сумма: 1}"), path("s f x j w e", "f b j")) == UNKNOWN


def test_the_second_round_of_a_loop_sees_what_the_first_one_wrote():
    loop = (begin(), xor("m"), reads(), script("w", "{сумма: 1}"), xor("g", default="d"), end())
    flows = (path("s m x w g"), flow("g", "m", "доход > 1"), flow("g", "e", id="d"))
    assert told(*loop, *flows) == NOT_ALWAYS


def test_one_of_two_ways_is_not_always():
    parts = (begin(), xor("g", default="d"), script("w", "{сумма: 1}"), end(), path("s g", "w x e"))
    flows = (flow("g", "w", "доход > 1"), flow("g", "x", id="d"))
    assert told(*parts, *flows, reads()) == NOT_ALWAYS
    for asked in ("if сумма = null then 0 else сумма", "сумма.доля != null", "null = сумма"):
        assert told(*parts, *flows, reads(variable=asked)) == set()


def test_a_process_that_is_opened_with_nothing_may_be_given_the_variable():
    assert told(start(), reads(), end(), path("s x e")) == {("x", "variable-at-start")}
    assert told(start(), reads(), end(), path("s x e"), known=Known()) == set()


def test_a_called_process_knows_what_it_is_handed():
    parts = (start(), end(), path("s x e"))
    assert told(*parts, reads(variable="номер"), id="called") == set()
    assert told(*parts, reads(), id="called") == UNKNOWN
    assert told(*parts, reads(), id="anything") == set()


def test_inside_a_step_its_inputs_and_the_item_of_its_loop_are_known():
    inner = (start("s2"), script("x", "{итог: ввод + пункт + loopCounter}"), end("e2"), path("s2 x e2"))
    host = sub("w", extensions(inputs_outputs({"ввод": "=доход"})), for_each("семья", "пункт"), *inner)
    assert told(begin(), host, end(), path("s w e")) == set()
    behind = script("x", "{итог: ввод}")
    host = sub("w", extensions(inputs_outputs({"ввод": "=доход"})), start("s2"), end("e2"), path("s2 e2"))
    assert told(begin(), host, behind, end(), path("s w x e")) == UNKNOWN


def test_outputs_see_what_the_step_received_and_conditions_what_it_wrote():
    outputs = extensions(inputs_outputs(outputs={"итог": "=решение"}))
    step = user("x", outputs, camunda__formRef="F2", default="d")
    parts = (begin(), step, end(), path("s x"), flow("x", "e", id="d"))
    assert told(*parts, flow("x", "e", "итог = 1")) == set()
    assert told(*parts, flow("x", "e", "решение = 1")) == UNKNOWN


def test_a_decision_needs_its_data_unless_they_are_mapped():
    assert told(begin(), DECIDE.replace("D2", "D1"), end(), path("s x e")) == set()
    assert told(begin(), DECIDE, end(), path("s x e")) == UNKNOWN
    mapped = DECIDE.replace("></", f">{extensions(inputs_outputs({'возраст': '=доход'}))}</")
    assert told(begin(), mapped, end(), path("s x e")) == set()


def test_an_event_at_the_edge_begins_before_the_step_has_written():
    parts = (begin(), script("w", "{сумма: 1}"), end(), reads(), path("s w e", "t x"))
    assert told(*parts, boundary("t", "w", after("PT1H"))) == UNKNOWN
    host = sub("w", start("s2"), script("w2", "{сумма: 1}"), end("e2"), path("s2 w2 e2"))
    edge = boundary("t", "w", after("PT1H"))
    assert told(begin(), host, edge, end(), reads(), path("s w e", "t x")) == NOT_ALWAYS


def test_a_handler_sees_everything_and_only_one_that_does_not_interrupt_is_seen():
    letter = (message(), script("h1", "{сумма: 1}"), end("h2"), path("h_s h1 h2"))
    main = (begin(), reads(), end(), path("s x e"))
    assert told(*main, handler("h", *letter)) == UNKNOWN
    assert ("x", "variable-unknown") not in told(*main, handler("h", *letter, interrupting=False))
    reader = handler("h", after("PT1H"), reads(), end("h2"), path("h_s x h2"))
    assert told(begin(), script("w", "{сумма: 1}"), end(), reader, path("s w e")) == NOT_ALWAYS


def test_the_condition_of_a_repetition_sees_what_a_round_wrote():
    host = sub("x", repeat("сумма > 1"), start("s2"), script("w", "{сумма: 1}"), end("e2"), path("s2 w e2"))
    assert told(begin(), host, end(), path("s x e")) == set()


def test_the_case_itself_and_names_inside_filters_need_no_writer():
    assert told(begin(), reads(variable="дело.номер"), end(), path("s x e")) == set()
    assert told(begin(), reads(variable="семья[возраст > 3]"), end(), path("s x e")) == set()


def test_a_slip_of_the_pen_is_told_with_the_right_name():
    xml = diagram(begin(), reads(variable="даход"), end(), path("s x e"))
    (finding,) = [one for one in check(xml, known=KNOWN) if one.rule == "variable-unknown"]
    assert "«доход»" in finding.hint
    assert "«даход»" in finding.message
