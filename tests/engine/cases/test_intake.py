"""A case looks for what is known of its people: other cards, registers, other cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.access.units import name_fillers
from engine.cases.queries import case_card, case_variables
from engine.cases.service import cancel_case, start_case
from engine.definitions.files import Upload
from engine.jobs.sweep import sweep_until_idle
from engine.model import SYSTEM, Actor, StartCase, Value
from engine.names import FullName
from engine.records import registers
from engine.records.registers import Standing, Subject
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import END, START, chain, diagram, flows, publish_files, user_task
from tests.factories.records import make_family, make_person


def looks(topic: str) -> Upload:
    task = f'<serviceTask id="op" name="Найти" camunda:type="external" camunda:topic="{topic}"/>'
    return diagram("looks", START + task + user_task("a") + END + flows("s op a e"))


def looked(
    rt: Runtime,
    clerk: Actor,
    person: int | None = None,
    family: int | None = None,
    topic: str = "intake.matches",
) -> Mapping[str, Value]:
    """What a new case about them has found."""
    publish_files(rt, looks(topic), chain("other", user_task("b")))
    command = StartCase(clerk, "looks", {}, person_id=person, family_id=family, label="семья Лапшиных")
    case = start_case(rt, command)
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        return case_variables(rt, conn, case_card(rt, conn, clerk, case.id))


def test_another_card_of_the_same_person_is_found_by_its_number(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    known = make_person(rt, clerk, document=None)
    again = make_person(rt, clerk, phone="")
    [found] = looked(rt, clerk, person=again)["совпадения"]
    assert found["карточка"] == f"№ {known}"
    assert found["совпало"] == "дата рождения, фамилия, имя"
    assert found["организация"]


def test_a_card_without_a_birth_date_is_known_by_the_whole_name(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    make_person(rt, clerk, birth=None, document=None, phone="")
    [found] = looked(rt, clerk, person=make_person(rt, clerk))["совпадения"]
    assert found["совпало"] == "фамилия, имя"


def test_somebody_else_is_no_match_and_nobody_is_asked_about_has_none(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    make_person(rt, clerk, birth=date(1990, 3, 15), document=None, phone="")
    assert looked(rt, clerk, person=make_person(rt, clerk))["совпадения"] == []
    found = looked(rt, clerk)
    assert (found["совпадения"], found["открытые_дела"], found["состав_семьи"]) == ([], [], [])


def test_open_cases_of_the_person_or_the_family_are_named_and_ended_ones_are_not(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05", "R07")
    family, mother, _ = make_family(rt, clerk)
    publish_files(rt, chain("other", user_task("b")))
    of_family = start_case(rt, StartCase(clerk, "other", {}, family_id=family, label="семья Лапшиных"))
    of_mother = start_case(rt, StartCase(clerk, "other", {}, person_id=mother, label="Лапшина О. С."))
    over = start_case(rt, StartCase(clerk, "other", {}, person_id=mother, label="Лапшина О. С."))
    cancel_case(rt, clerk, over.id, "открыто по ошибке")
    found = looked(rt, clerk, person=mother, family=family)["открытые_дела"]
    assert [each["номер"] for each in found] == [of_mother.number, of_family.number]


def test_the_cards_say_who_is_in_the_family_without_names(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    family, mother, _ = make_family(rt, clerk)
    found = looked(rt, clerk, person=mother, family=family)
    told = [
        (each["кем"], each["возраст"].replace("\N{NO-BREAK SPACE}", " ")) for each in found["состав_семьи"]
    ]
    assert told == [("мать", "35 лет"), ("ребёнок", "8 лет")]
    assert (found["взрослых"], found["детей"]) == (1, 1)


def test_registers_of_the_family_and_all_its_cases_are_known(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05", "R07")
    family, mother, _ = make_family(rt, clerk)
    publish_files(rt, chain("other", user_task("b")))
    going = start_case(rt, StartCase(clerk, "other", {}, family_id=family, label="семья Лапшиных"))
    over = start_case(rt, StartCase(clerk, "other", {}, person_id=mother, label="Лапшина О. С."))
    cancel_case(rt, clerk, over.id, "открыто по ошибке")
    subject, since = Subject(family, None), date(2026, 1, 12)
    with rt.database.write() as conn:
        for register in ("sop", "prevention"):
            registers.enter(
                rt,
                conn,
                register,
                subject,
                Standing(state="ТЖС"),
                case_id=going.id,
                unit_id=clerk.unit_id,
                since=since,
            )
        registers.leave(
            rt, conn, "sop", subject, until=date(2026, 1, 14), left_for="помощь оказана", case_id=1
        )
    found = looked(rt, clerk, person=mother, family=family, topic="intake.known")
    assert found["учёт"] == [
        {"регистр": "Профилактический учёт", "состояние": "ТЖС", "с": since, "по": None},
        {"регистр": "Социально опасное положение", "состояние": "ТЖС", "с": since, "по": date(2026, 1, 14)},
    ]
    assert [(each["номер"], each["состояние"]) for each in found["дела_семьи"]] == [
        (over.number, "закрыто"),
        (going.number, "открыто"),
    ]


def test_a_case_about_nobody_knows_nothing(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    assert looked(rt, clerk, topic="intake.known") == {"учёт": [], "дела_семьи": []}


def test_those_who_lead_cases_of_the_unit_are_offered_as_curators(rt: Runtime) -> None:
    here = town(rt)
    name_fillers(rt, SYSTEM, here.municipality, {"R13": [here.administration]})
    clerk = make_actor(rt, "R05", name=FullName("Ёлкина", "Дарья", "Олеговна"))
    for role, unit, name in (
        ("R03", here.families, "Яшина"),
        ("R13", here.administration, "Зимина"),
        ("R03", here.care, "Чужая"),
        ("R18", here.families, "Шофёрова"),
    ):
        make_actor(rt, role, unit_id=unit, name=FullName(name, "Анна", "Ильинична"))
    assert looked(rt, clerk)["кураторы"] == ["Яшина А. И.", "Ёлкина Д. О.", "Зимина А. И."]
