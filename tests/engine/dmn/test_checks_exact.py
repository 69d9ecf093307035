"""The checks of tables against the tables themselves: every combination of answers is tried."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest

from engine import dmn, feel
from tests.engine.dmn.drawing import decision, model, table

SAMPLES: dict[str, list[str]] = {
    "number": ["-1", "0", "0.5", "1", "1.5", "2", "2.5", "3", "4", "5", "6", "7"],
    "string": ['"а"', '"б"', '"в"', '"нет такого"'],
    "boolean": ["true", "false"],
    "date": [f'@"2026-01-{day:02}"' for day in range(1, 9)],
    "date and time": [
        f'@"2026-01-01T{hour:02}:{minute}:00"' for hour in range(1, 7) for minute in ("00", "30")
    ],
    "time": [
        '@"00:00:00"',
        *[f'@"{hour:02}:{minute}:00"' for hour in range(1, 6) for minute in ("00", "30")],
    ],
    "years and months duration": [f'@"P{months}M"' for months in range(8)],
    "days and time duration": [f'@"PT{hours}H{minutes}M"' for hours in range(12) for minutes in (0, 30)],
}
"""Values around and between those that the cells name."""
NAMED: dict[str, list[str]] = {
    "number": ["1", "2", "3", "5"],
    "string": ['"а"', '"б"', '"в"'],
    "boolean": ["true", "false"],
    "date": ['@"2026-01-02"', '@"2026-01-04"', 'date("2026-01-05")', '@"2026-01-07"'],
    "date and time": ['@"2026-01-01T02:30:00"', '@"2026-01-01T04:30:00"', '@"2026-01-01T05:30:00"'],
    "time": ['@"01:00:00"', '@"02:00:00"', '@"04:00:00"'],
    "years and months duration": ['@"P2M"', '@"P4M"', '@"P5M"'],
    "days and time duration": ['@"PT2H"', '@"PT5H"', '@"PT6H"', '@"PT10H"'],
}
"""Values that stand in cells."""


def cell(order: random.Random, kind: str) -> str:
    one, other = sorted(order.choices(range(len(NAMED[kind])), k=2))
    first, second = NAMED[kind][one], NAMED[kind][other]
    shapes = ["-", "-", first, f"not({first})", f"!= {first}", f"{first}, {second}", "null", f"null, {first}"]
    if kind not in ("string", "boolean"):
        opening, closing = order.choice("[("), order.choice("])")
        span = f"{opening}{first}..{second}{closing}"
        shapes += [f"< {first}", f"<= {first}", f"> {first}", f">= {first}", span, span, f"not({span})"]
        shapes += [f"not({first}, > {second})", f"< {first}, {second}"]
    else:
        shapes += [f"not({first}, {second})", f"[{first}, {second}]"]
    return order.choice(shapes)


def tables() -> Iterator[tuple[list[str], list[list[str]]]]:
    """Kinds of the columns and cells of the rows."""
    order = random.Random(20260114)
    for _ in range(150):
        kinds = order.choices(list(SAMPLES), k=order.choice([1, 1, 2, 2, 3]))
        rows = [[cell(order, kind) for kind in kinds] for _ in range(order.choice([1, 2, 3, 5]))]
        yield kinds, rows


TABLES = list(tables())


def drawn(kinds: list[str], rows: list[list[str]], policy: str) -> bytes:
    columns = [f"к{number}" for number in range(len(kinds))]
    numbered = [[*row, str(number)] for number, row in enumerate(rows, 1)]
    types = dict(zip(columns, kinds, strict=True))
    return model(decision("Р", table(columns, ["н"], numbered, policy=policy, types=types)))


def matching(kinds: list[str], rows: list[list[str]]) -> list[tuple[tuple[str, ...], list[int]]]:
    """All combinations of sample answers and of nothing, each with the rows that match."""
    passing = [
        {
            sample: [feel.unary(row[place], feel.evaluate(sample), {}) for row in rows]
            for sample in (*SAMPLES[kind], "null")
        }
        for place, kind in enumerate(kinds)
    ]
    return [
        (answers, [row for row in range(len(rows)) if all(passing[p][a][row] for p, a in enumerate(answers))])
        for answers in itertools.product(*passing)
    ]


def rules(found: list[Any], rule: str) -> set[str]:
    return {finding.element for finding in found if finding.rule == rule}


@pytest.mark.parametrize("number", range(len(TABLES)))
def test_what_is_said_of_rows_is_true_and_complete(number: int):
    kinds, rows = TABLES[number]
    tried = matching(kinds, rows)

    unique = dmn.check(drawn(kinds, rows, "UNIQUE"))
    pairs = {pair for _, matched in tried for pair in itertools.combinations(matched, 2)}
    assert len([one for one in unique if one.rule == "dmn-overlap"]) == min(len(pairs), 10)
    assert rules(unique, "dmn-unchecked") == set()

    asks_for_null = [any("null" in row[place] for row in rows) for place in range(len(kinds))]
    gaps = [
        answers
        for answers, matched in tried
        if not matched
        and all(asks or answer != "null" for asks, answer in zip(asks_for_null, answers, strict=True))
    ]
    assert bool([one for one in unique if one.rule == "dmn-gap"]) == bool(gaps)

    first = rules(dmn.check(drawn(kinds, rows, "FIRST")), "dmn-unreachable")
    never = {f"r{row + 1}" for row in range(len(rows)) if not any(row in matched for _, matched in tried)}
    unused = {
        f"r{row + 1}" for row in range(len(rows)) if not any(matched[:1] == [row] for _, matched in tried)
    }
    assert first == unused - never
