"""The files in deploy/ call what exists. They are read, not run: tests have no containers and no systemd."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.cli import COMMANDS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def compose() -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return described


def ours() -> dict[str, Any]:
    return {name: service for name, service in compose()["services"].items() if "build" in service}


def test_containers_call_commands_that_exist():
    assert {service.get("command", ["serve"])[0] for service in ours().values()} == {
        "init",
        "serve",
        "worker",
    }
    assert {"init", "serve", "worker"} <= set(COMMANDS)


def test_containers_keep_data_in_named_volumes():
    declared = set(compose()["volumes"])
    used = {
        volume.split(":")[0]
        for service in compose()["services"].values()
        for volume in service.get("volumes", [])
    }
    assert used == declared


def test_no_container_is_open_to_other_machines():
    ports = [port for service in compose()["services"].values() for port in service.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_pages_in_a_container_believe_the_proxy_before_them():
    """A request never comes from the container's own machine, so without TLS it would get no answer."""
    told = ours()["web"]["environment"]
    assert told["MARSHRUT_BEHIND_PROXY"] == "1"
    assert told["MARSHRUT_PLAIN_HTTP"] == "${MARSHRUT_PLAIN_HTTP:-0}"
    assert told.items() >= ours()["worker"]["environment"].items()


def test_the_image_has_the_version_of_the_project():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {service["image"] for service in ours().values()} == {f"marshrut:{version}"}


@pytest.mark.parametrize("unit", ["marshrut-web.service", "marshrut-worker@.service"])
def test_services_call_commands_that_exist(unit):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / unit)
    program, name, command = parser["Service"]["ExecStart"].split()
    assert (program, name) == ("/opt/marshrut/run", "marshrut")
    assert command in COMMANDS


@pytest.mark.parametrize("unit", ["marshrut-web.service", "marshrut-worker@.service"])
def test_systemd_understands_the_services(unit, tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("нет systemd-analyze")
    described = (DEPLOY / unit).read_text().replace("/opt/marshrut/run", str(ROOT / "run"))
    (tmp_path / unit).write_text(described)
    command = [analyze, "verify", tmp_path / unit]
    told = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (told.returncode, told.stderr) == (0, "")


def test_the_image_takes_every_folder_that_the_product_needs():
    text = (DEPLOY / "Dockerfile").read_text()
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    for folder in ("engine", "webui", "processes", "forms", "requirements", "vendor"):
        assert f"COPY {folder} {folder}\n" in text
        assert f"!{folder}" in let_in
