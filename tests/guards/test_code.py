"""Rules for Python that neither ruff nor mypy knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.guards.tree import dotted, imports, own_texts, place, python_files

MOST_LINES = 600
MIGRATIONS = Path("engine/storage/migrations/versions")  # written by comparing, read table by table
PURE_ROOMS = ("bpmn", "dmn", "feel", "formjs")
CLOCKS = {
    "date.today",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "time.time",
    "time.time_ns",
}


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def test_no_text_is_run_as_python():
    found = [
        place(path, call)
        for path, tree in python_files()
        for call, name in calls(tree)
        if name in {"eval", "exec"}
    ]
    assert found == []


def test_nothing_is_read_that_can_carry_code():
    modules = {"cloudpickle", "dill", "jsonpickle", "marshal", "pickle", "shelve"}
    found = [
        place(path, node)
        for path, tree in python_files()
        for node, module in imports(tree)
        if module.split(".")[0] in modules
    ]
    unsafe = {"yaml.full_load", "yaml.load", "yaml.load_all", "yaml.unsafe_load"}
    found += [
        place(path, call) for path, tree in python_files() for call, name in calls(tree) if name in unsafe
    ]
    assert found == []


def test_no_command_goes_through_a_shell():
    found = [
        place(path, call)
        for path, tree in python_files("engine", "webui")
        for call, name in calls(tree)
        if name in {"os.popen", "os.system"} or any(keyword.arg == "shell" for keyword in call.keywords)
    ]
    assert found == []


def test_a_file_can_be_read_in_one_sitting():
    long = {
        str(path): lines
        for path, text in own_texts()
        if path.suffix == ".py" and path.parent != MIGRATIONS and (lines := text.count("\n")) > MOST_LINES
    }
    assert long == {}


def test_pure_rooms_read_no_clock():
    found = [
        f"{place(path, call)} {name}"
        for path, tree in python_files("engine")
        if path.parts[1] in PURE_ROOMS
        for call, name in calls(tree)
        if name in CLOCKS
    ]
    assert found == []


def test_every_skip_says_why():
    found = []
    for path, tree in python_files("tests"):
        for call, name in calls(tree):
            short = name.removeprefix("pytest.").removeprefix("mark.")
            if not name.startswith("pytest.") or short not in {"importorskip", "skip", "skipif", "xfail"}:
                continue
            said = any(keyword.arg == "reason" for keyword in call.keywords)
            if not said and not (short == "skip" and call.args):
                found.append(place(path, call))
        found += [
            place(path, node)
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.ClassDef)
            for node in function.decorator_list
            if dotted(node) in {"pytest.mark.skip", "pytest.mark.xfail"}
        ]
    assert found == []


def test_no_test_asserts_a_constant():
    found = [
        place(path, node)
        for path, tree in python_files("tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant)
    ]
    assert found == []
