"""`marshrut demo`: what it says, and when it leaves things as they are."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from engine.commands.demo import demo as command
from engine.demo.logins import OFFERED
from engine.demo.town import PASSWORD
from engine.errors import Conflict, StorageUnavailable
from engine.settings import prepare_home
from tests.engine.demo.conftest import Built


def run(home: Path, *arguments: str, **variables: str) -> Result:
    return CliRunner().invoke(command, arguments, env={"MARSHRUT_HOME": str(home), **variables})


def test_it_says_which_day_it_is_there_and_who_may_come_in(built: Built) -> None:
    day, _, *logins = built.output.splitlines()
    assert day.replace("\u00a0", " ") == "В показе сегодня 19 января 2026, пн."
    assert [line.split()[:2] for line in logins] == [[login, PASSWORD] for login in OFFERED]


def test_a_second_time_it_only_says_who_may_come_in(built: Built) -> None:
    before = (built.home / "marshrut.db").stat().st_mtime_ns
    ran = run(built.home, "--if-empty")
    assert (ran.exception, ran.stdout) == (None, built.output)
    assert (built.home / "marshrut.db").stat().st_mtime_ns == before


def test_without_being_told_so_it_refuses_a_folder_in_use(built: Built) -> None:
    ran = run(built.home)
    assert isinstance(ran.exception, Conflict)


def test_a_start_with_a_database_server_goes_on_without_a_demonstration(tmp_path: Path) -> None:
    ran = run(tmp_path / "instance", "--if-empty", MARSHRUT_DATABASE="postgresql+psycopg://nowhere/real")
    assert ran.exception is None
    assert ran.stdout == ""
    assert "база на сервере" in ran.stderr


def test_a_start_whose_database_is_lost_stops_there(tmp_path: Path) -> None:
    home = tmp_path / "instance"
    prepare_home(home)
    (home / "keys.db").write_bytes(b"keys of a lost database")
    ran = run(home, "--if-empty")
    assert isinstance(ran.exception, StorageUnavailable)
    assert "restore" in ran.exception.hint


def test_a_server_started_with_it_names_the_logins_and_then_its_address(built: Built, tmp_path: Path) -> None:
    """One process and one import of everything: what a second `./run` costs."""
    home = tmp_path / "instance"
    shutil.copytree(built.home, home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    server = subprocess.Popen(
        [sys.executable, "-c", "from engine.cli import main; main()", "serve", "--demo", "--port", port],
        env={**os.environ, "MARSHRUT_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    lines = len(built.output.splitlines())
    said = [server.stdout.readline() for _ in range(lines + 1)]
    server.send_signal(signal.SIGINT)
    server.communicate()
    assert "".join(said[:lines]) == built.output
    assert said[lines] == f"Маршрут: http://127.0.0.1:{port}/\n"
    assert server.returncode == 0


def test_a_server_whose_port_is_taken_says_which_and_what_to_do(built: Built) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = subprocess.run(
            [sys.executable, "-c", "from engine.cli import main; main()", "serve", "--port", str(port)],
            env={**os.environ, "MARSHRUT_HOME": str(built.home)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 2
    assert f"Порт {port} занят" in ran.stderr
    assert f"--port {port + 1}" in ran.stderr


def test_a_day_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    ran = run(tmp_path / "instance", "--at", "30 февраля")
    assert ran.exit_code == 2
    assert "--at" in ran.stderr


def test_a_real_instance_offers_no_logins(built: Built, tmp_path: Path) -> None:
    """A folder that is no demonstration, though somebody left its people in it."""
    home = tmp_path / "instance"
    shutil.copytree(built.home, home)
    (home / "demo").unlink()
    ran = run(home, "--if-empty")
    assert (ran.exception, ran.stdout) == (None, "")
