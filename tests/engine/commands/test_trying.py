"""`marshrut try`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.commands.calling import call, start
from tests.factories.cases import chain, user_task


@pytest.fixture
def small(tmp_path):
    """A diagram of two steps."""
    path = tmp_path / "small.bpmn"
    path.write_bytes(chain("small", user_task("a"), user_task("b")).content)
    return str(path)


def script(folder: Path, *steps: dict[str, Any], name: str = "s.json") -> str:
    path = folder / name
    path.write_text(json.dumps({"name": name, "at": "2026-01-12T10:00+03:00", "steps": steps}), "utf-8")
    return str(path)


def test_what_passed_and_what_did_not_is_one_document(tmp_path, small):
    good = script(tmp_path, {"complete": "a"}, {"complete": "b", "ended": True}, name="good.json")
    bad = script(tmp_path, {"complete": "a"}, {"tasks": ["a"]}, name="bad.json")
    answer = call("try", small, "--scenario", good, "--scenario", bad, "--json")
    assert answer.code == 1
    assert answer.json == {
        "scenarios": [
            {"name": "good.json", "ok": True},
            {
                "name": "bad.json",
                "ok": False,
                "step": 2,
                "expected": {"tasks": ["a"]},
                "got": {"tasks": ["b"]},
                "message": "Открыто лишнее: b; не открыто: a.",
            },
        ],
        "coverage": {"elements": 1.0, "flows": 1.0, "missing": []},
    }


def test_when_all_passed_it_ends_with_0(tmp_path, small):
    answer = call("try", small, "--scenario", script(tmp_path, {"complete": "a"}), "--coverage")
    assert answer.code == 0
    assert answer.out.splitlines()[-3:] == [
        "Сценариев: 1, не прошло: 0.",
        "Пройдено элементов: 75.0%, стрелок: 66.7%.",
        "Не пройдено: e, f_b_e.",
    ]


def test_a_failure_is_told_in_words(tmp_path, small):
    answer = call("try", small, "--scenario", script(tmp_path, {"tasks": ["a"]}, {"complete": "c"}))
    assert answer.code == 1
    assert "не прошёл  s.json, шаг 2 (complete: c)" in answer.out
    assert 'получилось: {"tasks":["a"]}' in answer.out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\xff", "не текст в UTF-8"),
        (b"steps: [", "не читается как YAML"),
        (b"steps: [{complete: 5, when: now}]", "шаг 1"),
        (b"", "нет ни одного сценария"),
    ],
)
def test_a_scenario_that_can_not_be_read_ends_with_2(tmp_path, small, content, words):
    path = tmp_path / "s.yaml"
    path.write_bytes(content)
    answer = call("try", small, "--scenario", str(path), "--json")
    assert answer.code == 2
    assert words in answer.json["error"]["message"]


def test_a_diagram_that_can_not_be_run_ends_with_2_and_its_findings(tmp_path):
    path = tmp_path / "x.bpmn"
    path.write_bytes(chain("x", user_task("a")).content.replace(b'targetRef="e"', b'targetRef="nowhere"'))
    answer = call("try", str(path), "--scenario", script(tmp_path), "--json")
    assert answer.code == 2
    assert [each["rule"] for each in answer.json["error"]["findings"]] == ["flow-to-nowhere"]
    words = call("try", str(path), "--scenario", script(tmp_path))
    assert words.code == 2
    assert "строка 1: ошибка [f_a_e]" in words.err


def test_a_missing_file_or_no_scenario_ends_with_2(tmp_path, small):
    assert call("try", small).code == 2
    assert call("try", small, "--scenario", "no.yaml").code == 2
    assert call("try", "no.bpmn", "--scenario", script(tmp_path)).code == 2
    assert call("try", str(tmp_path), "--scenario", script(tmp_path)).code == 2


def test_a_form_is_no_diagram(tmp_path):
    path = tmp_path / "f.form"
    path.write_text('{"id": "f", "type": "default", "components": []}', "utf-8")
    answer = call("try", str(path), "--scenario", script(tmp_path))
    assert answer.code == 2
    assert "не схема" in answer.err


def test_a_real_process_prints_the_document_and_nothing_else(tmp_path, small):
    answer = start("try", small, "--scenario", script(tmp_path, {"complete": "b"}), "--json")
    assert answer.code == 1
    assert answer.json["scenarios"][0]["step"] == 1
    assert "Traceback" not in answer.err
