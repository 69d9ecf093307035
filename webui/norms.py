"""«Нормы»: how long things may take, by which act, in which editions; a new edition and what it touches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.access.policy import ROLES
from engine.cases.editions import Impact, impact_of, open_cases_by_edition, publish_edition
from engine.deadlines.counting import Unit, Until
from engine.deadlines.norm_file import norm_of
from engine.deadlines.norms import Mark, Norm, Start
from engine.deadlines.queries import all_norms, norm_editions
from engine.errors import InvalidData, MarshrutError, NotFound
from engine.model import Permission
from engine.records.commissions import KINDS as COMMISSION_KINDS
from engine.records.sittings import ASKED
from webui.frame import local, local_now
from webui.guards import actor, permission, runtime
from webui.rungs import ladder_lines
from webui.ui import NBSP

pages = Blueprint("norms", __name__)

UNITS = {
    Unit.WORKING_DAYS: _l("рабочих дней"),
    Unit.CALENDAR_DAYS: _l("календарных дней"),
    Unit.MONTHS: _l("месяцев"),
    Unit.HOURS: _l("часов"),
    Unit.MINUTES: _l("минут"),
    Unit.MONTH_DAY: _l("число месяца"),
    Unit.MONTH_END: _l("до конца такого-то месяца после события"),
    Unit.SITTING: _l("заседание комиссии по счёту"),
}
LONGER_BY = (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS, Unit.HOURS)
UNTIL = {Until.CLOSING: _l("до закрытия организации"), Until.MIDNIGHT: _l("до 24:00: почта, портал")}
TEXTS = ("title", "act", "article", "edition", "source", "pause_by", "within", "commission", "note")
NUMBERS = ("value", "lead", "pause_days")
SHOWN = 200
"""Touched cases that the preview names; the number of all is said."""


@pages.get("/norms")
@permission(Permission.DEFINITION_VIEW)
def index() -> str:
    """Norms in force today, with the open cases that run by each; a search."""
    today = local_now(actor()).date()
    search = request.args.get("q", "").strip()[:100]
    with runtime().database.read() as conn:
        norms = [norm for norm in all_norms(conn) if norm.valid_on(today)]
        counts = open_cases_by_edition(conn)
    shown = [norm for norm in norms if search.casefold() in _text(norm)]
    return render_template(
        "norms.html",
        norms=sorted(shown, key=lambda norm: (norm.key, norm.variant)),
        all_norms=len(norms),
        unchecked=sum(not norm.verified for norm in norms),
        counts=counts,
        search=search,
    )


def _text(norm: Norm) -> str:
    return f"{norm.title} {norm.full_key} {norm.ground} {norm.mark.words}".casefold().replace(NBSP, " ")


@pages.get("/norms/<key>")
@permission(Permission.DEFINITION_VIEW)
def show(key: str) -> str:
    """One norm with its editions and the open cases that run by each."""
    today = local_now(actor()).date()
    with runtime().database.read() as conn:
        editions = [norm for norm in norm_editions(conn, key.partition(":")[0]) if norm.full_key == key]
        counts = open_cases_by_edition(conn)
    if not editions:
        raise NotFound(_("Такой нормы нет."), _("Выберите её на странице «Нормы»."))
    current = next((each for each in editions if each.valid_on(today)), editions[0])
    return render_template(
        "norm.html",
        norm=current,
        ladder=ladder_lines(current.ladder),
        editions=editions,
        counts=counts,
        today=today,
        may_edit=actor().may(Permission.NORM_EDIT),
    )


@pages.get("/norms/<key>/new")
@permission(Permission.NORM_EDIT)
def new(key: str) -> str:
    """The form of a new edition, filled with the newest one."""
    latest = _latest(key)
    return _form(latest, _fields(latest), {})


@pages.post("/norms/<key>/new")
@permission(Permission.NORM_EDIT)
def add(key: str) -> str | Response | tuple[str, int]:
    """Show what the edition would touch, or publish it."""
    latest, said = _latest(key), request.form
    try:
        edition = _sent(latest)
        if "publish" not in said:
            with runtime().database.read() as conn:
                impact = impact_of(runtime(), conn, actor(), edition)
            return _form(latest, said, {}, impact)
        publish_edition(runtime(), actor(), edition)
    except InvalidData as wrong:
        return _form(latest, said, wrong.errors), 422
    flash(_("Новая редакция нормы записана."))
    return redirect(url_for("norms.show", key=key), 303)


def _latest(key: str) -> Norm:
    with runtime().database.read() as conn:
        editions = [norm for norm in norm_editions(conn, key.partition(":")[0]) if norm.full_key == key]
    if not editions:
        raise NotFound(_("Такой нормы нет."), _("Выберите её на странице «Нормы»."))
    return editions[0]


def _fields(norm: Norm) -> dict[str, Any]:
    """An edition as the form shows it; the mark is for whoever writes the new one to say."""
    extension = norm.extension
    first = max(local_now(actor()).date(), norm.valid_from + timedelta(1))
    return {
        **{name: getattr(norm, name) for name in (*TEXTS, *NUMBERS)},
        "unit": norm.unit.value,
        "start": norm.start.value,
        "until": norm.until.value,
        "mark": norm.mark.value,
        "valid_from": first.isoformat(),
        "pause": "\n".join(norm.pause),
        "longer_value": extension.value if extension else "",
        "longer_unit": extension.unit.value if extension else "",
        "longer_by": extension.by if extension else "",
        "longer_times": extension.times if extension else 1,
        "longer_ground": extension.ground if extension else "",
    }


def _sent(latest: Norm) -> Norm:
    """The edition that was sent; InvalidData for values that are impossible."""
    said = request.form
    entry: dict[str, Any] = {name: said.get(name, "").strip()[:200] for name in TEXTS}
    entry |= {name: _number(name) for name in NUMBERS}
    entry |= {name: said.get(name, "") for name in ("unit", "start", "until", "mark")}
    entry |= {"key": latest.key, "variant": latest.variant, "flag": latest.flag}
    entry["ladder"] = [{"step": r.step.value, "to": list(r.to), "red": r.red} for r in latest.ladder]
    entry["pause"] = [line.strip()[:200] for line in said.get("pause", "").splitlines() if line.strip()]
    try:
        entry["valid_from"] = date.fromisoformat(said.get("valid_from", ""))
    except ValueError:
        raise InvalidData(_("Редакция не записана."), {"valid_from": _("Укажите день.")}) from None
    if said.get("longer_value", "").strip():
        entry["extension"] = {
            "value": _number("longer_value"), "unit": said.get("longer_unit", ""),
            "by": said.get("longer_by", ""), "times": _number("longer_times"),
            "ground": said.get("longer_ground", "").strip()[:200],
        }  # fmt: skip
    _require_sense(entry)
    try:
        return norm_of(entry)
    except MarshrutError as wrong:
        raise InvalidData(_("Редакция не записана."), {"form": wrong.message}) from wrong


def _number(name: str) -> int:
    try:
        return int(request.form.get(name, "").strip() or 0)
    except ValueError:
        raise InvalidData(_("Редакция не записана."), {name: _("Укажите целое число.")}) from None


def _require_sense(entry: Mapping[str, Any]) -> None:
    """What the reader of norm files lets pass, but a person would have meant otherwise."""
    faults = {}
    if not entry["title"]:
        faults["title"] = _("Напишите, что это за срок.")
    if not entry["act"]:
        faults["act"] = _("Назовите акт или напишите «внутренняя норма».")
    if entry["mark"] == Mark.SEEN.value and not entry["edition"]:
        faults["edition"] = _("Сверено с текстом акта: укажите, в какой редакции.")
    if entry["pause_by"] and entry["pause_by"] not in ROLES:
        faults["pause_by"] = _("Выберите роль из списка.")
    longer = entry.get("extension")
    if longer and longer["by"] not in ROLES:
        faults["longer_by"] = _("Выберите, чьим решением продлевают.")
    if entry["within"] and entry["within"] not in runtime().calendars.norm_keys():
        faults["within"] = _("Нормы с таким ключом нет.")
    if faults:
        raise InvalidData(_("Редакция не записана."), faults)


def _form(
    latest: Norm, said: Mapping[str, Any], errors: Mapping[str, str], impact: Impact | None = None
) -> str:
    roles = [{"value": code, "words": name} for code, name in ROLES.items()]
    return render_template(
        "norm_new.html",
        norm=latest,
        said=said,
        errors=errors,
        impact=impact,
        touched=[
            {
                "number": each.case_number,
                "was": local(each.was),
                "becomes": local(each.becomes),
                "provisional": each.provisional,
            }
            for each in impact.touched[:SHOWN]
        ]
        if impact
        else [],
        units=_options(UNITS),
        until=_options(UNTIL),
        starts=[{"value": start.value, "words": start.noun or str(_("открытия шага"))} for start in Start],
        marks=[{"value": mark.value, "words": mark.words} for mark in Mark],
        longer_units=[{"value": unit.value, "words": UNITS[unit]} for unit in LONGER_BY],
        roles=roles,
        commissions=[
            {"value": kind, "words": words}
            for kind, words in {ASKED: _("Та, которой передан вопрос"), **COMMISSION_KINDS}.items()
        ],
    )


def _options(words: Mapping[Any, Any]) -> list[dict[str, Any]]:
    return [{"value": each.value, "words": said} for each, said in words.items()]
