"""The questions that cases put to commissions.

The sitting itself is a case; what it hears lies here, because the questions come from other cases and wait
until the next sitting takes them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from engine.errors import Conflict, InvalidData, NotFound
from engine.records.commissions import ITEM_KINDS
from engine.records.tables import DECIDED, ON_AGENDA, WAITING, WITHDRAWN, agenda_item
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds

POSTPONED = "postpone"
DECISIONS = {
    "approve": "одобрить",
    "refuse": "отказать",
    POSTPONED: "отложить",
    "extra_check": "назначить дополнительную проверку",
}

_OLDEST_FIRST = (agenda_item.c.asked_at, agenda_item.c.id)


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A question of a case. `sitting_case_id` is the sitting that took it, `postponed` how often it was put
    off before: each time a question of its own, which stays with its sitting.
    """

    id: int
    case_id: int
    commission_id: int
    kind: str
    title: str
    status: int
    sitting_case_id: int | None
    decision: str | None
    postponed: int
    asked_at: datetime
    decided_at: datetime | None
    key: str = ""
    """By what its answer is awaited; empty: by the number of the case."""
    term: str = ""
    """Key of the term of the case in which it must be decided."""
    papers: tuple[str, ...] = ()
    """Templates of the documents of the case that members may read."""
    draft: bytes | None = None
    """What the case proposes, sealed under its key."""

    @property
    def withdrawn(self) -> bool:
        """Its case wants no decision any more."""
        return self.status == WITHDRAWN


@dataclass(frozen=True, slots=True)
class Question:
    """What a case asks. `key`: by what the answer is awaited; `term`: key of the term of the case in which it
    must be decided; `papers`: templates of its documents that members may read; `draft`: what the case
    proposes, sealed under its key.
    """

    kind: str
    key: str = ""
    term: str = ""
    papers: str = ""
    draft: bytes | None = None


def ask(
    rt: Runtime, conn: Connection, *, case_id: int, number: str, commission_id: int, question: Question
) -> int:
    """Put a question of a case before a commission. Asked again while it waits, it stays one question, which
    is answered as it was asked last.
    """
    if question.kind not in ITEM_KINDS:
        raise InvalidData("Вопрос не передан в комиссию.", {"kind": "Такого вида вопроса нет."})
    same = {"case_id": case_id, "commission_id": commission_id, "kind": question.kind}
    waiting = select(agenda_item.c.id).filter_by(**same).where(agenda_item.c.status.in_((WAITING, ON_AGENDA)))
    found = conn.execute(waiting).scalar()
    said = {
        "key": question.key,
        "term": question.term[:20],
        "papers": question.papers[:100],
        "draft": question.draft,
        "urged_at": None,
    }
    if found is not None:
        conn.execute(update(agenda_item).where(agenda_item.c.id == found).values(said))
    else:
        values = {
            **same,
            **said,
            "title": f"{ITEM_KINDS[question.kind]}, дело № {number}",
            "status": WAITING,
            "asked_at": to_seconds(rt.clock.now()),
        }
        found = conn.execute(insert(agenda_item).returning(agenda_item.c.id), values).scalar_one()
    return int(found)


def collect(conn: Connection, commission_id: int, sitting_case_id: int) -> list[AgendaItem]:
    """Take every waiting question onto the agenda of a sitting; all that it hears, in order of asking."""
    waiting = (agenda_item.c.commission_id == commission_id) & (agenda_item.c.status == WAITING)
    conn.execute(update(agenda_item).where(waiting).values(status=ON_AGENDA, sitting_case_id=sitting_case_id))
    return agenda(conn, sitting_case_id)


def sittings_at_work(conn: Connection, commission_id: int) -> list[int]:
    """Numbers of the sittings that have undecided questions on their agenda."""
    on_agenda = (agenda_item.c.commission_id == commission_id) & (agenda_item.c.status == ON_AGENDA)
    return list(conn.execute(select(agenda_item.c.sitting_case_id).where(on_agenda).distinct()).scalars())


def give_back(conn: Connection, sitting_case_ids: Collection[int]) -> None:
    """The undecided questions of sittings that will not go on wait for the next one."""
    undecided = agenda_item.c.sitting_case_id.in_(sitting_case_ids) & (agenda_item.c.status == ON_AGENDA)
    conn.execute(update(agenda_item).where(undecided).values(status=WAITING, sitting_case_id=None))


def leave(conn: Connection, sitting_case_id: int, keys: Collection[str]) -> None:
    """Some questions of an agenda, by their numbers, wait for another sitting after all."""
    left = (
        (agenda_item.c.sitting_case_id == sitting_case_id)
        & (agenda_item.c.status == ON_AGENDA)
        & agenda_item.c.key.in_(keys)
    )
    conn.execute(update(agenda_item).where(left).values(status=WAITING, sitting_case_id=None))


def decide(rt: Runtime, conn: Connection, item_id: int, decision: str) -> AgendaItem:
    """Record the decision on a question. One that is put off stays in the record of this sitting, and is
    asked anew for the next one.
    """
    if decision not in DECISIONS:
        raise InvalidData("Решение не записано.", {"decision": "Выберите решение из списка."})
    row = conn.execute(select(agenda_item).where(agenda_item.c.id == item_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("Такого вопроса в повестке нет.")
    if row.status != ON_AGENDA:
        raise Conflict("Этот вопрос сейчас не рассматривается.", "Обновите повестку.")
    if decision == POSTPONED:
        conn.execute(insert(agenda_item), _asked_anew(row))
    values = {"status": DECIDED, "decision": decision, "decided_at": to_seconds(rt.clock.now())}
    changed = update(agenda_item).where(agenda_item.c.id == item_id).values(values).returning(agenda_item)
    return _item(conn.execute(changed).one())


def _asked_anew(row: Row[Any]) -> dict[str, Any]:
    """The same question for the next sitting, as old as it is."""
    kept = ("case_id", "commission_id", "kind", "title", "asked_at", "key", "term", "papers", "draft")
    return {name: row._mapping[name] for name in kept} | {
        "status": WAITING,
        "postponed": row.postponed + 1,
    }


def withdraw(conn: Connection, case_id: int) -> list[AgendaItem]:
    """Take back the undecided questions of a case that waits for no answer any more; those taken back."""
    undecided = (agenda_item.c.case_id == case_id) & agenda_item.c.status.in_((WAITING, ON_AGENDA))
    changed = update(agenda_item).where(undecided).values(status=WITHDRAWN).returning(agenda_item)
    return [_item(row) for row in conn.execute(changed)]


def item_of(conn: Connection, item_id: int) -> AgendaItem:
    """One question, or NotFound."""
    row = conn.execute(select(agenda_item).where(agenda_item.c.id == item_id)).one_or_none()
    if row is None:
        raise NotFound("Такого вопроса нет.", "Откройте его со страницы заседания.")
    return _item(row)


def urged(conn: Connection, item_id: int, now: datetime) -> None:
    """A sooner sitting has been asked for because of this question."""
    conn.execute(update(agenda_item).where(agenda_item.c.id == item_id).values(urged_at=to_seconds(now)))


def agenda(conn: Connection, sitting_case_id: int) -> list[AgendaItem]:
    """What a sitting hears, in order of asking."""
    wanted = select(agenda_item).where(agenda_item.c.sitting_case_id == sitting_case_id)
    return [_item(row) for row in conn.execute(wanted.order_by(*_OLDEST_FIRST))]


def waiting_items(conn: Connection, commission_id: int) -> list[AgendaItem]:
    """Questions that wait for the next sitting, oldest first."""
    waiting = (agenda_item.c.commission_id == commission_id) & (agenda_item.c.status == WAITING)
    return [_item(row) for row in conn.execute(select(agenda_item).where(waiting).order_by(*_OLDEST_FIRST))]


def items_of_case(conn: Connection, case_id: int) -> list[AgendaItem]:
    """Every question that a case has put, oldest first."""
    wanted = select(agenda_item).where(agenda_item.c.case_id == case_id)
    return [_item(row) for row in conn.execute(wanted.order_by(agenda_item.c.id))]


def _item(row: Row[Any]) -> AgendaItem:
    return AgendaItem(
        id=row.id,
        case_id=row.case_id,
        commission_id=row.commission_id,
        kind=row.kind,
        title=row.title,
        status=row.status,
        sitting_case_id=row.sitting_case_id,
        decision=row.decision,
        postponed=row.postponed,
        asked_at=from_seconds(row.asked_at),
        decided_at=from_seconds(row.decided_at),
        key=row.key,
        term=row.term,
        papers=tuple(row.papers.replace(",", " ").split()),
        draft=row.draft,
    )
