"""What the actions of a scenario do: each calls the service that people's clicks call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import singledispatchmethod
from typing import Any, Final

from engine.bpmn.timers import in_zone
from engine.cases import repair
from engine.cases.keys import key_token
from engine.cases.messages import deliver_to, send_message, send_signal
from engine.cases.outbox import Promise
from engine.cases.service import complete_task
from engine.feel.text import to_text
from engine.formjs.values import plain
from engine.model import CompleteTask, Value, element_ref
from engine.scenarios import lengths, steps
from engine.scenarios.verdict import Failed
from engine.scenarios.world import TaskRow, WaitRow, World

REASON: Final = "Шаг сценария"


def is_named(ref: str, name: str) -> bool:
    """Whether a scenario means this element; one of a called process may be named without the process."""
    return name in {ref, ref.rpartition("/")[2]}


class Hands:
    """Carries out actions in a world.

    `forms`: whether answers are checked; `messages`, `signals`: names that the diagrams know; `warnings` gets
    what could not be checked.
    """

    def __init__(
        self,
        world: World,
        *,
        forms: bool,
        messages: frozenset[str],
        signals: frozenset[str],
        warnings: list[str],
    ) -> None:
        self.world = world
        self.warnings = warnings
        self._forms = forms
        self._messages = messages
        self._signals = signals

    @singledispatchmethod
    def do(self, action: steps.Action) -> None:
        """Carry out an action. Raises Failed, or the MarshrutError of the service."""
        raise TypeError(f"no action: {action!r}")

    @do.register
    def _(self, action: steps.Complete) -> None:
        found = self._task(action.node, action.index)
        data: Mapping[str, Any] = action.data
        check = self._forms if action.forms is None else action.forms
        if check:
            check, data = self._answers(found, data)
        complete_task(self.world.rt, CompleteTask(self.world.actor, found.id, data), check_form=check)

    def _answers(self, found: TaskRow, data: Mapping[str, Value]) -> tuple[bool, Mapping[str, Any]]:
        """(whether there is a form to check them, the answers as the form gives them)."""
        card, release = self.world.card(), self.world.release()
        form = release.step(card.process, found.node).form
        if form is None:
            return False, data
        if form not in release.items.get("form", {}):
            warning = f"Формы «{form}» среди файлов нет: её правила не проверены."
            if warning not in self.warnings:
                self.warnings.append(warning)
            return False, data
        return True, {key: plain(value) for key, value in data.items()}

    @do.register
    def _(self, action: steps.Advance) -> None:
        world = self.world
        unit = world.card().unit_id
        calendars = world.rt.calendars
        moment = lengths.after(
            world.now(), action.length, calendars.office(unit).zone, calendars.calendar(unit).add_working_days
        )
        world.pass_until(moment)

    @do.register
    def _(self, action: steps.Until) -> None:
        world = self.world
        zone = world.rt.calendars.office(world.card().unit_id).zone
        moment = in_zone(action.moment, zone)
        if moment < world.now():
            raise Failed(f"Этот момент уже прошёл: на часах {_clock(world.now().astimezone(zone))}.")
        world.pass_until(moment)

    @do.register
    def _(self, action: steps.Message) -> None:
        world = self.world
        waits = [each for each in world.waits_for(action.name) if self._is_for(each, action.to)]
        if waits:
            own = key_token(world.rt.vault, world.card().number)
            found = next((each for each in waits if each.key == own), waits[0])
            with world.rt.database.write() as conn:
                deliver_to(world.rt, conn, world.case_id, found.id, action.name, action.payload)
        elif action.name in self._messages:
            self._keep(action)
        else:
            raise _unknown("Сообщения", action.name, self._messages)

    def _is_for(self, waiting: WaitRow, to: Mapping[str, Value]) -> bool:
        """By the one key of the wait, or because the waiting element sees all these values."""
        if not to:
            return True
        if len(to) == 1 and waiting.key == key_token(self.world.rt.vault, to_text(next(iter(to.values())))):
            return True
        seen = self.world.seen_at(waiting.element)
        return all(name in seen and seen[name] == value for name, value in to.items())

    def _keep(self, action: steps.Message) -> None:
        """Nobody waits yet: the message is kept, as that of any sender, until somebody does."""
        world, card = self.world, self.world.card()
        keys = [to_text(value) for value in action.to.values()]
        payload = {
            "name": action.name,
            "key": keys[0] if keys else card.number,
            "payload": dict(action.payload),
        }
        with world.rt.database.write() as conn:
            send_message(world.rt, conn, Promise(0, "", None, card.key_id, payload), None)

    @do.register
    def _(self, action: steps.Signal) -> None:
        if action.name not in self._signals:
            raise _unknown("Сигнала", action.name, self._signals)
        world = self.world
        payload = {"name": action.name, "payload": dict(action.payload)}
        with world.rt.database.write() as conn:
            send_signal(world.rt, conn, Promise(0, "", None, world.card().key_id, payload), None)

    @do.register
    def _(self, action: steps.Service) -> None:
        element = self._call(action)
        world = self.world
        if action.error is None:
            repair.complete_service(world.rt, world.actor, world.case_id, element, action.result, REASON)
        else:
            repair.fail_service(
                world.rt, world.actor, world.case_id, element, action.error, "так сказано в сценарии", REASON
            )

    @do.register
    def _(self, action: steps.SetVariables) -> None:
        repair.set_variables(self.world.rt, self.world.actor, self.world.case_id, action.values, REASON)

    @do.register
    def _(self, action: steps.ReportError) -> None:
        element = self._task(action.node, action.index).element
        repair.throw_error(self.world.rt, self.world.actor, self.world.case_id, element, action.code, REASON)

    @do.register
    def _(self, action: steps.Retry) -> None:
        standing = [each for each in self.world.position().incidents if is_named(each.node, action.node)]
        if not standing:
            raise Failed(f"На «{action.node}» дело не стоит, повторять нечего.")
        repair.retry(self.world.rt, self.world.actor, self.world.case_id, standing[0].element_id, REASON)

    # --- finding what is meant ----------------------------------------------------------------------

    def _task(self, name: str, index: int) -> TaskRow:
        tasks = self.world.tasks()
        found = [each for each in tasks if is_named(each.node, name)]
        if index < len(found):
            return found[index]
        many = f", а нужен № {index} (счёт от нуля)" if found else ""
        raise Failed(
            f"Шаг «{name}» не открыт." if not found else f"Шагов «{name}» открыто {len(found)}{many}.",
            {"tasks": [name]},
            {"tasks": [each.node.rpartition("/")[2] for each in tasks]},
        )

    def _call(self, action: steps.Service) -> int:
        """The element that waits for an operation of that topic, or has that id."""
        world, main = self.world, self.world.card().process
        calls = [(place, world.info(place)) for place in world.position().open]
        waiting = [(place, info) for place, info in calls if info.topic is not None]
        found = [
            place
            for place, info in waiting
            if action.name == info.topic
            or is_named(element_ref(main, place.process, place.node), action.name)
        ]
        if action.index < len(found):
            return found[action.index].element_id
        raise Failed(
            f"Операции «{action.name}» дело сейчас не ждёт.",
            {"services": [action.name]},
            {"services": [info.topic for _, info in waiting]},
        )


def _unknown(what: str, name: str, known: frozenset[str]) -> Failed:
    there = ", ".join(f"«{each}»" for each in sorted(known)) or "ни одного"
    return Failed(f"{what} «{name}» на схемах нет. Есть: {there}.")


def _clock(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M}"
