"""JSON packed: exact for every text, small for ours, readable for as long as a case is kept."""

from __future__ import annotations

import hashlib
import zlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn.packing import SAMPLES, WORDS, NotPacked, dictionary, pack, unpack

ANSWERS = {
    "дата_обследования": "2025-12-29",
    "место_обследования": "дома",
    "тип_жилья": "дом",
    "признаки_риска": ["опасное жильё", "школа"],
    "слова_семьи": "Просят помочь с печью и занятиями для старшего — срочно, до холодов.",
}


@pytest.mark.parametrize(
    "value",
    [
        {},
        [1, None, "кот"],
        ANSWERS,
        {"письмо": "中文 и ₽ и 🙂 " * 20},
        {"знак, которого нет в одном байте": "\x98" * 100},
    ],
    ids=["nothing", "short", "Russian", "letters of others", "no such byte"],
)
def test_what_is_packed_comes_back(value):
    assert unpack(pack(orjson.dumps(value))) == value


@given(st.dictionaries(st.text(), st.text() | st.lists(st.text())))
def test_any_text_comes_back(value):
    assert unpack(pack(orjson.dumps(value))) == value


def test_answers_of_shipped_forms_take_half_of_what_zlib_leaves():
    assert len(pack(orjson.dumps(ANSWERS))) < len(zlib.compress(orjson.dumps(ANSWERS), 9)) / 2


@pytest.mark.parametrize(
    ("scheme", "digest"),
    [
        (WORDS, "498c33bfb79fbba64fe168ad5345a29a583a6c80dc803739290e726be35d558d"),
        (SAMPLES, "ab0ed259c0c68e8b35e0b40a4409c42b481153b25a5ee2d3d7f720e422b38c7d"),
    ],
)
def test_a_dictionary_never_changes(scheme, digest):
    """Everything stored was packed with it. Better ones need a number of their own beside it."""
    assert hashlib.sha256(dictionary(scheme)).hexdigest() == digest


@pytest.mark.parametrize(
    "kept",
    [
        "005b22d09ad182d0be2dd182d0be20d0bfd180d0bed181d0b8d1823a20d0bfd0b5d187d18c225d",
        "01785e8b56ba30eb62d3857dba2042e1c2fe8b0d17f65d6cbcb0e3629315907761ebc5f68b3d4ab100c5fc1734",
        "028b563af5e99d2e307440e9ffc5272b055095a8a300ee0be9283c01e694074ab100",
        "038b563af5e99deea777a0dd201f5f7cb252806e99a054341600",
    ],
    ids=["plain", "zlib", "words", "samples"],
)
def test_each_way_of_writing_can_still_be_read(kept):
    assert unpack(bytes.fromhex(kept))[0].startswith("Кто-то просит: печь")


@pytest.mark.parametrize(
    "broken", [b"", b"\x00", b"\x01[]", b"\x02[]", b"\x03[]", b"\x07[]", pack(orjson.dumps(ANSWERS))[:-5]]
)
def test_what_was_not_packed_is_refused(broken):
    with pytest.raises(NotPacked):
        unpack(broken)
