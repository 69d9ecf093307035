"""How the workshop and its helper process talk: frames of JSON, each followed by bytes."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO, Final

_LENGTHS: Final = struct.Struct(">II")


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None at the end."""
    head = stream.read(_LENGTHS.size)
    if len(head) < _LENGTHS.size:
        return None
    lengths = _LENGTHS.unpack(head)
    meta, blob = (stream.read(length) for length in lengths)
    return (json.loads(meta), blob) if len(blob) == lengths[1] else None


def write_frame(stream: BinaryIO, meta: dict[str, Any], blob: bytes = b"") -> None:
    text = json.dumps(meta, ensure_ascii=False).encode("utf-8", "replace")
    stream.write(_LENGTHS.pack(len(text), len(blob)) + text + blob)
    stream.flush()
