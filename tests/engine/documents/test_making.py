"""A step that names a document leaves a draft of it in the case file."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases.service import start_case
from engine.cases.tables import outbox
from engine.definitions.files import Upload
from engine.documents import queries
from engine.documents.making import make_document
from engine.documents.tables import document
from engine.errors import NotFound
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, StartCase
from engine.names import FullName
from engine.records.service import create_person
from engine.records.values import IdentityDocument, PersonData, Representative
from engine.runtime import Runtime
from tests.engine.documents.making import docx, make_case, only_document
from tests.engine.formjs.making import field, schema
from tests.factories.access import make_account, make_actor, town
from tests.factories.cases import chain, complete, diagram, flows, publish_files, user_task


@pytest.fixture
def specialist(rt):
    return make_actor(rt, "R05", name=FullName("Ёлкина", "Дарья", "Олеговна"))


def text_of_draft(rt: Runtime, actor: Actor, number: int | None = None) -> str:
    return "\n".join(piece.text for piece in queries.draft(rt, actor, number or only_document(rt)).pieces)


def test_the_draft_knows_the_case_the_step_and_who_made_it(rt, specialist):
    template = docx(
        "{{ дело.номер }}; {{ организация.краткое }}; {{ исполнитель.имя }}; {{ доход }}; {{ сегодня }}"
    )
    make_case(rt, specialist, template, {"доход": Decimal("9870.5")})
    assert text_of_draft(rt, specialist) == (
        "small-2026-0001; КЦСОН; Ёлкина\u00a0Д.\u00a0О.; 9870,5; 12.01.2026"
    )
    with rt.database.read() as conn:
        row = conn.execute(select(document)).one()
    assert (row.template, row.title, row.made_by, row.task_id is not None) == (
        "D25",
        "Решение",
        specialist.user_id,
        True,
    )


def test_the_draft_names_the_person_in_the_case_it_needs(rt, specialist):
    lines = (
        "{{ заявитель.дательный }}|{{ заявитель.родился }}|{{ заявитель.документ }}|{{ представитель.имя }}"
    )
    publish_files(
        rt, chain("small", user_task("a", document="D25"), user_task("b")), Upload("D25.docx", docx(lines))
    )
    person = create_person(
        rt,
        specialist,
        PersonData(
            FullName("Белова", "Наталья", "Александровна"),
            sex="f",
            birth=date(1984, 5, 3),
            document=IdentityDocument("паспорт", "00 00", "000000", "ОВД", "01.02.2004"),
            representative=Representative("Белов Олег Игоревич"),
        ),
    )
    start_case(rt, StartCase(specialist, "small", person_id=person))
    complete(rt, specialist, "a")
    sweep_until_idle(rt)
    assert text_of_draft(rt, specialist) == (
        "Беловой Наталье Александровне|03.05.1984|паспорт 00 00 №\u00a0000000, выдан ОВД 01.02.2004|"
        "Белов Олег Игоревич"
    )


def test_the_head_of_the_agency_signs(rt, specialist):
    make_account(rt, "R27", name=FullName("Гаврилов", "Пётр", "Ильич"))
    make_case(rt, specialist, docx("{{ организация.должность }} {{ организация.руководитель }}"))
    assert text_of_draft(rt, specialist) == "Руководитель Гаврилов\u00a0П.\u00a0И."


SIGNED = '{{ организация.должность }} {{ организация.руководитель or "—" }}'
BY_PROGRAM = (
    '<startEvent id="s" name="Начало"/>'
    + user_task("first")
    + '<intermediateThrowEvent id="made" name="Готово"><extensionElements><camunda:properties>'
    '<camunda:property name="document" value="D25"/></camunda:properties></extensionElements>'
    '</intermediateThrowEvent><endEvent id="e" name="Конец"/>' + flows("s first made e")
)
"""A pathway whose document is made by the program after the step."""


def made_by_program(rt: Runtime, specialist: Actor, template: str, **properties: str) -> str:
    publish_files(rt, diagram("auto", BY_PROGRAM, **properties), Upload("D25.docx", docx(template)))
    start_case(rt, StartCase(specialist, "auto"))
    complete(rt, specialist, "first")
    sweep_until_idle(rt)
    return text_of_draft(rt, make_actor(rt, "R07"))


def test_without_a_head_of_the_agency_the_head_of_the_department_signs(rt, specialist):
    make_account(rt, "R07", name=FullName("Ершова", "Марина", "Викторовна"))
    make_case(rt, specialist, docx(SIGNED))
    assert text_of_draft(rt, specialist) == "Руководитель Ершова\u00a0М.\u00a0В."


def test_the_head_of_another_agency_does_not_sign(rt, specialist):
    make_account(rt, "R27", unit_id=town(rt).administration)
    make_case(rt, specialist, docx(SIGNED))
    assert text_of_draft(rt, specialist) == "Руководитель —"


def test_what_the_program_made_names_whoever_answers_for_the_case(rt, specialist):
    assert made_by_program(rt, specialist, "{{ исполнитель.имя }}") == "Ёлкина\u00a0Д.\u00a0О."


def test_while_nobody_answers_for_the_case_its_role_and_department_are_named(rt, specialist):
    make_account(rt, "R03")
    shown = made_by_program(
        rt, specialist, '{{ исполнитель.имя or "—" }}; {{ исполнитель.должность }}', owner="R03"
    )
    assert shown == "—; Куратор случая, Отделение помощи семье"


def test_a_document_names_who_made_another_step_of_the_case(rt, specialist):
    template = '{{ шаги.first.имя }}; {{ шаги.never.имя or "—" }}'
    assert made_by_program(rt, specialist, template) == "Ёлкина\u00a0Д.\u00a0О.; —"


def test_the_chair_is_named_and_of_two_chairs_none(rt, specialist):
    make_account(rt, "R11", name=FullName("Седова", "Лариса", "Геннадьевна"))
    case_id = make_case(rt, specialist, docx('{{ роли.R11.имя or "—" }}; {{ роли.R10.имя or "—" }}'))
    assert text_of_draft(rt, specialist) == "Седова\u00a0Л.\u00a0Г.; —"
    make_account(rt, "R11")
    assert text_of_draft(rt, specialist, make_document(rt, specialist, case_id, "D25")) == "—; —"


def test_of_a_decided_question_those_are_named_who_wrote_and_signed_the_minutes(rt, specialist):
    """A substitute who led that sitting, not whoever holds the role today."""
    make_account(rt, "R11", name=FullName("Седова", "Лариса", "Геннадьевна"))
    led = make_actor(rt, "R11", name=FullName("Тихонова", "Анна", "Марковна"))
    wrote = make_actor(rt, "R10", name=FullName("Лунина", "Ольга", "Викторовна"))
    publish_files(rt, chain("sitting", user_task("minutes", "R10"), user_task("sign", "R11")))
    sitting = start_case(rt, StartCase(wrote, "sitting")).number
    complete(rt, wrote, "minutes")
    complete(rt, led, "sign")
    template = docx('{{ роли.R11.имя or "—" }}; {{ роли.R10.имя or "—" }}')
    make_case(rt, specialist, template, {"протокол_комиссии": {"номер": "4", "заседание": sitting}})
    assert text_of_draft(rt, specialist) == "Тихонова\u00a0А.\u00a0М.; Лунина\u00a0О.\u00a0В."


def test_chosen_options_stand_in_words(rt, specialist):
    form = schema(field("select", "форма", values=[{"value": "home", "label": "На дому"}]))
    step = user_task("a", document="D25").replace("candidateGroups", 'formRef="F24" camunda:candidateGroups')
    template = docx("{{ текст.форма | lower }}, {{ форма }}")
    publish_files(
        rt, chain("small", step, user_task("b")), Upload("F24.form", form), Upload("D25.docx", template)
    )
    start_case(rt, StartCase(specialist, "small"))
    complete(rt, specialist, "a", {"форма": "home"})
    sweep_until_idle(rt)
    assert text_of_draft(rt, specialist) == "на дому, home"


def test_a_missing_template_waits_with_its_reason_until_it_is_published(rt, specialist):
    make_case(rt, specialist)
    with rt.database.read() as conn:
        waiting = conn.execute(select(outbox)).one()
        assert conn.execute(select(document)).first() is None
    assert "«D25»" in waiting.problem
    assert waiting.next_at is not None


def test_a_document_can_be_made_again_by_hand(rt, specialist):
    case_id = make_case(rt, specialist, docx("{{ дело.номер }}"))
    again = make_document(rt, specialist, case_id, "D25")
    assert text_of_draft(rt, specialist, again) == "small-2026-0001"
    with pytest.raises(NotFound):
        make_document(rt, specialist, case_id, "D99")


def test_a_document_of_a_called_pathway_knows_what_that_pathway_knows(rt, specialist):
    """What its steps wrote before, the item it was called for and the answers of the step itself."""
    asked = (
        '<startEvent id="cs" name="Начало"/>'
        + user_task("first")
        + user_task("second", document="D25").replace(
            "</camunda:properties>",
            '</camunda:properties><camunda:inputOutput><camunda:inputParameter name="итог">=null'
            '</camunda:inputParameter><camunda:outputParameter name="итог">=итог</camunda:outputParameter>'
            "</camunda:inputOutput>",
        )
        + '<endEvent id="ce" name="Конец"/>'
        + flows("cs first second ce")
    )
    calls = (
        '<startEvent id="s" name="Начало"/><callActivity id="c" name="Мера" calledElement="measure">'
        '<extensionElements><camunda:in source="мера" target="мера"/></extensionElements>'
        '<multiInstanceLoopCharacteristics camunda:collection="=меры" camunda:elementVariable="мера"/>'
        '</callActivity><endEvent id="e" name="Конец"/>' + flows("s c e")
    )
    template = docx("{{ мера }}; {{ партнёр }}; {{ итог }}; {{ замечание }}; {{ семья }}")
    publish_files(rt, diagram("measure", asked), diagram("main", calls), Upload("D25.docx", template))
    measures = {"меры": ["печь", "секция"], "семья": "согласна"}
    start_case(rt, StartCase(specialist, "main", measures), check_form=False)
    for partner in ("печник", "школа"):
        complete(rt, specialist, "measure/first", {"партнёр": partner})
    for result in ("сделано", "не сделано"):
        complete(rt, specialist, "measure/second", {"итог": result, "замечание": f"итог: {result}"})
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        numbers = conn.execute(select(document.c.id).order_by(document.c.id)).scalars().all()
    assert [text_of_draft(rt, specialist, number) for number in numbers] == [
        "печь; печник; сделано; итог: сделано; согласна",
        "секция; школа; не сделано; итог: не сделано; согласна",
    ]


def test_a_task_that_the_program_does_for_each_of_a_list_makes_a_paper_for_each(rt, specialist):
    each = (
        '<startEvent id="s" name="Начало"/><scriptTask id="t" name="Сообщить" scriptFormat="feel" '
        'camunda:resultVariable="сообщено"><extensionElements><camunda:properties>'
        '<camunda:property name="document" value="D25"/></camunda:properties></extensionElements>'
        "<script>вопрос.номер_дела</script>"
        '<multiInstanceLoopCharacteristics camunda:collection="=вопросы" camunda:elementVariable="вопрос"/>'
        '</scriptTask><userTask id="u" name="Шаг" camunda:candidateGroups="R05"/>'
        '<endEvent id="e" name="Конец"/>' + flows("s t u e")
    )
    template = docx("{{ вопрос.решение }}", about="дело {{ вопрос.номер_дела }}")
    publish_files(rt, diagram("main", each), Upload("D25.docx", template))
    asked = [{"номер_дела": "ИП-1", "решение": "одобрено"}, {"номер_дела": "ИП-2", "решение": "отказано"}]
    case = start_case(rt, StartCase(specialist, "main", {"вопросы": asked}), check_form=False)
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        cards = queries.case_documents(conn, load_actor(rt, specialist.user_id), case.id)
    assert [card.title for card in cards] == ["Решение, дело ИП-1", "Решение, дело ИП-2"]
    assert [text_of_draft(rt, specialist, card.id) for card in cards] == ["одобрено", "отказано"]
