"""What the checks of a scenario look at; the first that does not hold fails the step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import singledispatch
from typing import Any, Final

from engine.model import Value
from engine.scenarios import steps
from engine.scenarios.actions import is_named
from engine.scenarios.verdict import Failed
from engine.scenarios.world import World

RECIPIENTS: Final[Mapping[str, str]] = {"supervisor": "R07", "head": "R27"}
"""Names for whom the ladders of reminders tell, besides codes of roles and `owner`."""


@singledispatch
def check(wanted: steps.Check, world: World) -> None:
    """Raise Failed unless it holds."""
    raise TypeError(f"no check: {wanted!r}, {world!r}")


@check.register
def _(wanted: steps.OpenTasks, world: World) -> None:
    open_now = [each.node for each in world.tasks()]
    left = list(open_now)
    missing = [name for name in wanted.nodes if not _take(left, name)]
    if left or missing:
        raise Failed(
            _difference("открыто лишнее", left, "не открыто", missing),
            {"tasks": sorted(wanted.nodes)},
            {"tasks": sorted(_short(open_now))},
        )


def _take(refs: list[str], name: str) -> bool:
    """Strike one element of that name off the list."""
    found = next((ref for ref in refs if is_named(ref, name)), None)
    if found is not None:
        refs.remove(found)
    return found is not None


def _short(refs: Iterable[str]) -> list[str]:
    return [ref.rpartition("/")[2] for ref in refs]


def _difference(more: str, extra: list[str], less: str, missing: list[str]) -> str:
    sides = ((more, extra), (less, missing))
    parts = [f"{words}: {', '.join(sorted(_short(names)))}" for words, names in sides if names]
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


@check.register
def _(wanted: steps.Variables, world: World) -> None:
    found = world.variables()
    wrong = [name for name, value in wanted.values.items() if not _same(found.get(name), value)]
    if wrong:
        raise Failed(
            f"Другое значение: {', '.join(wrong)}.",
            {"expect": {name: wanted.values[name] for name in wrong}},
            {"expect": {name: found.get(name) for name in wrong}},
        )


def _same(found: Value, wanted: Value) -> bool:
    """Equal as FEEL has it: true is not 1, a text is not a date; lists and contexts item by item."""
    if isinstance(wanted, Mapping):
        return (
            isinstance(found, Mapping)
            and found.keys() == wanted.keys()
            and all(_same(found[key], value) for key, value in wanted.items())
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(_same(*pair) for pair in zip(found, wanted, strict=True))
        )
    return type(found) is type(wanted) and bool(found == wanted)


@check.register
def _(wanted: steps.DueDates, world: World) -> None:
    zone = world.rt.calendars.office(world.card().unit_id).zone
    tasks = world.tasks()
    for name, when in wanted.dates.items():
        due = [each.due.astimezone(zone) if each.due else None for each in tasks if is_named(each.node, name)]
        if not due:
            raise Failed(
                f"Шаг «{name}» не открыт.",
                {"due": {name: when}},
                {"tasks": sorted(_short(each.node for each in tasks))},
            )
        wrong = [each for each in due if not _is_due(each, when)]
        if wrong:
            raise Failed(f"Другой срок: {name}.", {"due": {name: when}}, {"due": {name: wrong[0]}})


def _is_due(due: datetime | None, when: datetime | date | None) -> bool:
    if due is None or when is None:
        return due is when
    if isinstance(when, datetime):
        return due == (when if when.tzinfo else when.replace(tzinfo=due.tzinfo))
    return due.date() == when


@check.register
def _(wanted: steps.Escalated, world: World) -> None:
    told = world.notices()
    if not wanted.told:
        if told:
            raise Failed(
                "Напоминание ушло.", {"escalated": False}, {"escalated": [_to(each.role) for each in told]}
            )
        return
    role = RECIPIENTS.get(wanted.to or "", wanted.to)
    if role is None:
        there = bool(told)
    elif role == "owner":
        there = any(each.own for each in told)
    else:
        there = any(each.role == role for each in told)
    if not there:
        whom = f" для «{wanted.to}»" if wanted.to else ""
        raise Failed(
            f"Напоминания{whom} не было.",
            {"escalated": {"to": wanted.to} if wanted.to else True},
            {"escalated": [_to(each.role) for each in told]},
        )


def _to(role: str | None) -> str:
    return "owner" if role is None else role


@check.register
def _(wanted: steps.Ended, world: World) -> None:
    card = world.card()
    got: Any = False if card.active else card.end_event or True
    if wanted.ended == card.active:
        words = "Дело ещё не завершено." if card.active else "Дело уже завершено."
        raise Failed(
            words,
            {"ended": wanted.event or wanted.ended},
            {"ended": got, "tasks": sorted(_short(each.node for each in world.tasks()))},
        )
    if wanted.event is not None and not is_named(card.end_event or "", wanted.event):
        raise Failed("Дело завершено другим событием.", {"ended": wanted.event}, {"ended": got})


@check.register
def _(wanted: steps.SentMessages, world: World) -> None:
    expected, got = Counter(wanted.names), Counter(world.sent)
    if expected != got:
        extra, missing = list((got - expected).elements()), list((expected - got).elements())
        raise Failed(
            _difference("отправлено лишнее", extra, "не отправлено", missing),
            {"sent": sorted(wanted.names)},
            {"sent": sorted(world.sent)},
        )


@check.register
def _(wanted: steps.Stands, world: World) -> None:
    incidents = world.position().incidents
    nodes = [each.node for each in incidents]
    if wanted.node is None:
        if incidents:
            raise Failed(f"Дело стоит: {incidents[0].message}", {"incident": None}, {"incident": nodes})
    elif not any(is_named(node, wanted.node) for node in nodes):
        raise Failed(
            f"На «{wanted.node}» дело не стоит.", {"incident": wanted.node}, {"incident": nodes or None}
        )
