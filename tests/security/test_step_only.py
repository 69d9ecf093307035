"""A partner, a neighbouring service: whom only a step of theirs brings to a family sees that step, and
nothing else of the case."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.cases.queries import case_card, case_list
from engine.cases.service import start_case
from engine.cases.visibility import step_only
from engine.definitions.files import Upload
from engine.documents import queries as papers
from engine.documents.making import make_document
from engine.documents.service import attach
from engine.errors import NotAllowed
from engine.jobs.sweep import sweep_until_idle
from engine.model import SYSTEM, Actor, StartCase
from engine.records import referrals
from engine.records.measures import keep, measure_page
from engine.records.partners import NewPartner, add_partner
from engine.runtime import Runtime
from engine.worklist.step import step_view
from tests.engine.documents.making import docx
from tests.factories.access import make_actor, make_runtime, town
from tests.factories.cases import chain, complete, open_tasks, publish_files, user_task
from tests.factories.records import make_family


@pytest.fixture
def rt(tmp_path: Path) -> Runtime:
    return make_runtime(tmp_path)


@pytest.fixture
def specialist(rt: Runtime) -> Actor:
    publish_files(
        rt,
        chain("small", user_task("a", document="D25"), user_task("b", role="R20"), user_task("c")),
        Upload("D25.docx", docx("Дело {{ дело.номер }}", title="Письмо", mark="ПИС")),
    )
    return make_actor(rt, "R05")


@pytest.fixture
def case_id(rt: Runtime, specialist: Actor) -> int:
    family, mother, _ = make_family(rt, specialist)
    number = start_case(
        rt, StartCase(specialist, "small", person_id=mother, family_id=family, label="семья Лапшиных")
    ).id
    attach(rt, specialist, number, "справка.txt", "о семье".encode())
    complete(rt, specialist, "a")
    return number


@pytest.fixture
def partner(rt: Runtime, case_id: int) -> Actor:
    return make_actor(rt, "R20")


def test_a_partner_sees_their_step_and_not_the_case(rt: Runtime, partner: Actor, case_id: int) -> None:
    with rt.database.read() as conn:
        view = step_view(rt, conn, partner, open_tasks(rt, "b")[0], rt.clock.now())
        assert (view.may_work, view.whole_case) == (True, False)
        with pytest.raises(NotAllowed, match="ваш шаг, а не всё дело"):
            case_card(rt, conn, partner, case_id)


def test_documents_and_files_of_the_family_stay_closed_and_those_of_their_step_open(
    rt: Runtime, specialist: Actor, partner: Actor, case_id: int
) -> None:
    sweep_until_idle(rt)
    own = attach(rt, partner, case_id, "ответ.txt", "ответ".encode(), task_id=open_tasks(rt, "b")[0])
    with rt.database.read() as conn:
        assert [each.title for each in papers.case_documents(conn, specialist, case_id)] == ["Письмо"]
        (letter,) = papers.case_documents(conn, specialist, case_id)
        (first, _second) = papers.case_attachments(rt, conn, specialist, case_id)
        assert papers.case_documents(conn, partner, case_id) == []
        assert [each.id for each in papers.case_attachments(rt, conn, partner, case_id)] == [own]
    papers.download_attachment(rt, partner, own)
    for closed in (
        lambda: papers.download_attachment(rt, partner, first.id),
        lambda: papers.download_docx(rt, partner, letter.id),
        lambda: papers.draft(rt, partner, letter.id),
        lambda: make_document(rt, partner, case_id, "D25"),
    ):
        with pytest.raises(NotAllowed, match="ваш шаг, а не всё дело"):
            closed()


def test_lists_tell_a_partner_of_what_was_sent_to_them_and_of_nothing_else_of_the_case(
    rt: Runtime, specialist: Actor, partner: Actor, case_id: int
) -> None:
    theirs = NewPartner("czn", "Центр занятости (вымышленный)", account_id=partner.user_id)
    others = NewPartner("education", "Школа (вымышленная)")
    with rt.database.write() as conn:
        keep(rt, conn, case_id, [{"мера": "Помочь с дровами"}], "решение комиссии")
    for number, somebody in enumerate((theirs, others), start=1):
        to = add_partner(rt, SYSTEM, town(rt).municipality, somebody)
        sent = referrals.NewReferral(case_id, to, "request", f"ПС-1/{number}", date(2026, 1, 19))
        with rt.database.write() as conn:
            referrals.send(rt, conn, sent)

    def told(actor: Actor) -> tuple[list[str], list[int], int, int]:
        with rt.database.read() as conn:
            documents = referrals.referrals(conn, actor)
            by_partner = referrals.counted(referrals.tallies(conn, actor, date(2026, 1, 12)))
            decided, cases = (
                measure_page(rt, conn, actor, today=date(2026, 1, 12)),
                case_list(rt, conn, actor),
            )
        return (
            [each.number for each in documents],
            [each.id for each in cases],
            by_partner.sent,
            decided.total,
        )

    assert told(specialist) == (["ПС-1/1", "ПС-1/2"], [case_id], 2, 1)
    assert told(partner) == (["ПС-1/1"], [], 1, 0)


def test_who_works_for_the_family_sees_the_whole_case(rt: Runtime, specialist: Actor, case_id: int) -> None:
    psychologist = make_actor(rt, "R21")
    with rt.database.read() as conn:
        assert not step_only(psychologist, case_card(rt, conn, specialist, case_id))


def test_a_case_about_nobody_is_open_to_whom_a_step_brings_there(rt: Runtime, specialist: Actor) -> None:
    number = start_case(rt, StartCase(specialist, "small", label="Заседание")).id
    complete(rt, specialist, "a")
    anybody = make_actor(rt, "R20")
    with rt.database.read() as conn:
        assert case_card(rt, conn, anybody, number).id == number
        assert [each.id for each in case_list(rt, conn, anybody)] == [number]
