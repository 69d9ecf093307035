"""«Монитор»: what is overdue, what soon will be, where cases wait, who is overloaded; handing over;
export.
"""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.journal import record_action
from engine.access.queries import names_of
from engine.definitions.library import Release
from engine.model import Permission
from engine.worklist import service
from engine.worklist.candidates import candidates_for
from engine.worklist.inbox import InboxRow
from engine.worklist.monitor import (
    WaitingAtStep,
    figures,
    load_by_person,
    overdue_steps,
    soon_steps,
    waiting_by_step,
)
from webui.frame import local, local_now
from webui.guards import actor, permission, runtime
from webui.inbox import number_words
from webui.ui import date_digits

pages = Blueprint("monitor", __name__)

EXPORTED = 5_000
"""Rows of an exported list at the most; the sheet says when there were more."""


@pages.get("/monitor")
@permission(Permission.MONITOR_VIEW)
def show() -> str:
    """The supervisor's page."""
    rt, person = runtime(), actor()
    now = rt.clock.now()
    with rt.database.read() as conn:
        overdue = overdue_steps(rt, conn, person, now)
        soon = soon_steps(rt, conn, person, now)
        waiting = waiting_by_step(conn, person, now)
        load = load_by_person(conn, person, now)
        release = rt.library.current(conn)
        shown = figures(rt, conn, person, now)
        people = {row.assignee_id or 0 for row in (*overdue, *soon)} | {each.account_id or 0 for each in load}
        names = names_of(conn, people)
    return render_template(
        "monitor.html",
        figures=shown,
        overdue=overdue,
        soon=soon,
        waiting=[_waiting_row(release, each) for each in waiting],
        diagram=_diagram(waiting),
        load=load,
        fullest=max((each.open for each in load), default=1),
        names=names,
        number_words=number_words,
        release_id=release.id,
        now=local_now(person),
    )


def _waiting_row(release: Release, each: WaitingAtStep) -> dict[str, Any]:
    return {
        "process": release.process(each.process).name,
        "step": release.step(each.process, each.node).name,
        "waiting": each.waiting,
        "overdue": each.overdue,
        "days": f"{each.mean_days:.1f}".replace(".", ","),
    }


def _diagram(waiting: list[WaitingAtStep]) -> dict[str, Any] | None:
    """The pathway where most steps wait, with a badge at every node."""
    if not waiting:
        return None
    process = waiting[0].process
    here = [each for each in waiting if each.process == process]
    return {
        "process": process,
        "marks": {
            "wait": {
                each.node: 1 if each.mean_days < 1 else 2 if each.mean_days <= 2 else 3 for each in here
            },
            "badges": {each.node: _badges(each) for each in here},
        },
    }


def _badges(each: WaitingAtStep) -> list[dict[str, str]]:
    days = f"{each.mean_days:.1f}".replace(".", ",")
    badges = [{"kind": "waiting", "words": f"{each.waiting} · {days} дня"}]
    if each.overdue:
        badges.append({"kind": "overdue", "words": str(each.overdue)})
    return badges


@pages.get("/monitor/reassign/<int:task_id>")
@permission(Permission.TASK_REASSIGN)
def choose(task_id: int) -> str:
    """Who may take the step over: people of its role, with how much they have already."""
    rt = runtime()
    with rt.database.read() as conn:
        step, found = candidates_for(rt, conn, actor(), task_id, rt.clock.now())
    return render_template("reassign.html", step=step, candidates=found, errors={})


@pages.post("/monitor/reassign/<int:task_id>")
@permission(Permission.TASK_REASSIGN)
def reassign(task_id: int) -> Response:
    """Hand the step over, with a reason."""
    to = request.form.get("to", type=int)
    service.reassign(runtime(), actor(), task_id, to, request.form.get("reason", ""))
    flash(_("Шаг передан."))
    return redirect(url_for("monitor.show"), 303)


@pages.get("/monitor/overdue.xlsx")
@permission(Permission.MONITOR_VIEW)
def export() -> Response:
    """Overdue steps and those that soon will be, as a sheet. The export is noted in the journal."""
    rt, person = runtime(), actor()
    now = rt.clock.now()
    with rt.database.read() as conn:
        rows = overdue_steps(rt, conn, person, now, EXPORTED) + soon_steps(rt, conn, person, now, EXPORTED)
        names = names_of(conn, {row.assignee_id or 0 for row in rows})
    with rt.database.write() as conn:
        record_action(rt, conn, person, "export", "monitor", details={"rows": len(rows)})
    name = f"просрочено-{local_now(person):%Y-%m-%d}.xlsx"
    return send_file(_sheet(rows, names), as_attachment=True, download_name=name, mimetype=XLSX)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _sheet(rows: list[InboxRow], names: dict[int, str]) -> io.BytesIO:
    made = io.BytesIO()
    # What people typed must never become a formula of whoever opens the sheet.
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("Сроки"))
    head = book.add_format({"bold": True, "bottom": 1})
    sheet.write_row(
        0,
        0,
        [
            _("Срок"),
            _("Состояние"),
            _("Шаг"),
            _("Дело"),
            _("Кто"),
            _("Путь"),
            _("Исполнитель"),
            _("Основание"),
        ],
        head,
    )
    for number, row in enumerate(rows, start=1):
        due = date_digits(local(row.due.at).date()) if row.due.at else ""
        sheet.write_row(
            number,
            0,
            [
                due,
                row.words.left,
                row.step.name,
                row.case_number,
                row.label,
                row.process_name,
                names.get(row.assignee_id or 0, _("не назначено")),
                row.words.ground,
            ],
        )
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 7, 28)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), 7)
    book.close()
    made.seek(0)
    return made
