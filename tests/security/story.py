"""One family's story told into an instance: every word that could be personal is one of WORDS.

The words are invented and so odd that nothing else in the product holds them.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from engine.access.actors import load_actor
from engine.access.sign_in import authenticate
from engine.cases import repair
from engine.cases.commission import question_purpose
from engine.cases.openings import keep_opening
from engine.cases.queries import case_card, case_position
from engine.cases.service import cancel_case, complete_task, start_case
from engine.cases.tables import case_
from engine.cases.values import seal_values
from engine.definitions.files import Upload
from engine.documents import queries as papers
from engine.documents import service as documents
from engine.errors import MarshrutError
from engine.jobs.sweep import sweep_until_idle
from engine.model import SYSTEM, Actor, CompleteTask, StartCase
from engine.names import FullName
from engine.records.agenda import Question, ask
from engine.records.cells import answered, refreshed
from engine.records.commissions import NewCommission, create_commission
from engine.records.measures import keep
from engine.records.merging import Wanted, merge_people
from engine.records.pairs import compare
from engine.records.queries import duplicates, family_view, find_people, person_view
from engine.records.refusals import Refusal, keep_refusal
from engine.records.registers import Subject
from engine.records.search import find_case_ids
from engine.records.service import Member, change_person, create_family, create_person
from engine.records.sheets import keep_sheet
from engine.records.values import FEMALE, IdentityDocument, PersonData, Representative
from engine.runtime import Runtime
from engine.versions.moving import move_case
from engine.versions.planning import make_plan
from engine.worklist.feed import open_feed
from engine.worklist.service import claim, give_back, keep_late_edits, reassign, save_draft
from tests.engine.documents.making import docx, only_document
from tests.factories.access import make_actor
from tests.factories.cases import (
    END,
    START,
    condition,
    diagram,
    event,
    exclusive,
    flows,
    message,
    open_tasks,
    publish_files,
    service_task,
    user_task,
)

SURNAME, GIVEN, PATRONYMIC = "Хвылёвская", "Аглаида", "Порфирьевна"
PHONE, ADDRESS = "+7 911 555-01-73", "село Дальнеключевое, улица Кривоколенная"
DIAGNOSIS, INCOME = "шизотипическое-расстройство", 735194682.47
WORDS = (
    SURNAME, GIVEN, PATRONYMIC, "Хвылёвский", "911 555-01-73", "9115550173", "Дальнеключевое",
    "Кривоколенная", DIAGNOSIS, "735194682", "1987-04-23", "23.04.1987", "серия-ЩЫ77", "номер-660914",
    "отделом-Зюзино", "Бабуленция", "доверенность-314", "заметка-цапля", "черновик-выпь", "опоздание-ибис",
    "вложение-фламинго", "содержимое-кречет", "правка-беркут", "передача-пустельга", "ремонт-сапсан",
    "прекращение-чеглок", "входпароль-филин", "поиск-неясыть", "ярлык-сипуха",
    "остановка-грифон", "перевод-сорокопут", "повестка-стервятник", "ключ-балобан", "plain-ascii-tern",
    "мера-кукша", "лист-зимородок", "отказ-вертишейка", "вопрос-удод",
    "начало-турпан",
)  # fmt: skip

LETTER = docx(
    "Письмо № [номер] от [дата]",
    "{{ заявитель.имя }}, {{ заявитель.адрес }}, {{ заявитель.телефон }}, {{ диагноз }}",
    title="Письмо",
    mark="ПИС",
)

STORY = diagram(
    "story",
    START
    + user_task("a", document="D25")
    + user_task("b")
    + exclusive("g")
    + user_task("c")
    + END
    + flows("s a b g", "c e")
    + condition("g", "c", "доход > 100000 and диагноз = фамилия"),
)
ASKING = diagram(
    "asking",
    START
    + service_task("op", "registry.ask")
    + event("intermediateThrowEvent", "t", "message", "msg.nobody", key="=секрет")
    + user_task("d")
    + END
    + flows("s t op d e"),
    message("msg.nobody"),
)
WAITING = diagram(
    "waiting",
    START
    + event("intermediateCatchEvent", "w", "message", "msg.never", key="=секрет")
    + user_task("f")
    + END
    + flows("s w f e"),
    message("msg.never"),
)
TALKING = diagram(
    "talking",
    START
    + user_task("family")
    + event("intermediateThrowEvent", "t", "message", "msg.family", key="=секрет")
    + '<userTask id="each" name="Поговорить с каждым" camunda:candidateGroups="R05">'
    '<multiInstanceLoopCharacteristics camunda:collection="=семья" camunda:elementVariable="человек"/>'
    "</userTask>" + END + flows("s family t each e"),
    message("msg.family"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """Who and what the story is about."""

    specialist: Actor
    head: Actor
    officer: Actor
    person_id: int
    family_id: int
    cases: tuple[int, ...]
    task_id: int
    document_id: int
    attachment_id: int


def data() -> PersonData:
    """What the register knows of the heroine."""
    return PersonData(
        name=FullName(SURNAME, GIVEN, PATRONYMIC),
        sex=FEMALE,
        birth=date(1987, 4, 23),
        phone=PHONE,
        address=ADDRESS,
        document=IdentityDocument("паспорт", "серия-ЩЫ77", "номер-660914", "отделом-Зюзино", "2007"),
        representative=Representative("Бабуленция", "бабушка", "89115550173", "доверенность-314"),
        note="заметка-цапля",
    )


def known() -> dict[str, Any]:
    """What the forms of the case said."""
    return {
        "фамилия": SURNAME,
        "диагноз": DIAGNOSIS,
        "доход": Decimal(str(INCOME)),
        "родилась": date(1987, 4, 23),
        "латиницей": "plain-ascii-tern",
        "семья": [{"имя": GIVEN, "телефон": "9115550173"}],
        "секрет": "ключ-балобан",
    }


def tell(rt: Runtime) -> Told:
    """Do everything that people can do with a case, well and badly."""
    specialist, head = make_actor(rt, "R05"), make_actor(rt, "R07")
    officer, colleague = make_actor(rt, "R28"), make_actor(rt, "R05")
    publish_files(rt, STORY, ASKING, TALKING, WAITING, Upload("D25.docx", LETTER))
    person_id, family_id = _register(rt, specialist)
    processes = ("story", "asking", "talking", "waiting")
    cases = tuple(_open(rt, specialist, process, person_id, family_id) for process in processes)
    keep_opening(rt, specialist, "story", person_id, {"начато": "начало-турпан", "фамилия": SURNAME})
    task_id = _work(rt, specialist, head, colleague)
    sweep_until_idle(rt)
    document_id = _write(rt, specialist)
    attachment_id = documents.attach(
        rt, specialist, cases[0], "вложение-фламинго.txt", "содержимое-кречет".encode()
    )
    _repair(rt, head, cases)
    _send(rt, specialist)
    _move(rt, head, cases[2])
    _search(rt, specialist)
    _monitor(rt, family_id)
    _decide(rt, cases[0])
    _merge(rt, specialist, person_id)
    open_feed(rt, load_actor(rt, specialist.user_id), names=False)
    _fail(rt, specialist, head, task_id)
    return Told(specialist, head, officer, person_id, family_id, cases, task_id, document_id, attachment_id)


def _register(rt: Runtime, specialist: Actor) -> tuple[int, int]:
    person_id = create_person(rt, specialist, data())
    change_person(rt, specialist, person_id, data(), version=1)
    child = create_person(rt, specialist, PersonData(FullName("Хвылёвский", "Аглаид", "")))
    family_id = create_family(rt, specialist, [Member(person_id, "mother"), Member(child, "child")])
    person_view(rt, specialist, person_id)
    family_view(rt, specialist, family_id)
    return person_id, family_id


def _open(rt: Runtime, specialist: Actor, process: str, person_id: int, family_id: int) -> int:
    command = StartCase(
        specialist,
        process,
        known(),
        person_id=person_id,
        family_id=family_id,
        label=f"{SURNAME} А. П., ярлык-сипуха",
    )
    return start_case(rt, command).id


def _work(rt: Runtime, specialist: Actor, head: Actor, colleague: Actor) -> int:
    """Complete the first step, and stop at the choice behind the second; its number."""
    specialist = load_actor(rt, specialist.user_id)
    task_id = open_tasks(rt, "a")[0]
    claim(rt, specialist, task_id)
    save_draft(rt, specialist, task_id, {"черновик": "черновик-выпь", "фамилия": SURNAME})
    give_back(rt, specialist, task_id)
    reassign(rt, head, task_id, colleague.user_id, "передача-пустельга")
    reassign(rt, head, task_id, specialist.user_id, "передача-пустельга")
    complete_task(rt, CompleteTask(specialist, task_id, known()), check_form=False)
    second = open_tasks(rt, "b")[0]
    save_draft(rt, specialist, second, {"черновик": "черновик-выпь"})
    complete_task(rt, CompleteTask(load_actor(rt, specialist.user_id), second, known()), check_form=False)
    keep_late_edits(rt, specialist, task_id, {"опоздал": "опоздание-ибис"})
    return task_id


def _write(rt: Runtime, specialist: Actor) -> int:
    document_id = only_document(rt)
    documents.save_texts(rt, specialist, document_id, {"0": "Письмо № [номер], правка-беркут"}, revision=1)
    documents.issue(rt, specialist, document_id, revision=2)
    papers.download_pdf(rt, specialist, document_id)
    documents.new_version(rt, specialist, document_id)
    return document_id


def _repair(rt: Runtime, head: Actor, cases: tuple[int, ...]) -> None:
    with rt.database.read() as conn:
        position = case_position(rt, conn, case_card(rt, conn, head, cases[0])).now
        waiting = case_position(rt, conn, case_card(rt, conn, head, cases[1])).now
    repair.set_variables(rt, head, cases[0], {"примечание": "ремонт-сапсан"}, "ремонт-сапсан")
    repair.retry(rt, head, cases[0], position.incidents[0].element_id, "ремонт-сапсан")
    operation = waiting.open[0].element_id
    repair.fail_service(rt, head, cases[1], operation, None, "остановка-грифон", "ремонт-сапсан")
    cancel_case(rt, head, cases[3], "прекращение-чеглок")


def _send(rt: Runtime, specialist: Actor) -> None:
    """Leave a message that nobody has carried yet, and a step for each of the family."""
    actor = load_actor(rt, specialist.user_id)
    complete_task(rt, CompleteTask(actor, open_tasks(rt, "family")[0], known()), check_form=False)
    assert open_tasks(rt, "each")


def _move(rt: Runtime, head: Actor, case_id: int) -> None:
    """Move a case to a version that is told of otherwise."""
    publish_files(rt, replace(TALKING, content=TALKING.content + b"<!-- 2 -->"))
    plan = make_plan(rt, make_actor(rt, "R25"), "talking", 2, {}, "план")
    move_case(rt, head, plan, case_id, "перевод-сорокопут")


def _monitor(rt: Runtime, family_id: int) -> None:
    """The sheet of the family for this month, with something typed into it."""
    today = rt.clock.now().date()
    cells = answered(
        refreshed({}, {"семья": {"возраст": []}, "учёт": {}}, today),
        {"другая_проблема": "лист-зимородок"},
        1,
        today,
    )
    with rt.database.write() as conn:
        keep_sheet(rt, conn, Subject(family_id, None), cells, unit_id=1, today=today)
        refused = Refusal("внести", {"категория": "отказ-вертишейка"}, today)
        keep_refusal(rt, conn, Subject(family_id, None), refused, case_id=1)


def _decide(rt: Runtime, case_id: int) -> None:
    """A question to a commission, and a measure that somebody answers for."""
    made = create_commission(rt, SYSTEM, NewCommission("family", 1))
    with rt.database.write() as conn:
        row = conn.execute(select(case_.c.number, case_.c.key_id).where(case_.c.id == case_id)).one()
        draft = seal_values(rt.vault, row.key_id, {"проект": "вопрос-удод"}, question_purpose(case_id))
        ask(
            rt,
            conn,
            case_id=case_id,
            number=row.number,
            commission_id=made,
            question=Question("other", draft=draft),
        )
        keep(rt, conn, case_id, [{"мера": "мера-кукша", "ответственный": SURNAME}], "комиссия")


def _merge(rt: Runtime, specialist: Actor, person_id: int) -> None:
    """A second card of the heroine becomes one with the first."""
    twin = create_person(rt, specialist, data())
    found = compare(rt, specialist, person_id, twin)
    merge_people(rt, specialist, Wanted(person_id, twin, found.kept.version, found.gone.version))


def _search(rt: Runtime, specialist: Actor) -> None:
    with rt.database.read() as conn:
        find_people(rt, conn, specialist, f"{SURNAME} поиск-неясыть")
        find_case_ids(rt, conn, specialist, "поиск-неясыть")
        duplicates(rt, conn, specialist, data())


def _fail(rt: Runtime, specialist: Actor, head: Actor, task_id: int) -> None:
    """Everything that ends in a refusal with something typed in it."""
    typed = {SURNAME: SURNAME, "повестка": "повестка-стервятник", "плохое": object()}
    attempts = (
        lambda: authenticate(rt, "входпароль-филин", "входпароль-филин", "10.0.0.1"),
        lambda: complete_task(rt, CompleteTask(specialist, task_id, typed)),
        lambda: start_case(rt, StartCase(specialist, "story", typed)),
        lambda: create_person(rt, specialist, PersonData(FullName(SURNAME, "", ""), phone="поиск-неясыть")),
        lambda: documents.attach(rt, specialist, 1, f"{SURNAME}.exe", b"MZ\0"),
        lambda: reassign(rt, head, task_id, None, "передача-пустельга"),
    )
    for attempt in attempts:
        with suppress(MarshrutError):
            attempt()
