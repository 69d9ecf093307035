"""Walking over the tokens of an expression: looking ahead, reading names, complaining well."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

from engine.feel import limits
from engine.feel.errors import FeelError, LimitExceeded
from engine.feel.hints import hint_at
from engine.feel.lexer import Token, tokenize
from engine.feel.names import KEYWORDS, STOP_WORDS, NameTable, needs_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NAME_SIGNS: Final = frozenset({"+", "-", "*", "/", ".", "'", "**", "..", "?"})
"""What a key of a context or the name of a parameter may hold besides words."""


class Reader:
    """The tokens of a text with a position in them, and the names in scope there."""

    def __init__(
        self, text: str, names: Iterable[str], members: Iterable[str], callables: Iterable[str]
    ) -> None:
        if len(text) > limits.TEXT_LENGTH:
            raise LimitExceeded(
                f"Выражение длиннее {limits.TEXT_LENGTH} знаков.", hint="Разбейте его на несколько решений."
            )
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self._scopes = [NameTable(names)]
        self._members = NameTable(members)
        self._callables = NameTable(callables)
        self._nesting = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def ahead(self, count: int = 1) -> Token:
        """The token `count` places after the present one, or the last."""
        return self.tokens[min(self.index + count, len(self.tokens) - 1)]

    def advance(self) -> Token:
        token = self.tokens[self.index]
        if token.kind != "end":
            self.index += 1
        return token

    def at_symbol(self, *texts: str) -> bool:
        token = self.token
        return token.kind == "symbol" and token.text in texts

    def at_word(self, *texts: str) -> bool:
        token = self.token
        return token.kind == "word" and token.text in texts

    def accept(self, text: str) -> bool:
        """Step over the symbol or word `text` if it stands here."""
        if self.token.text == text and self.token.kind in ("symbol", "word"):
            self.index += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        if self.token.text != text or self.token.kind not in ("symbol", "word"):
            self.fail(text)
        return self.advance()

    def fail(self, *expected: str) -> NoReturn:
        """Raise the error that something else was expected here."""
        token = self.token
        source = self.text[token.start : token.end]
        shown = source if len(source) <= 30 else source[:30] + "…"
        found = f"а здесь «{shown}»" if source else "а выражение кончилось"
        wanted = " или ".join(f"«{one}»" if one.isascii() else one for one in expected)
        hint = hint_at(self.text, self.tokens, self.index)
        raise FeelError(f"Нужно {wanted}, {found}.", token.start, expected=expected, hint=hint)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """One level deeper; too many levels are an error, not an overflow of the stack."""
        self._nesting += 1
        if self._nesting > limits.NESTING:
            raise LimitExceeded(
                f"Больше {limits.NESTING} уровней вложенности.",
                self.token.start,
                hint="Вынесите часть выражения в отдельное решение.",
            )
        yield
        self._nesting -= 1

    @contextmanager
    def scope(self, names: Iterable[str] = ()) -> Iterator[NameTable]:
        """Names that exist only inside, for instance those of a loop."""
        table = NameTable(name for name in names if needs_scope(name))
        self._scopes.append(table)
        yield table
        self._scopes.pop()

    @contextmanager
    def member_scope(self) -> Iterator[None]:
        """Inside a filter the members of the items can be named directly."""
        self._scopes.append(self._members)
        yield
        self._scopes.pop()

    def declare(self, table: NameTable, name: str) -> None:
        """A key of a context literal or a loop's variable: visible from here on, alone and as a member."""
        if needs_scope(name):
            table.add(name)
            self._members.add(name)

    def known_name(self) -> str | None:
        """Step over the longest known name that begins here, where the words alone would not show it."""
        best = max((found for table in self._scopes if (found := table.match(self.tokens, self.index))),
                   key=lambda found: found[1], default=None)  # fmt: skip
        called = self._callables.match(self.tokens, self.index)
        if called and (best is None or called[1] > best[1]):
            after = self.ahead(called[1])
            if after.kind == "symbol" and after.text == "(":
                best = called
        if best is None:
            return None
        self.index += best[1]
        return best[0]

    def member_name(self) -> str:
        """The name after a dot."""
        found = self._members.match(self.tokens, self.index)
        if found is None:
            if self.token.kind != "word":
                self.fail("имя")
            return self.joined_name(lambda token: token.text in STOP_WORDS)
        self.index += found[1]
        return found[0]

    def joined_name(self, stops: Callable[[Token], bool]) -> str:
        """Words and whole numbers that stand side by side are one name; the first is taken as it is."""
        words = [self.advance().text]
        while self._continues_name(stops):
            words.append(self.advance().text)
        return " ".join(words)

    def _continues_name(self, stops: Callable[[Token], bool]) -> bool:
        token = self.token
        if token.kind == "number":
            return token.text.isdecimal()
        if token.kind != "word" or stops(token):
            return False
        return not (token.text == "instance" and self.ahead().text == "of")

    def binding_name(self, *ends: str) -> str:
        """A name that is being given (key, parameter, loop variable): everything up to one of `ends`."""
        start = self.index
        while self.token.text not in ends or self.token.kind == "string":
            if not self.may_be_in_name(self.token):
                self.fail(*(ends if self.index > start else ("имя",)))
            self.advance()
        if self.index == start:
            self.fail("имя")
        return self.source_of(start, self.index)

    @staticmethod
    def may_be_in_name(token: Token) -> bool:
        if token.kind == "symbol":
            return token.text in _NAME_SIGNS or not token.text.isascii()
        return token.kind in ("word", "number")

    def source_of(self, start: int, end: int) -> str:
        """The text of tokens `start` to before `end`, with single spaces where there was any."""
        parts = [self.tokens[start].text]
        for previous, token in zip(self.tokens[start:end], self.tokens[start + 1 : end], strict=False):
            parts.append(" " if token.start > previous.end else "")
            parts.append(token.text)
        return "".join(parts)

    def starts_expression(self, token: Token) -> bool:
        """Whether an expression could begin with `token`."""
        if token.kind in ("number", "string"):
            return True
        if token.kind == "word":
            return token.text not in STOP_WORDS
        return token.kind == "symbol" and token.text in ("(", "[", "{", "-", "@", "?")

    def plain_name(self) -> str | None:
        """The name made of the words that begin here, or None at a keyword."""
        if self.token.kind != "word" or self.token.text in KEYWORDS:
            return None
        return self.joined_name(lambda token: token.text in STOP_WORDS)
