"""Gap-free numbers: `{short code}-{year}-{sequence}` for cases."""

from __future__ import annotations

from datetime import datetime, tzinfo

from sqlalchemy import Connection, text

_RAISE = text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)


def next_value(conn: Connection, name: str) -> int:
    """Raise the counter and give its value; the row stays locked until the transaction ends, so no number is
    lost.
    """
    return int(conn.execute(_RAISE, {"name": name}).scalar_one())


def case_number(conn: Connection, code: str, now: datetime, zone: tzinfo) -> str:
    """The next number of a pathway in the year of the agency's own clock: `ИП-2026-0007`."""
    year = now.astimezone(zone).year
    return f"{code}-{year}-{next_value(conn, f'case:{code}:{year}'):04d}"
