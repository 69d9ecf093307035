"""A form that was read and found fit: fills itself from the case, checks what comes back.

The rules are those of the viewer in the browser, so that a person is never told one thing by the page and
another by the server: hidden fields are dropped, disabled and read-only ones come from the case and not
from the browser, everything else is converted and checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.errors import InvalidData
from engine.formjs import words
from engine.formjs.answers import Answers
from engine.formjs.inputs import Choice
from engine.formjs.structure import Leaf, Scope
from engine.formjs.values import get_path, plain, set_path
from engine.model import Value

Source = Literal["case", "default"]

UNREAD = "?"
"""Under this name, which no field can have, a draft keeps what was typed and is no value («завтра»
in a date): {path of the field: text}. Only the page looks at it; a completed form never has it."""


@dataclass(frozen=True, slots=True)
class FormField:
    """What lists, mappings and reports need to know of a field. `rows` are the fields of a dynamic list."""

    key: str
    label: str
    type: str
    required: bool
    rows: tuple[FormField, ...] = ()
    options: tuple[tuple[Value, str], ...] = ()
    """Values to choose from with what people read for them, where the form itself lists them."""


@dataclass(frozen=True)
class Form:
    """Built by `engine.formjs.read`; immutable, shared by threads.

    `id` is what the file calls itself; `names` are the variables that its expressions and texts look at.
    """

    content: bytes = field(repr=False)
    id: str
    scope: Scope = field(repr=False)
    names: frozenset[str] = field(repr=False)

    @property
    def fields(self) -> tuple[FormField, ...]:
        """Fields with values; dynamic lists come after the others."""
        return _listed(self.scope)

    def to_json(self) -> bytes:
        """The form byte for byte as it was read."""
        return self.content

    def prefill(self, variables: Mapping[str, Value]) -> dict[str, Any]:
        """Data for the viewer, ready for JSON: values of the fields and of what the form's texts and
        conditions look at, and nothing else of the case.
        """
        variables = dict(variables)
        data = {name: plain(variables[name]) for name in self.names if name in variables}
        for leaf in self.scope.leaves:
            if get_path(variables, leaf.path) is not None:
                set_path(data, leaf.path, leaf.shown(variables))
        for rows in self.scope.rows:
            if isinstance(get_path(variables, rows.path), list):
                set_path(data, rows.path, rows.shown(variables))
        return data

    def sources(self, variables: Mapping[str, Value]) -> dict[str, Source]:
        """Where the first value of a field comes from: the case, or the form's own default."""
        found: dict[str, Source] = {}
        variables = dict(variables)
        for item in self.scope.items:
            if get_path(variables, item.path) is not None:
                found[item.name] = "case"
            elif isinstance(item, Leaf) and item.default is not None:
                found[item.name] = "default"
        return found

    def validate(
        self, data: Mapping[str, Any], known: Mapping[str, Value], *, now: datetime | None = None
    ) -> dict[str, Value]:
        """The answers as values of the engine, nested as the form nests them.

        `data` is what the viewer submitted; `known` are the variables the form was filled from; `now` is the
        moment in the agency's zone: it completes dates without a zone, answers `now()` in expressions and
        tells a day that has passed. A field that the data leave out keeps what the form showed; a dynamic
        list that they leave out has no rows. Keys the form does not know are refused: to drop an answer
        without a word would lose somebody's work.

        Raises InvalidData; its `errors` are keyed `поле`, `группа.поле`, `список.0.поле`.
        """
        if not isinstance(data, Mapping):
            raise InvalidData("Ответ формы не прочитан: нужен набор полей.", {})
        answers = Answers(dict(known), now)
        values = answers.read(self.scope, dict(data), self.names)
        if answers.errors:
            raise InvalidData(words.not_accepted(list(dict.fromkeys(answers.labels))), answers.errors)
        return values


def _options(leaf: Leaf) -> tuple[tuple[Value, str], ...]:
    return leaf.input.options.labels if isinstance(leaf.input, Choice) and leaf.input.options else ()


def _listed(scope: Scope) -> tuple[FormField, ...]:
    leaves = [
        FormField(leaf.name, leaf.label, leaf.kind, leaf.input.needed, options=_options(leaf))
        for leaf in scope.leaves
    ]
    lists = [
        FormField(rows.name, rows.label, "dynamiclist", rows.least > 0, _listed(rows.scope))
        for rows in scope.rows
    ]
    return (*leaves, *lists)
