"""A sitting as its members look at it: agenda, who came, votes, decisions, documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.access.journal import record_view
from engine.cases.queries import case_card, case_variables
from engine.cases.visibility import visible_among
from engine.documents.queries import DocumentCard, case_documents
from engine.errors import NotAllowed, NotFound
from engine.model import SYSTEM, Actor, Value
from engine.records.agenda import AgendaItem, agenda
from engine.records.commissions import Commission, commission_of, keeps, sits_as
from engine.records.sitting_plan import Sitting, sitting_of
from engine.runtime import Runtime


@dataclass(frozen=True, slots=True)
class SittingRecord:
    """`known`: what the case of the sitting knows, by the names of the diagram. `case_open`: whether the
    reader may open that case.
    """

    sitting: Sitting
    commission: Commission
    items: list[AgendaItem]
    known: Mapping[str, Value]
    documents: list[DocumentCard]
    case_open: bool


def sitting_record(rt: Runtime, actor: Actor, case_id: int) -> SittingRecord:
    """For members of the commission, for who keeps its calendar, and for who may open the case; the look is
    noted.
    """
    with rt.database.write() as conn:
        found = sitting_of(conn, case_id)
        if found is None:
            raise NotFound("Такого заседания нет.", "Откройте его из календаря комиссии.")
        known = commission_of(conn, found.commission_id)
        case_open = bool(visible_among(conn, actor, [case_id]))
        if not (case_open or keeps(rt, conn, actor, known) or sits_as(conn, actor, known.id)):
            raise NotAllowed(
                "Заседание видят члены комиссии и её секретарь.", "Решения по делу — в самом деле."
            )
        record_view(rt, conn, actor, "case", case_id, case_id=case_id)
        card = case_card(rt, conn, SYSTEM, case_id)
        return SittingRecord(
            found,
            known,
            agenda(conn, case_id),
            case_variables(rt, conn, card),
            case_documents(conn, SYSTEM, case_id),
            case_open,
        )
