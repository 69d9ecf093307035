"""`marshrut rekey`."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from engine.bootstrap import create_instance, open_runtime
from engine.cli import marshrut
from engine.settings import MASTER_KEY_FILE, load, prepare_home


def test_an_instance_opens_after_its_master_key_was_changed(tmp_home: Path) -> None:
    prepare_home(tmp_home)
    before = (tmp_home / MASTER_KEY_FILE).read_text()
    rt = create_instance(load())
    key = rt.vault.new_key("case")
    sealed = rt.vault.seal(key, b"words", "p")
    said = CliRunner().invoke(marshrut, ["rekey"], standalone_mode=False)
    assert "Главный ключ сменён" in said.output
    assert (tmp_home / MASTER_KEY_FILE).read_text() != before
    assert open_runtime(load()).vault.open(key, sealed, "p") == b"words"
