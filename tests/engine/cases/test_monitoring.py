"""The monthly monitoring played on the shipped pathways: from the registers to signed sheets."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from engine.access.actors import load_actor
from engine.cases import monitoring
from engine.cases.family_sheet import look_again
from engine.cases.outbox import deliver_due
from engine.cases.queries import case_card, case_variables, open_incidents
from engine.cases.service import StartedCase, complete_task, start_case
from engine.cases.tables import ACTIVE, case_, outbox
from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.jobs.sweep import HANDLERS, sweep_until_idle
from engine.model import Actor, CompleteTask, StartCase
from engine.records import keeping, partners, referrals, refusals, registers, sheets
from engine.records.cells import OLD, RED, answered, marks
from engine.records.parameters import sections
from engine.records.partners import NewPartner
from engine.records.referrals import NewReferral
from engine.records.registers import Standing, Subject
from engine.records.tables import letter_family
from engine.resources import forms_dir, processes_dir
from engine.runtime import Runtime
from engine.worklist.tables import OPEN, task
from tests.factories.access import make_actor, town
from tests.factories.cases import (
    END,
    START,
    chain,
    complete,
    diagram,
    event,
    flows,
    message,
    publish_files,
    user_task,
)
from tests.factories.records import make_family

NEED = diagram(
    "p03_need",
    START
    + event("intermediateCatchEvent", "asked", "message", "msg.review_request")
    + user_task("reviewed")
    + END
    + flows("s asked reviewed e"),
    message("msg.review_request"),
    number="ИП",
)
"""A case of need that goes on when somebody asks for a review."""


@pytest.fixture
def keeper(rt: Runtime) -> Actor:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    files = [
        *(
            path
            for name in ("red_zone", "sheet", "entry")
            for path in processes_dir().glob(f"p07_{name}/*.bpmn")
        ),
        *processes_dir().glob("decisions/dmn_05*.dmn"),
        *processes_dir().glob("decisions/dmn_14_monitoring.dmn"),
        *(forms_dir() / f"F{number}.form" for number in range(60, 70) if number not in (63, 64)),
    ]
    publish_files(rt, NEED, *(Upload(file.name, file.read_bytes()) for file in files))
    return make_actor(rt, "R24", "R02", "R07", "R26")


@pytest.fixture
def family(rt: Runtime, keeper: Actor) -> Subject:
    """In a dangerous position, but not in the red zone: one child, by the rule it belongs there."""
    subject = Subject(make_family(rt, keeper)[0], None)
    enter(rt, subject, "sop", state="СОП")
    return subject


def enter(rt: Runtime, subject: Subject, register: str, **says: Any) -> None:
    with rt.database.write() as conn:
        registers.enter(
            rt,
            conn,
            register,
            subject,
            Standing(**says),
            case_id=1,
            unit_id=town(rt).families,
            since=date(2026, 1, 5),
        )


def begin(rt: Runtime, keeper: Actor) -> StartedCase:
    command = StartCase(keeper, "p07_red_zone", {"повод_сверки": "Проверка"})
    month = start_case(rt, command, check_form=False)
    sweep_until_idle(rt)
    return month


def steps(rt: Runtime) -> dict[str, int]:
    wanted = select(task.c.node, task.c.id).where(task.c.status == OPEN).order_by(task.c.id)
    with rt.database.read() as conn:
        return {row.node.rpartition("/")[2]: row.id for row in conn.execute(wanted)}


def do(rt: Runtime, keeper: Actor, node: str, **data: Any) -> None:
    complete_task(rt, CompleteTask(load_actor(rt, keeper.user_id), steps(rt)[node], data))
    sweep_until_idle(rt)


def sheet_of(rt: Runtime, keeper: Actor, subject: Subject, month: str | None = None) -> sheets.Sheet:
    return sheets.sheet_view(rt, keeper, subject, month).sheet


def known_to(rt: Runtime, keeper: Actor, case_id: int) -> dict[str, Any]:
    with rt.database.read() as conn:
        assert open_incidents(conn, case_id) == []
        return case_variables(rt, conn, case_card(rt, conn, keeper, case_id))


def test_a_month_from_the_registers_to_the_signature(rt: Runtime, keeper: Actor, family: Subject) -> None:
    month = begin(rt, keeper)
    assert set(steps(rt)) == {"p07_ut_actualize", "p07_sheet_ut_fill"}
    first = sheet_of(rt, keeper, family)
    assert first.month == "2026-01"
    assert first.cells["мать"].value == "Лапшина Ольга Сергеевна"
    assert first.cells["детей_от_семи"].value == 1
    assert first.cells["учёт_соп"].value == date(2026, 1, 5)
    assert first.empty > 50

    do(rt, keeper, "p07_ut_actualize", состав_регистра="верен")
    do(rt, keeper, "p07_sheet_ut_fill", детей_с_инвалидностью=4, алкоголь=True)
    assert known_to(rt, keeper, only_case(rt, "p07_sheet"))["ошибки_листа"] == [
        {"ошибка": "Детей с инвалидностью больше, чем детей"}
    ]
    do(rt, keeper, "p07_sheet_ut_fill", детей_с_инвалидностью=1)
    typed = sheet_of(rt, keeper, family).cells["детей_с_инвалидностью"]
    assert (typed.value, typed.by, typed.changed) == (1, keeper.user_id, date(2026, 1, 12))

    do(rt, keeper, "p07_entry_ut_confirm", решение_о_регистре="подтвердить")
    with rt.database.read() as conn:
        [red, *_] = registers.history_of(conn, family, "red_zone")
        kept = {each.register: each for each in keeping.kept_registers(rt, conn, keeper, date(2026, 1, 12))}
    assert (red.words, red.state) == ("внесена", "СОП")
    assert "правило DMN-05" in red.ground
    assert kept["sop"].updated_by == keeper.user_id

    do(rt, keeper, "p07_ut_verify", итог_сверки="верны")
    do(rt, keeper, "p07_ut_sign", подпись_мониторинга="подписать")
    known = known_to(rt, keeper, month.id)
    assert (known["листов"], known["проверено"], known["не_завершено"]) == (1, 1, 0)
    line = next(each for each in known["сводка"] if each["параметр"] == "Детей с инвалидностью")
    assert (line["единица"], line["итог"], line["пусто"]) == ("детей", 1, 0)
    assert sheet_of(rt, keeper, family).verified_at is not None
    with rt.database.read() as conn:
        assert keeping.kept_registers(rt, conn, keeper, date(2026, 1, 12))[0].verified_month == "2026-01"


def test_why_the_month_was_sent_back_is_told_on_the_registers_and_on_the_sheets(
    rt: Runtime, keeper: Actor, family: Subject
) -> None:
    month = begin(rt, keeper)
    do(rt, keeper, "p07_ut_actualize", состав_регистра="верен")
    do(rt, keeper, "p07_sheet_ut_fill")
    do(rt, keeper, "p07_entry_ut_confirm", решение_о_регистре="подтвердить")
    words = "Проверьте, на каком учёте семьи."
    do(rt, keeper, "p07_ut_verify", итог_сверки="доработать", замечание_сверки=words)
    assert set(steps(rt)) == {"p07_ut_actualize", "p07_sheet_ut_fill"}
    sheets = select(func.max(case_.c.id)).where(case_.c.process == "p07_sheet")
    with rt.database.read() as conn:
        again = conn.execute(sheets).scalar_one()
    assert known_to(rt, keeper, again)["замечание_сверки"] == words
    assert known_to(rt, keeper, month.id)["замечание_сверки"] == words


SECTIONS: dict[str, Any] = {
    "детей_с_инвалидностью": 1,
    "долги_за_жильё": True,
    "учёт_полиции": "2026-01-05",
    "мать_работает": True,
    "уход_за_инвалидом": True,
    "хочет_учиться": True,
    "ребёнок_в_больнице": True,
    "помощь_паспорт": 1,
    "итог_документы": True,
    "личное_дело": True,
    "опросник": True,
}
"""Something typed in each of the eleven sections, in their order."""


def test_what_is_typed_in_every_section_stands_on_the_sheet_and_in_the_summary(
    rt: Runtime, keeper: Actor, family: Subject
) -> None:
    enter(rt, family, "red_zone", state="СОП")
    month = begin(rt, keeper)
    for _register in ("red_zone", "sop"):
        do(rt, keeper, "p07_ut_actualize", состав_регистра="верен")
    do(rt, keeper, "p07_sheet_ut_fill", **SECTIONS)
    cells = sheet_of(rt, keeper, family).cells
    lines = {each["параметр"]: each for each in known_to(rt, keeper, month.id)["сводка"]}
    asked = {each.key: (part.number, each.title) for part in sections() for each in part.parameters}
    assert [asked[key][0] for key in SECTIONS] == list(range(1, 12))
    for key in SECTIONS:
        assert cells[key].by == keeper.user_id, key
        assert (lines[asked[key][1]]["итог"], lines[asked[key][1]]["семей"]) == (1, 1), key


def only_case(rt: Runtime, process: str) -> int:
    with rt.database.read() as conn:
        return int(conn.execute(select(case_.c.id).where(case_.c.process == process)).scalar_one())


def test_the_next_month_carries_on_what_was_typed_and_marks_what_is_old(
    rt: Runtime, keeper: Actor, family: Subject
) -> None:
    enter(rt, family, "red_zone", state="СОП")
    begin(rt, keeper)
    do(rt, keeper, "p07_sheet_ut_fill", мать_работает=True, мать_место_работы="Ферма")
    rt.clock.set(datetime.fromisoformat("2026-03-02T09:00+03:00"))  # type: ignore[attr-defined]
    sweep_until_idle(rt)
    begin(rt, keeper)
    found = sheet_of(rt, keeper, family)
    assert found.month == "2026-03"
    assert found.cells["мать_место_работы"].value == "Ферма"
    told = marks(found.cells, date(2026, 3, 2))
    assert (told["мать_место_работы"], told["детей_с_инвалидностью"]) == (OLD, RED)
    assert "p07_sheet_ut_fill" in steps(rt)


def test_what_would_be_old_before_the_next_round_is_to_be_confirmed_in_this_one(
    rt: Runtime, keeper: Actor, family: Subject
) -> None:
    enter(rt, family, "red_zone", state="СОП")
    begin(rt, keeper)
    do(rt, keeper, "p07_sheet_ut_fill", мать_работает=True, мать_место_работы="Ферма")
    first = date(2026, 2, 2)
    with rt.database.write() as conn:
        look = look_again(rt, conn, family, unit_id=town(rt).families, today=first)
    assert OLD not in marks(sheet_of(rt, keeper, family).cells, first).values()
    assert look.old > 0


def test_a_sheet_that_nobody_has_to_see_to_opens_no_case(rt: Runtime, keeper: Actor, family: Subject) -> None:
    """And while somebody is busy with one, there is no second."""
    begin(rt, keeper)
    begin(rt, keeper)
    with rt.database.read() as conn:
        opened = conn.execute(select(case_.c.id).where(case_.c.process == "p07_sheet")).all()
    assert len(opened) == 1


def test_half_a_year_without_a_result_asks_for_a_review_of_the_familys_case(
    rt: Runtime, keeper: Actor, family: Subject
) -> None:
    enter(rt, family, "red_zone", state="СОП")
    need = start_case(rt, StartCase(keeper, "p03_need", {}, family_id=family.family_id, label="семья"))
    begin(rt, keeper)
    do(rt, keeper, "p07_sheet_ut_fill")
    rt.clock.set(datetime.fromisoformat("2026-07-01T09:00+03:00"))  # type: ignore[attr-defined]
    begin(rt, keeper)
    known = known_to(rt, keeper, newest(rt, "p07_sheet"))
    assert (known["дело_семьи"], known["нужен_пересмотр"]) == (need.number, True)
    assert "reviewed" not in steps(rt)
    do(rt, keeper, "p07_sheet_ut_fill")
    assert "reviewed" in steps(rt)
    assert known_to(rt, keeper, need.id)["причина"] == "Мониторинг: два квартала без результата"


def newest(rt: Runtime, process: str) -> int:
    with rt.database.read() as conn:
        wanted = select(case_.c.id).where(case_.c.process == process).order_by(case_.c.id.desc()).limit(1)
        return int(conn.execute(wanted).scalar_one())


def test_the_sheet_takes_what_the_newest_case_says(rt: Runtime, keeper: Actor, family: Subject) -> None:
    said = {"признаки_риска": ["насилие", "школа"], "самообслуживание": "сохранено"}
    start_case(rt, StartCase(keeper, "p03_need", said, family_id=family.family_id, label="семья"))
    begin(rt, keeper)
    cells = sheet_of(rt, keeper, family).cells
    assert [cells[key].value for key in ("насилие_в_семье", "пропуски_школы", "алкоголь", "опросник")] == [
        True, True, None, True,
    ]  # fmt: skip
    assert cells["личное_дело"].value is True


def test_the_sheet_knows_what_partners_answered_and_what_was_given(
    rt: Runtime, keeper: Actor, family: Subject
) -> None:
    """Figures of answers, a letter, lists of what was handed out, the questionnaire, how support ended."""
    steps_of_cases = [
        chain("p02_urgent", user_task("p02_ut_material"), number="СП"),
        chain("p03_need_two", user_task("p03_ut_questionnaire"), user_task("later"), number="ИП"),
        chain("p05_family_support", user_task("p05_work_ut_review"), user_task("wait"), number="СС"),
        chain("p05_export", user_task("hand"), number="РР"),
    ]
    publish_files(rt, *steps_of_cases)
    curator = make_actor(rt, "R05")
    helped = [
        {"вид": "материальная помощь", "итог": "выдано"},
        {"вид": "юридическая помощь", "итог": "отказ"},
    ]
    known: dict[str, dict[str, Any]] = {
        "p02_urgent": {"оказано": helped},
        "p05_family_support": {"итог_сопровождения": "Проблема решена"},
    }
    opened = {
        process: start_case(
            rt,
            StartCase(keeper, process, known.get(process, {}), family_id=family.family_id, label="семья"),
            check_form=False,
        )
        for process in ("p02_urgent", "p03_need_two", "p05_family_support", "p05_export")
    }
    parcels = [
        {"наименование": "Продукты", "количество": Decimal(2), "единица": "набор"},
        {"наименование": "Пошлина", "количество": Decimal(300), "единица": "руб."},
    ]
    complete(rt, curator, "p02_ut_material", {"выдано": parcels})
    complete(rt, curator, "p03_ut_questionnaire", {"самообслуживание": "сохранено"})
    complete(rt, curator, "p05_work_ut_review", {"динамика": "лучше"})
    answered_by(rt, opened["p05_family_support"], "sfr", children=2)
    answered_by(rt, opened["p05_family_support"], "education", pieces=3)
    on_a_letter(rt, answered_by(rt, opened["p05_export"], "czn"), opened["p03_need_two"], "registered")
    begin(rt, keeper)
    cells = sheet_of(rt, keeper, family).cells
    expected = {
        "помощь_пособия": 2, "помощь_путёвки": 3, "помощь_наборы": 2, "помощь_деньги": 1, "помощь_юрист": 0,
        "помощь_срочная": 1, "итог_пособие": True, "на_учёте_занятости": True,
        "на_учёте_занятости_с": date(2026, 1, 12), "итог_учёт_занятости": True, "итог_снят_успешно": True,
        "итог_снят_иначе": False, "итог_динамика": "лучше", "опросник_исправлен": date(2026, 1, 12),
    }  # fmt: skip
    assert {key: cells[key].value for key in expected} == expected
    assert {cells[key].by for key in expected} == {0}


def answered_by(rt: Runtime, case: StartedCase, kind: str, **figures: int) -> int:
    """A document of the case to a partner of that kind, answered: its number."""
    new = NewPartner(kind, f"Партнёр {kind} (вымышленный)")
    number = partners.add_partner(rt, make_actor(rt, "R29"), town(rt).municipality, new)
    with rt.database.write() as conn:
        paper = NewReferral(case.id, number, "letter", f"{case.number}/{kind}", date(2026, 1, 20))
        made = referrals.send(rt, conn, paper)
        referrals.close(rt, conn, made, "done", figures)
    return made


def on_a_letter(rt: Runtime, letter_id: int, case: StartedCase, result: str) -> None:
    line = {
        "letter_case_id": 999, "referral_id": letter_id, "place": 1, "case_id": case.id, "ground": "закон",
        "result": result, "answered_on": "2026-01-12",
    }  # fmt: skip
    with rt.database.write() as conn:
        conn.execute(insert(letter_family).values(line))


def families_on_a_register(rt: Runtime, keeper: Actor, number: int) -> list[Subject]:
    subjects = [Subject(make_family(rt, keeper)[0], None) for _ in range(number)]
    for subject in subjects:
        enter(rt, subject, "income50", state="ТЖС")
    return subjects


def opened_sheets(rt: Runtime) -> list[int]:
    """Families about which a sheet was opened, in that order."""
    with rt.database.read() as conn:
        wanted = select(case_.c.family_id).where(case_.c.process == "p07_sheet").order_by(case_.c.id)
        return list(conn.execute(wanted).scalars())


def test_a_month_is_opened_in_parts_and_each_family_once(
    rt: Runtime, keeper: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitoring, "PART", 2)
    subjects = families_on_a_register(rt, keeper, 5)
    enter(rt, subjects[0], "sop", state="СОП")
    start_case(rt, StartCase(keeper, "p07_red_zone", {"повод_сверки": "Проверка"}), check_form=False)
    for looked_at in (2, 4, 5):
        deliver_due(rt, HANDLERS, 1)
        assert opened_sheets(rt) == [each.family_id for each in subjects[:looked_at]]
        assert "p07_ut_actualize" not in steps(rt)
        leave_only_the_month(rt)
    deliver_due(rt, HANDLERS)
    assert "p07_ut_actualize" in steps(rt)
    assert len(opened_sheets(rt)) == 5
    known = known_to(rt, keeper, only_case(rt, "p07_red_zone"))
    assert (known["семей"], known["листов_в_работе"]) == (5, 5)
    assert [(each["регистр"], each["семей"]) for each in known["регистры"]] == [("sop", 1), ("income50", 5)]
    assert all(each["пустых"] > 50 for each in known["регистры"])


def leave_only_the_month(rt: Runtime) -> None:
    """What the sheets have promised waits: here only the month goes on."""
    month = only_case(rt, "p07_red_zone")
    with rt.database.write() as conn:
        conn.execute(update(outbox).where(outbox.c.case_id != month).values(next_at=None))


def test_a_family_that_comes_while_the_month_is_opened_is_looked_at_and_one_that_goes_is_not(
    rt: Runtime, keeper: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitoring, "PART", 2)
    first, _, _, gone = families_on_a_register(rt, keeper, 4)
    start_case(rt, StartCase(keeper, "p07_red_zone", {"повод_сверки": "Проверка"}), check_form=False)
    deliver_due(rt, HANDLERS, 1)
    with rt.database.write() as conn:
        registers.leave(rt, conn, "income50", gone, until=date(2026, 1, 12), left_for="переезд", case_id=1)
    [new] = families_on_a_register(rt, keeper, 1)
    enter(rt, first, "sop", state="СОП")
    sweep_until_idle(rt)
    found = opened_sheets(rt)
    assert (len(found), len(set(found))) == (4, 4)
    assert new.family_id in found
    assert gone.family_id not in found


def test_the_month_waits_for_the_last_sheet_and_then_adds_all_of_them_up(
    rt: Runtime, keeper: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitoring, "PART", 2)
    families_on_a_register(rt, keeper, 3)
    month = begin(rt, keeper)
    do(rt, keeper, "p07_ut_actualize", состав_регистра="верен")
    for left in (2, 1, 0):
        assert "p07_ut_verify" not in steps(rt)
        do(rt, keeper, "p07_sheet_ut_fill", помощь_путёвки=2)
        with rt.database.read() as conn:
            wanted = select(case_.c.id).where(case_.c.process == "p07_sheet", case_.c.status == ACTIVE)
            assert len(conn.execute(wanted).all()) == left
    assert "p07_ut_verify" in steps(rt)
    known = known_to(rt, keeper, month.id)
    assert (known["листов"], known["не_завершено"]) == (3, 0)
    assert next(each for each in known["сводка"] if each["единица"] == "путёвок")["итог"] == 6


REFUSED: dict[str, Any] = {"решение_о_регистре": "отклонить", "причина_отказа": "Комиссия ещё не решила."}


def a_month_later(rt: Runtime, keeper: Actor, month: int) -> None:
    rt.clock.set(datetime.fromisoformat(f"2026-{month:02}-02T09:00+03:00"))  # type: ignore[attr-defined]
    begin(rt, keeper)


def test_what_a_head_refused_is_proposed_again_only_when_the_facts_have_changed(
    rt: Runtime, keeper: Actor, family: Subject
) -> None:
    begin(rt, keeper)
    do(rt, keeper, "p07_sheet_ut_fill")
    do(rt, keeper, "p07_entry_ut_confirm", **REFUSED)

    a_month_later(rt, keeper, 2)
    do(rt, keeper, "p07_sheet_ut_fill")
    assert "p07_entry_ut_confirm" not in steps(rt), "the facts are those of January"

    a_month_later(rt, keeper, 3)
    do(rt, keeper, "p07_sheet_ut_fill", алкоголь=True, насилие_в_семье=True, пропуски_школы=True)
    assert "p07_entry_ut_confirm" in steps(rt)
    told = known_to(rt, keeper, newest(rt, "p07_sheet"))["что_изменилось"]
    assert told == "после отказа 12.01.2026 — появилось: зависимость, насилие, школа"
    do(rt, keeper, "p07_entry_ut_confirm", **REFUSED)

    a_month_later(rt, keeper, 4)
    do(rt, keeper, "p07_sheet_ut_fill", насилие_в_семье=False)
    assert known_to(rt, keeper, newest(rt, "p07_sheet"))["что_изменилось"] == (
        "после отказа 02.03.2026 — больше не видно: насилие"
    )
    do(rt, keeper, "p07_entry_ut_confirm", решение_о_регистре="подтвердить")
    with rt.database.read() as conn:
        assert registers.stands(conn, "red_zone", family)
        assert refusals.refusal_of(rt, conn, family) is None


def test_a_refusal_to_let_a_family_in_says_nothing_of_letting_it_out(
    rt: Runtime, keeper: Actor, family: Subject
) -> None:
    begin(rt, keeper)
    do(rt, keeper, "p07_sheet_ut_fill")
    do(rt, keeper, "p07_entry_ut_confirm", **REFUSED)
    enter(rt, family, "red_zone", state="СОП")
    with rt.database.write() as conn:
        registers.leave(rt, conn, "sop", family, until=date(2026, 1, 12), left_for="решение", case_id=1)
    a_month_later(rt, keeper, 2)
    do(rt, keeper, "p07_sheet_ut_fill")
    assert "p07_entry_ut_confirm" in steps(rt)
    known = known_to(rt, keeper, newest(rt, "p07_sheet"))
    assert (known["в_красной_зоне"], known["что_изменилось"]) == (True, None)


def test_a_family_of_the_risk_group_with_three_children_is_proposed_for_the_red_zone(
    rt: Runtime, keeper: Actor
) -> None:
    [family] = families_on_a_register(rt, keeper, 1)
    with rt.database.write() as conn:
        day = date(2026, 1, 12)
        told = {"детей": 3, "алкоголь": True, "насилие_в_семье": True}
        look = look_again(rt, conn, family, unit_id=town(rt).families, today=day)
        before = sheets.newest_sheet(rt, conn, family)
        assert before is not None
        cells = answered(before.cells, told, keeper.user_id, day)
        sheets.keep_sheet(rt, conn, family, cells, unit_id=town(rt).families, today=day)
        assert look.zone.wanted is None
        look = look_again(rt, conn, family, unit_id=town(rt).families, today=day)
    assert (look.zone.wanted, look.zone.proposed) == ("внести", True)
