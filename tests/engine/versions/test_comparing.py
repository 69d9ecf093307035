"""Decisions, forms and whole pathways of two releases."""

from __future__ import annotations

import json

import pytest

from engine.definitions.files import Upload
from engine.errors import InvalidData
from engine.runtime import Runtime
from engine.versions.comparing import compare_files, compare_releases
from engine.versions.decisions import compare_decisions
from engine.versions.forms import compare_forms
from tests.engine.definitions.drawing import DMN, decision, form, process, text_field
from tests.factories.cases import chain, diagram, flows, publish_files, user_task


def table(*rows: tuple[str, str], column: str = "Доход") -> bytes:
    listed = "".join(
        f'<rule id="r{n}"><inputEntry id="i{n}"><text>{test}</text></inputEntry>'
        f'<outputEntry id="o{n}"><text>{answer}</text></outputEntry></rule>'
        for n, (test, answer) in enumerate(rows)
    )
    return (
        f'<definitions xmlns="{DMN}" id="m" name="Правила" namespace="http://example.org">'
        '<inputData id="in" name="доход"><variable id="vin" name="доход" typeRef="number"/></inputData>'
        '<decision id="d" name="Помощь"><variable id="v" name="Помощь"/>'
        '<informationRequirement id="ir"><requiredInput href="#in"/></informationRequirement>'
        f'<decisionTable id="t" hitPolicy="FIRST"><input id="c" label="{column}">'
        '<inputExpression id="x" typeRef="number"><text>доход</text></inputExpression></input>'
        f'<output id="o" label="Помощь" typeRef="string"/>{listed}</decisionTable></decision></definitions>'
    ).encode()


def told(before: bytes, after: bytes) -> list[str]:
    return [change.sentence for change in compare_decisions(before, after)]


def test_a_row_that_says_something_else_is_told_by_its_cells():
    before, after = table(("&lt; 5", '"да"'), ("-", '"нет"')), table(("&lt; 7", '"да"'), ("-", '"нет"'))
    assert told(before, after) == ["Изменено: строка 1 решения «Помощь»: Доход: было «< 5», стало «< 7»."]


def test_an_inserted_row_changes_none_of_those_below():
    before = table(("&lt; 5", '"да"'), ("-", '"нет"'))
    after = table(("&lt; 5", '"да"'), ("&lt; 9", '"может"'), ("-", '"нет"'))
    assert told(before, after) == ['Добавлено: строка 2 решения «Помощь» (< 9 | "может").']
    assert told(after, before) == ['Убрано: строка 2 решения «Помощь» (< 9 | "может").']


def test_other_columns_are_told_before_the_rows():
    found = told(table(("-", '"нет"')), table(("-", '"нет"'), column="Доход семьи"))
    assert "столбцы условий: было «Доход (доход)», стало «Доход семьи (доход)»" in found[0]


def test_a_decision_of_one_expression_is_told():
    before, after = decision(answer="1").content, decision(answer="2").content
    assert "выражение: было «1», стало «2»" in told(before, after)[0]


def test_fields_of_a_form_are_told():
    before = form("F1", text_field("а"), text_field("б")).content
    after = form("F1", text_field("а", validate={"required": True}), text_field("в")).content
    assert [change.sentence for change in compare_forms(before, after)] == [
        "Убрано: поле «Поле б».",
        "Изменено: поле «Поле а»: обязательно: стало «да».",
        "Добавлено: поле «Поле в»: вид: стало «строка».",
    ]


def test_other_texts_of_a_form_are_told_as_a_whole():
    before = form("F1", text_field("а")).content
    after = json.loads(before)
    after["components"].append({"type": "text", "text": "Внимание", "id": "t"})
    assert [each.what for each in compare_forms(before, json.dumps(after).encode())] == ["form"]


def test_only_files_of_one_kind_are_compared():
    with pytest.raises(InvalidData):
        compare_files(form(), decision())
    assert compare_files(Upload("a.bpmn", process().content), process()) == []


def test_a_pathway_is_compared_with_all_it_uses(rt: Runtime) -> None:
    body = (
        '<startEvent id="s" name="Начало"/><endEvent id="e" name="Конец"/>'
        + user_task("a").replace("camunda:", 'camunda:formRef="F1" camunda:', 1)
        + '<callActivity id="c" name="Вызов" calledElement="called"/>'
        + flows("s a c e")
    )
    publish_files(
        rt, diagram("caller", body), chain("called", user_task("x")), form(), chain("other", user_task("y"))
    )
    with rt.database.read() as conn:
        first = rt.library.current(conn)
    publish_files(rt, chain("called", user_task("x"), user_task("z")), form("F1", text_field("новое")))
    publish_files(rt, chain("other", user_task("q")))
    with rt.database.read() as conn:
        parts = compare_releases(conn, first, rt.library.current(conn), "caller")
    assert [(part.kind, part.key, part.before, part.after) for part in parts] == [
        ("bpmn", "called", 1, 2),
        ("form", "F1", 1, 2),
    ]
    assert "Добавлено: шаг «Шаг z»" in parts[0].changes[0].sentence


def calling(bound: str) -> Upload:
    """A pathway that calls `called`, bound to a version or not."""
    call = f'<callActivity id="c" name="Вызов" calledElement="called"{bound}/>'
    ends = '<startEvent id="s" name="Начало"/><endEvent id="e" name="Конец"/>'
    return diagram("caller", ends + call + flows("s c e"))


def version(number: int) -> str:
    return f' camunda:calledElementBinding="version" camunda:calledElementVersion="{number}"'


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("", version(1), (2, 1, "Убрано: шаг «Шаг z»")),
        (version(1), version(2), (1, 2, "Добавлено: шаг «Шаг z»")),
        (version(1), "", (1, 2, "Добавлено: шаг «Шаг z»")),
    ],
)
def test_a_call_bound_to_another_version_is_a_changed_part(
    rt: Runtime, before: str, after: str, told: tuple[int, int, str]
) -> None:
    publish_files(rt, chain("called", user_task("x")))
    publish_files(rt, chain("called", user_task("x"), user_task("z")))
    publish_files(rt, calling(before))
    with rt.database.read() as conn:
        first = rt.library.current(conn)
    publish_files(rt, calling(after))
    with rt.database.read() as conn:
        parts = compare_releases(conn, first, rt.library.current(conn), "caller")
    assert {(part.kind, part.key) for part in parts} == {("bpmn", "caller"), ("bpmn", "called")}
    (called,) = [part for part in parts if part.key == "called"]
    assert (called.before, called.after) == told[:2]
    assert any(change.sentence.startswith(told[2]) for change in called.changes)


def test_a_call_that_goes_where_it_went_is_no_changed_part(rt: Runtime) -> None:
    publish_files(rt, chain("called", user_task("x")))
    publish_files(rt, calling(version(1)))
    with rt.database.read() as conn:
        first = rt.library.current(conn)
    publish_files(rt, chain("called", user_task("y")))
    with rt.database.read() as conn:
        assert compare_releases(conn, first, rt.library.current(conn), "caller") == []
