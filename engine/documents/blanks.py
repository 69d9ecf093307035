"""A template without a case: as a blank that is filled in by hand where there is no network, or with the
names of its values in their places.
"""

from __future__ import annotations

from typing import Final

from engine.access.policy import require
from engine.documents import files, printing
from engine.documents.context import DAY, NUMBER, Organisation
from engine.documents.queries import Download
from engine.documents.signers import head_of
from engine.documents.values import BLANK
from engine.documents.workshop import workshop
from engine.errors import NotFound
from engine.model import Actor, Permission, Value
from engine.runtime import Runtime

DATE_LINE: Final = "«___» ____________ 20___ г."
SIGNATURE: Final = "______________"
"""How templates draw the line of a signature."""
_LONG: Final = "\n".join(["_" * 76] * 3)
"""Where a paper gives a value a paragraph of its own, people write sentences."""


def blank_pdf(rt: Runtime, actor: Actor, template: str) -> Download:
    """The published template as a blank of the actor's organisation: lines to write on, empty rows, every
    part that may be needed. It has no number: it gets one when it is entered and issued as a document.
    """
    require(actor, Permission.DEFINITION_VIEW)
    with rt.database.read() as conn:
        content = rt.library.current(conn).template(template)
    if content is None:
        raise NotFound(f"Шаблона документа «{template}» нет среди опубликованных.", "Выберите его из списка.")
    made = workshop.fill(content, {**_ours(rt, actor), "дата": DATE_LINE}, "blank")
    name = files.clean_name(f"{made.title} бланк", files.PDF)
    return Download(name, files.PDF, printing.pdf(_with_room(made.content)))


def with_names(rt: Runtime, actor: Actor, content: bytes) -> bytes:
    """A template that need not be published, as DOCX, with «‹доход›» where the value will stand."""
    return workshop.fill(content, {**_ours(rt, actor), "номер": NUMBER, "дата": DAY}, "name").content


def _ours(rt: Runtime, actor: Actor) -> dict[str, Value]:
    """What is known without a case."""
    with rt.database.read() as conn:
        head = head_of(rt, conn, actor.unit_id)
    tree = rt.directory.tree()
    agency = tree.unit(tree.unit(actor.unit_id).agency_id)
    ours = Organisation(agency.name, agency.short_name, agency.address, head.name, head.post)
    return {"организация": ours.values(), "демо": rt.settings.demo}


def _with_room(content: bytes) -> bytes:
    """Long lines where a value has a paragraph of its own; cells of tables empty, but beside a signature."""
    pieces = workshop.pieces(content)
    signed = {piece.cell[:2] for piece in pieces if piece.cell and piece.text == SIGNATURE}
    alone = [piece for piece in pieces if piece.text == BLANK]
    texts = {
        piece.address: _LONG if piece.cell is None else " "
        for piece in alone
        if piece.cell is None or piece.cell[:2] not in signed
    }
    return workshop.edit(content, texts)
