"""Sittings of the commissions: those that were held, one being prepared, one just called."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from engine.cases.question_papers import question
from engine.cases.service import start_case
from engine.demo import answers
from engine.demo.playing import Stage, Story
from engine.demo.sitting_days import HELD, NEXT, POLLED_AFTER, Rule, missed_agenda
from engine.demo.town import COMMISSIONS
from engine.model import SYSTEM, StartCase
from engine.records.agenda import AgendaItem, agenda
from engine.records.commissions import NewCommission, change_commission, commission_for, commission_of
from engine.records.sitting_plan import cancel_sitting, move_sitting, plan_by_rule, sittings_between

PROCESS, POLL = "p04_commission", "p04_poll"
SECRETARY, CHAIR = "lunina", "sedova"
HELD_ENDED = (HELD, "16:50")
"""When the decisions of the sitting that the stories of applications know had reached them."""
HEARING = timedelta(minutes=18)
LONGEST = timedelta(minutes=130)
URGENT = "Решение нужно раньше заседания"
PLACE = "Администрация округа, кабинет 5"
HOURS = {"family": "14:00", "kdn": "10:00"}
"""At what hour the commissions sit."""
FIRST_NUMBERS = {"family": 1, "kdn": 9}
"""Which sitting of the year the first one of the play is."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A sitting that was held: of which commission, on which working day, whence its number comes.

    An urgent one is a written poll that all have answered on that very day.
    """

    kind: str
    day: int
    numbers: Iterator[int]
    urgent: bool = False


def all_of_them(
    stage: Stage, calendars: Mapping[str, Rule], verdicts: Mapping[int, str], categories: Mapping[int, str]
) -> Iterator[Story]:
    """The stories of all sittings of the play, and of the rules that they follow."""
    for kind, rule in calendars.items():
        numbers = itertools.count(FIRST_NUMBERS[kind])
        yield follows_rule(stage, kind, rule)
        for day in rule.days:
            yield held(stage, Sitting(kind, day, numbers), verdicts, categories)
        if kind == "family":
            yield being_prepared(stage, numbers)
    polls = itertools.count(1)
    poll = Sitting("family", missed_agenda(calendars) + POLLED_AFTER, polls, urgent=True)
    yield held(stage, poll, verdicts, categories)
    yield just_called(stage)


def follows_rule(stage: Stage, kind: str, rule: Rule) -> Story:
    """From its day on the commission sits by its rule; the secretary moves what holidays would spoil."""
    yield stage.at(rule.since, "09:05")
    with stage.rt.database.read() as conn:
        known = commission_of(conn, commission_for(stage.rt, conn, kind, stage.unit_id))
    new = NewCommission(
        kind, known.unit_id, weekday=rule.weekday, weeks=rule.weeks, hour=HOURS[kind], place=PLACE
    )
    change_commission(stage.rt, SYSTEM, known.id, new)
    plan_by_rule(stage.rt)
    if rule.moved is not None or rule.dropped:
        yield stage.at(min(HELD, rule.moved or HELD) - 3, "11:40")
        secretary = stage.actor(SECRETARY)
        for day in rule.dropped:
            cancel_sitting(stage.rt, secretary, _planned(stage, kind, day), "Вопросов нет")
        if rule.moved is not None:
            number = _planned(stage, kind, rule.moved)
            move_sitting(stage.rt, secretary, number, stage.day(HELD), "Председатель в отъезде")


def _planned(stage: Stage, kind: str, number: int) -> int:
    """The sitting that the calendar has for that working day."""
    day = stage.day(number)
    with stage.rt.database.read() as conn:
        found = sittings_between(conn, commission_for(stage.rt, conn, kind, stage.unit_id), day, day)
    return next(each.id for each in found if each.planned)


def held(stage: Stage, sitting: Sitting, verdicts: Mapping[int, str], categories: Mapping[int, str]) -> Story:
    """A sitting from its agenda to its minutes. By the number of the case: `verdicts` what is decided,
    otherwise all is approved; `categories` as what a family is put on the register, otherwise as is proposed.
    """
    if sitting.urgent:
        yield from _polled(stage, sitting, verdicts, categories)
        return
    members = COMMISSIONS[sitting.kind]
    called, opens = stage.at(sitting.day - 1, "15:40"), stage.at(sitting.day, HOURS[sitting.kind])
    yield called
    case_id = _opened_by_calendar(stage, sitting) or _called(stage, sitting.day, kind=sitting.kind)
    yield called + timedelta(minutes=30)
    if not _questions(stage, case_id):
        _do(stage, case_id, "agenda", SECRETARY, {"решение_о_заседании": "отменить"})
        return
    number = str(next(sitting.numbers))
    _do(stage, case_id, "agenda", SECRETARY, {"номер_заседания": number, "время_на_вопрос": 20})
    stage.issue(case_id, "D30", SECRETARY)
    for minute, member in enumerate(members, start=40):
        yield called + timedelta(minutes=minute)
        _confirm(stage, case_id, member)
    yield opens
    hour = HOURS[sitting.kind]
    _do(stage, case_id, "open", SECRETARY, answers.opened_sitting(_names(stage, members), hour))
    items = _questions(stage, case_id)
    pace = min(HEARING, LONGEST / len(items))
    for order, item in enumerate(items):
        yield opens + timedelta(minutes=5) + pace * order
        category = categories.get(item.case_id) or _proposed(stage, item)
        _hear(stage, case_id, members, item.kind, verdicts.get(item.case_id, "одобрено"), category)
    yield opens + timedelta(minutes=140)
    ended = opens + timedelta(minutes=5) + pace * len(items)
    minutes = {"номер_протокола": number, "окончание": f"{ended:%H:%M}"}
    _do(stage, case_id, "protocol", SECRETARY, minutes)
    yield opens + timedelta(minutes=160)
    _do(stage, case_id, "sign", CHAIR, {**minutes, "протокол_подписан": True})
    for document in ("D31", "D32"):
        stage.issue_each(case_id, document, SECRETARY, "Седова Л. Г.")
    yield opens + timedelta(minutes=165)
    _do(stage, case_id, "send_ruling", SECRETARY, answers.ruling_sent(stage.day(sitting.day)))


def _polled(
    stage: Stage, sitting: Sitting, verdicts: Mapping[int, str], categories: Mapping[int, str]
) -> Story:
    """A poll from its list of questions to its minutes: every member answers every question."""
    opens = stage.at(sitting.day, "10:00")
    yield opens
    case_id = _opened_by_calendar(stage, sitting) or _poll(stage, sitting.day, URGENT, kind=sitting.kind)
    yield opens + timedelta(minutes=15)
    poll = str(next(sitting.numbers))
    stage.do(case_id, f"{POLL}_ut_list", SECRETARY, {"номер_заседания": poll})
    stage.issue(case_id, "D35", SECRETARY)
    items = _questions(stage, case_id)
    for minute, member in enumerate(COMMISSIONS[sitting.kind], start=20):
        yield opens + timedelta(minutes=minute)
        for item in items:
            answer = "против" if verdicts.get(item.case_id) == "отказано" else "за"
            stage.finish(stage.step(case_id, f"{POLL}_ut_answer", of=member), member, {"голос": answer})
    yield opens + timedelta(minutes=60)
    for item in items:
        category = categories.get(item.case_id) or _proposed(stage, item)
        verdict = verdicts.get(item.case_id, "одобрено")
        decided = answers.decision(item.kind, verdict, stage.later(stage.today, 5), category)
        stage.do(case_id, f"{POLL}_ut_decision", SECRETARY, decided)
    yield opens + timedelta(minutes=80)
    minutes = {"номер_протокола": poll}
    stage.do(case_id, f"{POLL}_ut_protocol", SECRETARY, minutes)
    stage.do(case_id, f"{POLL}_ut_sign", CHAIR, {**minutes, "протокол_подписан": True})
    for document in ("D36", "D32"):
        stage.issue_each(case_id, document, SECRETARY, "Седова Л. Г.")
    yield opens + timedelta(minutes=90)
    sent = answers.ruling_sent(stage.day(sitting.day))
    stage.do(case_id, f"{POLL}_ut_send_ruling", SECRETARY, sent)


def _questions(stage: Stage, case_id: int) -> list[AgendaItem]:
    with stage.rt.database.read() as conn:
        return agenda(conn, case_id)


def _opened_by_calendar(stage: Stage, sitting: Sitting) -> int | None:
    """The case that the calendar has opened for that day: a sitting by the rule, a poll that was called."""
    day = stage.day(sitting.day)
    with stage.rt.database.read() as conn:
        unit_id = stage.actor(SECRETARY).unit_id
        commission_id = commission_for(stage.rt, conn, sitting.kind, unit_id)
        found = sittings_between(conn, commission_id, day, day)
    return next((each.case_id for each in found if each.planned and each.poll == sitting.urgent), None)


def _poll(stage: Stage, day: int, why: str, *, kind: str = "family") -> int:
    """The secretary asks the members in writing."""
    last = stage.day(day)
    data = {"вид_комиссии": kind, "дата_заседания": last, "повод_внеочередного": why}
    label = f"Письменный опрос до {last:%d.%m.%Y}"
    return start_case(stage.rt, StartCase(stage.actor(SECRETARY), POLL, data, label=label)).id


def being_prepared(stage: Stage, numbers: Iterator[int]) -> Story:
    """The next sitting: opened before the calendar would; the agenda is ready, some have not answered yet."""
    yield stage.at(-1, "11:05")
    case_id = _called(stage, NEXT)
    yield stage.at(-1, "12:10")
    assert case_id is not None
    _do(stage, case_id, "agenda", SECRETARY, {"номер_заседания": str(next(numbers)), "время_на_вопрос": 30})
    stage.issue(case_id, "D30", SECRETARY)
    yield stage.at(-1, "14:30")
    _confirm(stage, case_id, SECRETARY)
    yield stage.at(-1, "15:45")
    number = stage.step(case_id, f"{PROCESS}_ut_confirm_attendance", of="pavlova")
    stage.finish(number, "pavlova", {"участие": "замена", "замена": "Котова И. Л."})


def just_called(stage: Stage) -> Story:
    """The written poll for a question that cannot wait; its list of questions is being made."""
    yield stage.at(0, "09:53")
    case_id = _opened_by_calendar(stage, Sitting("family", NEXT, itertools.count(2), urgent=True))
    if case_id is not None:
        stage.take(case_id, f"{POLL}_ut_list", SECRETARY)


def _called(stage: Stage, day: int, *, kind: str = "family") -> int:
    data = answers.sitting(stage.day(day), kind=kind)
    label = f"Заседание {stage.day(day):%d.%m.%Y}"
    return start_case(stage.rt, StartCase(stage.actor(SECRETARY), PROCESS, data, label=label)).id


def _do(stage: Stage, case_id: int, step: str, by: str, data: Mapping[str, object]) -> None:
    stage.do(case_id, f"{PROCESS}_ut_{step}", by, data)


def _confirm(stage: Stage, case_id: int, member: str) -> None:
    number = stage.step(case_id, f"{PROCESS}_ut_confirm_attendance", of=member)
    stage.finish(number, member, {"участие": "участвует"})


def _names(stage: Stage, members: Sequence[str]) -> list[str]:
    return [stage.actor(login).name for login in members]


def _proposed(stage: Stage, item: AgendaItem) -> str:
    """As what the case proposes to put its family on the register; the chair reads the question before."""
    if item.kind != "patronage_on":
        return ""
    return str(question(stage.rt, stage.actor(CHAIR), item.id).draft["проект"]["категория"])


def _hear(stage: Stage, case_id: int, members: Sequence[str], kind: str, verdict: str, category: str) -> None:
    """One question: heard, voted on by everybody present, decided."""
    said = {"докладчик": "Специалист КЦСОН", "обсуждение": "Доложены обследование, ответы ведомств и проект."}
    checked = {"проверено_комиссией": ["мотивация", "план исполним"]} if kind == "sc_program" else {}
    _do(stage, case_id, "hear", CHAIR, {**said, **checked})
    for order, member in enumerate(members):
        number = stage.step(case_id, f"{PROCESS}_ut_vote", of=member)
        usual = "против" if verdict == "отказано" else "за"
        vote = "воздержался" if verdict != "одобрено" and order == len(members) - 1 else usual
        stage.finish(number, member, {"голос": vote})
    until = stage.later(stage.today, 5)
    _do(stage, case_id, "decision", SECRETARY, answers.decision(kind, verdict, until, category))
