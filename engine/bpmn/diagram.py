"""A file that can be run: its processes, and programs made of processes that call one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from engine.bpmn import dialect
from engine.bpmn.build import build
from engine.bpmn.check import finding_of, refusals
from engine.bpmn.document import NotReadable, read_xml
from engine.bpmn.graph import Element, Graph, Scope, read_graph
from engine.bpmn.normalise import first_elements, normalise
from engine.bpmn.pinned import pinned
from engine.bpmn.plan import Plan
from engine.errors import DefinitionRefused, Finding
from engine.model import StepInfo


@dataclass(frozen=True, slots=True)
class Start:
    """One way to begin a process.

    `kind` is `none`, `message`, `timer`, `signal` or `conditional`; `message` is the name of the message or
    signal, `timer` the text of the timer. The caller waits for them; the engine only begins.
    """

    id: str
    name: str
    kind: str
    message: str | None = None
    timer: str | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """One executable process.

    `starters` are the roles of those who may open a case of it; empty for anybody with that right. `steps`
    describes every element that is drawn, those in sub-processes included. `hands_over` names the variables
    that each called process is given; None: all there are.
    """

    id: str
    name: str
    steps: Mapping[str, StepInfo]
    properties: Mapping[str, str]
    calls: tuple[str, ...]
    hands_over: Mapping[str, frozenset[str] | None]
    decisions: tuple[str, ...]
    forms: tuple[str, ...]
    roles: tuple[str, ...]
    starters: tuple[str, ...]
    starts: tuple[Start, ...]
    plan: Plan

    @property
    def owners(self) -> tuple[str, ...]:
        """Roles that own its cases, from the property `owner`; empty: whoever opened one owns it."""
        return tuple(self.properties.get("owner", "").replace(",", " ").split())


@dataclass(frozen=True, slots=True, eq=False)
class Diagram:
    """What a file holds."""

    name: str
    processes: tuple[Process, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A process with all those it can call, directly or not: what a case runs on."""

    main: Process
    called: Mapping[str, Process]

    def process(self, process_id: str) -> Process | None:
        return self.main if process_id == self.main.id else self.called.get(process_id)

    def step(self, process_id: str, node: str) -> StepInfo | None:
        """What the diagram says of a node named in a `StepResult`."""
        process = self.process(process_id)
        return None if process is None else process.steps.get(node)


def read(xml: bytes, *, name: str = "", version: int | None = None) -> Diagram:
    """The processes of a file. Raises DefinitionRefused with all findings when it can't be run.

    `name` is the name of the file, for messages. With a `version` its processes are named as those who call
    just that version name them (`pinned`).
    """
    try:
        graph = read_graph(read_xml(xml))
    except NotReadable as problem:
        raise refused(name, (finding_of(problem),)) from None
    if errors := refusals(graph):
        raise refused(name, tuple(errors))
    if version is not None:
        for process in graph.processes:
            _rename(process, pinned(process.id, version))
    return Diagram(name, tuple(_process(graph, scope) for scope in graph.processes))


def link(main: Process, called: Mapping[str, Process]) -> Program:
    """A program of a process and those it calls.

    One that is missing becomes an incident where it is called.
    """
    return Program(main, MappingProxyType(dict(called)))


def refused(name: str, findings: tuple[Finding, ...]) -> DefinitionRefused:
    """What to raise for a file with these findings."""
    first = findings[0]
    more = f" И ещё замечаний: {len(findings) - 1}." if len(findings) > 1 else ""
    file = f" «{name}»" if name else ""
    return DefinitionRefused(f"Схему{file} нельзя выполнить. {first.message}{more}", findings)


def _rename(process: Scope, name: str) -> None:
    process.id = name
    for level in process.walk():
        level.process = name


def _process(graph: Graph, scope: Scope) -> Process:
    steps = {element.id: dialect.step_info(element) for element in scope.all_elements()}
    steps |= _chosen(scope, steps)
    starts = tuple(_start(graph, element) for element in scope.of_kind("startEvent"))
    properties = dialect.properties(scope.xml)
    hands_over = MappingProxyType(_hands_over(scope))
    normalise(scope)
    if not starts:
        starts = (Start(scope.of_kind("startEvent")[0].id, "", "none"),)
    return Process(
        id=scope.id,
        name=scope.xml.get("name") or scope.id,
        steps=MappingProxyType(steps),
        properties=MappingProxyType(properties),
        calls=_unique(info.called for info in steps.values()),
        hands_over=hands_over,
        decisions=_unique(info.decision for info in steps.values()),
        forms=_unique(info.form for info in steps.values()),
        roles=_unique(role for info in steps.values() for role in info.roles),
        starters=dialect.split(dialect.camunda(scope.xml, "candidateStarterGroups")),
        starts=starts,
        plan=build(graph, scope),
    )


def _chosen(scope: Scope, steps: Mapping[str, StepInfo]) -> dict[str, StepInfo]:
    """The steps that people may begin in ad-hoc sub-processes, each with the names of all of them."""
    found: dict[str, StepInfo] = {}
    for level in scope.walk():
        if level.is_ad_hoc:
            offered = [steps[element.id] for element in first_elements(level)]
            names = tuple(step.name or step.node for step in offered)
            found |= {step.node: replace(step, choices=names) for step in offered}
    return found


def _hands_over(scope: Scope) -> dict[str, frozenset[str] | None]:
    found: dict[str, frozenset[str] | None] = {}
    for element in scope.all_elements():
        called = dialect.step_info(element).called
        if called is None:
            continue
        passed = dialect.passings(element, "in")
        before = found.get(called, frozenset())
        everything = before is None or any(one.written is None for one in passed)
        found[called] = None if everything else (before or frozenset()) | {one.target for one in passed}
    return found


def _start(graph: Graph, element: Element) -> Start:
    kind = element.event or "none"
    message = None
    if kind == "message":
        message = graph.messages[element.events[0].get("messageRef", "")]
    elif kind == "signal":
        message = graph.signals[element.events[0].get("signalRef", "")]
    timer = dialect.timer(element)
    return Start(
        id=element.id,
        name=element.name,
        kind=kind,
        message=message,
        timer=timer.text if timer is not None else None,
        form=dialect.step_info(element).form,
    )


def _unique(values: Iterator[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
