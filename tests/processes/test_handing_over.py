"""Shipped pathways on a real instance: one hands a family over to another, and nothing is typed twice."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.events import note_event
from engine.cases.history import HistoryKind
from engine.cases.messages import deliver_to
from engine.cases.queries import case_card, case_history
from engine.cases.requesting import requests_of
from engine.cases.service import complete_task, start_case
from engine.cases.tables import wait
from engine.errors import InvalidData
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, CompleteTask, StartCase, Value
from engine.records import partners, registers
from engine.records.partners import NewPartner
from engine.records.referrals import referrals
from engine.records.registers import Standing, Subject
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.processes.playing import begin, cases_of, do, known_to, steps_of


@pytest.fixture
def everybody(office: Runtime) -> Actor:
    return make_actor(office, "R01", "R02", "R04", "R05", "R07")


CALL: dict[str, Value] = {
    "обстоятельства": "Ушла из дома с детьми.",
    "дата_обращения": date(2026, 1, 12),
    "время_обращения": time(9),
    "детей": Decimal(2),
    "угроза": "нет",
    "нужды": ["юрист"],
}
SERVED: dict[str, Value] = {
    "услуга": "юридическая помощь",
    "итог_услуги": "оказана",
    "что_сделано": "Составлено заявление.",
    "условия_услуги": "бесплатно",
    "дата_услуги": date(2026, 1, 12),
    "исполнитель_услуги": "КЦСОН, юрист",
}


def help_given(rt: Runtime, actor: Actor, case_id: int, *, support: bool) -> None:
    """Urgent help from the call to the act."""
    do(rt, actor, case_id, "p02_ut_take_call", **CALL)
    decided: dict[str, Value] = {"решение_о_помощи": "оказать", "назначено": ["юридическая помощь"]}
    do(rt, actor, case_id, "p02_ut_decide", **decided, нужно_сопровождение=support)
    do(rt, actor, case_id, "p02_ut_give", **SERVED)


def test_urgent_help_that_is_not_enough_opens_a_case_of_need_about_the_same_family(office, everybody):
    urgent, family = begin(office, everybody, "p02_urgent_help")
    help_given(office, everybody, urgent.id, support=True)
    [_, need] = cases_of(office, family)
    assert need.process == "p03_need_ippsu"
    assert need.number.startswith("ИП-")
    assert set(steps_of(office, need.id)) == {"p03_ut_application"}
    known = known_to(office, everybody, need.id)
    assert (known["повод"], known["нужды"]) == ("срочная помощь", ["сопровождение"])
    assert known["обстоятельства"] == "Ушла из дома с детьми."


def test_urgent_help_that_is_enough_opens_nothing(office, everybody):
    urgent, family = begin(office, everybody, "p02_urgent_help")
    help_given(office, everybody, urgent.id, support=False)
    assert [case.number for case in cases_of(office, family)] == [urgent.number]
    assert set(steps_of(office, urgent.id)) == {"p02_ut_callback"}


REGISTERED: dict[str, Value] = {
    "дата_обращения": date(2026, 1, 12),
    "время_обращения": time(9),
    "канал": "лично",
    "от_чьего_имени": "своего",
    "тема_обращения": "Нет работы",
    "нужды_обращения": ["сопровождение"],
    "расписка_выдана": True,
}


def test_the_one_window_sees_what_goes_on_with_the_family_already(office, everybody):
    urgent, family = begin(office, everybody, "p02_urgent_help")
    about = cases_of(office, family)[0]
    command = StartCase(
        everybody, "p01_one_window", {}, person_id=about.person_id, family_id=family, label="семья Лапшиных"
    )
    intake = start_case(office, command, check_form=False)
    do(office, everybody, intake.id, "p01_ut_register", **REGISTERED)
    assert set(steps_of(office, intake.id)) == {"p01_ut_merge"}
    [found] = known_to(office, everybody, intake.id)["открытые_дела"]
    assert found == {"номер": urgent.number, "путь": "Срочная социальная помощь"}


def test_danger_on_the_way_brings_help_at_once_and_stops_nothing(office, everybody):
    intake, family = begin(office, everybody, "p01_one_window")
    note_event(office, everybody, intake.id, "msg.danger")
    sweep_until_idle(office)
    assert set(steps_of(office, intake.id)) == {"p01_ut_register", "p02_ut_take_call"}
    assert len(cases_of(office, family)) == 1


def test_the_request_to_close_leaves_one_step(office, everybody):
    intake, _ = begin(office, everybody, "p01_one_window")
    note_event(office, everybody, intake.id, "msg.withdrawal")
    sweep_until_idle(office)
    assert set(steps_of(office, intake.id)) == {"p01_ut_close_by_request"}


def test_an_emergency_knows_the_registers_and_calls_for_help_where_it_is_needed(office, everybody):
    notice, family = begin(office, everybody, "p23_emergency_notice", источник="мчс", что_случилось="Пожар.")
    with office.database.write() as conn:
        registers.enter(
            office,
            conn,
            "prevention",
            Subject(family, None),
            Standing(state="ТЖС"),
            case_id=notice.id,
            unit_id=everybody.unit_id,
            since=date(2026, 1, 5),
        )
    facts: dict[str, Value] = {
        "источник": "мчс",
        "вид_чс": "пожар",
        "что_случилось": "Сгорел дом.",
        "дата_происшествия": date(2026, 1, 12),
        "пострадали_дети": False,
        "пострадало_взрослых": Decimal(0),
        "погибло_взрослых": Decimal(0),
        "где_дети": "у родных",
        "срочные_нужды": ["жильё"],
    }
    do(office, everybody, notice.id, "p23_ut_receive", **facts)
    assert set(steps_of(office, notice.id)) == {
        "p23_ut_notify_ministry",
        "p23_ut_tell_partners",
        "p23_ut_check_case",
        "p02_ut_take_call",
        "p06_ut_prepare",
    }
    [line] = known_to(office, everybody, notice.id)["учёт"]
    assert (line["регистр"], line["состояние"]) == ("Профилактический учёт", "ТЖС")


def test_the_one_window_hands_over_to_several_pathways_and_says_so_once(office, everybody):
    begin(office, everybody, "p01_one_window")  # a namesake, so that the cards are compared
    intake, family = begin(office, everybody, "p01_one_window")
    do(office, everybody, intake.id, "p01_ut_register", **REGISTERED)
    do(office, everybody, intake.id, "p01_ut_merge", итог_сверки="нет", вывод_сверки="новое")
    ground: dict[str, Value] = {"основание_обработки": "закон", "статья_закона": "120-ФЗ"}
    do(office, everybody, intake.id, "p01_ut_consent", **ground, дата_согласия=date(2026, 1, 12))
    found: dict[str, Value] = {
        "взрослых": Decimal(1),
        "детей": Decimal(2),
        "самообслуживание": "сохранено",
        "трудности": [{"сфера": "доход", "острота": "срочно", "трудность": "Нет работы"}],
        "доход_семьи": "ниже",
        "признаки_риска": ["нет дохода"],
        "обстоятельства": "Мать одна с двумя детьми, без работы.",
    }
    do(office, everybody, intake.id, "p01_ut_diagnostics", **found)
    route: dict[str, Value] = {"маршруты": ["услуги", "сигнал"], "куратор": "Назначим и сообщим отдельно"}
    do(office, everybody, intake.id, "p01_ut_confirm_route", **route, ответ_до=date(2026, 1, 14))
    assert {case.process for case in cases_of(office, family)} == {
        "p01_one_window",
        "p03_need_ippsu",
        "p08_patronage",
    }
    signal = next(case for case in cases_of(office, family) if case.process == "p08_patronage")
    known = known_to(office, everybody, signal.id)
    assert known["что_случилось"] == "Мать одна с двумя детьми, без работы."
    assert known["признаки_риска"] == ["нет дохода"]
    assert set(steps_of(office, intake.id)) == {"p01_ut_inform"}


def test_need_asks_partners_by_cases_of_their_own_and_hears_the_answer_without_waiting(office):
    clerk = make_actor(office, "R01", "R02", "R05")
    new = NewPartner("sfr", "Отделение Социального фонда (вымышленное)")
    partners.add_partner(office, make_actor(office, "R29"), town(office).municipality, new)
    need, family = begin(office, clerk, "p03_need_ippsu", решает="руководитель")
    rows = [
        {
            "ведомство": "соцфонд",
            "как_запрос": "документ",
            "какие_сведения": "Пособия на детей",
            "норма_запроса": "210-ФЗ",
        }
    ]
    asked: dict[str, Value] = {"запросы": rows, "дата_запросов": date(2026, 1, 12)}
    actor = load_actor(office, clerk.user_id)
    applied = steps_of(office, need.id)["p03_ut_application"]
    complete_task(office, CompleteTask(actor, applied, {}), check_form=False)
    do(office, clerk, need.id, "p03_ut_requests", **asked)
    assert set(steps_of(office, need.id)) == {"p03_ut_examine"}
    request = next(case for case in cases_of(office, family) if case.process == "p06_request")
    assert set(steps_of(office, request.id)) == {"p06_ut_answer"}
    assert request.owner_id == clerk.user_id
    with office.database.read() as conn:
        [shown] = requests_of(office, conn, case_card(office, conn, clerk, need.id))
    assert (shown.case_number, shown.partner, shown.state) == (request.number, new.name, "sent")
    answer: dict[str, Value] = {
        "исход": "исполнено",
        "ответ": "Пособие на двоих детей.",
        "дата_ответа": date(2026, 1, 12),
    }
    with pytest.raises(InvalidData) as refused:
        do(office, clerk, request.id, "p06_ut_answer", **{**answer, "дата_ответа": date(2026, 1, 9)})
    assert "не мог прийти раньше" in refused.value.errors["дата_ответа"]
    do(office, clerk, request.id, "p06_ut_answer", **answer)
    with office.database.read() as conn:
        history = case_history(office, conn, case_card(office, conn, clerk, need.id))
        assert not case_card(office, conn, clerk, request.id).active
        [kept] = referrals(conn, load_actor(office, clerk.user_id), only_open=False, case_id=request.id)
        assert (kept.state, kept.answered_on) == ("done", date(2026, 1, 12))
    told = next(entry.data["data"] for entry in history if entry.kind is HistoryKind.MESSAGE)
    assert told == {"номер_запроса": f"{request.number}/1", "исход_запроса": "исполнено"}


TEAM: dict[str, Value] = {
    "команда": [{"ведомство": "КЦСОН", "должность": "психолог", "за_что_отвечает": "Занятия"}],
    "дата_встречи": date(2026, 1, 13),
    "встреча_как": "очно",
    "согласие_семьи": "согласна",
}
PLAN: dict[str, Value] = {
    "цель_сопровождения": "Мать растит детей сама.",
    "семья_согласна": "согласна",
    "новые_меры": [
        {
            "задача": "Доход",
            "мера": "Помочь матери найти работу",
            "вид": "направление",
            "кому": "czn",
            "исполнитель": "Центр занятости",
            "срок": date(2026, 2, 12),
        }
    ],
}
REVIEW: dict[str, Value] = {
    "шкала": [{"сторона": "забота о детях", "балл": Decimal(4)}],
    "динамика": "лучше",
    "достигнуто": "все",
    "риск": "низкий",
    "вывод_пересмотра": "Семья справляется сама.",
}
CLOSING: dict[str, Value] = {
    "завершаем": True,
    "основание_завершения": "положительная реабилитация",
    "факторы_успеха": ["мотивация"],
    "вывод_сопровождения": "Семья справляется сама.",
}


def test_an_agreed_programme_with_support_begins_a_case_of_support_about_the_same_family(office):
    clerk = make_actor(office, "R01", "R02", "R05", "R27")
    case, family = begin(office, clerk, "p03_need_ippsu", решает="руководитель")
    task_agreed: dict[str, Value] = {
        "задача": "Печь исправна",
        "путь": "Ремонт печи",
        "срок": date(2026, 2, 27),
    }
    answers: dict[str, dict[str, Value]] = {
        "application": {},
        "examine": {},
        "questionnaire": {"признаки_риска": ["опасное жильё"]},
        "analyse": {},
        "agree_tasks": {"задачи": [task_agreed]},
        "draft": {"нужно_сопровождение": True, "программа_до": date(2027, 1, 12)},
        "head_decision": {"решение": "нуждается"},
        "finish_ippsu": {"дата_программы": date(2026, 1, 12)},
        "handover": {},
    }
    for step, data in answers.items():
        actor, number = load_actor(office, clerk.user_id), steps_of(office, case.id)[f"p03_ut_{step}"]
        complete_task(office, CompleteTask(actor, number, data), check_form=False)
        sweep_until_idle(office)
    note_event(office, clerk, case.id, "msg.consent")
    sweep_until_idle(office)
    [_, support] = cases_of(office, family)
    assert (support.process, support.unit_id, support.stage) == (
        "p05_family_support",
        clerk.unit_id,
        "Команда",
    )
    assert set(steps_of(office, support.id)) == {"p05_ut_team"}
    known = known_to(office, clerk, support.id)
    assert (known["программа"], known["категория"], known["задачи"]) == (case.number, "ТЖС", [task_agreed])


def test_support_does_not_end_while_a_document_waits_for_its_answer(office, everybody):
    curator = make_actor(office, "R03")
    partners.add_partner(
        office,
        make_actor(office, "R29"),
        town(office).municipality,
        NewPartner("czn", "Центр занятости (вымышленный)"),
    )
    case, _ = begin(office, curator, "p05_family_support", категория="ТЖС", риск="низкий")
    do(office, curator, case.id, "p05_ut_team", **TEAM)
    do(office, curator, case.id, "p05_work_ut_plan", **PLAN)
    letter: dict[str, Value] = {
        "вид_документа": "направление",
        "партнёр": "czn",
        "о_чём": "Просим помочь матери найти работу.",
        "правовое_основание": "442-ФЗ, ст. 22",
        "передача_данных": "согласие",
        "семей_в_письме": Decimal(1),
    }
    do(office, curator, case.id, "p06_ut_prepare", **letter)
    note_event(office, curator, case.id, "msg.review_request", {"причина": "Мать нашла работу сама."})
    sweep_until_idle(office)
    do(office, curator, case.id, "p05_work_ut_review", **REVIEW)
    do(office, curator, case.id, "p05_work_ut_close_check", **CLOSING)
    assert set(steps_of(office, case.id)) == {"p06_ut_answer", "p05_work_ut_settle"}
    answer: dict[str, Value] = {
        "исход": "исполнено",
        "ответ": "Мать принята на работу.",
        "дата_ответа": date(2026, 1, 12),
    }
    do(office, curator, case.id, "p06_ut_answer", **answer)
    checked: dict[str, Value] = {"помощь_началась": "да", "вывод_проверки": "Мать вышла на работу."}
    do(office, curator, case.id, "p06_ut_check", **checked, что_дальше="закрыть")
    result: dict[str, Value] = {"итог_меры": "сделано", "результат_меры": "Есть заработок."}
    do(office, curator, case.id, "p05_measure_ut_result", **result, дата_итога=date(2026, 1, 12))
    do(office, curator, case.id, "p05_work_ut_settle", что_закончено="Ответ внесён.")
    assert steps_of(office, case.id) == {}, "the commission decides"
    decided: dict[str, Value] = {"решение": "одобрено"}
    with office.database.write() as conn:
        waiting = conn.execute(
            select(wait.c.id).where(wait.c.case_id == case.id, wait.c.name == "msg.commission_decision")
        ).scalar_one()
        deliver_to(office, conn, case.id, waiting, "msg.commission_decision", decided)
    with office.database.read() as conn:
        card = case_card(office, conn, curator, case.id)
        [entry, *_] = case_history(office, conn, card)
    assert (card.stage, card.phase) == ("Контроль", "сопровождение окончено")
    assert entry.reached == ("Сопровождение окончено",)


def test_half_a_year_of_support_without_a_result_is_seen_by_the_monitoring_and_reviewed(office):
    """The last one here: it takes the instance half a year on."""
    curator, keeper = make_actor(office, "R03"), make_actor(office, "R24", "R02", "R05")
    support, family = begin(office, curator, "p05_family_support", категория="ТЖС", риск="низкий")
    do(office, curator, support.id, "p05_ut_team", **TEAM)
    [measure] = PLAN["новые_меры"]
    until_winter = {**PLAN, "новые_меры": [{**measure, "срок": date(2026, 12, 30)}]}
    do(office, curator, support.id, "p05_work_ut_plan", **until_winter)
    subject = Subject(family, None)
    with office.database.write() as conn:
        unit = town(office).families
        registers.enter(
            office, conn, "income50", subject, Standing(state="ТЖС"),
            case_id=support.id, unit_id=unit, since=date(2026, 1, 12),
        )  # fmt: skip
    month(office, keeper, family)
    on(office, "2026-04-14T10:00+03:00")
    goes_on: dict[str, Value] = {**REVIEW, "достигнуто": "больше половины", "риск": "средний"}
    do(office, curator, support.id, "p05_work_ut_review", **goes_on)
    assert "p05_work_ut_review" not in steps_of(office, support.id), "the next review is due in July"

    on(office, "2026-06-30T10:00+03:00")
    month(office, keeper, family)
    assert "p05_work_ut_review" not in steps_of(office, support.id), "five months"
    on(office, "2026-07-01T10:00+03:00")
    month(office, keeper, family)
    assert "p05_work_ut_review" in steps_of(office, support.id)
    with office.database.read() as conn:
        told = case_history(office, conn, case_card(office, conn, curator, support.id))
    assert any("Мониторинг: два квартала без результата" in str(each.data) for each in told)


def on(rt: Runtime, moment: str) -> None:
    rt.clock.set(datetime.fromisoformat(moment))  # type: ignore[attr-defined]
    sweep_until_idle(rt, forecasts=False)


def month(rt: Runtime, keeper: Actor, family: int) -> None:
    """The registers are gone through; the sheet of the family is filled in without a result."""
    start_case(rt, StartCase(keeper, "p07_red_zone", {"повод_сверки": "Проверка"}), check_form=False)
    sweep_until_idle(rt, forecasts=False)
    sheet = next(each for each in reversed(cases_of(rt, family)) if each.process == "p07_sheet")
    do(rt, keeper, sheet.id, "p07_sheet_ut_fill")
