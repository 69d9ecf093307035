"""The shipped templates: every document a diagram names is there, can be filled, numbered and printed."""

import re
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from pypdf import PdfReader

from engine.documents.context import DAY, NUMBER
from engine.documents.templates import check_template
from engine.documents.workshop import workshop
from engine.errors import DefinitionRefused
from tests.engine.documents.making import REPOSITORY, SHIPPED, docx
from tests.engine.documents.sample import SAMPLE

each_template = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)


def text_of(content: bytes) -> str:
    return "\n".join(piece.text for piece in workshop.pieces(content))


def shown(key: str, **changes: object) -> str:
    path = next(path for path in SHIPPED if path.stem == key)
    return text_of(workshop.fill(path.read_bytes(), {**SAMPLE, **changes}).content).replace("\u00a0", " ")


def test_every_document_that_a_diagram_names_has_a_template():
    named = set()
    for path in (REPOSITORY / "processes").rglob("*.bpmn"):
        for value in re.findall(r'name="document" value="([^"]*)"', path.read_text(encoding="utf-8")):
            named |= {key.strip() for key in value.split(",")}
    assert named - {path.stem for path in SHIPPED} == set()


@each_template
def test_a_template_can_be_published(path):
    check_template(path.read_bytes(), name=path.name)


def test_the_subject_of_a_template_names_nobody():
    assert check_template(docx("текст", about="дело {{ вопрос.номер_дела }}")) == "Решение"
    with pytest.raises(DefinitionRefused) as refused:
        check_template(docx("текст", about="{{ заявитель.имя }}"))
    assert "не только номер дела" in refused.value.findings[0].message


@each_template
def test_a_template_carries_no_hundred_styles_that_nothing_uses(path):
    """Word's own beginnings bring 800 kB, which every document made would unpack, pack and keep again."""
    with ZipFile(path) as package:
        assert sum(part.file_size for part in package.infolist()) < 150_000


@each_template
def test_a_filled_document_has_its_markers_and_no_tags_or_codes(path):
    text = text_of(workshop.fill(path.read_bytes(), SAMPLE).content)
    assert NUMBER in text
    assert DAY in text
    assert not re.search(r"{[{%]|[%}]}|None|Undefined|\[\]|False|True", text)
    assert ".." not in text


@each_template
def test_a_template_of_a_case_that_knows_nothing_is_a_form_to_fill_by_hand(path):
    assert "____________" in text_of(workshop.fill(path.read_bytes(), {}).content)


def test_the_decision_names_the_person_in_the_right_cases():
    text = shown("D25")
    assert "заявление Беловой Натальи Александровны" in text
    assert "Признать Белову Наталью Александровну нуждающейся" in text
    assert "Беловой Наталье Александровне" in text


def test_the_decision_for_a_man_agrees_with_him():
    man = {**SAMPLE["заявитель"], "пол": "мужской", "винительный": "Савельева Петра Ильича"}
    assert "Признать Савельева Петра Ильича нуждающимся" in shown("D25", заявитель=man)


def test_minutes_and_extract_say_which_goal_the_commission_approved():
    goal = "Дом тёплый. Починить печь."
    decided = [{**SAMPLE["решения"][0], "цель": goal}]
    assert f"Цель и задачи: {goal}" in shown("D31", решения=decided)
    assert f"Цель и задачи: {goal}" in shown(
        "D33", цель=goal, протокол={"номер": "1", "дата": date(2026, 1, 13)}
    )
    assert "Цель и задачи" not in shown("D31")


def test_the_answer_of_a_partner_says_who_was_invited_and_who_refused():
    text = shown("D51", приглашено_людей=33, отказались_семей=4, отказались_штук=7)
    assert "Приглашено человек: 33. Отказались семей: 4. Отказались от путёвок, вещей: 7." in text
    assert "Приглашено" not in shown("D51")


def test_the_review_of_support_says_when_the_team_met():
    assert "Команда встречалась 3 марта 2026 г." in shown("D43", встреча_команды=date(2026, 3, 3))
    assert "Команда встречалась" not in shown("D43")


def test_the_schedule_of_visits_says_who_goes():
    assert "В каждый выезд едут: КДН и ЗП, полиция." in shown("D81", состав="КДН и ЗП, полиция")


def test_the_refusal_gives_reasons_and_the_way_to_appeal():
    text = shown("D26")
    assert "1. Нет обстоятельств статьи 15." in text
    assert "Обстоятельства подтвердились." in text
    assert "Жалобу подают начальнику управления или в суд." in text


def test_the_consent_says_who_for_what_and_to_whom_and_otherwise_by_which_law():
    text = shown("D02")
    assert "Я, Белова Наталья Александровна" in text
    assert "проживающая по адресу" in text
    assert "данных моих несовершеннолетних детей" in text
    assert "Больница" in text
    by_law = shown("D02", основание_обработки="закон", текст={"статья_закона": "120-ФЗ"})
    assert "Персональные данные Беловой Натальи Александровны обрабатываются без согласия: 120-ФЗ." in by_law
    assert "даю согласие" not in by_law


def test_the_citizen_is_told_the_number_the_ways_and_the_curator():
    text = shown("D07")
    assert "Беловой Наталье Александровне" in text
    assert "номер дела ИП-2026-0001" in text
    assert "1. Социальные услуги, признание нуждающимся;" in text
    assert "Ваш куратор: Белова Н. А., кабинет 4." in text
    assert "15.01.2026" in text


def test_the_report_of_an_emergency_gives_the_figures_and_cries_out_the_death_of_a_child():
    text = shown("D140")
    for part in (
        "Пожар",
        "12.01.2026 в 03:40",
        "пострадало 1, погибло 0",
        "пострадало 2, погибло 0",
        "дежурный отдела",
    ):
        assert part in text
    assert "Гибель ребёнка" not in text
    assert "Гибель ребёнка" in shown("D140", гибель_ребёнка=True)


def test_the_act_of_an_urgent_service_has_what_the_law_asks_for():
    text = shown("D13")
    for part in (
        "Белова Наталья Александровна",
        "Комплексный центр «Забота»",
        "юридическая помощь",
        "13.01.2026",
        "бесплатно",
    ):
        assert part in text
    refused = shown("D13", итог_услуги="отказ", причина_неоказания="Справится сама.")
    assert "Получатель от услуги отказался. Справится сама." in refused
    assert "Что сделано" not in refused


def test_the_act_of_a_shelter_says_where():
    placed = {
        "услуга": None,
        "итог_услуги": None,
        "итог_размещения": "размещены",
        "место_размещения": "семейный дом",
    }
    text = shown("D13", **placed, размещено_человек=3, текст={"место_размещения": "«Семейный дом»"})
    assert "содействие в получении временного жилья" in text
    assert "Место: «Семейный дом». Человек: 3." in text


def test_the_decision_on_urgent_help_names_each_kind_or_why_there_is_none():
    text = shown("D12")
    assert "Оказать Беловой Наталье Александровне" in text
    assert "2. юридическая помощь" in text
    assert "5 000 (пять тысяч) рублей" in text
    assert "Срочная помощь не требуется. Конфликт улажен." in shown(
        "D12", решение_о_помощи="не требуется", причина_решения="Конфликт улажен."
    )


def test_the_message_to_the_services_says_to_whom_and_when():
    text = shown("D11")
    assert "Беловой Наталье Александровне" in text
    assert "Полиция" in text
    assert "09:12" in text
    assert "09:12:00" not in text


def test_the_programme_has_the_points_of_its_form():
    text = shown("D27")
    for number in range(1, 15):
        assert f"{number}. " in text
    assert "I. Социально-бытовые" in text
    assert "VI. Социально-правовые" in text
    assert "II. Социально-медицинские" not in text
    assert "14. Мероприятия по социальному сопровождению" in text
    assert "Заключение о выполнении программы" in text
    assert "2 экз." in text


def test_the_protocol_says_who_was_there_what_was_decided_and_by_when():
    text = shown("D31")
    for part in (
        "«Детство. Семья»",
        "15 января 2026 г.",
        "с 10:05 до 11:40",
        "кабинет 3",
        "Савельев П. И.",
        "Ёлкина Д. О., Школа",
        "1. Признание нуждающимся (дело ИП-2026-0001)",
        "Доложил специалист.",
        "за — 3, против — 0, воздержались — 1",
        "Помочь с документами; ответственный: КЦСОН; срок: до 02.02.2026",
        "Поимённо: Ёлкина Д. О. — за; Савельев П. И. — против.",
        "Не голосовали, решение касается их самих или их родни: Юсупов Т. Р.",
        "Выявленные нарушения: Ребёнок не посещал школу.",
        "Их причины и условия: Семья переехала и не прикрепилась.",
        "Нужна ещё школа",
        "Членов комиссии 2, присутствуют 1, для кворума нужно не меньше 1. Кворум есть.",
        "Голосование открытое, поимённое. При равенстве голосов решает голос председателя.",
        "При рассмотрении присутствовали 4.",
        "Комиссия проверила и подтвердила: мотивация, план исполним.",
        "ИП-2026-0002",
        "Всего 1: признание нуждающимся — 1. Счёт сходится.",
    ):
        assert part in text


def test_the_ruling_holds_everything_that_a_ruling_must_state():
    first = SAMPLE["решения"][0]
    text = shown("D32", принятое=first, решения=[first, {**first, "номер_дела": "ИП-2026-0002"}])
    assert "ИП-2026-0002" not in text
    for part in (
        "Комиссия «Детство. Семья»", "15 января 2026 г.", "с 10:05 до 11:40", "кабинет 3",
        "Савельев П. И., председатель", "Ёлкина Д. О., Школа", "Представитель школы",
        "Рассмотрен вопрос\nПризнание нуждающимся. Дело ИП-2026-0001", "Рассмотрено: Доложил специалист.",
        "Выявленные нарушения: Ребёнок не посещал школу.", "Семья переехала", "Постановили: одобрено.",
        "Помочь с документами; ответственный: КЦСОН; срок: до 02.02.2026",
        "Членов комиссии 2, присутствуют 1",
    ):  # fmt: skip
        assert part in text


NOBODY = {"имя": "", "должность": ""}
LINE = "______________"


@pytest.mark.parametrize("key", ["D31", "D32"])
def test_minutes_name_whoever_led_the_sitting_even_while_the_chair_was_away(key):
    assert f"Председательствующий\n{LINE}\nТихонова А. М." in shown(key)
    assert f"Председательствующий\n{LINE}\nСавельев П. И." in shown(key, шаги={})
    assert f"Председательствующий\n{LINE}\n " in shown(key, шаги={}, явка=[])


def test_no_page_of_a_ruling_holds_a_signature_alone():
    path = next(path for path in SHIPPED if path.stem == "D32")
    document = Document(BytesIO(path.read_bytes()))
    *_, last_words, gap = document.paragraphs[:-1]
    assert last_words.text.startswith("Постановление направляют")
    assert last_words.paragraph_format.keep_with_next
    assert gap.paragraph_format.keep_with_next


def test_what_made_a_sitting_extraordinary_is_a_sentence_of_its_own():
    why = {"внеочередное": True, "повод_внеочередного": "Комиссия решает по тревожному сигналу"}
    for key in ("D31", "D32"):
        assert "внеочередное. Комиссия решает" in shown(key, **why)
    assert "Заседание внеочередное. Комиссия решает" in shown("D30", **why)


def test_a_sheet_of_a_poll_has_room_for_the_answers_of_who_answers_on_paper():
    sheet = shown("D35")
    for part in ("За", "Против", "Воздержался", "На заседании", "Член комиссии ___", "Подпись ___"):
        assert part in sheet


def test_the_minutes_of_a_poll_say_who_answered_and_name_no_hour_and_no_place():
    poll = {"порядок": "письменный опрос", "внеочередное": True, "повод_внеочередного": "Срок выходит раньше"}
    minutes, ruling = shown("D36", **poll), shown("D32", **poll)
    for part in (
        "письменного опроса",
        "Ответы принимали до",
        "Ответили",
        "письменный опрос, без заседания. Срок",
    ):
        assert part in minutes
    for part in ("Время", "Место", "Присутствовали", "кабинет 3"):
        assert part not in minutes
    assert "письменный опрос. Срок выходит раньше" in ruling
    assert "кабинет 3" not in ruling


@pytest.mark.parametrize(
    ("key", "signer"),
    [
        ("D33", "Секретарь комиссии\n{}\nЛунина О. В."),
        ("D42", "Специалист по социальной работе\n{}\nЁлкина Д. О."),
        ("D50", "Директор\n{}\nГаврилов П. И."),
        ("D73", "Специалист комиссии\n{}\nЁлкина Д. О."),
        ("D75", "Председательствующий на заседании\n{}\nСедова Л. Г."),
        ("D80", "Главный специалист\n{}\nГусева О. П."),
        ("D81", "Главный специалист\n{}\nГусева О. П."),
    ],
)
def test_a_paper_names_who_signs_it(key, signer):
    assert signer.format(LINE) in shown(key)


@each_template
def test_beside_the_line_of_a_signer_whom_nobody_knows_stands_no_second_line(path):
    unknown = {
        "организация": {**SAMPLE["организация"], "руководитель": ""},
        "исполнитель": {"имя": "", "должность": "Куратор случая, Отделение семьи"},
        "роли": {"R10": NOBODY, "R11": NOBODY},
        "шаги": {},
        "водитель": None,
    }
    text = shown(path.stem, **unknown)
    assert not re.search(rf"{LINE}\n____________\b", text)
    assert not re.search("(Исполнитель|Составил|Внёс): _", text)


def test_a_secret_vote_is_said_to_be_secret():
    secret = {**SAMPLE["правила"], "тайное": True}
    for document in ("D31", "D32"):
        assert "Голосование тайное, по бюллетеням." in shown(document, правила=secret)


def test_the_extract_of_a_later_question_is_from_its_own_minutes():
    later = {"номер": "9", "дата": date(2026, 3, 17), "комиссия": "Комиссия «Детство. Семья»"}
    text = shown("D33", протокол=later, решение="отказано", причины="Семья справляется.", меры=[])
    assert "№ 9 от 17 марта 2026 г." in text
    assert "Решено: отказано." in text
    assert "Семья справляется." in text
    assert "Помочь с документами" not in text


@each_template
@pytest.mark.parametrize("demo", [True, False])
def test_demo_documents_say_so_in_their_footer_and_others_do_not(path, demo):
    content = workshop.fill(path.read_bytes(), {**SAMPLE, "демо": demo}).content
    footer = Document(BytesIO(content)).sections[0].footer.paragraphs[0].text
    assert ("Демонстрационные данные" in footer) is demo


def test_the_footer_stands_on_every_page_with_its_number():
    path = next(path for path in SHIPPED if path.stem == "D27")
    printed = PdfReader(BytesIO(workshop.pdf(workshop.fill(path.read_bytes(), SAMPLE).content)))
    assert len(printed.pages) == 2
    for number, page in enumerate(printed.pages, 1):
        assert f"Демонстрационные данные. Страница {number} из 2" in page.extract_text()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (docx("{{ имя"), "docx-tag"),
        (docx("текст", title="", mark="РЕШ"), "docx-properties"),
        (docx("текст", mark=""), "docx-properties"),
        (b"no document", "docx-file"),
    ],
)
def test_a_template_that_can_not_be_used_is_refused_with_a_finding(content, rule):
    with pytest.raises(DefinitionRefused) as refused:
        check_template(content, name="D99.docx")
    (finding,) = refused.value.findings
    assert finding.rule == rule
    assert finding.hint
