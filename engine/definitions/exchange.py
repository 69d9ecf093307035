"""What passes between files: fields of a form, data of a decision, variables for a called process.

The checks of a diagram ask for it by key: a published file is only parsed when a diagram refers to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.bpmn import Diagram
    from engine.bpmn.rules.known import Lookup
    from engine.dmn import Model
    from engine.formjs import Form

Passing = Mapping[str, frozenset[str] | None]
"""Names by a key; None: any names."""


def form_fields(form: Form) -> frozenset[str]:
    """The variables that answers write: of a field inside a group, the group."""
    return frozenset(field.key.split(".")[0] for field in form.fields)


def decision_inputs(model: Model) -> Passing:
    """The variables that each decision of a model needs."""
    return {decision.id: frozenset(decision.inputs) for decision in model.decisions}


def handed_over(diagram: Diagram) -> Passing:
    """What the processes of a diagram hand to each process they call."""
    return joined(process.hands_over for process in diagram.processes)


def joined(passings: Iterable[Passing]) -> Passing:
    """All that several files hand over; where one hands over anything, nobody can tell what."""
    found: dict[str, frozenset[str] | None] = {}
    for passing in passings:
        for key, names in passing.items():
            before = found.get(key, frozenset())
            found[key] = None if names is None or before is None else before | names
    return found


def first_of(passing: Passing, otherwise: Lookup) -> Lookup:
    """Look up in these files, and where they have no such key, as before."""

    def look_up(key: str) -> Collection[str] | None:
        return passing[key] if key in passing else otherwise(key)

    return look_up
