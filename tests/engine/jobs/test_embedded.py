"""The sweep in a thread of the server: woken by commits, never given up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from engine.cases.tables import outbox
from engine.jobs.embedded import EmbeddedSweep
from engine.runtime import Runtime
from tests.factories.access import make_actor
from tests.factories.cases import complete, diagram, flows, open_case, open_nodes, publish_files, user_task

MESSAGE = '<message id="m" name="msg.told"/>'
SENDER = (
    '<startEvent id="s" name="Начало"/>'
    + user_task("a")
    + '<endEvent id="e" name="Сообщить"><messageEventDefinition messageRef="m"/></endEvent>'
    + flows("s a e")
)
RECEIVER = (
    '<startEvent id="s" name="Начало"/><intermediateCatchEvent id="heard" name="Ждать">'
    '<extensionElements><camunda:properties><camunda:property name="key" value="=откуда"/>'
    "</camunda:properties></extensionElements>"
    '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    + user_task("c")
    + '<endEvent id="e" name="Конец"/>'
    + flows("s heard c e")
)


@pytest.fixture
def sweeping(rt: Runtime) -> Iterator[Runtime]:
    """An instance whose sweep sleeps for a minute unless somebody wakes it."""
    sweep = EmbeddedSweep(rt, period=60)
    sweep.start()
    yield rt
    sweep.stop()


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False


def test_a_commit_that_promised_something_wakes_the_sweep(sweeping: Runtime) -> None:
    clerk = make_actor(sweeping, "R05")
    publish_files(sweeping, diagram("sender", SENDER, MESSAGE), diagram("receiver", RECEIVER, MESSAGE))
    sender = open_case(sweeping, clerk, "sender")
    open_case(sweeping, clerk, "receiver", {"откуда": sender.number})
    complete(sweeping, clerk, "a")
    assert eventually(lambda: open_nodes(sweeping) == ["c"])


def test_a_promise_that_fails_is_kept_with_its_reason_and_the_others_go_on(sweeping: Runtime) -> None:
    clerk = make_actor(sweeping, "R05")
    unknown = (
        '<startEvent id="s" name="Начало"/>'
        '<serviceTask id="x" name="Сделать" camunda:type="external" camunda:topic="no.such"/>'
        '<endEvent id="e" name="Конец"/>' + flows("s x e")
    )
    from engine.definitions.operations import OPERATIONS

    OPERATIONS["no.such"] = lambda *_: {}
    publish_files(sweeping, diagram("broken", unknown), diagram("sender", SENDER, MESSAGE))
    del OPERATIONS["no.such"]
    open_case(sweeping, clerk, "broken")

    def reason() -> str | None:
        with sweeping.database.read() as conn:
            return conn.execute(
                select(outbox.c.problem).where(outbox.c.kind == "service")
            ).scalar_one_or_none()

    assert eventually(lambda: reason() is not None)
    assert "no.such" in str(reason())
