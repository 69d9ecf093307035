"""How fast expressions and decisions are, and what the greediest expressions cost.

    .venv/bin/python -m benchmarks.feel [--json]

With FEELIN_DIR (see tests/engine/feel/test_corpus.py) the same condition is asked of the JavaScript library
feelin right after. Processor time is counted, so that other programs disturb little. Figures of two machines,
or of two hours of a busy one, are not comparable; the ratio is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from engine import dmn, feel

ROOT = Path(__file__).resolve().parent.parent
CONDITION = "доход < 10000 and возраст >= 18"
DATA = {"доход": 9000, "возраст": 34}

DOUBLING = ", ".join(f"x{n}: [x{n - 1}, x{n - 1}]" for n in range(1, 41))
GREEDY = {
    "a sum of 20,000 terms": "1" + " + 1" * 20_000,
    "a sum of 12,000 terms": "+".join(["1"] * 12_000),
    "5,000 brackets": "(" * 5000 + "1" + ")" * 5000,
    "a list doubled 40 times": f"{{x0: [1], {DOUBLING}}}",
    "the text of such a list": f"{{x0: [1], {DOUBLING}, r: string(x40)}}.r",
    "concatenate, doubled": "for i in 1..40 return if i = 1 then [1] else concatenate(partial, partial)",
    "a huge exponent": "10 ** 999999999 ** 999999999",
    "a number of a huge exponent": "1e999999999",
    "a power in a loop": "for i in 1..100000 return 1.000001 ** i * 1.3 ** 0.37",
    "a huge range": "for i in 1..100000000000 return i",
    "a huge range, searched": "some i in 1..100000000000 satisfies i < 0",
    "ranges in ranges": "for i in 1..10000, j in 1..10000, k in 1..10000 return i",
    "endless recursion": "{f: function(n) f(n + 1), r: f(0)}.r",
    "branching recursion": "{f: function(n) if n < 2 then n else f(n - 1) + f(n - 2), r: f(60)}.r",
    "matches, (a+)+$": f'matches("{"a" * 20_000}!", "(a+)+$")',
    "matches, (a|aa)+$": f'matches("{"a" * 20_000}!", "(a|aa)+$")',
    "replace, (a*)*b": f'replace("{"a" * 20_000}", "(a*)*b", "x")',
    "replace a letter by a text": f'replace("{"a" * 20_000}", "a", "{"b" * 20_000}")',
    "split, (.*)*": f'split("{"ab," * 6000}", "(.*)*,")',
    "nested repetition": 'matches("aaaaaaaaaaaaaaaa", "((a{0,99}){0,99}){0,99}b")',
    "string join, doubled": 'for i in 1..60 return if i = 1 then "a" else string join(partial)',
    "sort of a million": "count(sort(for i in 1..1000000 return -i))",
    "distinct values of lists": "distinct values(for i in 1..20000 return [i])",
}


def rate(once: Callable[[], object], rounds: int = 5, seconds: float = 0.4) -> float:
    """Runs a second of processor time, the best round."""
    best = 0.0
    for _ in range(rounds):
        count, begun = 0, time.process_time()
        while (spent := time.process_time() - begun) < seconds:
            for _ in range(50):
                once()
            count += 50
        best = max(best, count / spent)
    return best


def model(content: str) -> bytes:
    namespace = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    return f'<definitions xmlns="{namespace}" name="m" namespace="m">{content}</definitions>'.encode()


def table(policy: str, inputs: dict[str, str], rows: list[tuple[list[str], str]]) -> str:
    """A decision table: inputs with their types, then for each row its cells and its result."""
    columns = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>'
        for name, kind in inputs.items()
    )
    rules = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
        + f"<outputEntry><text>{result}</text></outputEntry></rule>"
        for cells, result in rows
    )
    return f'<decisionTable hitPolicy="{policy}">{columns}<output/>{rules}</decisionTable>'


def table_20_by_5() -> dmn.Model:
    """All five cells of the last row pass; in the others the income does not."""
    inputs = {"доход": "number", "возраст": "number", "дата": "date", "статус": "string", "льгота": "boolean"}
    rest = ["[18..100]", '>= @"2020-01-01"', '"работает", "учится"', "true"]
    rows = [([f"[{n * 1000}..{n * 1000 + 1000})", *rest], f'"строка {n}"') for n in range(20)]
    return dmn.load(model(f'<decision id="d" name="Р">{table("UNIQUE", inputs, rows)}</decision>'))


def model_of_50_decisions(salt: int) -> bytes:
    """Fifty tables of 10 rows, each requiring the one before it. Another salt makes other cells."""
    decisions = []
    for number in range(50):
        before = f"Р{number - 1}" if number else "х"
        needed = f'<requiredDecision href="#d{number - 1}"/>' if number else ""
        rows = [([f"[{n}..{n + 1})", f"< {number} + {n} + {salt}"], str(n + 1)) for n in range(10)]
        decisions.append(
            f'<decision id="d{number}" name="Р{number}">'
            f"<informationRequirement>{needed}</informationRequirement>"
            f"{table('FIRST', {before: 'number', 'у': 'number'}, rows)}</decision>"
        )
    return model("".join(decisions))


def milliseconds_to_load() -> float:
    """The best of five, each with a model that no cache has seen."""
    times = []
    for salt in range(5):
        xml = model_of_50_decisions(salt)
        begun = time.process_time()
        loaded = dmn.load(xml)
        times.append(time.process_time() - begun)
        assert not loaded.faults
    return min(times) * 1000


def feelin() -> dict[str, float] | None:
    if not os.environ.get("FEELIN_DIR"):
        return None
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("feelin.mjs")), CONDITION, json.dumps(DATA)],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def cost(text: str) -> dict[str, Any]:
    """Seconds and megabytes that a process of its own needs to answer `text`, and the answer."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.feel", "--answer"],
        input=text, capture_output=True, text=True, check=True, timeout=60, cwd=ROOT,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def answer(text: str) -> dict[str, Any]:
    before = megabytes("VmRSS")
    begun = time.process_time()
    try:
        found = f"a value: {feel.to_text(feel.evaluate(text, {}))[:60]}"
    except feel.FeelError as error:
        found = error.message
    seconds = time.process_time() - begun
    return {
        "seconds": round(seconds, 3),
        "megabytes": round(max(0, megabytes("VmHWM") - before), 1),
        "answer": found,
    }


def megabytes(kind: str) -> float:
    """Memory of this process: `VmRSS` now, `VmHWM` the most so far (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(kind + ":")[2].split()[0]) / 1024


def measure() -> dict[str, Any]:
    condition = feel.compile(CONDITION)
    decisions = table_20_by_5()
    day = date(2026, 1, 14)
    inputs = {"доход": 19_500, "возраст": 34, "дата": day, "статус": "учится", "льгота": True}
    assert decisions.decide("Р", inputs) == "строка 19"
    theirs = feelin()
    ours = rate(lambda: condition.evaluate(DATA))
    return {
        "condition_per_s": round(ours),
        "feelin_per_s": None if theirs is None else round(theirs["without_parsing"]),
        "feelin_with_parsing_per_s": None if theirs is None else round(theirs["with_parsing"]),
        "ratio": None if theirs is None else round(ours / theirs["without_parsing"], 1),
        "table_20x5_per_s": round(rate(lambda: decisions.decide("Р", inputs))),
        "table_20x5_explained_per_s": round(rate(lambda: decisions.explain("Р", inputs))),
        "load_50_decisions_ms": round(milliseconds_to_load(), 1),
        "greedy": {name: cost(text) for name, text in GREEDY.items()},
    }


def main() -> None:
    if "--answer" in sys.argv:
        print(json.dumps(answer(sys.stdin.read())))
        return
    figures = measure()
    if "--json" in sys.argv:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
        return
    for name, figure in figures.items():
        if name != "greedy":
            print(f"{name:28} {figure}")
    for name, one in figures["greedy"].items():
        print(f"{name:32} {one['seconds']:6.3f} s {one['megabytes']:6.1f} MB  {one['answer']}")


if __name__ == "__main__":
    main()
