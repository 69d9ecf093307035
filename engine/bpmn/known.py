"""What a diagram may refer to: the catalogue at the moment of a check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Known:
    """Keys that exist; None where nobody knows, so that nothing of that kind is called unknown."""

    roles: frozenset[str] | None = None
    processes: frozenset[str] | None = None
    decisions: frozenset[str] | None = None
    forms: frozenset[str] | None = None
    norms: frozenset[str] | None = None
    topics: frozenset[str] | None = None

    def joined(
        self, *, processes: Iterable[str] = (), decisions: Iterable[str] = (), forms: Iterable[str] = ()
    ) -> Known:
        """The same with what is published together with the diagram."""
        return replace(
            self,
            processes=_with(self.processes, processes),
            decisions=_with(self.decisions, decisions),
            forms=_with(self.forms, forms),
        )


def _with(known: frozenset[str] | None, more: Iterable[str]) -> frozenset[str] | None:
    return None if known is None else known | frozenset(more)
