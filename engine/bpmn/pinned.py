"""A process of one published version: `p04_item@3`, beside `p04_item`, which is that of the release.

The name stands wherever a process is named (places, states, histories), so steps of two versions that run
in one case are never taken for one another. No id of a file holds the sign.
"""

from __future__ import annotations

SIGN = "@"


def pinned(process: str, version: int) -> str:
    """The name of a process of that version."""
    return f"{process}{SIGN}{version}"


def process_and_version(name: str) -> tuple[str, int | None]:
    """The id of a process and the version it is bound to; None: that of the release."""
    process, sign, version = name.rpartition(SIGN)
    return (process, int(version)) if sign and version.isdecimal() else (name, None)
