"""Terms in the database: what is open, what is overdue, whom the sweep finds to tell."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select, text

from engine.deadlines.due import is_overdue
from engine.deadlines.ladder import advance, due_rungs
from engine.deadlines.queries import case_terms, open_terms
from engine.deadlines.sql import overdue_condition
from engine.deadlines.tables import END_TERM, MOVE_RUNG, OPEN_TERM, term, term_of
from engine.deadlines.terms import end_term, open_term, rung_row
from engine.model import Clock, Outcome
from engine.runtime import Runtime
from engine.storage.moments import to_seconds
from tests.engine.deadlines.factories import at, day
from tests.engine.deadlines.instances import CENTRE, instance


@pytest.fixture
def rt(installed_database_url, tmp_path):
    found = instance(installed_database_url, tmp_path)
    yield found
    found.database.close()


def begin(
    rt: Runtime, conn: Connection, case_id: int, key: str = "T15", event: str = "26.12.2025 10:00"
) -> None:
    calendars = rt.calendars
    found = calendars.norm(key, day(event.split(maxsplit=1)[0]))
    row = open_term(
        found,
        case_id=case_id,
        event=at(event),
        now=at(event),
        calendar=calendars.calendar(CENTRE),
        office=calendars.office(CENTRE),
    )
    conn.execute(OPEN_TERM, row)


def sweep(rt: Runtime, now: datetime, limit: int = 50) -> list[tuple[int, str, tuple[str, ...]]]:
    """One pass as the jobs make it; gives what was told."""
    told = []
    with rt.database.write() as conn:
        for found in due_rungs(conn, now, limit):
            of = rt.calendars.norm_by_id(found.norm_id)
            moved = advance(found, of, now, rt.calendars.calendar(CENTRE), rt.calendars.office(CENTRE))
            conn.execute(MOVE_RUNG, rung_row(found.id, moved))
            if moved.told:
                told.append((found.case_id, moved.told.step.value, moved.told.to))
    return told


def test_a_term_is_opened_read_and_ended(rt):
    with rt.database.write() as conn:
        begin(rt, conn, 1, "T14")
        begin(rt, conn, 1, "T15")
        begin(rt, conn, 2)
    with rt.database.write() as conn:
        first, second = open_terms(conn, 1)
        assert (first.key, first.clock, first.due_at) == ("T14", Clock.RUNNING, at("14.01.2026 17:00"))
        conn.execute(END_TERM, [end_term(first.id, to_seconds(first.due_at), at("15.01.2026 10:00"))])
    with rt.database.read() as conn:
        assert [found.id for found in open_terms(conn, 1)] == [second.id]
        ended = case_terms(conn, 1)[0]
    assert (ended.outcome, ended.clock, ended.next_at) == (Outcome.BREACHED, Clock.NONE, None)
    assert ended.due.closed_at == at("15.01.2026 10:00")


def test_a_term_is_ended_once(rt):
    with rt.database.write() as conn:
        begin(rt, conn, 1)
        (found,) = open_terms(conn, 1)
        seconds = to_seconds(found.due_at)
        assert conn.execute(END_TERM, end_term(found.id, seconds, at("15.01.2026 10:00"))).rowcount == 1
        assert conn.execute(END_TERM, end_term(found.id, seconds, at("25.01.2026 10:00"))).rowcount == 0


def test_the_sweep_tells_each_rung_once(rt):
    with rt.database.write() as conn:
        begin(rt, conn, 1)
    now, told = at("26.12.2025 10:00"), []
    while now < at("01.02.2026 00:00"):
        told += [(f"{now:%d.%m %H:%M}", step) for _, step, _ in sweep(rt, now)]
        now += timedelta(hours=1)
    assert told == [
        ("14.01 09:00", "half"),
        ("20.01 09:00", "day_before"),
        ("21.01 18:00", "due"),
        ("22.01 09:00", "plus_1"),
        ("26.01 09:00", "plus_3"),
    ]


def test_after_a_stop_the_sweep_tells_each_term_once(rt):
    with rt.database.write() as conn:
        for case_id in range(1, 4):
            begin(rt, conn, case_id)
    first = sweep(rt, at("22.01.2026 12:00"), limit=2)
    assert first == [(1, "plus_1", ("owner", "R07")), (2, "plus_1", ("owner", "R07"))]
    assert [case_id for case_id, _, _ in sweep(rt, at("22.01.2026 12:00"), limit=2)] == [3]
    assert sweep(rt, at("22.01.2026 12:00")) == []


def test_an_ended_term_tells_nobody(rt):
    with rt.database.write() as conn:
        begin(rt, conn, 1)
        (found,) = open_terms(conn, 1)
        conn.execute(END_TERM, end_term(found.id, to_seconds(found.due_at), at("12.01.2026 10:00")))
    assert sweep(rt, at("01.03.2026 10:00")) == []


def test_two_sweepers_never_tell_the_same(rt):
    with rt.database.write() as conn:
        for case_id in range(1, 21):
            begin(rt, conn, case_id)
    told, start = [], threading.Barrier(2)

    def work():
        start.wait()
        while found := sweep(rt, at("22.01.2026 12:00"), limit=3):
            told.extend(found)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(case_id for case_id, _, _ in told) == list(range(1, 21))


def test_overdue_in_sql_is_overdue_in_python(rt):
    deadline = at("21.01.2026 17:00")
    moments = [deadline + timedelta(seconds=shift) for shift in (-1, 0, 0.9, 1, 86_400)]
    with rt.database.write() as conn:
        for case_id, clock in enumerate((Clock.NONE, Clock.RUNNING, Clock.PAUSED), start=1):
            begin(rt, conn, case_id)
            conn.execute(term.update().where(term.c.case_id == case_id).values(clock=int(clock)))
    with rt.database.read() as conn:
        for now in moments:
            condition = overdue_condition(term.c.due_at, term.c.clock, now)
            by_sql = set(conn.execute(select(term.c.case_id).where(condition)).scalars())
            terms = [term_of(row) for row in conn.execute(select(term))]
            assert by_sql == {found.case_id for found in terms if is_overdue(found.due, now)}


def test_the_search_for_due_rungs_uses_its_index(rt):
    if rt.database.kind == "postgresql":
        statement = "EXPLAIN SELECT * FROM term WHERE next_at <= 5 ORDER BY next_at, id LIMIT 50"
        settings = "SET LOCAL enable_seqscan = off"
    else:
        statement = "EXPLAIN QUERY PLAN SELECT * FROM term WHERE next_at <= 5 ORDER BY next_at, id LIMIT 50"
        settings = "SELECT 1"
    with rt.database.read() as conn:
        conn.execute(text(settings))
        found = " ".join(str(row) for row in conn.execute(text(statement)))
    assert "ix_term_next" in found
