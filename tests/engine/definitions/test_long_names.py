"""The longest names that can be published run on every database."""

from __future__ import annotations

from engine.definitions.limits import KEY, NUMBER
from engine.runtime import Runtime
from tests.factories.access import make_actor
from tests.factories.cases import (
    chain,
    complete,
    diagram,
    flows,
    open_case,
    open_tasks,
    publish_files,
    user_task,
)


def test_a_called_process_with_the_longest_ids_runs(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    called, node, number = "p" * KEY, "n" * KEY, "Ы" * NUMBER
    caller = diagram(
        "c" * KEY,
        '<startEvent id="s" name="Начало"/><endEvent id="e" name="Конец"/>'
        f'<callActivity id="c" name="Вызов" calledElement="{called}"/>' + flows("s c e"),
        number=number,
    )
    publish_files(rt, caller, chain(called, user_task(node, stage="э" * KEY, status="с" * KEY)))
    case = open_case(rt, clerk, "c" * KEY)
    assert case.number.startswith(number)
    complete(rt, clerk, f"{called}/{node}")
    assert open_tasks(rt) == []
