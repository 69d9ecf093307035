"""Whether a family belongs in the «red zone»: the rule proposes, a head decides, and a refusal is remembered.

What was refused is proposed again only when the facts have changed, and then it is said which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from engine.cases.registering import day_of, subject_of
from engine.definitions.operations import Call, operation
from engine.model import Value
from engine.records.refusals import Refusal, forget_refusal, keep_refusal, refusal_of
from engine.records.registers import ENTER, LEAVE, Subject
from engine.runtime import Runtime

RULE: Final = "DMN-05"
RED: Final = "красная"
REFUSED: Final = "отклонить"

NOTED: Final = {
    "положение_соп": "решение о социально опасном положении",
    "риск_отобрания": "риск отобрания ребёнка",
}
"""Facts that are or are not."""

FIGURES: Final = {"детей": "детей", "доход_на_человека": "доход на человека"}

FACTS: Final = ("категория", "признаки_риска", *NOTED, *FIGURES)
"""By what the zone is proposed."""


@dataclass(frozen=True, slots=True)
class Zone:
    """`wanted`: ENTER or LEAVE, None when nothing is to change. `refused`: a head said no to just that.
    `changed`: what is different since they did, in words.
    """

    wanted: str | None
    refused: bool
    changed: str

    @property
    def proposed(self) -> bool:
        """Somebody has to decide."""
        return self.wanted is not None and not self.refused

    def values(self) -> dict[str, Value]:
        """As the diagram reads it."""
        return {"зона_отклонена": self.refused, "что_изменилось": self.changed or None}


def zone_of(
    rt: Runtime, conn: Connection, subject: Subject, risk: Mapping[str, Value], now: datetime
) -> Zone:
    """What the rule says of the family and of what a head refused before. `risk`: what the rule asks for, and
    `в_красной_зоне`.
    """
    found = rt.library.current(conn).decision(RULE).decide(RULE, risk, now=now)
    said = found if isinstance(found, Mapping) else {}
    if (said.get("зона") == RED) is risk["в_красной_зоне"]:
        return Zone(None, refused=False, changed="")
    wanted = LEAVE if risk["в_красной_зоне"] else ENTER
    before = refusal_of(rt, conn, subject)
    if before is None or before.deed != wanted:
        return Zone(wanted, refused=False, changed="")
    facts = {**risk, "категория": said.get("категория")}
    told = list(_differences(before.facts, facts))
    words = f"после отказа {before.day:%d.%m.%Y} — {'; '.join(told)}" if told else ""
    return Zone(wanted, refused=not told, changed=words)


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if before.get("категория") != now.get("категория"):
        yield f"категория по правилу: {now.get('категория')}, была {before.get('категория')}"
    for key, words in NOTED.items():
        if bool(before.get(key)) is not bool(now.get(key)):
            yield f"{words}: {'есть' if now.get(key) else 'больше нет'}"
    signs, were = set(now.get("признаки_риска") or ()), set(before.get("признаки_риска") or ())
    if signs - were:
        yield f"появилось: {', '.join(sorted(signs - were))}"
    if were - signs:
        yield f"больше не видно: {', '.join(sorted(were - signs))}"
    for key, words in FIGURES.items():
        if before.get(key) != now.get(key):
            yield f"{words}: {_figure(now.get(key))}, было {_figure(before.get(key))}"


def _figure(value: Value) -> str:
    return "не известно" if value is None else str(value)


@operation("zone.settled")
def settled(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """A head has decided (`решение`) on the proposal `действие` by `факты`: a refusal is remembered, with
    anything else an earlier one is forgotten.
    """
    found = subject_of(conn, call)
    subject = Subject.of(found.family_id, found.person_id)
    if call.inputs.get("решение") != REFUSED:
        forget_refusal(conn, subject)
        return {}
    given = call.inputs.get("факты") or {}
    facts = {name: given.get(name) for name in FACTS}
    refused = Refusal(str(call.inputs.get("действие")), facts, day_of(rt, call, "сегодня"))
    keep_refusal(rt, conn, subject, refused, case_id=call.case_id)
    return {}
