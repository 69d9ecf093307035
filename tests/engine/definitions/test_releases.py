"""A case stays with the release it was started with; new cases take the newest."""

from __future__ import annotations

import pytest

from engine.access.actors import load_actor
from engine.cases.queries import case_card, case_variables
from engine.cases.service import complete_task
from engine.definitions.files import Upload
from engine.errors import DefinitionRefused, InvalidData
from engine.model import Actor, CompleteTask, Value
from engine.runtime import Runtime
from tests.engine.definitions.drawing import decision, form, process, replaced, text_field
from tests.factories.access import make_actor
from tests.factories.cases import (
    chain,
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    open_tasks,
    publish_files,
    user_task,
)

LATEST = ' camunda:calledElementBinding="latest"'


def version(number: int) -> str:
    """Binds a call to that version."""
    return f' camunda:calledElementBinding="version" camunda:calledElementVersion="{number}"'


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    return make_actor(rt, "R05")


def variables(rt: Runtime, clerk: Actor, case_id: int) -> dict[str, Value]:
    with rt.database.read() as conn:
        return case_variables(rt, conn, case_card(rt, conn, clerk, case_id))


def caller(bound: str = "") -> Upload:
    """a, then process `called`, in the version the call is bound to."""
    return diagram(
        "caller",
        '<startEvent id="s" name="Начало"/><endEvent id="e" name="Конец"/>'
        + user_task("a")
        + f'<callActivity id="c" name="Вызов" calledElement="called"{bound}/>'
        + flows("s a c e"),
    )


def deciding() -> Upload:
    """a, then decision `rate`, whose answer becomes `ставка`, then b."""
    return diagram(
        "deciding",
        '<startEvent id="s" name="Начало"/><endEvent id="e" name="Конец"/>'
        + user_task("a")
        + '<businessRuleTask id="d" name="Правило" camunda:decisionRef="rate" '
        'camunda:resultVariable="ставка" camunda:mapDecisionResult="singleEntry"/>'
        + user_task("b")
        + flows("s a d b e"),
    )


def showing() -> Upload:
    """a, with form F1."""
    return chain("showing", user_task("a").replace("camunda:", 'camunda:formRef="F1" camunda:', 1))


def test_a_running_case_keeps_its_diagram(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, process("small", user_task("a"), user_task("b")))
    open_case(rt, clerk, "small")
    publish_files(rt, process("small", user_task("a"), user_task("c")))
    open_case(rt, clerk, "small")
    complete(rt, clerk, "a")
    complete(rt, clerk, "a")
    assert open_nodes(rt) == ["b", "c"]


@pytest.mark.parametrize("bound", ["", LATEST])
def test_a_running_case_keeps_the_process_it_will_call(rt: Runtime, clerk: Actor, bound: str) -> None:
    publish_files(rt, caller(bound), process("called", user_task("b")))
    open_case(rt, clerk, "caller")
    publish_files(rt, process("called", user_task("c")))
    open_case(rt, clerk, "caller")
    complete(rt, clerk, "a")
    complete(rt, clerk, "a")
    assert open_nodes(rt) == ["called/b", "called/c"]


def test_a_call_bound_to_a_version_goes_there_whatever_is_published_later(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, process("called", user_task("b")))
    publish_files(rt, process("called", user_task("c")))
    publish_files(rt, caller(version(1)))
    publish_files(rt, process("called", user_task("d")))
    open_case(rt, clerk, "caller")
    complete(rt, clerk, "a")
    assert open_nodes(rt) == ["called@1/b"]
    complete(rt, clerk, "called@1/b")
    assert open_nodes(rt) == []


def test_a_version_that_was_bound_before_is_in_every_later_release(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, process("called", user_task("b")))
    publish_files(rt, caller(version(1)), process("called", user_task("c")))
    publish_files(rt, caller(version(2)))
    with rt.database.read() as conn:
        newest = rt.library.current(conn)
    assert set(newest.items["pinned"]) == {"called@1", "called@2"}
    assert set(newest.process("called@1").steps) >= {"b"}
    assert set(newest.process("called@2").steps) >= {"c"}
    assert newest.step("caller", "called@1/b").name == "Шаг b"


def test_a_version_that_was_never_published_is_refused(rt: Runtime) -> None:
    publish_files(rt, process("called", user_task("b")))
    with pytest.raises(DefinitionRefused) as refused:
        publish_files(rt, caller(version(2)))
    (finding,) = [each for each in refused.value.findings if each.severity == "error"]
    assert (finding.rule, finding.element) == ("version-unknown", "c")
    assert finding.message == "«Вызов» вызывает версию 2 процесса «called», а такой нет."


def test_what_a_version_opens_by_itself_is_not_opened_again_by_those_that_are_called(rt: Runtime) -> None:
    """Only the newest diagrams begin by messages, signals and the calendar."""
    publish_files(rt, process("called", user_task("b")))
    publish_files(rt, caller(version(1)))
    with rt.database.read() as conn:
        newest = rt.library.current(conn)
    assert set(newest.items["bpmn"]) == {"caller", "called"}


def test_a_running_case_keeps_its_decisions(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, deciding(), decision("rate", "10"))
    old = open_case(rt, clerk, "deciding")
    publish_files(rt, decision("rate", "20"))
    new = open_case(rt, clerk, "deciding")
    complete(rt, clerk, "a")
    complete(rt, clerk, "a")
    assert [variables(rt, clerk, case.id)["ставка"] for case in (old, new)] == [10, 20]


def test_a_running_case_keeps_its_forms(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, showing(), form("F1", text_field("итог")))
    open_case(rt, clerk, "showing")
    publish_files(rt, form("F1", text_field("итог"), text_field("причина", validate={"required": True})))
    open_case(rt, clerk, "showing")
    actor = load_actor(rt, clerk.user_id)
    old, new = open_tasks(rt, "a")
    with pytest.raises(InvalidData) as refused:
        complete_task(rt, CompleteTask(actor, new, {"итог": "да"}))
    assert set(refused.value.errors) == {"причина"}
    complete_task(rt, CompleteTask(actor, old, {"итог": "да"}))
    assert open_tasks(rt) == [new]


def test_what_is_published_alone_meets_everything_published_before(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, process("small"), decision("rate"))
    publish_files(rt, form("F1"))
    publish_files(rt, replaced(process("small"), "Шаг a", "Другой шаг"))
    with rt.database.read() as conn:
        newest = rt.library.current(conn)
    assert {kind: set(keys) for kind, keys in newest.items.items()} == {
        "bpmn": {"small"},
        "dmn": {"rate"},
        "form": {"F1"},
    }
    assert newest.process("small").steps["a"].name == "Другой шаг"


def test_a_page_names_the_steps_of_a_case_as_its_own_release_does(rt: Runtime, clerk: Actor) -> None:
    publish_files(rt, process("small", user_task("a")))
    case = open_case(rt, clerk, "small")
    publish_files(rt, replaced(process("small", user_task("a")), "Путь small", "Новое имя"))
    with rt.database.read() as conn:
        assert case_card(rt, conn, load_actor(rt, clerk.user_id), case.id).process_name == "Путь small"
