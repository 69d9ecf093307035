"""The scenarios beside the pathways: written by the contract of `marshrut try`, about steps that exist."""

from __future__ import annotations

import pytest

from tests.processes.shipped import (
    BPMN,
    PROCESSES,
    camunda,
    drawing,
    drawings,
    names_of_drawings,
    scenario_files,
    scenarios,
)

HEAD = {"name", "at", "process", "start", "forms", "with", "steps"}
ACTIONS = {
    "complete", "advance", "until", "message", "signal", "service", "set", "error", "incident", "retry",
}  # fmt: skip
DETAILS = {"with", "index", "to", "error", "forms"}
CHECKS = {"tasks", "expect", "due", "escalated", "ended", "sent"}

every_file = pytest.mark.parametrize(
    "path", scenario_files(), ids=lambda path: f"{path.parts[-3]}/{path.stem}"
)

NODES = {name for found in drawings() for name in found.nodes}


@pytest.mark.parametrize("process", names_of_drawings())
def test_every_pathway_is_tried(process):
    assert list((PROCESSES / process / "scenarios").glob("*.yaml"))


@every_file
def test_a_scenario_is_written_by_the_contract(path):
    for scenario in scenarios(path):
        assert scenario.keys() <= HEAD
        assert scenario["process"] == path.parts[-3]
        assert scenario["name"]
        for step in scenario["steps"]:
            assert step.keys() <= ACTIONS | DETAILS | CHECKS, step
            assert len(step.keys() & ACTIONS) <= 1, step


@every_file
def test_a_scenario_speaks_of_steps_that_exist(path):
    for scenario in scenarios(path):
        assert scenario.get("start") in NODES | {None}
        for step in scenario["steps"]:
            named = {step.get("complete"), *step.get("tasks", []), *step.get("due", {})} - {None}
            if isinstance(step.get("ended"), str):
                named.add(step["ended"])
            assert named <= NODES, step


@every_file
def test_messages_and_operations_of_a_scenario_are_those_of_the_diagrams(path):
    messages = {
        sent.get("name")
        for found in drawings()
        for kind in ("message", "signal")
        for sent in found.root.findall(BPMN + kind)
    }
    topics = {camunda(node, "topic") for found in drawings() for node in found.of_kind("serviceTask")}
    for scenario in scenarios(path):
        for step in scenario["steps"]:
            assert {step.get("message"), *step.get("sent", [])} - {None} <= messages, step
            assert {step.get("service")} - {None} <= topics, step


def test_every_step_of_a_person_is_done_in_some_scenario():
    done = {
        step.get("complete") for path in scenario_files() for one in scenarios(path) for step in one["steps"]
    }
    people = {task.get("id") for name in names_of_drawings() for task in drawing(name).of_kind("userTask")}
    assert people - done == set()


def test_every_end_of_a_case_is_reached_in_some_scenario():
    reached = {
        step.get("ended") for path in scenario_files() for one in scenarios(path) for step in one["steps"]
    }
    assert {
        "p01_ee_informed", "p01_ee_helped", "p01_ee_withdrawn", "p02_ee_helped",
        "p23_ee_done", "p23_ee_heard", "p23_ee_helped",
        "p03_ee_refused", "p03_ee_services_refused", "p03_ee_new_case", "p03_ee_done", "p03_ee_withdrawn",
        "p04_item_ee_decided", "p04_commission_ee_closed", "p04_commission_ee_cancelled",
        "p04_poll_ee_closed", "p04_poll_ee_cancelled", "p04_question_ee_done", "p10_ee_done", "p10_ee_nobody",
        "p07_ee_done", "p07_ee_empty", "p07_sheet_ee_done", "p07_entry_ee_done", "p07_entry_ee_refused",
        "p08_ee_off", "p08_ee_support", "p08_ee_not_confirmed", "p08_register_ee_off",
        "p08_register_ee_refused", "p08_register_ee_extra", "p08_prevention_ee_off", "p09_ee_year",
    } <= reached  # fmt: skip
