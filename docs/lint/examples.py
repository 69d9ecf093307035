"""Examples of the pages as files that can be checked: what a page leaves out is added here.

A piece of a diagram gets a start, an end and a place on the drawing; one with a `process` of its own only the
latter. A component gets a form around it, a decision its model, lines of text become a document of Word.
"""

from __future__ import annotations

import io
import json
from typing import Any, Final

from docx import Document
from lxml import etree

from engine.bpmn import Known
from engine.bpmn.names import BPMN, BPMN_DI, FLOW_NODES
from engine.definitions.files import Upload, check_files
from engine.errors import Finding

KNOWN: Final = Known(
    roles=("R05", "R06", "R07"),
    forms=("F24",),
    decisions=("DMN-04",),
    norms=("T14", "T15"),
    processes=("p04_item",),
    topics=("commission.collect",),
    checks=("register.entry",),
    form_fields={"F24": ("доход_семьи", "человек_в_семье")}.get,
    words=lambda: ("дети", "доход"),
    handed={"p05_visit": ()}.get,
    has_version=lambda process, version: process == "p04_item" and version <= 3,
)
"""What exists outside the examples."""

DIAGRAM: Final = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xi="http://www.w3.org/2001/XInclude"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="example">{}</bpmn:definitions>'
)
PROCESS: Final = '<bpmn:process id="example" name="Пример" isExecutable="true">{}</bpmn:process>'
SHARED: Final = frozenset({"message", "signal", "error", "escalation"})
"""What stands beside the process and is written in an example beside its elements."""

MODEL: Final = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="example" name="Пример"'
    ' namespace="example">{}</definitions>'
)


def findings_of(example: str, kind: str) -> list[Finding]:
    """Everything that the check before publication says of an example."""
    checked = check_files([Upload(f"example.{kind}", FILES[kind](example))], KNOWN)
    return [finding for each in checked for finding in each.findings]


def _bpmn(example: str) -> bytes:
    if not example.startswith("<bpmn:"):
        return example.encode()
    whole = "<bpmn:process" in example or "<bpmn:collaboration" in example
    text = DIAGRAM.format(example if whole else PROCESS.format(example))
    try:
        root = etree.fromstring(text)
    except etree.XMLSyntaxError:
        return text.encode()
    if not whole:
        root[:0] = [node for node in root[0] if etree.QName(node).localname in SHARED]
        _complete(root[-1])
    if root.find(f".//{BPMN_DI}BPMNDiagram") is None:
        _draw(root)
    return etree.tostring(root)


def _complete(process: etree._Element) -> None:
    """Begin before everything that nothing leads to, and end after everything that leads nowhere."""
    flows = process.findall(f"{BPMN}sequenceFlow")
    entered = {flow.get("targetRef") for flow in flows}
    left = {flow.get("sourceRef") for flow in flows}
    nodes = [node for node in process if etree.QName(node).localname in FLOW_NODES]
    first = [node for node in nodes if node.get("id") not in entered and _can_be_entered(node)]
    last = [node for node in nodes if node.get("id") not in left and _can_be_left(node)]
    if process.find(f"{BPMN}startEvent") is None:
        etree.SubElement(process, f"{BPMN}startEvent", id="example_start")
        for node in first:
            _flow(process, "example_start", str(node.get("id")))
    if process.find(f"{BPMN}endEvent") is None:
        etree.SubElement(process, f"{BPMN}endEvent", id="example_end")
        for node in last:
            _flow(process, str(node.get("id")), "example_end")


def _can_be_entered(node: etree._Element) -> bool:
    return not (_stands_apart(node) or node.tag == f"{BPMN}boundaryEvent" or _is_link(node, "Catch"))


def _can_be_left(node: etree._Element) -> bool:
    undoes = node.find(f"{BPMN}compensateEventDefinition") is not None and node.tag == f"{BPMN}boundaryEvent"
    return not (_stands_apart(node) or undoes or _is_link(node, "Throw"))


def _stands_apart(node: etree._Element) -> bool:
    return "true" in (node.get("triggeredByEvent"), node.get("isForCompensation"))


def _is_link(node: etree._Element, kind: str) -> bool:
    return (
        node.tag == f"{BPMN}intermediate{kind}Event" and node.find(f"{BPMN}linkEventDefinition") is not None
    )


def _flow(process: etree._Element, source: str, target: str) -> None:
    name = f"{source}_{target}"
    etree.SubElement(process, f"{BPMN}sequenceFlow", id=name, sourceRef=source, targetRef=target)


def _draw(root: etree._Element) -> None:
    """A shape for every element; where it stands is of no interest to the checks."""
    plane = etree.SubElement(etree.SubElement(root, f"{BPMN_DI}BPMNDiagram"), f"{BPMN_DI}BPMNPlane")
    for node in root.iter():
        if etree.QName(node).localname in FLOW_NODES and node.get("id"):
            etree.SubElement(plane, f"{BPMN_DI}BPMNShape", bpmnElement=str(node.get("id")))


def _dmn(example: str) -> bytes:
    return (example if "<definitions" in example else MODEL.format(example)).encode()


def _form(example: str) -> bytes:
    try:
        part: Any = json.loads(example)
    except ValueError:
        return example.encode()
    if isinstance(part, dict) and "type" not in part:
        return example.encode()
    if isinstance(part, dict) and "schemaVersion" in part:
        return example.encode()
    parts = part if isinstance(part, list) else [part]
    whole = {"type": "default", "id": "F24", "schemaVersion": 18, "components": parts}
    return json.dumps(whole, ensure_ascii=False).encode()


def _docx(example: str) -> bytes:
    """Lines «Название: …» and «Категория: …» are properties of the document, the others its paragraphs."""
    made = Document()
    given = {"Название": "Решение", "Категория": "РЕШ"}
    for line in example.splitlines():
        name, colon, value = line.partition(":")
        if colon and name in given:
            given[name] = value.strip()
        else:
            made.add_paragraph(line)
    made.core_properties.title, made.core_properties.category = given["Название"], given["Категория"]
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


FILES: Final = {"bpmn": _bpmn, "dmn": _dmn, "form": _form, "docx": _docx}
"""How an example of each kind becomes a file."""
