"""JSON made small before it is sealed: the state of a case, and what its history keeps.

Most of it is what people filled in: Russian words, and the names of fields. Each letter is taken as one byte
instead of two, and the words of the shipped forms need not be stored again with every case: they are the
compressor's dictionary. Together this halves what zlib alone would leave, and takes no longer.

The first byte says how the rest is written. Its meanings, and the dictionary, are never changed: what was
packed must be read for as long as a case is kept. A better dictionary gets a number of its own.
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

PLAIN, ZLIB, WORDS = 0, 1, 2

_WORTH_COMPRESSING: Final = 60
_LEVEL: Final = 3
"""Above it a tenth is gained for half as much time again."""

_RAW: Final = -13
"""No header and no checksum of zlib's own: what is sealed can't be damaged unseen. A window of 8 kB."""

_MEMORY: Final = 6
"""Little memory, so that a packer which has read the dictionary is quickly copied."""

_ONE_BYTE: Final = "cp1251"
"""All letters and signs of Russian; what it lacks is compressed as UTF-8, without the dictionary."""


class NotPacked(Exception):
    """The bytes were not made by `pack`."""


def pack(plain: bytes) -> bytes:
    """JSON in UTF-8 as few bytes."""
    if len(plain) < _WORTH_COMPRESSING:
        return bytes((PLAIN,)) + plain
    try:
        letters = plain.decode().encode(_ONE_BYTE)
    except UnicodeEncodeError:
        return bytes((ZLIB,)) + zlib.compress(plain, _LEVEL)
    packer = _packer().copy()
    return bytes((WORDS,)) + packer.compress(letters) + packer.flush()


def unpack(packed: bytes) -> Any:
    """The value of the JSON that was packed. Raises NotPacked."""
    try:
        return orjson.loads(_text(packed[0], packed[1:]))
    except (IndexError, UnicodeDecodeError, zlib.error, orjson.JSONDecodeError) as error:
        raise NotPacked from error


def _text(scheme: int, body: bytes) -> bytes | str:
    if scheme == PLAIN:
        return body
    if scheme == ZLIB:
        return zlib.decompress(body)
    if scheme == WORDS:
        return _unpacker().copy().decompress(body).decode(_ONE_BYTE)
    raise NotPacked


@cache
def _packer() -> zlib._Compress:
    """One that has read the dictionary, to be copied."""
    return zlib.compressobj(_LEVEL, wbits=_RAW, memLevel=_MEMORY, zdict=words())


@cache
def _unpacker() -> zlib._Decompress:
    return zlib.decompressobj(-zlib.MAX_WBITS, zdict=words())


@cache
def words() -> bytes:
    """The dictionary: the lines of a file, without their ends. What is met most often stands last."""
    path = Path(__file__).with_name("packing_words.txt")
    return "".join(path.read_text(encoding="utf-8").splitlines()).encode(_ONE_BYTE)
