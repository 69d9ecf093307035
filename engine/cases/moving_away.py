"""A family moves to another municipality: its documents are listed, what runs here ends, the rest is said.

A case that waits for the move by its own diagram (support, the preventive register) goes that way. Any other
is stopped with the reason if it is open to whoever leads the move: others have theirs to end themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from engine.access.actors import load_actor
from engine.access.journal import record_views
from engine.cases.locking import lock_case
from engine.cases.messages import deliver_to
from engine.cases.programme_export import opened_by
from engine.cases.registering import day_of, subject_of
from engine.cases.service import stop_case
from engine.cases.tables import ACTIVE, case_, wait
from engine.cases.visibility import visible, visible_among
from engine.definitions.operations import Call, operation
from engine.documents.tables import ISSUED, document
from engine.model import SYSTEM, Value
from engine.records import registers
from engine.records.calling_off import MOVED_AWAY
from engine.records.registers import Entry, Subject, entries_of
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.storage.rows import AnyRow
from engine.worklist.visit_notices import visits_are_needless

MOVE_OUT: Final = "msg.move_out"
OF_OTHERS: Final = "ведёт другая организация: сообщите ей"
REASON: Final = "Семья выехала в другой муниципалитет"


@operation("transfer.collect")
def collect(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """What would be handed over and what closed, as whoever opened the case may see it.

    Answers `документы_дел` [{документ, номер, дата, дело}], `не_открыто`: how many more lie in cases that are
    not open to them, `дела_семьи` [{номер, путь, что_будет}], `учёт_семьи` [{регистр, что_будет}].
    """
    subject = subject_of(conn, call)
    actor = load_actor(rt, opened_by(conn, call.case_id))
    issued: Select[Any] = (
        select(document.c.title, document.c.number, document.c.issued_at, document.c.case_id)
        .add_columns(case_.c.number.label("case_number"))
        .join_from(document, case_, case_.c.id == document.c.case_id)
        .where(subject.condition(case_), document.c.status == ISSUED)
        .order_by(document.c.issued_at)
    )
    every = conn.execute(issued).all()
    shown = conn.execute(issued.where(visible(actor))).all()
    record_views(rt, conn, actor, "case", sorted({row.case_id for row in shown}))
    running = _running(conn, subject, call.case_id)
    seen = visible_among(conn, actor, [row.id for row in running])
    zone = rt.calendars.office(call.unit_id).zone
    return {
        "документы_дел": [
            {
                "документ": row.title,
                "номер": row.number,
                "дата": f"{from_seconds(row.issued_at).astimezone(zone):%d.%m.%Y}",
                "дело": row.case_number,
            }
            for row in shown
        ],
        "не_открыто": Decimal(len(every) - len(shown)),
        "дела_семьи": [
            {
                "номер": row.number,
                "путь": rt.library.current(conn).process(row.process).name,
                "что_будет": _end_of(conn, row.id, seen),
            }
            for row in running
        ],
        "учёт_семьи": [
            {"регистр": entry.title, "что_будет": _fate(conn, running, entry)}
            for entry in entries_of(conn, subject)
            if entry.until is None
        ],
    }


@operation("transfer.close")
def close(rt: Runtime, conn: Connection, call: Call) -> Mapping[str, Value]:
    """`дата_выезда`: the last day on the registers; `куда`: the municipality, which every case that goes its
    own way of moving is told. Ends what runs about the family here.

    Answers `закрыто`: numbers of the cases that were stopped, `осталось_открытым` [{что, почему}],
    `снято_с_учёта`: how many entries of registers, `выездов_снято`.
    """
    subject, until = subject_of(conn, call), day_of(rt, call, "дата_выезда")
    running = _running(conn, subject, call.case_id)
    actor = load_actor(rt, opened_by(conn, call.case_id))
    seen = visible_among(conn, actor, [row.id for row in running])
    stays: list[Value] = []
    stopped: list[Value] = []
    kept = [
        (entry, _keeper(conn, running, entry)) for entry in entries_of(conn, subject) if entry.until is None
    ]
    for row in running:
        waiting = _waits(conn, row.id)
        if waiting is not None:
            deliver_to(rt, conn, row.id, waiting, MOVE_OUT, {"куда_переехала": call.inputs.get("куда")})
            stays.append({"что": row.number, "почему": "дело идёт путём переезда: шаг «Передать дело»"})
        elif row.id not in seen:
            stays.append({"что": row.number, "почему": OF_OTHERS})
        else:
            stop_case(rt, conn, lock_case(rt, conn, row.id), SYSTEM, REASON)
            stopped.append(row.number)
    ended = 0
    for entry, keeper in kept:
        if keeper is not None:
            stays.append({"что": entry.title, "почему": f"снимет дело {keeper}"})
        else:
            registers.leave(
                rt, conn, entry.register, subject, until=until, left_for=REASON, case_id=call.case_id
            )
            ended += 1
    return {
        "закрыто": stopped,
        "осталось_открытым": stays,
        "снято_с_учёта": Decimal(ended),
        "выездов_снято": Decimal(
            visits_are_needless(rt, conn, subject, MOVED_AWAY, case_id=call.case_id, unit_id=call.unit_id)
        ),
    }


def _running(conn: Connection, subject: Subject, but: int) -> Sequence[AnyRow]:
    """Other running cases about the family, in the order of opening."""
    wanted = select(case_.c.id, case_.c.number, case_.c.process).where(
        subject.condition(case_), case_.c.status == ACTIVE, case_.c.id != but
    )
    return conn.execute(wanted.order_by(case_.c.id)).all()


def _waits(conn: Connection, case_id: int) -> int | None:
    """Where a case waits to hear that its family moves; None when its diagram has no such way now."""
    wanted = select(wait.c.id).where(wait.c.case_id == case_id, wait.c.name == MOVE_OUT)
    return conn.execute(wanted.order_by(wait.c.id).limit(1)).scalar()


def _end_of(conn: Connection, case_id: int, seen: frozenset[int]) -> str:
    if _waits(conn, case_id) is not None:
        return "пойдёт путём переезда"
    return "закроется" if case_id in seen else OF_OTHERS


def _keeper(conn: Connection, running: Sequence[AnyRow], entry: Entry) -> str | None:
    """The number of the running case that has put the family on a register and will take it off itself."""
    own = next((row for row in running if row.id == entry.case_id), None)
    return own.number if own is not None and _waits(conn, own.id) is not None else None


def _fate(conn: Connection, running: Sequence[AnyRow], entry: Entry) -> str:
    keeper = _keeper(conn, running, entry)
    return "снимется днём выезда" if keeper is None else f"снимет дело {keeper}"
