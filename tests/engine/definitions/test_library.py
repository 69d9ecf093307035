"""Parsed definitions in memory: each version parsed once, by whichever thread comes first."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine import bpmn, dmn, formjs
from engine.definitions import library
from engine.definitions.library import Library
from engine.definitions.service import publish
from engine.errors import NotFound
from engine.model import SYSTEM
from engine.runtime import Runtime
from engine.storage.counting import count_statements
from tests.engine.definitions.drawing import decision, form, process, replaced, template


def counting(counted: Counter[str], module: str, read: Callable[..., Any]) -> Callable[..., Any]:
    def reading(*args: Any, **more: Any) -> Any:
        counted[module.rpartition(".")[2]] += 1
        return read(*args, **more)

    return reading


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often something of each kind was parsed."""
    counted: Counter[str] = Counter()
    for module, name in ((bpmn, "read"), (dmn, "load"), (formjs, "read")):
        monkeypatch.setattr(module, name, counting(counted, module.__name__, getattr(module, name)))
    return counted


def published(rt: Runtime) -> int:
    return publish(rt, SYSTEM, [process(), decision(), form(), template()]).release_id


def test_a_version_is_parsed_once_whatever_releases_it_stands_in(rt: Runtime, parsed: Counter[str]) -> None:
    first = published(rt)
    second = publish(rt, SYSTEM, [replaced(form(), "Поле итог", "Итог")]).release_id
    kept = Library(rt.database)
    parsed.clear()
    for release in (first, second, first, second):
        kept.release(release).program("small")
        kept.release(release).decision("rate")
        kept.release(release).form("F1")
    assert parsed == {"bpmn": 1, "dmn": 1, "formjs": 2}


def test_a_release_that_is_known_costs_no_statement(rt: Runtime) -> None:
    release = published(rt)
    rt.library.release(release).program("small")
    with count_statements(rt.database) as counted:
        rt.library.release(release).program("small")
    assert counted.statements == 0


def test_many_threads_parse_once_and_get_the_same(rt: Runtime, parsed: Counter[str]) -> None:
    release = published(rt)
    kept = Library(rt.database)
    parsed.clear()
    together = threading.Barrier(16)

    def work(_: int) -> tuple[object, object, object]:
        together.wait(10)
        found = kept.release(release)
        return found.program("small").main, found.decision("rate"), found.form("F1")

    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(work, range(16)))
    assert len(found) == 1
    assert parsed == {"bpmn": 1, "dmn": 1, "formjs": 1}


def test_a_release_that_was_forgotten_is_made_again(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "KEPT_RELEASES", 2)
    releases = [published(rt)] + [
        publish(rt, SYSTEM, [replaced(process(), "Шаг a", f"Шаг {number}")]).release_id for number in range(4)
    ]
    kept = Library(rt.database)
    names = [kept.release(number).process("small").steps["a"].name for number in (*releases, *releases)]
    assert names == ["Шаг a", "Шаг 0", "Шаг 1", "Шаг 2", "Шаг 3"] * 2


def test_what_is_not_there_is_named(rt: Runtime) -> None:
    with pytest.raises(NotFound, match="Выпуска определений № 7"):
        rt.library.release(7)
    with rt.database.read() as conn, pytest.raises(NotFound, match="ещё не опубликовано"):
        rt.library.current(conn)
    release = rt.library.release(published(rt))
    for ask, words in (
        (release.process, "Процесс «нет»"),
        (release.decision, "Решение «нет»"),
        (release.form, "Форма «нет»"),
    ):
        with pytest.raises(NotFound, match=words):
            ask("нет")
    assert release.template("нет") is None
    assert release.template("D90") == template().content
