"""The commission between cases: asked, heard, decided, answered; put off, taken back, never lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.access.absences import add_absence
from engine.access.actors import load_actor
from engine.cases.events import note_event
from engine.cases.queries import case_card, case_variables, open_incidents
from engine.cases.service import StartedCase, cancel_case
from engine.cases.tables import message, outbox
from engine.clock import MovableClock
from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.errors import InvalidData
from engine.jobs.sweep import sweep_until_idle
from engine.model import SYSTEM, Actor, Value
from engine.names import FullName
from engine.records.agenda import AgendaItem, items_of_case, waiting_items
from engine.records.commissions import (
    CommissionMember,
    NewCommission,
    create_commission,
    members_of,
    set_members,
)
from engine.records.tables import DECIDED, ON_AGENDA, WAITING, WITHDRAWN
from engine.runtime import Runtime
from engine.worklist.notices import QUESTION_WITHDRAWN, notice_list
from tests.factories import cases as draw
from tests.factories.access import make_account, make_actor, town
from tests.factories.cases import (
    END,
    START,
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    open_tasks,
    publish_files,
    user_task,
)

QUESTION = (
    "<camunda:inputOutput><camunda:inputParameter name='вид'>need_status</camunda:inputParameter>"
    "</camunda:inputOutput>"
)
NUMBER = "<camunda:inputParameter name='номер_вопроса'>=string(now())</camunda:inputParameter>"
BY_NUMBER = (
    "><extensionElements><camunda:properties><camunda:property name='key' value='=string(now())'/>"
    "</camunda:properties></extensionElements>"
)
ANSWER = (
    "<camunda:inputOutput><camunda:inputParameter name='решение'>=принятое.решение</camunda:inputParameter>"
    "</camunda:inputOutput>"
)

DECIDED_IN = (
    "<extensionElements><camunda:inputOutput><camunda:inputParameter name='решения'>=решения"
    "</camunda:inputParameter></camunda:inputOutput></extensionElements>"
)


def asking(*, numbered: bool = False) -> Any:
    """Asks, waits for the decision, then c; `T14` runs from the start. Whoever changes their mind while it
    waits may ask again after d. `numbered`: waits for the answer to this question, not to any of the case.
    """
    asked = draw.event("intermediateThrowEvent", "asked", "message", "msg.agenda_item", startTerms="T14")
    asked = asked.replace("<camunda:properties>", QUESTION + "<camunda:properties>")
    answered = '<receiveTask id="answered" name="Ждать решения" messageRef="msg_commission_decision"/>'
    if numbered:
        asked = asked.replace("</camunda:inputOutput>", NUMBER + "</camunda:inputOutput>")
        answered = answered.replace("/>", BY_NUMBER + "</receiveTask>")
    tired = draw.boundary("tired", "answered", "message", "msg.tired")
    body = START + asked + answered + tired + user_task("c") + user_task("d") + END
    names = ("msg.agenda_item", "msg.commission_decision", "msg.tired")
    roots = "".join(draw.message(name) for name in names)
    return diagram("asking", body + flows("s asked answered c e", "tired d asked"), roots)


def sitting() -> Any:
    """Collects, hears, tells every decision to its case, closes; hears of what was withdrawn."""
    told = draw.event("intermediateThrowEvent", "told", "message", "msg.commission_decision", key="=ключ")
    told = told.replace("</camunda:properties>", "</camunda:properties>" + ANSWER)
    key = "=if принятое.номер_вопроса = null then принятое.номер_дела else принятое.номер_вопроса"
    told = told.replace('value="=ключ"', f'value="{key}"')
    loop = (
        '<multiInstanceLoopCharacteristics isSequential="true" camunda:collection="=решения" '
        'camunda:elementVariable="принятое"/>'
    )
    tell = (
        '<subProcess id="tell" name="Сообщить"><startEvent id="ts"/><endEvent id="te"/>'
        + told
        + flows("ts told te")
        + loop
        + "</subProcess>"
    )
    body = (
        START
        + draw.service_task("collect", "commission.collect")
        + user_task("hear", "R10")
        + tell
        + draw.service_task("close", "commission.close").replace("/>", f">{DECIDED_IN}</serviceTask>")
        + user_task("file", "R10")
        + END
        + flows("s collect hear tell close file e")
        + '<subProcess id="withdrawn" name="Вопрос снят" triggeredByEvent="true">'
        + draw.event("startEvent", "ws", "message", "msg.question_withdrawn").replace(
            "<startEvent", '<startEvent isInterrupting="false"'
        )
        + '<endEvent id="we"/>'
        + flows("ws we")
        + "</subProcess>"
    )
    roots = draw.message("msg.commission_decision") + draw.message("msg.question_withdrawn")
    return diagram("sitting", body, roots)


@pytest.fixture
def commission(rt: Runtime) -> int:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    publish_files(rt, asking(), sitting())
    number = create_commission(rt, SYSTEM, NewCommission("family", town(rt).municipality))
    chair = make_account(rt, "R11")
    set_members(rt, SYSTEM, number, [CommissionMember("Савельев И. П.", "КЦСОН", "chair", account_id=chair)])
    return number


@pytest.fixture
def clerk(rt: Runtime, commission: int) -> Actor:
    return make_actor(rt, "R05")


@pytest.fixture
def secretary(rt: Runtime, commission: int) -> Actor:
    return make_actor(rt, "R10")


def ask(rt: Runtime, clerk: Actor) -> StartedCase:
    case = open_case(rt, clerk, "asking")
    sweep_until_idle(rt)
    return case


def convene(rt: Runtime, secretary: Actor) -> StartedCase:
    case = open_case(rt, secretary, "sitting")
    sweep_until_idle(rt)
    return case


def hear(rt: Runtime, secretary: Actor, *decisions: tuple[StartedCase, str]) -> None:
    """The sitting decides and goes on as far as it can by itself."""
    decided = [{"номер_дела": case.number, "решение": words} for case, words in decisions]
    complete(rt, secretary, "hear", {"решения": decided})
    sweep_until_idle(rt)


def decide(rt: Runtime, secretary: Actor, *decided: Mapping[str, Value]) -> None:
    """The sitting that came to it first decides, each question with everything that the agenda says of it."""
    complete(rt, secretary, "hear", {"решения": list(decided)})
    sweep_until_idle(rt)


def variables(rt: Runtime, actor: Actor, case: StartedCase) -> Mapping[str, Value]:
    with rt.database.read() as conn:
        return case_variables(rt, conn, case_card(rt, conn, load_actor(rt, actor.user_id), case.id))


def items(rt: Runtime, case: StartedCase) -> list[AgendaItem]:
    with rt.database.read() as conn:
        return items_of_case(conn, case.id)


def waiting(rt: Runtime, commission: int) -> list[int]:
    with rt.database.read() as conn:
        return [item.case_id for item in waiting_items(conn, commission)]


def test_a_question_waits_for_the_next_sitting_and_its_case_for_the_answer(
    rt: Runtime, clerk: Actor, commission: int
) -> None:
    case = ask(rt, clerk)
    assert open_nodes(rt) == []
    (item,) = items(rt, case)
    assert (item.kind, item.status, item.commission_id) == ("need_status", WAITING, commission)


def test_a_sitting_takes_what_waits_and_is_told_what_it_needs_to_know(
    rt: Runtime, clerk: Actor, secretary: Actor
) -> None:
    first, second = ask(rt, clerk), ask(rt, clerk)
    held = convene(rt, secretary)
    assert open_nodes(rt) == ["hear"]
    known = variables(rt, secretary, held)
    questions: Any = known["вопросы"]
    assert [each["номер_дела"] for each in questions] == [first.number, second.number]
    assert {each["название"] for each in questions} == {"Признание нуждающимся"}
    assert all(each["решить_до"] is not None for each in questions)
    members: Any = known["члены"]
    assert [each["имя"] for each in members] == ["Савельев И. П."]
    assert {item.status for case in (first, second) for item in items(rt, case)} == {ON_AGENDA}


def test_for_a_member_who_will_be_away_that_day_the_one_who_acts_for_them_is_named(
    rt: Runtime, commission: int, secretary: Actor
) -> None:
    with rt.database.read() as conn:
        (chair,) = members_of(conn, commission)
    deputy, day = make_account(rt, "R11", name=FullName("Ёлкина", "Дарья", "Олеговна")), date(2026, 1, 20)
    add_absence(
        rt, SYSTEM, absent_id=chair.account_id or 0, substitute_id=deputy, first_day=day, last_day=day
    )
    for on in (day, day + timedelta(days=1)):
        dated = (
            "<extensionElements><camunda:inputOutput><camunda:inputParameter name='дата'>"
            f'=date("{on}")</camunda:inputParameter></camunda:inputOutput></extensionElements></serviceTask>'
        )
        collected = draw.service_task("collect", "commission.collect").replace("/>", f">{dated}")
        body = START + collected + user_task("hear", "R10") + END + flows("s collect hear e")
        publish_files(rt, diagram("dated", body))
        held = open_case(rt, secretary, "dated")
        sweep_until_idle(rt)
        members: Any = variables(rt, secretary, held)["члены"]
        acting = members[0]["замещает"]
        assert (acting and acting.replace("\u00a0", " ")) == ("Ёлкина Д. О." if on == day else None)


def test_a_decision_comes_back_to_the_case_that_asked(rt: Runtime, clerk: Actor, secretary: Actor) -> None:
    first, second = ask(rt, clerk), ask(rt, clerk)
    convene(rt, secretary)
    hear(rt, secretary, (first, "одобрено"), (second, "отказано"))
    assert [variables(rt, clerk, case)["решение"] for case in (first, second)] == ["одобрено", "отказано"]
    assert sorted(open_nodes(rt)) == ["c", "c", "file"]
    assert [items(rt, case)[0].decision for case in (first, second)] == ["approve", "refuse"]
    assert [items(rt, case)[0].status for case in (first, second)] == [DECIDED, DECIDED]


def test_what_was_put_off_waits_for_the_next_sitting(
    rt: Runtime, clerk: Actor, secretary: Actor, commission: int
) -> None:
    case = ask(rt, clerk)
    convene(rt, secretary)
    hear(rt, secretary, (case, "отложено"))
    assert waiting(rt, commission) == [case.id]
    assert [item.postponed for item in items(rt, case)] == [0, 1]
    held = convene(rt, secretary)
    questions: Any = variables(rt, secretary, held)["вопросы"]
    assert [each["номер_дела"] for each in questions] == [case.number]


def test_what_a_sitting_left_out_waits_for_the_next_one(
    rt: Runtime, clerk: Actor, secretary: Actor, commission: int
) -> None:
    heard, left = ask(rt, clerk), ask(rt, clerk)
    convene(rt, secretary)
    hear(rt, secretary, (heard, "одобрено"))
    assert waiting(rt, commission) == [left.id]
    assert "решение" not in variables(rt, clerk, left)


def test_a_question_whose_case_has_ended_is_not_put_on_the_agenda(
    rt: Runtime, clerk: Actor, secretary: Actor
) -> None:
    withdrawn, stays = ask(rt, clerk), ask(rt, clerk)
    cancel_case(rt, make_actor(rt, "R07"), withdrawn.id, "Гражданин отозвал заявление")
    held = convene(rt, secretary)
    questions: Any = variables(rt, secretary, held)["вопросы"]
    assert [each["номер_дела"] for each in questions] == [stays.number]
    hear(rt, secretary, (stays, "одобрено"))
    assert (items(rt, withdrawn)[0].status, items(rt, stays)[0].status) == (WITHDRAWN, DECIDED)
    assert sorted(open_nodes(rt)) == ["c", "file"]


def test_a_question_withdrawn_after_it_came_onto_the_agenda_stops_nobody(
    rt: Runtime, clerk: Actor, secretary: Actor
) -> None:
    withdrawn, stays = ask(rt, clerk), ask(rt, clerk)
    convene(rt, secretary)
    cancel_case(rt, make_actor(rt, "R07"), withdrawn.id, "Гражданин отозвал заявление")
    hear(rt, secretary, (stays, "одобрено"))
    assert sorted(open_nodes(rt)) == ["c", "file"]
    assert items(rt, stays)[0].status == DECIDED


def test_a_question_that_its_case_waits_for_no_more_is_withdrawn(
    rt: Runtime, clerk: Actor, secretary: Actor, commission: int
) -> None:
    tired, stays = ask(rt, clerk), ask(rt, clerk)
    give_up(rt, clerk, tired)
    assert items(rt, tired)[0].status == WITHDRAWN
    assert waiting(rt, commission) == [stays.id]
    assert all_kept(rt) == []


def test_the_sitting_is_told_of_a_question_withdrawn_from_its_agenda(
    rt: Runtime, clerk: Actor, secretary: Actor
) -> None:
    tired, stays = ask(rt, clerk), ask(rt, clerk)
    held = convene(rt, secretary)
    give_up(rt, clerk, tired)
    assert (items(rt, tired)[0].status, items(rt, stays)[0].status) == (WITHDRAWN, ON_AGENDA)
    assert variables(rt, secretary, held)["номер_дела"] == tired.number
    assert sorted(open_nodes(rt)) == ["d", "hear"]


def test_a_cancelled_case_tells_the_sitting_too(rt: Runtime, clerk: Actor, secretary: Actor) -> None:
    case = ask(rt, clerk)
    held = convene(rt, secretary)
    cancel_case(rt, make_actor(rt, "R07"), case.id, "Гражданин отозвал заявление")
    assert items(rt, case)[0].status == WITHDRAWN
    sweep_until_idle(rt)
    assert variables(rt, secretary, held)["номер_дела"] == case.number


def test_a_case_that_asks_again_is_heard_again(
    rt: Runtime, clerk: Actor, secretary: Actor, commission: int
) -> None:
    case = ask(rt, clerk)
    convene(rt, secretary)
    give_up(rt, clerk, case)
    complete(rt, clerk, "d")
    sweep_until_idle(rt)
    assert waiting(rt, commission) == [case.id]
    assert [item.status for item in items(rt, case)] == [WITHDRAWN, WAITING]


def test_a_late_decision_does_not_answer_a_later_question(
    rt: Runtime, clerk: Actor, secretary: Actor
) -> None:
    """The first sitting signed its minutes after the question was withdrawn, and asked anew."""
    publish_files(rt, asking(numbered=True))
    case = ask(rt, clerk)
    first = convene(rt, secretary)
    [question] = variables(rt, secretary, first)["вопросы"]
    give_up(rt, clerk, case)
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(timedelta(days=1))
    complete(rt, clerk, "d")
    sweep_until_idle(rt)
    decide(rt, secretary, {**question, "решение": "отказано"})
    assert "c" not in open_nodes(rt)
    assert [item.status for item in items(rt, case)] == [WITHDRAWN, WAITING]

    second = convene(rt, secretary)
    [question] = variables(rt, secretary, second)["вопросы"]
    decide(rt, secretary, {**question, "решение": "одобрено"})
    assert "c" in open_nodes(rt)
    assert variables(rt, clerk, case)["решение"] == "одобрено"


def test_the_secretary_is_told_of_a_question_withdrawn_from_the_agenda(
    rt: Runtime, clerk: Actor, secretary: Actor, commission: int
) -> None:
    member = CommissionMember("Белова Н. А.", "КЦСОН", "secretary", account_id=secretary.user_id)
    set_members(rt, SYSTEM, commission, [member])
    on_agenda, not_yet = ask(rt, clerk), None
    held = convene(rt, secretary)
    not_yet = ask(rt, clerk)
    give_up(rt, clerk, on_agenda)
    give_up(rt, clerk, not_yet)
    with rt.database.read() as conn:
        [told] = notice_list(rt, conn, secretary.user_id)
    assert (told.kind, told.case_id) == (QUESTION_WITHDRAWN, held.id)


def test_a_decision_that_came_withdraws_nothing(rt: Runtime, clerk: Actor, secretary: Actor) -> None:
    case = ask(rt, clerk)
    convene(rt, secretary)
    hear(rt, secretary, (case, "одобрено"))
    assert [item.status for item in items(rt, case)] == [DECIDED]
    assert all_kept(rt) == []


def test_a_case_that_ended_before_its_question_arrived_asks_nothing(
    rt: Runtime, clerk: Actor, commission: int
) -> None:
    case = open_case(rt, clerk, "asking")
    cancel_case(rt, make_actor(rt, "R07"), case.id, "Открыто по ошибке")
    sweep_until_idle(rt)
    assert items(rt, case) == []


def give_up(rt: Runtime, clerk: Actor, case: StartedCase) -> None:
    """The citizen changes their mind: the waiting of the case is cut short by its boundary event."""
    note_event(rt, load_actor(rt, clerk.user_id), case.id, "msg.tired")
    sweep_until_idle(rt)


def all_kept(rt: Runtime) -> list[str]:
    with rt.database.read() as conn:
        return list(conn.execute(select(message.c.name)).scalars())


def test_a_cancelled_sitting_gives_its_questions_back(rt: Runtime, clerk: Actor, secretary: Actor) -> None:
    case = ask(rt, clerk)
    held = convene(rt, secretary)
    cancel_case(rt, make_actor(rt, "R27", unit_id=town(rt).centre), held.id, "Нет кворума")
    again = convene(rt, secretary)
    questions: Any = variables(rt, secretary, again)["вопросы"]
    assert [each["номер_дела"] for each in questions] == [case.number]
    hear(rt, secretary, (case, "одобрено"))
    assert variables(rt, clerk, case)["решение"] == "одобрено"


def test_a_running_sitting_keeps_its_questions_when_another_is_convened(
    rt: Runtime, clerk: Actor, secretary: Actor
) -> None:
    ask(rt, clerk)
    convene(rt, secretary)
    other = convene(rt, secretary)
    assert variables(rt, secretary, other)["вопросы"] == []


def test_words_that_are_no_decision_stop_the_sitting_and_lose_nothing(
    rt: Runtime, clerk: Actor, secretary: Actor
) -> None:
    case = ask(rt, clerk)
    convene(rt, secretary)
    hear(rt, secretary, (case, "может быть"))
    assert items(rt, case)[0].status == ON_AGENDA
    with rt.database.read() as conn:
        (row,) = conn.execute(select(outbox)).all()
    assert (row.kind, row.tries) == ("service", 1)
    assert "не из списка" in row.problem
    assert "может быть" not in row.problem


def test_without_a_commission_the_question_is_not_lost(rt: Runtime) -> None:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    publish_files(rt, asking())
    clerk = make_actor(rt, "R05")
    case = ask(rt, clerk)
    with rt.database.read() as conn:
        (row,) = conn.execute(select(outbox)).all()
        assert "такой нет" in row.problem
        assert open_incidents(conn, case.id) == []
    number = create_commission(rt, SYSTEM, NewCommission("family", town(rt).municipality))
    with rt.database.write() as conn:
        conn.execute(outbox.update().values(next_at=0))
    sweep_until_idle(rt)
    assert waiting(rt, number) == [case.id]
    assert open_tasks(rt) == []


def test_a_question_to_a_commission_that_is_nowhere_is_refused_while_it_is_typed(
    rt: Runtime, clerk: Actor
) -> None:
    """It would wait for ever: nobody's sitting collects it."""
    choose = user_task("choose", check="commission.exists")
    choose = choose.replace(" camunda:", ' camunda:formRef="F1" camunda:', 1)
    form = {"type": "default", "id": "F1", "components": [{"type": "textfield", "key": "вид_комиссии"}]}
    drawn = diagram("by_hand", START + choose + END + flows("s choose e"))
    publish_files(rt, Upload("F1.form", json.dumps(form).encode()), drawn)
    open_case(rt, clerk, "by_hand")
    with pytest.raises(InvalidData) as refused:
        complete(rt, clerk, "choose", {"вид_комиссии": "contract"})
    assert "Есть: Комиссия «Детство. Семья»" in refused.value.errors["вид_комиссии"]
    complete(rt, clerk, "choose", {"вид_комиссии": "family"})
    assert open_nodes(rt) == []
