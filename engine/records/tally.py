"""The sheets of a month added up: a line for each parameter over all families.

Pure. A month is added up in parts, each in a transaction of its own: between them the tally travels as plain
values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.model import Value
from engine.records.parameters import Parameter, parameters


@dataclass(slots=True)
class Tally:
    """What has been counted so far. `total`, `families` (that have more than nothing of it) and `gaps` are by
    the key of the parameter.
    """

    sheets: int = 0
    incomplete: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    families: Counter[str] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)

    def add(self, values: Mapping[str, Value], faults: Collection[str], empty: int) -> None:
        """Count the sheet of one more family. `empty`: how many of its parameters are to be filled in."""
        self.sheets += 1
        self.incomplete += empty > 0
        self.faults.update(faults)
        for each in parameters():
            value = values[each.key]
            if value is None:
                self.gaps[each.key] += not each.optional and each.concerns(values)
            else:
                has = value > 0 if _added_up(each) else value is not False
                self.total[each.key] += value if _added_up(each) else has
                self.families[each.key] += has

    def lines(self) -> list[dict[str, Value]]:
        """For each parameter {номер, параметр, единица, итог, семей, пусто}: numbers are added up in their
        unit, of everything else the families that have it are counted. So «9 детей, 6 семей» is one line.
        """
        return [
            {
                "номер": each.number,
                "параметр": each.title,
                "единица": each.unit if _added_up(each) else "семей",
                "итог": self.total[each.key],
                "семей": self.families[each.key],
                "пусто": self.gaps[each.key],
            }
            for each in parameters()
        ]

    def to_values(self) -> dict[str, Value]:
        """As it travels to the next part."""
        return {
            "листов": self.sheets, "неполных": self.incomplete, "ошибки": dict(self.faults),
            "итог": dict(self.total), "семей": dict(self.families), "пусто": dict(self.gaps),
        }  # fmt: skip

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Tally:
        """As it came from the part before; an empty one at the beginning."""
        if kept is None:
            return cls()
        counters = (Counter(kept[name]) for name in ("ошибки", "итог", "семей", "пусто"))
        return cls(int(kept["листов"]), int(kept["неполных"]), *counters)


def _added_up(parameter: Parameter) -> bool:
    return parameter.type == "number" and parameter.unit != ""
