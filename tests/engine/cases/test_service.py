"""Opening a case, finishing its steps, one transaction each."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.access.units import name_fillers
from engine.cases.queries import case_card, case_history
from engine.cases.service import complete_task, start_case
from engine.cases.tables import ENDED, case_
from engine.errors import AlreadyCompleted, InvalidData, NotAllowed
from engine.model import SYSTEM, CompleteTask, StartCase
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import (
    chain,
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    open_tasks,
    publish_files,
    user_task,
)


def test_a_case_walks_from_step_to_step_and_ends(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    case = open_case(rt, clerk, "small")
    assert open_nodes(rt) == ["a"]
    complete(rt, clerk, "a", {"итог": "да"})
    assert open_nodes(rt) == ["b"]
    complete(rt, clerk, "b")
    assert open_nodes(rt) == []
    with rt.database.read() as conn:
        assert conn.execute(select(case_.c.status).where(case_.c.id == case.id)).scalar_one() == ENDED


def test_a_case_may_wait_for_nothing_but_a_condition(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    condition = (
        "<conditionalEventDefinition><condition>=сумма &gt; 5</condition></conditionalEventDefinition>"
    )
    body = (
        '<startEvent id="s" name="Начало"/>'
        + user_task("a")
        + f'<intermediateCatchEvent id="enough" name="Накоплено">{condition}</intermediateCatchEvent>'
        + '<endEvent id="e" name="Конец"/>'
        + flows("s a enough e")
    )
    publish_files(rt, diagram("saving", body))
    open_case(rt, clerk, "saving")
    complete(rt, clerk, "a", {"сумма": 1})
    assert open_nodes(rt) == []


def test_a_second_click_is_told_who_completed_the_step_and_when(rt: Runtime) -> None:
    first, second = make_actor(rt, "R05"), make_actor(rt, "R05")
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    open_case(rt, first, "small")
    number = complete(rt, first, "a")
    with pytest.raises(AlreadyCompleted) as told:
        complete_task(rt, CompleteTask(load_actor(rt, second.user_id), number))
    assert told.value.by == first.user_id
    assert told.value.at == rt.clock.now()


def test_a_step_of_another_role_is_refused_and_nothing_changes(rt: Runtime) -> None:
    clerk, secretary = make_actor(rt, "R05"), make_actor(rt, "R10")
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    open_case(rt, clerk, "small")
    with pytest.raises(NotAllowed):
        complete_task(rt, CompleteTask(load_actor(rt, secretary.user_id), open_tasks(rt, "a")[0]))
    assert open_nodes(rt) == ["a"]


def test_a_step_without_a_form_takes_no_data_from_a_person(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    open_case(rt, clerk, "small")
    person, number = load_actor(rt, clerk.user_id), open_tasks(rt, "a")[0]
    with pytest.raises(InvalidData, match="нет формы"):
        complete_task(rt, CompleteTask(person, number, {"доход": 0}))
    assert open_nodes(rt) == ["a"]
    complete_task(rt, CompleteTask(person, number, {}))
    assert open_nodes(rt) == ["b"]


def test_the_history_keeps_who_did_what_with_which_data(rt: Runtime) -> None:
    clerk = make_actor(rt, "R05")
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    case = open_case(rt, clerk, "small")
    complete(rt, clerk, "a", {"итог": "да"})
    with rt.database.read() as conn:
        entries = case_history(rt, conn, case_card(rt, conn, clerk, case.id))
    assert (entries[0].name, entries[0].actor_id) == ("Шаг a", clerk.user_id)
    assert entries[0].data["data"] == {"итог": "да"}


def owner_of(rt: Runtime, case_id: int) -> int | None:
    with rt.database.read() as conn:
        owner: int | None = conn.execute(select(case_.c.owner_id).where(case_.c.id == case_id)).scalar_one()
    return owner


def test_a_case_belongs_to_who_opened_it_when_the_pathway_names_no_owner(rt: Runtime) -> None:
    registrar = make_actor(rt, "R01")
    publish_files(rt, chain("small", user_task("a")))
    assert owner_of(rt, open_case(rt, registrar, "small").id) == registrar.user_id


def test_a_case_belongs_to_the_first_who_works_on_it_in_the_role_that_owns_the_pathway(rt: Runtime) -> None:
    registrar, first, second = make_actor(rt, "R01"), make_actor(rt, "R05"), make_actor(rt, "R05")
    publish_files(
        rt, chain("small", user_task("a", "R01"), user_task("b"), user_task("c"), user_task("d"), owner="R05")
    )
    case = open_case(rt, registrar, "small")
    owners = [owner_of(rt, case.id)]
    for actor, node in ((registrar, "a"), (first, "b"), (second, "c")):
        complete(rt, actor, node)
        owners.append(owner_of(rt, case.id))
    assert owners == [None, None, first.user_id, first.user_id]
    assert owner_of(rt, open_case(rt, second, "small").id) == second.user_id


def test_any_of_several_roles_may_own_a_case(rt: Runtime) -> None:
    opener, _ = make_actor(rt, "R05"), make_actor(rt, "R03")
    publish_files(rt, chain("small", user_task("a"), owner="R03, R05"))
    assert owner_of(rt, open_case(rt, opener, "small").id) == opener.user_id


def test_a_case_that_nobody_of_its_role_could_take_belongs_to_who_opened_it(rt: Runtime) -> None:
    make_actor(rt, "R05")  # in another agency: the case is not theirs
    commission = make_actor(rt, "R13", unit_id=town(rt).administration)
    publish_files(rt, chain("small", user_task("a", "R13"), owner="R05"))
    assert owner_of(rt, open_case(rt, commission, "small").id) == commission.user_id


def test_a_case_that_nobody_opened_belongs_to_the_first_of_its_agency_where_its_role_is_empty(
    rt: Runtime,
) -> None:
    partner, clerk = make_actor(rt, "R20", unit_id=town(rt).administration), make_actor(rt, "R05")
    name_fillers(rt, make_actor(rt, "R29"), town(rt).municipality, {"R20": [town(rt).administration]})
    publish_files(rt, chain("small", user_task("a", "R20"), user_task("b"), owner="R03"))
    case = start_case(rt, StartCase(SYSTEM, "small", unit_id=clerk.unit_id))
    owners = []
    for actor, node in ((partner, "a"), (clerk, "b")):
        complete(rt, actor, node)
        owners.append(owner_of(rt, case.id))
    assert owners == [None, clerk.user_id]
