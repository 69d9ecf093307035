"""The servers that tests are given."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine, func, select, text

from engine.storage import schema
from engine.storage.database import Database
from engine.storage.metadata import marshrut_meta
from tests import services

ROOT = Path(__file__).parents[2]


def tables(url: str) -> list[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    engine.dispose()
    return list(names)


def run_sql(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_database_starts_empty_and_takes_tables(database_url):
    run_sql(database_url, "CREATE TABLE anything (id integer)", "INSERT INTO anything VALUES (1)")


def test_an_installed_database_is_fit_for_work_and_holds_nothing(installed_database_url):
    database = Database(installed_database_url)
    try:
        assert schema.check(database)
        with database.read() as connection:
            assert connection.execute(select(func.count()).select_from(marshrut_meta)).scalar() == 1
    finally:
        database.close()


def test_two_databases_do_not_share_tables(postgres_url):
    run_sql(postgres_url, "CREATE TABLE mine (id integer)")
    with services.fresh_database() as other:
        assert tables(other) == []


def test_a_template_is_filled_once_and_copied(postgres_url):
    filled = []

    def fill(url: str) -> None:
        filled.append(url)
        run_sql(url, "CREATE TABLE ready_made (id integer)")

    name = f"template_{os.getpid()}"
    for _ in range(2):
        with services.fresh_database(services.template_database(name, fill)) as url:
            assert tables(url) == ["ready_made"]
    assert len(filled) == 1


def test_redis_starts_empty_and_keeps_what_it_is_given(redis_url):
    with redis.Redis.from_url(redis_url) as connection:
        assert connection.keys() == []
        connection.set("key", "value")
        assert connection.get("key") == b"value"


@pytest.mark.parametrize("how", ["end", "kill"])
def test_a_run_leaves_no_server_behind(how):
    """Also when the run is killed and can clean up nothing itself."""
    program = textwrap.dedent(
        f"""
        import os, signal
        from tests import services
        with services.folder_of_run():
            print(os.environ[services.FOLDER], services.redis(), services.postgres(), flush=True)
            if {how == "kill"}:
                os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    environment = {
        key: value for key, value in os.environ.items() if key not in services.OWN_ADDRESS.values()
    }
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    folder = Path(ran.stdout.split()[0])
    assert ran.returncode == (0 if how == "end" else -9), ran.stderr
    until = time.monotonic() + 30
    while (folder.exists() or servers_of(folder)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()
    assert servers_of(folder) == []


def servers_of(folder: Path) -> list[str]:
    commands = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            commands.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [command for command in commands if str(folder) in command]
