"""`marshrut lint`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.definitions.files import Upload
from engine.definitions.operations import OPERATIONS
from engine.definitions.shipped import CHECKS, TOPICS, shipped_roles
from engine.resources import forms_dir, processes_dir
from tests.engine.commands.calling import Answer, call
from tests.factories.cases import (
    END,
    START,
    chain,
    condition,
    diagram,
    exclusive,
    flows,
    service_task,
    user_task,
)

CHOICE = diagram(
    "choice",
    START
    + exclusive("g")
    + user_task("a")
    + user_task("b")
    + END
    + flows("s g", "a e", "b e")
    + condition("g", "a", "x = 1")
    + condition("g", "b", "x = 2"),
)
"""A choice without a default way."""


def written(folder: Path, upload: Upload, name: str = "") -> str:
    path = folder / (name or upload.name)
    path.write_bytes(upload.content)
    return str(path)


def rules(answer: Answer) -> dict[str, Any]:
    return {finding["rule"]: finding for finding in answer.json["files"][0]["findings"]}


def test_a_sound_file_has_no_errors(tmp_path):
    path = written(tmp_path, chain("small", user_task("a")))
    answer = call("lint", path, "--json")
    assert answer.code == 0
    assert answer.json["errors"] == 0
    assert answer.json["files"][0]["file"] == path
    assert answer.json["files"][0]["ok"] is True


def test_a_finding_tells_its_place_and_what_to_do(tmp_path):
    body = START + exclusive("g") + user_task("a") + END + flows("s g", "a e") + condition("g", "a", "1 +")
    answer = call("lint", written(tmp_path, diagram("wrong", body)), "--json")
    assert answer.code == 1
    assert answer.json["files"][0]["ok"] is False
    found = rules(answer)["feel-syntax"]
    assert set(found) == {"rule", "severity", "element", "name", "line", "message", "hint", "docs"}
    assert found["severity"] == "error"
    assert found["docs"] == "lint/feel-syntax"
    assert found["hint"]
    assert answer.json["errors"] == 1


def test_warnings_alone_are_no_failure(tmp_path):
    answer = call("lint", written(tmp_path, CHOICE), "--json")
    assert answer.code == 0
    assert rules(answer)["gateway-no-default"]["severity"] == "warning"
    assert answer.json["warnings"] >= 1


def test_what_a_file_refers_to_is_given_with_it(tmp_path):
    call_activity = '<callActivity id="c" name="Вызвать" calledElement="inner"/>'
    outer = written(tmp_path, diagram("outer", START + call_activity + END + flows("s c e")))
    inner = written(tmp_path, chain("inner", user_task("a")))
    assert "process-unknown" in rules(call("lint", outer, "--json"))
    given = call("lint", outer, "--with", inner, "--json")
    assert "process-unknown" not in rules(given)
    assert [each["file"] for each in given.json["files"]] == [outer]


def test_roles_norms_and_operations_are_known_from_the_product(tmp_path):
    body = (
        START
        + user_task("a", "R05", norm="T15")
        + user_task("b", "R99", norm="T999")
        + service_task("c", "commission.collect")
        + service_task("d", "no.such")
        + END
        + flows("s a b c d e")
    )
    findings = call("lint", written(tmp_path, diagram("refers", body)), "--json").json["files"][0]["findings"]
    unknown = {(each["rule"], each["element"]) for each in findings if each["rule"].endswith("-unknown")}
    assert unknown == {("role-unknown", "b"), ("norm-unknown", "b"), ("topic-unknown", "d")}


def test_the_topics_are_those_of_the_registered_operations():
    from engine.bootstrap import load_operations

    load_operations()
    assert set(OPERATIONS) == TOPICS


def test_the_checks_are_those_that_are_registered():
    from engine.bootstrap import load_operations
    from engine.cases import checks

    load_operations()
    assert set(checks.CHECKS) == CHECKS


def test_the_roles_are_those_that_rights_know():
    from engine.access.policy import EVERYONE, ROLES

    assert shipped_roles() == set(ROLES) - {EVERYONE}


def test_the_shipped_pathways_have_no_findings():
    files = [str(path) for path in sorted(processes_dir().rglob("*.bpmn"))]
    others = [str(path) for path in sorted((*processes_dir().rglob("*.dmn"), *forms_dir().glob("*.form")))]
    answer = call("lint", *files, *(part for path in others for part in ("--with", path)))
    assert (answer.code, answer.out) == (0, "Ошибок: 0, предупреждений: 0.\n")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.bpmn", b""),
        ("binary.bpmn", b"\x89PNG\r\n\x1a\n\x00\x00\xff"),
        ("text.bpmn", "просто текст".encode()),
        ("other.bpmn", b"<html><body/></html>"),
        ("half.bpmn", b"<definitions"),
        ("doctype.bpmn", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
        ("binary.dmn", b"\x00\x01\x02"),
        ("other.dmn", b"<a/>"),
        ("binary.form", b"\x00\x01\x02"),
        ("list.form", b"[1, 2]"),
        ("picture.png", b"\x89PNG"),
        ("noname", b"x"),
    ],
)
def test_what_is_no_definition_at_all_is_an_error_of_the_file(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    answer = call("lint", str(path), "--json")
    assert answer.code == 1
    finding = answer.json["files"][0]["findings"][0]
    assert (finding["severity"], finding["element"]) == ("error", None)
    assert finding["message"]


def test_a_diagram_by_a_general_name_is_known_by_its_content(tmp_path):
    path = written(tmp_path, chain("small", user_task("a")), "small.bpmn20.xml")
    assert call("lint", path, "--json").json["files"][0]["ok"] is True
    rule = processes_dir() / "decisions" / "dmn_04_grounds.dmn"
    (tmp_path / "rule.xml").write_bytes(rule.read_bytes())
    assert call("lint", str(tmp_path / "rule.xml"), "--json").json["files"][0]["ok"] is True
    (tmp_path / "form.json").write_bytes((forms_dir() / "F24.form").read_bytes())
    assert call("lint", str(tmp_path / "form.json"), "--json").json["files"][0]["ok"] is True


def test_a_decision_with_an_unreadable_cell_is_an_error_with_its_place(tmp_path):
    content = (processes_dir() / "decisions" / "dmn_06_quorum.dmn").read_text("utf-8")
    start = content.index("<text>", content.index("<rule")) + len("<text>")
    broken = content[:start] + "1 +" + content[content.index("</text>", start) :]
    (tmp_path / "x.dmn").write_text(broken, "utf-8")
    answer = call("lint", str(tmp_path / "x.dmn"), "--json")
    assert answer.code == 1
    found = rules(answer)["dmn-expression"]
    assert found["line"] is not None
    assert found["severity"] == "error"


def test_a_file_that_is_not_there_ends_with_2(tmp_path):
    assert call("lint", str(tmp_path / "no.bpmn")).code == 2
    assert "это папка" in call("lint", str(tmp_path)).err
    path = written(tmp_path, chain("small", user_task("a")))
    assert call("lint", path, "--with", "no.dmn").code == 2


def test_findings_are_told_in_words_too(tmp_path):
    path = written(tmp_path, CHOICE)
    answer = call("lint", path)
    assert f"{path}, строка 1: предупреждение [g]: " in answer.out
    assert answer.out.splitlines()[-1].startswith("Ошибок: 0, предупреждений: ")
