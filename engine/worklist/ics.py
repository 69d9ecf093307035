"""Terms and visits as an iCalendar file (RFC 5545, 7986). Pure: everything it says is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vDuration
from icalendar.enums import TRANSP

from engine.records.dispatch import Trip
from engine.worklist.feed import FeedRead, FeedVisit
from engine.worklist.inbox import InboxRow

MAKER = "-//Marshrut//Terms//RU"
SPAN = timedelta(minutes=30)
"""An entry ends at the due moment: an entry without a length is not shown by some programs."""
AGAIN = timedelta(hours=1)
"""How often a calendar is asked to come back."""


def calendar_file(
    found: FeedRead,
    now: datetime,
    *,
    uid: str,
    uid_of: Callable[[str], str],
    link_of: Callable[[str, int], str],
) -> bytes:
    """A calendar with an entry for each step, which must have a due moment, and each visit.

    `uid` marks the calendar, and `uid_of` gives an entry the same mark every time, so that programs move it
    instead of adding another; `link_of` gives the address of a step ("task") or a case ("case").
    """
    calendar = Calendar.new(name="Маршрут: мои сроки", prodid=MAKER, method="PUBLISH", uid=uid)
    calendar.add("REFRESH-INTERVAL", vDuration(AGAIN), {"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(AGAIN))
    for step in found.steps:
        link = link_of("task", step.task_id)
        calendar.add_component(_entry(step, now, found.names, uid_of(f"step:{step.task_id}"), link))
    for visit in found.visits:
        of_case = link_of("case", visit.case_id) if visit.case_id is not None else None
        calendar.add_component(_visit(visit, now, found.names, uid_of(f"visit:{visit.visit_id}"), of_case))
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


def _visit(visit: FeedVisit, now: datetime, names: bool, uid: str, link: str | None) -> Event:
    """A whole day: the hour of a visit is agreed with the family."""
    number = f"№ {visit.case_number}" if visit.case_number else ""
    return Event.new(
        uid=uid,
        stamp=now,
        start=visit.day,
        end=visit.day + timedelta(days=1),
        summary=" · ".join(filter(None, ("Выезд в семью", number, visit.label if names else ""))),
        url=link,
        transparency=TRANSP.TRANSPARENT,
    )


def trips_file(
    trips: Iterable[Trip], now: datetime, *, uid: str, uid_of: Callable[[str], str], title: str
) -> bytes:
    """Trips as whole days: where to, with which car, who goes. No family is named."""
    calendar = Calendar.new(name=title, prodid=MAKER, method="PUBLISH", uid=uid)
    for trip in trips:
        where = trip.place or "место не указано"
        calendar.add_component(
            Event.new(
                uid=uid_of(f"trip:{trip.day.isoformat()}:{trip.place}:{trip.car}"),
                stamp=now,
                start=trip.day,
                end=trip.day + timedelta(days=1),
                summary=" · ".join(filter(None, (f"Выезд: {where}", f"семей: {trip.families}", trip.car))),
                description="\n".join(trip.crew),
                transparency=TRANSP.TRANSPARENT,
            )
        )
    content: bytes = calendar.to_ical()
    return content


def _title(step: InboxRow, names: bool) -> str:
    """«Просрочено: Оформить ИППСУ · № ИП-2026-0008»; whom it is about only with `names`."""
    late = "Просрочено: " if step.bucket == "overdue" else ""
    title = step.title if names else step.step.name
    return " · ".join(filter(None, (f"{late}{title}", f"№ {step.case_number}", step.label if names else "")))


def _description(step: InboxRow, link: str) -> str:
    told = step.words
    return "\n".join(filter(None, (told.date_words, told.ground, told.norm_words, link)))
