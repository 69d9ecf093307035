"""The script that starts everything from a bare checkout.

Each test works on a checkout of its own: the real script and the real pip, with a lock file of one small
package that lies in a folder beside it, so that no network is needed.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import textwrap
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.settings import DEFAULT_PORT

ROOT = Path(__file__).parents[2]


@dataclass
class Checkout:
    """A folder with `run`, its locks and a folder of packages to install from."""

    folder: Path
    wheels: Path

    def lock(self, level: str, *versions: str) -> None:
        lines = []
        for version in versions:
            wheel = make_wheel(self.wheels, version)
            lines.append(f"tiny=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
        (self.folder / "requirements" / f"{level}.lock").write_text("".join(lines))

    def environment(self, **extra: str) -> dict[str, str]:
        inherited = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PIP_", "MARSHRUT_", "PYTHON"))
        }
        pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_CONFIG_FILE": os.devnull}
        return inherited | pip | {"PATH": "/usr/bin:/bin"} | extra

    def run(
        self, *arguments: str, python: str = sys.executable, **extra: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, str(self.folder / "run"), *arguments],
            cwd=self.folder,
            env=self.environment(**extra),
            capture_output=True,
            text=True,
            check=False,
        )

    def version(self) -> str:
        """What the project's Python sees of the package; this is also what makes it be installed."""
        ran = self.run("python", "-c", "import tiny; print(tiny.VERSION)")
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    @property
    def site_packages(self) -> Path:
        return next((self.folder / ".venv" / "lib").glob("python3.*/site-packages"))

    @property
    def stamp(self) -> Path:
        return self.folder / ".venv" / "marshrut-stamp.json"


def make_wheel(folder: Path, version: str) -> Path:
    """A package of one module; made the same way every time, so that its hash stays."""
    path = folder / f"tiny-{version}-py3-none-any.whl"
    info = f"tiny-{version}.dist-info"
    files = {
        "tiny.py": f"VERSION = '{version}'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{info}/RECORD,,"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            sha = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={sha},{len(text.encode())}")
            archive.writestr(zipfile.ZipInfo(name), text)
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD"), "\n".join(record) + "\n")
    return path


def new_checkout(place: Path) -> Checkout:
    """In a folder whose name holds a space and Cyrillic letters."""
    folder, wheels = place / "Мой Маршрут", place / "wheels"
    for made in (folder / "requirements", folder / "engine", wheels):
        made.mkdir(parents=True)
    shutil.copy(ROOT / "run", folder)
    shutil.copytree(ROOT / "vendor", folder / "vendor")
    (folder / "engine" / "__init__.py").touch()
    (folder / "engine" / "cli.py").write_text(
        textwrap.dedent(
            """
            import os, sys
            def main():
                home = os.path.basename(os.environ["MARSHRUT_HOME"])
                print(*sys.argv, home, flush=True)
            """
        )
    )
    new = Checkout(folder, wheels)
    for level in ("run", "server", "test"):
        new.lock(level, "1.0")
    return new


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Just cloned."""
    return new_checkout(tmp_path)


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = new_checkout(tmp_path_factory.mktemp("pattern"))
    assert checkout.version() == "1.0"
    return checkout


@pytest.fixture
def used(pattern: Checkout, tmp_path: Path) -> Checkout:
    """Started before, so its packages are installed; a copy of one that was."""
    place = tmp_path / "used"
    shutil.copytree(pattern.folder.parent, place, symlinks=True)
    return Checkout(place / pattern.folder.name, place / pattern.wheels.name)


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


# ---------------------------------------------------------------- a first start and the ones after it


def test_the_first_start_fills_the_instance_and_serves(checkout):
    ran = checkout.run(MARSHRUT_PORT=free_port())
    assert ran.stdout.splitlines() == ["marshrut serve --demo instance"]


def test_the_port_that_is_tried_is_the_one_that_is_served():
    assert f'DEFAULT_PORT = "{DEFAULT_PORT}"' in (ROOT / "run").read_text()


def test_a_second_start_installs_nothing(used):
    shutil.rmtree(used.wheels)
    assert used.run("python", "-c", "import tiny, engine").stderr == ""


def test_a_module_in_the_folder_of_the_caller_does_not_pass_for_ours(used, tmp_path):
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("raise SystemExit('hijacked')")
    ran = subprocess.run(
        [sys.executable, used.folder / "run", "marshrut", "lint"],
        cwd=tmp_path,
        env=used.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout == "marshrut lint instance\n"


def test_commands_keep_the_folder_they_were_typed_in(used, tmp_path):
    ran = subprocess.run(
        [sys.executable, used.folder / "run", "python", "-c", "import os; print(os.getcwd())"],
        cwd=tmp_path,
        env=used.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == str(tmp_path)


def test_a_moved_folder_goes_on_working(used):
    moved = used.folder.rename(used.folder.with_name("Переехал"))
    shutil.rmtree(used.wheels)
    ran = Checkout(moved, used.wheels).run("python", "-c", "import engine, tiny; print(engine.__file__)")
    assert ran.stdout.strip() == str(moved / "engine" / "__init__.py")


def test_a_changed_lock_is_installed(used):
    used.lock("run", "2.0")
    assert used.version() == "2.0"


def test_the_test_level_serves_the_product_too(checkout):
    checkout.run("test", "--version")
    shutil.rmtree(checkout.wheels)
    assert checkout.version() == "1.0"


def test_postgresql_brings_its_driver(used):
    used.lock("server", "2.0")
    ran = used.run(
        "python", "-c", "import tiny; print(tiny.VERSION)", MARSHRUT_DATABASE="postgresql://db/marshrut"
    )
    assert ran.stdout.strip() == "2.0"


def test_two_starts_at_once_install_once(checkout):
    command = [sys.executable, str(checkout.folder / "run"), "python", "-c", "import tiny"]
    both = [
        subprocess.Popen(command, env=checkout.environment(), stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(text.count("Ставлю пакеты") for text in said) == 1


# ---------------------------------------------------------------- damage, and repair by itself


def lose_a_package(checkout: Checkout) -> None:
    (checkout.site_packages / "tiny.py").unlink()


def lose_the_interpreter(checkout: Checkout) -> None:
    (checkout.folder / ".venv" / "bin" / "python").unlink()


def cut_the_stamp(checkout: Checkout) -> None:
    checkout.stamp.write_text(checkout.stamp.read_text()[:40])


def be_made_by_another_python(checkout: Checkout) -> None:
    stamp = json.loads(checkout.stamp.read_text())
    checkout.stamp.write_text(json.dumps(stamp | {"python": "/usr/bin/python3.10"}))


def be_cut_off(checkout: Checkout) -> None:
    checkout.stamp.unlink()


def become_a_file(checkout: Checkout) -> None:
    shutil.rmtree(checkout.folder / ".venv")
    (checkout.folder / ".venv").write_text("not a folder")


@pytest.mark.parametrize(
    "damage",
    [
        lose_a_package,
        lose_the_interpreter,
        cut_the_stamp,
        be_made_by_another_python,
        be_cut_off,
        become_a_file,
    ],
)
def test_a_damaged_venv_is_made_anew(used, damage):
    damage(used)
    assert used.version() == "1.0"


def test_after_a_kill_nobody_disturbs_the_installer_left_alone(checkout):
    """The lock goes over to pip, so the next start waits for it and then begins anew."""
    first = subprocess.Popen(
        [sys.executable, str(checkout.folder / "run"), "python", "-c", ""],
        env=checkout.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert first.stderr is not None
    first.stderr.readline()
    while not (checkout.folder / ".venv" / "bin" / "python").exists():
        time.sleep(0.01)
    first.kill()
    first.wait()
    first.stderr.close()
    assert checkout.version() == "1.0"


# ---------------------------------------------------------------- what a person is told


def test_a_package_that_was_changed_on_the_way_is_refused(checkout):
    lock = checkout.folder / "requirements" / "run.lock"
    lock.write_text(lock.read_text()[:-9] + "00000000\n")
    ran = checkout.run("python", "-c", "")
    assert ran.returncode == 2
    assert "отличается от проверенного" in ran.stderr


def test_without_a_network_one_reads_what_to_do(checkout):
    ran = checkout.run(
        "python", "-c", "", PIP_NO_INDEX="", PIP_FIND_LINKS="", PIP_INDEX_URL="http://127.0.0.1:9/simple"
    )
    assert ran.returncode == 2
    assert "Нет связи" in ran.stderr
    assert "Traceback" not in ran.stderr
    again = checkout.run("python", "-c", "")
    assert again.returncode == 0
    assert "заново" not in again.stderr


def test_a_network_lost_during_an_update_leaves_the_old_packages_working(used):
    used.lock("test", "2.0")
    lost = {"PIP_NO_INDEX": "", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    assert used.run("test", "--version", **lost).returncode == 2
    shutil.rmtree(used.wheels)
    assert used.version() == "1.0"


def test_a_damaged_pip_is_not_run(checkout):
    next((checkout.folder / "vendor").iterdir()).write_bytes(b"not a wheel")
    ran = checkout.run("python", "-c", "")
    assert ran.returncode == 2
    assert "повреждён" in ran.stderr


def test_a_taken_port_is_said_before_anything_is_installed(checkout):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = checkout.run(MARSHRUT_PORT=str(port))
    assert ran.returncode == 2
    assert f"Порт {port} занят" in ran.stderr
    assert not (checkout.folder / ".venv").exists()


@pytest.mark.parametrize("port", ["восемь", "0", "70000"])
def test_a_port_that_is_no_port_is_said(checkout, port):
    ran = checkout.run(MARSHRUT_PORT=port)
    assert ran.returncode == 2
    assert "от 1 до 65535" in ran.stderr


def test_a_lock_that_cannot_be_taken_is_said(checkout):
    (checkout.folder / ".venv.lock").mkdir()
    ran = checkout.run("python", "-c", "")
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


def test_an_unknown_command_shows_the_usage(checkout):
    ran = checkout.run("strat")
    assert ran.returncode == 2
    assert "./run test" in ran.stderr


def test_a_machine_without_a_locale_reads_letters_too(checkout):
    bare = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    assert "порт должен быть числом" in checkout.run(MARSHRUT_PORT="восемь", **bare).stderr


def test_the_script_uses_no_syntax_newer_than_python_3_6():
    ast.parse((ROOT / "run").read_text(), feature_version=(3, 6))


def test_an_old_python_is_told_which_one_is_needed(checkout):
    """A Python that says it is old stands for one: the check reads nothing but sys.version_info."""
    program = (
        "import sys, runpy; sys.version_info = (3, 9, 0); sys.argv = ['run'];"
        "import os; os.environ['PATH'] = '';"
        f"runpy.run_path({str(checkout.folder / 'run')!r}, run_name='__main__')"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "Нужен Python 3.11 или новее, а здесь 3.9" in ran.stderr
