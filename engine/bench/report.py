"""Results in words, for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from engine.bench.rounds import Figures, Results
from engine.english import spoken

_LINES: Final[Sequence[tuple[str, Callable[[Figures], str]]]] = (
    ("завершений шага в секунду", lambda each: _number(each.completions_per_s, 0)),
    ("мс процессора на завершение", lambda each: _number(each.cpu_ms, 2)),
    ("мс от начала до конца", lambda each: _number(each.wall_ms, 2)),
    ("запросов к базе: в среднем", lambda each: _number(each.statements, 1)),
    ("запросов к базе: больше всего", lambda each: str(each.statements_max)),
    ("фиксаций", lambda each: _number(each.commits, 0)),
    ("байт состояния, пока дело ждёт", lambda each: _number(each.bytes_waiting, 0)),
    ("байт на завершение, кроме ответов формы", lambda each: _number(each.bytes_per_completion, 0)),
    ("байт на завершение вместе с ответами", lambda each: _number(each.bytes_with_answers, 0)),
    ("во сколько раз меньше процессора", lambda each: _number(each.baseline_ratio, 1)),
    ("во сколько раз быстрее", lambda each: _number(each.baseline_wall_ratio, 1)),
)


def told(results: Results) -> str:
    """A table with a column for each work, and how to read it."""
    machine = results.machine
    cores = spoken(f"ядер {machine['cores']}")
    place = f"{cores}, {machine['system']}, Python {machine['python']}, {machine['database']}"
    lines = [(spoken(words), [value(each) for each in results.work]) for words, value in _LINES]
    width = max(len(words) for words, _ in lines)
    compared = (
        f"В двух последних строках сравнение с SpiffWorkflow {machine['spiffworkflow']} без «Маршрута»."
    )
    median = "Числа взяты из среднего захода. На занятой машине верьте процессору, а не времени."
    return "\n".join(
        [
            f"{machine['date']}: {machine['processor']}, {place}",
            "",
            _row("", [each.name for each in results.work], width),
            *(_row(words, values, width) for words, values in lines),
            "",
            spoken(compared),
            spoken(median),
        ]
    )


def _row(words: str, values: Sequence[str], width: int) -> str:
    return words.ljust(width) + "".join(value.rjust(14) for value in values)


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")
