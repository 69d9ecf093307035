"""Looking for words in bytes, however they may be written there."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from engine.storage.database import Database


def spellings(word: str) -> Iterator[bytes]:
    """The word in every writing in which it would still be readable."""
    for said in {word, word.lower(), word.upper(), word.casefold().replace("ё", "е")}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp1251"):
            yield said.encode(encoding, "ignore")
        plain = said.encode()
        yield plain.hex().encode()
        yield json.dumps(said)[1:-1].encode()
        for lead in range(3):  # base64 looks different at each place in three bytes
            coded = base64.b64encode(b"\0" * lead + plain)
            yield coded[4 if lead else 0 : len(coded) // 4 * 4 - 4]


def found(words: Iterable[str], content: bytes) -> set[str]:
    """Those of the words that can be read in the content."""
    return {word for word in words if any(len(form) > 4 and form in content for form in spellings(word))}


def files(folder: Path) -> dict[str, bytes]:
    """Everything that lies in the folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def dump(database: Database) -> bytes:
    """Every value of every table as text or bytes: what somebody with the database server can read."""
    lines: list[bytes] = []
    with database.read() as conn:
        for table in inspect(conn).get_table_names():
            for row in conn.execute(text(f'SELECT * FROM "{table}"')):
                lines += [_bytes(value) for value in row]
    return b"\n".join(lines)


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
