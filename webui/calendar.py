"""«Календарь»: the working calendar of a year, a term tried out, the norms in force with their
grounds.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.deadlines.calendar import Calendar, Day, DayKind, YearStatus
from engine.deadlines.counting import Rule, Unit
from engine.deadlines.ladder import STEP_WORDS
from engine.deadlines.norms import OWNER, Norm
from engine.deadlines.queries import all_norms
from engine.deadlines.service import confirm_year, edit_day
from engine.deadlines.trial import Answer, answer
from engine.errors import InvalidData, MarshrutError, NotFound
from engine.model import Permission
from webui.calendar_words import DAY_KINDS
from webui.frame import STATUS_WORDS, local_now, role_words
from webui.guards import actor, permission, runtime
from webui.search import sought
from webui.ui import NBSP, date_words

pages = Blueprint("calendar", __name__)

MONTHS = (
    _l("Январь"), _l("Февраль"), _l("Март"), _l("Апрель"), _l("Май"), _l("Июнь"),
    _l("Июль"), _l("Август"), _l("Сентябрь"), _l("Октябрь"), _l("Ноябрь"), _l("Декабрь"),
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 2024, 2030
SATURDAY = 5
LONGEST_TRIAL = 1_000

UNITS = {
    Unit.WORKING_DAYS: _l("рабочих дней"),
    Unit.CALENDAR_DAYS: _l("календарных дней"),
    Unit.MONTHS: _l("месяцев"),
    Unit.HOURS: _l("часов"),
}


@pages.get("/calendar")
@permission(Permission.DEFINITION_VIEW)
def show() -> str:
    """A year by months, with its status; the norms in force today; a term tried out."""
    return _page({})


def _page(errors: dict[str, str], year: int | None = None) -> str:
    rt, person = runtime(), actor()
    today = local_now(person).date()
    asked = year or request.args.get("year", today.year, type=int)
    number = min(max(asked, FIRST_YEAR), LAST_YEAR)
    calendar = rt.calendars.calendar(person.unit_id)
    shown_year = calendar.year(number)
    with rt.database.read() as conn:
        norms = [norm for norm in all_norms(conn) if norm.valid_on(today)]
    search = sought()
    shown = [norm for norm in norms if search.casefold() in _norm_text(norm)]
    return render_template(
        "calendar.html",
        number=number,
        years=range(FIRST_YEAR, LAST_YEAR + 1),
        months=[_month(calendar, number, month, today) for month in range(1, 13)],
        working=sum(calendar.is_working(date(number, 1, 1) + timedelta(n)) for n in range(_length(number))),
        norms=sorted(shown, key=lambda norm: (norm.key, norm.variant)),
        all_norms=len(norms),
        unchecked=sum(not norm.verified for norm in norms),
        search=search,
        status=STATUS_WORDS[shown_year.status],
        confirmed=shown_year.status is YearStatus.CONFIRMED,
        source=shown_year.source,
        trial=_trial(today),
        units=[{"value": unit.value, "words": words} for unit, words in UNITS.items()],
        day_kinds=[{"value": kind.value, "words": words} for kind, words in DAY_KINDS.items()],
        ladder=_ladder(norms),
        may_edit=person.may(Permission.CALENDAR_EDIT),
        errors=errors,
        sent=request.form,
    )


def _norm_text(norm: Norm) -> str:
    return f"{norm.title} {norm.full_key} {norm.ground}".casefold().replace(NBSP, " ")


def _length(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _month(calendar: Calendar, year: int, month: int, today: date) -> dict[str, Any]:
    """A month as the macro `month` draws it: weeks of seven cells, None outside the month."""
    day = date(year, month, 1)
    cells: list[dict[str, Any] | None] = [None] * day.weekday()
    working = 0
    while day.month == month:
        found = calendar.day(day)
        working += calendar.is_working(day)
        cells.append(
            {
                "day": day.day,
                "kind": "today" if day == today else _kind(found, day),
                "words": _words(found, day, today),
            }
        )
        day += timedelta(1)
    cells += [None] * (-len(cells) % 7)
    return {
        "title": MONTHS[month - 1],
        "note": _("%(n)s раб.", n=working),
        "weeks": [cells[n : n + 7] for n in range(0, len(cells), 7)],
    }


KIND_CLASSES = {
    DayKind.WORKING: "work",
    DayKind.SHORT: "short",
    DayKind.DAY_OFF: "off",
    DayKind.HOLIDAY: "holiday",
}


def _kind(found: Day, day: date) -> str:
    """A day off in the middle of a week was moved there; a worked Saturday is an ordinary working day."""
    if found.kind is DayKind.DAY_OFF and day.weekday() < SATURDAY:
        return "moved"
    return KIND_CLASSES[found.kind]


def _words(found: Day, day: date, today: date) -> str:
    """What a reader hears at a day that is not plain."""
    if day == today:
        return _("сегодня, %(kind)s", kind=found.note or DAY_KINDS[found.kind])
    return "" if day.weekday() >= SATURDAY and found.kind is DayKind.DAY_OFF else found.note


def _trial(today: date) -> dict[str, Any]:
    """The trial counter: what was asked, and the answer or the reason why there is none."""
    asked = request.args
    unit = next((unit for unit in UNITS if unit.value == asked.get("unit")), Unit.WORKING_DAYS)
    value = min(max(asked.get("value", 10, type=int), 0), LONGEST_TRIAL)
    try:
        event = date.fromisoformat(asked.get("event", today.isoformat()))
    except ValueError:
        event = today
    found, problem = _answer(event, Rule(value, unit))
    return {
        "event": event.isoformat(),
        "value": value,
        "unit": unit.value,
        "title": _("%(day)s, %(time)s", day=date_words(found.day), time=f"{found.moment:%H:%M}")
        if found
        else "",
        "text": found.text if found else "",
        "ground": found.ground if found else "",
        "problem": problem,
        "asked": "event" in asked,
    }


def _answer(event: date, rule: Rule) -> tuple[Answer | None, str]:
    rt, unit_id = runtime(), actor().unit_id
    try:
        return answer(event, rule, rt.calendars.calendar(unit_id), rt.calendars.office(unit_id)), ""
    except MarshrutError as wrong:
        return None, f"{wrong.message} {wrong.hint}"


def _ladder(norms: list[Norm]) -> list[dict[str, str]]:
    """The ladder that most norms have: whom the product tells, and when."""
    ladders = [norm.ladder for norm in norms if norm.ladder]
    usual = max(ladders, key=ladders.count, default=())
    return [
        {
            "title": STEP_WORDS[rung.step].capitalize(),
            "to": ", ".join(_("исполнителю") if who == OWNER else role_words(who) for who in rung.to),
        }
        for rung in usual
    ]


@pages.post("/calendar/<int:number>/confirm")
@permission(Permission.CALENDAR_EDIT)
def confirm(number: int) -> Response | tuple[str, int]:
    """Say that the days of a year were checked against the decree."""
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise NotFound(_("Такого года в календаре нет."), _("Выберите год на странице календаря."))
    try:
        confirm_year(runtime(), actor(), number, request.form.get("act", "")[:200])
    except InvalidData as wrong:
        return _page(wrong.errors, number), 422
    flash(_("%(year)s год подтверждён: его сроки больше не предварительные.", year=number))
    return redirect(url_for("calendar.show", year=number), 303)


@pages.post("/calendar/day")
@permission(Permission.CALENDAR_EDIT)
def change_day() -> Response | tuple[str, int]:
    """Set what a day is, for everybody in the municipality."""
    try:
        day = _sent_day()
        edit_day(runtime(), actor(), day)
    except InvalidData as wrong:
        return _page(wrong.errors), 422
    flash(_("День изменён: %(day)s.", day=date_words(day.date)))
    return redirect(url_for("calendar.show", year=day.date.year), 303)


def _sent_day() -> Day:
    kind = next((kind for kind in DAY_KINDS if kind.value == request.form.get("kind")), None)
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidData(
            _("День не записан."),
            {"day": _("Укажите день с %(first)s по %(last)s год.", first=FIRST_YEAR, last=LAST_YEAR)},
        )
    if kind is None:
        raise InvalidData(_("День не записан."), {"kind": _("Выберите, какой это день.")})
    return Day(
        day, kind, request.form.get("note", "").strip()[:200], request.form.get("source", "").strip()[:200]
    )
