"""Filling a template: docxtpl with a sandboxed Jinja, so that a template can show values and nothing else."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from typing import Any, Final

from docx.opc.constants import RELATIONSHIP_TYPE
from docxtpl import DocxTemplate
from jinja2 import ChainableUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from engine.documents import grammar
from engine.documents.values import BLANK
from engine.documents.word.faults import BadDocument
from engine.documents.word.names import names_in
from engine.documents.word.standins import BlankStandin, NamedStandin, let_stand
from engine.documents.word.tags import refuse_code

KEPT: Final = 400
"""So many parts of templates are kept readable: a document has about eight."""
_TWO_STOPS: Final = re.compile(r"(?<=\w)\.\.(?=[\s<])")
_MARGINS: Final = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)


class _Blank(ChainableUndefined):
    """What the case does not know is an empty line on paper, however deep the template looks."""

    def __str__(self) -> str:
        return BLANK


def _shown(value: Any) -> Any:
    """What stands on paper for a value; called by Jinja for every `{{ … }}`."""
    if value is None or value == "":
        return BLANK
    if hasattr(value, "__html__"):
        return value
    return grammar.tidy(grammar.in_words(value))


def _day(value: Any) -> Any:
    return grammar.date_short(value) if isinstance(value, date) else value


def _day_words(value: Any) -> Any:
    return grammar.date_words(value) if isinstance(value, date) else value


def _month(value: Any) -> Any:
    return grammar.month_words(value) if isinstance(value, date) else value


def _roubles(value: Any) -> Any:
    return grammar.money(value) if isinstance(value, Decimal) else value


def _number_words(value: Any) -> Any:
    return grammar.number_words(int(value)) if isinstance(value, Decimal) else value


def _capital(value: Any) -> Any:
    return value[:1].upper() + value[1:] if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    return grammar.listed(grammar.in_words(item) for item in value) if isinstance(value, list) else value


FILTERS: Final = {
    "дата": _day,
    "дата_словами": _day_words,
    "месяц": _month,
    "рубли": _roubles,
    "словами": _number_words,
    "с_прописной": _capital,
    "перечнем": _listed,
}
"""What a template may write after `|`, besides Jinja's own; each leaves alone what it does not suit."""


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja that carries out no tag which would do more than show, choose and repeat.

    Templates that were read once are kept: a helper process fills the same few over and over, and reading
    one costs as much as all the rest of filling it.
    """

    def from_string(self, source: str | nodes.Template, *rest: Any, **more: Any) -> Template:
        if isinstance(source, str) and not rest and not more:
            return self._read(source)
        return self._checked(source, *rest, **more)

    @lru_cache(maxsize=KEPT)  # noqa: B019 - the one environment lives as long as its process
    def _read(self, source: str) -> Template:
        return self._checked(source)

    def _checked(self, source: str | nodes.Template, *rest: Any, **more: Any) -> Template:
        compiled = super().from_string(source, *rest, **more)
        refuse_code(self.parse(source) if isinstance(source, str) else source, frozenset(FILTERS))
        return compiled


class _Template(DocxTemplate):  # type: ignore[misc]
    """A template that is opened anew for every document; how it is written for Jinja is worked out once."""

    def patch_xml(self, src_xml: str) -> str:
        return _patched(src_xml)

    def render_xml_part(self, *given: Any) -> str:
        """With one stop where a value that ends with one («2026 г.», «Белова Н. А.») ends a sentence."""
        return _TWO_STOPS.sub(".", super().render_xml_part(*given))


@lru_cache(maxsize=KEPT)
def _patched(xml: str) -> str:
    return str(DocxTemplate(BytesIO()).patch_xml(xml))


UNKNOWN: Final = {"line": _Blank, "blank": BlankStandin, "name": NamedStandin}
"""What stands for a value that nobody gave: a line on a paper, a line on a blank, the name of the value."""


@cache
def _environment(unknown: str) -> _Environment:
    environment = _Environment(autoescape=True, undefined=UNKNOWN[unknown], finalize=_shown)
    environment.globals.clear()
    environment.filters.update(FILTERS)
    if unknown != "line":
        let_stand(environment)
    return environment


def properties(content: bytes) -> dict[str, str]:
    """Title, category (the mark in the number) and subject as Word's «Сведения» show them."""
    core = _Template(BytesIO(content)).get_docx().core_properties
    return {"title": core.title or "", "mark": core.category or "", "about": core.subject or ""}


def names_of_subject(content: bytes) -> list[str]:
    """What the tags of the subject ask for; it comes filled into the list of documents."""
    return sorted(names_in(_environment("line").parse(properties(content)["about"])))


def names(content: bytes) -> list[str]:
    """What the tags of a readable template ask for, in dotted names, by the alphabet."""
    document = _Template(BytesIO(content)).get_docx()
    margins = (part for part in document.part.rels.values() if part.reltype in _MARGINS)
    texts = (document.element.body, *(part.target_part.element for part in margins))
    found = set[str]()
    for text in texts:
        found |= names_in(_environment("line").parse(_patched(_xml(text))))
    return sorted(found)


def _xml(element: Any) -> str:
    return str(etree.tostring(element, encoding="unicode"))


def check(content: bytes) -> None:
    """BadDocument when the tags of the template can't be read."""
    fill(content, {})


def fill(content: bytes, context: dict[str, Any], unknown: str = "line") -> bytes:
    """The document with the values of the context in place of the tags; `unknown` is a key of UNKNOWN."""
    template = _Template(BytesIO(content))
    try:
        template.render(context, _environment(unknown))
    except TemplateSyntaxError as error:
        raise BadDocument(
            f"Тег шаблона не читается{_near(error)}.",
            "Проверьте скобки {{ }} и {% %}, закройте каждый if и for.",
            "docx-tag",
        ) from None
    except (TemplateError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
        raise BadDocument(
            f"Шаблон не заполняется: {type(error).__name__}.",
            "Проверьте, что теги показывают значения, и ничего больше.",
            "docx-tag",
        ) from None
    filled = BytesIO()
    template.save(filled)
    return filled.getvalue()


def _near(error: TemplateSyntaxError) -> str:
    """The line of the template that could not be read, without its markup."""
    lines = (error.source or "").splitlines()
    line = lines[error.lineno - 1] if 0 < error.lineno <= len(lines) else ""
    text = " ".join(re.sub(r"<[^>]*>", " ", line).split())
    return f" рядом с «{text[:80]}»" if text else ""
