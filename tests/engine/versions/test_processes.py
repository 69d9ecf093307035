"""What differs between two diagrams, in sentences."""

from __future__ import annotations

from engine.versions.processes import compare_diagrams
from tests.engine.bpmn.drawing import (
    after,
    boundary,
    call,
    diagram,
    document,
    end,
    extensions,
    flow,
    inputs_outputs,
    message,
    path,
    process,
    properties,
    start,
    sub,
    user,
    xor,
)

WAY = path("s a e")


def sentences(before: bytes, now: bytes) -> list[str]:
    return [change.sentence for change in compare_diagrams(before, now)]


def line(*parts: str) -> bytes:
    return diagram(start(), *parts, end(), WAY)


def test_the_same_diagram_has_no_changes_whatever_its_layout():
    one = line(user("a"))
    moved = one.replace(b"</definitions>", b'<di:BPMNDiagram xmlns:di="d"/></definitions>')
    assert sentences(one, moved) == []


def test_a_flow_that_only_has_another_id_is_no_change():
    before, now = (diagram(start(), user("a"), flow("s", "a", id=id_)) for id_ in ("f1", "f2"))
    assert sentences(before, now) == []


def test_an_added_step_is_told_with_what_it_says_and_its_flows():
    before = line(user("a"))
    now = diagram(start(), user("a"), user("b", camunda__candidateGroups="R05"), end(), path("s a b e"))
    assert sentences(before, now) == [
        "Добавлено: шаг «Шаг b»: роль: стало «R05 Специалист по социальной работе».",
        "Убрано: переход «Шаг a» → «e».",
        "Добавлено: переход «Шаг a» → «Шаг b».",
        "Добавлено: переход «Шаг b» → «e».",
    ]


def test_a_removed_step_is_told():
    found = compare_diagrams(
        diagram(start(), user("a"), user("b"), path("s a b")), diagram(start(), user("a"), path("s a"))
    )
    assert [(each.sign, each.element) for each in found if each.what == "step"] == [("removed", "b")]


def test_a_changed_step_tells_each_trait():
    before = line(
        user(
            "a",
            extensions(properties(norm="T10", minutes="30", document="D25")),
            camunda__formRef="F1",
            camunda__candidateGroups="R05",
        )
    )
    now = line(
        user(
            "a",
            extensions(properties(norm="T11", minutes="20")),
            name="Иначе",
            camunda__formRef="F2",
            camunda__candidateGroups="R05,R07",
        )
    )
    assert sentences(before, now) == [
        (
            "Изменено: шаг «Иначе»: название: было «Шаг a», стало «Иначе»; роль: было «R05 Специалист "
            "по социальной "
            "работе», стало «R05 Специалист по социальной работе, R07 Заведующий отделением»; форма: "
            "было «F1», стало "
            "«F2»; норма срока: было «T10», стало «T11»; норма времени, мин: было «30», стало «20»; "
            "документы: было "
            "«D25», теперь нет."
        )
    ]


def test_conditions_defaults_and_labels_of_flows_are_told():
    def choice(*ways: str, **gateway: str) -> bytes:
        return diagram(start(), xor("g", name="Доход?", **gateway), user("a"), user("b"), path("s g"), *ways)

    before = choice(flow("g", "a", "доход > 5", id="x"), flow("g", "b", id="y"), default="y")
    now = choice(flow("g", "a", "доход > 7", id="x"), flow("g", "b", "доход < 7", id="y"))
    assert sentences(before, now) == [
        "Изменено: переход «Доход?» → «Шаг a»: условие: было «доход > 5», стало «доход > 7».",
        (
            "Изменено: переход «Доход?» → «Шаг b»: условие: стало «доход < 7»; путь по умолчанию: было "
            "«да», теперь нет."
        ),
    ]


def test_timers_messages_and_what_they_interrupt_are_told():
    before = line(user("a"), boundary("t", "a", after("P1D")), boundary("m", "a", message("m_letter")))
    now = line(
        user("a"),
        boundary("t", "a", after("P2D"), interrupting=False),
        boundary("m", "a", message("m_other")),
    )
    assert sentences(before, now) == [
        (
            "Изменено: событие на границе шага (таймер) «t»: когда срабатывает: было «P1D», стало "
            "«P2D»; прерывает шаг: "
            "было «да», стало «нет»."
        ),
        "Изменено: событие на границе шага (сообщение) «m»: сообщение: было «письмо», стало «другое».",
    ]


def test_terms_and_mappings_are_told():
    before = line(user("a", extensions(properties(startTerms="T14"), inputs_outputs(outputs={"итог": "=x"}))))
    now = line(
        user("a", extensions(properties(startTerms="T14, T15"), inputs_outputs(outputs={"итог": "=y"})))
    )
    assert sentences(before, now) == [
        (
            "Изменено: шаг «Шаг a»: начинает сроки: было «T14», стало «T14, T15»; выход «итог»: было "
            "«=x», стало «=y»."
        )
    ]


def test_another_called_process_and_another_kind_of_step_are_told():
    told = sentences(line(call("a", "p1")), line(call("a", "p2")))
    assert "вызываемый процесс: было «p1», стало «p2»" in told[0]
    told = sentences(line(user("a", name="А")), line('<task id="a" name="А"/>'))
    assert "вид: было «шаг», стало «действие»" in told[0]


def test_a_step_moved_into_a_sub_process_is_told():
    before = diagram(start(), user("a"), sub("p1", user("b")), path("s a p1"))
    now = diagram(start(), sub("p1", user("a"), user("b")), path("s p1"))
    assert any("лежит в: стало «p1»" in each for each in sentences(before, now))


def test_processes_of_one_file_are_compared_by_id():
    before = document(process(start(), id="p"), process(start("s2"), id="q"))
    now = document(process(start(), id="p"), process(start("s2"), id="r"))
    assert sentences(before, now) == ["Убрано: процесс «Путь q».", "Добавлено: процесс «Путь r»."]


def test_changes_are_data_too():
    found = compare_diagrams(line(user("a")), line(user("a", name="Иначе")))[0].to_json()
    assert (found["sign"], found["what"], found["element"]) == ("changed", "step", "a")
    assert list(found["details"]) == [{"label": "название", "before": "Шаг a", "after": "Иначе"}]
