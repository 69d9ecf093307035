"""Trying a case to its end on a copy: steps are answered from their forms, timers are let come, in memory.

Nothing outside is touched: no table, no message, no operation. Several walks with different answers see
different ways; each is the same for every version, so what stops on one and not on the other is the
version's doing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from engine import bpmn
from engine.bpmn import Context, Place, Program
from engine.bpmn.commands import Command, Complete, CompleteService, Deliver, Fire, Signal
from engine.definitions.library import Release
from engine.errors import StepFailed
from engine.formjs.form import FormField
from engine.formjs.values import set_path
from engine.model import Value, Wait, WaitKind, element_ref

MOST_STEPS = 60
"""Of one walk: a pathway that goes round for ever is tried so far."""

WALKS = 3
"""Walks of one case: with what is known and first answers, with last answers, with a mixture."""

DAY = date(2026, 1, 12)


@dataclass(frozen=True, slots=True)
class Stopped:
    """Where a walk met an incident: the element as tables name it, and the text."""

    ref: str
    message: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What a walk goes over: a release and the case's pathway in it."""

    release: Release
    main: str

    @property
    def program(self) -> Program:
        return self.release.program(self.main)


def walk(ground: Ground, state: bytes, context: Context, seed: int) -> Stopped | None:
    """The first incident on the way of one walk; None when it came to an end, or as far as it was tried."""
    known = {place.element_id for place in bpmn.position(ground.program, state).incidents}
    for number in range(MOST_STEPS):
        position = bpmn.position(ground.program, state)
        fresh = [place for place in position.incidents if place.element_id not in known]
        if fresh:
            return Stopped(element_ref(ground.main, fresh[0].process, fresh[0].node), fresh[0].message)
        found = _next(ground, state, context, position.open, seed + number * WALKS)
        if found is None:
            return None
        command, context = found
        try:
            result = bpmn.step(ground.program, state, command, context)
        except StepFailed:
            return None  # what was made up here does not fit: nothing is known of this way
        if result.ended:
            return None
        state = result.state
    return None


def _next(
    ground: Ground, state: bytes, context: Context, places: tuple[Place, ...], seed: int
) -> tuple[Command, Context] | None:
    """What could happen next, and when; None when nothing can."""
    if places:
        return _done(ground, state, places[seed % len(places)], seed), context
    waits = bpmn.waits(ground.program, state, context)
    timers = [wait.moment for wait in waits if wait.kind is WaitKind.TIMER and wait.moment is not None]
    messages = [wait for wait in waits if wait.kind in (WaitKind.MESSAGE, WaitKind.SIGNAL)]
    if messages and (seed % 2 or not timers):
        return _heard(messages[seed % len(messages)]), context
    return (Fire(), replace(context, now=max(min(timers), context.now))) if timers else None


def _heard(wait: Wait) -> Command:
    name = wait.name or ""
    return Signal(name) if wait.kind is WaitKind.SIGNAL else Deliver(wait.element_id, name)


def _done(ground: Ground, state: bytes, place: Place, seed: int) -> Command:
    step = ground.release.step(ground.main, element_ref(ground.main, place.process, place.node))
    if step.kind != "userTask":
        return CompleteService(place.element_id)
    data: dict[str, Value] = {}
    if step.form is not None and step.form in ground.release.items.get("form", {}):
        known = bpmn.task_variables(ground.program, state, place.element_id)
        for field in ground.release.form(step.form).fields:
            value = known.get(field.key) if seed % WALKS == 0 else None
            set_path(data, tuple(field.key.split(".")), _answer(field, seed) if value is None else value)
    return Complete(place.element_id, data)


def _answer(field: FormField, seed: int) -> Value:
    """A possible answer; the same for a field of this name in any version."""
    choice = zlib.crc32(f"{field.key}:{seed}".encode()) if seed % WALKS == 2 else seed % WALKS
    options = [value for value, _words in field.options]
    chosen: Any = options[-(choice % len(options))] if options else None
    match field.type:
        case "number":
            return Decimal(choice % 7)
        case "checkbox":
            return bool(choice % 2)
        case "checklist" | "taglist":
            return [] if chosen is None else [chosen]
        case "radio" | "select":
            return chosen
        case "datetime":
            return DAY
        case "dynamiclist":
            return [{row.key: _answer(row, seed) for row in field.rows}]
    return "проба"


def walks(before: tuple[Ground, bytes, Context], after: tuple[Ground, bytes, Context]) -> Iterator[Stopped]:
    """Incidents that the walks meet on the new version and not on the old one."""
    for seed in range(WALKS):
        there = walk(*after, seed)
        if there is None:
            continue
        here = walk(*before, seed)
        if here is None or (here.ref != there.ref and here.message != there.message):
            yield there
