"""`--lang en`: commands that answer in English."""

from __future__ import annotations

import re

import pytest

from tests.engine.commands.calling import call

RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)
NAMED = re.compile(r"[«“\"].*?[»”\"]")

BROKEN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">
<process id="p" name="Проба" isExecutable="true"><startEvent id="a"/><userTask id="b" name="Проверка"/>
<exclusiveGateway id="c"/><sequenceFlow id="f" sourceRef="a" targetRef="b"/>
<sequenceFlow id="g" sourceRef="b" targetRef="nowhere"/></process></definitions>"""


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "broken.bpmn"
    path.write_text(BROKEN, encoding="utf-8")
    return str(path)


def speaks_english(text: str) -> bool:
    return not RUSSIAN.search(NAMED.sub("", text))


def test_findings_are_english(broken):
    answer = call("lint", broken, "--lang", "en")
    assert answer.code == 1
    assert "error" in answer.out
    assert speaks_english(answer.out)


def test_findings_in_json_are_english_and_names_stay(broken):
    findings = call("lint", broken, "--lang", "en", "--json").json["files"][0]["findings"]
    assert all(speaks_english(each["message"] + each["hint"]) for each in findings)
    assert "Проверка" in {each["name"] for each in findings}


def test_a_fault_of_an_expression_is_english():
    answer = call("feel", "1 +", "--lang", "en")
    assert (answer.code, answer.err) == (1, "Character 4. Wanted: a value, but the expression ends.\n")


def test_a_term_is_explained_in_english():
    answer = call(
        "term", "--from", "2025-12-26", "--days", "10", "--unit", "working", "--explain", "--lang", "en"
    )
    assert "31 December – 11 January" in answer.out
    assert speaks_english(answer.out.replace("ГК РФ", ""))


def test_a_file_that_is_not_there_is_told_in_english():
    answer = call("lint", "nowhere.bpmn", "--lang", "en")
    assert (answer.code, speaks_english(answer.err)) == (2, True)


def test_the_next_command_is_russian_again():
    call("feel", "1 +", "--lang", "en")
    assert "Файл" in call("lint", "nowhere.bpmn").err
