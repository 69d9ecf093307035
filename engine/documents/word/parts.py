"""What stands in the XML of a DOCX file: nothing of it may be loaded from elsewhere or run.

It is read as XML and not searched as text: codes of letters, torn fields and other encodings would hide what
Word and LibreOffice see all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final, cast

from lxml import etree

from engine.documents.word.faults import BadDocument

_TO_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_LOADING_RELATIONS: Final = frozenset(
    {
        "afchunk", "attachedtemplate", "control", "activexcontrolbinary", "externallink", "externallinkpath",
        "frame", "mailmergesource", "mailmergeheadersource", "oleobject", "package", "subdocument",
        "vbaproject",
    }
)  # fmt: skip
_SAFE_TARGETS: Final = ("http://", "https://", "mailto:")
_LINKS: Final = frozenset({"hyperlink", "hlinkClick", "hlinkHover", "hlinkMouseOver"})
"""Elements that a person has to click before anything is loaded."""
_LOADING_FIELDS: Final = frozenset(
    {
        "CONTROL", "DATABASE", "DDE", "DDEAUTO", "EMBED", "HTMLCONTROL", "IMPORT", "INCLUDE",
        "INCLUDEPICTURE", "INCLUDETEXT", "LINK", "MACROBUTTON", "PRINT", "RD",
    }
)  # fmt: skip
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
"""UTF-16: nothing that writes documents writes it."""
_INSTRUCTIONS: Final = frozenset({"instrText", "delInstrText"})


@dataclass(frozen=True, slots=True)
class ContentTypes:
    """Which part is what: by its name, else by its ending."""

    by_name: Mapping[str, str]
    by_ending: Mapping[str, str]

    def all(self) -> frozenset[str]:
        """Every type that some part has."""
        return frozenset(self.by_name.values())

    def is_xml(self, name: str) -> bool:
        """True for a part that Word or a library would read as XML."""
        ending = PurePosixPath(name).suffix.removeprefix(".").casefold()
        kind = self.by_name.get(f"/{name}".casefold()) or self.by_ending.get(ending, "")
        return ending == "xml" or kind.casefold().endswith(("+xml", "/xml"))


def content_types(xml: bytes) -> ContentTypes:
    """What `[Content_Types].xml` says."""
    by_name, by_ending = {}, {}
    for element in _elements(xml):
        kind = element.get("ContentType", "")
        by_name[element.get("PartName", "").casefold()] = kind
        by_ending[element.get("Extension", "").casefold()] = kind
    return ContentTypes(
        {name: kind for name, kind in by_name.items() if name},
        {ending: kind for ending, kind in by_ending.items() if ending},
    )


def external_ids(relations: bytes) -> frozenset[str]:
    """Ids of relations that lead out of the package."""
    return frozenset(element.get("Id", "") for element in _elements(relations) if _leads_out(element))


def check(name: str, xml: bytes, links: frozenset[str]) -> None:
    """BadDocument when the part loads something; `links` are its relations that lead out."""
    elements = list(_elements(xml))
    if name.endswith(".rels"):
        for element in elements:
            _check_relation(element)
        return
    for element in elements:
        _check_attributes(element, links)
    _check_fields(elements)


def _elements(xml: bytes) -> Iterator[Any]:
    if xml.startswith(_WIDE):
        raise _damaged()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise _damaged() from None
    if cast("Any", root.getroottree().docinfo).doctype:
        raise _damaged()
    return (element for element in root.iter() if isinstance(element.tag, str))


def _damaged() -> BadDocument:
    return BadDocument("Файл повреждён.", "Откройте его в Word и сохраните заново.")


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _leads_out(relation: Any) -> bool:
    return str(relation.get("TargetMode", "")).strip().casefold() == "external"


def _check_relation(relation: Any) -> None:
    kind = relation.get("Type", "").rpartition("/")[2].casefold()
    target = relation.get("Target", "").strip().casefold()
    if _leads_out(relation):
        refused = kind != "hyperlink" or not target.startswith(_SAFE_TARGETS)
    else:
        refused = (
            kind in _LOADING_RELATIONS or ":" in target.partition("/")[0] or target.startswith(("//", "\\"))
        )
    if refused:
        raise _loads()


def _loads() -> BadDocument:
    return BadDocument(
        "Документ загружает что-то из другого места.",
        "Вставьте картинки в сам документ, уберите связи с другими файлами и шаблоном.",
    )


def _check_attributes(element: Any, links: frozenset[str]) -> None:
    """Pictures come from the package; a relation that leads out belongs to a link."""
    for name, value in element.attrib.items():
        if name == f"{_TO_RELATION}link" or name == "src":
            raise _loads()
        if name.startswith(_TO_RELATION) and value in links and _local(element) not in _LINKS:
            raise _loads()


def _check_fields(elements: list[Any]) -> None:
    """The first word of every field, however it is torn into runs.

    An instruction outside of any field is looked at too, each by itself.
    """
    open_fields: list[list[str]] = []
    for element in elements:
        kind = _local(element)
        if kind == "fldSimple":
            _check_instruction(_attribute(element, "instr"))
        elif kind in _INSTRUCTIONS:
            if open_fields:
                open_fields[-1].append(element.text or "")
            else:
                _check_instruction(element.text or "")
        elif kind == "fldChar":
            _turn(open_fields, _attribute(element, "fldCharType"))
    for left in open_fields:
        _check_instruction("".join(left))


def _turn(open_fields: list[list[str]], kind: str) -> None:
    """A field begins, comes to its result, or ends."""
    if kind == "begin":
        if open_fields and not "".join(open_fields[-1]).strip():
            raise _field()  # what the field does would be computed by another one
        open_fields.append([])
    elif open_fields:
        _check_instruction("".join(open_fields[-1]))
        if kind == "end":
            open_fields.pop()
        else:
            open_fields[-1] = ["RESULT "]


def _attribute(element: Any, local: str) -> str:
    return next((value for name, value in element.attrib.items() if name.rpartition("}")[2] == local), "")


def _check_instruction(text: str) -> None:
    words = text.split(maxsplit=1)
    if words and words[0].strip("\"'").upper() in _LOADING_FIELDS:
        raise _field()


def _field() -> BadDocument:
    return BadDocument(
        "В документе есть поле, которое берёт данные из другого файла.",
        "Замените его обычным текстом: выделите и нажмите Ctrl+Shift+F9.",
    )
