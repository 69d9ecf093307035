"""PDF by LibreOffice, where it is installed: it prints everything, pictures too.

It is a large program that can hang, so it runs in a process group of its own with a time limit, in a folder
of its own, with a profile that belongs to this process alone (two LibreOffices can't share one).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)

SECONDS: Final = 60
NAMES: Final = ("soffice", "libreoffice")

_GUARD: Final = threading.Lock()


def find(path: str | None = None) -> str | None:
    """The program, or None where there is none; `path` as the variable PATH."""
    return next((found for name in NAMES if (found := shutil.which(name, path=path))), None)


def pdf(program: str, content: bytes, seconds: float = SECONDS) -> bytes | None:
    """The DOCX as PDF, or None when LibreOffice did not manage; one document at a time."""
    with _GUARD, tempfile.TemporaryDirectory(prefix="marshrut-office-") as folder:
        source = Path(folder) / "document.docx"
        source.write_bytes(content)
        problem = _run(program, folder, source, seconds)
        made = source.with_suffix(".pdf")
        if problem is None and made.is_file():
            return made.read_bytes()
    log.warning("office.failed", problem=problem or "no file")
    return None


def _run(program: str, folder: str, source: Path, seconds: float) -> str | None:
    """Why it failed, or None."""
    process = subprocess.Popen(  # noqa: S603 - the program was found on PATH, the arguments are ours
        [
            program,
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--nodefault",
            f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
            "--convert-to",
            "pdf:writer_pdf_Export",
            "--outdir",
            folder,
            str(source),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={"HOME": folder, "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
        start_new_session=True,
    )
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return "time"
    finally:
        _end_group(process)
    return None if code == 0 else f"exit {code}"


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """LibreOffice leaves children behind: end the whole group, also after a success."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
