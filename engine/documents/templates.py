"""Templates as the catalogue of definitions sees them: checked when they are published."""

from __future__ import annotations

from collections.abc import Callable, Collection
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from engine.documents.context import ADDRESSEE, ANNEX, OF_A_KEY, OWN, WORDED
from engine.documents.workshop import Readable, workshop
from engine.errors import DefinitionRefused, Finding, InvalidData

KEPT_CHECKS: Final = 64
"""Templates remembered as good: the shipped ones are checked at every publication."""


CASE_NUMBER: Final = "номер_дела"
"""What alone a subject may show: titles lie open in the database, and numbers name nobody."""


def check_template(content: bytes, *, name: str = "") -> str:
    """What its documents are called; DefinitionRefused when the file is no template that can be filled, or
    lacks what its number needs.
    """
    try:
        read = _read(content)
    except InvalidData as error:
        rule = error.errors.get("rule", "docx-file")
        raise _refused(name, Finding(rule, "error", error.message, error.errors["file"])) from None
    if not read.title or not read.mark:
        raise _refused(
            name,
            Finding(
                "docx-properties",
                "error",
                "У шаблона нет названия или обозначения для номера.",
                "В Word откройте «Файл», «Сведения»: в «Название» напишите, как называется документ, "
                "в «Категории» — обозначение для номера, например РЕШ.",
            ),
        )
    if any(name.rpartition(".")[2] != CASE_NUMBER for name in read.about_names):
        raise _refused(
            name,
            Finding(
                "docx-properties",
                "error",
                "В «Теме» шаблона стоит не только номер дела.",
                "«Тема» видна в списке документов: оставьте в ней слова и номер дела.",
            ),
        )
    return read.title


def check_names(content: bytes, known: Callable[[], Collection[str]] | None) -> list[Finding]:
    """Names that nothing will ever stand for: on paper each would be an empty line. `known` gives every word
    of the pathways and forms; None: nobody knows, so only our own names are checked.
    """
    named = [name.split(".") for name in _read(content).names]
    found = [_field(path) for path in named if path[0] in OWN]
    asked = {_variable(path) for path in named} - {""}
    if asked and known is not None:
        written = known()
        found += [_unknown(name, written) for name in sorted(asked - {ADDRESSEE, ANNEX, *written})]
    return [finding for finding in found if finding is not None]


def _variable(path: list[str]) -> str:
    """The variable of the case that a name asks for; empty for a name of our own."""
    if path[0] == WORDED:
        return path[1] if len(path) > 1 else ""
    return "" if path[0] in OWN else path[0]


def _field(path: list[str]) -> Finding | None:
    """What is wrong with a name of our own."""
    may_follow = [OWN[path[0]]] if path[0] not in OF_A_KEY else [frozenset(), OF_A_KEY[path[0]]]
    for place, allowed in enumerate(may_follow, 1):
        if allowed and len(path) > place and path[place] not in allowed:
            wrong = ".".join(path[: place + 1])
            return Finding(
                "docx-field",
                "error",
                f"Тег «{wrong}» ничего не покажет: после «{'.'.join(path[:place])}.» такого нет.",
                f"{_perhaps(path[place], allowed)}Есть: {', '.join(sorted(allowed))}.",
            )
    return None


def _unknown(name: str, written: Collection[str]) -> Finding:
    return Finding(
        "docx-unknown",
        "warning",
        f"Тег «{name}» ничего не покажет: такого значения нет ни в одной форме и ни в одном пути.",
        f"{_perhaps(name, written)}На бумаге на этом месте всегда будет пустая черта.",
    )


def _perhaps(name: str, others: Collection[str]) -> str:
    """A name that looks like a misspelling of this one, as a sentence."""
    alike = get_close_matches(name, sorted(others), n=1, cutoff=0.75)
    return f"Может быть, «{alike[0]}»? " if alike else ""


@lru_cache(maxsize=KEPT_CHECKS)
def _read(content: bytes) -> Readable:
    """A template that can be filled."""
    return workshop.check(content)


def _refused(name: str, finding: Finding) -> DefinitionRefused:
    called = f" «{name}»" if name else ""
    return DefinitionRefused(f"Шаблон документа{called} не принят.", (finding,))
