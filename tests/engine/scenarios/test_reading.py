"""Scenario files: what may be written, and what is said of what may not."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.scenarios.files import MAX_DEPTH, ScenarioRefused, read_content
from engine.scenarios.reading import read_scenarios
from engine.scenarios.steps import Advance, Complete, Ended, Escalated, OpenTasks, Service, Stands, Until

WHOLE = """
name: Всё в срок
at: 2025-12-26T10:00+03:00
process: p1
with: {возраст: 34}
forms: off
steps:
  - tasks: [a]
  - complete: a
    with: {итог: да}
    index: 1
    ended: ee
"""


def only(text: str, name: str = "s.yaml"):
    (found,) = read_scenarios(text.encode(), name)
    return found


def refusal(text: str | bytes, name: str = "s.yaml") -> str:
    with pytest.raises(ScenarioRefused) as refused:
        read_scenarios(text if isinstance(text, bytes) else text.encode(), name)
    return refused.value.message


def test_a_scenario_is_read_from_yaml():
    found = only(WHOLE)
    assert (found.name, found.process, found.forms) == ("Всё в срок", "p1", False)
    assert found.variables == {"возраст": Decimal(34)}
    assert found.at == datetime(2025, 12, 26, 10, tzinfo=ZoneInfo("Europe/Moscow"))
    first, second = found.steps
    assert (first.number, first.words, first.action, first.checks) == (1, "tasks", None, (OpenTasks(("a",)),))
    assert second.action == Complete("a", {"итог": "да"}, 1)
    assert second.checks == (Ended(event="ee"),)


def test_the_same_is_read_from_json():
    item = {"name": "Проба", "steps": [{"complete": "a", "with": {"день": "@2026-01-14", "сумма": 10.10}}]}
    step = only(json.dumps(item), "s.json").steps[0]
    assert step.action == Complete("a", {"день": date(2026, 1, 14), "сумма": Decimal("10.1")})


def test_a_file_holds_one_scenario_a_list_or_several_documents():
    assert len(read_scenarios(b"- {steps: []}\n- {steps: []}\n", "s.yaml")) == 2
    assert len(read_scenarios(b"steps: []\n---\nsteps: []\n", "s.yaml")) == 2


def test_a_scenario_without_name_is_called_after_its_file():
    assert only("steps: []").name == "s.yaml"
    assert [each.name for each in read_scenarios(b"[{steps: []}, {steps: []}]", "s.yaml")] == [
        "s.yaml, 1",
        "s.yaml, 2",
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("14:00", "14:00"),
        ("007", "007"),
        ("1_000", Decimal(1000)),
        ("0.1", Decimal("0.1")),
        ("1e3", Decimal(1000)),
        ("-5", Decimal(-5)),
        ("да", "да"),
        ("true", True),
        ("off", False),
        ("~", None),
        ("", None),
        ("2026-01-14", date(2026, 1, 14)),
        ('"2026-01-14"', "2026-01-14"),
        ('"@2026-01-14"', date(2026, 1, 14)),
        ("2026-01-21T17:00+03:00", datetime(2026, 1, 21, 17, tzinfo=ZoneInfo("Europe/Moscow"))),
        ("2026-01-21 17:00:00", datetime.fromisoformat("2026-01-21T17:00")),
        ("2026-13-45", "2026-13-45"),
        ('"@vera"', "@vera"),
    ],
)
def test_plain_values_mean_what_they_look_like(text, value):
    (found,) = read_content(f"x: {text}".encode(), "s.yaml")
    assert found["x"] == value
    assert type(found["x"]) is type(value)


def test_aliases_and_merges_are_followed():
    (found,) = read_content(b"a: &x {k: 1}\nb: *x\nc: {<<: *x, m: 2}", "s.yaml")
    assert found["b"] == {"k": 1}
    assert found["c"] == {"k": 1, "m": 2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps:\n  - complete: [a", "не читается как YAML, строка 2"),
        ("a: 1\na: 2", "строка 2: «a» написано дважды"),
        ("a: !!python/object:os.system x", "пометка"),
        ("a: &x [*x]", "ссылается само на себя"),
        ("? [1]\n: 2", "простым текстом"),
        ("a: {<<: 5}", "после <<"),
        ("x: " + "[" * 100 + "]" * 100, "слишком много вложенных уровней"),
        ("", "нет ни одного сценария"),
        ("steps: 5", "«steps»: нужен список шагов"),
        ("привет", "нужен набор полей"),
        ("steps: []\nwho: me", "«who» здесь не пишут"),
        ("steps: []\nat: вчера", "«at»: нужны дата или момент"),
        ("steps: []\nforms: 5", "«forms»: нужно on или off"),
        ("steps: [tasks]", "шаг 1: нужно действие или проверка"),
        ("steps: [{complete: a, advance: P1D}]", "шаг 1: два действия сразу: complete, advance"),
        ("steps: [{tasks: []}, {complete: }]", "шаг 2, «complete»: нужен текст"),
        ("steps: [{complete: a, with: 5}]", "шаг 1, «with»: нужен набор полей"),
        ("steps: [{complete: a, index: -1}]", "шаг 1, «index»: нужно целое число"),
        ("steps: [{complete: a, to: {x: 1}}]", "шаг 1: «to» здесь не пишут"),
        ("steps: [{tasks: a}]", "шаг 1, «tasks»: нужен список"),
        ("steps: [{advance: 5 дней}]", "шаг 1, «advance»: нужна длительность"),
        ("steps: [{advance: 0 рабочих дней}]", "шаг 1, «advance»: нужна длительность"),
        ("steps: [{advance: -P5D}]", "шаг 1, «advance»: нужна длительность"),
        ("steps: [{until: 5}]", "шаг 1, «until»: нужны дата или момент"),
        ("steps: [{error: {at: a}}]", "шаг 1, «error»: нужен текст"),
        ("steps: [{set: {}}]", "шаг 1, «set»: нет ни одной переменной"),
        ("steps: [{escalated: {whom: R07}}]", "шаг 1, «escalated»: «whom» здесь не пишут"),
        ("steps: [{with: {a: 1}}]", "шаг 1: «with» здесь не пишут"),
    ],
)
def test_what_can_not_be_read_is_told_with_file_step_and_key(text, words):
    message = refusal(text)
    assert "«s.yaml»" in message
    assert words in message


def test_one_of_several_scenarios_is_told_by_its_number():
    assert "сценарий 2, шаг 1" in refusal("- steps: []\n- steps: [5]")


def test_a_bomb_of_aliases_is_refused():
    """Nine lists of nine, ten times over: a few hundred bytes that would be millions of values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    assert "больше 50000 значений" in refusal("\n".join(lines))


def test_what_is_no_text_is_refused():
    assert "не текст в UTF-8" in refusal(b"\xff\xfe\x00\x01")
    assert "не читается как JSON, строка 1" in refusal("{", "s.json")
    deep = "[" * (MAX_DEPTH + 5) + "]" * (MAX_DEPTH + 5)
    assert "вложенных уровней" in refusal(f'{{"x": {deep}}}', "s.json")
    assert "больше 1000 КБ" in refusal(b" " * 1_000_001)


def test_actions_are_read_with_their_parts():
    steps = only(
        "steps:\n"
        "  - {service: op, error: E1, index: 2}\n"
        "  - {advance: {until: 2026-01-21}}\n"
        "  - {advance: 5 рабочих дней}\n"
        "  - {escalated: {to: supervisor}}\n"
        "  - {incident: null}\n"
    ).steps
    assert steps[0].action == Service("op", {}, "E1", 2)
    assert steps[1].action == Until(date(2026, 1, 21))
    assert isinstance(steps[2].action, Advance)
    assert steps[2].words == "advance: 5 рабочих дней"
    assert steps[3].checks == (Escalated("supervisor"),)
    assert steps[4].checks == (Stands(None),)
