"""Indicators with where they began and what they should come to: given by a source, never measured here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final

import yaml
from sqlalchemy import Connection, insert, select

from engine.access.journal import record_action
from engine.access.policy import require
from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import Actor, Permission, Scope
from engine.reports.tables import goal
from engine.resources import processes_dir
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow

SETTERS: Final = frozenset({"R25", "R26", "R27"})
"""Roles of those who set the goals of their municipality."""
MOST = 1_000_000
MOST_PARTS = 20
_NUMBERS = re.compile(r"\d+(?:[\s,;+]+\d+)*")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Aim:
    """A number, or the parts of one in order; `printed` is the total that the source gives for them."""

    parts: tuple[int, ...]
    printed: int | None = None

    @property
    def total(self) -> int | None:
        """By adding; None where no number is given."""
        return sum(self.parts) if self.parts else None

    @property
    def agrees(self) -> bool:
        """Whether the source adds as we do."""
        return self.printed is None or self.printed == self.total


@dataclass(frozen=True, slots=True)
class Goal:
    """An indicator. `set_by` and `set_at` are None while it is as the product came with it."""

    key: str
    title: str
    unit: str
    before: Aim
    target: Aim
    source: str
    set_by: int | None = None
    set_at: datetime | None = None


@cache
def shipped() -> Mapping[str, Goal]:
    """What the product comes with, in order."""
    loader = _Loader((processes_dir() / "indicators.yaml").read_text(encoding="utf-8"))
    try:
        content = loader.get_single_data()
    finally:
        loader.dispose()
    return {
        each["key"]: Goal(
            each["key"],
            each["title"],
            each["unit"],
            Aim(tuple(each["before"]), each.get("printed_before")),
            Aim(tuple(each["target"]), each.get("printed_target")),
            each["source"],
        )
        for each in content
    }


def goals_of(conn: Connection, municipality_id: int) -> dict[str, Goal]:
    """Every indicator as it stands in a municipality."""
    found = dict(shipped())
    rows = conn.execute(select(goal).where(goal.c.municipality_id == municipality_id).order_by(goal.c.id))
    for row in rows:
        if row.key in found:
            found[row.key] = _set(found[row.key], row)
    return found


def set_goal(
    rt: Runtime,
    actor: Actor,
    key: str,
    before: str,
    target: str,
    printed_before: str = "",
    printed_target: str = "",
    source: str = "",
) -> None:
    """Set an indicator of the actor's municipality; what stood before stays in the records.

    Numbers come as they were typed: «480, 20, 20». InvalidData names the field that holds something else.
    """
    require(actor, Permission.MONITOR_VIEW, Scope.TEAM)
    if not actor.roles & SETTERS:
        raise NotAllowed("Цели задают руководитель, аналитик и методист.", "Попросите кого-нибудь из них.")
    if key not in shipped():
        raise NotFound("Такого показателя нет.", "Выберите показатель из списка.")
    faults: dict[str, str] = {}
    values = {
        "before": _typed("before", before, faults),
        "target": _typed("target", target, faults),
        "printed_before": _total("printed_before", printed_before, faults),
        "printed_target": _total("printed_target", printed_target, faults),
        "source": " ".join(source.split())[:200],
    }
    if not values["source"]:
        faults["source"] = "Напишите, откуда эти числа: приказ, план, письмо."
    if faults:
        raise InvalidData("Цель не записана.", faults)
    with rt.database.write() as conn:
        more = {
            "key": key,
            "municipality_id": rt.directory.tree().municipality(actor.unit_id),
            "set_by": actor.user_id,
            "set_at": to_seconds(rt.clock.now()),
        }
        conn.execute(insert(goal), values | more)
        record_action(rt, conn, actor, "changed", "goal", details={"goal": key})


def _typed(name: str, text: str, faults: dict[str, str]) -> str:
    plain = text.strip()
    if plain and not _NUMBERS.fullmatch(plain):
        faults[name] = "Пишите целые числа через запятую: 480, 20, 20."
        return ""
    numbers = [int(each) for each in re.findall(r"\d+", plain)]
    if len(numbers) > MOST_PARTS or any(each > MOST for each in numbers):
        faults[name] = f"Не больше {MOST_PARTS} чисел, каждое до миллиона."
    return " ".join(map(str, numbers))


def _total(name: str, text: str, faults: dict[str, str]) -> int | None:
    plain = text.strip()
    if not plain:
        return None
    if not plain.isdecimal() or int(plain) > MOST:
        faults[name] = "Пишите одно целое число до миллиона или оставьте пустым."
        return None
    return int(plain)


def _set(shipped_goal: Goal, row: AnyRow) -> Goal:
    return replace(
        shipped_goal,
        before=Aim(_parts(row.before), row.printed_before),
        target=Aim(_parts(row.target), row.printed_target),
        source=row.source,
        set_by=row.set_by,
        set_at=from_seconds(row.set_at),
    )


def _parts(kept: str) -> tuple[int, ...]:
    return tuple(int(each) for each in kept.split())


def words_of(parts: Sequence[int]) -> str:
    """«480, 20, 20»: as they are typed."""
    return ", ".join(map(str, parts))
