"""By how much an instance's clock differs from the machine's; kept with the moments it makes sense of."""

from __future__ import annotations

import math
from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select

from engine.storage.metadata import marshrut_meta

CLOCK_SHIFT = "clock_shift"


def kept_shift(conn: Connection) -> timedelta:
    """Zero for an instance that lives by the clock of its machine."""
    seconds = conn.execute(select(marshrut_meta.c.value).where(marshrut_meta.c.key == CLOCK_SHIFT)).scalar()
    return timedelta(seconds=int(seconds or 0))


def keep_shift(conn: Connection, shift: timedelta) -> None:
    """Let every process that opens the instance set its clock by this much; zero: the machine's own clock."""
    conn.execute(delete(marshrut_meta).where(marshrut_meta.c.key == CLOCK_SHIFT))
    seconds = math.ceil(shift.total_seconds())  # upwards: what has happened must not lie ahead
    if seconds:
        conn.execute(insert(marshrut_meta), {"key": CLOCK_SHIFT, "value": str(seconds)})
