"""What running cases say to another version, as pages show it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from engine.versions.planning import Judged, Outcome, Verdict

OUTCOMES = {
    Outcome.MOVES: (_l("переводится"), "ok"),
    Outcome.WAITS: (_l("подождёт"), "paused"),
    Outcome.CANNOT: (_l("нельзя"), "urgent"),
}
"""Words and role of what a case says."""


def counts(judged: Iterable[Judged]) -> dict[str, int]:
    """How many cases gave each answer, over all that were looked at."""
    said = [each.outcome for one in judged for each in one.verdicts]
    return {outcome: said.count(outcome) for outcome in Outcome}


def case_link(case_id: int, visible: Iterable[int]) -> str | None:
    """The address of a case for whom it is open."""
    return url_for("cases.show", case_id=case_id) if case_id in visible else None


def verdict_row(verdict: Verdict, visible: Iterable[int]) -> dict[str, Any]:
    """A line of the table in `parts/verdicts.html`."""
    words, role = OUTCOMES[verdict.outcome]
    return {
        "case_id": verdict.case_id,
        "number": verdict.number,
        "href": case_link(verdict.case_id, visible),
        "version": verdict.version,
        "words": words,
        "role": role,
        "moves": verdict.outcome is Outcome.MOVES,
        "reason": "; ".join(filter(None, (verdict.reason, *verdict.notes))),
        "lacks": verdict.lacks,
    }
