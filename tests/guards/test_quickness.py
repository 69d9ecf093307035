"""What keeps the tests quick: what takes long is made once and copied."""

from __future__ import annotations

import ast

from tests.guards.tree import python_files

MAKERS = {
    ("engine.bootstrap", "create_instance"),
    ("engine.commands.demo", "demo"),
    ("engine.demo.building", "build_demo"),
    ("engine.demo.home", "fill_home"),
    ("engine.installing", "install"),
}
"""Each makes all tables, publishes all pathways or plays a year of a whole office."""

MADE_IN = {
    "tests/engine/commands/test_deadlines.py",
    "tests/engine/commands/test_keys.py",
    "tests/engine/deadlines/instances.py",  # over tables that are copied; under a master key of its own
    "tests/engine/demo/conftest.py",  # the demonstration that the tests of the folder share
    "tests/engine/demo/test_command.py",
    "tests/engine/demo/test_home.py",
    "tests/engine/test_bootstrap.py",
    "tests/factories/access.py",  # the empty instance that the others are copies of
    "tests/journeys/office.py",
    "tests/journeys/pictures.py",  # no test: it takes the pictures of the guides
    "tests/journeys/test_every_page.py",
}
"""A test that needs an instance, an office or a demonstration takes a copy: CONTRIBUTING says whose. Whoever
must make one joins this list.
"""


def makers(tree: ast.Module) -> set[tuple[str, str]]:
    return {
        (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    } & MAKERS


def test_instances_and_demonstrations_are_made_in_few_places_and_copied_in_the_others():
    found = {path.as_posix() for path, tree in python_files("tests") if makers(tree)}
    assert found == MADE_IN
