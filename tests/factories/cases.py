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
from engine.cases.tables import case_
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


def service_task(node: str, topic: str) -> str:
    """An operation of the catalogue; its whole result goes into the scope."""
    return (
        f'<serviceTask id="{node}" name="Операция {node}" camunda:type="external" camunda:topic="{topic}"/>'
    )


def message(name: str) -> str:
    """A message for `roots`; its id is its name with underscores."""
    return f'<message id="{name.replace(".", "_")}" name="{name}"/>'


def signal(name: str) -> str:
    """A signal for `roots`."""
    return f'<signal id="{name.replace(".", "_")}" name="{name}"/>'


def error(code: str) -> str:
    """A business error for `roots`; its id is its code."""
    return f'<error id="{code}" name="{code}" errorCode="{code}"/>'


def event(kind: str, node: str, what: str = "", reference: str = "", **properties: str) -> str:
    """An event: `event("intermediateCatchEvent", "m", "message", "msg.reply")`; a key is a property of it."""
    inside = _extension(properties)
    if what:
        inside += f'<{what}EventDefinition {what}Ref="{reference.replace(".", "_")}"/>'
    return f'<{kind} id="{node}" name="Событие {node}">{inside}</{kind}>'


def timer(node: str, when: str, **properties: str) -> str:
    """A timer between steps: a duration, or an expression."""
    kind = "timeDuration" if when.startswith("P") else "timeDate"
    text = when.replace('"', "&quot;")
    return (
        f'<intermediateCatchEvent id="{node}" name="Ждать">{_extension(properties)}<timerEventDefinition>'
        f"<{kind}>{text}</{kind}></timerEventDefinition></intermediateCatchEvent>"
    )


def boundary(node: str, host: str, what: str, reference: str) -> str:
    """An interrupting message, signal or error event on a step."""
    return (
        f'<boundaryEvent id="{node}" name="Прервать {host}" attachedToRef="{host}">'
        f'<{what}EventDefinition {what}Ref="{reference.replace(".", "_")}"/></boundaryEvent>'
    )


def exclusive(node: str, default: str | None = None) -> str:
    """A choice; `default` is the id of the flow taken when no condition holds."""
    marked = f' default="{default}"' if default else ""
    return f'<exclusiveGateway id="{node}" name="Что дальше?"{marked}/>'


def condition(source: str, target: str, text: str) -> str:
    """A flow that is taken when the FEEL expression holds."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return (
        f'<sequenceFlow id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}">'
        f"<conditionExpression>={escaped}</conditionExpression></sequenceFlow>"
    )


START, END = event("startEvent", "s"), event("endEvent", "e")
"""The two events that most diagrams have."""


def boundary_timer(node: str, host: str, when: str, *, interrupting: bool = False, **properties: str) -> str:
    """A timer on a task: a duration (PT1H), a date, or an expression (=term("T15"))."""
    kind = "timeDuration" if when.startswith("P") else "timeDate"
    text = when.replace('"', "&quot;")
    return (
        f'<boundaryEvent id="{node}" name="Время вышло" attachedToRef="{host}" '
        f'cancelActivity="{str(interrupting).lower()}">{_extension(properties)}<timerEventDefinition>'
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
    """Complete the first open step of a node; its number. The actor is loaded anew, as every request does.

    The data of a step without a form are taken as they are.
    """
    number = open_tasks(rt, node)[0]
    command = CompleteTask(load_actor(rt, actor.user_id), number, data or {})
    complete_task(rt, command, check_form=_has_form(rt, number))
    return number


def _has_form(rt: Runtime, number: int) -> bool:
    opened = select(case_.c.process, case_.c.release_id, task.c.node).join(task, task.c.case_id == case_.c.id)
    with rt.database.read() as conn:
        row = conn.execute(opened.where(task.c.id == number)).one()
    return rt.library.release(row.release_id).step(row.process, row.node).form is not None
