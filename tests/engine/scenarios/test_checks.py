"""What each check of a scenario looks at, and what it says when it does not hold."""

from __future__ import annotations

import pytest

from tests.engine.scenarios.playing import must_pass, run
from tests.factories.cases import (
    END,
    START,
    chain,
    condition,
    diagram,
    event,
    exclusive,
    flows,
    message,
    user_task,
)

TWO = chain("two", user_task("a"), user_task("b"))


def test_open_steps_are_compared_with_repeats_in_any_order() -> None:
    body = (
        START + '<parallelGateway id="g" name="x"/>' + user_task("a") + user_task("b") + flows("s g a", "g b")
    )
    files = diagram("both", body)
    must_pass(run(files, {"tasks": ["b", "a"]}))
    verdict = run(files, {"tasks": ["a", "a", "c"]})
    assert verdict.message == "Открыто лишнее: b; не открыто: a, c."
    assert (verdict.expected, verdict.got) == ({"tasks": ["a", "a", "c"]}, {"tasks": ["a", "b"]})


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (1, True),
        ("@2026-01-14", "2026-01-14"),
        ([1, 2], [2, 1]),
        ({"имя": "Вера"}, {"имя": "Вера", "год": 1}),
        (None, 0),
        ("", None),
    ],
)
def test_values_are_compared_as_values_of_their_kind(written: object, found: object) -> None:
    must_pass(run(TWO, {"expect": {"x": written}}, with_={"x": written}))
    verdict = run(TWO, {"expect": {"x": found}}, with_={"x": written})
    assert verdict.message == "Другое значение: x."


def test_what_is_not_set_is_null() -> None:
    must_pass(run(TWO, {"expect": {"нет такой": None}}))


def test_numbers_are_equal_by_value() -> None:
    must_pass(run(TWO, {"expect": {"доход": 9000.00}}, with_={"доход": 9000}))


def test_a_due_date_is_a_day_or_a_moment_or_none() -> None:
    files = chain("due", user_task("a", norm="T13"))
    must_pass(run(files, {"due": {"a": "2026-01-16"}}))
    must_pass(run(files, {"due": {"a": "2026-01-16T17:00+03:00"}}))
    must_pass(run(files, {"due": {"a": "2026-01-16T14:00Z"}}))
    must_pass(run(TWO, {"due": {"a": None}}))
    verdict = run(files, {"due": {"a": "2026-01-15"}})
    assert verdict.message == "Другой срок: a."
    assert str(verdict.to_json()["got"]["due"]["a"]).startswith("2026-01-16T17:00:00")
    assert "не открыт" in run(files, {"due": {"b": "2026-01-16"}}).message


def test_people_are_told_of_a_term_since_the_last_action() -> None:
    files = chain("told", user_task("a", norm="T09"))
    must_pass(
        run(
            files,
            {"tasks": ["a"], "escalated": False},
            {"advance": "P2D"},
            {"escalated": {"to": "supervisor"}},
            {"escalated": {"to": "R07"}},
            {"escalated": {"to": "owner"}},
            {"escalated": True},
            {"set": {"x": 1}, "escalated": False},
            {"advance": "P10D", "escalated": {"to": "head"}},
        )
    )


def test_who_was_told_is_said_when_it_was_somebody_else() -> None:
    verdict = run(chain("told", user_task("a", norm="T09")), {"advance": "P2D", "escalated": {"to": "R27"}})
    assert verdict.message == "Напоминания для «R27» не было."
    assert verdict.got is not None
    assert set(verdict.got["escalated"]) == {"R05", "R07"}


def test_the_end_is_told_by_its_event() -> None:
    files = diagram(
        "ends",
        START
        + user_task("a")
        + exclusive("g", "f_g_e")
        + event("endEvent", "no")
        + END
        + flows("s a g e")
        + condition("g", "no", 'итог = "нет"'),
    )
    must_pass(run(files, {"ended": False}, {"complete": "a", "with": {"итог": "нет"}, "ended": "no"}))
    must_pass(run(files, {"complete": "a", "ended": True}))
    verdict = run(files, {"complete": "a", "ended": "no"})
    assert (verdict.expected, verdict.got) == ({"ended": "no"}, {"ended": "e"})
    assert run(files, {"ended": True}).got == {"ended": False, "tasks": ["a"]}
    assert run(files, {"complete": "a"}, {"ended": False}).message == "Дело уже завершено."


def test_sent_messages_are_all_since_the_start() -> None:
    throw = event("intermediateThrowEvent", "m1", "message", "msg.referral")
    again = event("intermediateThrowEvent", "m2", "message", "msg.referral")
    files = diagram(
        "sends", START + throw + user_task("a") + again + END + flows("s m1 a m2 e"), message("msg.referral")
    )
    must_pass(
        run(files, {"sent": ["msg.referral"]}, {"complete": "a", "sent": ["msg.referral", "msg.referral"]})
    )
    verdict = run(files, {"sent": []})
    assert verdict.message == "Отправлено лишнее: msg.referral."


def test_an_incident_is_told_with_its_words() -> None:
    body = START + exclusive("g") + user_task("a") + flows("s g") + condition("g", "a", "доход > 0")
    verdict = run(diagram("stuck", body), {"incident": None})
    assert "Что дальше?" in verdict.message
    assert run(TWO, {"incident": "a"}).message == "На «a» дело не стоит."


def test_a_check_of_the_first_failing_kind_is_told() -> None:
    """Why the case stands says more than which steps are not open."""
    body = START + exclusive("g") + user_task("a") + flows("s g") + condition("g", "a", "доход > 0")
    verdict = run(diagram("stuck", body), {"tasks": ["a"], "incident": None})
    assert verdict.expected == {"incident": None}
