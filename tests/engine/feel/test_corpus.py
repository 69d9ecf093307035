"""Expressions over every construct of FEEL, each with the value that the standard gives it.

They are asked of the JavaScript library feelin too where FEELIN_DIR names it as npm installs it
(`npm install feelin@8.2.0` in a folder of one's own, then FEELIN_DIR=…/node_modules/feelin): each difference
is known and decided in the corpus.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine import feel
from engine.feel.lexer import quote
from engine.feel.names import is_plain
from tests.guards.tree import ROOT

FEELIN = os.environ.get("FEELIN_DIR", "")
CORPUS: dict[str, list[dict[str, Any]]] = yaml.safe_load((ROOT / "tests/data/feel_corpus.yaml").read_text())
CASES = [case for cases in CORPUS.values() for case in cases]
QUESTION = ("ask", "test", "of", "with")

_AT = {"date", "time", "date and time", "days and time duration", "years and months duration"}


def written(value: Any) -> str:
    """A value as it would be written in FEEL."""
    kind = feel.kind_of(value)
    if kind == "string":
        return quote(value)
    if kind in _AT:
        return f'@"{feel.to_text(value)}"'
    if kind == "list":
        return f"[{', '.join(map(written, value))}]"
    if kind == "context":
        keys = {name: name if is_plain(name) else quote(name) for name in value}
        return "{" + ", ".join(f"{keys[name]}: {written(inner)}" for name, inner in value.items()) + "}"
    return feel.to_text(value)


def answer(case: dict[str, Any]) -> str:
    names = {name: feel.evaluate(text) for name, text in case.get("with", {}).items()}
    try:
        if "ask" in case:
            return written(feel.evaluate(case["ask"], names))
        return written(feel.unary(case["test"], feel.evaluate(case["of"]), names))
    except feel.FeelError:
        return "error"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.get("ask") or case["test"])
def test_the_answer_is_that_of_the_standard(case: dict[str, Any]) -> None:
    assert answer(case) == case["is"]


def test_the_corpus_is_well_formed() -> None:
    asked = Counter(json.dumps([case.get(key) for key in QUESTION]) for case in CASES)
    assert [question for question, times in asked.items() if times > 1] == []
    assert [
        case
        for case in CASES
        if set(case) - {*QUESTION, "is", "feelin", "sides", "because"}
        or ("feelin" in case) != ("because" in case)
        or case.get("sides", "us") not in ("us", "feelin", "nobody")
        or case.get("feelin") == case["is"]
    ] == []


@pytest.mark.skipif(not FEELIN, reason="FEELIN_DIR does not name the installed package")
def test_every_difference_to_feelin_is_known() -> None:
    asked = [{key: case[key] for key in QUESTION if key in case} for case in CASES]
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("feelin.mjs"))],
        input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    answers = json.loads(done.stdout)
    assert [
        (case.get("ask") or case["test"], theirs)
        for case, theirs in zip(CASES, answers, strict=True)
        if theirs != case.get("feelin", case["is"])
    ] == []
