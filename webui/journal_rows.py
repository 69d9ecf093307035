"""What a page of the journal shows beside its entries: numbers of cases as people know them, whom one may
choose, which days.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from flask import request, url_for
from sqlalchemy import Connection

from engine.access.policy import reach
from engine.access.queries import Entry, colleagues
from engine.cases.queries import numbers_of
from engine.cases.visibility import visible_among
from engine.model import Actor, Permission
from engine.runtime import Runtime
from webui.days import sent_day
from webui.verdicts import case_link


def case_marks(conn: Connection, person: Actor, entries: Iterable[Entry]) -> dict[int, dict[str, str | None]]:
    """For each case that the entries speak of its number, and its address for whoever may open it."""
    ids = {each.case_id or (each.object_id if each.kind == "case" else None) for each in entries} - {None}
    wanted = {number for number in ids if number is not None}
    visible = visible_among(conn, person, wanted)
    return {
        case_id: {"number": number, "href": case_link(case_id, visible)}
        for case_id, number in numbers_of(conn, wanted).items()
    }


def people_to_choose(rt: Runtime, person: Actor) -> list[dict[str, object]]:
    """Colleagues whose deeds the reader may see."""
    covered = reach(person, Permission.AUDIT_VIEW)
    return [
        {"value": each.id, "words": each.name.full()}
        for each in colleagues(rt, active=False)
        if covered.covers(unit_id=each.unit_id, owner_id=each.id)
    ]


def chosen_days(here: datetime) -> tuple[datetime | None, datetime | None]:
    """From the beginning of the first chosen day to the end of the last, by the clock of `here`."""
    first, last = (sent_day(request.args.get(name, "")) for name in ("since", "until"))
    since = datetime.combine(first, time(), here.tzinfo) if first else None
    until = datetime.combine(last + timedelta(1), time(), here.tzinfo) if last else None
    return since, until


def older(view: str, entries: list[Entry], full: int, **chosen: Any) -> str | None:
    """Address of the page with earlier entries; None when this one was not full."""
    return url_for(view, before=entries[-1].id, **chosen) if len(entries) >= full else None
