"""«Меры»: open ones by their day, found by executor, closed with a result."""

from __future__ import annotations

from datetime import date

from engine.records.measures import keep

DECIDED = [
    {"мера": "Помочь с дровами", "ответственный": "Администрация", "срок": date(2026, 1, 9)},
    {"мера": "Устроить в сад", "ответственный": "Управление образования", "срок": date(2026, 2, 1)},
]


def test_measures_are_listed_found_and_closed(visit, rt, office):
    with rt.database.write() as conn:
        keep(rt, conn, office.later_case, DECIDED, "решение комиссии")
    clerk = visit("R05")
    assert "Помочь с дровами решение комиссии Администрация 09.01.2026" in clerk.get("/measures").words
    assert "Устроить в сад" not in clerk.get("/measures?show=late").words
    assert "Помочь с дровами" not in clerk.search("/measures", "образован").words
    assert "Устроить в сад" in clerk.get(f"/families/{office.family}/file").words
    form = clerk.get("/measures").select_one("form[action^='/measures/']")
    clerk.post(form["action"], {"state": "undone", "result": ""}, status=422)
    clerk.post(form["action"], {"state": "done", "result": "Привезли", "back": "/measures?show=all"})
    assert "выполнена Привезли" in clerk.get("/measures?show=all").words
    assert "Таких мер нет" in visit(office.stranger).get("/measures").words
