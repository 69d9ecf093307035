"""The shipped pathways as the tests look at them: XML, layout and lists of keys, read without the engine."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

ROOT = Path(__file__).parents[2]
PROCESSES = ROOT / "processes"
FORMS = ROOT / "forms"

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMN_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"

TASKS = {
    "userTask",
    "serviceTask",
    "businessRuleTask",
    "sendTask",
    "receiveTask",
    "callActivity",
    "scriptTask",
}
EVENTS = {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
GATEWAYS = {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
NODES = TASKS | EVENTS | GATEWAYS | {"subProcess"}

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle of the layout."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def has_on_edge(self, point: Point) -> bool:
        x, y = point
        inside = self.left <= x <= self.right and self.top <= y <= self.bottom
        return inside and (x in (self.left, self.right) or y in (self.top, self.bottom))

    def shrunk(self, by: float) -> Box:
        return Box(self.left + by, self.top + by, self.width - 2 * by, self.height - 2 * by)


class Drawing:
    """One BPMN file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root: Any = etree.parse(path).getroot()
        processes: list[Any] = self.root.findall(BPMN + "process")
        [self.process] = processes
        self.id: str = self.process.get("id", "")
        self.nodes = {node.get("id", ""): node for node in self.process.iter() if tag(node) in NODES}
        self.flows = {flow.get("id", ""): flow for flow in self.process.iter(BPMN + "sequenceFlow")}
        self.lanes = {lane.get("id", ""): lane for lane in self.process.iter(BPMN + "lane")}
        self.shapes = {shape.get("bpmnElement", ""): shape for shape in self.root.iter(BPMN_DI + "BPMNShape")}
        self.edges = {edge.get("bpmnElement", ""): edge for edge in self.root.iter(BPMN_DI + "BPMNEdge")}

    def __repr__(self) -> str:
        return self.id

    def of_kind(self, *tags: str) -> list[Any]:
        return [node for node in self.nodes.values() if tag(node) in tags]

    def box(self, element_id: str | None) -> Box:
        return bounds(self.shapes[element_id or ""])

    def line(self, flow_id: str) -> list[Point]:
        """Waypoints of a flow."""
        points = self.edges[flow_id].findall(DI + "waypoint")
        return [(float(point.get("x", 0)), float(point.get("y", 0))) for point in points]

    def leaving(self, node_id: str) -> list[Any]:
        return [flow for flow in self.flows.values() if flow.get("sourceRef") == node_id]

    def label(self, element_id: str) -> Box | None:
        shape = self.shapes.get(element_id, self.edges.get(element_id))
        found = None if shape is None else shape.find(f"{BPMN_DI}BPMNLabel")
        return None if found is None else bounds(found)


def bounds(shape: Any) -> Box:
    found = shape.find(DC + "Bounds")
    return Box(*(float(found.get(name)) for name in ("x", "y", "width", "height")))


def tag(node: Any) -> str:
    """Local name of an element of the notation; empty for everything else."""
    return node.tag.removeprefix(BPMN) if isinstance(node.tag, str) and node.tag.startswith(BPMN) else ""


def camunda(node: Any, name: str) -> str:
    return str(node.get(CAMUNDA + name, ""))


def properties(node: Any) -> dict[str, str]:
    path = f"{BPMN}extensionElements/{CAMUNDA}properties/{CAMUNDA}property"
    return {found.get("name"): found.get("value") for found in node.findall(path)}


def listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


@functools.cache
def drawings() -> tuple[Drawing, ...]:
    return tuple(Drawing(path) for path in sorted(PROCESSES.glob("*/*.bpmn")))


def names_of_drawings() -> list[str]:
    return [drawing.id for drawing in drawings()]


def drawing(process: str) -> Drawing:
    return next(found for found in drawings() if found.id == process)


@functools.cache
def forms() -> dict[str, dict[str, Any]]:
    """Forms by the names of their files."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FORMS.glob("*.form"))}


def components(form: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All components, those inside groups and lists too."""
    for component in form.get("components", ()):
        yield component
        yield from components(component)


@functools.cache
def roles() -> dict[str, str]:
    """Russian names by code."""
    content = yaml.safe_load((PROCESSES / "roles.yaml").read_text(encoding="utf-8"))
    return {role["code"]: role["ru"] for role in content["roles"]}


@functools.cache
def norms() -> frozenset[str]:
    content = yaml.safe_load((PROCESSES / "norms.yaml").read_text(encoding="utf-8"))
    return frozenset(norm["key"] for norm in content["norms"])


@functools.cache
def decisions() -> frozenset[str]:
    """Keys of the first decision of each file: the one that steps ask for."""
    return frozenset(
        re.findall(r'<decision id="([^"]+)"', path.read_text(encoding="utf-8"))[0]
        for path in PROCESSES.rglob("*.dmn")
    )


def scenario_files() -> list[Path]:
    return sorted(PROCESSES.glob("*/scenarios/*.yaml"))


def scenarios(path: Path) -> list[dict[str, Any]]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content if isinstance(content, list) else [content]
