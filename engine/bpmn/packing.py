"""JSON made small before it is sealed: the state of a case, and what its history keeps.

Most of it is what people filled in: Russian words, and the names of fields. Each letter is taken as one byte
instead of two, and what every case has need not be stored again: an example of each shipped form and of each
answer of a decision is the compressor's dictionary (`benchmarks.packing_samples` makes it). Together this
leaves less than half of what zlib alone would.

The first byte says how the rest is written. Its meanings, and the dictionaries, are never changed: what was
packed must be read for as long as a case is kept. A better dictionary gets a number of its own.
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

from engine.errors import StepFailed

PLAIN, ZLIB, WORDS, SAMPLES = 0, 1, 2, 3
"""WORDS is read, and written no more: its dictionary has the names of fields, one by one."""

_DICTIONARIES: Final = {WORDS: "packing_words.txt", SAMPLES: "packing_samples.txt"}

_WORTH_COMPRESSING: Final = 128
"""Shorter are mostly promises, which are gone as soon as they are kept."""
_LEVEL: Final = 6
"""A thirtieth less than 5 gives, for a sixth of the packing's time more; above it nothing is gained."""

_RAW: Final = -14
"""No header and no checksum of zlib's own: what is sealed can't be damaged unseen. A window of 16 kB, as
long as the dictionary.
"""

_MEMORY: Final = 5
"""Little memory, so that a packer which has read the dictionary is quickly copied: that, not the packing
itself, is most of the time for a short text.
"""

_ONE_BYTE: Final = "cp1251"
"""All letters and signs of Russian; what it lacks is compressed as UTF-8, without the dictionary."""


class NotPacked(StepFailed):
    """The bytes were not made by `pack`."""

    def __init__(self) -> None:
        super().__init__(
            "Запись в деле не читается: её сделала другая версия программы.",
            "Восстановите рабочее место из резервной копии.",
        )


def pack(plain: bytes) -> bytes:
    """JSON in UTF-8 as few bytes."""
    if len(plain) < _WORTH_COMPRESSING:
        return bytes((PLAIN,)) + plain
    try:
        letters = plain.decode().encode(_ONE_BYTE)
    except UnicodeEncodeError:
        return bytes((ZLIB,)) + zlib.compress(plain, _LEVEL)
    packer = _packer().copy()
    return bytes((SAMPLES,)) + packer.compress(letters) + packer.flush()


def unpack(packed: bytes) -> Any:
    """The value of the JSON that was packed. Raises NotPacked."""
    try:
        return orjson.loads(_text(packed[0], packed[1:]))
    except (IndexError, UnicodeDecodeError, zlib.error, orjson.JSONDecodeError) as error:
        raise NotPacked() from error


def _text(scheme: int, body: bytes) -> bytes | str:
    if scheme == PLAIN:
        return body
    if scheme == ZLIB:
        return zlib.decompress(body)
    if scheme in _DICTIONARIES:
        return _unpacker(scheme).copy().decompress(body).decode(_ONE_BYTE)
    raise NotPacked()


@cache
def _packer() -> zlib._Compress:
    """One that has read the dictionary, to be copied."""
    return zlib.compressobj(_LEVEL, wbits=_RAW, memLevel=_MEMORY, zdict=dictionary(SAMPLES))


@cache
def _unpacker(scheme: int) -> zlib._Decompress:
    return zlib.decompressobj(-zlib.MAX_WBITS, zdict=dictionary(scheme))


@cache
def dictionary(scheme: int) -> bytes:
    """The lines of a file, without their ends. What is met most often stands last."""
    path = Path(__file__).with_name(_DICTIONARIES[scheme])
    return "".join(path.read_text(encoding="utf-8").splitlines()).encode(_ONE_BYTE)
