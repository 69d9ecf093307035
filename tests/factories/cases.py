"""Pathways and cases of a test instance.

publish_files(rt, small())          # publishes a diagram
case = open_case(rt, clerk, "small")
complete(rt, clerk, "p_a")          # completes the open step of that node
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.service import StartedCase, complete_task, start_case
from engine.definitions.files import Upload
from engine.definitions.service import publish
from engine.model import SYSTEM, Actor, CompleteTask, StartCase
from engine.runtime import Runtime
from engine.worklist.tables import OPEN, task

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="http://example.org">'
)


def diagram(process: str, body: str, roots: str = "", **properties: str) -> Upload:
    """A file with one executable process; `roots` are its messages and signals."""
    body = _extension(properties) + body
    opening = f'<process id="{process}" name="Путь {process}" isExecutable="true">'
    content = f"{HEAD}{roots}{opening}{body}</process></definitions>"
    return Upload(f"{process}.bpmn", content.encode())


def user_task(node: str, role: str = "R05", **properties: str) -> str:
    """A user task of a role; properties are those of the dialect (norm, startTerms…)."""
    inside = _extension(properties)
    return f'<userTask id="{node}" name="Шаг {node}" camunda:candidateGroups="{role}">{inside}</userTask>'


def _extension(properties: Mapping[str, str]) -> str:
    listed = "".join(f'<camunda:property name="{k}" value="{v}"/>' for k, v in properties.items())
    if not listed:
        return ""
    return f"<extensionElements><camunda:properties>{listed}</camunda:properties></extensionElements>"


def boundary_timer(node: str, host: str, when: str, *, interrupting: bool = False) -> str:
    """A timer on a task: a duration (PT1H), a date, or an expression (=term("T15"))."""
    kind = "timeDuration" if when.startswith("P") else "timeDate"
    text = when.replace('"', "&quot;")
    return (
        f'<boundaryEvent id="{node}" name="Время вышло" attachedToRef="{host}" '
        f'cancelActivity="{str(interrupting).lower()}"><timerEventDefinition>'
        f"<{kind}>{text}</{kind}></timerEventDefinition></boundaryEvent>"
    )


def flows(*chains: str) -> str:
    """Sequence flows: `flows("s a b e")` connects s→a→b→e."""
    pairs = [(a, b) for chain in chains for a, b in zip(chain.split(), chain.split()[1:], strict=False)]
    return "".join(f'<sequenceFlow id="f_{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)


def chain(process: str, *tasks: str, **properties: str) -> Upload:
    """A process of user tasks one after another; properties are those of the process."""
    nodes = [task.split('id="')[1].split('"')[0] for task in tasks]
    body = '<startEvent id="s" name="Начало"/>' + "".join(tasks) + '<endEvent id="e" name="Конец"/>'
    return diagram(process, body + flows(" ".join(["s", *nodes, "e"])), **properties)


def publish_files(rt: Runtime, *files: Upload) -> None:
    """Publish files as the product itself."""
    publish(rt, SYSTEM, files)


def open_case(rt: Runtime, actor: Actor, process: str, data: Mapping[str, Any] | None = None) -> StartedCase:
    """A case about nobody in particular."""
    return start_case(rt, StartCase(actor, process, data or {}, label="семья Лапшиных"))


def open_tasks(rt: Runtime, node: str | None = None) -> list[int]:
    """Numbers of open steps, of one node or all, in the order of opening."""
    statement = select(task.c.id).where(task.c.status == OPEN).order_by(task.c.id)
    if node is not None:
        statement = statement.where(task.c.node == node)
    with rt.database.read() as conn:
        return list(conn.execute(statement).scalars())


def open_nodes(rt: Runtime) -> list[str]:
    """Nodes of all open steps."""
    with rt.database.read() as conn:
        return list(
            conn.execute(select(task.c.node).where(task.c.status == OPEN).order_by(task.c.id)).scalars()
        )


def complete(rt: Runtime, actor: Actor, node: str, data: Mapping[str, Any] | None = None) -> int:
    """Complete the first open step of a node; its number. The actor is loaded anew, as every request does."""
    number = open_tasks(rt, node)[0]
    complete_task(rt, CompleteTask(load_actor(rt, actor.user_id), number, data or {}))
    return number
