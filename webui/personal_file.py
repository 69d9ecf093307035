"""«Личное дело»: the file of a family or a person on one page, to be read and to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from engine.access.queries import names_of
from engine.cases.queries import CaseCard
from engine.model import SYSTEM, Permission
from engine.records.queries import FamilyView, PersonView, family_view, person_view
from engine.records.registers import Subject
from engine.records.values import RELATIONS
from engine.records.visits import Visit
from engine.worklist.personal_file import Event, PersonalFile, cards_of_people, personal_file
from webui.cases import DECIDED
from webui.frame import local, local_now
from webui.guards import actor, permission, runtime
from webui.histories import WORDS
from webui.referrals import KINDS, RESULT_WORDS, STATES, given_words
from webui.rows import action_view, owner_words, place_words, standing_words
from webui.ui import date_digits, time_digits
from webui.visits import silence_words

pages = Blueprint("personal_file", __name__)


@pages.get("/families/<int:family_id>/file")
@permission(Permission.RECORD_VIEW)
def family(family_id: int) -> str:
    """The file of a family: members, whom they are represented by, everything their cases did."""
    rt, person = runtime(), actor()
    view = family_view(rt, person, family_id)
    people = [member.person.id for member in view.members]
    found = personal_file(rt, person, Subject(family_id, None), people, local_now(person).date())
    return _page(
        found, view.label, view.unit_id, _members(view), url_for("families.show", family_id=family_id)
    )


@pages.get("/people/<int:person_id>/file")
@permission(Permission.RECORD_VIEW)
def person(person_id: int) -> str:
    """The file of one person."""
    rt, asked_by = runtime(), actor()
    view = person_view(rt, asked_by, person_id)
    found = personal_file(rt, asked_by, Subject(None, person_id), [person_id], local_now(asked_by).date())
    name = view.data.name.full() if view.data else _("Данные уничтожены")
    return _page(found, name, view.unit_id, _one(view), url_for("records.show", person_id=person_id))


def _page(found: PersonalFile, title: str, unit_id: int, members: list[dict[str, Any]], back: str) -> str:
    rt, here = runtime(), local_now(actor())
    with rt.database.read() as conn:
        names = names_of(
            conn,
            {card.owner_id or 0 for card in found.cards}
            | {event.actor_id for event in found.events}
            | {entry.keeper_id or 0 for entry in found.registers}
            | set(found.keepers.values())
            | {action.assignee_id or 0 for action in found.actions.values()},
        )
    owners = {card.id: owner_words(rt, card, found.actions[card.id], names) for card in found.cards}
    actions = {card.id: action_view(found.actions[card.id], names) for card in found.cards}
    return render_template(
        "personal_file.html",
        title=title,
        unit=rt.directory.tree().unit(unit_id).name,
        back=back,
        members=members,
        file=found,
        summary=_summary(found, owners, actions),
        standings={number: standing_words(each) for number, each in found.standings.items()},
        numbers={card.id: card.number for card in found.cards},
        owners=owners,
        actions=actions,
        grounds=_grounds(found),
        consents=[paper for paper in found.papers if paper.consent],
        questions=[
            {"question": each, "decision": DECIDED.get(each.decision or "")} for each in found.questions
        ],
        kinds=KINDS,
        states=STATES,
        given={each.id: given_words(each) for each in found.referrals},
        letters=found.letters,
        results=RESULT_WORDS,
        visits=[
            {
                "visit": each,
                "crew": _crew(found, each),
                "car": _car(found, each),
                "act": found.acts.get(each.id),
            }
            for each in found.visits
        ],
        events=[_event(each, names) for each in found.events],
        silence=silence_words(found.silence) if found.silence else None,
        names=names,
        today=here.date(),
        printed=_("%(day)s, %(time)s", day=date_digits(here.date()), time=time_digits(here)),
        printed_by=actor().name,
        sees_cases=actor().may(Permission.CASE_VIEW),
    )


def _summary(
    found: PersonalFile,
    owners: Mapping[int, tuple[str, str]],
    actions: Mapping[int, Mapping[str, Any]],
) -> list[dict[str, str]]:
    """What the file says first: who leads the work and what is next, where they live, how they are judged, by
    what right their data are kept. Of several running cases the newest one; the others stand below.
    """
    running = next((card for card in found.cards if card.active), None)
    said = [found.standings[card.id] for card in found.cards]
    judged = next((words for each in said if (words := standing_words(each))), "")
    on = [
        f"{entry.title}: {entry.state}" if entry.state else entry.title
        for entry in found.registers
        if entry.until is None
    ]
    grounds = dict.fromkeys(part for each in said for part in each.ground.split("; ") if part)
    return [
        *([] if running is None else _work(running, owners[running.id], actions[running.id])),
        {"name": _("Населённый пункт"), "value": place_words(found.place) if found.place else _("не указан")},
        {"name": _("Категория и риск по оценке"), "value": judged or _("не определены")},
        {"name": _("На учёте"), "value": "; ".join(on) or _("не состоит")},
        {"name": _("Основание обработки данных"), "value": "; ".join(grounds) or _("в деле нет")},
    ]


def _work(card: CaseCard, owner: tuple[str, str], action: Mapping[str, Any]) -> list[dict[str, str]]:
    """Owner, next action and its date of a running case."""
    words = action["words"]
    until = ", ".join(part for part in (words.left, words.date_words) if part) if words else action["until"]
    return [
        {"name": _("Ведёт"), "value": ", ".join(part for part in owner if part), "note": f"№ {card.number}"},
        {"name": _("Следующее действие"), "value": str(action["title"]), "note": until},
    ]


def _grounds(found: PersonalFile) -> list[dict[str, Any]]:
    """Each ground once, with the cases by which their data are processed on it."""
    by_ground: dict[str, list[CaseCard]] = {}
    for card in found.cards:
        if ground := found.standings[card.id].ground:
            by_ground.setdefault(ground, []).append(card)
    return [{"words": words, "cards": cards} for words, cards in by_ground.items()]


def _car(found: PersonalFile, visit: Visit) -> str:
    """With what car the visit was made, or will be."""
    if visit.car_id is not None:
        return _("машина: %(car)s", car=found.cars.get(visit.car_id, ""))
    return _("без машины") if visit.took_place else ""


def _crew(found: PersonalFile, visit: Visit) -> str:
    """Who came on a visit, who did not, and whether all that were needed were there."""
    crew = found.crews.get(visit.id, [])
    came = [f"{each.title}: {each.name}" if each.name else each.title for each in crew if each.comes]
    stayed = [each.title for each in crew if each.required and not each.comes]
    whole = {True: _("состав полный"), False: _("состав неполный"), None: ""}[visit.full_crew]
    parts = [", ".join(came), _("без: %(who)s", who=", ".join(stayed)) if stayed else "", whole]
    return "; ".join(part for part in parts if part) if visit.took_place else ""


def _members(view: FamilyView) -> list[dict[str, Any]]:
    rt = runtime()
    with rt.database.read() as conn:
        known = cards_of_people(rt, conn, [member.person.id for member in view.members])
    return [
        {
            "name": member.person.name,
            "age": member.person.age_words,
            "data": known.get(member.person.id),
            "relation": RELATIONS.get(member.relation, ""),
            "first_day": member.first_day,
            "last_day": member.last_day,
        }
        for member in view.members
    ]


def _one(view: PersonView) -> list[dict[str, Any]]:
    name = view.data.name.full() if view.data else ""
    return [
        {
            "name": name,
            "age": view.age_words,
            "data": view.data,
            "relation": "",
            "first_day": "",
            "last_day": None,
        }
    ]


def _event(event: Event, names: Mapping[int, str]) -> dict[str, Any]:
    words = str(WORDS[event.kind][0])
    return {
        "case_id": event.case_id,
        "when": f"{date_digits(local(event.at).date())} {time_digits(local(event.at))}",
        "words": f"{words}: {event.name}" if event.name else words,
        "who": _("Маршрут") if event.actor_id == SYSTEM.user_id else names.get(event.actor_id, ""),
    }
