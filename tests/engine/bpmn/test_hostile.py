"""Files that are broken or malicious are refused with a finding, quickly, and never break anything."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import bpmn
from engine.bpmn.check import check
from engine.bpmn.names import FLOW_NODES
from engine.errors import DefinitionRefused
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    diagram,
    end,
    extensions,
    flow,
    for_each,
    handler,
    inputs_outputs,
    message,
    path,
    properties,
    start,
    sub,
    user,
    xor,
)

PLAIN = diagram(start(), user("a"), end(), path("s a e"))
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + ']><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&a11;</definitions>'
)
XXE = (
    '<?xml version="1.0"?>\n<!-- x --><!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'
    '<process id="p" name="&f;"/></definitions>'
)


def rules(xml: bytes) -> list[str]:
    return [finding.rule for finding in check(xml)]


def refused(xml: bytes) -> list[str]:
    with pytest.raises(DefinitionRefused) as caught:
        bpmn.read(xml)
    return [finding.rule for finding in caught.value.findings]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("text", [BOMB, XXE])
def test_a_document_type_is_refused_in_every_encoding(text, encoding):
    xml = text.replace('version="1.0"', f'version="1.0" encoding="{encoding.removesuffix("-sig")}"').encode(
        encoding
    )
    assert refused(xml) == ["xml-doctype"]
    assert rules(xml) == ["xml-doctype"]


def test_a_document_type_in_an_encoding_that_hides_it_is_refused():
    hidden = (
        b'<?xml version="1.0" encoding="UTF-7"?>'
        b"+ADwAIQ-DOCTYPE x +AFsAPAAh-ENTITY a +ACI-b+ACIAPgBdAD4-<x>&a;</x>"
    )
    assert refused(hidden) == ["xml-doctype"]


def test_the_word_doctype_in_a_text_is_no_document_type():
    xml = PLAIN.replace(
        b"</process>", b"<documentation><![CDATA[<!DOCTYPE html>]]></documentation></process>"
    )
    assert bpmn.read(xml).processes


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"   ",
        b"\0" * 100,
        b"PK\x03\x04",
        b"{}",
        b"<",
        b"<a>",
        b"<definitions>",
        "не схема".encode("cp1251"),
        PLAIN[:-20],
        PLAIN.replace(b"UTF-8", b"UTF-16"),
        PLAIN.replace(b"UTF-8", b"EBCDIC-NOSUCH"),
        PLAIN.replace(b"UTF-8", b"ascii"),
        PLAIN.decode().encode("cp1251"),
        PLAIN.replace(b"</process>", b"</proces>"),
        PLAIN.replace(b"userTask", b"user\x01Task"),
        PLAIN.replace(b'id="a"', b'id="a" id="b"'),
        PLAIN.replace(b"<userTask", b"<x:userTask"),
        PLAIN + PLAIN,
    ],
)
def test_what_is_no_xml_is_one_finding(xml):
    assert refused(xml) == rules(xml)
    assert rules(xml)[0] in ("not-xml", "file-empty")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251", "koi8-r"])
def test_a_file_may_be_written_in_another_encoding(encoding):
    text = diagram(start(), user("a", name="Посетить семью"), path("s a")).decode()
    xml = text.replace("UTF-8", encoding).encode(encoding)
    (process,) = bpmn.read(xml).processes
    assert process.steps["a"].name == "Посетить семью"


def test_five_thousand_levels_are_refused():
    deep = "<subProcess>" * 5000 + "</subProcess>" * 5000
    assert refused(diagram(deep)) == ["file-too-deep"]


def test_as_many_levels_as_xml_allows_can_be_read_and_run():
    parts = user("deep")
    for number in range(45):
        parts = sub(f"p{number}", parts)
    (process,) = bpmn.read(diagram(parts)).processes
    assert "deep" in process.steps
    parts = user("deep")
    for number in range(240):
        parts = sub(f"p{number}", parts)
    (process,) = bpmn.read(diagram(parts)).processes
    assert "deep" in process.steps


def test_entities_outside_a_document_type_are_refused():
    assert rules(PLAIN.replace(b'name="', b'name="&evil;', 1)) == ["not-xml"]


def test_a_name_full_of_braces_or_percent_signs_is_only_a_name():
    xml = diagram(start(), node := user("x", name="{0} {name} %s {{}} {__class__}"), path("s x"))
    assert node
    assert any("{0} {name} %s" in finding.message for finding in check(xml))


def test_a_huge_number_of_elements_is_refused():
    many = "".join(f'<userTask id="u{n}"/>' for n in range(60_000))
    assert refused(diagram(many)) == ["file-too-complex"]


def test_ids_in_the_form_of_paths_or_expressions_are_only_ids():
    for id in ("../../etc/passwd", "${1+1}", "a b", "[split]", "x [child]", "__class__", "a" * 10_000):
        xml = diagram(start(), user(id), flow("s", id))
        assert bpmn.read(xml).processes[0].steps[id].node == id


RICH = diagram(
    start(),
    user("a", extensions(inputs_outputs({"n": "=1 + 1"}), properties(norm="T13", item='"x"')), for_each()),
    boundary("t", "a", after("PT1H"), interrupting=False),
    xor("g", default="d"),
    sub("p1", start("s1"), user("b"), end("e1", message()), path("s1 b e1")),
    handler("ev", message(), end("e2"), path("ev_s e2")),
    end(),
    path("s a g", "p1 e", "t e"),
    flow("g", "p1", "n > 1"),
    flow("g", "e", id="d"),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_file_with_random_damage_is_read_or_refused_but_never_breaks_anything(data):
    text = RICH.decode()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        length = data.draw(st.sampled_from([0, 1, 5, 30, 200]))
        other = data.draw(st.integers(0, len(text)))
        insert = data.draw(st.sampled_from(["", '"', "<", ">", "a", text[other : other + 40]]))
        text = text[:place] + insert + text[place + length :]
    xml = text.encode()
    findings = check(xml)
    try:
        bpmn.read(xml)
    except DefinitionRefused:
        assert any(finding.severity == "error" for finding in findings)
    else:
        assert all(finding.severity != "error" for finding in findings)


TAGS = sorted(FLOW_NODES | {"sequenceFlow"})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_elements_thrown_together_are_read_or_refused_and_then_started_without_an_exception(data):
    ids = st.sampled_from(["a", "b", "c", "d", ""])

    def element(depth: int) -> str:
        tag = data.draw(st.sampled_from(TAGS))
        attributes = {
            name: data.draw(ids)
            for name in ("id", "sourceRef", "targetRef", "attachedToRef", "default", "calledElement")
            if data.draw(st.booleans())
        }
        inner = "".join(element(depth + 1) for _ in range(data.draw(st.integers(0, 2)))) if depth < 3 else ""
        inner += data.draw(
            st.sampled_from(
                ["", message(), after("PT1H"), for_each(), "<conditionExpression>n</conditionExpression>"]
            )
        )
        written = "".join(f' {name}="{value}"' for name, value in attributes.items())
        return f"<{tag}{written}>{inner}</{tag}>"

    xml = diagram(*(element(0) for _ in range(data.draw(st.integers(1, 6)))))
    check(xml)
    try:
        found = bpmn.read(xml)
    except DefinitionRefused:
        return
    from tests.engine.bpmn.playing import Play

    if found.processes[0].plan.start_event(None) is not None:
        Play(xml)


@pytest.mark.parametrize("inside", ["<timeDuration>PT1H</timeDuration>" * 4000, "x" * 400_000])
def test_a_definition_that_many_events_refer_to_does_not_grow_without_end(inside):
    shared = f'<timerEventDefinition id="shared">{inside}</timerEventDefinition>'
    events = (end(f"e{number}", "<eventDefinitionRef>shared</eventDefinitionRef>") for number in range(3000))
    (finding,) = check(diagram(start(), *events, roots=shared))
    assert (finding.rule, finding.severity) == ("file-too-complex", "error")
