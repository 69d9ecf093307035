"""One step of a case in a process of its own, which knows of it only the bytes it is given."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from engine import bpmn
from tests.engine.bpmn.playing import MOSCOW, Play

ROOT = Path(__file__).parents[3]
CASE = {"номер": "ИП-1"}


def completed_elsewhere(play: Play, files: tuple[bytes, ...], node: str, **data: int) -> bytes:
    """The state after the task of the node was completed by another Python."""
    sent = {
        "files": [_text(file) for file in files],
        "state": _text(play.state),
        "element": play.task(node).element_id,
        "data": data,
        "now": play.now.isoformat(),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.bpmn.elsewhere"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "random"},
        input=json.dumps(sent).encode(),
        capture_output=True,
        check=True,
    )
    return base64.b64decode(done.stdout)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _step(given: Mapping[str, Any]) -> bytes:
    files = [base64.b64decode(file) for file in given["files"]]
    found = {one.id: one for file in files for one in bpmn.read(file).processes}
    context = bpmn.Context(now=datetime.fromisoformat(given["now"]), zone=MOSCOW, case=CASE)
    command = bpmn.Complete(given["element"], given["data"])
    program = bpmn.link(next(iter(found.values())), found)
    return bpmn.step(program, base64.b64decode(given["state"]), command, context).state


if __name__ == "__main__":
    sys.stdout.write(_text(_step(json.load(sys.stdin))))
