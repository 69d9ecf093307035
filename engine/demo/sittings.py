"""Sittings of the commissions: those that were held, one being prepared, one just called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from engine.cases.question_papers import question
from engine.cases.service import start_case
from engine.demo import answers
from engine.demo.playing import Stage, Story
from engine.demo.town import COMMISSIONS, Town
from engine.model import SYSTEM, StartCase
from engine.records.agenda import AgendaItem, agenda
from engine.records.commissions import NewCommission, change_commission, commission_for
from engine.records.sitting_plan import plan_by_rule, sittings_between

PROCESS, POLL = "p04_commission", "p04_poll"
SECRETARY, CHAIR = "lunina", "sedova"
HELD, HELD_ENDED = -4, (-4, "16:50")
"""The day of the sitting that the stories of applications know, and when its decisions had reached them."""
NEXT = 1
HEARING = timedelta(minutes=18)
LONGEST = timedelta(minutes=130)
URGENT = "Решение нужно раньше заседания"
PLACE = "Администрация округа, кабинет 5"


@dataclass(frozen=True, slots=True)
class Sitting:
    """A sitting that was held: of which commission, on which working day, under which number.

    An urgent one is a written poll that all have answered on that very day.
    """

    kind: str
    day: int
    number: str
    urgent: bool = False


SITTINGS = (
    Sitting("kdn", -83, "14"),
    Sitting("kdn", -64, "15"),
    Sitting("kdn", -52, "16"),
    Sitting("kdn", -28, "17"),
    Sitting("family", -24, "6"),
    Sitting("kdn", -16, "18"),
    Sitting("family", -12, "1", urgent=True),
    Sitting("kdn", -6, "19"),
    Sitting("family", HELD, "7"),
)


def held(stage: Stage, sitting: Sitting, verdicts: Mapping[int, str], categories: Mapping[int, str]) -> Story:
    """A sitting from its agenda to its minutes. By the number of the case: `verdicts` what is decided,
    otherwise all is approved; `categories` as what a family is put on the register, otherwise as is proposed.
    """
    if sitting.urgent:
        yield from _polled(stage, sitting, verdicts, categories)
        return
    members = COMMISSIONS[sitting.kind]
    called, opens = stage.at(sitting.day - 1, "15:40"), stage.at(sitting.day, "14:00")
    yield called
    case_id = _called(stage, sitting.day, kind=sitting.kind)
    yield called + timedelta(minutes=30)
    _do(stage, case_id, "agenda", SECRETARY, {"номер_заседания": sitting.number, "время_на_вопрос": 20})
    stage.issue(case_id, "D30", SECRETARY)
    for minute, member in enumerate(members, start=40):
        yield called + timedelta(minutes=minute)
        _confirm(stage, case_id, member)
    yield opens
    _do(stage, case_id, "open", SECRETARY, answers.opened_sitting(_names(stage, members)))
    items = _questions(stage, case_id)
    pace = min(HEARING, LONGEST / max(1, len(items)))
    for number, item in enumerate(items):
        yield opens + timedelta(minutes=5) + pace * number
        category = categories.get(item.case_id) or _proposed(stage, item)
        _hear(stage, case_id, members, item.kind, verdicts.get(item.case_id, "одобрено"), category)
    yield opens + timedelta(minutes=140)
    minutes = {"номер_протокола": sitting.number, "окончание": "16:15"}
    _do(stage, case_id, "protocol", SECRETARY, minutes)
    yield opens + timedelta(minutes=160)
    _do(stage, case_id, "sign", CHAIR, {**minutes, "протокол_подписан": True})
    for document in ("D31", "D32"):
        stage.issue(case_id, document, SECRETARY, "Седова Л. Г.")
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
    stage.do(case_id, f"{POLL}_ut_list", SECRETARY, {"номер_заседания": sitting.number})
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
    minutes = {"номер_протокола": sitting.number}
    stage.do(case_id, f"{POLL}_ut_protocol", SECRETARY, minutes)
    stage.do(case_id, f"{POLL}_ut_sign", CHAIR, {**minutes, "протокол_подписан": True})
    for document in ("D36", "D32"):
        stage.issue(case_id, document, SECRETARY, "Седова Л. Г.")
    yield opens + timedelta(minutes=90)
    sent = answers.ruling_sent(stage.day(sitting.day))
    stage.do(case_id, f"{POLL}_ut_send_ruling", SECRETARY, sent)


def _questions(stage: Stage, case_id: int) -> list[AgendaItem]:
    with stage.rt.database.read() as conn:
        return agenda(conn, case_id)


def _opened_by_calendar(stage: Stage, sitting: Sitting) -> int | None:
    """The case of a poll that a question has called for that day, when it is open already."""
    day = stage.day(sitting.day)
    with stage.rt.database.read() as conn:
        unit_id = stage.actor(SECRETARY).unit_id
        commission_id = commission_for(stage.rt, conn, sitting.kind, unit_id)
        found = sittings_between(conn, commission_id, day, day)
    return next((each.case_id for each in found if each.planned and each.poll), None)


def _poll(stage: Stage, day: int, why: str, *, kind: str = "family") -> int:
    """The secretary asks the members in writing."""
    last = stage.day(day)
    data = {"вид_комиссии": kind, "дата_заседания": last, "повод_внеочередного": why}
    label = f"Письменный опрос до {last:%d.%m.%Y}"
    return start_case(stage.rt, StartCase(stage.actor(SECRETARY), POLL, data, label=label)).id


def being_prepared(stage: Stage) -> Story:
    """The next sitting: the agenda is ready, some members have not answered yet."""
    yield stage.at(-1, "11:05")
    case_id = _called(stage, NEXT)
    yield stage.at(-1, "12:10")
    _do(stage, case_id, "agenda", SECRETARY, {"номер_заседания": "8", "время_на_вопрос": 30})
    stage.issue(case_id, "D30", SECRETARY)
    yield stage.at(-1, "14:30")
    _confirm(stage, case_id, SECRETARY)
    yield stage.at(-1, "15:45")
    number = stage.step(case_id, f"{PROCESS}_ut_confirm_attendance", of="pavlova")
    stage.finish(number, "pavlova", {"участие": "замена", "замена": "Котова Ирина Леонидовна"})


def just_called(stage: Stage) -> Story:
    """A written poll for a question that cannot wait; its list of questions is being made."""
    yield stage.at(0, "09:35")
    why = "Паллиативная помощь: решение нужно за два рабочих дня"
    case_id = _poll(stage, NEXT, why)
    yield stage.at(0, "09:40")
    stage.take(case_id, f"{POLL}_ut_list", SECRETARY)


def fill_calendars(stage: Stage, town: Town) -> None:
    """From now on they sit by a rule: «Детство. Семья» every week, that on minors twice a month."""
    weekday = stage.day(NEXT).weekday()
    family = NewCommission("family", town.units["district"], weekday=weekday, place=PLACE)
    change_commission(stage.rt, SYSTEM, town.commission, family)
    minors = NewCommission("kdn", town.units["district"], weekday=2, weeks=(2, 4), hour="10:00", place=PLACE)
    change_commission(stage.rt, SYSTEM, town.minors, minors)
    plan_by_rule(stage.rt)


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
