"""What people write where FEEL is written otherwise, and how to write it."""

from __future__ import annotations

from typing import Final

from engine.feel.lexer import Token
from engine.feel.names import KEYWORDS

_AND: Final = "«И» пишется словом: and."
_OR: Final = "«Или» пишется словом: or."
_NOT: Final = "«Не» пишется словом: not(…)."
_IF: Final = "Выбор пишется так: if … then … else …"
_QUOTES: Final = 'Строки пишутся в прямых двойных кавычках: "…".'

_SIGNS: Final = {
    "==": "Равенство пишется одним знаком: =.",
    "=<": "«Не больше» пишется так: <=.",
    "=>": "«Не меньше» пишется так: >=.",
    "<>": "«Не равно» пишется так: !=.",
    "≤": "«Не больше» пишется так: <=.",
    "≥": "«Не меньше» пишется так: >=.",
    "≠": "«Не равно» пишется так: !=.",
    "&": _AND,
    "|": _OR,
    "!": _NOT,
    "'": _QUOTES,
    "“": _QUOTES,
    "”": _QUOTES,
    "«": _QUOTES,
    "%": "Остаток от деления: modulo(a, b).",
    ";": "Части отделяются запятой.",
    "..": "Промежуток пишется в скобках: [1..5].",
    "–": "Минус — короткая черта: -.",
    "—": "Минус — короткая черта: -.",
    "×": "Умножение пишется звёздочкой: *.",
    "·": "Умножение пишется звёздочкой: *.",
    "÷": "Деление пишется косой чертой: /.",
}
"""By what stands at the place; two signs say more than one."""

_WORDS: Final = {
    **dict.fromkeys(("и", "and"), _AND),
    **dict.fromkeys(("или", "or"), _OR),
    **dict.fromkeys(("не", "not"), _NOT),
    **dict.fromkeys(("если", "то", "иначе", "if", "then", "else"), _IF),
    "между": "«Между» пишется так: between 1 and 5.",
    "больше": "«Больше» пишется знаком: >.",
    "меньше": "«Меньше» пишется знаком: <.",
}
"""Words of FEEL in Russian, or in capital letters."""


def hint_at(text: str, tokens: list[Token], index: int) -> str:
    """How to write what stands at `tokens[index]` of `text`; empty when there is nothing to say."""
    token = tokens[index]
    if index and index + 1 < len(tokens) and tokens[index - 1].kind == "number":
        if token.kind == "number":
            return "Число пишется без пробелов: 10000."
        if token.text == "," and tokens[index + 1].kind == "number":
            return "Дробь пишется через точку: 1.5. Несколько значений берут в скобки: (1, 5)."
    if token.kind == "word":
        return "" if token.text in KEYWORDS else _WORDS.get(token.text.lower(), "")
    source = text[token.start : token.end]
    pair = text[max(token.start - 1, 0) : token.end]
    return _SIGNS.get(pair) or _SIGNS.get(source) or _SIGNS.get(source[:1], "")


def hint_in(name: str) -> str:
    """How to write what was taken for a part of a name: «доход больше 5» is read as one name."""
    return next((_WORDS[word] for word in name.split() if word in _WORDS and not word.isascii()), "")
