"""Reading the answers of one submitted form: what was shown, what was hidden, what is wrong.

Expressions see what the viewer's expressions see: the data of the whole form without what is hidden, and
inside a row of a dynamic list also `this` (the row), `parent` and `i` (numbers of the rows, from 1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from marshmallow import ValidationError

from engine.formjs import words
from engine.formjs.structure import ROWS_LIMIT, Call, Leaf, Rows, Scope
from engine.formjs.values import drop_path, get_path, seen, set_path
from engine.model import Value

_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the data we are: the form as a whole, or a row of a list; `known` is what the case has."""

    this: Mapping[str, Value]
    known: Mapping[str, Value]
    prefix: str = ""
    indexes: tuple[int, ...] = ()
    parent: Mapping[str, Value] | None = None

    def context(self, whole: Mapping[str, Value]) -> dict[str, Value]:
        """What an expression here may look at; data of the form win over the special names."""
        special = {"this": self.this, "parent": self.parent, "i": [index + 1 for index in self.indexes]}
        return {**special, **whole, **{f"_{name}_": value for name, value in special.items()}}

    def row(self, rows: Rows, index: int) -> _Place:
        here = get_path(self.this, rows.path)
        return _Place(
            this=_at(here, index) if _are_rows(here) else {},
            known=_at(rows.known_rows(self.known), index),
            prefix=f"{self.prefix}{rows.name}.{index}.",
            indexes=(*self.indexes, index),
            parent=self.context(self.this) if rows.scope.computed else None,
        )


class Answers:
    """One answer on its way through the form. `errors` and `labels` collect the remarks on the way."""

    def __init__(self, known: Mapping[str, Value], now: datetime | None) -> None:
        self.errors: dict[str, str] = {}
        self.labels: list[str] = []
        self._known = known
        self._now = now
        self._whole: dict[str, Value] = {}

    def read(self, scope: Scope, data: Mapping[str, Any], names: frozenset[str]) -> dict[str, Value]:
        """Values of the engine for the whole form; good only when there are no `errors` afterwards."""
        self._refuse_unknown(data, scope, "")
        raw = self._complete(scope, data, self._known)
        if scope.computed:
            looked_at = {name: seen(self._known[name]) for name in names if name in self._known}
            everything = seen(raw)
            self._whole = {**looked_at, **everything}
            visible = self._without_hidden(scope, _Place(everything, self._known))
            hidden = [item for item in scope.items if item.path[0] not in visible]
            at_first = {item.path[0]: seen(item.shown(self._known)) for item in hidden}
            self._whole = {**looked_at, **at_first, **visible}
        return self._values(scope, raw, _Place(self._whole if scope.computed else raw, self._known))

    # --- what was submitted -----------------------------------------------------------------------

    def _refuse_unknown(self, data: Mapping[str, Any], scope: Scope, prefix: str) -> None:
        self._refuse_names(data, scope.names, prefix)
        for rows in scope.rows:
            submitted = get_path(data, rows.path)
            if _are_rows(submitted):
                for index, row in enumerate(submitted):
                    self._refuse_unknown(row, rows.scope, f"{prefix}{rows.name}.{index}.")

    def _refuse_names(self, data: Mapping[str, Any], names: Mapping[str, Any], prefix: str) -> None:
        if data.keys() <= names.keys() and not any(names.values()):
            return  # all are known, and none has names inside
        for key, value in data.items():
            if key not in names:
                name = str(key)[:100]
                self._remark(f"{prefix}{name}", name, words.unknown_field(name))
            elif isinstance(names[key], dict) and isinstance(value, dict):
                self._refuse_names(value, names[key], f"{prefix}{key}.")

    def _complete(self, scope: Scope, data: Mapping[str, Any], known: Mapping[str, Value]) -> dict[str, Any]:
        """The submitted values, and what the form showed where nothing was or could be submitted."""
        raw: dict[str, Any] = {}
        for leaf in scope.leaves:
            value = _MISSING if leaf.fixed else get_path(data, leaf.path, _MISSING)
            set_path(raw, leaf.path, leaf.shown(known) if value is _MISSING else value)
        for rows in scope.rows:
            set_path(raw, rows.path, self._complete_rows(rows, data, rows.known_rows(known)))
        return raw

    def _complete_rows(
        self, rows: Rows, data: Mapping[str, Any], known: Sequence[Mapping[str, Value]]
    ) -> Any:
        submitted = get_path(data, rows.path)
        if submitted is None:  # the viewer submits nothing for a list without rows
            submitted = [] if rows.changeable else [{} for _ in known]
        if not _are_rows(submitted):
            return submitted
        return [self._complete(rows.scope, row, _at(known, index)) for index, row in enumerate(submitted)]

    def _without_hidden(self, scope: Scope, place: _Place) -> dict[str, Value]:
        """The data here as other conditions see them: what a condition hides is not there for them."""
        hidden = scope.hidden(self._call(scope, place))
        visible = _copied(place.this)
        for item in scope.items:
            if item.name in hidden:
                drop_path(visible, item.path)
        for rows in scope.rows:
            found = get_path(visible, rows.path)
            if rows.scope.computed and _are_rows(found):
                inner = [self._without_hidden(rows.scope, place.row(rows, at)) for at in range(len(found))]
                set_path(visible, rows.path, inner)
        return visible

    # --- what it means ----------------------------------------------------------------------------

    def _values(self, scope: Scope, raw: Mapping[str, Any], place: _Place) -> dict[str, Value]:
        call = self._call(scope, place)
        hidden = scope.hidden(call)
        result: dict[str, Value] = {}
        for leaf in scope.leaves:
            if leaf.name in hidden:
                continue
            if leaf.fixed or (leaf.readonly is not None and call.holds(leaf.readonly)):
                _keep(leaf, place.known, result)
            else:
                self._take(leaf, get_path(raw, leaf.path), call, place.prefix, result)
        for rows in scope.rows:
            if rows.name not in hidden:
                set_path(result, rows.path, self._rows(rows, get_path(raw, rows.path), place))
        return result

    def _take(self, leaf: Leaf, submitted: Any, call: Call, prefix: str, result: dict[str, Value]) -> None:
        try:
            value = leaf.input.deserialize(submitted)
            for late in leaf.late:
                value = late(value, call)
        except ValidationError as error:
            self._remark(prefix + leaf.name, leaf.label, leaf.input.message or str(error.messages[0]))
        else:
            set_path(result, leaf.path, value)

    def _rows(self, rows: Rows, found: Any, place: _Place) -> list[Value]:
        if not _are_rows(found):
            self._remark(place.prefix + rows.name, rows.label, words.not_a_list(rows.label))
            return []
        if remark := rows.amount_remark(len(found), len(rows.known_rows(place.known))):
            self._remark(place.prefix + rows.name, rows.label, remark)
        return [self._values(rows.scope, row, place.row(rows, index)) for index, row in enumerate(found)]

    def _call(self, scope: Scope, place: _Place) -> Call:
        context = place.context(self._whole) if scope.computed else {}
        return Call(context, self._known, self._now)

    def _remark(self, name: str, label: str, text: str) -> None:
        self.errors.setdefault(name, text)
        self.labels.append(label)


def _keep(leaf: Leaf, known: Mapping[str, Value], result: dict[str, Value]) -> None:
    """What nobody may change comes from the case, or is the form's default; never from the browser."""
    value = get_path(known, leaf.path, _MISSING)
    if value is not _MISSING:
        set_path(result, leaf.path, value)
    elif leaf.default is not None:
        set_path(result, leaf.path, leaf.input.clean(leaf.default))


def _at(rows: Sequence[Mapping[str, Any]], index: int) -> Mapping[str, Any]:
    return rows[index] if index < len(rows) else {}


def _are_rows(found: Any) -> bool:
    return (
        isinstance(found, list | tuple)
        and len(found) <= ROWS_LIMIT
        and all(isinstance(row, dict) for row in found)
    )


def _copied(data: Mapping[str, Any]) -> dict[str, Any]:
    """Dicts copied, so that a path can be dropped from the copy alone; everything else shared."""
    return {key: _copied(value) if isinstance(value, dict) else value for key, value in data.items()}
