"""What the letter of the week tells a manager: what is overdue, what will be, where cases wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from engine.deadlines.russian import day_figures
from engine.model import Actor
from engine.runtime import Runtime
from engine.worklist.inbox import InboxRow
from engine.worklist.monitor import figures, overdue_steps, steps_until, waiting_by_step

SHOWN = 10
"""Lines of each list."""


def week_words(rt: Runtime, actor: Actor, now: datetime) -> tuple[str, str]:
    """Subject and text for this manager, within their reach and without anybody's name."""
    zone = rt.calendars.office(actor.unit_id).zone
    with rt.database.read() as conn:
        counted = figures(rt, conn, actor, now)
        overdue = overdue_steps(rt, conn, actor, now, SHOWN)
        soon = steps_until(rt, conn, actor, now, _next_monday(now, zone), SHOWN)
        waiting = waiting_by_step(conn, actor, now)[:SHOWN]
        release = rt.library.current(conn)
    places = [
        f"{release.step(each.process, each.node).name}: ждут {each.waiting}, просрочено {each.overdue}"
        for each in waiting
    ]
    parts = [
        _part(f"Просрочено: {counted.overdue}", [_step(row) for row in overdue]),
        _part("Истекает на этой неделе", [_step(row) for row in soon]),
        _part("Где ждут дела", places),
    ]
    today = now.astimezone(zone).date()
    return f"Сроки на неделю с {day_figures(today)}: просрочено {counted.overdue}", "\n\n".join(parts)


def _next_monday(now: datetime, zone: tzinfo) -> datetime:
    today = now.astimezone(zone).date()
    return datetime.combine(today + timedelta(days=7 - today.weekday()), datetime.min.time(), zone)


def _step(row: InboxRow) -> str:
    told = ", ".join(filter(None, (row.words.left, row.words.date_words, row.words.ground)))
    return f"Дело № {row.case_number}: {row.step.name}, {told}"


def _part(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines or ["нет"])])
