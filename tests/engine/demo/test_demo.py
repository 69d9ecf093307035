"""What the demonstration shows to each of its visitors."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import Connection, func, select

from engine.access.tables import account, audit
from engine.cases.programme_export import exports_of
from engine.cases.queries import CaseCard, case_list
from engine.cases.tables import case_, history, incident, message, outbox
from engine.deadlines.tables import term
from engine.definitions.tables import definition
from engine.demo.logins import OFFERED, demo_logins
from engine.demo.stories import PLANS
from engine.demo.town import demo_actor
from engine.model import SYSTEM, Clock
from engine.records import letters
from engine.records.agenda import waiting_items
from engine.records.cells import EMPTY, OLD, RED, marks
from engine.records.commission_report import heard_by_commission
from engine.records.contacts import silences
from engine.records.measures import DONE, DROPPED, OPEN, UNDONE, measures
from engine.records.pairs import pairs
from engine.records.queries import find_people
from engine.records.refusals import refusal_of
from engine.records.registers import Subject, entries
from engine.records.sheets import newest_sheet
from engine.records.sitting_plan import sittings_between
from engine.records.tables import (
    DECIDED,
    HELD,
    agenda_item,
    commission,
    contact,
    family,
    measure,
    merge,
    person,
    referral,
    settlement,
    visit,
)
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.worklist.inbox import Counters, Filter, InboxRow, inbox_counters, inbox_page
from engine.worklist.monitor import figures, overdue_steps, soon_steps
from engine.worklist.next_action import Kind, next_actions, owner_roles
from engine.worklist.notices import unread_notices
from engine.worklist.tables import notice


def plain(words: str) -> str:
    """Without the no-break spaces that pages need."""
    return words.replace("\u00a0", " ")


def inbox(rt: Runtime, login: str) -> list[InboxRow]:
    actor = demo_actor(rt, login)
    with rt.database.read() as conn:
        return inbox_page(rt, conn, Filter(queues=actor.queues), rt.clock.now(), actor.unit_id)


def counters(rt: Runtime, login: str) -> Counters:
    actor = demo_actor(rt, login)
    with rt.database.read() as conn:
        return inbox_counters(rt, conn, actor.queues, actor.own_queue, rt.clock.now(), actor.unit_id)


def steps(rt: Runtime, login: str) -> set[str]:
    return {row.step.name for row in inbox(rt, login)}


def cases_about(rt: Runtime, conn: Connection, label: str) -> list[CaseCard]:
    found = case_list(rt, conn, SYSTEM, active=None, limit=400)
    return [card for card in found if plain(card.label) == label]


def test_every_state_of_the_pathway_can_be_looked_at(demo: Runtime) -> None:
    with demo.database.read() as conn:
        cases = case_list(demo, conn, SYSTEM, active=None, limit=400)
    applications = [card for card in cases if card.process == "p03_need_ippsu"]
    assert len(applications) >= len(PLANS) == 27
    assert {card.phase for card in applications} >= {
        "заявление подано",
        "идёт проверка",
        "проект готовится",
        "на комиссии",
        "нужно внеочередное заседание",
        "у руководителя",
        "дополнительная проверка",
        "признан нуждающимся",
        "программа выдана",
        "действует",
        "пересматривается",
        "отказано",
        "отказ от услуг",
        "закрыто по просьбе",
    }
    assert {card.stage for card in applications} == {
        "Приём",
        "Диагностика",
        "Решение",
        "Программа",
        "Исполнение",
    }


def test_families_that_agreed_are_supported_by_their_curator(demo: Runtime) -> None:
    with demo.database.read() as conn:
        cases = case_list(demo, conn, SYSTEM, active=True, limit=400)
    supported = [card for card in cases if card.process == "p05_family_support"]
    assert supported
    assert {card.phase for card in supported} >= {"идёт сопровождение", "начато"}


def test_a_programme_runs_only_once_the_person_has_agreed(demo: Runtime) -> None:
    with demo.database.read() as conn:
        about = cases_about(demo, conn, "Цой А. Д.")
    [waiting] = [card for card in about if card.process == "p03_need_ippsu"]
    assert (waiting.stage, waiting.phase) == ("Программа", "программа выдана")


def test_the_specialist_has_steps_of_every_urgency_and_some_that_nobody_has_taken(demo: Runtime) -> None:
    found = counters(demo, "krylova")
    assert found.own >= 8
    assert len([row for row in inbox(demo, "krylova") if row.assignee_id is None]) >= 3
    assert min(found.overdue, found.today, found.week, found.later) >= 1
    assert any(row.draft_at for row in inbox(demo, "krylova"))


def test_she_does_the_steps_of_a_colleague_on_leave(demo: Runtime) -> None:
    absent = demo_actor(demo, "belova")
    hers = [plain(row.label) for row in inbox(demo, "krylova") if row.assignee_id == absent.user_id]
    assert hers == ["семья Якушевых", "Рожкова Т. И."]


@pytest.mark.parametrize(
    ("login", "wanted"),
    [
        ("demina", {"Принять заявление", "Записать обращение"}),
        ("yusupov", {"Обследовать условия жизни", "Провести первичную диагностику", "Обратиться в полицию"}),
        ("krylova", {"Запросить ведомства", "Выдать вещи или деньги", "Проверить меры и помощь"}),
        ("tumanova", {"Известить службы", "Разместить семью", "Перезвонить"}),
        ("zorina", {"Оказать услугу"}),
        ("belova", {"Собрать команду"}),
        ("pavlova", {"Принять документ"}),
        ("fedorova", {"Сверить данные"}),
        ("ryabova", {"Проверить, состояла ли на учёте"}),
        ("lunina", {"Назначить заседание", "Подготовить опросный лист"}),
        ("sedova", {"Подтвердить участие"}),
        ("gromov", {"Подтвердить участие"}),
        ("kravtsova", {"Записать сигнал", "Посетить семью", "Подвести итог проверки", "Связаться с семьёй"}),
        ("somov", {"Подтвердить участие"}),
        ("lykova", {"Подтвердить участие"}),
        ("snegireva", {"Подтвердить участие"}),
        ("zuev", {"Выделить машину"}),
        ("ershova", {"Рассмотреть нарушение срока", "Подтвердить маршрут", "Решить о срочной помощи"}),
        ("orlov", {"Принять решение", "Сообщить министерству"}),
    ],
)
def test_everybody_finds_their_work(demo: Runtime, login: str, wanted: set[str]) -> None:
    assert steps(demo, login) >= wanted


def test_the_head_of_department_sees_what_is_late_and_what_soon_will_be(demo: Runtime) -> None:
    head, now = demo_actor(demo, "ershova"), demo.clock.now()
    with demo.database.read() as conn:
        late = [plain(row.words.words) for row in overdue_steps(demo, conn, head, now)]
        soon = soon_steps(demo, conn, head, now)
        counted = figures(demo, conn, head, now)
    assert late[0] == "просрочено на 6 раб. дней"
    assert late[-1] == "просрочено на 1 раб. день"
    assert 5 <= len(late) <= 12
    assert len(soon) >= 3
    assert (counted.overdue, counted.soon) == (len(late), len(soon))


def test_terms_cross_the_new_year_holidays(demo: Runtime) -> None:
    with demo.database.read() as conn:
        rows = conn.execute(select(term.c.event_at, term.c.due_at).where(term.c.key == "T15")).all()
    spans = {(from_seconds(row.event_at).date(), from_seconds(row.due_at).date()) for row in rows}
    assert (date(2025, 12, 26), date(2026, 1, 21)) in spans


def test_terms_that_ran_out_over_the_holidays_were_told_in_the_first_morning_after(demo: Runtime) -> None:
    """Nothing happened on the days off: every notice was written on a working day."""
    with demo.database.read() as conn:
        days = {from_seconds(at).date() for at in conn.execute(select(notice.c.at)).scalars()}
    assert days
    assert not [day for day in days if date(2025, 12, 31) <= day <= date(2026, 1, 11)]


def test_nothing_is_left_to_carry_out_and_one_case_waits_for_repair(demo: Runtime) -> None:
    with demo.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(outbox)).scalar_one() == 0
        assert set(conn.execute(select(message.c.name)).scalars()) == {"msg.referral", "msg.start_service"}
        assert conn.execute(select(incident.c.node)).scalars().all() == ["p03_te_review"]


def test_the_held_sitting_has_sent_its_decisions_and_the_next_one_has_its_questions(demo: Runtime) -> None:
    with demo.database.read() as conn:
        decided = conn.execute(
            select(agenda_item.c.kind, agenda_item.c.decision, func.count())
            .where(agenda_item.c.status == DECIDED)
            .group_by(agenda_item.c.kind, agenda_item.c.decision)
        ).all()
        waiting = waiting_items(conn, 1)
        sittings, polls = (
            conn.execute(select(case_.c.phase).where(case_.c.process == key).order_by(case_.c.id))
            .scalars()
            .all()
            for key in ("p04_commission", "p04_poll")
        )
    counted = {(row.kind, row.decision): row[2] for row in decided}
    assert counted == {
        ("need_status", "approve"): 4,
        ("need_status", "extra_check"): 1,
        ("need_status", "postpone"): 1,
        ("need_status", "refuse"): 1,
        ("patronage_on", "approve"): 35,
        ("patronage_off", "approve"): 3,
        ("remove", "approve"): 2,
        ("urgent_aid", "approve"): 1,
        ("detect", "approve"): 3,
        ("declaration_check", "approve"): 2,
        ("gsp", "approve"): 3,
        ("sc_program", "approve"): 2,
        ("ippsu_change", "approve"): 2,
    }
    assert waiting == []
    assert Counter(sittings) == {"закрыто": 19, "отменено": 1, "подтверждается явка": 1}
    assert list(polls) == ["закончен", "готовится опрос"]


def test_commissions_sat_on_the_days_of_their_rules_and_besides_only_for_what_could_not_wait(
    demo: Runtime,
) -> None:
    with demo.database.read() as conn:
        found = [
            each
            for number in conn.execute(select(commission.c.id)).scalars()
            for each in sittings_between(conn, number, date(2025, 1, 1), demo.clock.now().date())
        ]
        urgent = select(agenda_item.c.sitting_case_id).where(agenda_item.c.urged_at.is_not(None))
        could_not_wait = set(conn.execute(urgent).scalars())
    held = [each for each in found if each.held]
    assert Counter(each.commission_id for each in held if not each.poll) == {1: 11, 2: 8}
    assert [each.day for each in held if not each.poll and each.rule_day != each.day] == []
    assert {each.case_id for each in held if each.extra} <= could_not_wait
    assert [each.heard for each in found if each.cancelled] == [None]


def test_what_commissions_heard_by_kind_makes_up_all_that_they_heard(demo: Runtime) -> None:
    today = demo.clock.now().date()
    with demo.database.read() as conn:
        found = heard_by_commission(conn, [1, 2], date(2025, 1, 1), today)
    assert [each.total for each in found.values()] == [each.summed for each in found.values()]
    assert 0 not in found[1].counted, "all seven kinds by the commission on families"
    assert found[1].sittings >= 8


def test_thirty_two_families_stand_on_the_register_and_are_visited(demo: Runtime) -> None:
    with demo.database.read() as conn:
        standing = entries(conn, SYSTEM, "prevention")
        gone = entries(conn, SYSTEM, "prevention", ended=True)
        red = entries(conn, SYSTEM, "red_zone")
        visits = conn.execute(select(visit.c.day).where(visit.c.status == HELD)).scalars().all()
    assert (len(standing), len(gone), len(red)) == (32, 3, 6)
    months = {day[:7] for day in visits}
    assert months >= {"2025-10", "2025-11", "2025-12"}


def test_the_register_holds_families_of_every_category_as_the_tables_propose_and_the_commission_says(
    demo: Runtime,
) -> None:
    with demo.database.read() as conn:
        standing = entries(conn, SYSTEM, "prevention")
        red = {each.family_id for each in entries(conn, SYSTEM, "red_zone")}
    assert Counter(each.state for each in standing) == {"СОП": 7, "группа риска": 16, "ТЖС": 9}
    assert red < {each.family_id for each in standing if each.state == "СОП"}


def test_sheets_of_the_red_zone_are_filled_but_for_a_few_lines_and_one_is_old(demo: Runtime) -> None:
    today = demo.clock.now().date()
    with demo.database.read() as conn:
        red = [Subject(each.family_id, None) for each in entries(conn, SYSTEM, "red_zone")]
        sheets = [newest_sheet(demo, conn, each) for each in red]
    found = [Counter(marks(each.cells, today).values()) for each in sheets if each is not None]
    assert len(found) == 6
    assert all(1 <= each[EMPTY] + each[RED] <= 3 for each in found)
    assert [each[OLD] > 0 for each in found].count(True) == 1


def test_a_head_has_refused_to_put_one_family_into_the_red_zone(demo: Runtime) -> None:
    with demo.database.read() as conn:
        family_id = cases_about(demo, conn, "семья Макаровых")[0].family_id
        refused = refusal_of(demo, conn, Subject(family_id, None))
    assert refused is not None
    assert refused.facts["категория"] == "СОП"


def test_a_letter_about_eighteen_families_waits_for_three_answers_and_one_has_them_all(demo: Runtime) -> None:
    with demo.database.read() as conn:
        found = letters.counts(conn, list(conn.execute(select(referral.c.id)).scalars())).values()
    assert sorted((each.sent, each.answered, each.open) for each in found) == [(2, 2, 0), (18, 15, 3)]


def test_a_programme_was_taken_by_the_regional_register_and_another_waits_to_be_handed_over(
    demo: Runtime,
) -> None:
    assert "Передать файл в регистр" in steps(demo, "krylova")
    with demo.database.read() as conn:
        [card] = [
            each for each in cases_about(demo, conn, "семья Авдеевых") if each.process == "p05_family_support"
        ]
        [export] = exports_of(demo, conn, card)
    assert export.taken
    assert card.phase == "сопровождение окончено"


def test_a_family_has_left_the_district_with_its_file(demo: Runtime) -> None:
    with demo.database.read() as conn:
        cases = {each.process: each for each in cases_about(demo, conn, "семья Зиминых")}
    assert (cases["p05_transfer"].phase, cases["p05_transfer"].active) == ("семья выехала", False)
    assert cases["p08_patronage"].phase == "снята с учёта"


def test_two_cards_were_joined_and_another_pair_waits(demo: Runtime) -> None:
    with demo.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(merge)).scalar_one() == 1
        waiting = pairs(demo, conn, demo_actor(demo, "demina"))
    assert [plain(each.first.name) if each.first else "" for each in waiting] == [
        "Самойлова Елена Викторовна"
    ]


def test_nobody_has_been_visited_later_today(demo: Runtime) -> None:
    with demo.database.read() as conn:
        days = conn.execute(select(visit.c.day).where(visit.c.status == HELD)).scalars().all()
    assert max(days) < demo.clock.now().date().isoformat()


def test_a_partner_is_waited_for_in_time_and_too_long_and_a_measure_is_late(demo: Runtime) -> None:
    today = demo.clock.now().date().isoformat()
    with demo.database.read() as conn:
        answers = (
            conn.execute(select(referral.c.due_day).where(referral.c.closed_at.is_(None))).scalars().all()
        )
        wanted = select(measure.c.due_day).where(measure.c.closed_at.is_(None))
        due = [day for day in conn.execute(wanted).scalars() if day]
    assert min(answers) < today < max(answers)
    assert min(due) < today < max(due)


def test_measures_were_done_with_a_result_in_both_units_or_late_or_not_at_all(demo: Runtime) -> None:
    today = demo.clock.now().date()
    with demo.database.read() as conn:
        found = [
            each
            for each in measures(demo, conn, SYSTEM)
            if each.source in ("решение комиссии", "Дать поручения")
        ]
    counted = Counter(each.state for each in found)
    assert counted[DONE] >= 25
    assert min(counted[UNDONE], counted[DROPPED]) >= 2
    late = [each for each in found if each.late(today)]
    assert 2 <= len(late) <= 12
    assert counted[OPEN] > len(late), "some are to be done yet"
    assert all(each.result for each in found if each.state != OPEN)
    assert any("1 семья, 3 ребёнка" in plain(each.result) for each in found if each.state == DONE)
    assert any(each.closed_at.date() > each.due for each in found if each.closed_at and each.due), (
        "done, but late"
    )


def test_families_are_spoken_with_in_time_and_some_are_overdue(demo: Runtime) -> None:
    with demo.database.read() as conn:
        standing = [each.family_id for each in entries(conn, SYSTEM, "prevention") if each.family_id]
        found = list(silences(conn, standing, demo.clock.now().date()).values())
    shares = [each.days / each.allowed for each in found if each.days is not None and each.allowed]
    assert len(shares) == 32
    assert len([share for share in shares if share < 1]) >= 16, "most in time"
    assert len({each.days for each in found}) >= 6, "not all on one day"
    assert 1 <= len([each for each in found if each.late]) <= 6


def test_a_family_moved_to_a_village_of_another_department_and_its_case_went_there(demo: Runtime) -> None:
    with demo.database.read() as conn:
        [card] = [card for card in cases_about(demo, conn, "семья Быковых") if card.active]
        there = conn.execute(select(settlement.c.unit_id).where(settlement.c.name == "Заозерье")).scalar_one()
    assert card.unit_id == there != demo_actor(demo, "belova").unit_id


def test_every_pathway_of_families_has_cases_that_run_and_cases_that_are_over(demo: Runtime) -> None:
    with demo.database.read() as conn:
        found = case_list(demo, conn, SYSTEM, active=None, limit=400)
    both = {
        "p01_one_window",
        "p02_urgent_help",
        "p03_need_ippsu",
        "p04_commission",
        "p04_poll",
        "p05_family_support",
        "p07_red_zone",
        "p08_patronage",
    }
    assert {card.process for card in found if card.active} >= {
        *both,
        "p09_visit_plan",
        "p10_family_visit",
        "p23_emergency_notice",
    }
    assert {card.process for card in found if not card.active} >= both


def test_a_step_was_handed_over_with_its_draft(demo: Runtime) -> None:
    row = next(row for row in inbox(demo, "krylova") if row.label == "семья Самойловых")
    assert row.step.name == "Подготовить проект ИППСУ"
    assert row.draft_at is not None
    assert row.draft_at < demo.clock.now()


def test_the_people_are_sealed_and_found_by_name(demo: Runtime) -> None:
    with demo.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(person)).scalar_one() >= 40
        assert conn.execute(select(func.count()).select_from(family)).scalar_one() >= 60
        raw = b"".join(conn.execute(select(person.c.data).where(person.c.data.is_not(None))).scalars())
        found = find_people(demo, conn, demo_actor(demo, "demina"), "тихонова ирина")
    assert "Тихонова".encode() not in raw
    assert [each.name for each in found] == ["Тихонова Ирина Павловна"]


def test_babies_were_born_before_they_were_registered(demo: Runtime) -> None:
    with demo.database.read() as conn:
        [baby] = find_people(demo, conn, demo_actor(demo, "demina"), "якушев лев")
    assert plain(baby.age_words) == "5 месяцев"


def test_people_have_unread_notices_of_the_last_evening_and_morning(demo: Runtime) -> None:
    with demo.database.read() as conn:
        assert 0 < unread_notices(conn, demo_actor(demo, "krylova").user_id) < 30
        assert 0 < unread_notices(conn, demo_actor(demo, "ershova").user_id) < 20


def test_the_registrar_is_not_told_of_terms_of_cases_that_specialists_own(demo: Runtime) -> None:
    with demo.database.read() as conn:
        owners = set(
            conn.execute(select(case_.c.owner_id).where(case_.c.process == "p03_need_ippsu")).scalars()
        )
    specialists = {demo_actor(demo, login).user_id for login in ("krylova", "belova")}
    assert owners == {*specialists, None}


def test_one_login_a_role_is_offered(demo: Runtime) -> None:
    logins = demo_logins(demo)
    assert [login.login for login in logins] == list(OFFERED)
    assert len({login.role_words for login in logins}) == len(logins)


def test_a_head_of_the_district_sees_every_family_on_the_register(demo: Runtime) -> None:
    [login] = [each for each in demo_logins(demo) if "весь округ" in each.role_words]
    with demo.database.read() as conn:
        seen = entries(conn, demo_actor(demo, login.login), "prevention")
    assert len(seen) == 32


def test_only_terms_whose_norms_allow_it_stand_still(demo: Runtime) -> None:
    with demo.database.read() as conn:
        paused = conn.execute(select(term.c.key).where(term.c.clock == Clock.PAUSED)).scalars()
        assert list(paused) == ["T33"]


def test_the_methodologist_has_published_a_second_version_and_older_cases_keep_the_first(
    demo: Runtime,
) -> None:
    with demo.database.read() as conn:
        versions = conn.execute(select(definition.c.version).where(definition.c.key == "F57")).scalars().all()
        releases = conn.execute(select(case_.c.release_id).order_by(case_.c.id)).scalars().all()
    assert sorted(versions) == [1, 2]
    assert (releases[0], releases[-1]) == (1, 2)


def test_people_work_on_working_days_between_nine_and_six(demo: Runtime) -> None:
    office = demo.calendars.office(demo_actor(demo, "krylova").unit_id)
    calendar = demo.calendars.calendar(demo_actor(demo, "krylova").unit_id)
    with demo.database.read() as conn:
        begun = conn.execute(select(func.min(case_.c.filed_at))).scalar_one()
        done = select(history.c.at).where(history.c.actor_id != SYSTEM.user_id)
        told = select(audit.c.at).where(audit.c.actor_id != SYSTEM.user_id, audit.c.at >= begun)
        seconds = conn.execute(done.union(told)).scalars().all()
        met = select(contact.c.day).union(select(visit.c.day))
        days = {date.fromisoformat(day) for day in conn.execute(met).scalars()}
    moments = sorted(from_seconds(at).astimezone(office.zone) for at in seconds)
    assert [at for at in moments if not (calendar.is_working(at.date()) and 9 <= at.hour < 18)] == []
    assert [day for day in sorted(days) if not calendar.is_working(day)] == []


def test_nobody_has_answered_before_being_asked(demo: Runtime) -> None:
    with demo.database.read() as conn:
        asked = conn.execute(
            select(referral.c.sent_at, referral.c.closed_at).where(referral.c.closed_at.is_not(None))
        ).all()
        heard = conn.execute(
            select(agenda_item.c.asked_at, agenda_item.c.decided_at).where(agenda_item.c.status == DECIDED)
        ).all()
    assert asked
    assert [row for row in (*asked, *heard) if row[0] > row[1]] == []


def test_nothing_in_it_comes_from_the_future(demo: Runtime) -> None:
    now = int(demo.clock.now().timestamp())
    with demo.database.read() as conn:
        for column in (
            definition.c.published_at,
            account.c.created_at,
            audit.c.at,
            history.c.at,
            notice.c.at,
        ):
            assert conn.execute(select(func.max(column))).scalar_one() <= now, column


def test_the_palliative_case_is_due_two_working_days_after_the_application(demo: Runtime) -> None:
    with demo.database.read() as conn:
        [case] = cases_about(demo, conn, "семья Беляевых")
        rows = conn.execute(select(term.c.key, term.c.due_at).where(term.c.case_id == case.id)).all()
    due = {row.key: from_seconds(row.due_at).date() for row in rows}
    assert case.filed_at.date() == date(2026, 1, 16)
    assert due["T14"] == due["T15"] == date(2026, 1, 20)


def test_every_open_case_has_somebody_who_answers_a_next_action_and_its_date(demo: Runtime) -> None:
    with demo.database.read() as conn:
        cases = case_list(demo, conn, SYSTEM, active=True, limit=500)
        actions = next_actions(demo, conn, demo_actor(demo, "orlov"), cases, demo.clock.now())
    assert len(cases) > 20
    assert [card.number for card in cases if card.owner_id is None and not owner_roles(demo, card)] == []
    assert [card.number for card in cases if not actions[card.id].title] == []
    undated = [actions[card.id].kind for card in cases if not actions[card.id].dated]
    assert undated == [Kind.STANDS], "only the case that stands on purpose, and it says so"
