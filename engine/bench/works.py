"""What is measured: three pathways, each with the answers that lead through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.access.offices import DEFAULT_ZONE
from engine.bpmn.timers import in_zone
from engine.definitions.files import Upload
from engine.formjs.values import plain
from engine.model import Value
from engine.resources import processes_dir
from engine.scenarios.catalogue import read_definitions, with_shipped
from engine.scenarios.reading import read_scenarios
from engine.scenarios.steps import Complete, Message, Until

ZONE: Final = ZoneInfo(DEFAULT_ZONE)
MONDAY: Final = datetime(2026, 1, 12, 10, 0, tzinfo=ZONE)

PATHWAY: Final = "p03_need_ippsu"
LAST_STEP: Final = "p03_ut_handover"
"""With it the programme is issued; what follows waits for months."""

Move = Complete | Message | Until


@dataclass(frozen=True, slots=True)
class Work:
    """One pathway and one way through it. Answers are what a browser sends; the clock starts at `at`."""

    name: str
    process: str
    files: Sequence[Upload] = field(repr=False)
    at: datetime
    variables: Mapping[str, Value]
    moves: Sequence[Move] = field(repr=False)


def works() -> list[Work]:
    """All of them, the smallest first."""
    return [_small("small", "small"), _small("small+timer", "small_timer"), _pathway()]


def _small(name: str, process: str) -> Work:
    """Three steps with one form, a choice, the end."""
    here = Path(__file__).parent
    answers: dict[str, Any] = {
        "дата_обращения": "2026-01-12",
        "просьба": "Нужна помощь по дому: после больницы тяжело ходить в магазин и топить печь.",
        "доход": 9400,
        "прожиточный_минимум": 17733,
        "канал": "лично",
        "согласие": True,
    }
    return Work(
        name=name,
        process=process,
        files=[
            Upload(path.name, path.read_bytes()) for path in (here / f"{process}.bpmn", here / "small.form")
        ],
        at=MONDAY,
        variables={},
        moves=[Complete(f"{process}_ut_{step}", answers) for step in ("accept", "check", "decide")],
    )


def _pathway() -> Work:
    """The shipped pathway from the application to the issued programme, as its own scenario goes."""
    folder = processes_dir() / PATHWAY
    diagram = folder / f"{PATHWAY}.bpmn"
    path = folder / "scenarios" / "on-time.yaml"
    scenario = read_scenarios(path.read_bytes(), path.name)[0]
    assert scenario.at is not None, "the scenario says when it begins"
    moves: list[Move] = []
    for step in scenario.steps:
        match step.action:
            case Complete() as done:
                moves.append(replace(done, data=plain(done.data)))
                if done.node == LAST_STEP:
                    break
            case Message() | Until() as move:
                moves.append(move)
    return Work(
        name="p03",
        process=PATHWAY,
        files=[
            each.upload
            for each in with_shipped(read_definitions([Upload(diagram.name, diagram.read_bytes())]))
        ],
        at=in_zone(scenario.at, ZONE),
        variables=scenario.variables,
        moves=moves,
    )
