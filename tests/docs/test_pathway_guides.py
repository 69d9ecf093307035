"""The README beside each pathway names what its diagram is made of: a methodologist looks there first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.processes.shipped import PROCESSES, camunda, drawing, properties

PATHWAYS = sorted(path.name for path in PROCESSES.iterdir() if (path / "README.ru.md").exists())


def guide(pathway: str) -> str:
    return (PROCESSES / pathway / "README.ru.md").read_text(encoding="utf-8")


def keys_held(pathway: str, *names: str) -> set[str]:
    """Keys such as T14 and D20 that the elements of the diagram hold in these properties."""
    held = [properties(node) for node in drawing(pathway).nodes.values()]
    texts = [each.get(name, "") for each in held for name in names]
    return set(re.findall(r"\b[TD]\d+[a-z]?\b", " ".join(texts)))


def unnamed(pathway: str, keys: set[str]) -> list[str]:
    text = guide(pathway)
    return sorted(key for key in keys if not re.search(rf"(?<![\w.-]){re.escape(key)}(?!\w)", text))


def test_every_pathway_has_a_guide():
    assert sorted(path.parent.name for path in PROCESSES.glob("*/*.bpmn")) == PATHWAYS


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_a_guide_names_the_roles_that_act(pathway):
    groups = [camunda(node, "candidateGroups") for node in drawing(pathway).nodes.values()]
    assert unnamed(pathway, set(re.findall(r"R\d\d", " ".join(groups)))) == []


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_a_guide_names_terms_and_documents(pathway):
    assert unnamed(pathway, keys_held(pathway, "norm", "startTerms", "document")) == []


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_a_guide_names_the_decisions_the_called_pathways_and_the_messages(pathway):
    source = (PROCESSES / pathway / f"{pathway}.bpmn").read_text(encoding="utf-8")
    named = re.findall(r'(?:decisionRef|calledElement)="([^"=]+)"', source)
    named += re.findall(r'<bpmn:message [^>]*name="([^"]+)"', source)
    assert unnamed(pathway, set(named)) == []


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_a_guide_says_what_each_scenario_is_about(pathway):
    scenarios: list[Path] = list((PROCESSES / pathway / "scenarios").glob("*.yaml"))
    assert unnamed(pathway, {path.stem for path in scenarios}) == []
