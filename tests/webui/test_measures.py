"""«Меры»: open ones by their day, found by executor, closed with a result."""

from __future__ import annotations

from datetime import date

from engine.records.measures import PAGE, keep

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
    assert "По запросу «дровам» ничего нет" in clerk.search("/measures", "дровам").words
    assert "Помочь с дровами" in clerk.search("/measures?show=all", "дров").words
    assert "Таких мер нет" in visit(office.stranger).get("/measures").words


def test_a_long_list_of_measures_is_turned_over(visit, rt, office):
    many = [{"мера": f"Занятие {n:02}", "срок": date(2026, 1, 9)} for n in range(PAGE + 1)]
    with rt.database.write() as conn:
        keep(rt, conn, office.later_case, many, "план")
    clerk = visit("R05")
    first = clerk.get("/measures?show=late")
    assert f"1–{PAGE} из {len(many)}" in first.words
    rest = clerk.get(first.link("Дальше"))
    assert "Занятие 00" in rest.words
    assert rest.link("Раньше") == "/measures?show=late&page=1"
    assert "Таких мер нет" in clerk.get("/measures?page=99999999999").words
