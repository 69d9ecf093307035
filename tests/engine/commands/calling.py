"""Calling `marshrut …`: inside this process, which is quick, and as a process of its own, which is real."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import orjson
from click.testing import CliRunner

from engine.cli import marshrut
from tests.guards.tree import ROOT


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document of standard output."""
        return orjson.loads(self.out)


def call(*arguments: str, typed: str | None = None) -> Answer:
    """Run a command in this process; `typed` is standard input."""
    found = CliRunner().invoke(marshrut, list(arguments), prog_name="marshrut", input=typed)
    assert found.exception is None or isinstance(found.exception, SystemExit), repr(found.exception)
    return Answer(found.exit_code, found.stdout, found.stderr)


def start(*arguments: str, **environment: str) -> Answer:
    """Run a command as a process of its own, with this environment and nothing else of ours."""
    code = "import sys; sys.argv[0] = 'marshrut'; from engine.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
