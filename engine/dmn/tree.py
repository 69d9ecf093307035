"""The XML of a file, opened safely, and the small questions that its elements are asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from lxml import etree

from engine.dmn.elements import Place, Text, Variable
from engine.dmn.errors import DmnError

MAX_BYTES: Final = 10_000_000


def parse(xml: bytes) -> etree._Element:
    if len(xml) > MAX_BYTES:
        raise DmnError(f"Файл решений больше {MAX_BYTES // 1_000_000} МБ.")
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise DmnError(
            "Файл решений испорчен: это не XML.", "Сохраните его заново.", line=error.lineno
        ) from None
    if cast(Any, root.getroottree().docinfo).doctype:
        raise DmnError(
            "В файле решений есть DOCTYPE, такие файлы не принимаются.", "Уберите DOCTYPE.", line=1
        )
    return root


def local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


def is_element(node: etree._Element) -> bool:
    """Comments and processing instructions are nodes too."""
    return type(node.tag) is str


def line_of(element: etree._Element) -> int | None:
    return cast("int | None", element.sourceline)


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    for child in element:
        if is_element(child) and local_name(child) in names:
            yield child


def first(element: etree._Element, name: str) -> etree._Element | None:
    return next(children(element, name), None)


def place_of(element: etree._Element) -> Place:
    return Place(element.get("id"), line_of(element))


def squeeze(text: str | None) -> str:
    """A name with single spaces."""
    return " ".join((text or "").split())


def own_text(element: etree._Element | None) -> str:
    """The text of an element around comments in it, without the space at its ends."""
    if element is None:
        return ""
    return "".join([element.text or "", *(node.tail or "" for node in element)]).strip()


def text_of(element: etree._Element) -> Text:
    """The content of the `text` inside an element."""
    return Text(own_text(first(element, "text")), place_of(element))


def optional_text(element: etree._Element, name: str) -> Text | None:
    child = first(element, name)
    if child is None:
        return None
    text = text_of(child)
    return text if text.text else None


def type_of(element: etree._Element) -> str | None:
    """The declared type: an attribute since DMN 1.2 or a child, its prefix cut off (`feel:string`)."""
    written = element.get("typeRef") or own_text(first(element, "typeRef"))
    return squeeze(written.rpartition(":")[2]) or None


def variable_of(element: etree._Element, name: str) -> Variable:
    """The variable of an element, by default of the element's own name."""
    child = first(element, "variable")
    if child is None:
        return Variable(name, None)
    return Variable(squeeze(child.get("name")) or name, type_of(child))


def references(element: etree._Element, *names: str) -> tuple[str, ...]:
    """Targets of references in children or grandchildren of these names."""
    near = (one for child in element for one in (child, *child))
    return tuple(one.get("href", "") for one in near if is_element(one) and local_name(one) in names)
