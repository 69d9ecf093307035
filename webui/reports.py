"""«Отчёты»: figures of a period, each with what it counts and the rows behind it; files and paper."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.access.journal import record_action
from engine.access.queries import names_of
from engine.cases.visibility import visible_among
from engine.errors import InvalidData, NotFound
from engine.model import Actor, Permission, Scope
from engine.reports.asked import Asked, ask, offered_units
from engine.reports.facts import LISTED, Behind
from engine.reports.goals import SETTERS, Goal, goals_of, set_goal, words_of
from webui import report_families, report_partners, report_stream, report_words
from webui.frame import local_date, local_now
from webui.guards import actor, permission, runtime
from webui.report_sheets import Sheet, comma_separated, xlsx
from webui.report_words import Asking, Make, Rows
from webui.sheets import XLSX
from webui.ui import date_digits

pages = Blueprint("reports", __name__)

GOAL_FIELDS = ("before", "target", "printed_before", "printed_target", "source")


@dataclass(frozen=True, slots=True)
class Report:
    """`make` builds the tables, `rows` the list behind a figure."""

    title: Any
    about: Any
    icon: str
    make: Make
    rows: Rows


REPORTS: Mapping[str, Report] = {
    "commissions": Report(
        _l("Комиссии: что рассмотрено"),
        _l("Заседания, вопросы по видам, сверка суммы с протоколами"),
        "people",
        report_words.commissions,
        report_words.commission_rows,
    ),
    "visits": Report(
        _l("Выезды: график и состав"),
        _l("Сколько выездов графика состоялось и как часто ехали полным составом"),
        "car",
        report_words.visits,
        report_words.visit_rows,
    ),
    "stream": Report(
        _l("Выезд: работа и ожидание"),
        _l("Сколько рабочего времени уходит на каждый шаг выезда, сколько из него — ожидание; было и цель"),
        "hourglass",
        report_stream.value_stream,
        report_stream.stream_rows,
    ),
    "registers": Report(
        _l("Регистры по месяцам"),
        _l("Сколько семей стоит на учёте на конец месяца, сколько поставили и сняли"),
        "register",
        report_words.registers,
        report_words.register_rows,
    ),
    "red-zone": Report(
        _l("«Красная зона»: кого сопровождают"),
        _l("Сколько семей зоны сопровождают как СОП или группу риска"),
        "flag",
        report_families.red_zone,
        report_families.red_zone_rows,
    ),
    "emergencies": Report(
        _l("Чрезвычайные события"),
        _l("Сколько сообщений о беде с семьёй, каких, пострадали ли дети, вовремя ли узнало министерство"),
        "late",
        report_families.emergencies,
        report_families.emergency_rows,
    ),
    "partners": Report(
        _l("Ответы ведомств"),
        _l("Сколько документов ушло, сколько ответов пришло в срок, сколько дней ждали"),
        "mail",
        report_partners.partners,
        report_partners.partner_rows,
    ),
}


@pages.get("/reports")
@permission(Permission.MONITOR_VIEW, reach=Scope.TEAM)
def index() -> str:
    """Which reports there are."""
    offered_units(runtime(), actor())
    return render_template(
        "reports.html",
        reports=[
            {
                "title": each.title,
                "note": each.about,
                "icon": each.icon,
                "href": url_for("reports.show", key=key),
            }
            for key, each in REPORTS.items()
        ],
    )


@pages.get("/reports/goals")
@permission(Permission.MONITOR_VIEW, reach=Scope.TEAM)
def goals() -> str:
    """What indicators began with and should come to, who set it and when."""
    return _goals_page({})


@pages.post("/reports/goals/<key>")
@permission(Permission.MONITOR_VIEW, reach=Scope.TEAM)
def change_goal(key: str) -> Response | tuple[str, int]:
    """Set an indicator."""
    sent = {name: request.form.get(name, "") for name in GOAL_FIELDS}
    try:
        set_goal(runtime(), actor(), key, **sent)
    except InvalidData as wrong:
        return _goals_page(wrong.errors, key), 422
    flash(_("Показатель записан."))
    return redirect(url_for("reports.goals", _anchor=key), 303)


def _goals_page(errors: Mapping[str, str], of: str = "") -> str:
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        found = goals_of(conn, rt.directory.tree().municipality(person.unit_id))
        names = names_of(conn, {each.set_by or 0 for each in found.values()})
    return render_template(
        "report_goals.html",
        goals=[_goal_row(each, names) for each in found.values()],
        may_set=bool(person.roles & SETTERS),
        errors=errors,
        of=of,
        sent=request.form,
    )


def _goal_row(each: Goal, names: Mapping[int, str]) -> dict[str, Any]:
    by = names.get(each.set_by or 0, "")
    return {
        "key": each.key,
        "title": each.title,
        "unit": each.unit,
        "before": words_of(each.before.parts),
        "target": words_of(each.target.parts),
        "printed_before": each.before.printed,
        "printed_target": each.target.printed,
        "source": each.source,
        "set": _("%(who)s, %(day)s", who=by, day=local_date(each.set_at)) if each.set_at else "",
    }


@pages.get("/reports/<key>")
@permission(Permission.MONITOR_VIEW, reach=Scope.TEAM)
def show(key: str) -> str | tuple[str, int]:
    """A report of the year of today, or of the days and the unit that were asked for."""
    report, person = _report(key), actor()
    units = offered_units(runtime(), person)
    errors: Mapping[str, str] = {}
    try:
        asked = _asked(person)
    except InvalidData as wrong:
        errors = wrong.errors
        asked = ask(runtime(), person, *_year(person), _unit_id())
    page = render_template(
        "report.html",
        key=key,
        title=report.title,
        note=report.about,
        sheets=_sheets(report, key, asked),
        asked=asked,
        about=_about(asked),
        spans=_spans(key, person, asked),
        units=[{"value": each.id, "words": each.short_name or each.name} for each in units],
        unit_id=_unit_id(),
        sent=request.args,
        errors=errors,
        files={
            kind: url_for("reports.export", key=key, kind=kind, **_chosen(asked)) for kind in ("xlsx", "csv")
        },
    )
    return (page, 422) if errors else page


@pages.get("/reports/<key>/list")
@permission(Permission.MONITOR_VIEW, reach=Scope.TEAM)
def behind(key: str) -> str:
    """The rows behind a figure. Cases that the person may not open are numbers only."""
    report, person = _report(key), actor()
    asked = _asked(person)
    with runtime().database.read() as conn:
        found = report.rows(conn, asked, request.args.get("figure", ""), request.args.get("part", ""))
        open_to = visible_among(conn, person, [each.case_id for each in found if each.case_id])
    return render_template(
        "report_list.html",
        title=report.title,
        back=url_for("reports.show", key=key, **_chosen(asked)),
        about=_about(asked),
        rows=[_row(each, open_to) for each in found[:LISTED]],
        more=len(found) > LISTED,
        shown=LISTED,
    )


def _row(each: Behind, open_to: frozenset[int]) -> dict[str, Any]:
    return {
        "number": each.number,
        "day": date_digits(each.day),
        "words": each.words,
        "href": url_for("cases.show", case_id=each.case_id) if each.case_id in open_to else None,
    }


@pages.get("/reports/<key>/file.<kind>")
@permission(Permission.MONITOR_VIEW, reach=Scope.TEAM)
def export(key: str, kind: str) -> Response:
    """The tables as a file; noted in the journal."""
    rt, person = runtime(), actor()
    report, asked = _report(key), _asked(person)
    if kind not in ("xlsx", "csv"):
        raise NotFound(_("Такого файла нет."), _("Отчёт можно взять как XLSX или CSV."))
    sheets = _sheets(report, key, asked)
    with rt.database.write() as conn:
        record_action(rt, conn, person, "export", "report", details={"report": key, "kind": kind})
    name = f"{key}-{asked.first:%Y-%m-%d}-{asked.last:%Y-%m-%d}.{kind}"
    if kind == "xlsx":
        made = xlsx(str(report.title), _about(asked), sheets)
        return send_file(made, mimetype=XLSX, as_attachment=True, download_name=name)
    text = io.BytesIO(comma_separated(str(report.title), _about(asked), sheets))
    return send_file(text, mimetype="text/csv", as_attachment=True, download_name=name)


def _report(key: str) -> Report:
    if key not in REPORTS:
        raise NotFound(_("Такого отчёта нет."), _("Выберите отчёт из списка."))
    return REPORTS[key]


def _sheets(report: Report, key: str, asked: Asked) -> list[Sheet]:
    rt = runtime()
    with rt.database.read() as conn:
        return report.make(Asking(rt, conn, actor(), asked, _link(key, asked)))


def _link(key: str, asked: Asked) -> report_words.Link:
    """Makes the address of the list behind a figure, of a part and of other days where they are given."""

    def address(figure: str, part: object = "", span: Any = None) -> str:
        chosen = _chosen(asked)
        if span is not None:
            chosen |= {"first": span.first.isoformat(), "last": span.last.isoformat()}
        return url_for("reports.behind", key=key, figure=figure, part=part or None, **chosen)

    return address


def _asked(person: Actor) -> Asked:
    """The period and the unit of the address; without any the year of today."""
    given = "first" in request.args or "last" in request.args
    first, last = (_day("first"), _day("last")) if given else _year(person)
    return ask(runtime(), person, first, last, _unit_id())


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _year(person: Actor) -> tuple[date, date]:
    today = local_now(person).date()
    return date(today.year, 1, 1), date(today.year, 12, 31)


def _unit_id() -> int | None:
    return request.args.get("unit", type=int)


def _chosen(asked: Asked) -> dict[str, Any]:
    return {"first": asked.first.isoformat(), "last": asked.last.isoformat(), "unit": _unit_id()}


def _about(asked: Asked) -> str:
    """«с 01.01.2026 по 31.12.2026, КЦСОН»."""
    days = _("с %(first)s по %(last)s", first=date_digits(asked.first), last=date_digits(asked.last))
    unit = _unit_id()
    return f"{days}, {runtime().directory.tree().unit(unit).name}" if unit is not None else days


def _spans(key: str, person: Actor, asked: Asked) -> list[dict[str, Any]]:
    """Periods of one click, as the macro `segmented` shows them."""
    today = local_now(person).date()
    month = today.replace(day=1)
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    offered = (
        (_("Месяц"), month, _end(month, 1)),
        (_("Квартал"), quarter, _end(quarter, 3)),
        (_("Год"), *_year(person)),
        (_("Прошлый год"), date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    )
    return [
        {
            "words": words,
            "href": url_for(
                "reports.show", key=key, first=first.isoformat(), last=last.isoformat(), unit=_unit_id()
            ),
            "current": (first, last) == (asked.first, asked.last),
        }
        for words, first, last in offered
    ]


def _end(first: date, months: int) -> date:
    """The last day of so many months from the first one on."""
    after = first.month - 1 + months
    return date.fromordinal(date(first.year + after // 12, after % 12 + 1, 1).toordinal() - 1)
