"""Reading types: after `instance of` and after the parameters of a function."""

from __future__ import annotations

from typing import Final

from engine.feel.names import STOP_WORDS
from engine.feel.reader import Reader
from engine.feel.typerefs import ContextType, FunctionType, ListType, NamedType, RangeType, TypeRef

_LONG_NAMES: Final = (
    ("date", "and", "time"),
    ("days", "and", "time", "duration"),
    ("years", "and", "months", "duration"),
)


def read_type(reader: Reader) -> TypeRef:
    with reader.nested():
        if reader.ahead().text == "<":
            if reader.at_word("list"):
                return ListType(_item(reader))
            if reader.at_word("range"):
                return RangeType(_item(reader))
            if reader.at_word("context"):
                return _context(reader)
            if reader.at_word("function"):
                return _function(reader)
        return NamedType(_name(reader))


def _item(reader: Reader) -> TypeRef:
    reader.advance()
    reader.expect("<")
    item = read_type(reader)
    reader.expect(">")
    return item


def _context(reader: Reader) -> ContextType:
    reader.advance()
    reader.expect("<")
    fields: list[tuple[str, TypeRef]] = []
    while not reader.at_symbol(">"):
        name = reader.binding_name(":")
        reader.expect(":")
        fields.append((name, read_type(reader)))
        if not reader.accept(","):
            break
    reader.expect(">")
    return ContextType(tuple(fields))


def _function(reader: Reader) -> FunctionType:
    reader.advance()
    reader.expect("<")
    parameters: list[TypeRef] = []
    while not reader.at_symbol(">"):
        parameters.append(read_type(reader))
        if not reader.accept(","):
            break
    reader.expect(">")
    reader.expect("->")
    return FunctionType(tuple(parameters), read_type(reader))


def _name(reader: Reader) -> str:
    for words in _LONG_NAMES:
        if all(reader.ahead(offset).text == word for offset, word in enumerate(words)):
            reader.index += len(words)
            return " ".join(words)
    known = reader.known_name()
    if known is not None:
        return known
    if reader.token.kind != "word":
        reader.fail("тип")
    name = reader.joined_name(lambda token: token.text in STOP_WORDS or token.text == "external")
    while reader.at_symbol(".") and reader.ahead().kind == "word":
        reader.advance()
        name += "." + reader.joined_name(lambda token: token.text in STOP_WORDS)
    return name
