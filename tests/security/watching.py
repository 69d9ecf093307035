"""Doors to what a supervisor watches: the monitor, the forecast, steps that are handed over together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from datetime import timedelta
from typing import Any

from engine.model import Actor
from engine.worklist import candidates, forecast, monitor, reassigning

WATCHED: dict[str, Callable[[Any, Actor], Any]] = {
    "worklist.forecast.forecasts": lambda w, a: w.read(
        lambda c: forecast.forecasts(w.rt, c, a, w.rt.clock.now(), 10).shown
    ),
    "worklist.monitor.figures": lambda w, a: sum(
        astuple(w.read(lambda c: monitor.figures(w.rt, c, a, w.rt.clock.now())))
    ),
    "worklist.monitor.late_cases": lambda w, a: w.read(
        lambda c: monitor.late_cases(w.rt, c, a, w.rt.clock.now())
    ),
    "worklist.monitor.load_by_person": lambda w, a: w.read(
        lambda c: monitor.load_by_person(c, a, w.rt.clock.now())
    ),
    "worklist.monitor.overdue_steps": lambda w, a: w.read(
        lambda c: monitor.overdue_steps(w.rt, c, a, w.rt.clock.now())
    ),
    "worklist.monitor.steps_until": lambda w, a: w.read(
        lambda c: monitor.steps_until(w.rt, c, a, w.rt.clock.now(), w.rt.clock.now() + timedelta(days=400))
    ),
    "worklist.monitor.soon_steps": lambda w, a: w.read(
        lambda c: monitor.soon_steps(w.rt, c, a, w.rt.clock.now())
    ),
    "worklist.monitor.waiting_by_step": lambda w, a: w.read(
        lambda c: monitor.waiting_by_step(c, a, w.rt.clock.now())
    ),
    "worklist.candidates.candidates_for_several": lambda w, a: w.read(
        lambda c: candidates.candidates_for_several(w.rt, c, a, [w.task_id], w.rt.clock.now())[0]
    ),
    "worklist.reassigning.reassign_several": lambda w, a: {w.task_id}.difference(
        each.task_id for each in reassigning.reassign_several(w.rt, a, [w.task_id], None, "так")
    ),
}
