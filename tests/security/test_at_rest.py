"""Whoever takes the files of an instance, its copies or its logs reads nothing of anybody's life."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import LargeBinary, select

from engine.copies import make_copy
from engine.runtime import Runtime
from engine.storage import backup
from engine.storage.metadata import metadata
from tests.security.marks import dump, files, found
from tests.security.story import WORDS, tell


class Everything(logging.Handler):
    """Keeps all that is said to any logger at any level: text, arguments, and what rides along."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.getMessage()} {record.__dict__!r} {record.exc_text or ''}")


@pytest.fixture
def said() -> Iterator[list[str]]:
    """Lines of both ways of logging at DEBUG, those of the libraries too."""
    root, handler, spoken = logging.getLogger(), Everything(), io.StringIO()
    before = {name: logging.getLogger(name).level for name in ("", "sqlalchemy", "spiff", "alembic", "docx")}
    for name in before:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(handler)
    configured: dict[str, Any] = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.PrintLoggerFactory(spoken),
        cache_logger_on_first_use=False,
    )
    yield (lines := handler.lines)
    lines.append(spoken.getvalue())
    structlog.configure(**configured)
    root.removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_the_words_of_the_story_are_found_where_they_are_plain() -> None:
    for word in WORDS:
        assert found([word], f"…{word}…".encode()) == {word}


SEALED_NOWHERE = {"definition.content", "upload_file.content", "login_attempt.login_token"}
"""Bytes that speak of nobody: what methodologists drew, and keyed marks of logins."""


def test_the_story_fills_every_column_that_could_tell_of_anybody(rt: Runtime) -> None:
    """So that a new column, or one that the story forgot, can't hide from what stands below."""
    columns = [
        column
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, LargeBinary) and f"{table.name}.{column.name}" not in SEALED_NOWHERE
    ]
    tell(rt)
    with rt.database.read() as conn:
        empty = [
            str(column)
            for column in columns
            if conn.execute(select(column).where(column.is_not(None)).limit(1)).first() is None
        ]
    assert empty == []


def test_no_file_of_an_instance_tells_of_anybody(rt: Runtime, tmp_path: Path) -> None:
    tell(rt)
    for name, content in files(tmp_path).items():
        assert found(WORDS, content) == set(), name


def test_no_column_of_any_table_tells_of_anybody(rt: Runtime) -> None:
    tell(rt)
    assert found(WORDS, dump(rt.database)) == set()


def test_no_copy_tells_of_anybody(rt: Runtime, tmp_path: Path) -> None:
    tell(rt)
    make_copy(rt, tmp_path / "copies" / "whole.zip")
    backup.backup(rt.database, tmp_path / "copies" / "plain.db")
    for name, content in files(tmp_path / "copies").items():
        assert found(WORDS, content) == set(), name


def test_no_line_of_any_log_tells_of_anybody(rt: Runtime, said: list[str]) -> None:
    tell(rt)
    assert len(said) > 100
    for line in said:
        assert found(WORDS, line.encode()) == set(), line[:200]
