"""Putting a case right that cannot go on by itself: trying again, passing over a step, moving it to another
one, correcting its data. Every deed asks why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine import feel
from engine.access.journal import record_view
from engine.cases import repair
from engine.cases.outbox import BROKEN_PROMISE
from engine.cases.queries import case_card
from engine.cases.remedies import Need, RepairView, Trouble, repair_view, standing_cases
from engine.errors import InvalidData, NotAllowed, StepFailed
from engine.feel.values import kind_in_russian
from engine.model import Permission, Value, split_task_id
from engine.storage.moments import from_seconds
from webui.answers import value_words
from webui.frame import local_moment
from webui.guards import actor, permission, runtime

pages = Blueprint("repair", __name__)

KINDS = {
    "feel": _l("выражение FEEL"),
    "text": _l("текст"),
    "number": _l("число"),
    "date": _l("дата"),
    "boolean": _l("да или нет"),
}
"""How a new value can be written."""


@pages.get("/repair")
@permission(Permission.CASE_REPAIR)
def standing() -> str:
    """Cases that stand still."""
    rt = runtime()
    with rt.database.read() as conn:
        found = standing_cases(rt, conn, actor())
    rows = [{"case": each, "since": local_moment(from_seconds(each.at))} for each in found]
    return render_template("standing.html", rows=rows)


@pages.get("/cases/<int:case_id>/repair")
@permission(Permission.CASE_REPAIR)
def show(case_id: int) -> str:
    """Where the case stands, what can be done there, and a form to correct one value."""
    return _page(case_id, {})


def _page(case_id: int, errors: Mapping[str, str], faulty: str = "") -> str:
    """`faulty` names the form that the faults belong to: a deed and the element it was about."""
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        view = repair_view(rt, conn, person, case_id)
    if view.shows_data:
        with rt.database.write() as conn:
            record_view(rt, conn, person, "case", case_id, case_id=case_id)
    return render_template(
        "repair.html",
        view=view,
        stopped=[_trouble(each) for each in view.troubles if each.message],
        going=[_trouble(each) for each in view.troubles if not each.message and _mendable(each)],
        variables=[{"name": name, "words": _shown(value)} for name, value in sorted(view.variables.items())],
        places=_places(view),
        kinds=[{"value": value, "words": words} for value, words in KINDS.items()],
        sent=request.form,
        errors=errors,
        faulty=faulty,
        broken_promise=BROKEN_PROMISE,
    )


def _mendable(trouble: Trouble) -> bool:
    """Whether anything can be done there: an event that stands by is not worth a line."""
    return not (trouble.remedies.no_skip and trouble.remedies.no_move)


def _trouble(trouble: Trouble) -> dict[str, Any]:
    return {
        "element": trouble.element,
        "name": trouble.step.name or trouble.step.node,
        "node": trouble.step.node,
        "message": trouble.message,
        "needs": [{"name": need.name, "words": _need_words(need)} for need in trouble.needs],
        "gives": trouble.gives,
        "no_skip": trouble.remedies.no_skip,
        "no_move": trouble.remedies.no_move,
        "targets": [
            {"value": info.node, "words": info.name or info.node} for info in trouble.remedies.targets
        ],
    }


def _need_words(need: Need) -> str:
    if not need.known:
        return _("значения нет")
    return _("значение есть, оно скрыто") if need.value is None else _shown(need.value)


def _shown(value: Value) -> str:
    """A value with its kind, so that the new one can be written the same way."""
    words = value_words(value)
    return f"{words} ({kind_in_russian(value)})" if words else ""


def _places(view: RepairView) -> list[dict[str, str]]:
    """Whose data can be corrected: of the case, or of a called process in which it stands."""
    called = [each for each in view.troubles if each.step.process and each.message]
    names = {str(each.element): _("там, где шаг «%(step)s»", step=each.step.name) for each in called}
    return [{"value": "", "words": _("всего дела")}] + [{"value": k, "words": v} for k, v in names.items()]


@pages.post("/cases/<int:case_id>/retry")
@permission(Permission.CASE_REPAIR)
def retry(case_id: int) -> Response | tuple[str, int]:
    """Try again what the case stopped at."""
    element = split_task_id(request.form.get("element", 0, type=int))[1]
    done = _("Повторили: дело пошло дальше, если причина исправлена.")
    return _carried_out(
        case_id,
        f"retry-{element}",
        lambda: repair.retry(runtime(), actor(), case_id, element, _reason()),
        done,
    )


@pages.post("/cases/<int:case_id>/skip")
@permission(Permission.CASE_REPAIR)
def skip(case_id: int) -> Response | tuple[str, int]:
    """Let the case go on without the work of one step."""
    element = _element()

    def deed() -> None:
        values = {
            field.removeprefix("gives:"): _value("feel", text, field)
            for field, text in request.form.items()
            if field.startswith("gives:") and text.strip()
        }
        repair.skip(runtime(), actor(), case_id, element, values, _reason())

    return _carried_out(case_id, f"skip-{element}", deed, _("Шаг пропущен, дело пошло дальше."))


@pages.post("/cases/<int:case_id>/move")
@permission(Permission.CASE_REPAIR)
def move(case_id: int) -> Response | tuple[str, int]:
    """Let the case go on at another step."""
    element, node = _element(), request.form.get("node", "")

    def deed() -> None:
        if not node:
            raise InvalidData(_("Дело не переведено."), {"node": _("Выберите шаг.")})
        repair.move(runtime(), actor(), case_id, element, node, _reason())

    return _carried_out(case_id, f"move-{element}", deed, _("Дело переведено на другой шаг."))


@pages.post("/cases/<int:case_id>/repair")
@permission(Permission.CASE_REPAIR)
def correct(case_id: int) -> Response | tuple[str, int]:
    """Give one variable another value."""
    name = request.form.get("name", "").strip()

    def deed() -> None:
        if not name:
            raise InvalidData(_("Данные не исправлены."), {"name": _("Напишите, что исправить.")})
        value = _value(request.form.get("kind", "feel"), request.form.get("value", ""), "value")
        place = request.form.get("place", type=int)
        repair.set_variables(runtime(), actor(), case_id, {name: value}, _reason(), place)

    return _carried_out(case_id, "correct", deed, _("Значение «%(name)s» исправлено.", name=name))


def _carried_out(case_id: int, form: str, deed: Callable[[], None], done: str) -> Response | tuple[str, int]:
    """Do it and say so; what is wrong with the form comes back beside its fields."""
    try:
        deed()
    except InvalidData as wrong:
        return _page(case_id, wrong.errors, form), 422
    except StepFailed as wrong:
        return _page(case_id, {"form": f"{wrong.message} {wrong.hint}"}, form), 422
    flash(done)
    return redirect(case_or_list(case_id), 303)


def case_or_list(case_id: int) -> str:
    """Where to go after a repair: to the case, for whom it is open, else to the cases that stand still."""
    try:
        with runtime().database.read() as conn:
            case_card(runtime(), conn, actor(), case_id)
    except NotAllowed:
        return url_for("repair.standing")
    return url_for("cases.show", case_id=case_id)


def _element() -> int:
    return request.form.get("element", 0, type=int)


def _reason() -> str:
    return request.form.get("reason", "")


def _value(kind: str, text: str, field: str) -> Value:
    """A value as a person wrote it, of the kind that was said. Raises InvalidData at the field."""
    text = text.strip()
    try:
        match kind:
            case "text":
                return text
            case "number":
                return Decimal(text.replace(" ", "").replace("\u00a0", "").replace(",", "."))
            case "date":
                day, month, year = (int(part) for part in text.split("."))
                return date(year, month, day)
            case "boolean":
                return {"да": True, "нет": False}[text.lower()]
        expression = feel.compile(text)
        if not expression.names:
            return expression.evaluate({})
    except (feel.FeelError, InvalidOperation, ValueError, KeyError):
        pass
    raise InvalidData(_("Данные не исправлены."), {field: str(HOW.get(kind, HOW["feel"]))})


HOW = {
    "number": _l("Число не читается. Напишите его цифрами: 5 или 12,50."),
    "date": _l("Дата не читается. Напишите её так: 21.01.2026."),
    "boolean": _l("Напишите «да» или «нет»."),
    "feel": _l('Значение не читается. Текст берут в кавычки, дату пишут так: @"2026-01-21".'),
}
"""How a value of each kind is written."""
