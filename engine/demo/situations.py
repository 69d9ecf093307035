"""What brings people to the office: typical situations, as specialists describe them in their forms.

Each says what the forms of the pathway say of one family, apart from dates, numbers and names, which
`engine.demo.answers` adds. The texts are in `situations.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

KCSON = "КЦСОН"
_FILE = Path(__file__).with_name("situations.yaml")


@dataclass(frozen=True, slots=True)
class Problem:
    """A row of the map of problems, and the task that answers it. `days`: working days to do it in."""

    problem: str
    sphere: str
    urgency: str
    measure: str
    how: str
    who: str
    days: int


@dataclass(frozen=True, slots=True)
class Service:
    """A recommended service: kind, name, amount, how often."""

    kind: str
    name: str
    amount: str
    often: str


@dataclass(frozen=True, slots=True)
class Support:
    """A measure of social support: kind of help, measure, who."""

    kind: str
    measure: str
    who: str


@dataclass(frozen=True, slots=True)
class Request:
    """What an agency is asked for. `how` «документ»: the product sends it and keeps the answer."""

    agency: str
    what: str
    how: str = "сам"

    @property
    def by_itself(self) -> bool:
        """Its answer comes into a case of its own."""
        return self.how == "документ"


@dataclass(frozen=True, slots=True)
class Situation:
    """`home` answers the act of examination, `survey` the questionnaire; keys are those of the forms."""

    needs: tuple[str, ...]
    care: str
    request: str
    papers: tuple[str, ...]
    home: Mapping[str, Any]
    survey: Mapping[str, Any]
    income: tuple[int, int]
    """Between which sums the income of one person lies, in roubles a month."""
    seen: str
    analysis: str
    problems: tuple[Problem, ...]
    goal: str
    services: tuple[Service, ...]
    support: tuple[Support, ...]
    requests: tuple[Request, ...]


@cache
def situations() -> Mapping[str, Situation]:
    """All situations by key."""
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {key: _situation(found) for key, found in content["situations"].items()}


def _situation(found: Mapping[str, Any]) -> Situation:
    low, high = found["income"]
    return Situation(
        needs=tuple(found["needs"]),
        care=found["care"],
        request=found["request"],
        papers=tuple(found["papers"]),
        home=found["home"],
        survey=found["survey"],
        income=(low, high),
        seen=found["seen"],
        analysis=found["analysis"],
        problems=tuple(Problem(**each) for each in found["problems"]),
        goal=found["goal"],
        services=tuple(Service(**each) for each in found["services"]),
        support=tuple(Support(**each) for each in found.get("support", ())),
        requests=tuple(Request(**each) for each in found["requests"]),
    )
