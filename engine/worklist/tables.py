"""`task`: steps as people see them. `notice`: what a person is told; `mail_choice`, `mail`: by mail too;
`escalation`: what is put before a supervisor; `feed`: who has their terms in a calendar of their own.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from engine.model import REF_LENGTH
from engine.storage.metadata import BIG_ID, metadata

OPEN, DONE, CANCELLED = 0, 1, 2
"""`task.status`."""

task = Table(
    "task",
    metadata,
    Column("id", BIG_ID, primary_key=True, autoincrement=False),
    Column("case_id", BigInteger, nullable=False),
    Column("node", String(REF_LENGTH), nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("queue_id", BigInteger, nullable=False),
    Column("role_queue_id", BigInteger, nullable=False),
    Column("assignee_id", BigInteger),
    Column("due_at", BigInteger, nullable=False),
    Column("norm_id", BigInteger),
    Column("clock", SmallInteger, nullable=False),
    Column("item", LargeBinary),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("closed_by", BigInteger),
    Column("draft", LargeBinary),
    Column("draft_at", BigInteger),
    Column("draft_by", BigInteger),
    Column("risk", SmallInteger),
)
"""`queue_id` is where the step lies now: a person's queue or a role's; `role_queue_id` is where it goes back
to.
`due_at` is never NULL (FAR_FUTURE when there is none) and is kept equal to its term's moment. `item` and
`draft`
are sealed under the case's key. `risk`: the chance in percent that its term will be missed, where the last
forecast called that likely."""

_OPEN = text("status = 0")
_PAUSED = text("status = 0 AND clock = 2")
Index(
    "ix_task_queue",
    task.c.queue_id,
    task.c.due_at,
    task.c.id,
    task.c.clock,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
"""With the clock, for the counters: they look at this index alone, at no row."""
Index(
    "ix_task_paused",
    task.c.queue_id,
    task.c.clock,
    task.c.due_at,
    task.c.id,
    sqlite_where=_PAUSED,
    postgresql_where=_PAUSED,
)
"""Few steps are paused: without it their counter and their page would look at all that are open. The clock is
in it because SQLite takes the index that answers to more, whatever it knows of the rows."""
Index("ix_task_due", task.c.due_at, task.c.id, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("ix_task_case", task.c.case_id)

notice = Table(
    "notice",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("rung", SmallInteger, nullable=False),
    Column("case_id", BigInteger),
    Column("task_id", BigInteger),
    Column("term_id", BigInteger),
    Column("recalculation_id", BigInteger),
    Column("absence_id", BigInteger),
    Column("read_at", BigInteger),
)
"""What a person was told and when; the words are made when it is shown, so no personal data lies here. A
notice is about a case, about all that a recalculation moved of a person's, or about steps that lie with
somebody who is away: all of them, or the one that was given to them meanwhile."""
Index("ix_notice_account", notice.c.account_id, notice.c.read_at, notice.c.at)
Index("ix_notice_task", notice.c.task_id)
Index("ix_notice_term", notice.c.term_id)
Index("ix_notice_absence", notice.c.absence_id)

escalation = Table(
    "escalation",
    metadata,
    Column("term_id", BigInteger, primary_key=True, autoincrement=False),
    Column("queue_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
)
"""An overdue term that lies before the role of this queue, and since when. The row goes when what was decided
is written down; once the term has ended it counts no more, and goes when the next one comes."""
Index("ix_escalation_queue", escalation.c.queue_id)

feed = Table(
    "feed",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("names", Boolean, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    Column("read_from", String(60), nullable=False, server_default=""),
)
"""The calendar feed of an account, one at the most. Of its secret address only the SHA-256 is kept. `names`:
whom a case is about stands in the titles. `read_at`, `read_from`: when and from which network it was read
last."""

mail_choice = Table(
    "mail_choice",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("address", String(254), nullable=False),
    Column("choice", String(10), nullable=False),
)
"""Where a colleague wants letters and when (`now`, `daily`, `none`); without a row they get none."""

WAITING, SENT, NEEDLESS, FAILED = 0, 1, 2, 3
"""`mail.state`. NEEDLESS: what the letter was about had ended before it was sent."""

mail = Table(
    "mail",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("about", BigInteger, nullable=False),
    Column("message_id", String(254), nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("next_at", BigInteger),
    Column("sent_at", BigInteger),
    Column("problem", String(200), nullable=False, server_default=""),
    UniqueConstraint("account_id", "kind", "about"),
)
"""Letters, each once: `about` is the number of the notice, or of the day (from year 1) whose letter it is.
The text is made at sending, so no personal data lies here. `next_at` is NULL when nothing more is tried."""
Index(
    "ix_mail_next",
    mail.c.next_at,
    sqlite_where=text("next_at IS NOT NULL"),
    postgresql_where=text("next_at IS NOT NULL"),
)
