"""Operations of service tasks: carried out once; a failure is kept, tried again, in the end told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Event

import pytest
from sqlalchemy import Connection, func, select, update

from engine.cases import repair
from engine.cases.history import HistoryKind
from engine.cases.numbers import next_value
from engine.cases.outbox import (
    BROKEN_PROMISE,
    CLAIMED_FOR,
    TRIES,
    Handler,
    Promise,
    deliver,
    deliver_due,
    free_claims,
)
from engine.cases.queries import case_card, case_history, case_variables, open_incidents
from engine.cases.service import StartedCase
from engine.cases.tables import counter, incident, outbox
from engine.clock import MovableClock
from engine.definitions.operations import OPERATIONS, Call, Unfinished
from engine.errors import MarshrutError, NotAllowed, StepFailed
from engine.jobs.sweep import HANDLERS, sweep_until_idle
from engine.model import Actor, split_task_id
from engine.runtime import Runtime
from engine.storage.rows import AnyRow
from tests.factories import cases as draw
from tests.factories.access import make_actor, town
from tests.factories.cases import (
    END,
    START,
    diagram,
    flows,
    open_case,
    open_nodes,
    publish_files,
    service_task,
    user_task,
)

CALLS = diagram(
    "calls", START + service_task("op", "registry.ask") + user_task("a") + END + flows("s op a e")
)
WHY = "Реестр снова отвечает"


class Registry:
    """An operation that counts its calls in the database, and fails when told to."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.calls: list[Call] = []

    def __call__(self, rt: Runtime, conn: Connection, call: Call) -> dict[str, Decimal]:
        self.calls.append(call)
        number = next_value(conn, "registry")
        if self.failure is not None:
            raise self.failure
        return {"ответ": Decimal(number)}


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry()
    monkeypatch.setitem(OPERATIONS, "registry.ask", made)
    return made


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    publish_files(rt, CALLS)
    return make_actor(rt, "R05")


def promises(rt: Runtime) -> list[AnyRow]:
    with rt.database.read() as conn:
        return list(conn.execute(select(outbox)).all())


def counted(rt: Runtime) -> int:
    """How many calls of the operation are in the database."""
    with rt.database.read() as conn:
        return conn.execute(select(counter.c.value).where(counter.c.name == "registry")).scalar() or 0


def incidents(rt: Runtime, case: StartedCase) -> list[AnyRow]:
    with rt.database.read() as conn:
        return open_incidents(conn, case.id)


def pass_time(rt: Runtime, span: timedelta) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(span)


def try_to_the_end(rt: Runtime) -> int:
    """Let every wait pass until nothing is promised any more; how often somebody tried."""
    tries = 0
    while any(row.next_at is not None for row in promises(rt)):
        tries += deliver_due(rt, HANDLERS)
        pass_time(rt, timedelta(days=1))
        assert tries <= TRIES
    return tries


def test_an_operation_runs_once_and_its_answer_goes_into_the_case(
    rt: Runtime, clerk: Actor, registry: Registry
) -> None:
    case = open_case(rt, clerk, "calls", {"адрес": "Лесная, 4"})
    assert open_nodes(rt) == []
    sweep_until_idle(rt)
    sweep_until_idle(rt)
    assert open_nodes(rt) == ["a"]
    assert (counted(rt), promises(rt)) == (1, [])
    with rt.database.read() as conn:
        card = case_card(rt, conn, clerk, case.id)
        assert case_variables(rt, conn, card)["ответ"] == 1
        assert case_history(rt, conn, card)[0].kind is HistoryKind.SERVICE
        assert case_history(rt, conn, card)[0].name == "Операция op"
    (call,) = registry.calls
    assert (call.case_number, call.unit_id, call.now) == (case.number, clerk.unit_id, rt.clock.now())


def test_four_workers_at_once_carry_it_out_once(rt: Runtime, clerk: Actor, registry: Registry) -> None:
    open_case(rt, clerk, "calls")
    (row,) = promises(rt)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: deliver(rt, HANDLERS, row.id), range(4)))
    assert (counted(rt), open_nodes(rt)) == (1, ["a"])


class InParts:
    """An operation that does its work in three parts, and notes each in the database."""

    def __init__(self) -> None:
        self.fails_at = -1

    def __call__(self, rt: Runtime, conn: Connection, call: Call) -> dict[str, Decimal] | Unfinished:
        done = int(call.inputs.get("сделано") or 0)
        number = next_value(conn, "registry")
        if done == self.fails_at:
            raise MarshrutError("Реестр не отвечает.")
        return Unfinished({"сделано": Decimal(done + 1)}) if done < 2 else {"ответ": Decimal(number)}


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> InParts:
    made = InParts()
    monkeypatch.setitem(OPERATIONS, "registry.ask", made)
    return made


def test_a_long_operation_commits_each_part_and_answers_after_the_last(
    rt: Runtime, clerk: Actor, in_parts: InParts
) -> None:
    case = open_case(rt, clerk, "calls")
    for part in (1, 2):
        assert deliver_due(rt, HANDLERS) == 1
        assert (counted(rt), open_nodes(rt)) == (part, [])
    sweep_until_idle(rt)
    assert (counted(rt), open_nodes(rt), promises(rt)) == (3, ["a"], [])
    with rt.database.read() as conn:
        assert case_variables(rt, conn, case_card(rt, conn, clerk, case.id))["ответ"] == 3


def test_a_long_operation_goes_on_where_it_failed(rt: Runtime, clerk: Actor, in_parts: InParts) -> None:
    in_parts.fails_at = 1
    open_case(rt, clerk, "calls")
    sweep_until_idle(rt)
    assert (counted(rt), open_nodes(rt)) == (1, [])
    in_parts.fails_at = -1
    pass_time(rt, timedelta(minutes=2))
    sweep_until_idle(rt)
    assert (counted(rt), open_nodes(rt)) == (3, ["a"])


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (MarshrutError("Реестр не отвечает."), "Реестр не отвечает."),
        (ZeroDivisionError("фамилия Лапшина"), "Внутренняя ошибка: сообщите разработчикам."),
    ],
)
def test_a_failure_is_kept_with_its_reason_and_tried_again_later_and_later(
    rt: Runtime, clerk: Actor, registry: Registry, failure: Exception, reason: str
) -> None:
    registry.failure = failure
    open_case(rt, clerk, "calls")
    waits = []
    for tries in (1, 2, 3):
        sweep_until_idle(rt)
        (row,) = promises(rt)
        assert (row.tries, row.problem) == (tries, reason)
        waits.append(row.next_at - int(rt.clock.now().timestamp()))
        pass_time(rt, timedelta(seconds=waits[-1]))
    assert waits == [60, 120, 240]
    assert counted(rt) == 0
    registry.failure = None
    sweep_until_idle(rt)
    assert (counted(rt), open_nodes(rt), promises(rt)) == (1, ["a"], [])


def test_nothing_is_tried_before_its_time(rt: Runtime, clerk: Actor, registry: Registry) -> None:
    registry.failure = MarshrutError("Реестр не отвечает.")
    open_case(rt, clerk, "calls")
    sweep_until_idle(rt)
    pass_time(rt, timedelta(seconds=59))
    sweep_until_idle(rt)
    assert len(registry.calls) == 1


def test_after_the_last_try_the_case_stands_with_an_incident_that_says_why(
    rt: Runtime, clerk: Actor, registry: Registry
) -> None:
    registry.failure = MarshrutError("Реестр не отвечает.")
    case = open_case(rt, clerk, "calls")
    assert try_to_the_end(rt) == TRIES
    (found,) = incidents(rt, case)
    assert found.node == "op"
    assert "Реестр не отвечает." in found.message
    assert promises(rt) == []
    with rt.database.read() as conn:
        newest = case_history(rt, conn, case_card(rt, conn, clerk, case.id))[0]
    assert (newest.kind, newest.name) == (HistoryKind.STOPPED, "Операция op")


def test_a_person_tries_again_and_the_case_goes_on(rt: Runtime, clerk: Actor, registry: Registry) -> None:
    registry.failure = MarshrutError("Реестр не отвечает.")
    case = open_case(rt, clerk, "calls")
    try_to_the_end(rt)
    registry.failure = None
    (found,) = incidents(rt, case)
    head = make_actor(rt, "R07")
    repair.retry(rt, head, case.id, split_task_id(found.element)[1], WHY)
    sweep_until_idle(rt)
    assert (open_nodes(rt), counted(rt), incidents(rt, case)) == (["a"], 1, [])
    with rt.database.read() as conn:
        solved = conn.execute(select(incident.c.solved_by)).scalar_one()
    assert solved == head.user_id


def test_an_operation_that_is_not_in_the_catalogue_becomes_an_incident_too(rt: Runtime, clerk: Actor) -> None:
    case = open_case(rt, clerk, "calls")
    try_to_the_end(rt)
    assert "Операции «registry.ask» нет в каталоге" in incidents(rt, case)[0].message


def test_one_broken_promise_does_not_keep_the_others_waiting(
    rt: Runtime, clerk: Actor, registry: Registry
) -> None:
    cases = [open_case(rt, clerk, "calls") for _ in range(3)]

    def ask(rt: Runtime, conn: Connection, call: Call) -> dict[str, Decimal]:
        if call.case_id == cases[0].id:
            raise RuntimeError
        return registry(rt, conn, call)

    OPERATIONS["registry.ask"] = ask
    sweep_until_idle(rt)
    assert open_nodes(rt) == ["a", "a"]
    assert [row.case_id for row in promises(rt)] == [cases[0].id]


# --- promises of other kinds ---------------------------------------------------------------------------


def sender(rt: Runtime) -> tuple[Actor, StartedCase]:
    """A case that is over and has promised a message."""
    told = draw.event("intermediateThrowEvent", "told", "message", "msg.told")
    publish_files(rt, diagram("sender", START + told + END + flows("s told e"), draw.message("msg.told")))
    clerk = make_actor(rt, "R05")
    return clerk, open_case(rt, clerk, "sender")


def refusing(*_: object) -> None:
    raise StepFailed("Получателя не нашли.")


def give_up_all(rt: Runtime, store: Callable[..., None] = refusing) -> None:
    """Use up every try of what is promised."""
    with rt.database.write() as conn:
        conn.execute(update(outbox).values(tries=TRIES - 1))
    deliver_due(rt, {kind: Handler(store) for kind in HANDLERS})


def test_a_message_that_cannot_be_delivered_stands_still_where_people_see_it(rt: Runtime) -> None:
    _, case = sender(rt)
    give_up_all(rt)
    (found,) = incidents(rt, case)
    assert (found.node, found.message) == ("told", "Сообщение не доставлено: Получателя не нашли.")
    (row,) = promises(rt)
    assert (row.next_at, row.tries, row.problem) == (None, TRIES, "Получателя не нашли.")
    pass_time(rt, timedelta(days=30))
    sweep_until_idle(rt)
    assert len(promises(rt)) == 1


def test_it_is_delivered_when_a_person_tries_again(rt: Runtime) -> None:
    clerk, case = sender(rt)
    give_up_all(rt)
    element = split_task_id(incidents(rt, case)[0].element)[1]
    assert element == BROKEN_PROMISE
    with pytest.raises(NotAllowed):
        repair.retry(rt, clerk, case.id, element, WHY)
    with pytest.raises(NotAllowed):
        repair.retry(rt, make_actor(rt, "R07", unit_id=town(rt).care), case.id, element, WHY)
    head = make_actor(rt, "R07")
    repair.retry(rt, head, case.id, element, WHY)
    sweep_until_idle(rt)
    assert (promises(rt), incidents(rt, case)) == ([], [])
    with rt.database.read() as conn:
        newest = case_history(rt, conn, case_card(rt, conn, clerk, case.id))[0]
        assert conn.execute(select(func.count()).select_from(incident)).scalar_one() == 1
    assert (newest.kind, newest.actor_id) == (HistoryKind.REPAIRED, head.user_id)
    assert newest.data["data"]["причина"] == WHY
    with pytest.raises(StepFailed, match="Повторять нечего"):
        repair.retry(rt, head, case.id, element, WHY)


class SlowPrinter:
    """Prepares what is promised until it is let go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = Event(), Event()
        self.prepared: list[int] = []
        self.stored: list[int] = []

    def prepare(self, _: Runtime, promise: Promise) -> int:
        self.prepared.append(promise.id)
        self.begun.set()
        assert self.go_on.wait(60)
        return promise.id

    def store(self, _rt: Runtime, _conn: Connection, _promise: Promise, prepared: int) -> None:
        self.stored.append(prepared)


def test_what_one_worker_prepares_no_other_prepares_in_vain(rt: Runtime) -> None:
    sender(rt)
    (row,) = promises(rt)
    printer = SlowPrinter()
    handlers = {kind: Handler(printer.store, printer.prepare) for kind in HANDLERS}
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(deliver, rt, handlers, row.id)
        assert printer.begun.wait(60)
        assert deliver_due(rt, handlers) == 0
        deliver(rt, handlers, row.id)
        printer.go_on.set()
        first.result(60)
    assert (printer.prepared, printer.stored, promises(rt)) == ([row.id], [row.id], [])


def test_a_server_that_is_alone_begins_at_once_with_what_a_killed_one_had_begun(rt: Runtime) -> None:
    sender(rt)
    printer = SlowPrinter()
    printer.go_on.set()

    def killed(_: Runtime, __: Promise) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        deliver_due(rt, {kind: Handler(printer.store, killed) for kind in HANDLERS})
    free_claims(rt)
    handlers = {kind: Handler(printer.store, printer.prepare) for kind in HANDLERS}
    assert deliver_due(rt, handlers) == 1
    assert (len(printer.stored), promises(rt)) == (1, [])


def test_what_a_killed_worker_had_begun_is_prepared_again_later(rt: Runtime) -> None:
    sender(rt)
    printer = SlowPrinter()
    printer.go_on.set()

    def killed(_: Runtime, __: Promise) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        deliver_due(rt, {kind: Handler(printer.store, killed) for kind in HANDLERS})
    handlers = {kind: Handler(printer.store, printer.prepare) for kind in HANDLERS}
    assert deliver_due(rt, handlers) == 0
    pass_time(rt, CLAIMED_FOR)
    assert deliver_due(rt, handlers) == 1
    assert (len(printer.stored), promises(rt)) == (1, [])
