"""What a diagram does with the answers of decisions and of called processes, for the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from engine import feel
from engine.bpmn.behaviour.activities import shaped
from engine.model import Value

_CAMUNDA: Final = "{http://camunda.org/schema/1.0/bpmn}"


@dataclass(frozen=True, slots=True)
class Asked:
    """The decision of one task, the variable of its answer, and what is taken out of that besides."""

    decision: str
    variable: str
    shape: str | None
    outputs: Sequence[tuple[str, feel.Expression]]

    def results(self, answer: Value, data: Mapping[str, Value], now: datetime) -> dict[str, Value]:
        """What the answer adds to the data."""
        found = {self.variable: shaped(answer, self.shape)}
        names = {**data, **found}
        return found | {name: taken.evaluate(names, now=now) for name, taken in self.outputs}


def asked(node: etree._Element) -> Asked:
    """Read it from a decision task as it stands in a diagram."""
    return Asked(
        decision=str(node.get(f"{_CAMUNDA}decisionRef")),
        variable=str(node.get(f"{_CAMUNDA}resultVariable")),
        shape=node.get(f"{_CAMUNDA}mapDecisionResult"),
        outputs=[
            (str(output.get("name")), feel.compile(feel.unwrap(str(output.text))))
            for output in node.iter(f"{_CAMUNDA}outputParameter")
        ],
    )


def handed_back(root: etree._Element) -> list[tuple[str, feel.Expression]]:
    """Variables that call activities make of the results of what they called."""
    return [
        (str(out.get("target")), feel.compile(feel.unwrap(str(out.get("sourceExpression")))))
        for out in root.iter(f"{_CAMUNDA}out")
        if out.get("sourceExpression")
    ]
