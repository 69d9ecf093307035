"""`marshrut backup` and `marshrut restore`."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import orjson
import pytest

from engine.access.tables import AGENCY
from engine.access.units import NewUnit, create_unit
from engine.bootstrap import open_runtime
from engine.errors import KeyDestroyed
from engine.model import SYSTEM
from engine.runtime import Runtime
from engine.settings import load
from tests.engine.commands.calling import call

SECRET = b"\xd1\x81\xd0\xb5\xd0\xba\xd1\x80\xd0\xb5\xd1\x82"


@pytest.fixture
def rt(ready_home):
    """An instance with something to lose."""
    made = open_runtime(load())
    yield made
    stop(made)


def stop(rt: Runtime) -> None:
    """As when the server ends."""
    rt.database.close()
    rt.vault.store.database.close()


def copied(folder: Path) -> tuple[str, str]:
    """(the copy, the copy of the keys)."""
    found = call("backup", str(folder), "--json")
    assert found.code == 0
    return found.json["copy"], found.json["keys"]


def organisations() -> list[str]:
    return [unit.name for unit in open_runtime(load()).directory.tree().units.values()]


def test_a_copy_is_one_file_and_the_keys_are_another(rt, tmp_path):
    copy, keys = copied(tmp_path / "copies")
    assert {path.name for path in (tmp_path / "copies").iterdir()} == {Path(copy).name, Path(keys).name}
    assert Path(copy).stat().st_mode & 0o077 == 0
    assert Path(keys).stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(copy) as archive:
        assert archive.namelist() == ["marshrut.db", "settings.json"]


def test_no_secret_is_in_the_copy(rt, tmp_path, tmp_home, monkeypatch):
    monkeypatch.setenv("MARSHRUT_REDIS", "redis://:parol@redis/0")
    copy, _ = copied(tmp_path / "copies")
    with zipfile.ZipFile(copy) as archive:
        settings = orjson.loads(archive.read("settings.json"))
        everything = archive.read("marshrut.db") + archive.read("settings.json")
    assert settings["redis"] is True
    for secret in ("master.key", "secret.key"):
        assert (tmp_home / secret).read_bytes().strip() not in everything
    assert b"parol" not in everything


def test_the_answer_says_what_to_do_with_the_keys(rt, tmp_path):
    answer = call("backup", str(tmp_path / "copies"))
    assert "Храните их отдельно" in answer.out
    assert "master.key" in answer.out


def test_by_itself_the_copy_lies_in_the_folder_of_copies(rt, tmp_home):
    assert call("backup").code == 0
    assert len(list((tmp_home / "backups").glob("*.zip"))) == 1


def test_a_copy_is_never_written_over(rt, tmp_path):
    assert call("backup", str(tmp_path / "a.zip")).code == 0
    answer = call("backup", str(tmp_path / "a.zip"))
    assert answer.code == 2
    assert "уже есть" in answer.err


def test_an_instance_is_not_overwritten_without_force(rt, tmp_path):
    copy, _ = copied(tmp_path / "copies")
    stop(rt)
    answer = call("restore", copy)
    assert answer.code == 2
    assert "--force" in answer.err


def test_with_force_the_copy_comes_back_and_the_old_file_is_laid_aside(rt, tmp_path, tmp_home):
    copy, _ = copied(tmp_path / "copies")
    create_unit(rt, SYSTEM, NewUnit(name="Вторая", kind=AGENCY))
    stop(rt)
    answer = call("restore", copy, "--force", "--json")
    assert answer.code == 0
    assert organisations() == ["КЦСОН"]
    (aside,) = answer.json["aside"]
    with sqlite3.connect(aside) as connection:
        assert connection.execute("SELECT count(*) FROM unit").fetchone() == (2,)
    assert call("doctor", "--json").json["checks"][-1]["ok"] is True


def test_destroyed_data_stay_destroyed_when_an_old_copy_comes_back(rt, tmp_path):
    key = rt.vault.new_key("case")
    sealed = rt.vault.seal(key, SECRET, "test")
    copy, keys = copied(tmp_path / "copies")
    rt.vault.destroy(key)
    stop(rt)
    assert call("restore", copy, "--force").code == 0
    with pytest.raises(KeyDestroyed):
        open_runtime(load()).vault.open(key, sealed, "test")
    refused = call("restore", copy, "--keys", keys, "--force")
    assert refused.code == 2
    assert "ожили бы уничтоженные ключи" in refused.err


def test_on_a_new_machine_both_files_and_the_master_key_bring_everything_back(
    rt, tmp_path, tmp_home, monkeypatch
):
    key = rt.vault.new_key("case")
    sealed = rt.vault.seal(key, SECRET, "test")
    copy, keys = copied(tmp_path / "copies")
    new = tmp_path / "new"
    new.mkdir(mode=0o700)
    (new / "master.key").write_bytes((tmp_home / "master.key").read_bytes())
    (new / "master.key").chmod(0o600)
    monkeypatch.setenv("MARSHRUT_HOME", str(new))
    without = call("restore", copy)
    assert without.code == 2
    assert "--keys" in without.err
    assert call("restore", copy, "--keys", keys).code == 0
    assert organisations() == ["КЦСОН"]
    assert open_runtime(load()).vault.open(key, sealed, "test") == SECRET


def test_keys_that_do_not_fit_change_nothing(rt, tmp_path, tmp_home, monkeypatch):
    copy, _ = copied(tmp_path / "copies")
    stop(rt)
    other = tmp_path / "other"
    monkeypatch.setenv("MARSHRUT_HOME", str(other))
    call("init")
    before = (other / "marshrut.db").read_bytes()
    answer = call("restore", copy, "--force")
    assert answer.code == 2
    assert "от другой базы" in answer.err
    assert (other / "marshrut.db").read_bytes() == before
    assert [path.name for path in other.iterdir() if "before" in path.name or path.name.startswith(".")] == []


def test_a_database_that_somebody_works_with_is_not_replaced(rt, tmp_path, tmp_home):
    copy, _ = copied(tmp_path / "copies")
    with rt.database.read():
        answer = call("restore", copy, "--force")
    assert answer.code == 2
    assert "сейчас открыта" in answer.err
    assert organisations() == ["КЦСОН"]


def test_a_damaged_database_is_laid_aside_as_it_is(rt, tmp_path, tmp_home):
    copy, _ = copied(tmp_path / "copies")
    stop(rt)
    (tmp_home / "marshrut.db").write_bytes(b"rubbish" * 1000)
    assert call("restore", copy, "--force").code == 0
    assert organisations() == ["КЦСОН"]
    assert (tmp_home / "marshrut.db.before-restore-1").read_bytes() == b"rubbish" * 1000


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"PK\x03\x04 half of a file", None])
def test_what_is_no_copy_changes_nothing(rt, tmp_path, tmp_home, content):
    stop(rt)
    path = tmp_path / "x.zip"
    if content is not None:
        path.write_bytes(content)
    answer = call("restore", str(path), "--force")
    assert answer.code == 2
    assert organisations() == ["КЦСОН"]


def test_a_copy_with_a_damaged_database_changes_nothing(rt, tmp_path, tmp_home):
    copy, _ = copied(tmp_path / "copies")
    stop(rt)
    with zipfile.ZipFile(copy) as archive:
        content = bytearray(archive.read("marshrut.db"))
    content[30_000:60_000] = b"\xff" * 30_000
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("marshrut.db", bytes(content))
    answer = call("restore", str(broken), "--force")
    assert answer.code == 2
    assert "повреждена" in answer.err
    assert organisations() == ["КЦСОН"]


def test_a_copy_moves_an_instance_to_postgresql(rt, tmp_path, monkeypatch, postgres_url):
    copy, _ = copied(tmp_path / "copies")
    stop(rt)
    monkeypatch.setenv("MARSHRUT_DATABASE", postgres_url)
    assert call("restore", copy).code == 0
    moved = open_runtime(load())
    assert moved.database.kind == "postgresql"
    assert organisations() == ["КЦСОН"]
    moved.database.close()
    again = call("restore", copy, "--force")
    assert again.code == 2
    assert "уже что-то есть" in again.err
