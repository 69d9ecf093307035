"""Emergencies of families as figures need them: of what kind, and whether children were harmed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, insert, select, update

from engine.records.tables import emergency

KINDS: Final = {
    "пожар": "Пожар",
    "дтп": "Дорожное происшествие",
    "отравление": "Отравление",
    "утопление": "Происшествие на воде",
    "насилие": "Насилие",
    "пропажа": "Пропал ребёнок",
    "гибель": "Гибель в семье",
    "другое": "Другое",
}
"""Values of `вид_чс` in the form of a notice."""
OTHER: Final = "другое"
_MOST = 99


def note_emergency(conn: Connection, case_id: int, kind: str, harmed: int, died: int) -> None:
    """Keep what the notice says; said once more, it is corrected. An unknown kind is another one."""
    died = min(max(died, 0), _MOST)
    values = {
        "kind": kind if kind in KINDS else OTHER,
        "harmed": min(max(harmed, died), _MOST),
        "died": died,
    }
    known = conn.execute(select(emergency.c.id).where(emergency.c.case_id == case_id)).scalar()
    if known is None:
        conn.execute(insert(emergency), values | {"case_id": case_id})
    else:
        conn.execute(update(emergency).where(emergency.c.id == known).values(values))
