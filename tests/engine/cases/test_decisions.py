"""What the history of a case keeps of a decision: enough to show why, and no more."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from engine.cases.queries import case_card, case_history, case_variables
from engine.definitions.files import Upload
from engine.runtime import Runtime
from tests.engine.dmn.drawing import decision, literal, model, table
from tests.factories.access import make_actor
from tests.factories.cases import END, START, diagram, flows, open_case, publish_files, user_task

RULE = '<businessRuleTask id="d" name="Правило" camunda:decisionRef="Частота" camunda:resultVariable="итог"/>'
ASKING = diagram("asking", START + RULE + user_task("a") + END + flows("s d a e"))


def told(rt: Runtime, logic: str, **data: Any) -> dict[str, Any]:
    """What the history says of the only table of a decision."""
    publish_files(rt, Upload("Частота.dmn", model(decision("Частота", logic))), ASKING)
    actor = make_actor(rt, "R05")
    case = open_case(rt, actor, "asking", data)
    with rt.database.read() as conn:
        entries = case_history(rt, conn, case_card(rt, conn, actor, case.id))
    ((explained,),) = [entry.data["decisions"] for entry in entries if "decisions" in entry.data]
    (kept,) = explained["explanation"]["tables"]
    return dict(kept)


def test_the_rows_near_the_match_are_kept_as_the_cells_of_a_table(rt: Runtime) -> None:
    rows = [[f"{step}", "-", f'"{step} в месяц"', "-"] for step in range(1, 8)]
    rows[4][1] = '"СОП"'
    kept = told(
        rt, table(["Риск", "категория"], ["выезд", "звонок"], rows, policy="FIRST"), Риск=4, категория="ТЖС"
    )
    assert kept == {
        "decision": "Частота",
        "columns": ["Риск", "категория", "выезд"],
        "rows": [
            {"number": 3, "cells": ["3", "", "3 в месяц"], "matched": False, "note": ""},
            {"number": 4, "cells": ["4", "", "4 в месяц"], "matched": True, "note": ""},
            {"number": 5, "cells": ["5", "СОП", "5 в месяц"], "matched": False, "note": ""},
        ],
        "sentence": "Сработала строка 4: риск — 4.",
    }


def test_of_a_table_without_a_match_the_first_rows_are_kept(rt: Runtime) -> None:
    rows = [[f"{step}", f"{step}"] for step in range(100)]
    kept = told(rt, table(["риск"], ["итог"], rows), риск=-5)
    assert [row["number"] for row in kept["rows"]] == list(range(1, 13))
    assert kept["sentence"] == "Не подошла ни одна строка: риск — −5."


def test_today_is_the_day_of_the_office_in_expressions_and_in_decisions(rt: Runtime) -> None:
    """At one minute past midnight in Moscow it is still yesterday in UTC."""
    rt.clock.set(datetime(2026, 2, 28, 21, 1, tzinfo=UTC))  # type: ignore[attr-defined]
    day = literal("today()")
    script = (
        '<scriptTask id="x" name="День" scriptFormat="feel"><script>{день: today()}</script></scriptTask>'
    )
    asks = diagram("asking", START + script + RULE + user_task("a") + END + flows("s x d a e"))
    publish_files(rt, Upload("Частота.dmn", model(decision("Частота", day))), asks)
    actor = make_actor(rt, "R05")
    case = open_case(rt, actor, "asking")
    with rt.database.read() as conn:
        found = case_variables(rt, conn, case_card(rt, conn, actor, case.id))
    assert (found["день"], found["итог"]) == (date(2026, 3, 1), date(2026, 3, 1))
