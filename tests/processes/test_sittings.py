"""A sitting on a real instance: questions put by hand, heard by those who came, answered each in its case."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from engine.access.actors import load_actor
from engine.cases.service import complete_task, start_case
from engine.jobs.sweep import sweep_until_idle
from engine.model import SYSTEM, Actor, CompleteTask, StartCase, Value
from engine.records.agenda import waiting_items
from engine.records.commission_report import heard_between
from engine.records.commissions import (
    COUNTED,
    CommissionMember,
    NewCommission,
    create_commission,
    set_members,
)
from engine.records.sitting_plan import sitting_of
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import open_tasks
from tests.processes.playing import begin, do, known_to, steps_of

DAY = date(2026, 1, 13)
CHAIR, SCHOOL, POLICE, INSTEAD = "Ершова М. Е.", "Дёмина К. С.", "Юсупов Т. Р.", "Громов Е. В."
CALLED: dict[str, Value] = {
    "дата_заседания": DAY,
    "время_заседания": time(14),
    "место": "Кабинет 5",
    "порядок": "очно",
}


@pytest.fixture(scope="module")
def commissions(office: Runtime) -> dict[str, int]:
    """One for each test, by their kinds, each with three members of other agencies, who have no login."""
    members = [
        CommissionMember(CHAIR, "КЦСОН", "chair"),
        *(CommissionMember(n, "школа") for n in (SCHOOL, POLICE)),
    ]
    made = {}
    for kind in ("contract", "complex", "audit", "kdn"):
        made[kind] = create_commission(office, SYSTEM, NewCommission(kind, town(office).municipality))
        set_members(office, SYSTEM, made[kind], members)
    return made


@pytest.fixture
def people(office: Runtime) -> Actor:
    """The specialist, the secretary and the chair in one."""
    return make_actor(office, "R02", "R10", "R11")


def asked(rt: Runtime, author: Actor, commission: str, kind: str) -> Any:
    """A question of that kind with its papers ready; its case."""
    matter = {"суть_вопроса": "Что случилось и что проверено по делу.", "предложение": "Решить вопрос так."}
    said = {"вид_комиссии": commission, "вид": kind, "докладчик": "участковый", **matter}
    case, _ = begin(rt, author, "p04_question", **said)
    do(rt, author, case.id, "p04_question_ut_papers", **said)
    return case


def convened(rt: Runtime, secretary: Actor, commission: str) -> int:
    called = {**CALLED, "вид_комиссии": commission}
    case = start_case(rt, StartCase(secretary, "p04_commission", called, label="Заседание"))
    sweep_until_idle(rt)
    return case.id


def opened(rt: Runtime, secretary: Actor, case_id: int, *present: str) -> None:
    """The secretary marks who came."""
    came: dict[str, Value] = {"присутствуют": list(present), "начало": time(14)}
    do(rt, secretary, case_id, "p04_commission_ut_open", **came)


def confirmed(rt: Runtime, secretary: Actor, case_id: int) -> None:
    do(rt, secretary, case_id, "p04_commission_ut_agenda", номер_заседания="1", время_на_вопрос=Decimal(30))
    for _ in range(3):
        do(rt, secretary, case_id, "p04_commission_ut_confirm_attendance", участие="участвует")


def heard(
    rt: Runtime, people: Actor, case_id: int, *present: str, answer: str = "за", said: str = ""
) -> None:
    """One question from the report to the decision that its votes give."""
    do(rt, people, case_id, "p04_commission_ut_hear", присутствуют=list(present), обсуждение=said)
    for _ in present:
        do(rt, people, case_id, "p04_commission_ut_vote", голос=answer)
    measure: dict[str, Value] = {"мера": "Помочь", "ответственный": "КЦСОН", "срок": date(2026, 2, 2)}
    do(rt, people, case_id, "p04_commission_ut_decision", решение="одобрено", меры=[measure])


def finished(rt: Runtime, people: Actor, case_id: int) -> None:
    minutes: dict[str, Value] = {"номер_протокола": "7", "окончание": time(15)}
    do(rt, people, case_id, "p04_commission_ut_protocol", **minutes)
    do(rt, people, case_id, "p04_commission_ut_sign", **minutes, протокол_подписан=True)


def test_all_seven_kinds_are_put_by_hand_heard_and_add_up_to_the_total(office, commissions, people):
    cases = [asked(office, people, "contract", kind) for kind in COUNTED]
    sitting = convened(office, people, "contract")
    confirmed(office, people, sitting)
    opened(office, people, sitting, CHAIR, SCHOOL)
    for _ in COUNTED:
        heard(office, people, sitting, CHAIR, SCHOOL)
    assert known_to(office, people, sitting)["сверка"]["сходится"] is True
    finished(office, people, sitting)
    with office.database.read() as conn:
        found = heard_between(conn, commissions["contract"], DAY, DAY)
    assert (found.counted, found.total, found.agrees) == ([1] * 7, 7, True)
    for case in cases:
        assert set(steps_of(office, case.id)) == {"p04_question_ut_done"}
    known = known_to(office, people, cases[0].id)
    assert (known["решение_комиссии"], known["протокол_комиссии"]["номер"]) == ("одобрено", "7")


def test_without_a_quorum_of_those_who_came_a_sitting_decides_nothing(office, commissions, people):
    first, second = (asked(office, people, "complex", kind) for kind in ("detect", "gsp"))
    sitting = convened(office, people, "complex")
    confirmed(office, people, sitting)
    opened(office, people, sitting, CHAIR)
    assert set(steps_of(office, sitting)) == {"p04_commission_ut_call_substitutes"}
    instead: dict[str, Value] = {"вместо_кого": POLICE, "замена": INSTEAD, "организация": "полиция"}
    do(
        office,
        people,
        sitting,
        "p04_commission_ut_call_substitutes",
        решение_о_замене="замена",
        замены=[instead],
    )
    opened(office, people, sitting, CHAIR, INSTEAD)
    heard(office, people, sitting, CHAIR, INSTEAD, said="Нужна работа.")
    do(office, people, sitting, "p04_commission_ut_hear", присутствуют=[CHAIR])  # one has left
    assert set(steps_of(office, sitting)) == {"p04_commission_ut_protocol"}
    decided, put_off = known_to(office, people, sitting)["решения"]
    assert (decided["присутствовали"], decided["обсуждение"]) == (2, "Нужна работа.")
    assert (put_off["решение"], put_off["причины"]) == ("отложено", "Кворума нет: присутствуют 1, нужно 2.")
    assert not put_off["обсуждение"], "what was said of one question is said of no other"
    finished(office, people, sitting)
    assert set(steps_of(office, first.id)) == {"p04_question_ut_done"}
    assert steps_of(office, second.id) == {}
    with office.database.read() as conn:
        assert [item.case_id for item in waiting_items(conn, commissions["complex"])] == [second.id]


def test_a_sitting_to_which_too_few_came_is_called_off_and_its_questions_wait(office, commissions, people):
    asked(office, people, "complex", "other")
    sitting = convened(office, people, "complex")
    taken = {item["номер_дела"] for item in known_to(office, people, sitting)["вопросы"]}
    confirmed(office, people, sitting)
    opened(office, people, sitting, CHAIR)
    do(office, people, sitting, "p04_commission_ut_call_substitutes", решение_о_замене="отменить")
    assert steps_of(office, sitting) == {}
    with office.database.read() as conn:
        planned = sitting_of(conn, sitting)
        waiting = {item.title.split("№ ")[-1] for item in waiting_items(conn, commissions["complex"])}
    assert planned is not None
    assert (planned.cancelled, planned.reason) == (True, "Нет кворума")
    assert taken <= waiting


def test_a_sitting_with_nothing_to_hear_is_called_off_where_its_agenda_is_made(office, commissions, people):
    sitting = convened(office, people, "audit")
    do(office, people, sitting, "p04_commission_ut_agenda", решение_о_заседании="собрать")
    late = asked(office, people, "audit", "detect")
    do(office, people, sitting, "p04_commission_ut_agenda", решение_о_заседании="отменить")
    assert steps_of(office, sitting) == {}
    with office.database.read() as conn:
        planned = sitting_of(conn, sitting)
        assert planned is not None
        assert (planned.cancelled, planned.reason) == (True, "Вопросов нет")
        assert [item.case_id for item in waiting_items(conn, commissions["audit"])] == [late.id]


def polled(rt: Runtime, secretary: Actor, commission: str) -> int:
    """A written poll; its number."""
    why: dict[str, Value] = {"вид_комиссии": commission, "дата_заседания": DAY, "повод_внеочередного": "Срок"}
    case = start_case(rt, StartCase(secretary, "p04_poll", why, label="Опрос"))
    sweep_until_idle(rt)
    return case.id


def test_a_poll_is_answered_by_each_at_home_and_decided_by_the_answers(office, commissions, people):
    first, second, later = (asked(office, people, "kdn", kind) for kind in ("detect", "gsp", "other"))
    poll = polled(office, people, "kdn")
    questions = known_to(office, people, poll)["вопросы"]
    left: Value = [each["номер_вопроса"] for each in questions if each["номер_дела"] == later.number]
    do(office, people, poll, "p04_poll_ut_list", отложенные_вопросы=left, номер_заседания="1")
    with office.database.read() as conn:
        assert [item.case_id for item in waiting_items(conn, commissions["kdn"])] == [later.id]
        planned = sitting_of(conn, poll)
    assert planned is not None
    assert planned.poll is True
    answers = open_tasks(office, "p04_poll_ut_answer")
    assert len(answers) == 6
    said = ["за", "за", "самоотвод", "за", "за", "против"]
    for number, answer in zip(answers, said, strict=True):
        complete_task(office, CompleteTask(load_actor(office, people.user_id), number, {"голос": answer}))
    sweep_until_idle(office)
    measure: dict[str, Value] = {"мера": "Помочь", "ответственный": "КЦСОН", "срок": date(2026, 2, 2)}
    broken: dict[str, Value] = {
        "нарушения": "Дети без присмотра.",
        "причины_нарушений": "Мать на двух работах.",
    }
    for _ in range(2):
        do(office, people, poll, "p04_poll_ut_decision", решение="одобрено", меры=[measure], **broken)
    minutes: dict[str, Value] = {"номер_протокола": "9"}
    do(office, people, poll, "p04_poll_ut_protocol", **minutes)
    do(office, people, poll, "p04_poll_ut_sign", **minutes, протокол_подписан=True)
    one, two = known_to(office, people, poll)["решения"]
    assert (one["поимённо"], one["самоотводы"]) == (
        [{"имя": CHAIR, "голос": "за"}, {"имя": POLICE, "голос": "за"}],
        [SCHOOL],
    )
    assert (two["итог"], two["нарушения"]) == ("большинство за", "Дети без присмотра.")
    for case in (first, second):
        assert known_to(office, people, case.id)["протокол_комиссии"]["номер"] == "9"
