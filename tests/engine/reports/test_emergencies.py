"""C84: emergencies of a period."""

from __future__ import annotations

from sqlalchemy import insert

from engine.cases.emergencies import note
from engine.cases.tables import CANCELLED
from engine.definitions.operations import Call
from engine.records.emergencies import note_emergency
from engine.reports.emergencies import CHILDREN, PATHWAY, TELL, TOLD, emergencies, facts
from engine.worklist.tables import DONE, OPEN, task
from tests.engine.reports.rows import a_case, at, year

RECEIVED = at("2026-01-10 06:00")
HOUR = 3600


def a_notice(conn, unit_id, kind=None, harmed=0, died=0, received=RECEIVED, **more):
    case_id = a_case(conn, unit_id, process=PATHWAY, filed_at=received, **more)
    if kind is not None:
        note_emergency(conn, case_id, kind, harmed, died)
    return case_id


def telling(conn, case_id, due_at, closed_at=None, status=DONE):
    row = {"id": case_id << 24, "case_id": case_id, "node": TELL, "status": status, "queue_id": 1}
    row |= {"role_queue_id": 1, "due_at": due_at, "clock": 0, "opened_at": RECEIVED}
    conn.execute(insert(task), row | {"closed_at": closed_at})


def test_every_emergency_is_once_among_the_children_and_once_among_the_told(rt, town, analyst):
    now = int(rt.clock.now().timestamp())
    with rt.database.write() as conn:
        telling(conn, a_notice(conn, town.families, "пожар", harmed=2), RECEIVED + HOUR, RECEIVED + HOUR)
        telling(conn, a_notice(conn, town.families, "пожар"), RECEIVED + HOUR, RECEIVED + HOUR + 1)
        telling(conn, a_notice(conn, town.care, "гибель", harmed=0, died=1), now + HOUR, status=OPEN)
        telling(conn, a_notice(conn, town.care, "дтп"), now - 1, status=OPEN)
        a_notice(conn, town.administration)
        a_notice(conn, town.families, "пожар", harmed=1, status=CANCELLED)
        a_notice(conn, town.families, "пожар", received=at("2025-12-31 20:59"))
        found = emergencies(conn, year(rt, analyst), rt.clock.now())
        parts = [
            emergencies(conn, year(rt, analyst, unit_id=unit_id), rt.clock.now()).whole
            for unit_id in (town.centre, town.administration)
        ]
        listed = {
            name: len(facts(year(rt, analyst), rt.clock.now()).listed(conn, name)) for name in found.whole
        }
    whole = found.whole
    assert {name: whole[name] for name in (*CHILDREN, *TOLD, "died", "given_up")} == {
        "harmed": 2, "unharmed": 2, "unknown": 1,
        "told": 1, "told_late": 1, "untold": 2, "untold_late": 1,
        "died": 1, "given_up": 1,
    }  # fmt: skip
    assert whole["all"] == sum(whole[name] for name in CHILDREN) == sum(whole[name] for name in TOLD) == 5
    assert {name: sum(part[name] for part in parts) for name in whole} == whole == listed
    assert {kind: row["all"] for kind, row in found.kinds.items()} == {
        "пожар": 2,
        "дтп": 1,
        "гибель": 1,
        "": 1,
    }


def test_the_operation_keeps_what_the_notice_says_and_corrects_it(rt, town, analyst):
    with rt.database.write() as conn:
        case_id = a_case(conn, town.families, process=PATHWAY, filed_at=RECEIVED)
        for said in (
            {"вид": "пожар", "пострадали": True},
            {"вид": "землетрясение", "погибло": 3, "пострадало": 1},
        ):
            note(rt, conn, Call("emergency.note", case_id, "", town.families, 1, said, rt.clock.now()))
        found = emergencies(conn, year(rt, analyst), rt.clock.now())
    assert (found.whole["all"], found.whole["harmed"], found.whole["died"]) == (1, 1, 1)
    assert list(found.kinds) == ["другое"]
