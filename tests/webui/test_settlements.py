"""«Населённые пункты»: the administrator says where people live and who serves them."""

from __future__ import annotations


def test_the_administrator_keeps_the_list(visit, office):
    admin = visit("R29")
    sent = {"kind": "село", "name": "Ясное", "rural": "1", "unit": str(office.care)}
    admin.post("/settlements", sent)
    page = admin.get("/settlements")
    assert "село Ясное сельский Отделение надомной помощи" in page.words
    address = page.link("село Ясное")
    form = admin.get(address)
    assert form.select_one("input[name=rural][checked]")
    admin.post(address, {"kind": "город", "name": "Ясный", "unit": ""})
    assert "город Ясный городской не сказано" in admin.get("/settlements").words
    admin.post("/settlements", {"kind": "село", "name": ""}, status=422)
    admin.post("/settlements", {"kind": "село", "name": "Тихое"})
    answer = admin.post(address, {"kind": "село", "name": "Тихое"}, status=422)
    assert "Такой уже есть в списке" in answer.text
    admin.get("/settlements/4711", status=404)


def test_a_village_is_in_the_country_even_when_nobody_ticks_it(visit, office):
    admin = visit("R29")
    admin.post("/settlements", {"kind": "село", "name": "Тихое"})
    admin.post("/settlements", {"kind": "посёлок", "name": "Заводской"})
    words = admin.get("/settlements").words
    assert "село Тихое сельский" in words
    assert "посёлок Заводской городской" in words
