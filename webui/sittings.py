"""One sitting of a commission: agenda, who came, how they voted, what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from engine.cases.sitting_record import SittingRecord, sitting_record
from engine.model import Permission
from engine.records.agenda import AgendaItem
from webui.cases import DECIDED
from webui.guards import actor, permission, runtime
from webui.sitting_words import sitting_state
from webui.ui import date_digits, date_words

pages = Blueprint("sittings", __name__)


@pages.get("/sittings/<int:case_id>")
@permission(Permission.TASK_WORK)
def show(case_id: int) -> str:
    """The sitting that this case holds."""
    found = sitting_record(runtime(), actor(), case_id)
    return render_template(
        "sitting.html",
        case_id=case_id,
        title=_title(found),
        poll=found.sitting.poll,
        state=_state(found),
        commission=found.commission,
        items=[
            _item(item, _decided(found, item), poll=found.sitting.poll)
            for item in found.items
            if not item.withdrawn
        ],
        attendance=_attendance(found),
        quorum=_quorum(found),
        facts=_facts(found),
        documents=found.documents,
        case_open=found.case_open,
    )


def _state(found: SittingRecord) -> tuple[str, str]:
    """Role of a chip, and its words: a sitting that was opened is under way until its decisions are kept."""
    begun = found.known.get("начало") and not (found.sitting.held or found.sitting.cancelled)
    return ("info", _("идёт")) if begun else sitting_state(found.sitting)


def _title(found: SittingRecord) -> str:
    day = date_words(found.sitting.day)
    return (
        _("Письменный опрос до %(day)s", day=day) if found.sitting.poll else _("Заседание %(day)s", day=day)
    )


def _list(found: SittingRecord, name: str) -> list[Mapping[str, Any]]:
    value = found.known.get(name)
    rows = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return [row for row in rows if isinstance(row, Mapping)]


def _decided(found: SittingRecord, item: AgendaItem) -> Mapping[str, Any]:
    """What the minutes say of a question: by its number, or by its case."""
    for row in _list(found, "решения"):
        if row.get("номер_вопроса") == item.key or item.title.endswith(str(row.get("номер_дела"))):
            return row
    return {}


def _item(item: AgendaItem, said: Mapping[str, Any], *, poll: bool) -> dict[str, Any]:
    votes = ""
    if said:
        numbers = {"a": said.get("за"), "b": said.get("против"), "c": said.get("воздержались")}
        cast = any(numbers.values())
        votes = _("за %(a)s, против %(b)s, воздержались %(c)s", **numbers) if cast else ""
        present = said.get("присутствовали")
        here = (
            (_("ответили %(n)s", n=present) if poll else _("присутствовали %(n)s", n=present))
            if present is not None
            else ""
        )
        votes = ", ".join(filter(None, (votes, said.get("итог"), here)))
    decision = DECIDED.get(item.decision or "")
    return {
        "title": item.title,
        "href": url_for("commissions.papers", item_id=item.id) if item.decision is None else None,
        "votes": votes,
        "by_name": _by_name(said),
        "violations": _violations(said),
        "opinions": [
            _(
                "Особое мнение, %(name)s: %(words)s",
                name=each.get("имя") or "—",
                words=each.get("особое_мнение"),
            )
            for each in said.get("особые_мнения") or ()
        ],
        "reasons": said.get("причины") or "",
        "measures": [
            _(
                "%(what)s; отвечает %(who)s, до %(day)s",
                what=each.get("мера"),
                who=each.get("ответственный"),
                day=date_digits(each["срок"]) if each.get("срок") else "—",
            )
            for each in said.get("меры") or ()
        ],
        "decision": str(decision) if decision else str(said.get("решение") or ""),
    }


def _present(said: Mapping[str, Any], *, poll: bool) -> str:
    number = said.get("присутствовали")
    if number is None:
        return ""
    return _("ответили %(n)s", n=number) if poll else _("присутствовали %(n)s", n=number)


def _by_name(said: Mapping[str, Any]) -> str:
    """Who voted how, and who did not because the decision is about themselves; a secret vote names nobody."""
    cast = [f"{each.get('имя')} — {each.get('голос')}" for each in said.get("поимённо") or ()]
    recused = ", ".join(said.get("самоотводы") or ())
    without = _("не голосовали, решение касается их самих: %(who)s", who=recused) if recused else ""
    return "; ".join(filter(None, (*cast, without)))


def _violations(said: Mapping[str, Any]) -> list[str]:
    """What violations the commission has found, and their causes."""
    found, causes = said.get("нарушения"), said.get("причины_нарушений")
    return [
        *([_("Нарушения: %(words)s", words=found)] if found else []),
        *([_("Их причины: %(words)s", words=causes)] if causes else []),
    ]


def _attendance(found: SittingRecord) -> list[dict[str, Any]]:
    voting = {row.get("имя") for row in _list(found, "голосующие")}
    return [
        {
            "name": row.get("имя"),
            "agency": row.get("организация"),
            "part": row.get("место") or _("член комиссии"),
            "instead": row.get("вместо"),
            "comes": row.get("участвует"),
            "came": row.get("присутствует", True if row.get("имя") in voting else None),
        }
        for row in _list(found, "явка")
    ]


def _quorum(found: SittingRecord) -> str | None:
    counted = found.known.get("состав")
    if not isinstance(counted, Mapping):
        return None
    figures = {"n": counted.get("участвуют"), "all": len(_list(found, "члены")), "m": counted.get("нужно")}
    if found.sitting.poll:
        words = _("ответили %(n)s из %(all)s, нужно %(m)s", **figures)
    elif found.known.get("голосующие") is None:
        words = _("участвуют %(n)s из %(all)s, нужно %(m)s", **figures)
    else:
        words = _("присутствовали %(n)s из %(all)s, нужно %(m)s", **figures)
    return f"{_('кворум есть') if counted.get('кворум') == 'есть' else _('кворума нет')}: {words}"


def _facts(found: SittingRecord) -> list[dict[str, Any]]:
    known = found.known
    hours = " – ".join(str(known[name])[:5] for name in ("начало", "окончание") if known.get(name))
    pairs = (
        (_("Ответы принимают до") if found.sitting.poll else _("День"), date_words(found.sitting.day)),
        (_("Время"), hours or str(known.get("время_заседания") or "")[:5]),
        (_("Место"), known.get("место")),
        (_("Порядок"), known.get("порядок")),
        (_("Почему отменено") if found.sitting.cancelled else _("Повод"), found.sitting.reason),
        (_("Опрос №") if found.sitting.poll else _("Заседание №"), known.get("номер_заседания")),
        (_("Протокол №"), known.get("номер_протокола")),
        (_("Приглашены"), known.get("приглашённые")),
        (_("Постановление отправлено"), _sent(known)),
    )
    return [{"name": name, "value": value} for name, value in pairs if value]


def _sent(known: Mapping[str, Any]) -> str:
    day = known.get("постановление_отправлено")
    return ", ".join(filter(None, (date_digits(day), known.get("кому_отправлено")))) if day else ""
