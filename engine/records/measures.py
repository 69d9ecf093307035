"""Measures: what a commission, a plan or a visit decided to do for a family, who does it, by when, what came
of it. Cases bring them; the list and the personal file show them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from engine.access.journal import record_action
from engine.access.policy import require, require_case
from engine.cases.tables import case_
from engine.cases.visibility import wholly_visible
from engine.errors import Conflict, InvalidData, NotFound
from engine.model import ERASED, Actor, Permission, Value
from engine.records.lengths import too_long
from engine.records.tables import measure, measure_token
from engine.records.wording import asked_tokens, kept_tokens
from engine.runtime import Runtime
from engine.storage.moments import from_seconds, to_seconds
from engine.storage.rows import AnyRow

OPEN, DONE, UNDONE, DROPPED = "open", "done", "undone", "dropped"
STATES = {OPEN: "идёт", DONE: "выполнена", UNDONE: "не выполнена", DROPPED: "снята"}
"""`measure.state` in words."""

OUTCOMES = {
    "выполнена": DONE, "выполнено": DONE, "сделано": DONE, "да": DONE,
    "не выполнена": UNDONE, "не выполнено": UNDONE, "не сделано": UNDONE, "нет": UNDONE,
    "отказ семьи": UNDONE,
    "снята": DROPPED, "отменена": DROPPED, "не нужна": DROPPED,
}  # fmt: skip
"""How forms say what came of a measure."""

WHAT = ("мера", "мероприятие", "задача", "поручение")
WHO = ("ответственный", "исполнитель")
UNTIL = ("срок", "срок_мероприятия")
"""How forms call what is to be done, by whom, until when; the first one that is given counts."""

SHOWN_AT_MOST = 300
"""Measures without pages."""
PAGE = 50
BATCH = 200

_KEY = select(case_.c.key_id, case_.c.state).where(case_.c.id == bindparam("case_id"))
_WITH_CASE = select(measure, case_.c.number, case_.c.key_id).join_from(
    measure, case_, case_.c.id == measure.c.case_id
)
_IN_ORDER = (
    measure.c.state != OPEN,
    measure.c.due_day.is_(None),
    measure.c.due_day,
    measure.c.id.desc(),
)
_IS_UNMARKED = ~measure.c.marked & measure.c.data.is_not(None)
OLD_MEASURES = exists().where(_IS_UNMARKED)
_UNMARKED = _WITH_CASE.where(_IS_UNMARKED).order_by(measure.c.id).limit(BATCH)

Show = Literal["open", "late", "all"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as lists show it. `who` as the form named them; `due` None when nobody said by when."""

    id: int
    case_id: int
    case_number: str
    what: str
    who: str
    due: date | None
    state: str
    source: str
    result: str
    decided_at: datetime
    closed_at: datetime | None

    @property
    def words(self) -> str:
        """Its state in words."""
        return STATES[self.state]

    def late(self, today: date) -> bool:
        """Not closed, and its day is over."""
        return self.state == OPEN and self.due is not None and self.due < today


def keep(
    rt: Runtime, conn: Connection, case_id: int, decided: Iterable[Mapping[str, Value]], source: str
) -> None:
    """Note the measures of a case: contexts as its forms give them. `source`: who decided, in words that name
    nobody. One that the case has already is changed while it is open; one without words is left out.
    """
    row = conn.execute(_KEY, {"case_id": case_id}).one()
    if row.state is None:
        return
    for each in decided:
        what = _given(each, WHAT)
        if what:
            _keep(rt, conn, case_id, row.key_id, what, each, source)


def close_named(rt: Runtime, conn: Connection, case_id: int, what: str, state: str, result: str) -> None:
    """A case says what came of a measure that it names; one that is not there, or closed, stays."""
    this = (measure.c.case_id == case_id) & (measure.c.token == _token(rt, case_id, what))
    row = conn.execute(select(measure).where(this, measure.c.state == OPEN)).one_or_none()
    if row is not None and row.data is not None:
        _close(rt, conn, row, conn.execute(_KEY, {"case_id": case_id}).one().key_id, state, result)


def close_measure(rt: Runtime, actor: Actor, measure_id: int, state: str, result: str) -> None:
    """Somebody says what came of a measure. Conflict when it is closed already."""
    with rt.database.write() as conn:
        require(actor, Permission.CASE_START)
        found = select(measure).where(measure.c.id == measure_id).with_for_update()
        row = conn.execute(found).one_or_none()
        if row is None or row.data is None:
            raise NotFound("Такой меры нет.")
        case = conn.execute(select(case_).where(case_.c.id == row.case_id)).one()
        require_case(actor, Permission.CASE_START, case)
        _check_outcome(state, result)
        if row.state != OPEN:
            raise Conflict("Эту меру уже закрыли.", "Обновите страницу.")
        _close(rt, conn, row, case.key_id, state, result.strip())
        details = {"measure": measure_id, "state": state}
        record_action(rt, conn, actor, "measure.closed", "case", case.id, case_id=case.id, details=details)


def measures(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    *,
    only_open: bool = False,
    case_ids: Collection[int] | None = None,
) -> list[Measure]:
    """Measures of the cases whose pages the actor may open: the open ones first, by their day; at most
    SHOWN_AT_MOST. A list without an end is read by `measure_page`.
    """
    require(actor, Permission.CASE_VIEW)
    wanted = _WITH_CASE.where(wholly_visible(actor))
    if only_open:
        wanted = wanted.where(measure.c.state == OPEN)
    if case_ids is not None:
        wanted = wanted.where(measure.c.case_id.in_(case_ids))
    return _read(rt, conn, wanted.order_by(*_IN_ORDER).limit(SHOWN_AT_MOST))


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """A part of a list of measures and how many the whole list has."""

    rows: list[Measure]
    total: int


def measure_page(
    rt: Runtime,
    conn: Connection,
    actor: Actor,
    *,
    show: Show = "all",
    today: date,
    search: str = "",
    number: int = 1,
) -> MeasurePage:
    """A page of PAGE measures of the cases whose pages the actor may open, in the order of `measures`.

    `search`: words of which each begins a word of what is done or by whom, or stands in the number of the
    case.
    """
    require(actor, Permission.CASE_VIEW)
    conditions = [wholly_visible(actor), *(_about(rt, word) for word in search.split())]
    if show != "all":
        conditions.append(measure.c.state == OPEN)
    if show == "late":
        conditions.append(measure.c.due_day < today.isoformat())
    wanted = _WITH_CASE.where(*conditions)
    rows = _read(rt, conn, wanted.order_by(*_IN_ORDER).limit(PAGE).offset((number - 1) * PAGE))
    total = conn.execute(wanted.with_only_columns(func.count())).scalar_one()
    return MeasurePage(rows, total)


def _about(rt: Runtime, word: str) -> ColumnElement[bool]:
    having = [
        measure.c.id.in_(select(measure_token.c.measure_id).where(measure_token.c.token == token))
        for token in sorted(asked_tokens(rt.vault, word))
    ]
    return or_(case_.c.number.contains(word.upper(), autoescape=True), and_(*having) if having else true())


def mark_old_measures(rt: Runtime) -> int:
    """Measures written before there were tokens of their words get them, a batch at a time; how many did."""
    with rt.database.read() as conn:
        if not conn.execute(select(OLD_MEASURES)).scalar_one():
            return 0
    with rt.database.write() as conn:
        rows = conn.execute(_UNMARKED.with_for_update(skip_locked=True, of=measure)).all()
        for row, plain in zip(rows, _opened(rt, rows), strict=True):
            said = orjson.loads(plain) if plain else {}
            _mark(rt, conn, row.id, said.get("what", ""), said.get("who", ""))
    return len(rows)


def _mark(rt: Runtime, conn: Connection, measure_id: int, what: str, who: str) -> None:
    conn.execute(delete(measure_token).where(measure_token.c.measure_id == measure_id))
    tokens = sorted(kept_tokens(rt.vault, what, who))
    if tokens:
        conn.execute(insert(measure_token), [{"token": each, "measure_id": measure_id} for each in tokens])
    conn.execute(update(measure).where(measure.c.id == measure_id).values(marked=True))


def _read(rt: Runtime, conn: Connection, wanted: Select[Any]) -> list[Measure]:
    rows = conn.execute(wanted).all()
    return [_measure(row, plain) for row, plain in zip(rows, _opened(rt, rows), strict=True)]


def _opened(rt: Runtime, rows: Sequence[AnyRow]) -> list[bytes | None]:
    """What is sealed in each row; None where it was destroyed."""
    opened = iter(
        rt.vault.open_many([(row.key_id, row.data, _purpose(row.case_id)) for row in rows if row.data])
    )
    return [next(opened) if row.data else None for row in rows]


def forget(conn: Connection, case_id: int) -> None:
    """The data of the case are destroyed: its measures tell of nobody any more, and no word finds them."""
    of_case = select(measure.c.id).where(measure.c.case_id == case_id)
    conn.execute(delete(measure_token).where(measure_token.c.measure_id.in_(of_case)))
    conn.execute(update(measure).where(measure.c.case_id == case_id).values(data=None))


def _keep(
    rt: Runtime,
    conn: Connection,
    case_id: int,
    key_id: int,
    what: str,
    given: Mapping[str, Value],
    source: str,
) -> None:
    token = _token(rt, case_id, what)
    said = {"what": what, "who": _given(given, WHO), "result": ""}
    values = {"data": rt.vault.seal_value(key_id, said, _purpose(case_id)), "due_day": _day(given)}
    this = (measure.c.case_id == case_id) & (measure.c.token == token)
    known = conn.execute(select(measure.c.id, measure.c.state).where(this)).one_or_none()
    if known is None:
        new = {
            "case_id": case_id,
            "token": token,
            "state": OPEN,
            "source": source[:200],
            "decided_at": to_seconds(rt.clock.now()),
        }
        made = conn.execute(insert(measure).returning(measure.c.id), {**new, **values}).scalar_one()
        _mark(rt, conn, made, said["what"], said["who"])
    elif known.state == OPEN:
        conn.execute(update(measure).where(measure.c.id == known.id).values(values))
        _mark(rt, conn, known.id, said["what"], said["who"])


def _check_outcome(state: str, result: str) -> None:
    if state not in STATES or state == OPEN:
        raise InvalidData("Мера не закрыта.", {"state": "Выберите, чем кончилось: выполнена, нет, снята."})
    if state != DONE and not result.strip():
        raise InvalidData("Мера не закрыта.", {"result": "Напишите, почему мера не выполнена или снята."})
    if faults := too_long({"result": result.strip()}):
        raise InvalidData("Мера не закрыта.", faults)


def _close(rt: Runtime, conn: Connection, row: AnyRow, key_id: int, state: str, result: str) -> None:
    said = rt.vault.open_value(key_id, row.data, _purpose(row.case_id))
    values = {
        "state": state,
        "data": rt.vault.seal_value(key_id, {**said, "result": result[:2_000]}, _purpose(row.case_id)),
        "closed_at": to_seconds(rt.clock.now()),
    }
    conn.execute(update(measure).where(measure.c.id == row.id).values(values))


def _measure(row: AnyRow, plain: bytes | None) -> Measure:
    said: dict[str, Any] = orjson.loads(plain) if plain else {"what": ERASED, "who": "", "result": ""}
    return Measure(
        id=row.id,
        case_id=row.case_id,
        case_number=row.number,
        what=said["what"],
        who=said["who"],
        due=date.fromisoformat(row.due_day) if row.due_day else None,
        state=row.state,
        source=row.source,
        result=said["result"],
        decided_at=from_seconds(row.decided_at),
        closed_at=from_seconds(row.closed_at) if row.closed_at else None,
    )


def _given(given: Mapping[str, Value], names: Iterable[str]) -> str:
    return next((" ".join(str(given[name]).split())[:500] for name in names if given.get(name)), "")


def _day(given: Mapping[str, Value]) -> str | None:
    """The day of a measure, ISO; a text that is no date («ежемесячно») is no day."""
    value = next((given[name] for name in UNTIL if given.get(name)), None)
    if isinstance(value, datetime):
        return value.date().isoformat()
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        return None


def _token(rt: Runtime, case_id: int, what: str) -> bytes:
    return rt.vault.token(f"measure:{case_id}:{' '.join(what.split()).casefold()}")


def _purpose(case_id: int) -> str:
    return f"measure:{case_id}"
