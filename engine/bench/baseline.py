"""What the engine is compared with: SpiffWorkflow with its whole state as JSON in one table.

The same access check, form check, conditions and decisions as the engine's, on the same kind of database,
without SQLAlchemy. What the form check has to know of the case is handed to it for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from engine.bench.meter import Meter, Timed
from engine.bench.ours import Ours
from engine.bench.stock import Stock
from engine.bench.stores import PostgresqlStore, SqliteStore, Store
from engine.bench.works import ZONE, Work
from engine.bpmn.timers import in_zone
from engine.cases.service import require_task
from engine.definitions.library import Release
from engine.formjs import Form
from engine.model import Value
from engine.scenarios.steps import Complete, Message, Until


@dataclass(frozen=True, slots=True)
class _Step:
    """One move, with what the case knows before it."""

    node: str
    answers: Mapping[str, Any]
    known: Mapping[str, Value]
    form: Form | None
    now: datetime
    timed: bool


class Baseline:
    """One work beside an instance that has led a case through it already."""

    def __init__(self, folder: Path, ours: Ours) -> None:
        work = ours.work
        self._work = work
        self._actor = ours.actor
        diagrams = [file.content for file in work.files if file.name.endswith(".bpmn")]
        release = ours.release()

        def decide(key: str, inputs: Mapping[str, Value], now: datetime) -> Value:
            return release.decision(key).explain(key, inputs, now=now).value

        self._stock = Stock(work.process, diagrams, decide)
        self._steps = _steps(work, release, self._stock)
        self._store = _new_store(folder, ours)
        self.waiting: list[int] = []
        """Bytes of the stored workflow between the steps of the first case."""
        self._play(lambda complete: complete(), self._note_state)

    def play(self, meter: Meter) -> None:
        """Lead one case through; only its completions are timed."""
        self._play(meter.time)

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def _play(self, timed: Timed, between: Callable[[int], None] = lambda _: None) -> None:
        number = self._start()
        for step in self._steps:
            between(number)
            run = partial(self._complete, number, step)
            if step.timed:
                timed(run)
            else:
                run()

    def _start(self) -> int:
        state = self._stock.start(self._work.variables, self._work.at)
        return self._store.add(self._actor.own_queue, state)

    def _complete(self, number: int, step: _Step) -> None:
        """One transaction, as the engine's: read, check, run, write."""
        row: Any = self._store.lock(number)
        require_task(self._actor, row)
        accepted = step.answers
        if step.form is not None:
            accepted = step.form.validate(step.answers, step.known, now=step.now)
        state = self._stock.complete(row.state, step.node, accepted, step.now)
        self._store.save(number, state)

    def _note_state(self, number: int) -> None:
        state = self._store.lock(number).state
        self._store.save(number, state)
        self.waiting.append(len(state.encode()))


def _steps(work: Work, release: Release, stock: Stock) -> list[_Step]:
    """The moves of the work as the baseline makes them."""
    known: dict[str, Value] = dict(work.variables)
    now = work.at
    steps = []
    for move in work.moves:
        match move:
            case Complete():
                key = release.process(work.process).steps[move.node].form
                form = release.form(key) if key else None
                steps.append(_Step(move.node, move.data, dict(known), form, now, timed=True))
                known.update(form.validate(move.data, known, now=now) if form else move.data)
            case Message():
                node, payload = stock.receivers[move.name], stock.understood(move.payload, now)
                steps.append(_Step(node, payload, {}, None, now, timed=False))
            case Until():
                now = in_zone(move.moment, ZONE)
    return steps


def _new_store(folder: Path, ours: Ours) -> Store:
    """On SQLite a file beside the engine's, which goes with the folder; on PostgreSQL its server."""
    name = f"{ours.work.process}_baseline"
    database = ours.rt.database
    return (
        SqliteStore(folder / f"{name}.db") if database.kind == "sqlite" else PostgresqlStore(database, name)
    )
