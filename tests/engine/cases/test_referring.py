"""Documents to partners: operations of the diagrams, and the rule that a case waits for its answers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.access.actors import load_actor
from engine.cases import referring
from engine.cases.checks import Looked
from engine.cases.queries import case_card, open_incidents
from engine.cases.referring import REVOKED
from engine.cases.service import StartedCase
from engine.definitions.files import Upload
from engine.errors import Conflict, InvalidData, NotAllowed
from engine.jobs.sweep import sweep_until_idle
from engine.model import Actor
from engine.records import partners, referrals
from engine.records.partners import NewPartner
from engine.records.referrals import Referral
from engine.records.registers import Subject
from engine.runtime import Runtime
from engine.worklist.tables import OPEN, task
from tests.factories.access import make_account, make_actor, town
from tests.factories.cases import (
    END,
    START,
    complete,
    diagram,
    event,
    flows,
    message,
    open_case,
    open_nodes,
    open_tasks,
    publish_files,
    timer,
    user_task,
)

DUE = date(2026, 1, 19)


def asks(node: str, topic: str, **inputs: str) -> str:
    """A service task with these inputs; what comes out goes into the case."""
    given = "".join(
        f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>'
        for name, value in inputs.items()
    )
    return (
        f'<serviceTask id="{node}" name="Записать" camunda:type="external" camunda:topic="{topic}">'
        f"<extensionElements><camunda:inputOutput>{given}</camunda:inputOutput></extensionElements></serviceTask>"
    )


def send(**inputs: str) -> str:
    given = {"вид_документа": "направление", "партнёр": "czn", "отвечать_до": f'=date("{DUE}")'} | inputs
    return asks("send", "referral.send", **given)


def pathway(*parts: str, order: str) -> Upload:
    return diagram("sends", START + "".join(parts) + END + flows(order), number="НП")


FOR_PARTNER = user_task("a").replace("<userTask ", '<userTask camunda:assignee="=исполнитель_партнёра" ')


def assignees(rt: Runtime) -> list[int | None]:
    with rt.database.read() as conn:
        return list(conn.execute(select(task.c.assignee_id).where(task.c.status == OPEN)).scalars())


@pytest.fixture
def clerk(rt: Runtime) -> Actor:
    return make_actor(rt, "R05")


@pytest.fixture
def executor(rt: Runtime) -> int:
    return make_account(rt, "R20", unit_id=town(rt).administration)


@pytest.fixture
def partner(rt: Runtime, executor: int) -> int:
    admin = make_actor(rt, "R29")
    new = NewPartner("czn", "Центр занятости (вымышленный)", executor)
    return partners.add_partner(rt, admin, town(rt).municipality, new)


def run(rt: Runtime, clerk: Actor, file: Upload) -> StartedCase:
    publish_files(rt, file)
    case = open_case(rt, clerk, "sends")
    sweep_until_idle(rt)
    return case


def sent(rt: Runtime, clerk: Actor) -> list[Referral]:
    with rt.database.read() as conn:
        return referrals.referrals(conn, clerk, only_open=False)


@pytest.mark.usefixtures("partner")
def test_a_document_is_sent_under_the_number_of_its_case(rt: Runtime, clerk: Actor) -> None:
    case = run(rt, clerk, pathway(send(), user_task("a"), order="s send a e"))
    [found] = sent(rt, clerk)
    assert (found.number, found.kind, found.state) == (f"{case.number}/1", "referral", "sent")
    assert (found.partner, found.due) == ("Центр занятости (вымышленный)", DUE)


@pytest.mark.usefixtures("partner")
def test_the_step_of_the_partner_goes_to_who_answers_there(rt: Runtime, clerk: Actor, executor: int) -> None:
    run(rt, clerk, pathway(send(), FOR_PARTNER, order="s send a e"))
    assert assignees(rt) == [executor]


@pytest.mark.usefixtures("partner")
def test_where_answers_come_on_paper_the_step_is_nobodys_in_particular(rt: Runtime, clerk: Actor) -> None:
    admin = make_actor(rt, "R29")
    hospital = NewPartner("crb", "Районная больница (вымышленная)")
    partners.add_partner(rt, admin, town(rt).municipality, hospital)
    run(rt, clerk, pathway(send(партнёр="crb"), FOR_PARTNER, order="s send a e"))
    assert [each.partner for each in sent(rt, clerk)] == [hospital.name]
    assert assignees(rt) == [None]


@pytest.mark.usefixtures("partner")
def test_a_case_that_waits_for_an_answer_is_not_closed_by_anybody(rt: Runtime, clerk: Actor) -> None:
    case = run(rt, clerk, pathway(send(), user_task("a"), order="s send a e"))
    with pytest.raises(Conflict, match=rf"нет ответа на документы {case.number}/1"):
        complete(rt, clerk, "a")
    assert open_nodes(rt) == ["a"]


@pytest.mark.usefixtures("partner")
def test_a_result_closes_the_document_and_then_the_case_may_end(rt: Runtime, clerk: Actor) -> None:
    close = asks(
        "close",
        "referral.close",
        направление="=направление",
        исход="исполнено",
        результат="={семей: 2, детей: 5}",
    )
    run(rt, clerk, pathway(send(), close, user_task("a"), order="s send close a e"))
    [found] = sent(rt, clerk)
    assert (found.state, found.open, found.figures) == ("done", False, (2, None, 5, None, None, None, None))
    complete(rt, clerk, "a")
    assert open_tasks(rt) == []


@pytest.mark.usefixtures("partner")
@pytest.mark.parametrize(
    ("given", "day"), [({}, date(2026, 1, 12)), ({"дата_ответа": '=date("2026-01-13")'}, date(2026, 1, 13))]
)
def test_the_day_of_the_answer_is_kept_beside_the_day_the_sender_was_done_with_it(
    rt: Runtime, clerk: Actor, given: dict[str, str], day: date
) -> None:
    came = asks("came", "referral.answered", направление="=направление", **given)
    close = asks("close", "referral.close", направление="=направление", исход="исполнено")
    run(
        rt,
        clerk,
        pathway(send(), came, user_task("a"), close, user_task("b"), order="s send came a close b e"),
    )
    with rt.database.read() as conn:
        [waits], [tally] = referrals.referrals(conn, clerk), referrals.tallies(conn, clerk, date(2026, 2, 1))
    assert (waits.state, waits.answered_on, waits.awaited, waits.late(date(2026, 2, 1))) == (
        "answered", day, False, False,
    )  # fmt: skip
    assert (tally.answered, tally.late, tally.open) == (1, 0, 0)
    with pytest.raises(Conflict, match="уже не ждут"):
        revoke_first(rt, clerk)
    rt.clock.advance(timedelta(days=3))  # type: ignore[attr-defined]
    complete(rt, clerk, "a")
    sweep_until_idle(rt)
    [found] = sent(rt, clerk)
    assert (found.state, found.answered_on, found.closed_at) == ("done", day, rt.clock.now())


@pytest.mark.usefixtures("partner")
@pytest.mark.parametrize(
    ("kind", "named", "field"),
    [
        ("czn", "", None),
        ("mchs", "", "партнёр"),
        ("education", "", "какая_организация"),
        ("education", "школа № 3", "какая_организация"),
        ("education", "школа", "какая_организация"),
        ("education", "школа № 1", None),
    ],
)
def test_a_document_goes_to_one_organisation_that_the_municipality_knows(
    rt: Runtime, clerk: Actor, kind: str, named: str, field: str | None
) -> None:
    for name in ("Школа № 1 (вымышленная)", "Школа № 2 (вымышленная)"):
        partners.add_partner(rt, make_actor(rt, "R29"), town(rt).municipality, NewPartner("education", name))
    looked = Looked(Subject(None, None), clerk.unit_id)
    known = {"партнёр": kind, "какая_организация": named}
    with rt.database.read() as conn:
        if field is None:
            referring.refuse_unknown_partner(rt, conn, looked, known)
        else:
            with pytest.raises(InvalidData) as refused:
                referring.refuse_unknown_partner(rt, conn, looked, known)
            assert list(refused.value.errors) == [field]
            assert ("Школа № 2" in refused.value.errors[field]) is (field == "какая_организация")


@pytest.mark.usefixtures("partner")
def test_of_several_organisations_the_named_one_gets_the_document(rt: Runtime, clerk: Actor) -> None:
    for name in ("Школа № 1 (вымышленная)", "Школа № 2 (вымышленная)"):
        partners.add_partner(rt, make_actor(rt, "R29"), town(rt).municipality, NewPartner("education", name))
    part = send(партнёр="education", какая_организация="школа № 2")
    run(rt, clerk, pathway(part, user_task("a"), order="s send a e"))
    assert [each.partner for each in sent(rt, clerk)] == ["Школа № 2 (вымышленная)"]


@pytest.mark.usefixtures("partner")
def test_what_the_partner_took_to_work_says_so(rt: Runtime, clerk: Actor) -> None:
    accept = asks("accept", "referral.accept", направление="=направление")
    run(rt, clerk, pathway(send(), accept, user_task("a"), order="s send accept a e"))
    assert [each.state for each in sent(rt, clerk)] == ["accepted"]


@pytest.mark.usefixtures("partner")
def test_a_case_that_ends_by_itself_revokes_what_it_waits_for(rt: Runtime, clerk: Actor) -> None:
    case = run(rt, clerk, pathway(send(), timer("t", "PT1H"), order="s send t e"))
    rt.clock.advance(timedelta(hours=2))  # type: ignore[attr-defined]
    sweep_until_idle(rt)
    assert [each.state for each in sent(rt, clerk)] == ["revoked"]
    with rt.database.read() as conn:
        assert not case_card(rt, conn, clerk, case.id).active


@pytest.mark.usefixtures("partner")
@pytest.mark.parametrize(("kind", "ends"), [("запрос", True), ("ходатайство", False)])
def test_a_request_of_data_holds_up_no_end_and_help_that_was_asked_for_does(
    rt: Runtime, clerk: Actor, kind: str, ends: bool
) -> None:
    case = run(rt, clerk, pathway(send(вид_документа=kind), user_task("a"), order="s send a e"))
    if ends:
        complete(rt, clerk, "a")
    else:
        with pytest.raises(Conflict, match="нет ответа на документы"):
            complete(rt, clerk, "a")
    assert [each.state for each in sent(rt, clerk)] == ["revoked" if ends else "sent"]
    with rt.database.read() as conn:
        assert case_card(rt, conn, clerk, case.id).active is not ends


def test_without_such_a_partner_the_case_stops_and_says_what_is_needed(rt: Runtime, clerk: Actor) -> None:
    case = run(rt, clerk, pathway(send(), user_task("a"), order="s send a e"))
    for _ in range(20):
        rt.clock.advance(timedelta(hours=12))  # type: ignore[attr-defined]
        sweep_until_idle(rt)
    with rt.database.read() as conn:
        [stopped] = open_incidents(conn, case.id)
    assert "Партнёра «Центр занятости» нет" in stopped.message


def revoke_first(rt: Runtime, actor: Actor) -> None:
    referring.revoke(rt, load_actor(rt, actor.user_id), 1)


@pytest.mark.usefixtures("partner")
def test_a_revoked_document_lets_its_pathway_go_on(rt: Runtime, clerk: Actor) -> None:
    caught = event("intermediateCatchEvent", "w", "message", REVOKED, key="=номер_документа")
    order = flows("s send w a e")
    file = diagram("sends", START + send() + caught + user_task("a") + END + order, message(REVOKED))
    run(rt, clerk, file)
    revoke_first(rt, clerk)
    assert open_nodes(rt) == ["a"]


@pytest.mark.usefixtures("partner")
def test_a_document_whose_pathway_has_gone_on_is_closed_by_revoking_it(rt: Runtime, clerk: Actor) -> None:
    run(rt, clerk, pathway(send(), user_task("a"), order="s send a e"))
    revoke_first(rt, clerk)
    assert [each.state for each in sent(rt, clerk)] == ["revoked"]
    with pytest.raises(Conflict, match="уже не ждут"):
        revoke_first(rt, clerk)


@pytest.mark.usefixtures("partner")
def test_a_partner_may_not_revoke_what_it_was_asked(rt: Runtime, clerk: Actor) -> None:
    run(rt, clerk, pathway(send(), user_task("a", "R20"), order="s send a e"))
    with pytest.raises(NotAllowed):
        revoke_first(rt, make_actor(rt, "R20"))
