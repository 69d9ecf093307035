"""What `pip install` brings: the wheel carries every file that the product reads while it runs."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

from engine import resources

ROOT = Path(__file__).parents[2]
WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
    "wheel"
]


def test_the_packages_and_what_is_shipped_with_them_go_into_it() -> None:
    assert WHEEL["packages"] == ["engine", "webui"]
    for folder in (resources.processes_dir(), resources.forms_dir()):
        inside = ROOT / WHEEL["force-include"][folder.name]
        assert inside == Path(resources.__file__).parent / "shipped" / folder.name


def test_nothing_but_the_sources_of_the_front_end_is_left_out() -> None:
    assert WHEEL["exclude"] == ["webui/assets"]


def test_no_file_that_it_needs_is_hidden_from_the_builder() -> None:
    """Whatever Git is told to ignore, the builder leaves out without a word."""
    folders = [ROOT / "engine", ROOT / "webui" / "static", ROOT / "webui" / "templates"]
    folders += [ROOT / "webui" / "translations", ROOT / "processes", ROOT / "forms"]
    files = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    hidden = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=ROOT, input="\n".join(files), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert len(files) > 300
    assert (hidden.returncode, hidden.stdout) == (1, ""), hidden.stderr
