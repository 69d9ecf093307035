"""«Задачи»: the inbox of a specialist, and taking a step from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.records.search import find_case_ids
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.access.policy import ROLES
from engine.access.queries import names_of
from engine.errors import Conflict
from engine.model import Actor, Permission
from engine.worklist import service
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
from webui.frame import local_time
from webui.guards import actor, permission, runtime

pages = Blueprint("inbox", __name__)

TITLES = {
    "overdue": ("Просрочено", "начните отсюда"),
    "today": ("Сегодня", None),
    "week": ("На этой неделе", None),
    "paused": ("На паузе", "срок не идёт"),
    "later": ("Позже", None),
}
GROUP_ORDER = ("overdue", "today", "week", "paused", "later")


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
        bucket = asked.get("term")
        return cls(
            whose=asked.get("whose", "all") if asked.get("whose") in {"own", "role"} else "all",
            bucket=bucket if bucket in BUCKETS else None,
            process=asked.get("pathway") or None,
            search=asked.get("q", "").strip()[:100],
            after=_cursor(asked.get("after", "")),
        )

    def address(self, **changes: str | None) -> str:
        """The same list with something else chosen; a new choice begins at the first page."""
        now = {
            "whose": None if self.whose == "all" else self.whose,
            "term": self.bucket,
            "pathway": self.process,
            "q": self.search or None,
        }
        return url_for("inbox.show", **{k: v for k, v in {**now, **changes}.items() if v})

    def queues(self, person: Actor) -> frozenset[int]:
        """Where the wanted steps lie."""
        match self.whose:
            case "own":
                return frozenset({person.own_queue})
            case "role":
                return person.queues - {person.own_queue}
            case _:
                return person.queues


def _cursor(text: str) -> tuple[int, int] | None:
    due, _, number = text.partition("-")
    return (int(due), int(number)) if due.isdigit() and number.isdigit() else None


@pages.get("/")
@permission(Permission.TASK_WORK)
def show() -> str:
    """The list: a page of steps by due moment in groups, with counters."""
    rt, person, chosen = runtime(), actor(), Chosen.from_request()
    now = rt.clock.now()
    with rt.database.read() as conn:
        case_ids = find_case_ids(rt, conn, person, chosen.search) if chosen.search else None
        wanted = Filter(
            queues=chosen.queues(person),
            bucket=chosen.bucket,
            process=chosen.process,
            case_ids=case_ids,
            after=chosen.after,
        )
        rows = inbox_page(rt, conn, wanted, now, person.unit_id)
        counters = inbox_counters(rt, conn, person.queues, person.own_queue, now, person.unit_id)
        pathways = process_counters(conn, person.queues)
        names = names_of(conn, {row.assignee_id for row in rows if row.assignee_id})
        release = rt.library.current(conn)
    return render_template(
        "inbox.html",
        groups=_groups(rows, names, person),
        counters=counters,
        chosen=chosen,
        whose=_whose(counters, chosen),
        terms=_terms(counters, chosen),
        pathways=[
            {
                "words": release.process(key).name,
                "count": number_words(count),
                "current": chosen.process == key,
                "href": chosen.address(pathway=None if chosen.process == key else key),
            }
            for key, count in sorted(pathways.items())
        ],
        next_page=_next_page(rows, chosen),
        number_words=number_words,
    )


def number_words(count: int) -> str:
    """A counter as it is shown: it stops at "999+"."""
    return f"{CAP - 1}+" if count >= CAP else str(count)


def _next_page(rows: list[InboxRow], chosen: Chosen) -> str | None:
    if len(rows) < PAGE:
        return None
    return chosen.address(after="{}-{}".format(*rows[-1].cursor))


def _groups(rows: list[InboxRow], names: dict[int, str], person: Actor) -> list[dict[str, Any]]:
    groups = []
    for bucket in GROUP_ORDER:
        found = [row_view(row, names, person) for row in rows if row.bucket == bucket]
        if found:
            title, hint = TITLES[bucket]
            groups.append({"key": bucket, "title": title, "hint": hint, "rows": found})
    return groups


def row_view(row: InboxRow, names: dict[int, str], person: Actor) -> dict[str, Any]:
    """One step as the macro `task_row` shows it."""
    own = row.assignee_id == person.user_id
    title = f"{row.step.name}: {row.item}" if row.item else row.step.name
    return {
        "id": row.task_id,
        "href": url_for("tasks.show", task_id=row.task_id),
        "title": title,
        "case_number": row.case_number,
        "case_href": url_for("cases.show", case_id=row.case_id),
        "subject": row.label,
        "pathway": row.process_name,
        "assignee_words": _assignee(row, names, own),
        "role_words": ROLES[row.step.roles[0]] if row.step.roles else "",
        "due": row.words,
        "button": "continue" if own and row.draft_at else "open" if row.assignee_id else "take",
        "take_url": url_for("inbox.take", task_id=row.task_id),
        "version": "",
        "draft_words": f"черновик {local_time(row.draft_at)}" if row.draft_at else None,
    }


def _assignee(row: InboxRow, names: dict[int, str], own: bool) -> str:
    if row.assignee_id is None:
        return _("не назначено")
    return _("Вы") if own else names.get(row.assignee_id, "")


def _whose(counters: Counters, chosen: Chosen) -> list[dict[str, Any]]:
    return [
        {
            "words": words,
            "icon": icon,
            "count": number_words(count),
            "current": chosen.whose == key,
            "href": chosen.address(whose=None if key == "all" else key),
            "phone_words": phone,
        }
        for key, words, phone, icon, count in (
            ("all", _("Все мне доступные"), _("Все"), "inbox", counters.total),
            ("own", _("Мои"), _("Мои"), "person", counters.own),
            ("role", _("Моей роли"), _("Роли"), "people", counters.role),
        )
    ]


def _terms(counters: Counters, chosen: Chosen) -> list[dict[str, Any]]:
    looks = {
        "overdue": ("overdue", "urgent"),
        "today": ("today", "soon"),
        "week": ("calendar", None),
        "paused": ("paused", None),
        "later": ("later", None),
    }
    return [
        {
            "words": TITLES[bucket][0],
            "icon": looks[bucket][0],
            "role": looks[bucket][1],
            "count": number_words(getattr(counters, bucket)),
            "current": chosen.bucket == bucket,
            "href": chosen.address(term=None if chosen.bucket == bucket else bucket),
        }
        for bucket in GROUP_ORDER
    ]


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
    for _attempt in range(5):
        with rt.database.read() as conn:
            found = next_of_role(rt, conn, person.queues - {person.own_queue}, rt.clock.now(), person.unit_id)
        if found is None:
            break
        try:
            service.claim(rt, person, found)
        except Conflict:
            continue
        return redirect(url_for("tasks.show", task_id=found), 303)
    flash(_("Свободных задач вашей роли сейчас нет."))
    return redirect(url_for("inbox.show"), 303)
