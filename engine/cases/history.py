"""What the history of a case says, row by row."""

from __future__ import annotations

from enum import IntEnum


class HistoryKind(IntEnum):
    """`history.kind`. Numbers are stored: add new ones at the end, never renumber."""

    STARTED = 1
    COMPLETED = 2
    TIMER = 3
    MESSAGE = 4
    SIGNAL = 5
    SERVICE = 6
    CLAIMED = 7
    RETURNED = 8
    REASSIGNED = 9
    STOPPED = 10
    REPAIRED = 11
    CANCELLED = 12
    TOLD = 13
    DOCUMENT = 14
    MOVED = 15
    TERM_PAUSED = 16
    TERM_RESUMED = 17
    TERM_EXTENDED = 18
    TERM_RECOUNTED = 19
    HANDED_OVER = 20
    OVERDUE_DECIDED = 21
    RELOCATED = 22
    CONSENT_WITHDRAWN = 23
