"""A diagram asks what is still to be done before it lets its case end."""

from __future__ import annotations

from datetime import date

from engine.cases.queries import case_card, case_variables
from engine.jobs.sweep import sweep_until_idle
from engine.records import partners, referrals
from engine.records.partners import NewPartner
from engine.records.referrals import NewReferral
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.cases import (
    END,
    START,
    complete,
    diagram,
    flows,
    open_case,
    publish_files,
    user_task,
)

ASKS = '<serviceTask id="op" name="Найти" camunda:type="external" camunda:topic="case.unfinished"/>'


def test_open_steps_are_called_by_name_and_documents_by_number(rt: Runtime) -> None:
    clerk, admin = make_actor(rt, "R05"), make_actor(rt, "R29")
    body = (
        START
        + '<parallelGateway id="g" name=""/>'
        + user_task("a")
        + user_task("b")
        + ASKS
        + user_task("c")
        + END
    )
    publish_files(rt, diagram("asks", body + flows("s g a op c e", "g b e")))
    case = open_case(rt, clerk, "asks")
    to = partners.add_partner(
        rt, admin, town(rt).municipality, NewPartner("czn", "Центр занятости (вымышленный)")
    )
    with rt.database.write() as conn:
        new = NewReferral(case.id, to, "request", f"{case.number}/1", date(2026, 1, 19))
        first = referrals.send(rt, conn, new)
        referrals.close(rt, conn, first, "done", {})
        referrals.send(rt, conn, NewReferral(case.id, to, "request", f"{case.number}/2", date(2026, 1, 19)))
    complete(rt, clerk, "a")
    sweep_until_idle(rt)
    with rt.database.read() as conn:
        found = case_variables(rt, conn, case_card(rt, conn, clerk, case.id))
    assert found["открытые_документы"] == [f"{case.number}/2"]
    assert found["открытые_шаги"] == ["Шаг b"]
