"""What differs between two versions: as data, and in Russian sentences made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Sign(StrEnum):
    """What has become of a thing."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


SIGN_WORDS = {Sign.ADDED: "Добавлено", Sign.REMOVED: "Убрано", Sign.CHANGED: "Изменено"}

MOST_LETTERS = 200
"""Letters of one value in a sentence; as data it is whole."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One trait that differs; an empty text on one side means that it was not there."""

    label: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """«роль: было «…», стало «…»», without a full stop."""
        before, after = _short(self.before), _short(self.after)
        if not self.before:
            return f"{self.label}: стало «{after}»"
        if not self.after:
            return f"{self.label}: было «{before}», теперь нет"
        return f"{self.label}: было «{before}», стало «{after}»"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MOST_LETTERS else f"{words[:MOST_LETTERS]}…"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `what`: step, gateway, event, flow, process, row, field, … `element`: its id in
    the diagram, empty where it is none. `subject`: how a person knows it: «шаг «Принять заявление»».
    """

    sign: Sign
    what: str
    element: str
    subject: str
    details: tuple[Detail, ...] = ()

    @property
    def sentence(self) -> str:
        """One sentence for a person."""
        told = "; ".join(detail.sentence for detail in self.details)
        return f"{SIGN_WORDS[self.sign]}: {self.subject}" + (f": {told}." if told else ".")

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "sentence": self.sentence}


def differing(labels: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]) -> list[Detail]:
    """Traits with different values, in the order of `labels`; traits without a label after those."""
    names = [*labels, *sorted((before.keys() | after.keys()) - labels.keys())]
    return [
        Detail(labels.get(name, name), before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def counted(changes: Iterable[Change]) -> dict[Sign, int]:
    """How many changes of each sign."""
    found = dict.fromkeys(Sign, 0)
    for change in changes:
        found[change.sign] += 1
    return found
