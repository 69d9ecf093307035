"""What differs between two versions, as pages show it: the list of changes, the marks on a diagram."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.versions.changes import Change, Sign
from engine.versions.comparing import Part

SIGNS = {Sign.ADDED: _l("добавлено"), Sign.CHANGED: _l("изменено"), Sign.REMOVED: _l("удалено")}


def shown_part(part: Part) -> dict[str, Any]:
    return {
        "kind": part.kind,
        "key": part.key,
        "title": part.title,
        "versions": _("версия %(before)s → %(after)s", before=part.before or "—", after=part.after or "—"),
        "changes": [{"sign": change.sign, "change": change} for change in part.changes],
    }


def change_marks(changes: Iterable[Change], signs: set[Sign]) -> dict[str, Any]:
    """Elements in the colour of their change, each with its sign and word: colour alone says nothing."""
    wanted = [change for change in changes if change.sign in signs and change.element]
    return {
        **{sign: [change.element for change in wanted if change.sign == sign] for sign in signs},
        "badges": {
            change.element: [{"kind": change.sign, "words": str(SIGNS[change.sign])}]
            for change in wanted
            if change.what != "flow"
        },
    }
