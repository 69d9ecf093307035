"""One letter about many families on the shipped pathway: grounds, one number, an answer per family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from sqlalchemy import func, select

from engine.access.actors import load_actor
from engine.access.tables import audit
from engine.cases import letters
from engine.cases.grounds import ground_for
from engine.cases.letters import answer_letter, letter, mentions
from engine.cases.queries import case_card, case_variables
from engine.cases.service import StartedCase, cancel_case, start_case
from engine.cases.tables import case_
from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.documents.queries import download_docx
from engine.documents.service import issue
from engine.errors import Conflict, InvalidData, NotAllowed
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor, StartCase, Value
from engine.names import FullName
from engine.records import partners, referrals, registers
from engine.records.partners import NewPartner
from engine.records.registers import Standing, Subject
from engine.records.service import Member, create_family
from engine.resources import forms_dir, processes_dir
from engine.runtime import Runtime
from tests.engine.documents.making import only_document
from tests.factories.access import make_account, make_actor, town
from tests.factories.cases import chain, complete, open_nodes, publish_files, user_task
from tests.factories.records import make_family, make_person

PATHWAY = "p06_letter"
CONSENT: dict[str, Value] = {
    "основание_обработки": "согласие",
    "получатели_сведений": ["занятость"],
    "дата_согласия": date(2026, 1, 9),
}


@pytest.fixture
def curator(rt: Runtime) -> Actor:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    files = [
        *(processes_dir() / PATHWAY).rglob("*.bpmn"),
        *(processes_dir() / PATHWAY).rglob("*.docx"),
        *(processes_dir() / "decisions").glob("dmn_09*.dmn"),
        *(forms_dir() / f"{key}.form" for key in ("F200", "F201", "F202", "F203", "F204", "F51", "F63")),
    ]
    supported = chain("supported", user_task("a"), number="СС")
    publish_files(rt, supported, *(Upload(file.name, file.read_bytes()) for file in files))
    return make_actor(rt, "R03", "R07")


@pytest.fixture
def executor(rt: Runtime) -> Actor:
    return make_actor(rt, "R20", unit_id=town(rt).administration)


@pytest.fixture
def _centre(rt: Runtime, executor: Actor) -> None:
    new = NewPartner("czn", "Центр занятости (вымышленный)", executor.user_id)
    partners.add_partner(rt, make_actor(rt, "R29"), town(rt).municipality, new)


@pytest.fixture
def _paper_centre(rt: Runtime) -> None:
    new = NewPartner("czn", "Центр занятости (вымышленный)")
    partners.add_partner(rt, make_actor(rt, "R29"), town(rt).municipality, new)


def supported(rt: Runtime, curator: Actor, **known: Value) -> StartedCase:
    """A case about a family of its own that knows this of the grounds."""
    mother = make_person(rt, curator, name=FullName("Лапшина", "Ольга", "Сергеевна"))
    family = create_family(rt, curator, [Member(mother, "mother")])
    command = StartCase(curator, "supported", known, person_id=mother, family_id=family, label="семья")
    return start_case(rt, command, check_form=False)


def write(
    rt: Runtime, curator: Actor, cases: Sequence[StartedCase], *, ground: str = "согласие"
) -> StartedCase:
    """A letter about the families of these cases, up to the check of its list."""
    asked = {"вид_документа": "письмо", "партнёр": "czn", "о_чём": "Просим помочь найти работу."}
    made = start_case(rt, StartCase(curator, PATHWAY, {**asked, "срочно": False}, label="письмо"))
    listed(rt, curator, [case.number for case in cases], ground)
    return made


def listed(
    rt: Runtime,
    curator: Actor,
    numbers: Sequence[str],
    ground: str = "согласие",
    own: Mapping[str, str] | None = None,
) -> None:
    answers = {
        "номера_дел": "\n".join(numbers), "правовое_основание": "Соглашение", "передача_данных": ground,
        "нужна_подпись": False,
        "отдельные_согласия": [
            {"дело_семьи": case, "реквизиты": words} for case, words in (own or {}).items()
        ],
    }  # fmt: skip
    complete(rt, curator, "p06_letter_ut_list", answers)
    sweep_until_idle(rt)


def known(rt: Runtime, curator: Actor, case: StartedCase) -> dict[str, Any]:
    with rt.database.read() as conn:
        return case_variables(rt, conn, case_card(rt, conn, curator, case.id))


@pytest.mark.usefixtures("_centre")
def test_eighteen_families_five_consulted_ten_informed_one_registered_and_two_remain(
    rt: Runtime, curator: Actor, executor: Actor
) -> None:
    families = [supported(rt, curator, **CONSENT) for _ in range(18)]
    written = write(rt, curator, families)
    complete(rt, executor, "p06_letter_ut_accept", {"исход": "принято"})
    sweep_until_idle(rt)
    partner = load_actor(rt, executor.user_id)
    given = (
        dict.fromkeys(range(1, 6), "consulted") | dict.fromkeys(range(6, 16), "informed") | {16: "registered"}
    )
    count = answer_letter(rt, partner, 1, given)
    assert (count.sent, count.answered, count.open) == (18, 16, 2)
    assert dict(count.results) == {"consulted": 5, "informed": 10, "registered": 1}

    complete(rt, executor, "p06_letter_ut_result", {})
    sweep_until_idle(rt)
    assert open_nodes(rt)[-1] == "p06_letter_ut_result", "the case stays open while families remain"
    assert known(rt, curator, written)["осталось"] == 2
    with rt.database.read() as conn:
        [sent] = referrals.referrals(conn, curator)
        [first], [last] = mentions(conn, families[0].id), mentions(conn, families[17].id)
    assert (sent.number, sent.open) == (f"{written.number}/1", True)
    assert (first.line.words, last.line.words) == ("проконсультировали", "")  # type: ignore[union-attr]

    answer_letter(rt, load_actor(rt, executor.user_id), 1, {17: "refused", 18: "unreached"})
    complete(rt, executor, "p06_letter_ut_result", {})
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        [closed] = referrals.referrals(conn, curator, only_open=False)
        assert not case_card(rt, conn, curator, written.id).active
    assert (closed.state, closed.figures[0]) == ("done", 18)


@pytest.mark.usefixtures("_centre")
def test_a_family_without_a_ground_is_not_put_on_the_letter_and_it_says_why(
    rt: Runtime, curator: Actor
) -> None:
    good = supported(rt, curator, **CONSENT)
    other = supported(rt, curator, **{**CONSENT, "получатели_сведений": ["опека"]})
    over = supported(rt, curator, **CONSENT, согласие_до=date(2026, 1, 11))
    law = supported(rt, curator, основание_обработки="закон", статья_закона="120-ФЗ")
    silent = supported(rt, curator)
    far = make_actor(rt, "R03", unit_id=town(rt).care)
    foreign = supported(rt, far, **CONSENT)
    written = write(rt, curator, [good, good, other, over, law, silent, foreign])
    assert known(rt, curator, written)["не_вошли"] == [
        {"дело": other.number, "почему": "в согласии этот получатель не назван"},
        {"дело": over.number, "почему": "согласие больше не действует"},
        {"дело": law.number, "почему": "согласия нет, данные обрабатывают по закону 120-ФЗ"},
        {"дело": silent.number, "почему": "в деле нет ни согласия, ни закона, по которому данные передают"},
        {"дело": foreign.number, "почему": "такого дела нет, или оно вам не открыто"},
    ]
    assert open_nodes(rt)[-1] == "p06_letter_ut_list"
    listed(rt, curator, [good.number, law.number, silent.number], "закон", {silent.number: "от 12.01.2026"})
    assert open_nodes(rt)[-1] == "p06_letter_ut_accept"
    with rt.database.read() as conn:
        grounds = [
            each.line.ground for case in (law, silent) for each in mentions(conn, case.id) if each.line
        ]
    assert grounds == ["120-ФЗ", "согласие для этого письма"]


@pytest.mark.usefixtures("_centre")
def test_the_printed_list_has_what_the_partner_needs_and_the_case_of_the_letter_has_no_names(
    rt: Runtime, curator: Actor
) -> None:
    families = [supported(rt, curator, **CONSENT) for _ in range(2)]
    written = write(rt, curator, families)
    paper = Document(BytesIO(download_docx(rt, load_actor(rt, curator.user_id), only_document(rt)).content))
    rows = [[cell.text for cell in row.cells] for row in paper.tables[-1].rows]
    assert rows[1] == [
        "1", "Лапшина Ольга Сергеевна", "14\u00a0марта 1990\u00a0г.", "+7\u00a0900\u00a0000-00-01",
        "согласие от 09.01.2026", "",
    ]  # fmt: skip
    assert len(rows) == 3
    assert "Центр занятости (вымышленный)" in paper.tables[0].cell(0, 1).text
    assert "Лапшин" not in str(known(rt, curator, written))


@pytest.mark.usefixtures("_centre", "curator")
@pytest.mark.parametrize("role", ["R13", "R24"])
def test_whoever_wrote_the_letter_issues_it(rt: Runtime, role: str) -> None:
    sender = make_actor(rt, role, "R01", unit_id=town(rt).administration)
    write(rt, sender, [supported(rt, sender, **CONSENT)])
    sender = load_actor(rt, sender.user_id)
    assert issue(rt, sender, only_document(rt), revision=1).endswith("-2026-0001")


@pytest.mark.usefixtures("_centre")
def test_a_letter_about_a_register_proposes_a_case_of_each_family_that_is_open_to_the_sender(
    rt: Runtime, curator: Actor
) -> None:
    families = [supported(rt, curator, **CONSENT) for _ in range(3)]
    second = StartCase(curator, "supported", {}, person_id=1, family_id=1, label="семья")
    newer = start_case(rt, second, check_form=False)
    cancel_case(rt, curator, families[1].id, "Семья справилась сама")
    on_register(rt, curator, *(1, 2, 3), make_family(rt, curator)[0])
    asked = {"вид_документа": "письмо", "партнёр": "czn", "о_чём": "Просим помочь найти работу."}
    command = StartCase(curator, PATHWAY, {**asked, "срочно": False, "регистр": "red_zone"}, label="письмо")
    written = start_case(rt, command)
    sweep_until_idle(rt)
    told = known(rt, curator, written)
    assert told["номера_дел"].splitlines() == [newer.number, families[1].number, families[2].number]
    assert told["не_предложены"] == 1
    assert open_nodes(rt)[-1] == "p06_letter_ut_list"


@pytest.mark.usefixtures("_centre")
def test_a_family_on_the_preventive_register_is_told_of_by_law_to_a_body_of_prevention(
    rt: Runtime, curator: Actor
) -> None:
    watched, free = supported(rt, curator), supported(rt, curator)
    on_register(rt, curator, 1, register="prevention")
    with rt.database.read() as conn:
        rows = [conn.execute(select(case_).where(case_.c.id == each.id)).one() for each in (watched, free)]
        asked = [
            ground_for(rt, conn, row, kind, date(2026, 1, 12), by_law=by_law).given
            for row, kind, by_law in (
                (rows[0], "czn", True),
                (rows[0], "czn", False),
                (rows[0], "subsidies", True),
                (rows[1], "czn", True),
            )
        ]
    assert asked == [True, False, False, False]


def on_register(rt: Runtime, curator: Actor, *families: int, register: str = "red_zone") -> None:
    with rt.database.write() as conn:
        for number in families:
            registers.enter(
                rt, conn, register, Subject(number, None), Standing(state="СОП"), case_id=1,
                unit_id=town(rt).families, since=date(2026, 1, 5),
            )  # fmt: skip


@pytest.mark.usefixtures("_paper_centre")
def test_on_paper_the_sender_enters_the_answers_until_the_letter_is_closed(
    rt: Runtime, curator: Actor
) -> None:
    write(rt, curator, [supported(rt, curator, **CONSENT)])
    assert open_nodes(rt)[-1] == "p06_letter_ut_answer"
    sender = load_actor(rt, curator.user_id)
    with pytest.raises(InvalidData, match="Ответы не записаны"):
        answer_letter(rt, sender, 1, {1: "lost"})
    answer_letter(rt, sender, 1, {1: "helped"})
    assert answer_letter(rt, sender, 1, {1: ""}).open == 1, "an answer is taken back"
    with pytest.raises(InvalidData, match="не записаны"):
        answer_letter(rt, sender, 1, {1: "helped"}, date(2026, 1, 11))
    answer_letter(rt, sender, 1, {1: "helped"}, date(2026, 1, 12))
    complete(rt, curator, "p06_letter_ut_answer", {})
    sweep_until_idle(rt)
    with pytest.raises(Conflict, match="больше не ждут"):
        answer_letter(rt, load_actor(rt, curator.user_id), 1, {1: "refused"})


@pytest.mark.usefixtures("_centre")
def test_the_partner_sees_the_letter_and_no_case_of_a_family_and_every_look_is_journalled(
    rt: Runtime, curator: Actor, executor: Actor
) -> None:
    family = supported(rt, curator, **CONSENT)
    write(rt, curator, [family])
    found = letter(rt, load_actor(rt, executor.user_id), 1)
    assert [(row.addressee.name, row.case_number) for row in found.rows] == [("Лапшина Ольга Сергеевна", "")]
    assert letter(rt, load_actor(rt, curator.user_id), 1).rows[0].case_number == family.number
    looked = select(func.count()).where(audit.c.actor_id == executor.user_id, audit.c.object_id == family.id)
    with rt.database.read() as conn:
        assert conn.execute(looked.where(audit.c.kind == "case")).scalar_one() == 1
    stranger = load_actor(rt, make_account(rt, "R20", unit_id=town(rt).administration))
    with pytest.raises(NotAllowed):
        letters.letter(rt, stranger, 1)
    with pytest.raises(NotAllowed):
        answer_letter(rt, stranger, 1, {1: "helped"})
