"""The definitions that come with the product are found wherever it was installed from."""

from __future__ import annotations

from pathlib import Path

from engine import resources

ROOT = Path(__file__).parents[2]


def test_a_checkout_has_them_beside_the_package():
    assert resources.processes_dir() == ROOT / "processes"
    assert resources.forms_dir() == ROOT / "forms"


def test_an_installed_package_has_them_inside(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_SHIPPED", tmp_path)
    assert resources.processes_dir() == tmp_path / "processes"
    assert resources.forms_dir() == tmp_path / "forms"
