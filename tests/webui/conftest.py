"""The pages over a small office: `office` has its numbers, `visit("R05")` is a colleague at a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from engine.runtime import Runtime
from tests.webui import workplace
from tests.webui.browsing import StrictNames, Visitor
from tests.webui.workplace import Office
from webui.app import create_app

Visit = Callable[..., Visitor]


class Compiled(BytecodeCache):
    """Compiled templates of this run."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Office]:
    """The office that every test gets a copy of."""
    folder = tmp_path_factory.mktemp("office")
    return folder, workplace.build(folder)


@pytest.fixture
def office(pattern: tuple[Path, Office]) -> Office:
    return pattern[1]


@pytest.fixture
def rt(pattern: tuple[Path, Office], tmp_path: Path) -> Iterator[Runtime]:
    """The office of this test."""
    opened = workplace.reopen(pattern[0], tmp_path)
    yield opened
    opened.database.close()
    opened.vault.store.database.close()


@pytest.fixture(scope="session")
def pages(pattern: tuple[Path, Office], tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application that serves the office of each test in turn: making one takes as long as a test."""
    rt = workplace.reopen(pattern[0], tmp_path_factory.mktemp("pages"))
    made = strict(create_app(rt))
    rt.database.close()
    rt.vault.store.database.close()
    return made


@pytest.fixture
def app(pages: Flask, rt: Runtime) -> Iterator[Flask]:
    """The pages of this test's office. Views that the test puts others in the place of come back after it."""
    views = dict(pages.view_functions)
    pages.extensions["marshrut"] = rt
    yield pages
    pages.view_functions.update(views)


def strict(app: Flask) -> Flask:
    """A name that a template uses and nobody gives is a fault. Templates are compiled once for all."""
    app.jinja_env.undefined = StrictNames
    app.jinja_env.bytecode_cache = COMPILED
    return app


@pytest.fixture
def visit(app: Flask, rt: Runtime, office: Office) -> Visit:
    """`visit("R05")` by role, `visit(number)` by account, `visit()` for somebody who is not signed in."""

    def begin(who: str | int | None = None) -> Visitor:
        return Visitor(app, rt, office.role[who] if isinstance(who, str) else who)

    return begin
