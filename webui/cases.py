"""«Дела»: the list, the case file, opening and stopping a case, noting what happened outside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from engine.access.journal import record_view
from engine.access.policy import covers_case
from engine.access.queries import names_of
from engine.bpmn import Process
from engine.cases.clock_views import terms_of_case
from engine.cases.events import awaited_events, note_event
from engine.cases.letters import mentions
from engine.cases.programme_export import FINISHED, NEED, PATHWAY, SUPPORT, exports_of, proposal
from engine.cases.queries import (
    CaseCard,
    case_card,
    case_history,
    case_list,
    case_position,
    open_incidents,
)
from engine.cases.requesting import requests_of
from engine.cases.service import cancel_case
from engine.cases.standing import standings
from engine.cases.visibility import visible_among
from engine.documents.queries import case_papers
from engine.errors import NotAllowed
from engine.model import Actor, Permission, Scope
from engine.records.agenda import AgendaItem, agenda, items_of_case
from engine.records.queries import (
    FamilyView,
    PersonBrief,
    family_view,
    find_people,
    person_brief,
    similar_people,
)
from engine.records.values import RELATIONS
from engine.worklist.casework import FinishedStep, case_tasks, finished_tasks
from engine.worklist.escalations import red_cases
from engine.worklist.forecast import forecasts_of_case
from engine.worklist.next_action import next_actions
from webui.explained import decision_cards
from webui.forecast import forecast_row
from webui.frame import local, local_now
from webui.guards import actor, permission, runtime
from webui.histories import history_rows
from webui.opening import begun_lines, startable
from webui.positions import position_marks
from webui.referrals import RESULT_WORDS, STATES
from webui.repair import case_or_list
from webui.rows import action_view, owner_words, row_view, standing_words
from webui.search import sealed, sought
from webui.substitutes import away_notes, stand_in
from webui.ui import date_words
from webui.watched import watched

pages = Blueprint("cases", __name__)

PAGE = 50
FINISHED_SHOWN = 5
HISTORY_SHOWN = 8

PROGRAMMES = {"p03_need_ippsu": NEED, "p05_family_support": SUPPORT}
"""Pathways whose cases make a programme, and which; it goes to the regional register."""

ASKING = {"p03_need_ippsu"}
"""Pathways whose cases send requests of data as cases of their own."""

DECIDED = {
    "approve": _l("одобрено"),
    "refuse": _l("отказано"),
    "postpone": _l("отложено"),
    "extra_check": _l("дополнительная проверка"),
}
"""What a commission decided on a question."""

ANSWERED_BY = ("лично", "по телефону", "письменно", "через законного представителя")
"""How it may have become known."""


@pages.get("/cases")
@permission(Permission.CASE_VIEW)
def index() -> str:
    """Cases within reach, newest first; a search by number or surname."""
    rt, person = runtime(), actor()
    search = sought()
    state = request.args.get("state", "")
    state = state if state in {"ended", "all"} else "active"
    with rt.database.read() as conn:
        sees = bool(search) and person.may(Permission.RECORD_VIEW)
        cards = _cards(conn, search, state, find_people(rt, conn, person, search) if sees else [])
        similar = sees and not cards
        if similar:
            cards = _cards(conn, search, state, similar_people(rt, conn, person, search))
        actions = next_actions(rt, conn, person, cards, rt.clock.now())
        people_ids = {card.owner_id or 0 for card in cards}
        names = names_of(conn, people_ids | {each.assignee_id or 0 for each in actions.values()})
        red = red_cases(rt, conn, {card.id for card in cards if card.active}, rt.clock.now())
        pathways = startable(rt.library.current(conn), person)
        waiting = begun_lines(rt, conn, person, pathways)
    question = sealed(search)
    older = url_for("cases.index", q=question, state=state, before=cards[-1].id if cards else None)
    return render_template(
        "cases.html",
        cards=cards,
        red=red,
        owners={card.id: owner_words(rt, card, actions[card.id], names) for card in cards},
        actions={card.id: action_view(actions[card.id], names) for card in cards},
        search=search,
        similar=similar,
        question=question,
        state=state,
        pathways=pathways,
        begun=waiting,
        next_page=older if len(cards) == PAGE else None,
        may_repair=person.may(Permission.CASE_REPAIR),
    )


def _cards(conn: Connection, search: str, state: str, people: Iterable[PersonBrief]) -> list[CaseCard]:
    """A page of cases in that state; of a search those with that number and those about these people."""
    known = list(people)
    return case_list(
        runtime(),
        conn,
        actor(),
        active={"ended": False, "all": None}.get(state, True),
        number=search or None,
        person_ids=[found.id for found in known],
        family_ids=[family for found in known for family in found.family_ids],
        before=request.args.get("before", type=int),
        limit=PAGE,
    )


@pages.get("/cases/<int:case_id>")
@permission(Permission.CASE_VIEW)
def show(case_id: int) -> str:
    """The case file. Opening it is noted in the journal of views."""
    rt, person = runtime(), actor()
    now = rt.clock.now()
    with rt.database.read() as conn:
        card = case_card(rt, conn, person, case_id)
        history = case_history(rt, conn, card)
        open_rows = case_tasks(rt, conn, case_id, now, person.unit_id)
        finished = finished_tasks(rt, conn, card, now)
        papers = case_papers(rt, conn, person, case_id)
        incidents = open_incidents(conn, case_id)
        action = next_actions(rt, conn, person, [card], now)[card.id]
        names = names_of(
            conn,
            {entry.actor_id for entry in history}
            | {row.assignee_id or 0 for row in open_rows}
            | {done.closed_by or 0 for done in finished}
            | {each.added_by for each in papers.attachments}
            | {card.owner_id or 0, action.assignee_id or 0},
        )
        position = case_position(rt, conn, card)
        standing = standings(rt, conn, [card])[case_id]
        subject = person_brief(rt, conn, person, card.person_id) if card.person_id else None
        may_note = card.active and covers_case(person, Permission.CASE_START, card)
        events = awaited_events(rt, conn, card) if may_note else []
        sitting, asked = _agenda(conn, person, card)
        terms = terms_of_case(rt, conn, person, card, now)
        red = bool(red_cases(rt, conn, [case_id], now))
        notes = away_notes(rt, conn, [card.owner_id, *(row.assignee_id for row in open_rows)])
        expected = forecasts_of_case(rt, conn, case_id, now)
        mentioned = mentions(conn, case_id)
        exports = exports_of(rt, conn, card) if card.process in PROGRAMMES else []
        requests = requests_of(rt, conn, card) if card.process in ASKING else []
    with rt.database.write() as conn:
        record_view(rt, conn, person, "case", case_id, case_id=case_id)
    release = rt.library.release(card.release_id)
    family = _family(card)
    standing_in = stand_in(rt, person)
    return render_template(
        "case.html",
        card=card,
        red=red,
        standing=standing_words(standing),
        ground=standing.ground,
        subject=subject,
        family=family,
        watched=_watched(family, local_now(person).date()) if family else None,
        relations=RELATIONS,
        tasks=[row_view(row, names, person, standing_in, notes) for row in open_rows],
        owner=owner_words(rt, card, action, names),
        action=action_view(action, names),
        finished=finished[:FINISHED_SHOWN],
        finished_count=len(finished),
        documents=papers.documents,
        by_task={document.task_id: document for document in papers.documents if document.task_id},
        attachments=papers.attachments,
        incidents=[(incident, release.step(card.process, incident.node).name) for incident in incidents],
        history=history_rows(history[:HISTORY_SHOWN], names),
        decisions=decision_cards(history),
        names=names,
        owner_note=notes.get(card.owner_id or 0),
        stages=_stages(release.process(card.process), card, finished),
        marks=position_marks(card.process, card.process, position),
        events=events,
        answered_by=ANSWERED_BY,
        sitting=sitting,
        asked=asked,
        letters=mentioned,
        exports=exports,
        requests=requests,
        request_states=STATES,
        export_url=_export_url(person, card, finished),
        results=RESULT_WORDS,
        terms=terms,
        forecasts={term_id: forecast_row(each, [case_id]) for term_id, each in expected.items()},
        may_attach=card.active and person.may(Permission.TASK_WORK),
        may_repair=card.active and covers_case(person, Permission.CASE_REPAIR, card),
        may_see_views=person.may(Permission.AUDIT_VIEW, Scope.TEAM)
        and covers_case(person, Permission.AUDIT_VIEW, card),
    )


def _export_url(person: Actor, card: CaseCard, finished: Iterable[FinishedStep]) -> str | None:
    """Where the programme of a case is handed over to the regional register; None while there is none, and
    for who opens no cases.
    """
    kind = PROGRAMMES.get(card.process)
    if kind is None or all(done.step.node != FINISHED[kind] for done in finished):
        return None
    if card.person_id is None or not person.may(Permission.CASE_START):
        return None
    chosen: dict[str, Any] = {"person": card.person_id, **proposal(kind)}
    return url_for("opening.new", key=PATHWAY, **chosen)


def _family(card: CaseCard) -> FamilyView | None:
    """The family, for whom it is open; the look at it is noted too."""
    person = actor()
    if card.family_id is None or not person.may(Permission.RECORD_VIEW):
        return None
    try:
        return family_view(runtime(), person, card.family_id, case_id=card.id)
    except NotAllowed:
        return None


def _watched(family: FamilyView, today: date) -> dict[str, Any]:
    with runtime().database.read() as conn:
        return watched(conn, family.id, today)


def _agenda(
    conn: Connection, person: Actor, card: CaseCard
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(what the sitting hears, what the case has asked): each with a link where the person may follow it."""
    heard, asked = agenda(conn, card.id), items_of_case(conn, card.id)
    wanted = {item.case_id for item in heard} | {item.sitting_case_id or 0 for item in asked}
    open_to = visible_among(conn, person, wanted)

    def line(item: AgendaItem, leads_to: int | None) -> dict[str, Any]:
        return {
            "title": item.title,
            "decision": _("отозван") if item.withdrawn else DECIDED.get(item.decision or ""),
            "postponed": item.postponed,
            "href": url_for("cases.show", case_id=leads_to) if leads_to in open_to else None,
        }

    return (
        [line(item, item.case_id) for item in heard],
        [line(item, item.sitting_case_id) for item in asked],
    )


def _stages(process: Process, card: CaseCard, finished: list[FinishedStep]) -> list[dict[str, Any]]:
    """The strip of stages in the order of the diagram, with the days on which their steps were done. Where
    the case stands in a called process, the stages that it passed there follow.
    """
    order = list(dict.fromkeys(info.stage for info in process.steps.values() if info.stage))
    of_stage: dict[str, list[FinishedStep]] = {}
    stage = ""
    for done in reversed(finished):
        stage = done.step.stage or stage or (order[0] if order else "")
        of_stage.setdefault(stage, []).append(done)
    if card.stage and card.stage not in order:
        passed = [title for title in order if title in of_stage]
        order = list(dict.fromkeys([*passed, *(title for title in of_stage if title), card.stage]))
        order.append(order.pop(order.index(card.stage)))
    here = order.index(card.stage) if card.stage in order else -1
    return [
        {
            "title": title,
            "state": _stage_state(n, here, card.active, of_stage.get(title, [])),
            "date_words": _span([local(done.closed_at).date() for done in of_stage.get(title, [])]),
            "note": _stage_note(of_stage.get(title, [])),
        }
        for n, title in enumerate(order)
    ]


def _stage_state(number: int, here: int, active: bool, done: list[FinishedStep]) -> str:
    if number == here and active:
        return "current"
    if number > here:
        return "ahead"
    return "late" if any(step.words.state == "late" for step in done) else "done"


def _stage_note(done: list[FinishedStep]) -> str:
    """Whether its steps kept their terms: the first one that did not."""
    late = next((step.words.left for step in done if step.words.state == "late"), None)
    if late is not None:
        return late
    return _("в срок") if any(step.words.state == "met" for step in done) else ""


def _span(days: list[date]) -> str:
    """«22 декабря, пн — 12 января, пн», one day, or nothing."""
    if not days:
        return ""
    return " — ".join(dict.fromkeys((date_words(min(days)), date_words(max(days)))))


@pages.get("/cases/<int:case_id>/history")
@permission(Permission.CASE_VIEW)
def history(case_id: int) -> str:
    """Everything that happened in the case, and all its finished steps."""
    rt, person = runtime(), actor()
    with rt.database.read() as conn:
        card = case_card(rt, conn, person, case_id)
        entries = case_history(rt, conn, card, limit=1_000)
        finished = finished_tasks(rt, conn, card, rt.clock.now())
        names = names_of(conn, {e.actor_id for e in entries} | {done.closed_by or 0 for done in finished})
    with rt.database.write() as conn:
        record_view(rt, conn, person, "case", case_id, case_id=case_id)
    return render_template(
        "case_history.html", card=card, history=history_rows(entries, names), finished=finished, names=names
    )


@pages.post("/cases/<int:case_id>/events")
@permission(Permission.CASE_START)
def note(case_id: int) -> Response:
    """Note what a citizen answered or what happened: the case goes on from where it waited for it."""
    name = request.form.get("event", "")
    said = {
        "ответ_получен": request.form.get("by", "")[:100],
        "слова_гражданина": request.form.get("words", "").strip()[:2_000],
    }
    note_event(runtime(), actor(), case_id, name, {key: value for key, value in said.items() if value})
    flash(_("Событие записано, дело пошло дальше."))
    return redirect(url_for("cases.show", case_id=case_id), 303)


@pages.post("/cases/<int:case_id>/cancel")
@permission(Permission.CASE_REPAIR)
def cancel(case_id: int) -> Response:
    """Stop a case for a reason."""
    cancel_case(runtime(), actor(), case_id, request.form.get("reason", ""))
    flash(_("Дело прекращено."))
    return redirect(case_or_list(case_id), 303)
