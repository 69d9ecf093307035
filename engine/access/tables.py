"""Organisations, accounts and rights; the journal. Staff names are plain: colleagues must see them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from engine.storage.append_only import append_only
from engine.storage.metadata import BIG_ID, metadata

MUNICIPALITY, AGENCY, DEPARTMENT = "municipality", "agency", "department"
"""`unit.kind`."""

unit = Table(
    "unit",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("parent_id", BigInteger, ForeignKey("unit.id")),
    Column("agency_id", BigInteger, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("name", String(200), nullable=False),
    Column("short_name", String(60), nullable=False),
    Column("address", String(300), nullable=False, server_default=""),
    Column("zone", String(40), nullable=False),
    Column("closing", String(5), nullable=False),
    Column("opening", String(5), nullable=False, server_default="09:00"),
    Column("closings", String(80), nullable=False, server_default="{}"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)
"""A tree: municipality, its agencies, their departments. `agency_id` is the agency above, or the unit itself.
`closing` is the hour when terms end ('17:00') in `zone` ('Europe/Moscow'); `closings` are days of the
week that close at another hour, as JSON: {"5": "16:00"}, Monday is 1."""

org_role = Table(
    "org_role",
    metadata,
    Column("municipality_id", BigInteger, ForeignKey("unit.id"), primary_key=True),
    Column("role", String(4), primary_key=True),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), primary_key=True),
)
"""Which unit fills a role for the whole municipality. Without a row each agency fills the role itself."""

account = Table(
    "account",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("login", String(60), nullable=False, unique=True),
    Column("password", String(200), nullable=False),
    Column("family_name", String(80), nullable=False),
    Column("given_name", String(80), nullable=False),
    Column("patronymic", String(80), nullable=False, server_default=""),
    Column("position", String(120), nullable=False, server_default=""),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    Column("stamp", String(32), nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("demo", Boolean, nullable=False, server_default=text("false")),
    Column("must_change", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", BigInteger, nullable=False),
    Column("signed_in_at", BigInteger),
    Column("successor_id", BigInteger, ForeignKey("account.id")),
)
"""`login` is lower case; `password` an argon2 hash; `stamp` is part of every session, so changing it signs
the person out everywhere; `must_change`: the password was given by somebody else;
`successor_id`: who was handed the work of whoever left, and gets what diagrams go on giving them."""

account_role = Table(
    "account_role",
    metadata,
    Column("account_id", BigInteger, ForeignKey("account.id"), primary_key=True),
    Column("role", String(4), primary_key=True),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), primary_key=True),
    Column("limit", SmallInteger),
)
"""A role in a unit. `limit` is the widest scope its rights have for this person; NULL: as the role says."""

absence = Table(
    "absence",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("absent_id", BigInteger, ForeignKey("account.id"), nullable=False),
    Column("substitute_id", BigInteger, ForeignKey("account.id")),
    Column("kind", String(10), nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
)
"""Who is away from the first day to the last one inclusive, and who stands in for them; NULL: nobody. The
periods of one person do not overlap. `kind` may tell of an illness: it is for the person and their head."""
Index("ix_absence_last_day", absence.c.last_day)

queue = Table(
    "queue",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("account_id", BigInteger, ForeignKey("account.id"), unique=True),
    Column("roles", String(200)),
    Column("unit_id", BigInteger, ForeignKey("unit.id"), nullable=False),
    UniqueConstraint("roles", "unit_id"),
)
"""Where steps wait: a person's own queue, or that of a role in a unit. Several roles, sorted and joined by
spaces ('R04 R05'), share one queue when a step may be done by any of them."""

sign_in_guard = Table(
    "sign_in_guard",
    metadata,
    Column("login_token", LargeBinary(16), primary_key=True),
    Column("failures", SmallInteger, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
)
"""Failed attempts by login, whether or not there is such an account: an answer must not tell the difference.
The login itself is not kept, because people type passwords into the wrong field."""

audit = Table(
    "audit",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("action", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("object_id", BigInteger),
    Column("case_id", BigInteger),
    Column("details", Text),
)
"""Who did or looked at what. Rows are only ever added. `details` is JSON without personal values."""
Index("ix_audit_case", audit.c.case_id, audit.c.id)
Index("ix_audit_actor", audit.c.actor_id, audit.c.id)
Index("ix_audit_object", audit.c.kind, audit.c.object_id, audit.c.id)
append_only(audit)
