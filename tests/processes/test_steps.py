"""What a step of a shipped pathway says of itself: who, with which form, by which norm, what it makes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import etree

from engine import bpmn
from engine.definitions.shipped import CHECKS
from tests.processes.shipped import (
    BPMN,
    camunda,
    decisions,
    drawing,
    drawings,
    forms,
    listed,
    names_of_drawings,
    norms,
    properties,
    roles,
    tag,
)

DOCUMENTS = {
    "p01_ut_register": ["D01"],
    "p01_ut_consent": ["D02"],
    "p01_ut_diagnostics": ["D03"],
    "p01_ut_examine_home": ["D21"],
    "p01_ut_confirm_route": ["D04"],
    "p01_ut_consult": ["D05"],
    "p01_ut_forward": ["D06"],
    "p01_ut_inform": ["D07"],
    "p02_ut_take_call": ["D10"],
    "p02_ut_alarm": ["D11"],
    "p02_ut_decide": ["D12"],
    "p02_ut_give": ["D13"],
    "p02_ut_give_now": ["D13"],
    "p02_ut_shelter": ["D13"],
    "p02_ut_material": ["D14"],
    "p03_ut_application": ["D20", "D02"],
    "p03_ut_examine": ["D21"],
    "p03_ut_questionnaire": ["D22"],
    "p03_ut_agree_tasks": ["D23"],
    "p03_ut_draft": ["D24"],
    "p03_ie_recognised": ["D25"],
    "p03_ut_refuse": ["D26"],
    "p03_ut_finish_ippsu": ["D27"],
    "p03_ut_refusal": ["D28"],
    "p04_commission_ut_agenda": ["D30"],
    "p04_commission_ut_protocol": ["D31"],
    "p04_poll_ut_list": ["D35"],
    "p04_poll_ut_protocol": ["D36"],
    "p04_item_rt_decision": ["D33"],
    "p07_st_verify": ["D60"],
    "p05_ut_team": ["D40"],
    "p05_work_ut_plan": ["D41"],
    "p05_work_ie_reports": ["D42"],
    "p05_work_ut_review": ["D43"],
    "p05_work_ut_close_check": ["D44"],
    "p05_ie_closed": ["D45"],
    "p08_ut_signal": ["D70"],
    "p08_register_ut_notify": ["D71"],
    "p08_register_ut_plan": ["D72"],
    "p08_prevention_ie_reports": ["D73"],
    "p08_prevention_ut_assess": ["D74"],
    "p08_register_st_leave": ["D75"],
    "p09_st_approve": ["D80", "D81"],
    "p10_st_ready": ["D85"],
    "p10_ut_act": ["D86"],
    "p23_ut_notify_ministry": ["D140"],
}
"""Documents that the catalogue of pathways names, by the element that makes them."""

VERB = re.compile(r"\w+(ть|ти|чь)(ся)?\b")

every_drawing = pytest.mark.parametrize("process", names_of_drawings())


def user_tasks(process: str) -> list[Any]:
    return drawing(process).of_kind("userTask")


def test_there_are_pathways_to_look_at():
    assert {"p03_need_ippsu", "p04_item", "p04_commission"} <= set(names_of_drawings())


@every_drawing
def test_the_checks_of_the_product_have_nothing_to_say(process):
    topics = {camunda(node, "topic") for found in drawings() for node in found.of_kind("serviceTask")}
    known = bpmn.Known(
        roles=frozenset(roles()),
        processes=frozenset(names_of_drawings()),
        decisions=decisions(),
        forms=frozenset(forms()),
        norms=norms(),
        topics=frozenset(topics),
        checks=CHECKS,
    )
    path = drawing(process).path
    assert bpmn.check(path.read_bytes(), name=path.name, known=known) == []


@every_drawing
def test_the_file_lies_in_the_folder_of_its_process(process):
    path = drawing(process).path
    assert (path.stem, path.parent.name) == (process, process)


@every_drawing
def test_ids_carry_the_code_of_the_process(process):
    found = drawing(process)
    code = process.split("_")[0]
    assert [
        name for name in (*found.nodes, *found.flows, *found.lanes) if not name.startswith(f"{code}_")
    ] == []


OPENED_BY_MANY = {"p04_question", "p07_entry"}
"""Pathways whose cases belong to whoever opened them, not to a role."""


@every_drawing
def test_a_pathway_that_opens_cases_has_a_code_for_their_numbers_and_an_owner(process):
    given = properties(drawing(process).process)
    assert given["title"]
    if "number" in given:
        assert re.fullmatch(r"[А-Я]{2}", given["number"])
        assert process in OPENED_BY_MANY or set(listed(given["owner"])) <= set(roles())


@every_drawing
def test_a_pathway_about_people_names_the_law_by_which_it_processes_their_data(process):
    given = properties(drawing(process).process)
    if "number" in given and given.get("subject") != "none":
        assert re.search(r"\d+-ФЗ, ст\. \d+", given["dataGround"])


@every_drawing
def test_every_step_names_known_roles(process):
    unknown = {
        task.get("id"): camunda(task, "candidateGroups")
        for task in user_tasks(process)
        if not listed(camunda(task, "candidateGroups"))
        or not set(listed(camunda(task, "candidateGroups"))) <= roles().keys()
    }
    assert unknown == {}


@every_drawing
def test_every_step_has_a_form_that_exists(process):
    missing = {
        t.get("id"): camunda(t, "formRef")
        for t in user_tasks(process)
        if camunda(t, "formRef") not in forms()
    }
    assert missing == {}


@every_drawing
def test_every_step_is_due_by_a_norm_or_by_a_date_with_its_ground(process):
    for task in user_tasks(process):
        given = properties(task)
        by_norm = given.get("norm") in norms()
        assert by_norm or (camunda(task, "dueDate") and given.get("ground")), task.get("id")


@every_drawing
def test_every_step_shows_its_ground_its_time_and_what_to_do(process):
    for task in user_tasks(process):
        given = properties(task)
        assert given.get("ground"), task.get("id")
        assert int(given["minutes"]) > 0, task.get("id")
        assert task.findtext(BPMN + "documentation"), task.get("id")


def test_documents_are_those_of_the_catalogue():
    made = {
        name: listed(properties(node)["document"])
        for found in drawings()
        for name, node in found.nodes.items()
        if "document" in properties(node)
    }
    assert {name: made.get(name) for name in DOCUMENTS} == DOCUMENTS


@every_drawing
def test_steps_are_called_by_what_is_done(process):
    tasks = drawing(process).of_kind("userTask", "serviceTask", "businessRuleTask", "sendTask", "receiveTask")
    assert [task.get("name") for task in tasks if not VERB.match(task.get("name", ""))] == []


@every_drawing
def test_a_title_of_one_of_several_steps_has_one_colon(process):
    """The product writes «шаг: который из них»."""
    parts = [*drawing(process).nodes.values()]
    items = {node.get("id"): properties(node).get("item", "") for node in parts}
    assert {name: item for name, item in items.items() if ":" in item} == {}
    assert [node.get("name") for node in parts if tag(node) == "userTask" and ":" in node.get("name")] == []


@every_drawing
def test_decisions_and_called_pathways_exist(process):
    found = drawing(process)
    asked = {camunda(task, "decisionRef") for task in found.of_kind("businessRuleTask")}
    called = {task.get("calledElement") for task in found.of_kind("callActivity")}
    assert asked <= decisions()
    assert called <= set(names_of_drawings())


@every_drawing
def test_messages_are_defined(process):
    found = drawing(process)
    defined = {message.get("id") for message in found.root.findall(BPMN + "message")}
    used = {node.get("messageRef") for node in found.process.iter() if node.get("messageRef")}
    assert used == defined


def terms_of(name: str) -> set[str]:
    return {
        key
        for found in drawings()
        for node in found.nodes.values()
        for key in listed(properties(node).get(name))
    }


def test_terms_are_norms_and_what_begins_also_ends():
    assert terms_of("startTerms") <= norms()
    assert terms_of("startTerms") == terms_of("endTerms")


def test_a_timer_follows_only_a_term_that_somebody_starts():
    text = "".join(found.path.read_text(encoding="utf-8") for found in drawings())
    followed = set(re.findall(r'=term\("([^"]+)"\)', text))
    assert followed <= terms_of("startTerms")
    assert {"T15", "T18"} <= followed


def test_an_overdue_programme_comes_before_the_head_of_department_and_stops_nothing():
    nodes = drawing("p03_need_ippsu").nodes
    start = nodes["p03_se_overdue"]
    assert start.get("isInterrupting") == "false"
    assert 'term("T15")' in etree.tostring(start, encoding="unicode")
    assert camunda(nodes["p03_ut_overdue"], "candidateGroups") == "R07"
