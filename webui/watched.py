"""What a page says of a family that is watched: registers, the last contact, the last visits."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from engine.records.contacts import silences
from engine.records.registers import Subject, entries_of
from engine.records.visits import visits_of
from webui.visits import silence_words

VISITS_SHOWN = 3


def watched(conn: Connection, family_id: int, today: date) -> dict[str, Any]:
    """Of `parts/watched.html`: four statements whatever the family."""
    subject = Subject(family_id, None)
    return {
        **silence_words(silences(conn, [family_id], today)[family_id]),
        "registers": [each for each in entries_of(conn, subject) if each.until is None],
        "visits": visits_of(conn, subject, limit=VISITS_SHOWN),
    }
