"""No action of one room may widen what another room lets a person see or do."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from engine.access.absences import add_absence, cancel_absence
from engine.access.actors import load_actor
from engine.access.queries import case_journal
from engine.access.tables import absence
from engine.cases.service import complete_task, start_case
from engine.cases.tables import case_, history
from engine.documents.making import make_document
from engine.documents.service import attach
from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import Actor, CompleteTask, StartCase
from engine.records.queries import person_view
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import chain, open_case, open_tasks, publish_files, user_task
from tests.factories.records import make_family, make_person

FIRST, LAST = date(2026, 1, 12), date(2026, 1, 30)


@pytest.fixture
def far(rt: Runtime) -> Actor:
    """A specialist of another agency, with the same role."""
    return make_actor(rt, "R13", unit_id=town(rt).administration)


@pytest.fixture
def specialist(rt: Runtime) -> Actor:
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    return make_actor(rt, "R05")


# --- opening a case ---------------------------------------------------------------------------------


def test_nobody_comes_to_see_a_person_by_opening_a_case_about_them(
    rt: Runtime, specialist: Actor, far: Actor
) -> None:
    somebody = make_person(rt, far)
    with pytest.raises(NotFound):
        start_case(rt, StartCase(specialist, "small", person_id=somebody))
    with pytest.raises(NotFound):
        person_view(rt, specialist, somebody)


def test_nobody_comes_to_see_a_family_by_opening_a_case_about_it(
    rt: Runtime, specialist: Actor, far: Actor
) -> None:
    family, mother, _child = make_family(rt, far)
    with pytest.raises(NotFound):
        start_case(rt, StartCase(specialist, "small", family_id=family))
    with pytest.raises(NotFound):
        person_view(rt, specialist, mother)


def test_a_family_comes_with_its_member_and_with_nobody_else(
    rt: Runtime, specialist: Actor, far: Actor
) -> None:
    family, _mother, _child = make_family(rt, far)
    own = make_person(rt, specialist)
    with pytest.raises(NotFound):
        start_case(rt, StartCase(specialist, "small", person_id=own, family_id=family))


def test_about_the_people_of_ones_cases_further_cases_are_opened(rt: Runtime, specialist: Actor) -> None:
    family, mother, _child = make_family(rt, specialist)
    start_case(rt, StartCase(specialist, "small", person_id=mother, family_id=family))
    start_case(rt, StartCase(specialist, "small", person_id=mother, family_id=family))


def test_a_case_belongs_to_the_agency_of_its_unit(rt: Runtime, specialist: Actor) -> None:
    officer = make_actor(rt, "R27", unit_id=town(rt).centre)
    made = start_case(rt, StartCase(officer, "small", unit_id=town(rt).care))
    with rt.database.read() as conn:
        row = conn.execute(select(case_.c.unit_id, case_.c.agency_id).where(case_.c.id == made.id)).one()
    assert row == (town(rt).care, town(rt).centre)


def test_who_may_open_cases_and_see_no_records_opens_none_about_people(rt: Runtime, far: Actor) -> None:
    publish_files(rt, chain("small", user_task("a")))
    analyst, somebody = make_actor(rt, "R26"), make_person(rt, far)
    with pytest.raises(NotFound):
        start_case(rt, StartCase(analyst, "small", person_id=somebody))


# --- standing in ------------------------------------------------------------------------------------


def test_a_head_does_not_become_a_substitute_of_whom_they_do_not_lead(rt: Runtime) -> None:
    head = make_actor(rt, "R07")
    director = make_actor(rt, "R27", unit_id=town(rt).centre)
    with pytest.raises(NotAllowed):
        add_absence(
            rt, head, absent_id=director.user_id, substitute_id=head.user_id, first_day=FIRST, last_day=LAST
        )
    assert "R27" not in load_actor(rt, head.user_id).roles


def test_a_head_arranges_it_for_their_own_people(rt: Runtime, specialist: Actor) -> None:
    head, colleague = make_actor(rt, "R07"), make_actor(rt, "R05")
    made = add_absence(
        rt,
        head,
        absent_id=specialist.user_id,
        substitute_id=colleague.user_id,
        first_day=FIRST,
        last_day=LAST,
    )
    cancel_absence(rt, head, made)


def test_nobody_ends_the_substitutions_of_others(rt: Runtime, far: Actor) -> None:
    absent, stand_in = make_actor(rt, "R05"), make_actor(rt, "R05")
    made = add_absence(
        rt, absent, absent_id=absent.user_id, substitute_id=stand_in.user_id, first_day=FIRST, last_day=LAST
    )
    with pytest.raises(NotAllowed):
        cancel_absence(rt, far, made)
    with rt.database.read() as conn:
        assert conn.execute(select(absence.c.id)).scalars().all() == [made]


def test_who_stands_in_for_nobody_signs_with_their_own_name(rt: Runtime, specialist: Actor) -> None:
    open_case(rt, specialist, "small")
    complete_task(rt, CompleteTask(load_actor(rt, specialist.user_id), open_tasks(rt, "a")[0]))
    with rt.database.read() as conn:
        assert conn.execute(select(history.c.for_id).where(history.c.for_id.is_not(None))).all() == []


def test_who_stands_in_signs_for_the_absent(rt: Runtime, specialist: Actor) -> None:
    from engine.worklist.service import claim

    other = make_actor(rt, "R05")
    open_case(rt, specialist, "small")
    claim(rt, load_actor(rt, specialist.user_id), open_tasks(rt, "a")[0])
    add_absence(
        rt,
        specialist,
        absent_id=specialist.user_id,
        substitute_id=other.user_id,
        first_day=FIRST,
        last_day=LAST,
    )
    stand_in = load_actor(rt, other.user_id)
    complete_task(rt, CompleteTask(stand_in, open_tasks(rt, "a")[0]))
    with rt.database.read() as conn:
        done = select(history.c.actor_id, history.c.for_id).where(history.c.for_id.is_not(None))
        assert conn.execute(done).all() == [(other.user_id, specialist.user_id)]


# --- what belongs to another case ---------------------------------------------------------------------


def test_a_journal_is_shown_only_for_cases_one_may_see(rt: Runtime, specialist: Actor, far: Actor) -> None:
    case = open_case(rt, specialist, "small")
    assert case_journal(rt, make_actor(rt, "R07"), case.id) == []
    for stranger in (make_actor(rt, "R27", unit_id=town(rt).administration), specialist):
        with pytest.raises(NotAllowed):
            case_journal(rt, stranger, case.id)


def test_a_file_is_attached_to_a_step_of_its_own_case_only(rt: Runtime, specialist: Actor) -> None:
    first, second = open_case(rt, specialist, "small"), open_case(rt, specialist, "small")
    step = open_tasks(rt, "a")[1]
    with pytest.raises(InvalidData):
        attach(rt, specialist, first.id, "справка.txt", b"1", task_id=step)
    attach(rt, specialist, second.id, "справка.txt", b"1", task_id=step)


def test_a_document_is_made_for_a_step_of_its_own_case_only(rt: Runtime, specialist: Actor) -> None:
    first, _second = open_case(rt, specialist, "small"), open_case(rt, specialist, "small")
    with pytest.raises(InvalidData):
        make_document(rt, specialist, first.id, "D25", task_id=open_tasks(rt, "a")[1])
