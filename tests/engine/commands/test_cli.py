"""The command line as a whole: exit codes, one JSON document, words for every failure, quick starts."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest

from engine import cli
from tests.engine.commands.calling import call, start
from tests.guards.tree import ROOT


@pytest.mark.parametrize("name", [name for name in cli.COMMANDS if name != "bench"])
def test_every_command_is_where_the_table_says_and_explains_itself_in_russian(name):
    answer = call(name, "--help")
    assert answer.code == 0
    assert answer.out.startswith(f"Как писать: marshrut {name}")
    foreign = r"Usage|Options|Show this message|\[OPTIONS|Commands|INTEGER|TEXT|%Y"
    assert re.findall(foreign, answer.out) == []


def test_the_list_of_commands_imports_none_of_them(monkeypatch):
    def refuse(name):
        raise AssertionError(name)

    monkeypatch.setattr(importlib, "import_module", refuse)
    answer = call("--help")
    assert answer.code == 0
    assert "lint" in answer.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lnt"], "Команды «lnt» нет."),
        (["feel"], "Не указано: ВЫРАЖЕНИЕ."),
        (["lint", "a.bpmn", "--jsn"], "Параметра «--jsn» нет. Похоже на: --json."),
        (["term", "--from"], "Параметру «--from» нужно значение."),
        (
            ["term", "--from", "2026-01-12", "--days", "пять"],
            "Не подходит значение «--days»: нужно целое число.",
        ),
        (["term", "--from", "2026-01-12", "--days", "5", "--unit", "x"], "можно working, calendar"),
        (["demo", "--at", "2026-13-01"], "Не подходит значение «--at»: нужна дата, например 2026-01-19."),
        (["feel", "1", "2"], "Лишнее: 2."),
        (["lint", "a.bpmn", "--lang", "de"], "можно ru, en"),
    ],
)
def test_wrong_arguments_are_told_in_russian_and_end_with_2(arguments, words):
    answer = call(*arguments)
    assert answer.code == 2
    assert words in answer.err
    assert "--help" in answer.err
    assert answer.out == ""


def test_without_a_command_the_help_is_shown():
    answer = call()
    assert answer.code == 2
    assert "Команды:" in answer.err


def test_with_json_also_a_failure_is_one_document():
    answer = call("lint", "нет такого файла.bpmn", "--json")
    assert answer.code == 2
    assert answer.json["error"]["message"] == "Файл «нет такого файла.bpmn» не читается: его нет."


def test_a_defect_is_one_line_without_any_value(monkeypatch):
    def fail(*_, **__):
        raise KeyError("Лапшина Ольга")

    monkeypatch.setattr("engine.feel.evaluate", fail)
    answer = call("feel", "1")
    assert answer.code == 2
    assert answer.err.startswith("Внутренняя ошибка: KeyError, test_cli.py:")
    assert "Лапшина" not in answer.err


def test_a_real_process_ends_with_the_same_codes():
    assert start("feel", "1 + 1").out == "2\n"
    assert start("feel", "1 +").code == 1
    failed = start("feel", "1", "--context", "{")
    assert (failed.code, failed.out) == (2, "")
    assert "Traceback" not in failed.err


def test_a_terminal_without_russian_letters_is_no_failure():
    answer = start(
        "feel",
        r'"\u0434\u0430"',
        PYTHONIOENCODING="ascii",
        PYTHONUTF8="0",
        LC_ALL="C",
        PYTHONCOERCECLOCALE="0",
    )
    assert (answer.code, answer.json) == (0, "да")


def test_what_needs_no_database_imports_none():
    """So that an editor may call it at every key; without instance, home or settings."""
    code = (
        "import sys; sys.argv[1:] = ['feel', '1']; from engine.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'alembic', 'lxml', 'flask', 'redis', 'yaml'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n[]\n"
