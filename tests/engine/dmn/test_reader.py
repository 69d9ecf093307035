"""Files as they come: versions, dialects, and what is no file of decisions."""

from __future__ import annotations

import pytest

from engine import dmn
from engine.errors import MarshrutError
from tests.engine.dmn.drawing import decide, decision, literal, model, table

VERSIONS = {
    "1.1": "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}


@pytest.mark.parametrize("namespace", VERSIONS.values(), ids=VERSIONS)
def test_all_versions_are_read(namespace: str):
    assert decide(model(decision("Р", literal("1")), namespace=namespace), "Р") == 1


def test_prefixes_do_not_matter():
    xml = f"""<dmn:definitions xmlns:dmn="{VERSIONS["1.3"]}" name="x" namespace="y">
      <!-- a comment --><?pi?>
      <dmn:decision id="d" name="Р">
        <dmn:literalExpression><dmn:text> 1 + 1 </dmn:text></dmn:literalExpression>
      </dmn:decision>
    </dmn:definitions>"""
    assert decide(xml.encode(), "Р") == 2


def test_a_table_as_a_camunda_modeler_writes_it():
    xml = f"""<?xml version="1.0" encoding="UTF-8"?>
    <definitions xmlns="{VERSIONS["1.3"]}" xmlns:camunda="http://camunda.org/schema/1.0/dmn" id="x" name="DRD"
        namespace="http://camunda.org/schema/1.0/dmn" exporter="Camunda Modeler" exporterVersion="5.0.0">
      <decision id="need" name="Нуждаемость" camunda:historyTimeToLive="180">
        <decisionTable id="t1">
          <input id="i1" label="Доход" camunda:inputVariable="доход">
            <inputExpression id="e1" typeRef="double"><text>доход</text></inputExpression>
          </input>
          <output id="o1" label="Решение" name="решение" typeRef="string"/>
          <rule id="r1">
            <description>мало</description>
            <inputEntry id="c1"><text>&lt; 10000</text></inputEntry>
            <outputEntry id="c2"><text>"да"</text></outputEntry>
          </rule>
          <rule id="r2">
            <inputEntry id="c3"><text></text></inputEntry>
            <outputEntry id="c4"><text>"нет"</text></outputEntry>
          </rule>
        </decisionTable>
      </decision>
    </definitions>"""
    loaded = dmn.load(xml.replace('id="t1"', 'id="t1" hitPolicy="FIRST"').encode())
    assert [loaded.decide("need", {"доход": income}) for income in (9000, 20000)] == ["да", "нет"]
    (trace,) = loaded.explain("need", {"доход": 9000}).tables
    assert trace.rows[0].note == "мало"
    assert loaded.inputs_of("need") == ("доход",)


def test_names_have_single_spaces():
    assert decide(model(decision("Первое \n решение", literal("1"))), "Первое решение") == 1


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (b"", "Файл решений испорчен: это не XML."),
        (b"<definitions>", "Файл решений испорчен: это не XML."),
        (b"<definitions/>", "Это не файл решений DMN."),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "Это не файл решений DMN."),
        (f'<decision xmlns="{VERSIONS["1.5"]}"/>'.encode(), "Это не файл решений DMN."),
        (
            b'<!DOCTYPE d [<!ENTITY e "x">]><d>&e;</d>',
            "В файле решений есть DOCTYPE, такие файлы не принимаются.",
        ),
        (
            f'<!DOCTYPE d SYSTEM "file:///etc/passwd"><definitions xmlns="{VERSIONS["1.5"]}"/>'.encode(),
            "В файле решений есть DOCTYPE, такие файлы не принимаются.",
        ),
        (b"x" * 10_000_001, "Файл решений больше 10 МБ."),
        (
            model(decision("Р", table(["а"], ["б"], [["1"]]))),
            "В строке таблицы не столько клеток, сколько столбцов.",
        ),
        (
            model(decision("Р", table(["а"], ["б"], [["1", "2"]], policy="BEST"))),
            "Неизвестный способ выбора строк таблицы: BEST.",
        ),
        (
            model(decision("Р", table(["а"], ["б"], [["1", "2"]], policy="COLLECT", aggregation="AVG"))),
            "Неизвестный способ выбора строк таблицы: COLLECT AVG.",
        ),
        (model("<decision/>"), "У части решения нет ни имени, ни обозначения (id)."),
        (
            model(decision("Р", "<list>" * 200 + literal("1") + "</list>" * 200)),
            "Части решения вложены слишком глубоко.",
        ),
    ],
)
def test_what_is_no_file_of_decisions_is_refused_in_words(xml: bytes, message: str):
    with pytest.raises(dmn.DmnError) as caught:
        dmn.load(xml)
    assert caught.value.message == message
    assert isinstance(caught.value, MarshrutError)


def test_entities_that_grow_are_not_expanded():
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<!DOCTYPE d [<!ENTITY e0 "x">{bomb}]><d>&e9;</d>'
    with pytest.raises(dmn.DmnError):
        dmn.load(xml.encode())
