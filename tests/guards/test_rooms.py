"""Every room of the engine has the same furniture, so that whoever knows one knows all."""

from __future__ import annotations

from tests.guards.test_code import calls
from tests.guards.tree import ROOT, imports, place, python_files, tracked

# The name that the thing has in every room, for names that would hide it.
CALL_IT = {
    "dao": "queries",
    "manager": "service",
    "models": "tables",
    "repository": "queries",
    "schema_tables": "tables",
    "selectors": "queries",
    "services": "service",
    "views": "queries",
}
DRAWERS_FOR_ODDS_AND_ENDS = {
    "common",
    "helper",
    "helpers",
    "misc",
    "shared",
    "tools",
    "util",
    "utils",
}


def test_rooms_call_their_furniture_by_its_name():
    wrong = {
        str(path): CALL_IT[path.stem]
        for path in tracked()
        if path.parts[0] == "engine" and path.stem in CALL_IT
    }
    assert wrong == {}


def test_no_module_is_a_drawer_for_odds_and_ends():
    found = [
        path
        for path in tracked()
        if path.suffix == ".py"
        and path.parts[0] in {"engine", "webui"}
        and path.stem in DRAWERS_FOR_ODDS_AND_ENDS
    ]
    assert found == []


def test_tables_stand_in_tables_py():
    """The storage room, which holds the database itself, is the exception."""
    found = [
        place(path, call)
        for path, tree in python_files("engine", "webui")
        for call, name in calls(tree)
        if name in {"Table", "sa.Table", "sqlalchemy.Table"}
        and path.name != "tables.py"
        and path.parts[1] != "storage"
    ]
    assert found == []


def test_pages_leave_the_tables_to_the_rooms():
    found = [
        f"{place(path, node)} {module}"
        for path, tree in python_files("webui")
        for node, module in imports(tree)
        if module.startswith("engine.") and module.endswith(".tables")
    ]
    assert found == []


def test_every_package_says_what_it_is_for():
    silent = [
        path
        for path, tree in python_files("engine", "webui")
        if path.name == "__init__.py" and not (tree.body and getattr(tree.body[0], "value", None))
    ]
    assert silent == []


def test_every_folder_of_modules_is_a_package():
    """Except the migrations, which Alembic loads by their path."""
    folders = {path.parent for path, _ in python_files("engine", "webui") if "migrations" not in path.parts}
    assert [folder for folder in folders if not (ROOT / folder / "__init__.py").exists()] == []
