"""«Регистры»: how each is kept, who stands on it, and the monitoring sheet of one family."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.access.queries import colleagues, names_of
from engine.cases.visibility import visible_among
from engine.errors import InvalidData, NotFound
from engine.model import Actor, Permission, Scope, Value
from engine.records.cells import EMPTY, FRESH, NOT_ASKED, OLD, RED, Cell, Cells, marks
from engine.records.keeping import Kept, appoint_keeper, kept_register, kept_registers
from engine.records.parameters import Parameter, sections
from engine.records.queries import family_labels, person_brief, subject_labels
from engine.records.refusals import Refusal, refusal_of
from engine.records.registers import (
    ENTER,
    LEAVE,
    REGISTERS,
    Entry,
    Happened,
    Subject,
    entries,
    entries_of,
    history_of,
    proposal,
)
from engine.records.sheets import SheetCount, SheetView, counts, exported, month_of, sheet_view
from webui.calendar import MONTHS
from webui.days import chosen_month
from webui.frame import local, local_now
from webui.guards import actor, permission, runtime
from webui.opening import startable
from webui.paging import page_number, pager
from webui.register_sheet import register_sheet
from webui.sheets import XLSX
from webui.ui import date_digits

pages = Blueprint("registers", __name__)

ENTRY, LETTER = "p07_entry", "p06_letter"
"""The pathway that enters a family and takes it off, and that of a letter about several families."""

KEEPER = "R24"
"""The role of those who go through a register to which nobody was named."""

MONTHS_SHOWN = 6
PAGE = 100
"""Families of one page of a register."""
LEFT_SHOWN = 50
"""Those who left a register that its page shows: the last ones."""

TO_FILL = frozenset({EMPTY, RED, OLD})
"""Marks of what somebody has to fill in or confirm."""

MARKS: Mapping[str, tuple[str, Any]] = {
    RED: ("urgent", _l("пусто больше 30 дней")),
    EMPTY: ("soon", _l("не заполнено")),
    OLD: ("paused", _l("не подтверждали больше 30 дней")),
}
"""Role of the chip and its words."""


SOURCES: Mapping[str, Any] = {
    "card": _l("карточка"),
    "register": _l("регистры"),
    "case": _l("дела семьи"),
}
"""Where a value comes from that nobody typed."""


@pages.get("/registers")
@permission(Permission.RECORD_VIEW)
def index() -> str:
    """Every register: its keeper, how many families, when it was gone through, which month is signed."""
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        found = kept_registers(rt, conn, person, local_now(person).date())
        names = names_of(
            conn, {each.keeper_id or 0 for each in found} | {each.updated_by or 0 for each in found}
        )
        pathways = {each["key"] for each in startable(rt.library.current(conn), person)}
    return render_template(
        "registers.html",
        rows=[_register_row(each, names) for each in found],
        overdue=sum(each.overdue for each in found),
        nobody=not _anybody_keeps() and any(each.families and each.keeper_id is None for each in found),
        enter=url_for("opening.new", key=ENTRY) if ENTRY in pathways else None,
    )


def _anybody_keeps() -> bool:
    """Whether somebody holds the role of those who keep registers."""
    return any(role == KEEPER for role, _ in runtime().directory.tree().holders)


def _register_row(each: Kept, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "register": each.register,
        "title": each.title,
        "families": each.families,
        "elsewhere": each.elsewhere,
        "keeper": names.get(each.keeper_id or 0, ""),
        "updated": date_digits(local(each.updated_at).date()) if each.updated_at else "",
        "updated_by": names.get(each.updated_by or 0, ""),
        "verified": month_words(each.verified_month) if each.verified_month else "",
        "empty": each.empty,
        "old": each.old,
        "faults": each.faults,
        "overdue": each.overdue,
    }


@pages.get("/registers/<register>")
@permission(Permission.RECORD_VIEW)
def show(register: str) -> str:
    """The families of one register, and those who left it."""
    return _register_page(register, {})


@pages.post("/registers/<register>/keeper")
@permission(Permission.TASK_REASSIGN)
def appoint(register: str) -> Response | tuple[str, int]:
    """Name who answers for the register."""
    _known(register)
    try:
        appoint_keeper(runtime(), actor(), register, request.form.get("keeper", type=int))
    except InvalidData as wrong:
        return _register_page(register, wrong.errors), 422
    flash(_("Ответственный записан."))
    return redirect(url_for("registers.show", register=register), 303)


def _register_page(register: str, errors: Mapping[str, str]) -> str:
    rt, person = runtime(), actor()
    _known(register)
    today = local_now(person).date()
    may_appoint = person.may(Permission.TASK_REASSIGN, Scope.TEAM)
    with rt.database.read() as conn:
        kept = kept_register(rt, conn, person, register, today)
        standing, left = entries(conn, person, register), entries(conn, person, register, ended=True)
        left = sorted(left, key=lambda each: (each.until or each.since, each.id), reverse=True)
        page = min(page_number(), max(len(standing) - 1, 0) // PAGE + 1)
        shown, gone = standing[PAGE * (page - 1) : PAGE * page], left[:LEFT_SHOWN]
        names = subject_labels(rt, conn, person, {_subject(each) for each in (*shown, *gone)})
        sheets = counts(conn, {_subject(each) for each in shown})
        open_to = visible_among(conn, person, [each.case_id for each in (*shown, *gone)])
        colleagues_named = names_of(conn, {kept.keeper_id or 0, kept.updated_by or 0})
        pathways = {each["key"] for each in startable(rt.library.current(conn), person)}
        may_enter = ENTRY in pathways
    return render_template(
        "register.html",
        register=register,
        row=_register_row(kept, colleagues_named),
        keeper_id=kept.keeper_id,
        rows=[
            {
                **_entry_row(each, names, sheets.get(_subject(each)), open_to),
                "leave": entry_address(register, LEAVE, each.person_id)
                if may_enter and each.person_id
                else None,
            }
            for each in shown
        ],
        count=len(standing),
        pages=pager(len(standing), PAGE, page, partial(url_for, "registers.show", register=register)),
        left=[_entry_row(each, names, None, open_to) for each in gone],
        left_count=len(left),
        keepers=_keepers(person) if may_appoint else [],
        may_appoint=may_appoint,
        enter=entry_address(register, ENTER) if may_enter else None,
        letter=url_for("opening.new", key=LETTER, регистр=register)
        if standing and LETTER in pathways
        else None,
        errors=errors,
    )


def _entry_row(
    each: Entry, names: Mapping[Subject, str], sheet: SheetCount | None, open_to: frozenset[int]
) -> dict[str, Any]:
    subject = _subject(each)
    return {
        "name": names.get(subject, ""),
        "href": sheet_address(subject) if sheet else None,
        "case": url_for("cases.show", case_id=each.case_id) if each.case_id in open_to else None,
        "state": each.state,
        "ground": each.ground,
        "since": date_digits(each.since),
        "until": date_digits(each.until) if each.until else "",
        "left_for": each.left_for,
        "sheet": sheet,
        "month": month_words(sheet.month) if sheet else "",
        "next": date_digits(next_check(sheet.month)) if sheet else "",
    }


def entry_address(register: str, deed: str, person_id: int | None = None) -> str:
    """Where a case about an entry is opened, the register and the deed chosen already."""
    chosen: dict[str, Any] = proposal(register, deed)
    return url_for("opening.new", key=ENTRY, person=person_id, **chosen)


def next_check(month: str) -> date:
    """The first day of the month after that of the sheet: then it is looked through again."""
    year, number = (int(part) for part in month.split("-"))
    return date(year + number // 12, number % 12 + 1, 1)


def _keepers(person: Actor) -> list[dict[str, Any]]:
    """Colleagues of the municipality who may be made keeper."""
    rt = runtime()
    tree = rt.directory.tree()
    here = tree.municipality(person.unit_id)
    found = [each for each in colleagues(rt) if tree.municipality(each.unit_id) == here]
    return [{"value": each.id, "words": each.name.short()} for each in found]


@pages.get("/registers/<register>/export.xlsx")
@permission(Permission.RECORD_VIEW)
def export(register: str) -> Response:
    """The register with all parameters of its families, noted in the journal."""
    rt, person = runtime(), actor()
    _known(register)
    with rt.database.read() as conn:
        standing = entries(conn, person, register)
        subjects = {_subject(each) for each in standing}
        names, newest = subject_labels(rt, conn, person, subjects), counts(conn, subjects)
    last = max((each.month for each in newest.values()), default=month_of(local_now(person).date()))
    wanted = month_of(chosen_month(request.args.get("month", ""), date.fromisoformat(f"{last}-01")))
    found = exported(rt, person, register, [_subject(each) for each in standing], wanted)
    lines = [(names.get(_subject(each), ""), each, found.get(_subject(each))) for each in standing]
    book = register_sheet(REGISTERS[register], month_words(wanted), lines)
    return send_file(book, as_attachment=True, download_name=f"{register}-{wanted}.xlsx", mimetype=XLSX)


@pages.get("/registers/families/<int:family_id>")
@permission(Permission.RECORD_VIEW)
def family(family_id: int) -> str:
    """The monitoring sheet of a family; the look at it is noted."""
    return _sheet_page(Subject(family_id, None))


@pages.get("/registers/people/<int:person_id>")
@permission(Permission.RECORD_VIEW)
def alone(person_id: int) -> str:
    """The same of somebody who is in no family."""
    return _sheet_page(Subject(None, person_id))


def _sheet_page(subject: Subject) -> str:
    rt, person = runtime(), actor()
    view = sheet_view(rt, person, subject, request.args.get("month"))
    only_gaps = "gaps" in request.args
    # A month that is over is seen as it was left; the newest one grows old by today.
    newest = view.sheet.month == view.months[0]
    seen_on = local_now(person).date() if newest else local(view.sheet.updated_at).date()
    marked = marks(view.sheet.cells, seen_on)
    with rt.database.read() as conn:
        names = names_of(conn, {cell.by for cell in view.sheet.cells.values()})
        events = history_of(conn, subject)
        open_to = visible_among(conn, person, [each.case_id for each in events])
        standing = [each for each in entries_of(conn, subject) if each.until is None]
        refused = refusal_of(rt, conn, subject)
        if subject.family_id is not None:
            title = family_labels(rt, conn, person, [subject.family_id]).get(subject.family_id, "")
        else:
            title = person_brief(rt, conn, person, subject.person_id or 0).label
    return render_template(
        "monitoring_sheet.html",
        title=title,
        view=view,
        month=month_words(view.sheet.month),
        months=_months(subject, view),
        groups=_groups(view.sheet.cells, marked, names, only_gaps=only_gaps),
        empty=sum(each in (EMPTY, RED) for each in marked.values()),
        old=sum(each == OLD for each in marked.values()),
        only_gaps=only_gaps,
        whole=sheet_address(subject, month=view.sheet.month),
        gaps=sheet_address(subject, month=view.sheet.month, gaps=1),
        standing=standing,
        events=[_event_row(each, open_to) for each in events],
        refused=None if refused is None else _refused(refused),
        verified=date_digits(local(view.sheet.verified_at).date()) if view.sheet.verified_at else "",
    )


def _refused(refused: Refusal) -> str:
    """That the «red zone» is not proposed at present, and why."""
    day = date_digits(refused.day)
    if refused.deed == ENTER:
        return _(
            "Внести в «красную зону» предлагали, %(day)s отклонено. Изменятся сведения — предложим снова.",
            day=day,
        )
    return _(
        "Снять с «красной зоны» предлагали, %(day)s отклонено. Изменятся сведения — предложим снова.", day=day
    )


def _months(subject: Subject, view: SheetView) -> list[dict[str, Any]]:
    return [
        {
            "words": month_words(each),
            "href": sheet_address(subject, month=each),
            "current": each == view.sheet.month,
        }
        for each in view.months[:MONTHS_SHOWN]
    ]


def _groups(
    cells: Cells, marked: Mapping[str, str], names: Mapping[int, str], *, only_gaps: bool
) -> list[dict[str, Any]]:
    """Sections with the lines that are to be seen."""
    found = [
        {
            "title": part.title,
            "number": part.number,
            "rows": [
                _line(each, cells, marked[each.key], names)
                for each in part.parameters
                if not only_gaps or marked[each.key] in TO_FILL
            ],
            "gaps": sum(marked[each.key] in TO_FILL for each in part.parameters),
        }
        for part in sections()
    ]
    return [each for each in found if each["rows"]]


def _line(parameter: Parameter, cells: Cells, mark: str, names: Mapping[int, str]) -> dict[str, Any]:
    cell = cells[parameter.key]
    role, words = MARKS.get(mark, ("", ""))
    return {
        "number": parameter.number,
        "title": parameter.title,
        "value": _("не относится") if mark == NOT_ASKED else value_words(parameter, cell.value),
        "plain": mark in (FRESH, NOT_ASKED),
        "role": role,
        "mark": words,
        "source": "" if mark == NOT_ASKED else _source(parameter, cell, names),
        "changed": date_digits(cell.changed) if cell.value is not None else "",
    }


def _source(parameter: Parameter, cell: Cell, names: Mapping[int, str]) -> str:
    """Who typed the value or which records gave it; of an empty one, where it is to be written."""
    if cell.by:
        return names.get(cell.by, _("сотрудник"))
    if cell.value is not None:
        return str(SOURCES.get(parameter.source, ""))
    if parameter.fixed:
        return _("впишите в карточку")
    return _("вносят руками") if parameter.value is None else _("из дел или руками")


def value_words(parameter: Parameter, value: Value) -> str:
    """The value as people read it."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("да") if value else _("нет")
    if isinstance(value, date):
        return date_digits(value)
    return f"{parameter.unit}: {value}" if parameter.unit else str(value)


def _event_row(each: Happened, open_to: frozenset[int]) -> dict[str, Any]:
    return {
        "day": date_digits(local(each.at).date()),
        "register": REGISTERS[each.register],
        "words": each.words,
        "state": each.state,
        "ground": each.ground,
        "case": url_for("cases.show", case_id=each.case_id) if each.case_id in open_to else None,
    }


def sheet_address(subject: Subject, **more: Any) -> str:
    """Where the sheet of a family is shown."""
    if subject.family_id is not None:
        return url_for("registers.family", family_id=subject.family_id, **more)
    return url_for("registers.alone", person_id=subject.person_id, **more)


def month_words(month: str) -> str:
    """«Январь 2026»."""
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def _subject(each: Entry) -> Subject:
    return Subject.of(each.family_id, each.person_id)


def _known(register: str) -> None:
    if register not in REGISTERS:
        raise NotFound(_("Такого регистра нет."), _("Выберите регистр из списка."))
