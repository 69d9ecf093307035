"""What a member of a commission reads of a question: the draft and the papers named with it, and nothing else
of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from engine.access.journal import record_action
from engine.cases.commission import question_purpose
from engine.cases.tables import ACTIVE, case_
from engine.cases.values import open_values
from engine.cases.visibility import visible_among
from engine.documents.queries import (
    Attachment,
    DocumentCard,
    Download,
    attached_file,
    case_attachments,
    issued_of_case,
    issued_pdf,
)
from engine.errors import KeyDestroyed, NotAllowed, NotFound
from engine.model import SYSTEM, Actor, Value
from engine.records.agenda import AgendaItem, item_of
from engine.records.commissions import Commission, commission_of, keeps, sits_as
from engine.records.tables import ON_AGENDA, WAITING
from engine.runtime import Runtime
from engine.storage.rows import AnyRow

FILES = "приложения"
"""Named among the papers of a question: whatever people have added to its case."""

_ABOUT = select(case_.c.id, case_.c.number, case_.c.key_id, case_.c.process, case_.c.status).where(
    case_.c.id == bindparam("case_id")
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what its case proposes. `draft`: what the case has written for the commission, empty
    when it was erased; `papers`: documents that were issued, of the kinds that the pathway has named;
    `files`: what people have added to the case, when the pathway has named that too.
    """

    item: AgendaItem
    commission: Commission
    case_number: str
    draft: Mapping[str, Value]
    papers: list[DocumentCard]
    files: list[Attachment]
    case_open: bool
    """Whether the reader may open the whole case."""


def question(rt: Runtime, actor: Actor, item_id: int) -> Question:
    """A question for whoever may read it; the look is noted in the journal of the case."""
    with rt.database.write() as conn:
        item, known, about, case_open = _readable(rt, conn, actor, item_id)
        record_action(rt, conn, actor, "question.viewed", "agenda_item", item.id, case_id=about.id)
        draft: Mapping[str, Value] = {}
        if item.draft is not None:
            try:
                draft = open_values(rt.vault, about.key_id, item.draft, question_purpose(about.id))
            except KeyDestroyed:
                draft = {}
        papers = issued_of_case(conn, about.id, item.papers)
        files = _files(rt, conn, item)
    return Question(item, known, about.number, draft, papers, files, case_open)


def paper(rt: Runtime, actor: Actor, item_id: int, document_id: int) -> Download:
    """The PDF of a paper of a question."""
    with rt.database.read() as conn:
        item, _, about, _ = _readable(rt, conn, actor, item_id)
        if document_id not in {each.id for each in issued_of_case(conn, about.id, item.papers)}:
            raise NotFound("Такого документа среди материалов вопроса нет.", "Вернитесь к вопросу.")
    return issued_pdf(rt, actor, document_id, about.id)


def file(rt: Runtime, actor: Actor, item_id: int, attachment_id: int) -> Download:
    """A file that was added to the case of a question, as it was added."""
    with rt.database.read() as conn:
        item, _, about, _ = _readable(rt, conn, actor, item_id)
        if attachment_id not in {each.id for each in _files(rt, conn, item)}:
            raise NotFound("Такого файла среди материалов вопроса нет.", "Вернитесь к вопросу.")
    return attached_file(rt, actor, attachment_id, about.id)


def _files(rt: Runtime, conn: Connection, item: AgendaItem) -> list[Attachment]:
    return case_attachments(rt, conn, SYSTEM, item.case_id) if FILES in item.papers else []


def _readable(
    rt: Runtime, conn: Connection, actor: Actor, item_id: int
) -> tuple[AgendaItem, Commission, AnyRow, bool]:
    """The question, unless it is none of the actor's: members read what is to be heard, whoever may open the
    case reads it always.
    """
    item = item_of(conn, item_id)
    known = commission_of(conn, item.commission_id)
    about = conn.execute(_ABOUT, {"case_id": item.case_id}).one()
    case_open = bool(visible_among(conn, actor, [item.case_id]))
    member = keeps(rt, conn, actor, known) or sits_as(conn, actor, known.id) is not None
    undecided = item.status in (WAITING, ON_AGENDA) and about.status == ACTIVE
    if not case_open and not (member and undecided):
        raise NotAllowed(
            "Материалы вопроса видят члены комиссии, пока его не решили, и те, кто ведёт дело.",
            "Решение — в протоколе заседания.",
        )
    return item, known, about, case_open
