"""«Монитор»: what is overdue, what soon will be, where cases wait, who is overloaded; export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.absences import led_by
from engine.access.journal import record_action
from engine.access.queries import names_of
from engine.cases.remedies import standing_count
from engine.cases.visibility import handed_over_among, visible_among
from engine.deadlines.due import may_move
from engine.definitions.library import Release
from engine.model import Actor, Permission, Scope, split_element_ref
from engine.worklist.escalations import escalations, red_cases
from engine.worklist.forecast import forecasts
from engine.worklist.inbox import InboxRow
from engine.worklist.monitor import (
    WaitingAtStep,
    figures,
    late_cases,
    load_by_person,
    overdue_steps,
    soon_steps,
    waiting_by_step,
)
from engine.worklist.notices import last_told, last_told_of_terms
from webui.forecast import forecast_row
from webui.frame import local, local_now
from webui.guards import actor, permission, runtime
from webui.overdue import overdue_lines
from webui.rows import number_words, risk_words
from webui.sheets import XLSX, terms_sheet
from webui.substitutes import away_notes
from webui.ui import date_words, time_digits

pages = Blueprint("monitor", __name__)

EXPORTED = 5_000
"""Rows of an exported list at the most; the sheet says when there were more."""
SHOWN, SHOWN_AT_ONCE = 200, 8
LONG_WAIT = 2
"""Days on average after which a step is in the darkest shade."""


@pages.get("/monitor")
@permission(Permission.MONITOR_VIEW)
def show() -> str:
    """The supervisor's page."""
    rt, person = runtime(), actor()
    now = rt.clock.now()
    with rt.database.read() as conn:
        limit = SHOWN if "all" in request.args else SHOWN_AT_ONCE
        overdue = overdue_steps(rt, conn, person, now, limit)
        soon = soon_steps(rt, conn, person, now, limit)
        waiting = waiting_by_step(conn, person, now)
        load = load_by_person(conn, person, now)
        release = rt.library.current(conn)
        late = late_cases(rt, conn, person, now)
        red = red_cases(rt, conn, {each.case_id for each in late}, now)
        lines = escalations(rt, conn, person, now)
        expected = forecasts(rt, conn, person, now, SHOWN_AT_ONCE)
        endangered = [each for each in expected.shown if each.outlook.likely]
        cases = {row.case_id for row in (*overdue, *soon)} | {each.case_id for each in late}
        cases |= {each.case_id for each in endangered}
        open_to, handed_over = visible_among(conn, person, cases), handed_over_among(conn, person, cases)
        told = last_told(conn, [row.task_id for row in (*overdue, *soon)])
        told_of_cases = last_told_of_terms(conn, [each.term_id for each in late])
        numbers = (
            {row.assignee_id or 0 for row in (*overdue, *soon)}
            | {line.assignee_id or 0 for line in lines}
            | {each.account_id or 0 for each in load}
            | {each.owner_id or 0 for each in late}
            | {each.responsible or 0 for each in endangered}
            | {account for _at, accounts in (*told.values(), *told_of_cases.values()) for account in accounts}
        )
        names, notes = names_of(conn, numbers), away_notes(rt, conn, numbers)
        counted = figures(rt, conn, person, now)
        standing = standing_count(conn, person)
    here = local_now(person)
    drawn = _drawn(waiting)
    return render_template(
        "monitor.html",
        figures=counted,
        lists=_lists(overdue, soon, counted.overdue, counted.soon),
        told=_told_words(told, names),
        standing=standing,
        expected=expected,
        rows=[forecast_row(each, open_to) for each in endangered],
        late=late,
        red=red,
        supervised=overdue_lines(lines, names, notes),
        told_of_cases=_told_words(told_of_cases, names),
        waits=_waits,
        risk_words=risk_words,
        waiting=[_waiting_row(release, each) for each in waiting],
        drawings=_drawings(release, waiting, drawn),
        drawn=drawn,
        drawn_name=release.process(drawn).name if drawn else "",
        marks=_marks([each for each in waiting if _place(each)[0] == drawn]),
        conclusion=_conclusion(release, [each for each in waiting if _place(each)[0] == drawn]),
        load=load,
        away=notes,
        led=_led(person),
        may_move=partial(
            may_move,
            now=now,
            calendar=rt.calendars.calendar(person.unit_id),
            office=rt.calendars.office(person.unit_id),
        ),
        fullest=max((each.open for each in load), default=1),
        names=names,
        number_words=number_words,
        release_id=release.id,
        unit=rt.directory.tree().unit(person.unit_id).name,
        now=_("%(day)s, %(time)s", day=date_words(here.date()), time=time_digits(here)),
        open_to=open_to,
        may_reassign=handed_over,
    )


def _led(person: Actor) -> frozenset[int]:
    """Whose work the reader may hand over."""
    if not person.may(Permission.TASK_REASSIGN, Scope.TEAM):
        return frozenset()
    return frozenset(each.id for each in led_by(runtime(), person))


def _lists(
    overdue: Sequence[InboxRow], soon: Sequence[InboxRow], overdue_count: int, soon_count: int
) -> list[dict[str, Any]]:
    """The two lists of steps: what is late, what soon may be."""
    return [
        {
            "key": "overdue",
            "title": _("Просроченные шаги"),
            "rows": overdue,
            "count": _count_words(overdue_count, _("сначала самые долгие")),
            "more": overdue_count - len(overdue),
            "empty": _("Просроченных шагов нет."),
        },
        {
            "key": "soon",
            "title": _("Истекает за два рабочих дня"),
            "rows": soon,
            "count": _count_words(soon_count, _("сначала ближайшие")),
            "more": soon_count - len(soon),
            "empty": _("За два рабочих дня ничего не истекает."),
        },
    ]


def _count_words(count: int, order: str) -> str:
    return f"{number_words(count)}, {order}" if count > 1 else number_words(count)


def _waits(row: InboxRow) -> str:
    """What the step waits for: somebody to take it, to begin, or to finish a draft."""
    if row.draft_at is not None:
        return _("черновик %(day)s", day=f"{local(row.draft_at):%d.%m}")
    return _("не начат") if row.assignee_id else _("исполнителя")


def _told_words(
    told: Mapping[int, tuple[datetime, frozenset[int]]], names: Mapping[int, str]
) -> dict[int, str]:
    return {
        task_id: f"{', '.join(sorted(names.get(account, '') for account in accounts))}, {local(at):%d.%m}"
        for task_id, (at, accounts) in told.items()
    }


def _place(each: WaitingAtStep) -> tuple[str, str]:
    """(process, node) of the diagram in which the step is drawn: a called pathway has one of its own."""
    return split_element_ref(each.process, each.node)


def _waiting_row(release: Release, each: WaitingAtStep) -> dict[str, Any]:
    return {
        "process": release.process(each.process).name,
        "step": release.step(each.process, each.node).name,
        "waiting": each.waiting,
        "overdue": each.overdue,
        "days": _days(each),
    }


def _days(each: WaitingAtStep) -> str:
    return f"{each.mean_days:.1f}".replace(".", ",")


def _drawn(waiting: Sequence[WaitingAtStep]) -> str | None:
    """The pathway to draw: the one that was asked for, else the one where most steps wait."""
    places = [_place(each)[0] for each in waiting]
    asked = request.args.get("pathway")
    return asked if asked in places else places[0] if places else None


def _drawings(release: Release, waiting: Sequence[WaitingAtStep], drawn: str | None) -> list[dict[str, Any]]:
    """The pathways that can be drawn, as the macro `segmented` shows them."""
    keys = dict.fromkeys(_place(each)[0] for each in waiting)
    return [
        {
            "words": release.process(key).name,
            "href": url_for("monitor.show", pathway=key, _anchor="waiting"),
            "current": key == drawn,
        }
        for key in keys
    ]


def _marks(here: Sequence[WaitingAtStep]) -> dict[str, Any]:
    return {
        "wait": {_place(each)[1]: _shade(each.mean_days) for each in here},
        "badges": {_place(each)[1]: _badges(each) for each in here},
    }


def _shade(days: float) -> int:
    return 1 if days < 1 else 2 if days <= LONG_WAIT else 3


def _badges(each: WaitingAtStep) -> list[dict[str, str]]:
    words = (
        _("%(n)s · %(days)s дня", n=each.waiting, days=_days(each))
        if each.mean_days >= 1
        else str(each.waiting)
    )
    badges = [{"kind": "waiting", "words": words}]
    if each.overdue:
        badges.append({"kind": "overdue", "words": str(each.overdue)})
    return badges


def _conclusion(release: Release, waiting: Sequence[WaitingAtStep]) -> str:
    """One sentence on where cases of the pathway that is drawn wait longest; empty while nothing waits for a
    day.
    """
    longest = max(waiting, key=lambda each: each.mean_days * each.waiting, default=None)
    if longest is None or longest.mean_days < 1:
        return ""
    return _(
        "Дольше всего ждёт шаг «%(step)s»: открыто %(n)s, в среднем %(days)s дня, просрочено %(overdue)s.",
        step=release.step(longest.process, longest.node).name,
        n=longest.waiting,
        days=_days(longest),
        overdue=longest.overdue,
    )


@pages.get("/monitor/overdue.xlsx")
@permission(Permission.MONITOR_VIEW)
def export() -> Response:
    """Overdue steps, those that soon will be and cases that wait past their term, as a sheet; on a second one
    the terms that may be missed. The export is noted in the journal.
    """
    rt, person = runtime(), actor()
    now = rt.clock.now()
    with rt.database.read() as conn:
        rows = overdue_steps(rt, conn, person, now, EXPORTED) + soon_steps(rt, conn, person, now, EXPORTED)
        late = late_cases(rt, conn, person, now, EXPORTED)
        red = red_cases(rt, conn, {each.case_id for each in late}, now)
        expected = [each for each in forecasts(rt, conn, person, now, EXPORTED).shown if each.outlook.likely]
        responsible = {row.assignee_id or 0 for row in rows} | {each.owner_id or 0 for each in late}
        responsible |= {each.responsible or 0 for each in expected}
        names = names_of(conn, responsible)
        names |= {each: f"{names[each]}, {note}" for each, note in away_notes(rt, conn, responsible).items()}
        cases = {row.case_id for row in rows} | {each.case_id for each in late}
        cases |= {each.case_id for each in expected}
        open_to = visible_among(conn, person, cases)
    with rt.database.write() as conn:
        record_action(
            rt, conn, person, "export", "monitor", details={"rows": len(rows) + len(late) + len(expected)}
        )
    name = _("просрочено") + f"-{local_now(person):%Y-%m-%d}.xlsx"
    cut = max(len(rows), len(late), len(expected)) >= EXPORTED
    sheet = terms_sheet(rows, late, expected, names, open_to, red, cut=cut)
    return send_file(sheet, as_attachment=True, download_name=name, mimetype=XLSX)
