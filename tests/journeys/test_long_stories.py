"""Five long stories, as a family and the office live them. People sit at a browser where something is
decided; the quiet stretches between are played by the same everyday work as the demonstration.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from engine.deadlines.tables import term
from engine.demo.courses import Course
from engine.demo.people import Household, Kin
from engine.demo.playing import Stage, Story
from engine.model import SYSTEM, Outcome
from engine.records.registers import entries
from tests.journeys.office import MOSCOW, Office, Person, close
from tests.journeys.stretches import Held, Life, Stories

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

FAMILY = Household(
    "lapshin",
    "Ключевое",
    "ул. Школьная, 4",
    "teen",
    (Kin("Лапшина Ольга Сергеевна", 34, "mother"), Kin("Лапшин Егор Павлович", 12, "child")),
)
OLD_COUPLE = Household(
    "belyaev",
    "Верхнереченск",
    "ул. Садовая, 3, кв. 5",
    "palliative",
    (Kin("Беляев Николай Фёдорович", 69, "spouse"), Kin("Беляева Нина Егоровна", 67, "spouse")),
)


def at(moment: str) -> datetime:
    """A moment by the clock of the office: «2026-01-19T10:00»."""
    return datetime.fromisoformat(moment).replace(tzinfo=MOSCOW)


class Cast:
    """Colleagues with browsers. They sign in when they are first needed and go home before time passes."""

    def __init__(self, browser: Browser, office: Office) -> None:
        self._browser, self._office = browser, office
        self._people: dict[str, Person] = {}

    def __call__(self, login: str) -> Person:
        if login not in self._people:
            self._people[login] = Person(self._browser, self._office, login)
        return self._people[login]

    def does(self, login: str, node: str, **data: Any) -> None:
        """Fill in the first open step of that node and finish it with the button of its page."""
        numbers = self._office.open_steps(node)
        assert numbers, f"{node} is not open"
        self(login).complete(numbers[0], data)

    def go_home(self) -> None:
        """Nobody saw an error."""
        for person in self._people.values():
            person.leave()
        self._people.clear()


Begin = Callable[[str], tuple[Office, Cast]]


@pytest.fixture
def begin(chromium: Browser, tmp_path: Path) -> Iterator[Begin]:
    """An office whose clock stands at that moment, and its people."""
    made: list[tuple[Office, Cast]] = []

    def at_that_moment(moment: str) -> tuple[Office, Cast]:
        office = Office(tmp_path / "instance", at(moment))
        made.append((office, Cast(chromium, office)))
        return made[-1]

    yield at_that_moment
    for office, cast in made:
        cast.go_home()
        office.stop()


def open_case(person: Person, office: Office) -> int:
    """Press the button of a start form that is filled in; the number of the case."""
    person.page.get_by_role("button", name="Открыть дело").click()
    expect(person.page.get_by_role("heading", level=1)).to_contain_text("дело №", timeout=30_000)
    return office.newest_case()


def start_form(person: Person, process: str, life: Life) -> None:
    person.page.goto(f"/cases/new/{process}?person={life.about.person_id}")
    expect(person.page.locator("[data-form-canvas] .fjs-form")).to_be_visible()


def shows(person: Person, case: int, words: str) -> None:
    """The page of the case says so."""
    person.page.goto(f"/cases/{case}")
    expect(person.page.get_by_text(words).first).to_be_visible(timeout=30_000)


def hear_of_trouble(cast: Cast, office: Office, life: Life) -> int:
    """The school has written; the chief specialist opens the case."""
    specialist = cast("kravtsova")
    start_form(specialist, "p08_patronage", life)
    page = specialist.page
    page.get_by_label("Кто сообщил").select_option(label="Школа, детский сад")
    page.get_by_label("Когда сообщили").fill("19.01.2026")
    page.get_by_label("Что сообщили").fill("Егор третью неделю не ходит на уроки.")
    return open_case(specialist, office)


def test_a_signal_from_a_school_to_deregistration_after_a_year(begin: Begin) -> None:
    office, cast = begin("2026-01-19T10:00")
    life = Life(office, FAMILY, "kravtsova")
    case = hear_of_trouble(cast, office, life)
    cast.does(
        "kravtsova",
        "p08_ut_signal",
        источник="школа",
        дата_сигнала="2026-01-19",
        как_сообщили="письмо",
        что_случилось="Егор третью неделю не ходит на уроки.",
        детей=1,
        признаки_риска=["школа"],
    )
    cast.go_home()
    stays = ("p10_ut_visit", "p08_ut_check", "p08_register_ut_plan")
    life.goes_on(at("2026-01-21T12:00"), pathway="p08_patronage", stays=stays)
    cast.does(
        "kravtsova",
        "p10_family_visit/p10_ut_visit",
        исход_визита="состоялся",
        начало="10:30",
        окончание="11:10",
        кто_дома=["мать", "дети"],
        детей_видели=1,
        санитарное_состояние="хорошее",
        продукты="есть",
        места_для_сна="есть",
        признаки_риска=["школа"],
    )
    cast.go_home()
    life.goes_on(at("2026-01-23T12:00"), pathway="p08_patronage", stays=stays)
    cast.does(
        "kravtsova",
        "p08_ut_check",
        признаки_риска=["школа"],
        детей=1,
        ставить_на_учёт=True,
        вывод_проверки="Мать на работе допоздна, за учёбой никто не следит.",
    )
    cast.go_home()
    sits = [Held("kdn", date(2026, 2, 3))]
    life.goes_on(at("2026-02-04T12:00"), pathway="p08_patronage", stays=stays, sittings=sits)
    cast.does(
        "kravtsova",
        "p08_register/p08_register_ut_plan",
        цель_ипр="Егор ходит в школу.",
        семья_согласна="согласна",
        меры_ипр=[
            {
                "мера": "Беседы с подростком",
                "вид_помощи": "правовая",
                "исполнитель": "Полиция",
                "срок": "2026-04-01",
            }
        ],
    )
    shows(cast("kravtsova"), case, "Выполнить меру плана")
    cast.go_home()
    restless = {"p08_prevention_ut_assess": {"меры_выполнены": False, "динамика": "без изменений"}}
    life.goes_on(at("2027-02-10T09:30"), pathway="p08_patronage", says=restless)
    cast.does(
        "kravtsova",
        "p08_prevention/p08_prevention_ut_assess",
        динамика="лучше",
        меры_выполнены=True,
        детей_на_учёте=1,
        вывод_динамики="Год без пропусков, семья справляется сама.",
    )
    shows(cast("kravtsova"), case, "снятие на комиссии")
    cast.go_home()
    sits = [Held("kdn", date(2027, 2, 16))]
    life.goes_on(at("2027-05-18T09:30"), pathway="p08_patronage", sittings=sits)
    cast.does(
        "kravtsova",
        "p08_register/p08_register_ut_after_off",
        вид_контакта="call",
        дата_контакта="2027-05-18",
        положение_семьи="хорошее",
        итог_контакта="Егор учится, закончил восьмой класс без троек.",
    )
    shows(cast("kravtsova"), case, "снята с учёта")


def test_a_family_on_the_register_moves_away(begin: Begin) -> None:
    office, cast = begin("2026-01-19T10:00")
    life = Life(office, FAMILY, "kravtsova")
    case = hear_of_trouble(cast, office, life)
    cast.go_home()
    sits = [Held("kdn", date(2026, 2, 3))]
    life.goes_on(at("2026-02-16T10:00"), pathway="p08_patronage", sittings=sits)
    specialist = cast("kravtsova")
    specialist.page.goto(f"/cases/{case}")
    specialist.page.get_by_role("radio", name="Семья переезжает").check()
    specialist.page.get_by_role("button", name="Записать событие").click()
    expect(specialist.page.get_by_text("Событие записано, дело пошло дальше.")).to_be_visible()
    cast.does(
        "kravtsova",
        "p08_register/p08_register_ut_transfer",
        куда_переехала="Заречный округ",
        номер_письма="31",
        дата_письма="2026-02-16",
    )
    shows(specialist, case, "снятие на комиссии")
    cast.go_home()
    sits = [Held("kdn", date(2026, 2, 20))]
    life.goes_on(at("2026-02-24T10:00"), pathway="p08_patronage", sittings=sits)
    shows(cast("kravtsova"), case, "снята с учёта")
    rt = office.open()
    with rt.database.read() as conn:
        [left] = entries(conn, SYSTEM, "prevention", ended=True)
        running = select(term.c.key).where(term.c.case_id == case, term.c.ended_at.is_(None))
        assert list(conn.execute(running).scalars()) == ["T34"]  # the work with the family has ended
    close(rt)
    assert left.left_for == "Семья переехала в другой муниципалитет"


def test_an_emergency_at_night(begin: Begin) -> None:
    office, cast = begin("2026-01-20T03:50")
    life = Life(office, FAMILY, "tumanova")
    duty = cast("tumanova")
    start_form(duty, "p23_emergency_notice", life)
    duty.page.get_by_label("Кто сообщил").select_option(label="МЧС")
    duty.page.get_by_label("Пострадали дети").check()
    duty.page.get_by_label("Что случилось").fill("Горит дом, семью вывели соседи.")
    case = open_case(duty, office)
    cast.does(
        "tumanova",
        "p23_ut_receive",
        источник="мчс",
        вид_чс="пожар",
        что_случилось="Горит дом, семью вывели соседи.",
        дата_происшествия="2026-01-20",
        время_происшествия="03:30",
        пострадали_дети=True,
        пострадало_детей=1,
        погибло_детей=0,
        пострадало_взрослых=0,
        погибло_взрослых=0,
        где_дети="больница",
        признаки_срочности=["нет крова, тепла или еды"],
        срочные_нужды=["жильё", "еда и одежда"],
        меры_приняты="Пожар потушен.",
    )
    head = cast("orlov")
    head.open_step(office.open_steps("p23_ut_notify_ministry")[0])
    expect(head.page.get_by_text("04:5").first).to_be_visible()  # an hour, though it is night
    cast.does(
        "orlov",
        "p23_ut_notify_ministry",
        способ_донесения=["телефон"],
        дата_донесения="2026-01-20",
        время_донесения="04:10",
        принял_донесение="дежурный",
    )
    cast.does(
        "tumanova",
        "p02_urgent_help/p02_ut_take_call",
        обстоятельства="Ночью сгорел дом, семья на улице.",
        дата_обращения="2026-01-20",
        время_обращения="03:55",
        детей=1,
        угроза="нет",
        нужды=["жильё", "еда и одежда"],
    )
    cast.does(
        "ershova",
        "p02_urgent_help/p02_ut_decide",
        решение_о_помощи="оказать",
        назначено=["продукты, одежда, обувь", "временное жильё"],
        сумма_помощи=3000,
    )
    cast.does(
        "tumanova",
        "p02_urgent_help/p02_ut_shelter",
        итог_размещения="размещены",
        место_размещения="семейный дом",
        размещено_человек=2,
        условия_услуги="бесплатно",
        дата_услуги="2026-01-20",
        исполнитель_услуги="КЦСОН",
    )
    cast.go_home()
    life.goes_on(at("2026-01-23T12:00"), pathway="p23_emergency_notice", stays=["p23_ut_followup"])
    cast.does(
        "krylova",
        "p23_ut_followup",
        положение_семьи="Живут в семейном доме, мальчика выписали.",
        дальнейшие_меры=[
            {"мера": "Помочь с ремонтом", "ответственный": "Администрация", "срок": "2026-04-01"}
        ],
    )
    cast.go_home()
    sits = [Held("family", date(2026, 1, 27))]
    life.goes_on(at("2026-02-05T12:00"), pathway="p23_emergency_notice", sittings=sits)
    shows(cast("tumanova"), case, "одобрено")
    page = cast("tumanova").page
    expect(page.get_by_text("Открытых шагов нет")).to_be_visible()


def prepared(life: Life, case: int, filed: int) -> Stories:
    """From an accepted application to a draft before the commission, within a day; `filed`: working day."""

    def stories(stage: Stage) -> list[Story]:
        course = Course(stage, life.about, filed, "krylova", random.Random(5), case_id=case)

        def story() -> Story:
            yield from course.examined(0, "12:20")
            yield from course.analysed(0, "13:50")
            yield from course.agreed(0, "14:30")
            yield from course.drafted(0, "15:10")

        return [story()]

    return stories


def accept(cast: Cast, *, palliative: bool = False, day: str = "2026-01-19") -> None:
    paper = {"документ_паллиатив": "№ 7 от 16.01.2026"} if palliative else {}
    cast.does(
        "demina",
        "p03_ut_application",
        дата_заявления=day,
        способ_подачи="лично",
        кто_подал="заявитель",
        нужды=["медицинские" if palliative else "психологические"],
        форма_обслуживания="на дому",
        просьба="Нужна помощь, сами не справляемся.",
        паллиативный=palliative,
        комплект=["паспорт"],
        основание_обработки="согласие",
        расписка_выдана=True,
        **paper,
    )


def file_application(cast: Cast, office: Office, life: Life, *, palliative: bool) -> int:
    registrar = cast("demina")
    start_form(registrar, "p03_need_ippsu", life)
    if palliative:
        registrar.page.get_by_label("Нужна паллиативная помощь").check()
    case = open_case(registrar, office)
    accept(cast, palliative=palliative)
    return case


def sign_and_hand_over(cast: Cast, day: str, until: str) -> None:
    services = [
        {
            "вид_услуги": "психологические",
            "услуга": "Беседы с психологом",
            "объём": "8 встреч",
            "периодичность": "раз в неделю",
            "срок_услуги": until,
            "исполнитель_услуги": "КЦСОН",
        }
    ]
    cast.does(
        "krylova",
        "p03_ut_finish_ippsu",
        услуги=services,
        поставщики=[{"название": "КЦСОН", "связь": "ул. Речная, 1"}],
        дата_программы=day,
        кто_подписал="руководитель",
        экземпляров=2,
        подпись_заявителя="подпишет при вручении",
    )
    cast.does(
        "krylova",
        "p03_ut_handover",
        дата_вручения=day,
        кому_вручено="заявитель",
        способ_вручения="лично",
        разъяснено=["отказ", "выбор"],
    )


def test_a_palliative_case_is_decided_and_signed_within_two_working_days(begin: Begin) -> None:
    office, cast = begin("2026-01-19T10:00")
    life = Life(office, OLD_COUPLE, "demina")
    life.case = file_application(cast, office, life, palliative=True)
    page = cast("demina").page
    page.goto(f"/cases/{life.case}/terms")
    expect(page.get_by_text("21 января").first).to_be_visible()
    cast.go_home()
    drafted = prepared(life, life.case, -2)
    life.goes_on(at("2026-01-21T09:30"), pathway="p03_need_ippsu", stories=drafted)
    cast.does(
        "lunina",
        "p04_item/p04_item_ut_extra_sitting",
        способ_рассмотрения="письменный опрос",
        дата_внеочередного="2026-01-21",
    )
    cast.go_home()
    poll = [Held("family", date(2026, 1, 21), urgent=True)]
    life.goes_on(at("2026-01-21T15:00"), pathway="p03_need_ippsu", sittings=poll)
    sign_and_hand_over(cast, "2026-01-21", "2027-01-20")
    shows(cast("krylova"), life.case, "программа выдана")
    rt = office.open()
    with rt.database.read() as conn:
        wanted = select(term.c.key, term.c.outcome).where(
            term.c.case_id == life.case, term.c.key.in_(["T14", "T15"])
        )
        outcomes = {row.key: row.outcome for row in conn.execute(wanted)}
    close(rt)
    assert outcomes == {"T14": Outcome.MET, "T15": Outcome.MET}


def test_a_refusal_is_appealed_and_help_is_given_after_all(begin: Begin) -> None:
    office, cast = begin("2026-01-19T10:00")
    life = Life(office, FAMILY, "demina")
    life.case = first = file_application(cast, office, life, palliative=False)
    cast.go_home()
    refused = [Held("family", date(2026, 1, 22), verdict="отказано")]
    life.goes_on(
        at("2026-01-23T10:00"),
        pathway="p03_need_ippsu",
        sittings=refused,
        stories=prepared(life, first, -4),
    )
    cast.does(
        "krylova",
        "p03_ut_refuse",
        основания_отказа=["нет обстоятельств"],
        причины_решения="Обстоятельства статьи 15 не подтвердились.",
        порядок_обжалования="Руководителю органа социальной защиты или в суд.",
        способ_уведомления="лично",
        дата_уведомления="2026-01-23",
    )
    shows(cast("krylova"), first, "отказано")
    registrar = cast("demina")
    start_form(registrar, "p01_one_window", life)
    registrar.page.get_by_label("Как обратились").select_option(label="Лично")
    registrar.page.get_by_role("radio", name="Сам человек").check()
    registrar.page.get_by_label("С чем обратились").fill("Не согласна с отказом, принесла справку из школы")
    appeal = open_case(registrar, office)
    cast.go_home()
    usual = {
        "p01_ut_register": {"тема_обращения": "Не согласна с отказом, принесла справку из школы"},
        "p01_ut_diagnostics": {"обстоятельства": "Сын не ходит в школу: справка и характеристика приложены."},
    }
    life.goes_on(at("2026-01-26T14:00"), pathway="p01_one_window", stays=["p01_ut_confirm_route"], says=usual)
    cast.does(
        "ershova",
        "p01_ut_confirm_route",
        маршруты=["услуги"],
        куратор="Белова Н. А.",
        ответ_до="2026-01-28",
        пояснение_маршрута="Новые сведения: решение пересмотреть.",
    )
    life.case = second = await_case(office, after=appeal)
    accept(cast, day="2026-01-26")
    cast.go_home()
    life.goes_on(
        at("2026-01-30T10:00"),
        pathway="p01_one_window",
        sittings=[Held("family", date(2026, 1, 29))],
        stories=prepared(life, second, -3),
    )
    sign_and_hand_over(cast, "2026-01-30", "2027-01-29")
    shows(cast("krylova"), second, "программа выдана")
    shows(cast("krylova"), first, "отказано")


def await_case(office: Office, after: int) -> int:
    """The case that a message of another one has opened."""
    office.open_steps("p03_ut_application")
    newest = office.newest_case()
    assert newest > after
    return newest
