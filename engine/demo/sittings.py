"""Sittings of the commission: one that was held, one being prepared, one just called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from engine.cases.service import start_case
from engine.demo import answers
from engine.demo.playing import Stage, Story
from engine.model import StartCase
from engine.records.commissions import agenda

PROCESS = "p04_commission"
SECRETARY, CHAIR = "lunina", "sedova"
MEMBERS = ("lunina", "sedova", "gromov", "pavlova", "ershova")
HELD, HELD_ENDED = -4, (-4, "16:50")
"""The day of the sitting that was held, and when its decisions had reached the cases."""
NEXT = 1


def held(stage: Stage, verdicts: Mapping[int, str]) -> Story:
    """A sitting from its agenda to its minutes; `verdicts`: what is decided, by the number of the case."""
    yield stage.at(HELD - 1, "15:40")
    case_id = _called(stage, HELD)
    yield stage.at(HELD - 1, "16:10")
    _do(stage, case_id, "agenda", SECRETARY, {"номер_заседания": "7", "время_на_вопрос": 20})
    stage.issue(case_id, "D30", SECRETARY)
    for minute, member in enumerate(MEMBERS):
        yield stage.at(HELD - 1, f"16:{20 + minute}")
        _confirm(stage, case_id, member)
    yield stage.at(HELD, "14:00")
    _do(stage, case_id, "open", SECRETARY, answers.opened_sitting(_names(stage)))
    with stage.rt.database.read() as conn:
        items = [item.case_id for item in agenda(conn, case_id)]
    for number, about in enumerate(items):
        yield stage.at(HELD, "14:05") + timedelta(minutes=18 * number)
        _hear(stage, case_id, verdicts.get(about, "одобрено"))
    yield stage.at(HELD, "16:20")
    minutes = {"номер_протокола": "7", "окончание": "16:05"}
    _do(stage, case_id, "protocol", SECRETARY, minutes)
    yield stage.at(HELD, "16:40")
    _do(stage, case_id, "sign", CHAIR, {**minutes, "протокол_подписан": True})
    for document in ("D31", "D32"):
        stage.issue(case_id, document, SECRETARY, "Седова Л. Г.")


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
    """A written poll for a question that cannot wait; its agenda is being made."""
    yield stage.at(0, "09:35")
    why = "Паллиативная помощь: решение нужно за два рабочих дня"
    case_id = _called(stage, NEXT, order="письменный опрос", why=why)
    yield stage.at(0, "09:40")
    stage.take(case_id, f"{PROCESS}_ut_agenda", SECRETARY)


def _called(stage: Stage, day: int, *, order: str = "очно", why: str = "") -> int:
    data = answers.sitting(stage.day(day), order=order, why=why)
    label = f"Заседание {stage.day(day):%d.%m.%Y}"
    return start_case(stage.rt, StartCase(stage.actor(SECRETARY), PROCESS, data, label=label)).id


def _do(stage: Stage, case_id: int, step: str, by: str, data: Mapping[str, object]) -> None:
    stage.do(case_id, f"{PROCESS}_ut_{step}", by, data)


def _confirm(stage: Stage, case_id: int, member: str) -> None:
    number = stage.step(case_id, f"{PROCESS}_ut_confirm_attendance", of=member)
    stage.finish(number, member, {"участие": "участвует"})


def _names(stage: Stage) -> list[str]:
    return [stage.actor(login).name for login in MEMBERS]


def _hear(stage: Stage, case_id: int, verdict: str) -> None:
    """One question: heard, voted on by everybody present, decided."""
    said = {"докладчик": "Специалист КЦСОН", "обсуждение": "Доложены обследование, ответы ведомств и проект."}
    _do(stage, case_id, "hear", CHAIR, said)
    for order, member in enumerate(MEMBERS):
        number = stage.step(case_id, f"{PROCESS}_ut_vote", of=member)
        vote = "воздержался" if verdict != "одобрено" and order == len(MEMBERS) - 1 else "за"
        stage.finish(number, member, {"голос": vote})
    _do(stage, case_id, "decision", SECRETARY, answers.decision(verdict, stage.later(stage.today, 5)))
