"""«Проиграть сценарии»: what the scenarios of a pathway say of a version that nobody has published."""

from __future__ import annotations

from engine.resources import forms_dir, processes_dir
from tests.webui.test_workshop import catalogue, drawn, good, upload
from webui import trials


def shipped(name: str) -> bytes:
    return (processes_dir() / name / f"{name}.bpmn").read_bytes()


def sent_up(methodologist, diagram: bytes) -> str:
    """The address of the gate before which the pathway of a question waits, with the form of its step."""
    form = (forms_dir() / "F37.form").read_bytes()
    return str(upload(methodologist, ("p04_item.bpmn", diagram), ("F37.form", form)).location)


def test_the_scenarios_of_a_pathway_are_played_on_the_uploaded_version(visit, rt):
    methodologist = visit("R25")
    before = catalogue(rt)
    gate = sent_up(methodologist, shipped("p04_item"))
    page = methodologist.get(methodologist.get(gate).link("Проиграть сценарии"))
    assert page.words.count("прошёл") == 2
    assert "не прошёл" not in page.words
    assert catalogue(rt) == before


def test_a_version_that_breaks_a_scenario_is_told_so_with_its_step(visit):
    changed = shipped("p04_item").replace(b'camunda:candidateGroups="R10"', b'camunda:candidateGroups="R11"')
    changed = changed.replace(
        b'attachedToRef="p04_item_rt_decision" cancelActivity="false"',
        b'attachedToRef="p04_item_rt_decision"',
    )
    methodologist = visit("R25")
    gate = sent_up(methodologist, changed)
    page = methodologist.get(f"{gate}/scenarios")
    assert "не прошёл Внеочередное заседание" in page.words
    assert "шаг 6" in page.words


def test_a_pathway_without_scenarios_says_so(visit):
    methodologist = visit("R25")
    gate = upload(methodologist, ("small.bpmn", good())).location
    assert "нет сценариев" in methodologist.get(f"{gate}/scenarios").words


def test_files_with_errors_are_not_played(visit):
    methodologist = visit("R25")
    gate = upload(methodologist, ("small.bpmn", drawn("small", 'targetRef="nowhere"'))).location
    assert "Проиграть сценарии" not in methodologist.get(gate).words
    assert "сначала исправьте ошибки" in methodologist.get(f"{gate}/scenarios").words


def test_what_does_not_fit_into_the_time_is_counted(visit, monkeypatch):
    monkeypatch.setattr(trials, "SECONDS", -1.0)
    methodologist = visit("R25")
    gate = sent_up(methodologist, shipped("p04_item"))
    assert "не сыграно: 2" in methodologist.get(f"{gate}/scenarios").words
