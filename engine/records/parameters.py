"""The 106 parameters of the monitoring of a family: one table for the form, the sheet, the summary, the file.

They lie in `processes/monitoring.yaml`, in order; its head says what each entry means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml

from engine import feel
from engine.model import Value
from engine.resources import processes_dir

TYPES: Final = ("text", "number", "date", "mark", "choice")
SOURCES: Final = ("", "card", "register", "case")
"""Where a value comes from; nowhere: it is typed."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One question about a family. `number` is «2.7»: the seventh of the second section."""

    key: str
    number: str
    title: str
    type: str
    unit: str = ""
    options: tuple[str, ...] = ()
    source: str = ""
    fixed: bool = False
    optional: bool = False
    value: feel.Expression | None = None
    when: feel.Expression | None = None

    def known(self, facts: Mapping[str, Value]) -> Value:
        """What the records and cases say; None when they say nothing."""
        return None if self.value is None else self.value.evaluate(facts)

    def concerns(self, values: Mapping[str, Value]) -> bool:
        """Whether the question makes sense for a family with these values."""
        return self.when is None or self.when.evaluate(values) is True


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the sheet."""

    number: int
    title: str
    parameters: tuple[Parameter, ...]


@cache
def sections() -> tuple[Section, ...]:
    """All sections in order."""
    loader = _Loader((processes_dir() / "monitoring.yaml").read_text(encoding="utf-8"))
    try:
        content = loader.get_single_data()
    finally:
        loader.dispose()
    return tuple(
        Section(
            number,
            part["title"],
            tuple(
                _parameter(f"{number}.{place}", each)
                for place, each in enumerate(part["parameters"], start=1)
            ),
        )
        for number, part in enumerate(content["sections"], start=1)
    )


@cache
def parameters() -> tuple[Parameter, ...]:
    """All of them in order."""
    return tuple(each for part in sections() for each in part.parameters)


def _parameter(number: str, entry: Mapping[str, Any]) -> Parameter:
    return Parameter(
        key=entry["key"],
        number=number,
        title=entry["title"],
        type=entry["type"],
        unit=entry.get("unit", ""),
        options=tuple(entry.get("options", ())),
        source=entry.get("from", ""),
        fixed=entry.get("fixed", False),
        optional=entry.get("optional", False),
        value=_compiled(entry.get("value")),
        when=_compiled(entry.get("when")),
    )


def _compiled(text: str | None) -> feel.Expression | None:
    return None if text is None else feel.compile(text)
