"""The room that runs diagrams: reads the Camunda 7 dialect, checks it, and carries a case from step to step.

Pure: no tables, no pages, no clock; and the only importer of SpiffWorkflow.
"""

from engine.bpmn.check import check
from engine.bpmn.commands import (
    Cancel,
    Command,
    Complete,
    CompleteService,
    Deliver,
    FailService,
    Fire,
    Move,
    Retry,
    SetVariables,
    Signal,
    Skip,
    ThrowError,
)
from engine.bpmn.context import Context, Decision
from engine.bpmn.diagram import Diagram, Process, Program, Start, link, read
from engine.bpmn.outline import Drawn, DrawnFlow, Outline, is_drawn, outline
from engine.bpmn.position import Place, Position
from engine.bpmn.repairs import Remedies
from engine.bpmn.rules.known import Known
from engine.bpmn.state import READER_VERSION
from engine.bpmn.state import variables_of as variables
from engine.bpmn.step import (
    Transferred,
    position,
    remedies,
    start,
    step,
    task_variables,
    transfer,
    waits,
)
from engine.bpmn.transfer import NotMovable

__all__ = [
    "READER_VERSION",
    "Cancel",
    "Command",
    "Complete",
    "CompleteService",
    "Context",
    "Decision",
    "Deliver",
    "Diagram",
    "Drawn",
    "DrawnFlow",
    "FailService",
    "Fire",
    "Known",
    "Move",
    "NotMovable",
    "Outline",
    "Place",
    "Position",
    "Process",
    "Program",
    "Remedies",
    "Retry",
    "SetVariables",
    "Signal",
    "Skip",
    "Start",
    "ThrowError",
    "Transferred",
    "check",
    "is_drawn",
    "link",
    "outline",
    "position",
    "read",
    "remedies",
    "start",
    "step",
    "task_variables",
    "transfer",
    "variables",
    "waits",
]
