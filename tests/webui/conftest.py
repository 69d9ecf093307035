"""The pages over a small office: `office` has its numbers, `visit("R05")` is a colleague at a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from engine.runtime import Runtime
from tests.webui import workplace
from tests.webui.browsing import StrictNames, Visitor
from tests.webui.workplace import Office
from webui.app import create_app

Visit = Callable[..., Visitor]


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


@pytest.fixture
def app(rt: Runtime) -> Flask:
    """Its pages; a name that a template uses and nobody gives is a fault."""
    return strict(create_app(rt))


def strict(app: Flask) -> Flask:
    app.jinja_env.undefined = StrictNames
    return app


@pytest.fixture
def visit(app: Flask, rt: Runtime, office: Office) -> Visit:
    """`visit("R05")` by role, `visit(number)` by account, `visit()` for somebody who is not signed in."""

    def begin(who: str | int | None = None) -> Visitor:
        return Visitor(app, rt, office.role[who] if isinstance(who, str) else who)

    return begin
