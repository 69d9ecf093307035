"""What each action of a scenario does to the case."""

from __future__ import annotations

import json

import pytest

from engine.definitions.files import Upload
from engine.errors import DefinitionRefused
from tests.engine.scenarios.playing import must_pass, run
from tests.factories.cases import (
    END,
    START,
    boundary,
    boundary_timer,
    chain,
    condition,
    diagram,
    error,
    event,
    exclusive,
    flows,
    message,
    service_task,
    signal,
    timer,
    user_task,
)

TWO = chain("two", user_task("a"), user_task("b"))

CATCHES = diagram(
    "catches",
    START
    + user_task("a")
    + event("intermediateCatchEvent", "m", "message", "msg.reply")
    + END
    + flows("s a m e"),
    message("msg.reply"),
)

WITH_FORM = diagram(
    "formal",
    START
    + '<userTask id="a" name="Принять" camunda:formRef="F_age" camunda:candidateGroups="R05"/>'
    + END
    + flows("s a e"),
)
FORM = Upload(
    "F_age.form",
    json.dumps(
        {
            "id": "F_age",
            "type": "default",
            "schemaVersion": 17,
            "components": [
                {
                    "type": "number",
                    "key": "возраст",
                    "label": "Возраст",
                    "id": "x1",
                    "validate": {"required": True, "max": 120},
                },
                {"type": "datetime", "subtype": "date", "dateLabel": "День", "key": "день", "id": "x2"},
            ],
        }
    ).encode(),
)


def test_completing_goes_on_with_the_data_of_the_form() -> None:
    must_pass(
        run(
            TWO,
            {"complete": "a", "with": {"итог": "да"}, "tasks": ["b"], "expect": {"итог": "да"}},
            {"complete": "b", "ended": "e"},
        )
    )


def test_a_step_that_is_not_open_fails_with_those_that_are() -> None:
    verdict = run(TWO, {"tasks": ["a"]}, {"complete": "b"})
    assert (verdict.ok, verdict.step) == (False, 2)
    assert verdict.expected == {"tasks": ["b"]}
    assert verdict.got == {"tasks": ["a"]}


def test_of_several_open_steps_the_index_chooses_in_the_order_of_opening() -> None:
    body = (
        START
        + '<parallelGateway id="g" name=""/>'
        + '<userTask id="a" name="a" camunda:candidateGroups="R05"><multiInstanceLoopCharacteristics '
        'camunda:collection="=список" camunda:elementVariable="имя"/></userTask>' + END + flows("s a e")
    ).replace('<parallelGateway id="g" name=""/>', "")
    files = diagram("many", body)
    must_pass(
        run(
            files,
            {"tasks": ["a", "a", "a"]},
            {"complete": "a", "index": 2, "with": {"имя": "третий"}, "tasks": ["a", "a"]},
            with_={"список": ["x", "y", "z"]},
        )
    )
    verdict = run(files, {"complete": "a", "index": 3}, with_={"список": ["x", "y", "z"]})
    assert "открыто 3" in verdict.message


def test_the_rules_of_a_bound_form_are_checked() -> None:
    verdict = run([WITH_FORM, FORM], {"complete": "a", "with": {"возраст": 130}})
    assert not verdict.ok
    assert verdict.got is not None
    assert list(verdict.got["errors"]) == ["возраст"]


def test_dates_of_a_form_are_given_as_dates() -> None:
    must_pass(
        run(
            [WITH_FORM, FORM],
            {
                "complete": "a",
                "with": {"возраст": 34, "день": "@2026-01-14"},
                "expect": {"день": "@2026-01-14"},
            },
        )
    )


@pytest.mark.parametrize("where", ["scenario", "step"])
def test_without_forms_any_data_are_taken(where: str) -> None:
    step = {"complete": "a", "with": {"что угодно": 1}}
    if where == "step":
        must_pass(run([WITH_FORM, FORM], {**step, "forms": False}, {"ended": True}))
    else:
        must_pass(run([WITH_FORM, FORM], step, {"ended": True}, forms=False))


def test_a_form_that_nobody_gave_is_told_and_not_checked() -> None:
    verdict = run(WITH_FORM, {"complete": "a", "with": {"что угодно": 1}}, {"ended": True})
    must_pass(verdict)
    assert verdict.warnings == ("Формы «F_age» среди файлов нет: её правила не проверены.",)


@pytest.mark.parametrize(
    ("length", "moment"),
    [
        ("P5D", "2026-01-17T10:00+03:00"),
        ("PT2H", "2026-01-12T12:00+03:00"),
        ("@P5D", "2026-01-17T10:00+03:00"),
        ("5 рабочих дней", "2026-01-19T10:00+03:00"),
        ("1 рабочий день", "2026-01-13T10:00+03:00"),
        ("10 working days", "2026-01-26T10:00+03:00"),
    ],
)
def test_time_passes_by_any_length(length: str, moment: str) -> None:
    """The timer is armed for that very moment: a second earlier it has not fired."""
    files = diagram(
        "wait",
        START
        + timer("t", f'=date and time("{moment[:16]}:00{moment[16:]}")')
        + user_task("a")
        + END
        + flows("s t a e"),
    )
    must_pass(run(files, {"advance": length, "tasks": ["a"]}))
    before = moment.replace(":00+", ":59+").replace("T12", "T11").replace("T10", "T09")
    must_pass(run(files, {"until": before, "tasks": []}))


def test_until_may_stand_inside_advance_and_a_day_begins_at_midnight() -> None:
    files = diagram("wait", START + timer("t", "P1D") + user_task("a") + END + flows("s t a e"))
    must_pass(
        run(
            files,
            {"advance": {"until": "2026-01-13"}, "tasks": []},
            {"until": "2026-01-14", "tasks": ["a"]},
        )
    )


def test_time_does_not_run_backwards() -> None:
    verdict = run(TWO, {"until": "2026-01-12T09:59+03:00"})
    assert verdict.message == "Этот момент уже прошёл: на часах 12.01.2026 10:00."


def test_timers_on_the_way_fire_at_their_own_moments() -> None:
    """What follows is counted from the moment at which a timer fired, not from the end of the way."""
    files = diagram(
        "chain", START + timer("t1", "P1D") + timer("t2", "P1D") + user_task("a") + END + flows("s t1 t2 a e")
    )
    must_pass(run(files, {"advance": "P3D", "tasks": ["a"], "expect": {}}))
    body = START + timer("t1", "P1D") + user_task("a", norm="T09") + END + flows("s t1 a e")
    must_pass(run(diagram("late", body), {"advance": "P4D", "tasks": ["a"], "due": {"a": "2026-01-14"}}))


def test_a_reminder_on_a_step_leaves_the_step_open() -> None:
    files = diagram(
        "remind",
        START
        + user_task("a")
        + user_task("r")
        + END
        + boundary_timer("t", "a", "P2D")
        + flows("s a e", "t r e"),
    )
    must_pass(run(files, {"advance": "P1D", "tasks": ["a"]}, {"advance": "P1D", "tasks": ["a", "r"]}))


def test_a_message_reaches_the_case_by_its_own_number() -> None:
    must_pass(
        run(
            CATCHES,
            {"complete": "a"},
            {"message": "msg.reply", "with": {"ответ": "да"}, "ended": True, "expect": {"ответ": "да"}},
        )
    )


def test_a_message_that_comes_early_is_kept_until_somebody_waits() -> None:
    must_pass(run(CATCHES, {"message": "msg.reply", "tasks": ["a"]}, {"complete": "a", "ended": True}))


def test_a_message_that_no_diagram_knows_is_a_mistake() -> None:
    verdict = run(CATCHES, {"message": "msg.replay"})
    assert verdict.message == "Сообщения «msg.replay» на схемах нет. Есть: «msg.reply»."


def test_correlation_keys_choose_who_gets_the_message() -> None:
    catch = event("intermediateCatchEvent", "m", "message", "msg.reply", key="=номер")
    files = diagram("keyed", START + catch + END + flows("s m e"), message("msg.reply"))
    must_pass(
        run(
            files,
            {"message": "msg.reply", "to": {"номер": 13}, "ended": False},
            {"message": "msg.reply", "to": {"номер": 12}, "ended": True},
            with_={"номер": 12},
        )
    )


def test_correlation_keys_may_be_variables_of_the_one_who_waits() -> None:
    must_pass(
        run(
            CATCHES,
            {"complete": "a"},
            {"message": "msg.reply", "to": {"номер": 13, "год": 2026}, "ended": False},
            {"message": "msg.reply", "to": {"номер": 12, "год": 2026}, "ended": True},
            with_={"номер": 12, "год": 2026},
        )
    )


def test_a_signal_is_heard_by_whoever_listens() -> None:
    body = (
        START
        + user_task("a")
        + user_task("b")
        + END
        + boundary("x", "a", "signal", "sig.review")
        + flows("s a e", "x b e")
    )
    files = diagram("listens", body, signal("sig.review"))
    must_pass(
        run(
            files,
            {"signal": "sig.review", "with": {"повод": "срок"}, "tasks": ["b"], "expect": {"повод": "срок"}},
            {"signal": "sig.review", "tasks": ["b"]},
        )
    )
    assert "«sig.reviews» на схемах нет" in run(files, {"signal": "sig.reviews"}).message


CALLS = diagram(
    "calls",
    START
    + service_task("op", "registry.ask")
    + user_task("a")
    + user_task("b")
    + END
    + boundary("refused", "op", "error", "E1")
    + flows("s op a e", "refused b e"),
    error("E1"),
)


@pytest.mark.parametrize("name", ["registry.ask", "op"])
def test_an_operation_is_answered_by_its_topic_or_its_element(name: str) -> None:
    must_pass(
        run(
            CALLS,
            {"tasks": []},
            {"service": name, "with": {"ответ": "есть"}, "tasks": ["a"], "expect": {"ответ": "есть"}},
        )
    )


def test_an_operation_may_fail_with_an_error() -> None:
    must_pass(run(CALLS, {"service": "registry.ask", "error": "E1", "tasks": ["b"]}))


def test_an_operation_that_fails_with_an_unknown_error_stands_and_can_be_tried_again() -> None:
    must_pass(
        run(
            CALLS,
            {"service": "registry.ask", "error": "E7", "incident": "op"},
            {"retry": "op", "incident": None},
            {"service": "registry.ask", "tasks": ["a"]},
        )
    )


def test_an_operation_that_nobody_called_is_a_failure() -> None:
    verdict = run(CALLS, {"service": "registry.tell"})
    assert verdict.got == {"services": ["registry.ask"]}


def test_an_error_is_reported_at_an_open_step() -> None:
    body = (
        START
        + user_task("a")
        + user_task("b")
        + END
        + boundary("x", "a", "error", "E1")
        + flows("s a e", "x b e")
    )
    files = diagram("errors", body, error("E1"))
    must_pass(run(files, {"error": {"at": "a", "code": "E1"}, "tasks": ["b"]}))
    verdict = run(files, {"error": {"at": "a", "code": "E2"}})
    assert "никем не обрабатывается" in verdict.message


def test_a_case_that_stands_is_corrected_and_tried_again() -> None:
    body = (
        START + exclusive("g") + user_task("a") + END + flows("s g", "a e") + condition("g", "a", "доход > 0")
    )
    must_pass(
        run(
            diagram("stuck", body),
            {"incident": "g", "tasks": []},
            {"set": {"доход": 9000}, "incident": "g"},
            {"retry": "g", "incident": None, "tasks": ["a"], "expect": {"доход": 9000}},
        )
    )
    verdict = run(diagram("stuck", body), {"retry": "a"})
    assert verdict.message == "На «a» дело не стоит, повторять нечего."


def test_a_process_that_a_message_starts_begins_with_it() -> None:
    files = diagram(
        "called",
        event("startEvent", "s", "message", "msg.application") + user_task("a") + END + flows("s a e"),
        message("msg.application"),
    )
    must_pass(
        run(
            files,
            {
                "message": "msg.application",
                "with": {"канал": "портал"},
                "tasks": ["a"],
                "expect": {"канал": "портал"},
            },
        )
    )
    must_pass(run(files, {"tasks": ["a"]}))


def test_a_process_with_a_plain_start_too_begins_where_the_scenario_says() -> None:
    files = diagram(
        "called",
        "<startEvent id='plain'/>"
        + event("startEvent", "s", "message", "msg.danger")
        + user_task("a")
        + user_task("b")
        + END
        + flows("s a e", "plain b e"),
        message("msg.danger"),
    )
    must_pass(run(files, {"tasks": ["b"]}))
    must_pass(
        run(
            files,
            {"tasks": ["a"], "expect": {"срочность": "высокая"}},
            start="s",
            with_={"срочность": "высокая"},
        )
    )
    assert "Начала «a» на схеме нет. Есть: none: plain, message: msg.danger." in run(files, start="a").message


def test_the_process_is_named_where_the_file_has_several() -> None:
    first = chain("first", user_task("a")).content.decode().replace("</definitions>", "")
    second = chain("second", user_task("b")).content.decode().partition("<process")[2]
    for name in ("s", "e", "f_s_b", "f_b_e"):
        second = second.replace(f'"{name}"', f'"{name}_2"')
    both = Upload("both.bpmn", f"{first}<process{second}".encode())
    assert "несколько процессов: first, second" in run(both).message
    must_pass(run(both, {"tasks": ["b"]}, process="second"))
    assert "«third»" in run(both, process="third").message


def test_what_nobody_gave_comes_from_the_product() -> None:
    """The pathway of the product calls a process, two decisions and its forms."""
    from engine.resources import processes_dir

    path = processes_dir() / "p03_need_ippsu" / "p03_need_ippsu.bpmn"
    must_pass(run(Upload(path.name, path.read_bytes()), {"tasks": ["p03_ut_application"]}))


def test_a_called_process_that_does_not_exist_stops_where_it_is_called() -> None:
    call = '<callActivity id="c" name="Вызвать" calledElement="nowhere"/>'
    files = diagram("caller", START + user_task("a") + call + END + flows("s a c e"))
    must_pass(run(files, {"tasks": ["a"]}, {"complete": "a", "incident": "c"}))


def test_roles_and_people_that_do_not_exist_stop_nothing() -> None:
    task = '<userTask id="a" name="a" camunda:candidateGroups="accounting" camunda:assignee="demo"/>'
    must_pass(run(diagram("foreign", START + task + END + flows("s a e")), {"complete": "a", "ended": True}))


def test_a_circle_of_timers_that_wait_for_nothing_stops_the_case() -> None:
    body = (
        START
        + exclusive("g", "f_g_t")
        + timer("t", "PT0S")
        + END
        + flows("s g t g")
        + condition("g", "e", "готово")
    )
    must_pass(run(diagram("mill", body), {"incident": "t"}))


def test_a_file_that_can_not_be_read_is_refused_with_its_findings() -> None:
    with pytest.raises(DefinitionRefused) as refused:
        run(Upload("x.bpmn", b"<a/>"))
    assert [finding.rule for finding in refused.value.findings] == ["not-bpmn"]
