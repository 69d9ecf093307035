"""«Пути»: what is published, and the gate: every finding shown, nothing changed before somebody publishes."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from engine.access.actors import load_actor
from engine.definitions.files import MAX_BYTES, Upload
from engine.definitions.tables import definition, release
from engine.runtime import Runtime
from tests.engine.definitions.test_hostile import HOSTILE as FOR_THE_SERVICE
from tests.factories.cases import (
    HEAD,
    chain,
    complete,
    open_case,
    open_nodes,
    publish_files,
    user_task,
)
from tests.webui.workplace import LETTER, field, form

BPMN = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'


def good() -> bytes:
    return chain("small", user_task("a"), user_task("b")).content


def catalogue(rt: Runtime) -> list[int]:
    """How many definitions and releases there are."""
    with rt.database.read() as conn:
        return [
            conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (definition, release)
        ]


def drawn(key: str, target: str) -> bytes:
    """A diagram of a start and an end, with an arrow from one to what `target` says."""
    return (
        f'<definitions {BPMN} xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
        ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" targetNamespace="demo">'
        f'<process id="{key}" isExecutable="true"><startEvent id="begin"/><endEvent id="end"/>'
        f'<sequenceFlow id="flow" sourceRef="begin" {target}/></process>'
        f'<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="{key}">'
        + "".join(
            f'<bpmndi:BPMNShape bpmnElement="{node}"><dc:Bounds x="{x}" y="0" width="36" height="36"/>'
            "</bpmndi:BPMNShape>"
            for node, x in (("begin", 0), ("end", 99))
        )
        + "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"
    ).encode()


def upload(visitor, *files, status=303):
    sent = {"files": [(BytesIO(content), name) for name, content in files]}
    return visitor.post("/workshop/upload", sent, status=status)


def test_the_newest_version_of_everything_is_listed(visit):
    words = visit("R05").get("/workshop").words
    assert "Путь help" in words
    assert "Загрузить новую версию" not in words
    assert "Загрузить новую версию" in visit("R25").get("/workshop").words


def test_a_form_is_called_by_the_steps_that_ask_it(visit):
    assert visit("R05").get("/workshop/form/check").h1.get_text().startswith("Проверить")


def test_a_published_file_is_given_back_byte_for_byte(visit, rt):
    with rt.database.read() as conn:
        row = conn.execute(select(definition).where(definition.c.kind == "docx")).first()
    answer = visit("R05").download(f"/definitions/{row.id}?download=1")
    assert answer.data == LETTER
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "address",
    [
        "/workshop/bpmn/none",
        "/workshop/none/help",
        "/definitions/999999",
        "/diagrams/1/none",
        "/diagrams/99/help",
    ],
)
def test_what_is_not_published_is_not_found(address, visit):
    visit("R05").get(address, status=404)


def test_a_good_file_is_checked_then_published(visit, rt):
    methodologist = visit("R25")
    gate = upload(methodologist, ("small.bpmn", good())).location
    before = catalogue(rt)
    page = methodologist.get(gate)
    assert "1 файл" in page.words.replace("\u00a0", " ")
    assert "0 ошибок" in page.words.replace("\u00a0", " ")
    assert catalogue(rt) == before
    done = methodologist.page_after(f"{gate}/publish", {"note": "Первая версия", "read": "1"})
    assert "Опубликовано: 1" in done.words
    assert catalogue(rt) == [before[0] + 1, before[1] + 1]
    methodologist.get(gate, status=404)


def test_the_gate_says_what_changes_and_which_cases_are_on_their_way(visit):
    methodologist = visit("R25")
    changed = form("check", field("итог", "Итог", "textarea"), field("довод", "Почему"))
    gate = upload(methodologist, (changed.name, changed.content)).location
    page = methodologist.get(gate)
    words = page.words.replace("\u00a0", " ")
    assert "1 изменение" in words
    assert "версия 1 → 2" in words
    assert "Почему" in page.select_one("#changes").get_text()
    assert "2 дела в пути" in words
    assert "на версии 1: 2" in page.select_one("#running").get_text()


def test_the_gate_counts_the_cases_that_could_go_over_and_tells_each(visit, rt, office):
    """Of two cases one stands at a step that the new version no longer has."""
    publish_files(rt, chain("small", user_task("a"), user_task("b")))
    clerk = load_actor(rt, office.role["R05"])
    first, stays = open_case(rt, clerk, "small"), open_case(rt, clerk, "small")
    complete(rt, clerk, "a")
    methodologist, before = visit("R25"), catalogue(rt)
    newer = chain("small", user_task("b"), user_task("c")).content
    gate = upload(methodologist, ("small.bpmn", newer)).location
    page = methodologist.get(gate)
    assert "перевести можно 1, подождут 0, нельзя 1" in page.select_one("#running").get_text()
    link = page.find("a", string="Что скажет каждое дело")["href"]
    rows = [row.get_text(" ", strip=True) for row in methodologist.get(link).select("tbody tr")]
    assert [(str(first.number) in row, "переводится" in row) for row in rows] == [
        (True, True),
        (False, False),
    ]
    assert str(stays.number) in rows[1]
    assert "нельзя" in rows[1]
    assert catalogue(rt) == before
    assert open_nodes(rt).count("a") == 1


def test_files_with_errors_are_asked_of_no_case(visit):
    methodologist = visit("R25")
    broken = form("check", field("итог", "Итог", "textarea"), field("итог", "Снова", "nonsense"))
    gate = upload(methodologist, (broken.name, broken.content)).location
    assert "сначала исправьте ошибки" in methodologist.get(f"{gate}/cases").words


def test_files_that_nobody_s_case_uses_touch_no_case(visit):
    methodologist = visit("R25")
    page = methodologist.get(upload(methodologist, ("small.bpmn", good())).location)
    assert "0 дел в пути" in page.words.replace("\u00a0", " ")
    assert page.select_one("#running") is None


def test_what_is_published_already_changes_nothing(visit):
    methodologist = visit("R25")
    page = methodologist.get(upload(methodologist, ("D25.docx", LETTER)).location)
    assert "Эти файлы уже опубликованы" in page.words


def test_what_waits_at_the_gate_can_be_drawn(visit):
    methodologist = visit("R25")
    gate = upload(methodologist, ("small.bpmn", good())).location
    drawing = methodologist.get(gate).select_one("[data-diagram]")["data-diagram"]
    assert methodologist.download(drawing).data == good()
    methodologist.get(f"{gate}/7", status=404)


def test_warnings_are_read_before_publishing(visit, rt):
    methodologist = visit("R25")
    lonely = chain("small", user_task("a", role="R99"), user_task("b")).content
    gate = upload(methodologist, ("small.bpmn", lonely)).location
    before = catalogue(rt)
    answer = methodologist.post(f"{gate}/publish", {"note": "кое-что"}, status=422)
    assert "Прочтите замечания" in answer.text
    assert "кое-что" in answer.text
    assert catalogue(rt) == before


def test_errors_forbid_publishing_and_say_where_and_what_to_do(visit, rt):
    methodologist = visit("R25")
    broken = good().replace(b'targetRef="b"', b'targetRef="nowhere"')
    gate = upload(methodologist, ("small.bpmn", broken)).location
    before = catalogue(rt)
    page = methodologist.get(gate)
    assert page.select(".finding-error")
    assert "Опубликовать нельзя" in page.words
    methodologist.post(f"{gate}/publish", {"read": "1"}, status=422)
    assert catalogue(rt) == before
    methodologist.post(f"{gate}/drop")
    methodologist.get(gate, status=404)


def test_what_was_uploaded_and_left_is_found_on_the_page_of_pathways(visit, office):
    """The browser dies between the check and the decision: the address of the check is nowhere else."""
    assert "Загружено и не опубликовано" not in visit("R25").get("/workshop").words
    gate = upload(visit("R25"), ("small.bpmn", good())).location
    page = visit("R25").get("/workshop")
    assert page.link("small.bpmn") == page.link("К проверке") == gate
    assert "Загружено и не опубликовано" not in visit("R05").get("/workshop").words
    visit("R25").post(f"{gate}/drop")
    assert "Загружено и не опубликовано" not in visit("R25").get("/workshop").words


def test_nothing_chosen_is_told_at_the_field(visit):
    answer = visit("R25").post("/workshop/upload", status=422)
    assert "Выберите один или несколько файлов" in answer.text


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha">'
    + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (str(n - 1).encode() if n else b"") * 10) for n in range(10)
    )
    + b"]>"
)
XINCLUDE = (
    f'<definitions {BPMN} xmlns:xi="http://www.w3.org/2001/XInclude">'
    '<xi:include href="file:///etc/passwd" parse="text"/></definitions>'
).encode()

HOSTILE = {
    "DOCTYPE": ("x.bpmn", DOCTYPE + f"<definitions {BPMN}>&e;</definitions>".encode()),
    "entity bomb": ("x.bpmn", BOMB + f"<definitions {BPMN}>&a9;</definitions>".encode()),
    "XInclude": ("x.bpmn", XINCLUDE),
    "deep nesting": (
        "x.bpmn",
        f"<definitions {BPMN}>".encode() + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</definitions>",
    ),
    "deep form": ("x.form", b'{"type":"default","id":"x","components":' + b"[" * 5_000 + b"]" * 5_000 + b"}"),
    "wrong encoding": (
        "x.bpmn",
        b'<?xml version="1.0" encoding="UTF-8"?>' + HEAD.encode() + "Путь".encode("cp1251"),
    ),
    "empty": ("x.bpmn", b""),
    "30 MB": ("x.bpmn", b" " * 30_000_000),
    "larger than a definition": ("x.bpmn", b" " * (MAX_BYTES + 1)),
    "no XML": ("x.dmn", b"\x00\x01\x02"),
    "a program": ("x.exe", b"MZ"),
    "a name of another folder": ("../../etc/x.bpmn", b"<a/>"),
    "a template with code": ("x.docx", b"PK\x03\x04{{ self.__init__ }}"),
    **{kind: (file.name, file.content) for kind, file in FOR_THE_SERVICE.items()},
}
"""What the service is tested with comes through the page too."""


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_answered_with_findings_and_changes_nothing(what, visit, rt):
    name, content = HOSTILE[what]
    methodologist = visit("R25")
    before = catalogue(rt)
    if len(content) > 25_000_000:
        upload(methodologist, (name, content), status=413)
        assert catalogue(rt) == before
        return
    gate = upload(methodologist, (name, content)).location
    page = methodologist.get(gate)
    assert page.select(".finding-error")
    assert "root:" not in page.words
    assert ".." not in page.select_one(".card-title").get_text()
    methodologist.post(f"{gate}/publish", {"read": "1"}, status=422)
    assert catalogue(rt) == before


def test_names_in_a_file_stay_words_on_the_page(visit):
    methodologist = visit("R25")
    file = form("x", field("a", "<script>alert(1)</script>", kind="nonsense"))
    gate = upload(methodologist, ("<b>x</b>.form", file.content)).location
    page = methodologist.get(gate)
    assert page.find("script", string="alert(1)") is None
    assert page.find("b", string="x") is None


def test_a_refused_diagram_is_drawn_with_its_faults_where_it_can_be(visit):
    """An arrow to nowhere: the file can't be read, its drawing can."""
    methodologist = visit("R25")
    broken = drawn("small", 'targetRef="nowhere"')
    page = methodologist.get(upload(methodologist, ("small.bpmn", broken)).location)
    drawing = page.select_one("[data-diagram]")
    assert methodologist.download(drawing["data-diagram"]).data == broken
    assert "flow" in json.loads(drawing.select_one("script").get_text())["removed"]
    cut = upload(methodologist, ("small.bpmn", broken[:-20])).location
    assert methodologist.get(cut).select_one("[data-diagram]") is None


DECISION = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="Мера" namespace="n">'
    '<decision id="mera" name="Мера"><variable name="Мера"/><decisionTable id="t">'
    '<input id="i" label="Доход"><inputExpression id="ie"><text>доход</text></inputExpression></input>'
    '<output id="o" name="Мера"/>'
    '<rule id="good"><inputEntry id="g1"><text>&lt; 5</text></inputEntry>'
    '<outputEntry id="g2"><text>"да"</text></outputEntry></rule>'
    '<rule id="bad"><inputEntry id="b1"><text>%s</text></inputEntry>'
    '<outputEntry id="b2"><text>"нет"</text></outputEntry>%s</rule>'
    "</decisionTable></decision></definitions>"
)


@pytest.mark.parametrize(
    ("cell", "more", "marked"),
    [
        ("&gt;= (", "", "b1"),
        ("&gt;= 5", '<outputEntry id="b3"><text>1</text></outputEntry>', "bad"),
    ],
    ids=["a cell that is no FEEL", "a row with a cell too many"],
)
def test_a_refused_decision_is_drawn_with_its_faulty_cells(cell, more, marked, visit):
    methodologist = visit("R25")
    broken = (DECISION % (cell, more)).encode()
    page = methodologist.get(upload(methodologist, ("mera.dmn", broken)).location)
    drawing = page.select_one("[data-diagram]")
    assert methodologist.download(drawing["data-diagram"]).data == broken
    assert json.loads(drawing.select_one("script").get_text())["removed"] == [marked]
    link = page.select_one(f'[data-show-element="{marked}"]')
    assert link["href"] == f"#{drawing['id']}"


def test_of_a_changed_decision_the_rows_that_changed_are_marked(visit, rt):
    publish_files(rt, Upload("mera.dmn", (DECISION % ("&gt;= 5", "")).encode()))
    methodologist = visit("R25")
    changed = (DECISION % ("&gt;= 6", "")).encode()
    page = methodologist.get(upload(methodologist, ("mera.dmn", changed)).location)
    assert json.loads(page.select_one("[data-diagram-marks]").get_text())["changed"] == ["bad"]


def test_the_words_of_a_template_are_changed_in_the_browser_and_go_through_the_gate(visit, rt):
    methodologist = visit("R25")
    assert "Изменить слова" not in visit("R05").get("/workshop/docx/D25").words
    page = methodologist.get("/workshop/docx/D25/edit")
    sent = {area["name"]: area.get_text().lstrip("\n") for area in page.select("textarea.doc-text")}
    name = next(name for name, text in sent.items() if "цель" in text)
    gate = methodologist.post(
        "/workshop/docx/D25/edit", {**sent, name: "Задача: {{ заявитель.имяя }}"}
    ).location
    assert "«заявитель.имяя» ничего не покажет" in methodologist.get(gate).words
    gate = methodologist.post("/workshop/docx/D25/edit", {**sent, name: "Задача: {{ цель }}"}).location
    shown = methodologist.download(f"{gate}/0/names").data
    assert "Задача: ‹цель›" in PdfReader(BytesIO(shown)).pages[0].extract_text()
    refused = methodologist.post(f"{gate}/0/case", {"case": "нет-такого"}, status=422)
    assert "Дела № нет-такого нет" in refused.text
    before = catalogue(rt)
    methodologist.post(f"{gate}/publish")
    assert catalogue(rt) == [count + 1 for count in before]


def test_a_blank_is_printed_by_everybody(visit):
    blank = visit("R05").download("/workshop/docx/D25/blank").data
    assert "____________" in PdfReader(BytesIO(blank)).pages[0].extract_text()
