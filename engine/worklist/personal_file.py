"""«Личное дело»: everything that the register and the cases know of a family or a person, on one page.

Who opens it sees what their rights reach: cases of other departments are counted, never shown. The look is
noted for the family or person and for every case of the file. The number of statements does not grow with
the cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from engine.access.journal import record_views
from engine.cases.history import HistoryKind
from engine.cases.letters import Mention, standing_on
from engine.cases.queries import CaseCard, case_list
from engine.cases.standing import Standing, standings
from engine.cases.tables import case_, history
from engine.deadlines.due import DueWords, words
from engine.deadlines.tables import term, term_of
from engine.documents.queries import STATUS_WORDS
from engine.documents.tables import DRAFT, ISSUED, SUPERSEDED, document
from engine.model import Actor, Permission
from engine.records.cars import cars_of
from engine.records.contacts import KINDS, Silence, silences
from engine.records.crews import Member, members_of
from engine.records.keeping import gone_through, keepers
from engine.records.measures import Measure, measures
from engine.records.queries import Settlement, people_data, settlement_named
from engine.records.referrals import Referral, referrals
from engine.records.registers import Entry, Subject, entries_of
from engine.records.tables import agenda_item, contact, person
from engine.records.values import PersonData
from engine.records.visits import Visit, settlement_of, visits_of
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.versions.naming import StepsOfCase
from engine.worklist.next_action import NextAction, next_actions

CASES, DOCUMENTS, EVENTS, CONTACTS, VISITS = 50, 200, 100, 30, 30
"""How many of each the file shows, the latest."""

CONSENTS = frozenset({"D02"})
"""Templates of documents that give leave to process the data, or name the ground in law."""

VISIT_ACT = "D86"

_IDS: Any = bindparam("ids", expanding=True)
_DOCUMENTS = (
    select(document)
    .where(document.c.case_id.in_(_IDS), document.c.status.in_((DRAFT, ISSUED, SUPERSEDED)))
    .order_by(document.c.id.desc())
    .limit(DOCUMENTS)
)
_TERMS = (
    select(term)
    .where(term.c.case_id.in_(_IDS), term.c.task_id.is_(None))
    .order_by(term.c.case_id.desc(), term.c.id)
)
_QUESTIONS = select(agenda_item).where(agenda_item.c.case_id.in_(_IDS)).order_by(agenda_item.c.id.desc())
_EVENTS = (
    select(history.c.case_id, history.c.at, history.c.actor_id, history.c.kind, history.c.node)
    .where(history.c.case_id.in_(_IDS))
    .order_by(history.c.id.desc())
    .limit(EVENTS)
)
_SAID = (HistoryKind.TOLD, HistoryKind.CLAIMED, HistoryKind.RETURNED)
"""Kinds of history that say how the office works, not what was done for the family."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of a case. `consent`: it gives leave to process the data, or names the ground."""

    id: int
    case_id: int
    template: str
    made_at: datetime
    title: str
    number: str
    at: datetime
    status_words: str
    consent: bool


@dataclass(frozen=True, slots=True)
class CaseTerm:
    """A term of a case, running or over."""

    case_id: int
    title: str
    ground: str
    words: DueWords


@dataclass(frozen=True, slots=True)
class Question:
    """What a case has put to a commission, and what was decided: a key of the pages' words, None before."""

    case_id: int
    title: str
    asked_at: datetime
    decided_at: datetime | None
    decision: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the journal of a case: what happened, without what the forms said."""

    case_id: int
    at: datetime
    actor_id: int
    kind: HistoryKind
    name: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody spoke with the family: when, how, in which case."""

    day: date
    kind_words: str
    case_id: int


@dataclass(frozen=True, slots=True)
class PersonalFile:
    """Everything but the members, whose cards the page opens by itself. `withheld`: cases out of reach.
    `place`: where they live. `standings` by case, `crews` and `acts` by visit; `cars`: title by number,
    `keepers`: account by register, `gone_through`: when they last checked it.
    """

    cards: tuple[CaseCard, ...]
    withheld: int
    actions: Mapping[int, NextAction]
    standings: Mapping[int, Standing]
    place: Settlement | None
    terms: tuple[CaseTerm, ...]
    papers: tuple[Paper, ...]
    questions: tuple[Question, ...]
    referrals: tuple[Referral, ...]
    letters: tuple[Mention, ...]
    measures: tuple[Measure, ...]
    events: tuple[Event, ...]
    registers: tuple[Entry, ...]
    contacts: tuple[Contact, ...]
    silence: Silence | None
    visits: tuple[Visit, ...]
    crews: Mapping[int, list[Member]]
    cars: Mapping[int, str]
    keepers: Mapping[str, int]
    gone_through: Mapping[str, datetime]
    acts: Mapping[int, Paper]


def personal_file(
    rt: Runtime, actor: Actor, subject: Subject, people: Sequence[int], today: date
) -> PersonalFile:
    """The file of a family, or of a person who is in none, whose card the actor has opened. `people`: whose
    cases belong to it besides those of the family.
    """
    now, tree = rt.clock.now(), rt.directory.tree()
    with rt.database.write() as conn:
        cards = _cards(rt, conn, actor, subject, people)
        ids = {"ids": [card.id for card in cards]}
        by_id = {card.id: card for card in cards}
        papers = [_paper(row) for row in conn.execute(_DOCUMENTS, ids)]
        visits = visits_of(conn, subject, limit=VISITS)
        found = PersonalFile(
            cards=tuple(cards),
            withheld=_all_cases(conn, subject, people) - len(cards),
            actions=next_actions(rt, conn, actor, cards, now),
            standings=standings(rt, conn, cards),
            place=settlement_named(conn, settlement_of(conn, subject)),
            terms=tuple(_terms(rt, conn, by_id, now)),
            papers=tuple(papers),
            questions=tuple(_question(row) for row in conn.execute(_QUESTIONS, ids)),
            referrals=tuple(_referrals(conn, actor, ids["ids"])),
            letters=tuple(standing_on(conn, ids["ids"])),
            measures=tuple(measures(rt, conn, actor, case_ids=ids["ids"])) if cards else (),
            events=tuple(_events(rt, conn, by_id)),
            registers=tuple(entries_of(conn, subject)),
            contacts=tuple(_contacts(conn, subject)),
            silence=silences(conn, [subject.family_id], today)[subject.family_id]
            if subject.family_id is not None
            else None,
            visits=tuple(visits),
            crews=members_of(conn, [visit.id for visit in visits]),
            cars={car.id: car.title for car in cars_of(conn, tree, actor.unit_id, retired=True)},
            keepers=keepers(conn, tree.municipality(actor.unit_id)),
            gone_through=gone_through(conn, tree.municipality(actor.unit_id)),
            acts=_acts(papers, visits),
        )
        record_views(rt, conn, actor, "case", ids["ids"])
    return found


def cards_of_people(rt: Runtime, conn: Connection, ids: Sequence[int]) -> dict[int, PersonData]:
    """What is known of these members of a family whose card the actor has opened."""
    rows = conn.execute(select(person).where(person.c.id.in_(ids))).all()
    return {row.id: data for row, data in zip(rows, people_data(rt, rows), strict=True) if data is not None}


def _cards(
    rt: Runtime, conn: Connection, actor: Actor, subject: Subject, people: Sequence[int]
) -> list[CaseCard]:
    if not actor.may(Permission.CASE_VIEW):
        return []
    families = [subject.family_id] if subject.family_id is not None else []
    cards = case_list(rt, conn, actor, active=None, person_ids=people, family_ids=families, limit=CASES)
    return sorted(cards, key=lambda card: not card.active)


def _acts(papers: Sequence[Paper], visits: Sequence[Visit]) -> dict[int, Paper]:
    """Visit → its act: the first one of its case that was made on its day or later, each once."""
    left = sorted((paper for paper in papers if paper.template == VISIT_ACT), key=lambda paper: paper.id)
    found = {}
    for visit in sorted((each for each in visits if each.took_place), key=lambda each: (each.day, each.id)):
        act = next((p for p in left if p.case_id == visit.case_id and p.made_at.date() >= visit.day), None)
        if act is not None:
            found[visit.id] = act
            left.remove(act)
    return found


def _all_cases(conn: Connection, subject: Subject, people: Sequence[int]) -> int:
    families = [subject.family_id] if subject.family_id is not None else []
    about = case_.c.person_id.in_(people) | case_.c.family_id.in_(families)
    return min(int(conn.execute(select(func.count()).select_from(case_).where(about)).scalar_one()), 1_000)


def _terms(rt: Runtime, conn: Connection, cards: Mapping[int, CaseCard], now: datetime) -> list[CaseTerm]:
    found = []
    for row in conn.execute(_TERMS, {"ids": list(cards)}):
        card, norm = cards[row.case_id], rt.calendars.norm_by_id(row.norm_id)
        calendar, office = rt.calendars.calendar(card.unit_id), rt.calendars.office(card.unit_id)
        told = words(term_of(row).due, now, calendar, office, norm)
        found.append(CaseTerm(card.id, norm.title, told.ground, told))
    return found


def _referrals(conn: Connection, actor: Actor, case_ids: Sequence[int]) -> list[Referral]:
    return referrals(conn, actor, only_open=False, case_ids=case_ids) if case_ids else []


def _events(rt: Runtime, conn: Connection, cards: Mapping[int, CaseCard]) -> list[Event]:
    names = {
        number: StepsOfCase(rt, conn, number, card.process, card.release_id) for number, card in cards.items()
    }
    return [
        Event(
            case_id=row.case_id,
            at=from_seconds(row.at),
            actor_id=row.actor_id,
            kind=HistoryKind(row.kind),
            name=names[row.case_id](row.node).name if row.node else "",
        )
        for row in conn.execute(_EVENTS, {"ids": list(cards)})
        if row.kind not in _SAID
    ]


def _contacts(conn: Connection, subject: Subject) -> list[Contact]:
    wanted = (
        select(contact).where(subject.condition(contact)).order_by(contact.c.day.desc(), contact.c.id.desc())
    )
    return [
        Contact(date.fromisoformat(row.day), KINDS[row.kind], row.case_id)
        for row in conn.execute(wanted.limit(CONTACTS))
    ]


def _paper(row: Any) -> Paper:
    return Paper(
        id=row.id,
        case_id=row.case_id,
        template=row.template,
        made_at=from_seconds(row.made_at),
        title=row.title,
        number=row.number or "",
        at=from_seconds(row.issued_at or row.made_at),
        status_words=STATUS_WORDS[row.status],
        consent=row.template in CONSENTS,
    )


def _question(row: Any) -> Question:
    return Question(
        row.case_id, row.title, from_seconds(row.asked_at), from_seconds(row.decided_at), row.decision
    )
