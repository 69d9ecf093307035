"""Tables of running cases. Columns are short and few on purpose: these rows are written at every
completion.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from engine.model import REF_LENGTH
from engine.storage.metadata import BIG_ID, metadata

ACTIVE, ENDED, CANCELLED = 0, 1, 2
"""`case_.status`."""

case_ = Table(
    "case_",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("number", String(40), nullable=False, unique=True),
    Column("request_key", String(64), unique=True),
    Column("process", String(80), nullable=False),
    Column("release_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("state", LargeBinary),
    Column("key_id", BigInteger, nullable=False),
    Column("label", LargeBinary, nullable=False),
    Column("stage", String(80), nullable=False, server_default=""),
    Column("phase", String(80), nullable=False, server_default=""),
    Column("owner_id", BigInteger),
    Column("unit_id", BigInteger, nullable=False),
    Column("agency_id", BigInteger, nullable=False),
    Column("person_id", BigInteger),
    Column("family_id", BigInteger),
    Column("filed_at", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("end_event", String(80)),
)
"""`version` counts the steps and is the optimistic lock; `state` and `label` are sealed under the case's key;
`phase` is the status in words that the diagram gave (на комиссии)."""
Index(
    "ix_case_open",
    case_.c.agency_id,
    case_.c.started_at,
    sqlite_where=text("status = 0"),
    postgresql_where=text("status = 0"),
)
Index("ix_case_person", case_.c.person_id)
Index("ix_case_family", case_.c.family_id)

opening = Table(
    "opening",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("process", String(80), primary_key=True),
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("key_id", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("kept_at", BigInteger, nullable=False),
)
"""The form of a new case that somebody has begun and not sent yet. `person_id` is 0 where the case will be
about nobody; `data` is sealed under the key of the person."""
Index("ix_opening_person", opening.c.person_id)

history = Table(
    "history",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("case_id", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("for_id", BigInteger),
    Column("kind", SmallInteger, nullable=False),
    Column("node", String(REF_LENGTH)),
    Column("task_id", BigInteger),
    Column("path", Text),
    Column("data", LargeBinary),
)
"""What happened, in order. `for_id`: on whose behalf a substitute acted. `path`: nodes that the token passed
by
itself, separated by spaces. `data`: sealed JSON with the form's data, decisions, reasons."""
Index("ix_history_case", history.c.case_id)

wait = Table(
    "wait",
    metadata,
    Column("id", BIG_ID, primary_key=True, autoincrement=False),
    Column("case_id", BigInteger, nullable=False),
    Column("node", String(REF_LENGTH), nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("term", String(20)),
    Column("name", String(120)),
    Column("key", String(120)),
)
"""What a case waits for besides people. The row of a timer is deleted in the commit that fires it. `key` is
a token: what it stands for may be personal."""
Index(
    "ix_wait_due",
    wait.c.due_at,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)
Index(
    "ix_wait_name",
    wait.c.name,
    wait.c.key,
    sqlite_where=text("name IS NOT NULL"),
    postgresql_where=text("name IS NOT NULL"),
)
Index("ix_wait_case", wait.c.case_id)

message = Table(
    "message",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("key", String(120)),
    Column("from_case_id", BigInteger),
    Column("key_id", BigInteger),
    Column("payload", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
"""Messages that nobody has received yet: kept until somebody waits for them or they expire. `key` is a token
as in `wait`."""
Index("ix_message_name", message.c.name, message.c.key)

incident = Table(
    "incident",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("element", BigInteger, nullable=False),
    Column("case_id", BigInteger, nullable=False),
    Column("node", String(REF_LENGTH), nullable=False),
    Column("message", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("solved_at", BigInteger),
    Column("solved_by", BigInteger),
)
"""Where a case stands still until a person repairs it. `element` is the number of the task or wait it
happened at."""
Index("ix_incident_case", incident.c.case_id)
Index(
    "ix_incident_open",
    incident.c.at,
    sqlite_where=text("solved_at IS NULL"),
    postgresql_where=text("solved_at IS NULL"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("idempotency_key", String(80), nullable=False, unique=True),
    Column("case_id", BigInteger),
    Column("key_id", BigInteger),
    Column("payload", LargeBinary, nullable=False),
    Column("next_at", BigInteger),
    Column("tries", SmallInteger, nullable=False),
    Column("problem", Text),
)
"""Side effects promised by a commit. A row is deleted in the transaction that carried it out; `next_at` is
NULL
when all tries were used up and a person must look (`problem` says why)."""
Index(
    "ix_outbox_next",
    outbox.c.next_at,
    sqlite_where=text("next_at IS NOT NULL"),
    postgresql_where=text("next_at IS NOT NULL"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("value", Integer, nullable=False),
)
"""Gap-free numbering: the row is locked and raised in the transaction that uses the number."""
