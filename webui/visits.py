"""«Выезды»: the month of visits with what stands against them, families nobody has spoken with, the cars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from engine.cases.visibility import visible_among
from engine.documents.waybills import newest_waybills
from engine.errors import InvalidData
from engine.model import Actor, Permission
from engine.records.cars import KEEPERS, Car, add_car, cars_of, retire_car
from engine.records.contacts import Silence, silences
from engine.records.crews import Member, members_of
from engine.records.dispatch import Trip, trips
from engine.records.queries import family_labels, settlements, subject_labels
from engine.records.registers import Subject, entries
from engine.records.visits import Visit, full_crew_share, visits_between
from engine.worklist.ics import trips_file
from webui.calendar import MONTHS
from webui.days import chosen_month, next_month, previous_month
from webui.frame import local_now
from webui.guards import actor, permission, runtime
from webui.sheets import XLSX, trips_sheet
from webui.ui import date_words

pages = Blueprint("visits", __name__)

SILENT_SHOWN = 50


@pages.get("/visits")
@permission(Permission.TASK_WORK)
def show() -> str:
    """The month. Families are named to those who may look at records; cars are for those who keep them."""
    return _page({}, request.args.get("month", ""))


@pages.post("/visits/cars")
@permission(Permission.TASK_WORK)
def add() -> Response | tuple[str, int]:
    """Put a car on the list."""
    sent = request.form
    try:
        add_car(runtime(), actor(), sent.get("title", ""), sent.get("seats", 0, type=int))
    except InvalidData as wrong:
        return _page(wrong.errors, ""), 422
    flash(_("Машина записана."))
    return redirect(url_for("visits.show", _anchor="cars"), 303)


@pages.post("/visits/cars/retire")
@permission(Permission.TASK_WORK)
def retire() -> Response:
    """Take a car off the list."""
    retire_car(runtime(), actor(), request.form.get("car", 0, type=int))
    flash(_("Машина снята со списка."))
    return redirect(url_for("visits.show", _anchor="cars"), 303)


@pages.get("/visits/<month>/trips.ics")
@permission(Permission.TASK_WORK)
def trips_calendar(month: str) -> Response:
    """The trips of the month for a calendar program."""
    rt, person = runtime(), actor()
    first, found = _trips(person, month)
    content = trips_file(
        found,
        rt.clock.now(),
        uid=rt.vault.token(f"trips:{person.unit_id}:{first}").hex(),
        uid_of=lambda what: rt.vault.token(f"trips:{what}").hex(),
        title=_("Выезды, %(month)s", month=f"{MONTHS[first.month - 1]} {first.year}"),
    )
    named = {"Content-Disposition": f'attachment; filename="trips-{first:%Y-%m}.ics"'}
    return current_app.response_class(content, mimetype="text/calendar", headers=named)


@pages.get("/visits/<month>/trips.xlsx")
@permission(Permission.TASK_WORK)
def trips_list(month: str) -> Response:
    """The same as a sheet to print."""
    first, found = _trips(actor(), month)
    name = f"{_('Лист выездов')} {first:%m.%Y}.xlsx"
    return send_file(trips_sheet(found), mimetype=XLSX, as_attachment=True, download_name=name)


def _trips(person: Actor, asked: str) -> tuple[date, list[Trip]]:
    rt = runtime()
    month = chosen_month(asked, local_now(person).date())
    with rt.database.read() as conn:
        return month, trips(conn, rt.directory.tree(), person, month, next_month(month) - timedelta(days=1))


def _page(errors: Mapping[str, str], asked: str) -> str:
    rt, person = runtime(), actor()
    today = local_now(person).date()
    month = chosen_month(asked, today)
    end = next_month(month) - timedelta(days=1)
    tree = rt.directory.tree()
    with rt.database.read() as conn:
        known = cars_of(conn, tree, person.unit_id, retired=True)
        places = {each.id: each.words for each in settlements(conn, tree.municipality(person.unit_id))}
        found = visits_between(conn, person, month, end) if person.may(Permission.RECORD_VIEW) else []
        names = subject_labels(rt, conn, person, {each.subject for each in found})
        members = members_of(conn, [each.id for each in found])
        open_cases = visible_among(conn, person, [each.case_id or 0 for each in found])
        silent = _silent(conn, person, today) if person.may(Permission.RECORD_VIEW) else []
    against = _against(found, rt.calendars.calendar(person.unit_id).is_working)
    full, held = full_crew_share(found)
    return render_template(
        "visits.html",
        title=f"{MONTHS[month.month - 1]} {month.year}",
        months=[
            {"words": _("Раньше"), "href": _at(previous_month(month)), "current": False},
            {"words": _("Позже"), "href": _at(next_month(month)), "current": False},
        ],
        sees_families=person.may(Permission.RECORD_VIEW),
        rows=[
            _row(each, names, places, known, members.get(each.id, []), open_cases, against[each.day])
            | {"passed": _passed(each, today)}
            for each in sorted(found, key=lambda each: not _passed(each, today))
        ],
        passed=sum(_passed(each, today) for each in found),
        clashes=sum(bool(words) for words in against.values()),
        full=full,
        held=held,
        silent=silent,
        late=sum(each["late"] for each in silent),
        cars=[each for each in known if each.active] if person.roles & KEEPERS else None,
        trips=_trip_rows(person, month, end) if person.roles & KEEPERS else None,
        month=f"{month:%Y-%m}",
        errors=errors,
        sent=request.form,
    )


def _trip_rows(person: Actor, first: date, last: date) -> list[dict[str, Any]]:
    rt = runtime()
    with rt.database.read() as conn:
        found = trips(conn, rt.directory.tree(), person, first, last)
        papers = newest_waybills(conn, person, [case for each in found for case in each.cases])
    return [
        {
            "trip": each,
            "day": date_words(each.day),
            "waybills": [papers[case] for case in each.cases if case in papers],
        }
        for each in found
    ]


def _row(
    each: Visit,
    names: Mapping[Subject, str],
    places: Mapping[int, str],
    known: Sequence[Car],
    members: Sequence[Member],
    open_cases: frozenset[int],
    against: Sequence[str],
) -> dict[str, Any]:
    car = next((car.title for car in known if car.id == each.car_id), "")
    linked = each.case_id is not None and each.case_id in open_cases
    return {
        "day": date_words(each.day),
        "family": names.get(each.subject) or _("имя вам не открыто"),
        "href": url_for("cases.show", case_id=each.case_id) if linked else None,
        "place": places.get(each.settlement_id or 0, ""),
        "car": car,
        "missing": [member.title for member in members if member.required and not member.comes],
        "full": each.full_crew,
        "services": [] if each.commission else [member.title for member in members if member.comes],
        "words": each.words,
        "reason": each.reason,
        "against": against,
    }


def _passed(each: Visit, today: date) -> bool:
    """Its day is over and nobody has written down what came of it."""
    return each.to_come and each.day < today


def _against(found: Sequence[Visit], works: Any) -> dict[date, list[str]]:
    """Day → what stands against it: nobody works, or a car is to be in two places."""
    places: dict[tuple[date, int], set[int | None]] = defaultdict(set)
    told: dict[date, list[str]] = defaultdict(list)
    ahead = [each for each in found if each.to_come]
    for each in ahead:
        if each.car_id is not None:
            places[each.day, each.car_id].add(each.settlement_id)
    for day in {each.day for each in ahead}:
        if not works(day):
            told[day].append(_("нерабочий день"))
    for (day, _car), villages in places.items():
        if len(villages) > 1:
            told[day].append(_("одна машина в разных местах"))
    return told


def _silent(conn: Connection, person: Actor, today: date) -> list[dict[str, Any]]:
    """Families of the preventive register: first those of too long a silence, then by its length."""
    listed = {each.family_id: each for each in entries(conn, person, "prevention") if each.family_id}
    found = silences(conn, list(listed), today)
    longest = sorted(found, key=lambda number: (not found[number].late, -(found[number].days or 0)))[
        :SILENT_SHOWN
    ]
    names = family_labels(runtime(), conn, person, longest)
    open_cases = visible_among(conn, person, [listed[number].case_id for number in longest])
    return [
        {
            **silence_words(found[number]),
            "family": names.get(number, ""),
            "state": listed[number].state,
            "href": url_for("cases.show", case_id=listed[number].case_id)
            if listed[number].case_id in open_cases
            else None,
        }
        for number in longest
    ]


def silence_words(silence: Silence) -> dict[str, Any]:
    """How long nobody has spoken with a family, for a line of a page."""
    return {
        "last": date_words(silence.last) if silence.last else "",
        "days": silence.days,
        "allowed": silence.allowed,
        "late": silence.late,
    }


def _at(day: date) -> str:
    return url_for("visits.show", month=f"{day:%Y-%m}")
