"""Bytes of a file as XML, without trusting them.

No document type, no entities, no inclusion, no network; limits on bytes, depth and elements. What can't be
read is a finding, whatever it is.
"""

from __future__ import annotations

import re
from typing import Final, cast

from lxml import etree

from engine.bpmn.graph import line_of
from engine.bpmn.names import BPMN, XINCLUDE
from engine.bpmn.refer import make_plain

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_ELEMENTS: Final = 60_000
MAX_COPIED: Final = 1024 * 1024
"""Bytes of the definitions of events that several events refer to, as often as they do."""

_PROLOG: Final = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE: Final = b"<!DOCTYPE"
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class NotReadable(Exception):
    """The bytes are no BPMN file that may be read."""

    def __init__(self, rule: str, line: int | None = None, **details: object) -> None:
        super().__init__(rule)
        self.rule = rule
        self.line = line
        self.details = details


def read_xml(xml: bytes) -> etree._Element:
    """The root element `definitions`, with plain references. Raises NotReadable."""
    if len(xml) > MAX_BYTES:
        raise NotReadable("file-too-big", megabytes=MAX_BYTES // 1024 // 1024)
    if not xml.strip():
        raise NotReadable("file-empty")
    if _declares_doctype(xml):
        raise NotReadable("xml-doctype")
    root = _parse(xml)
    if cast(object | None, root.getroottree().docinfo.internalDTD) is not None:
        raise NotReadable("xml-doctype")  # in an encoding that hid it from the first look
    for count, node in enumerate(root.iter()):
        if count > MAX_ELEMENTS:
            raise NotReadable("file-too-complex", elements=MAX_ELEMENTS)
        if node.tag.startswith(XINCLUDE):
            raise NotReadable("xml-include", line_of(node))
    if root.tag != BPMN + "definitions":
        raise NotReadable("not-bpmn", line_of(root))
    if not make_plain(root, MAX_COPIED):
        raise NotReadable("file-too-complex", elements=MAX_ELEMENTS)
    return root


def _declares_doctype(xml: bytes) -> bool:
    """Looked for before parsing, so that no entity is ever expanded.

    Without its zero bytes UTF-16 reads like ASCII.
    """
    for mark in _BYTE_ORDER_MARKS:
        xml = xml.removeprefix(mark)
    head = xml[: 64 * 1024].replace(b"\0", b"")
    found = _PROLOG.match(head)
    return found is not None and head.startswith(_DOCTYPE, found.end())


def _parse(xml: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or None
        if "depth" in str(error).lower():
            raise NotReadable("file-too-deep", line) from None
        raise NotReadable("not-xml", line) from None
    except (ValueError, LookupError):
        raise NotReadable("not-xml") from None
