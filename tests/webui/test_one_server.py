"""One server for one folder: a second is told where the first answers, a killed one leaves no lock behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import Conflict
from tests.engine.commands.calling import call
from webui.one_server import only_server

ADDRESS = "http://127.0.0.1:8080/"
HOLD = "import sys, pathlib; from webui.one_server import only_server\n"
HOLD += "with only_server(pathlib.Path(sys.argv[1]), 'там'): print('держу', flush=True); sys.stdin.read()"


def _is_refused(home: Path, *, told: str) -> None:
    with pytest.raises(Conflict, match=told), only_server(home, "http://127.0.0.1:10/"):
        pass


def test_a_second_server_is_told_where_the_first_one_answers(tmp_home):
    call("init")
    with only_server(tmp_home, ADDRESS):
        answer = call("serve", "--port", "1")
        assert answer.code == 2
        assert ADDRESS in answer.err
        assert "MARSHRUT_HOME" in answer.err
        assert call("user", "list").code == 0, "other commands are welcome beside a server"


def test_the_folder_is_free_again_when_the_server_has_ended(tmp_path):
    for address in (ADDRESS, "http://127.0.0.1:9/"):
        with only_server(tmp_path, address):
            _is_refused(tmp_path, told=address)


def test_a_killed_server_leaves_the_folder_free(tmp_path):
    held = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert held.stdout is not None
        assert held.stdout.readline() == "держу\n"
        _is_refused(tmp_path, told="там")
    finally:
        held.kill()
        held.communicate()
    with only_server(tmp_path, ADDRESS):
        pass
