"""What a file says by reference, made plain in the parsed tree; the bytes of the file stay as they are.

References are qualified names: other editors write `tns:m_letter` for the message `m_letter` of the file. An
event may name a definition that stands once for several events; each of them gets a copy of its own.
"""

from __future__ import annotations

import copy
import re
from typing import Final

from lxml import etree

from engine.bpmn.names import BPMN

_NAMES: Final = frozenset(
    {
        "activityRef",
        "attachedToRef",
        "bpmnElement",
        "calledElement",
        "errorRef",
        "escalationRef",
        "messageRef",
        "signalRef",
        "sourceRef",
        "targetRef",
    }
)
"""Attributes that the standard declares as qualified names and that are read here."""

_QUALIFIED: Final = re.compile(r"([\w.-]+):([\w.-]+)")
_REFERENCE: Final = BPMN + "eventDefinitionRef"


def make_plain(root: etree._Element, most: int) -> bool:
    """Write plain ids for qualified names, and definitions of events where they are referred to.

    False when the copies together would be larger than `most` bytes; then some references are left.
    """
    for node in root.iter():
        for name in _NAMES.intersection(node.attrib):
            node.set(name, _local(node, node.get(name, "")))
    shared = {node.get("id"): node for node in root if node.tag.endswith("EventDefinition")}
    sizes = {id_: len(etree.tostring(node)) for id_, node in shared.items()}
    copied = 0
    for reference in list(root.iter(_REFERENCE)):
        id_ = _local(reference, (reference.text or "").strip())
        around = reference.getparent()
        if id_ not in shared or around is None:
            continue
        copied += sizes[id_]
        if copied > most:
            return False
        own = copy.deepcopy(shared[id_])
        del own.attrib["id"]
        around.replace(reference, own)
    return True


def _local(node: etree._Element, name: str) -> str:
    """The name without the prefix of a namespace that is declared at the node."""
    found = _QUALIFIED.fullmatch(name)
    return found[2] if found and found[1] in node.nsmap else name
