"""«Семья»: who is in it, moving house, and the personal file on one page."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from engine.access.actors import load_actor
from engine.access.queries import journal, names_of
from engine.cases.service import cancel_case, start_case
from engine.cases.standing import recorded_ground
from engine.definitions.files import Upload
from engine.model import SYSTEM, StartCase
from engine.records.cars import add_car
from engine.records.keeping import appoint_keeper, note_update
from engine.records.queries import family_view, person_view
from engine.records.registers import Subject
from engine.records.service import add_settlement, change_settlement
from engine.records.tables import person
from engine.records.visits import close_visit, make_ready, open_visit
from engine.storage.counting import count_statements
from tests.factories.cases import END, chain, diagram, flows, publish_files, user_task
from tests.webui.workplace import put_on_register


def village(rt, office, *, served_by=None) -> int:
    number = add_settlement(
        rt,
        SYSTEM,
        municipality_id=rt.directory.tree().municipality(office.families),
        kind="село",
        name="Ключевое",
        rural=True,
    )
    change_settlement(rt, SYSTEM, number, kind="село", name="Ключевое", rural=True, unit_id=served_by)
    return number


def leaving() -> Upload:
    """The pathway by which a family goes over to another municipality; its form is one of the office."""
    begin = '<startEvent id="s" name="Начало" camunda:formRef="ask_help"/>'
    return diagram("p05_transfer", begin + user_task("a") + END + flows("s a e"), owner="R05")


def open_case(rt, family, unit) -> None:
    start_case(rt, StartCase(SYSTEM, "help", {"повод": "нет"}, family_id=family, label="семья", unit_id=unit))


def test_a_family_is_made_around_a_person_and_grows(visit, rt):
    clerk = visit("R05")
    made = clerk.post("/people/new", {"family": "Ромашкин", "given": "Пётр", "birth": "1980-01-01"}).location
    number = made.rpartition("/")[2]
    family = clerk.post("/families", {"person": number, "relation": "father"}).location
    child = clerk.post("/people/new", {"family": "Ромашкин", "given": "Лев", "next": family}).location
    assert child.startswith(f"{family}?person=")
    assert "Ромашкин Лев" in clerk.get(child).words
    sent = {"person": child.rpartition("=")[2], "relation": "child", "first_day": "2026-01-10"}
    assert (
        "ещё не наступил"
        in clerk.page_after(f"{family}/members", {**sent, "first_day": "2027-01-01"}, 422).words
    )
    clerk.post(f"{family}/members", sent)
    clerk.post(f"{family}/members/end", {"person": number, "last_day": "2026-01-11"})
    clerk.post(f"{family}/name", {"label": "семья Ромашковых"})
    page = clerk.get(family)
    assert page.h1.get_text() == "Семья Ромашковых"
    assert "Были в составе: Ромашкин Пётр, до 11.01.2026" in page.words
    assert "10.01.2026" in page.words


def test_a_member_is_looked_for_on_the_page_of_the_family(visit, office):
    clerk = visit("R05")
    clerk.post("/people/new", {"family": "Ромашкина", "given": "Анна"})
    page = clerk.search(f"/families/{office.family}", "ромаш")
    assert page.link("Ромашкина Анна").startswith(f"/families/{office.family}?person=")


def test_a_family_that_moves_within_the_department_takes_its_address_along(visit, rt, office):
    clerk = visit("R05")
    sent = {"settlement": village(rt, office), "address": "улица Новая, дом 1"}
    clerk.post(f"/families/{office.family}/move", sent)
    members = family_view(rt, SYSTEM, office.family).members
    assert {member.person.address for member in members} == {"улица Новая, дом 1"}
    assert person_view(rt, SYSTEM, office.person).settlement_id == sent["settlement"]
    assert "дом 1" in visit("R05").get(f"/cases/{office.case}").words
    for wrong in ({"settlement": 4711}, {"address": " "}):
        clerk.post(f"/families/{office.family}/move", {**sent, **wrong}, status=422)


def test_cases_of_a_family_that_moves_go_to_the_department_that_serves_the_place(visit, rt, office):
    place = village(rt, office, served_by=office.care)
    clerk = visit("R05")
    clerk.post(f"/families/{office.family}/move", {"settlement": place, "address": "дом 1"})
    there = visit(office.stranger)
    page = there.get(f"/cases/{office.later_case}")
    assert "Семья переехала, дело передано: Отделение надомной помощи" in page.words
    assert "не назначено" in page.words, "the step waits for whoever takes it there"
    assert "Семья Лапшиных" in there.get(f"/families/{office.family}").words
    assert clerk.get(f"/cases/{office.later_case}", status=403)


def test_the_personal_file_has_everything_on_one_page(visit, rt, office):
    page = visit("R05").get(f"/families/{office.family}/file")
    for words in (
        "Лапшина Ольга Сергеевна", "паспорт 0000 000001", "Путь help", "Принять заявление",
        "На учёте не состояли и не состоят", "На комиссии вопросов не было", "Партнёрам ничего не отправляли",
        "Дело открыто", "Письмо",
    ):  # fmt: skip
        assert words in page.words
    seen = {(entry.kind, entry.object_id) for entry in journal(rt, SYSTEM, action="view")}
    assert {("family", office.family), ("case", office.case), ("case", office.later_case)} <= seen
    assert "Лапшина Ольга Сергеевна" in visit("R05").get(f"/people/{office.person}/file").words


def test_the_personal_file_says_who_leads_what_is_next_who_keeps_the_register_and_with_what_car_they_went(
    visit, rt, office
):
    keeper = office.role["R24"]
    appoint_keeper(rt, load_actor(rt, office.role["R07"]), "prevention", keeper)
    car = add_car(rt, load_actor(rt, office.role["R18"]), "ГАЗель", 8)
    put_on_register(rt, office)
    with rt.database.write() as conn:
        note_update(rt, conn, "prevention", rt.directory.tree().municipality(office.families), keeper)
        for number, day in ((car, date(2026, 1, 8)), (None, date(2026, 1, 9))):
            plan = {"case_id": office.later_case, "unit_id": office.families, "day": day}
            made = open_visit(conn, Subject(office.family, None), planned=False, urgent=False, **plan)
            make_ready(conn, made.id, car_id=number, full_crew=True)
            close_visit(conn, made.id, "состоялся", day=day, minutes=30)
        name = names_of(conn, [keeper])[keeper].replace("\u00a0", " ")
    page = visit("R05").get(f"/families/{office.family}/file")
    assert f"СОП 01.12.2025 12.01.2026 состоит {name} сверен 12.01.2026" in page.words
    assert "состав полный; машина: ГАЗель" in page.words
    assert "состав полный; без машины" in page.words
    summary = page.select_one(".facts").get_text(" ", strip=True)
    assert summary.startswith("Ведёт")
    assert "Следующее действие" in summary


def test_the_personal_file_says_first_where_they_live_and_how_they_are_judged(visit, rt, office):
    clerk = visit("R05")
    assert "Населённый пункт не указан" in clerk.get(f"/families/{office.family}/file").words
    home = village(rt, office)
    with rt.database.write() as conn:
        conn.execute(update(person).values(settlement_id=home))
    publish_files(rt, chain("judged", user_task("a"), dataGround="120-ФЗ, ст. 9"))
    judged = {"категория": "группа риска", "риск": "средний"}
    command = StartCase(SYSTEM, "judged", judged, family_id=office.family, unit_id=office.families)
    case = start_case(rt, command, check_form=False)
    page = clerk.get(f"/families/{office.family}/file")
    assert "Населённый пункт село Ключевое, сельская местность" in page.words
    assert "Категория и риск по оценке группа риска, риск средний" in page.words
    assert "Основание обработки данных 120-ФЗ, ст. 9" in page.words
    assert "группа риска, риск средний" in clerk.get(f"/cases/{case.id}").words
    assert "данные: 120-ФЗ, ст. 9" in clerk.get(f"/cases/{case.id}").words


def test_the_consent_that_a_case_has_recorded_is_its_ground():
    said = {"основание_обработки": "согласие", "дата_согласия": date(2026, 1, 12)}
    today = date(2026, 2, 1)
    assert recorded_ground(said, today) == "согласие от 12.01.2026"
    assert recorded_ground({**said, "согласие_до": date(2027, 1, 12)}, today).endswith("до 12.01.2027")
    law = {"основание_обработки": "закон", "статья_закона": "120-ФЗ"}
    assert recorded_ground(law, today) == "закон: 120-ФЗ"
    assert recorded_ground({}, today) == ""


def test_cases_of_other_departments_are_said_to_be_withheld(visit, rt, office):
    open_case(rt, office.family, office.care)
    page = visit("R05").get(f"/families/{office.family}/file")
    assert "Ещё дел у других подразделений: 1" in page.words
    open_case(rt, None, office.care)
    alone = visit("R05").get(f"/people/{office.person}/file")
    assert "Ещё дел" not in alone.words, "cases of others are not theirs"
    stranger = visit(office.stranger).get(f"/families/{office.family}/file")
    assert "Ещё дел у других подразделений: 2" in stranger.words


@pytest.mark.parametrize("path", ["", "/file"])
def test_a_family_costs_as_many_statements_with_many_cases(path, visit, rt, office):
    clerk = visit("R05")
    address = f"/families/{office.family}{path}"
    counts = []
    for _ in range(2):
        for _ in range(3):
            open_case(rt, office.family, office.families)
        clerk.get(address)
        with count_statements(rt.database) as count:
            clerk.get(address)
        counts.append(count.statements)
    assert counts[0] == counts[1] < 40


def test_a_family_that_leaves_the_district_is_handed_over_from_its_page(visit, rt, office):
    page = visit("R05").get(f"/families/{office.family}")
    assert "Передать дело в другой муниципалитет" not in page.words, "nobody has published the pathway"
    publish_files(rt, leaving())
    page = visit("R05").get(f"/families/{office.family}")
    link = page.link("Передать дело в другой муниципалитет")
    assert link.startswith("/cases/new/p05_transfer?person=")


def test_the_page_of_a_watched_family_says_on_which_register_it_is_and_when_it_was_heard_of(
    visit, rt, office
):
    assert "Наблюдение" not in visit("R05").get(f"/families/{office.family}").words
    put_on_register(rt, office)
    words = visit("R05").get(f"/families/{office.family}").words
    assert "Профилактический учёт: СОП, с 01.12.2025" in words
    assert "Последний контакт: 2 января" in words.replace("\u00a0", " ")


def test_what_goes_on_stands_before_what_is_over(visit, rt, office):
    open_case(rt, office.family, office.families)
    newer = start_case(
        rt,
        StartCase(
            SYSTEM, "help", {"повод": "нет"}, family_id=office.family, label="семья", unit_id=office.families
        ),
    )
    cancel_case(rt, SYSTEM, newer.id, "Ошибка")
    words = visit("R05").get(f"/families/{office.family}").words
    assert words.index("завершено") > words.index(newer.number) > words.index("Принять заявление")
