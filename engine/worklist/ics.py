"""Terms as an iCalendar file (RFC 5545, 7986). Pure: everything it says is given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vDuration
from icalendar.enums import TRANSP

from engine.worklist.inbox import InboxRow

MAKER = "-//Marshrut//Terms//RU"
SPAN = timedelta(minutes=30)
"""An entry ends at the due moment: an entry without a length is not shown by some programs."""
AGAIN = timedelta(hours=1)
"""How often a calendar is asked to come back."""


def calendar_file(
    steps: list[InboxRow],
    now: datetime,
    *,
    uid: str,
    names: bool,
    uid_of: Callable[[int], str],
    link_of: Callable[[int], str],
) -> bytes:
    """A calendar with an entry for each step, which must have a due moment.

    `uid` marks the calendar, and `uid_of` gives an entry the same mark every time, so that programs move it
    instead of adding another; `link_of` gives the address of a step. With `names` titles say whom the case
    is about.
    """
    calendar = Calendar.new(name="Маршрут: мои сроки", prodid=MAKER, method="PUBLISH", uid=uid)
    calendar.add("REFRESH-INTERVAL", vDuration(AGAIN), {"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(AGAIN))
    for step in steps:
        calendar.add_component(_entry(step, now, names, uid_of(step.task_id), link_of(step.task_id)))
    content: bytes = calendar.to_ical()
    return content


def _entry(step: InboxRow, now: datetime, names: bool, uid: str, link: str) -> Event:
    due = step.due.at
    assert due is not None, "without a date there is nothing to put into a calendar"
    due = due.astimezone(UTC)
    return Event.new(
        uid=uid,
        stamp=now,
        start=due - SPAN,
        end=due,
        summary=_title(step, names),
        description=_description(step, link),
        url=link,
        transparency=TRANSP.TRANSPARENT,
    )


def _title(step: InboxRow, names: bool) -> str:
    """«Просрочено: Оформить ИППСУ · № ИП-2026-0008»; whom it is about only with `names`."""
    late = "Просрочено: " if step.bucket == "overdue" else ""
    title = f"{step.step.name}: {step.item}" if names and step.item else step.step.name
    return " · ".join(filter(None, (f"{late}{title}", f"№ {step.case_number}", step.label if names else "")))


def _description(step: InboxRow, link: str) -> str:
    told = step.words
    return "\n".join(filter(None, (told.date_words, told.ground, told.norm_words, link)))
