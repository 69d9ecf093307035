"""What is declared, what is locked, what is imported and what is credited are one and the same."""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from engine.cli import COMMANDS
from tests.guards.tree import ROOT, imports, python_files

LOCKS = {path.stem: path for path in (ROOT / "requirements").glob("*.lock")}
OUR_OWN = {"docs", "engine", "tests", "webui"}


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def declared(*extras: str) -> list[Requirement]:
    optional = project()["optional-dependencies"]
    lines = project()["dependencies"] + [line for extra in extras for line in optional[extra]]
    return [Requirement(line) for line in lines]


def locked(level: str) -> dict[str, set[str]]:
    """Versions by name; several where the lock chooses one by the Python that installs it."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.+!]+)", LOCKS[level].read_text(), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize(
    ("level", "extras"),
    [("run", ()), ("server", ("server",)), ("test", ("server", "dev"))],
    ids=str,
)
def test_a_lock_satisfies_what_is_declared(level, extras):
    versions = locked(level)
    wrong = [
        str(requirement)
        for requirement in declared(*extras)
        if not all(
            requirement.specifier.contains(version)
            for version in versions.get(canonicalize_name(requirement.name), {"0"})
        )
    ]
    assert wrong == []


def test_the_tests_run_on_what_is_served():
    for smaller, larger in (("run", "server"), ("server", "test")):
        assert locked(smaller).items() <= locked(larger).items()


@pytest.mark.parametrize("level", LOCKS)
def test_a_lock_pins_every_package_by_hash_and_names_no_place(level):
    text = LOCKS[level].read_text()
    entries = re.split(r"\n(?=\S)", text.split("\n    #", 1)[0] and re.sub(r"(?m)^ *#.*\n", "", text))
    assert [
        entry.splitlines()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry
    ] == []
    assert re.findall(r"https?:|file:|--\w*index|--find-links", text) == []


def test_the_lock_of_the_front_end_names_no_place():
    lock = ROOT / "webui" / "assets" / "package-lock.json"
    assert '"resolved"' not in lock.read_text()


def test_the_pip_that_is_kept_is_the_one_that_is_checked():
    script = (ROOT / "run").read_text()
    (wheel,) = (ROOT / "vendor").glob("pip-*.whl")
    assert wheel.name in script
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() in script


@pytest.mark.parametrize(
    ("folder", "extras"), [("engine", ("server",)), ("webui", ("server",)), ("tests", ("server", "dev"))]
)
def test_what_is_imported_is_declared(folder, extras):
    """So that nothing works here only because somebody installed it by hand."""
    providers = importlib.metadata.packages_distributions()
    allowed = {canonicalize_name(requirement.name) for requirement in declared(*extras)}
    missing = {
        module
        for _, tree in python_files(folder)
        for _, imported in imports(tree)
        if (module := imported.split(".")[0]) not in OUR_OWN | sys.stdlib_module_names
        and not allowed & {canonicalize_name(name) for name in providers.get(module, [])}
    }
    assert missing == set()


def test_a_first_start_needs_no_more_than_it_installs():
    """What only PostgreSQL needs, and an instance in files does not have, is hidden from the program."""
    only_servers = set(locked("server")) - set(locked("run"))
    hidden = sorted(
        module
        for module, names in importlib.metadata.packages_distributions().items()
        if only_servers & {canonicalize_name(name) for name in names}
    )
    assert "psycopg" in hidden
    commands = sorted({module for module, _ in (where.split(":") for where, _ in COMMANDS.values())})
    code = f"import sys, importlib; sys.modules.update(dict.fromkeys({hidden}))\n"
    code += f"for name in {commands}: importlib.import_module(name)"
    started = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert started.returncode == 0, started.stderr


def test_every_package_that_is_served_is_credited():
    notices = (ROOT / "THIRD-PARTY-NOTICES.md").read_text()
    credited = {canonicalize_name(name) for name in re.findall(r"^\| ([\w.-]+) \|", notices, re.MULTILINE)}
    nowhere = {"docopt"}  # locked for no machine at all: see override-dependencies in pyproject.toml
    assert set(locked("server")) - nowhere - credited == set()
    assert credited - set(locked("server")) - {"pip"} == {"package"}


def test_the_changelog_knows_the_version():
    assert f"## [{project()['version']}]" in (ROOT / "CHANGELOG.md").read_text()
