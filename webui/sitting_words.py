"""A sitting of the calendar in words."""

from __future__ import annotations

from flask_babel import gettext as _

from engine.records.sitting_plan import Sitting
from webui.ui import date_digits


def weekdays() -> list[str]:
    """From Monday on."""
    return [
        _("понедельник"),
        _("вторник"),
        _("среда"),
        _("четверг"),
        _("пятница"),
        _("суббота"),
        _("воскресенье"),
    ]


def sitting_state(each: Sitting) -> tuple[str, str]:
    """Role of a chip, and its words."""
    if each.held:
        return "ok", _("закончен") if each.poll else _("прошло")
    if each.cancelled:
        return "paused", _("отменён") if each.poll else _("отменено")
    if each.case_id is None:
        return "plain", _("назначен") if each.poll else _("назначено")
    return "info", _("идёт") if each.poll else _("готовится")


def sitting_origin(each: Sitting) -> str:
    """Why it is on that day; empty for a day of the rule."""
    if each.poll:
        return _("письменный опрос")
    if each.moved and each.rule_day:
        return _("перенесено с %(day)s", day=date_digits(each.rule_day))
    return _("внеочередное") if each.extra else ""
