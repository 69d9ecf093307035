"""`norm`: editions of norms. `calendar_year`, `calendar_day`: working calendars, `calendar_change`: who
changed them. `term`: norms in cases. `recalculation`, `moved_term`: terms counted anew, and what moved.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    bindparam,
    insert,
    select,
    text,
    update,
)

from engine.model import Clock, Outcome, Term
from engine.storage.metadata import BIG_ID, metadata
from engine.storage.moments import from_seconds

norm = Table(
    "norm",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("key", String(20), nullable=False),
    Column("variant", String(40), nullable=False, server_default=""),
    Column("flag", String(80), nullable=False, server_default=""),
    Column("title", String(200), nullable=False),
    Column("value", Integer, nullable=False),
    Column("unit", String(12), nullable=False),
    Column("start", String(20), nullable=False),
    Column("until", String(10), nullable=False),
    Column("lead", SmallInteger, nullable=False),
    Column("act", String(200), nullable=False),
    Column("article", String(100), nullable=False, server_default=""),
    Column("edition", String(200), nullable=False, server_default=""),
    Column("source", String(100), nullable=False, server_default=""),
    Column("mark", String(2), nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("valid_to", String(10)),
    Column("pause", Text, nullable=False),
    Column("pause_by", String(3), nullable=False, server_default=""),
    Column("pause_days", SmallInteger, nullable=False, server_default="0"),
    Column("within", String(20), nullable=False, server_default=""),
    Column("commission", String(12), nullable=False, server_default=""),
    Column("extension", Text),
    Column("ladder", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("added_at", BigInteger, nullable=False),
    Column("added_by", BigInteger, nullable=False),
)
"""An edition is a row and is never changed, except that the next one ends it (`valid_to`). `pause`,
`extension` and `ladder` are JSON."""
Index("ix_norm_key", norm.c.key, norm.c.variant, norm.c.valid_from)

calendar_year = Table(
    "calendar_year",
    metadata,
    Column("calendar", String(20), primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("status", String(12), nullable=False),
    Column("source", String(200), nullable=False),
    Column("confirmed_at", BigInteger),
    Column("confirmed_by", BigInteger),
)
"""Years of the country's calendar (`ru`). A year without a row follows the Labour Code alone and is
provisional."""

calendar_day = Table(
    "calendar_day",
    metadata,
    Column("calendar", String(20), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("note", String(200), nullable=False),
    Column("source", String(200), nullable=False),
)
"""Days that differ from a plain week. Days of a region's calendar lie on top of those of `ru`."""

NOTHING_TO_COUNT = 0
"""`calendar_change.recalculation_id` of a change that moves no date: a year confirmed."""

calendar_change = Table(
    "calendar_change",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by_id", BigInteger, nullable=False),
    Column("calendar", String(20), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("details", Text, nullable=False),
    Column("recalculation_id", BigInteger),
)
"""Who changed which calendar, and how; never changed itself. `kind` is one of `changes.ChangeKind`, `details`
is JSON. `recalculation_id` is NULL until the terms are counted anew because of it."""
Index(
    "ix_calendar_change_waits",
    calendar_change.c.id,
    sqlite_where=text("recalculation_id IS NULL"),
    postgresql_where=text("recalculation_id IS NULL"),
)

recalculation = Table(
    "recalculation",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("last_case", BigInteger, nullable=False),
    Column("terms", Integer, nullable=False),
    Column("moved", Integer, nullable=False),
)
"""Open terms counted anew after a change of calendars, case after case: up to `last_case` it is done. `terms`
were counted, `moved` of them end at another moment."""
Index(
    "ix_recalculation_open",
    recalculation.c.id,
    sqlite_where=text("finished_at IS NULL"),
    postgresql_where=text("finished_at IS NULL"),
)

moved_term = Table(
    "moved_term",
    metadata,
    Column("recalculation_id", BigInteger, primary_key=True),
    Column("term_id", BigInteger, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("task_id", BigInteger),
    Column("due_before", BigInteger, nullable=False),
    Column("due_after", BigInteger, nullable=False),
    Column("told_id", BigInteger),
)
"""What a recalculation moved, from when to when. `told_id`: who was told of it, nobody when neither the step
nor the case is anybody's."""
Index("ix_moved_term_case", moved_term.c.case_id)

term = Table(
    "term",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("task_id", BigInteger),
    Column("norm_id", BigInteger, nullable=False),
    Column("key", String(20), nullable=False),
    Column("event_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("clock", SmallInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("rung", SmallInteger, nullable=False),
    Column("next_at", BigInteger),
    Column("outcome", SmallInteger, nullable=False),
    Column("paused_at", BigInteger),
    Column("remainder", BigInteger),
)
"""`key` is the norm's key as the diagram says it (`T14`, also for its variants). `task_id` is set when the
term belongs to one step and ends with it. `event_at` is what the term is counted from, `started_at`
when it was opened. `rung` is the number of the last rung that is behind, `next_at` the moment of the
next (NULL: none, or not running). While the clock stands still `paused_at` says since when, and `remainder`
what is left in the units of `interruptions.time_left`; `due_at` is then the moment of before the pause."""
Index("ix_term_case", term.c.case_id)
Index(
    "ix_term_next",
    term.c.next_at,
    sqlite_where=text("next_at IS NOT NULL"),
    postgresql_where=text("next_at IS NOT NULL"),
)

term_pause = Table(
    "term_pause",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("term_id", BigInteger, nullable=False),
    Column("with_id", BigInteger),
    Column("started_at", BigInteger, nullable=False),
    Column("started_by", BigInteger, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("attachment_id", BigInteger),
    Column("limit_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("ended_by", BigInteger),
)
"""Times at which a clock stood still, the last one maybe still open. `with_id` is the pause of the term that
this one is a part of; `limit_at` when the clock goes on by itself. `reason` is one of the norm's list and
names nobody."""
Index("ix_term_pause_term", term_pause.c.term_id)
Index(
    "ix_term_pause_limit",
    term_pause.c.limit_at,
    sqlite_where=text("ended_at IS NULL AND limit_at IS NOT NULL"),
    postgresql_where=text("ended_at IS NULL AND limit_at IS NOT NULL"),
)

term_extension = Table(
    "term_extension",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("term_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("value", Integer, nullable=False),
    Column("unit", String(12), nullable=False),
    Column("due_before", BigInteger, nullable=False),
    Column("due_after", BigInteger, nullable=False),
    Column("attachment_id", BigInteger),
    Column("decided_by", BigInteger, nullable=False),
)
"""Extensions of a term by the rule of its norm, never changed afterwards."""
Index("ix_term_extension_term", term_extension.c.term_id)

OPEN_TERMS = (
    select(term).where(term.c.case_id == bindparam("case_id"), term.c.ended_at.is_(None)).order_by(term.c.id)
)
"""The terms that run in a case, or are paused."""

OPEN_TERM = insert(term)
"""With rows of `engine.deadlines.terms.open_term`."""

END_TERM = (
    update(term)
    .where(term.c.id == bindparam("the_term"), term.c.ended_at.is_(None))
    .values(ended_at=bindparam("ended_at"), outcome=bindparam("outcome"), clock=int(Clock.NONE), next_at=None)
)
"""With rows of `engine.deadlines.terms.end_term`."""

DUE_RUNGS = (
    select(term)
    .where(term.c.next_at <= bindparam("now"))
    .order_by(term.c.next_at, term.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
MOVE_RUNG = (
    update(term)
    .where(term.c.id == bindparam("the_term"))
    .values(rung=bindparam("rung"), next_at=bindparam("next_at"))
)
"""With rows of `engine.deadlines.terms.rung_row`."""


def term_of(row: Any) -> Term:
    """The term of a row of the table."""
    return Term(
        id=row.id,
        case_id=row.case_id,
        task_id=row.task_id,
        norm_id=row.norm_id,
        key=row.key,
        event_at=from_seconds(row.event_at),
        due_at=from_seconds(row.due_at),
        clock=Clock(row.clock),
        started_at=from_seconds(row.started_at),
        ended_at=from_seconds(row.ended_at),
        rung=row.rung,
        next_at=from_seconds(row.next_at),
        outcome=Outcome(row.outcome),
    )
