"""«Задачи»: the inbox of a specialist, and taking a step from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from engine.access.queries import names_of
from engine.deadlines.russian import day_month
from engine.errors import Conflict
from engine.model import Actor, Permission
from engine.records.search import find_case_ids, similar_case_ids
from engine.worklist import service
from engine.worklist.escalations import escalations
from engine.worklist.inbox import (
    BUCKETS,
    CAP,
    PAGE,
    Counters,
    Filter,
    InboxRow,
    inbox_counters,
    inbox_page,
    next_of_role,
    process_counters,
)
from webui.addresses import row_number
from webui.frame import local_now
from webui.guards import actor, permission, runtime
from webui.overdue import overdue_lines
from webui.rows import number_words, row_view
from webui.search import FIELD, sealed, sought
from webui.substitutes import StandIn, away_among, note, stand_in
from webui.ui import date_words, plural

pages = Blueprint("inbox", __name__)

TERMS = {
    "overdue": (_l("Просрочено"), None, "overdue", "urgent"),
    "today": (_l("Сегодня"), None, "today", "soon"),
    "week": (_l("На этой неделе"), _l("Неделя"), "calendar", None),
    "paused": (_l("На паузе"), None, "paused", None),
    "later": (_l("Позже"), None, "later", None),
}
"""Words, shorter words for a phone, icon and colour of each group, in the order of the page."""

WHOSE = frozenset({"own", "role", "substitute"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader has chosen in the column of filters; everything is in the address, so a link can be
    sent.
    """

    whose: str = "all"
    bucket: str | None = None
    process: str | None = None
    search: str = ""
    after: tuple[int, int] | None = None

    @classmethod
    def from_request(cls) -> Chosen:
        """Unknown values are taken as not chosen."""
        asked = request.args
        whose, bucket = asked.get("whose", ""), asked.get("term", "")
        return cls(
            whose=whose if whose in WHOSE else "all",
            bucket=bucket if bucket in BUCKETS else None,
            process=asked.get("pathway") or None,
            search=sought(),
            after=_cursor(asked.get("after", "")),
        )

    def address(self, **changes: str | None) -> str:
        """The same list with something else chosen; a new choice begins at the first page."""
        now = {
            "whose": None if self.whose == "all" else self.whose,
            "term": self.bucket,
            "pathway": self.process,
            FIELD: sealed(self.search),
        }
        chosen: dict[str, Any] = {k: v for k, v in {**now, **changes}.items() if v}
        return url_for("inbox.show", **chosen)

    def page_address(self) -> str:
        """The very page, for refreshing it."""
        return self.address(after="{}-{}".format(*self.after) if self.after else None)

    @property
    def narrowed(self) -> bool:
        """True when not everything is shown."""
        return replace(self, after=None) != Chosen()

    @property
    def shows_supervised(self) -> bool:
        """True where a supervisor's lines stand above the tasks: on the first page of all that is overdue."""
        return replace(self, bucket=None) == Chosen() and self.bucket in {None, "overdue"}

    def queues(self, person: Actor, standing_in: StandIn) -> frozenset[int]:
        """Where the wanted steps lie."""
        match self.whose:
            case "own":
                return frozenset({person.own_queue})
            case "role":
                return person.queues - {person.own_queue} - standing_in.queues
            case "substitute":
                return standing_in.queues
            case _:
                return person.queues


def _cursor(text: str) -> tuple[int, int] | None:
    due, _dash, number = text.partition("-")
    try:
        return row_number(due), row_number(number)
    except ValueError:
        return None


@pages.get("/")
@permission(Permission.TASK_WORK)
def show() -> str:
    """The list: a page of steps by due moment in groups, with counters."""
    rt, person, chosen = runtime(), actor(), Chosen.from_request()
    now, standing_in = rt.clock.now(), stand_in(rt, person)
    with rt.database.read() as conn:
        case_ids = tuple(find_case_ids(rt, conn, person, chosen.search)) if chosen.search else None
        similar = case_ids == ()
        if similar:
            case_ids = tuple(similar_case_ids(rt, conn, person, chosen.search))
        wanted = Filter(
            queues=chosen.queues(person, standing_in),
            bucket=chosen.bucket,
            process=chosen.process,
            case_ids=case_ids,
            after=chosen.after,
        )
        rows = inbox_page(rt, conn, wanted, now, person.unit_id)
        counters = inbox_counters(
            rt, conn, person.queues, person.own_queue, now, person.unit_id, lent=standing_in.queues
        )
        pathways = process_counters(rt, conn, person.queues)
        lines = escalations(rt, conn, person, now) if chosen.shows_supervised else []
        responsible = {row.assignee_id or 0 for row in rows} | {line.assignee_id or 0 for line in lines}
        away = away_among(rt, conn, [line.assignee_id for line in lines])
        acting = {each.acting_id or 0 for each in away}
        names = names_of(conn, responsible | acting | standing_in.absent.keys())
    notes = {each.account_id: note(each, names) for each in away}
    return render_template(
        "inbox.html",
        summary=summary_words(counters),
        supervised=overdue_lines(lines, names, notes),
        groups=_groups(rows, names, person, standing_in, counters, chosen),
        chosen=chosen,
        similar=similar,
        whose=_whose(counters, chosen, standing_in),
        terms=_terms(counters, chosen),
        pathways=[
            {
                "words": each.name,
                "count": number_words(each.count),
                "current": chosen.process == each.key,
                "href": chosen.address(pathway=None if chosen.process == each.key else each.key),
            }
            for each in pathways
        ],
        standing_in=_standing_in_words(standing_in, names, counters.lent),
        end_words=_end_words(counters.role - counters.lent),
        next_page=_next_page(rows, chosen),
        shown=len(rows),
    )


def summary_words(counters: Counters) -> str:
    """«Сегодня нужно завершить 3, просрочены 3»: what cannot wait, in one line."""
    if counters.today and counters.overdue:
        return _(
            "Сегодня нужно завершить %(today)s, просрочено %(overdue)s",
            today=number_words(counters.today),
            overdue=number_words(counters.overdue),
        )
    if counters.overdue:
        return _(
            "Просрочено %(overdue)s, на сегодня сроков больше нет", overdue=number_words(counters.overdue)
        )
    if counters.today:
        return _("Сегодня нужно завершить %(today)s", today=number_words(counters.today))
    return _("На сегодня сроков нет")


def _groups(
    rows: list[InboxRow],
    names: dict[int, str],
    person: Actor,
    standing_in: StandIn,
    counters: Counters,
    chosen: Chosen,
) -> list[dict[str, Any]]:
    """Groups that have rows on this page; the number beside the title counts those of other pages too."""
    groups: list[dict[str, Any]] = []
    for bucket, (title, _phone, _icon, _role) in TERMS.items():
        found = [row_view(row, names, person, standing_in) for row in rows if row.bucket == bucket]
        if found:
            whole = replace(chosen, bucket=None) == Chosen()
            groups.append(
                {
                    "key": bucket,
                    "title": title,
                    "hint": _hint(bucket, person),
                    "rows": found,
                    "count": number_words(getattr(counters, bucket) if whole else len(found)),
                    "closed": bucket == "later" and chosen.bucket is None and len(groups) > 0,
                }
            )
    return groups


def _hint(bucket: str, person: Actor) -> str | None:
    """What stands beside the title of a group."""
    calendars, today = runtime().calendars, local_now(person).date()
    match bucket:
        case "overdue":
            return _("начните отсюда")
        case "today":
            kind = calendars.calendar(person.unit_id).day(today).kind
            closes = calendars.office(person.unit_id).closes(today, kind)
            return _("до %(time)s, закрытия", time=f"{closes:%H:%M}")
        case "week":
            return _("до %(day)s", day=day_month(_sunday(today)))
        case "paused":
            return _("срок не идёт")
        case _:
            return _("после %(day)s", day=day_month(_sunday(today)))


def _sunday(today: date) -> date:
    return today + timedelta(6 - today.weekday())


def _whose(counters: Counters, chosen: Chosen, standing_in: StandIn) -> list[dict[str, Any]]:
    items = [
        ("all", _("Все мне доступные"), _("Все"), "stack", counters.total),
        ("own", _("Мои"), None, "mine", counters.own),
        ("role", _("Моей роли"), None, "people", counters.role - counters.lent),
    ]
    if standing_in.queues:
        items.append(("substitute", _("Замещаю"), None, "swap", counters.lent))
    return [
        {
            "words": words,
            "icon": icon,
            "count": number_words(count),
            "current": chosen.whose == key,
            "href": chosen.address(whose=None if key == "all" else key),
            "phone_words": phone,
        }
        for key, words, phone, icon, count in items
    ]


def _terms(counters: Counters, chosen: Chosen) -> list[dict[str, Any]]:
    return [
        {
            "words": words,
            "phone_words": phone,
            "icon": icon,
            "role": role if getattr(counters, bucket) else None,
            "count": number_words(getattr(counters, bucket)),
            "current": chosen.bucket == bucket,
            "href": chosen.address(term=None if chosen.bucket == bucket else bucket),
        }
        for bucket, (words, phone, icon, role) in TERMS.items()
    ]


def _standing_in_words(standing_in: StandIn, names: dict[int, str], count: int) -> str | None:
    """«Вы замещаете: Белова Н. А. до 30 января, пт. В вашем списке за них: 1 задача.»"""
    if not standing_in.absent:
        return None
    people = ", ".join(
        _("%(name)s до %(day)s", name=names.get(absent, ""), day=date_words(last_day))
        for absent, last_day in sorted(standing_in.absent.items())
    )
    steps = plural(count, _("задача"), _("задачи"), _("задач"))
    return _("Вы замещаете: %(people)s. В вашем списке за них: %(steps)s.", people=people, steps=steps)


def _end_words(free: int) -> str:
    """The line under the last group: what waits beside the list."""
    words = [_("Это все ваши задачи.")]
    if free:
        steps = plural(free, _("задача"), _("задачи"), _("задач")) if free < CAP else number_words(free)
        words.append(_("Исполнителя в вашей роли ждут: %(steps)s.", steps=steps))
    return " ".join(words)


def _next_page(rows: list[InboxRow], chosen: Chosen) -> str | None:
    if len(rows) < PAGE:
        return None
    return chosen.address(after="{}-{}".format(*rows[-1].cursor))


@pages.post("/tasks/<int:task_id>/take")
@permission(Permission.TASK_WORK)
def take(task_id: int) -> Response:
    """Take a step of one's role and open it."""
    service.claim(runtime(), actor(), task_id)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@pages.post("/tasks/next")
@permission(Permission.TASK_WORK)
def take_next() -> Response:
    """Take the most urgent step of one's role; when somebody was quicker, the one after it."""
    rt, person = runtime(), actor()
    queues = person.queues - {person.own_queue} - stand_in(rt, person).queues
    for _attempt in range(5):
        with rt.database.read() as conn:
            found = next_of_role(rt, conn, queues, rt.clock.now(), person.unit_id)
        if found is None:
            break
        try:
            service.claim(rt, person, found)
        except Conflict:
            continue
        return redirect(url_for("tasks.show", task_id=found), 303)
    flash(_("Свободных задач вашей роли сейчас нет."))
    return redirect(url_for("inbox.show"), 303)
