"""Somebody who does every open step of an instance, whoever it lies with, until nothing is left to do."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from engine.access.actors import load_actor
from engine.cases.events import awaited_events, note_event
from engine.cases.queries import case_card
from engine.cases.service import complete_task, start_case
from engine.cases.tables import ACTIVE, case_, incident, outbox, wait
from engine.clock import MovableClock
from engine.deadlines.tables import term
from engine.demo import answers
from engine.demo.answers import Answers
from engine.demo.building import sweep_without_documents
from engine.demo.people import Registered, households
from engine.demo.town import COLLEAGUES, account_number
from engine.model import SYSTEM, Actor, CompleteTask, StartCase
from engine.records.agenda import waiting_items
from engine.records.tables import commission
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.worklist.step import StepView, step_view
from engine.worklist.tables import OPEN, task

WALKED = ("p03_need_ippsu", "p04_commission", "p04_poll")
"""Pathways that are walked to their ends. The scenarios of the others pass every arrow, and families stay on
the register for years."""

ENDS_AFTER = timedelta(days=365 * 12)


class Walker:
    """Chooses at random where the pathway lets people choose."""

    def __init__(self, rt: Runtime, seed: int) -> None:
        self.rt = rt
        self.rng = random.Random(seed)
        assert isinstance(rt.clock, MovableClock)
        self.clock = rt.clock
        self.begun = rt.clock.now()
        self.reviewed: set[int] = set()
        self.colleagues = [account_number(rt, colleague.login) for colleague in COLLEAGUES]
        about = Registered(households()[0], 1, None, "", "с. Ключевое, ул. Речная, 8")
        self.answers = Answers(about, self.rng, lambda day, count: day + timedelta(days=count))

    @property
    def today(self) -> date:
        return (self.clock.now() + timedelta(hours=3)).date()

    def walk(self) -> None:
        """Go on until no case is running but those that stand still at an incident."""
        while self._running():
            assert self.clock.now() < self.begun + ENDS_AFTER, "it goes on for ever"
            sweep_without_documents(self.rt)
            if not (self._complete_one() or self._call_sitting() or self._note_one()):
                self._pass_time()

    def _running(self) -> list[int]:
        stuck = select(incident.c.case_id).where(incident.c.solved_at.is_(None))
        wanted = select(case_.c.id).where(
            case_.c.status == ACTIVE, case_.c.process.in_(WALKED), case_.c.id.not_in(stuck)
        )
        with self.rt.database.read() as conn:
            return list(conn.execute(wanted).scalars())

    def _complete_one(self) -> bool:
        with self.rt.database.read() as conn:
            rows = conn.execute(
                select(task.c.id, task.c.queue_id)
                .join_from(task, case_, task.c.case_id == case_.c.id)
                .where(task.c.status == OPEN, case_.c.process.in_(WALKED))
            ).all()
        if not rows:
            return False
        row = self.rng.choice(rows)
        actor = self._holder(row.queue_id)
        with self.rt.database.read() as conn:
            view = step_view(self.rt, conn, actor, row.id, self.clock.now())
        complete_task(self.rt, CompleteTask(actor, row.id, self._data(view)))
        self.clock.advance(timedelta(minutes=self.rng.choice([1, 20, 240])))
        return True

    def _holder(self, queue_id: int) -> Actor:
        actors = (load_actor(self.rt, number) for number in self.colleagues)
        return next(actor for actor in actors if queue_id in actor.queues)

    def _call_sitting(self) -> bool:
        """When questions wait and nobody sits."""
        with self.rt.database.read() as conn:
            number = conn.execute(select(commission.c.id).where(commission.c.kind == "family")).scalar_one()
            waiting = waiting_items(conn, number)
            both = case_.c.process.in_(("p04_commission", "p04_poll"))
            sits = select(func.count()).where(both, case_.c.status == ACTIVE)
            if not waiting or conn.execute(sits.select_from(case_)).scalar_one():
                return False
        data = answers.sitting(self.today + timedelta(days=1))
        secretary = load_actor(self.rt, account_number(self.rt, "lunina"))
        start_case(self.rt, StartCase(secretary, "p04_commission", data, label="Заседание"))
        return True

    def _note_one(self) -> bool:
        """Now and then people say something."""
        if self.rng.random() < 0.9:
            return False
        case_id = self.rng.choice(self._running())
        with self.rt.database.read() as conn:
            card = case_card(self.rt, conn, SYSTEM, case_id)
            events = awaited_events(self.rt, conn, card)
        names = [event.name for event in events if event.name != "msg.commission_decision"]
        if not names or ((name := self.rng.choice(names)) == "msg.withdrawal" and self.rng.random() < 0.8):
            return False
        note_event(self.rt, SYSTEM, case_id, name)
        return True

    def _pass_time(self) -> None:
        with self.rt.database.read() as conn:
            due = [
                conn.execute(select(func.min(column))).scalar_one()
                for column in (wait.c.due_at, outbox.c.next_at, term.c.next_at)
            ]
        moments = [from_seconds(each) for each in due if each is not None]
        soon = self.clock.now() + timedelta(days=1)
        self.clock.set(max(min([*moments, soon]), self.clock.now() + timedelta(minutes=1)))

    # --- what is written ------------------------------------------------------------------------------

    def _data(self, view: StepView) -> dict[str, Any]:
        step = view.row.step.node.partition("_ut_")[2]
        found: dict[str, Any] = getattr(self, f"_{step}")(view)
        return found

    def _application(self, _: StepView) -> dict[str, Any]:
        return self.answers.application(self.today)

    def _requests(self, _: StepView) -> dict[str, Any]:
        return self.answers.requests(self.today)

    def _answers(self, _: StepView) -> dict[str, Any]:
        return self.answers.replies(self.today)

    def _examine(self, _: StepView) -> dict[str, Any]:
        return self.answers.examination(self.today)

    def _questionnaire(self, _: StepView) -> dict[str, Any]:
        return self.answers.questionnaire()

    def _analyse(self, _: StepView) -> dict[str, Any]:
        return self.answers.analysis()

    def _agree_tasks(self, _: StepView) -> dict[str, Any]:
        return self.answers.agreed_tasks(self.today)

    def _draft(self, _: StepView) -> dict[str, Any]:
        return self.answers.programme(
            self.today, self.today + timedelta(days=self.rng.choice([90, 360, 1800]))
        )

    def _head_decision(self, _: StepView) -> dict[str, Any]:
        verdict = self.rng.choice(["нуждается", "отказ", "доп. проверка"])
        found = {"решение": verdict, "номер_решения": "7", "дата_решения": self.today}
        return found if verdict == "нуждается" else {**found, "причины_решения": "Сведения расходятся."}

    def _extra_check(self, _: StepView) -> dict[str, Any]:
        return {
            "способ_проверки": ["запрос"],
            "что_проверено": "Доход подтверждён справкой работодателя.",
            "итог_проверки": "подтвердились",
            "дата_проверки": self.today,
        }

    def _refuse(self, _: StepView) -> dict[str, Any]:
        return answers.refusal(self.today)

    def _finish_ippsu(self, _: StepView) -> dict[str, Any]:
        return self.answers.signed_programme(self.today, self.today + timedelta(days=360))

    def _handover(self, _: StepView) -> dict[str, Any]:
        return self.answers.handover(self.today)

    def _remind(self, _: StepView) -> dict[str, Any]:
        return {"дата_контакта": self.today, "способ_контакта": "телефон", "итог_контакта": "думает"}

    def _refusal(self, _: StepView) -> dict[str, Any]:
        return answers.services_refused(self.today)

    def _close_by_request(self, _: StepView) -> dict[str, Any]:
        return answers.closed_by_request(self.today)

    def _overdue(self, _: StepView) -> dict[str, Any]:
        return answers.lateness_explained(self.today)

    def _review(self, view: StepView) -> dict[str, Any]:
        found = {
            "повод_пересмотра": "срок",
            "исполнение": "полностью",
            "заключение": "Программа помогла семье встать на ноги.",
        }
        again = view.card.id not in self.reviewed
        self.reviewed.add(view.card.id)
        if again and self.rng.random() < 0.5:
            days = {"дата_программы": self.today, "программа_до": self.today + timedelta(days=300)}
            return {**found, "итог_пересмотра": "без изменений", **days}
        if self.rng.random() < 0.5:
            return {**found, "итог_пересмотра": "новая программа", "новое_дело": "ИП-2026-0099"}
        return {**found, "итог_пересмотра": "завершить", "причина_завершения": "трудность преодолена"}

    def _extra_sitting(self, _: StepView) -> dict[str, Any]:
        return answers.extraordinary_sitting(self.today, "")

    def _agenda(self, view: StepView) -> dict[str, Any]:
        if not view.variables["вопросы"]:
            return {"решение_о_заседании": "отменить"}
        return {"номер_заседания": "9", "время_на_вопрос": 30}

    def _confirm_attendance(self, _: StepView) -> dict[str, Any]:
        part = self.rng.choice(["участвует", "участвует", "замена", "не участвует"])
        other = {"замена": "Котова И. Л."} if part == "замена" else {}
        return {"участие": part, **other}

    def _call_substitutes(self, _: StepView) -> dict[str, Any]:
        return {"решение_о_замене": "перенести", "новая_дата": self.today + timedelta(days=5)}

    def _open(self, view: StepView) -> dict[str, Any]:
        present = [each["имя"] for each in view.variables["явка"] if each["участвует"]]
        late = self.rng.random() < 0.2
        return answers.opened_sitting(present[:1] if late else present)

    def _hear(self, view: StepView) -> dict[str, Any]:
        here = view.variables["в_зале"]
        return {"обсуждение": "Заслушан докладчик.", "присутствуют": here[: self.rng.choice([1, 9, 9, 9])]}

    def _vote(self, _: StepView) -> dict[str, Any]:
        return {"голос": self.rng.choice(["за", "за", "против", "воздержался"])}

    def _decision(self, view: StepView) -> dict[str, Any]:
        words = self.rng.choice(["одобрено", "одобрено", "отказано", "отложено", "доп. проверка"])
        kind = view.variables["вопрос"]["вид"]
        return answers.decision(kind, words, self.today, "ТЖС" if kind == "patronage_on" else "")

    def _protocol(self, view: StepView) -> dict[str, Any]:
        met = view.row.step.node.startswith("p04_commission")
        return {"номер_протокола": "9", **({"окончание": "16:00"} if met else {})}

    def _list(self, view: StepView) -> dict[str, Any]:
        if not view.variables["вопросы"]:
            return {"решение_о_заседании": "отменить"}
        return {"номер_заседания": "2"}

    def _answer(self, _: StepView) -> dict[str, Any]:
        return {"голос": self.rng.choice(["за", "за", "против", "воздержался", "самоотвод"])}

    def _extend(self, view: StepView) -> dict[str, Any]:
        if not view.variables["вопросы"] or self.rng.random() < 0.5:
            return {"решение_об_опросе": "закончить"}
        return {"решение_об_опросе": "продлить", "новая_дата": self.today + timedelta(days=3)}

    def _send_ruling(self, _: StepView) -> dict[str, Any]:
        return answers.ruling_sent(self.today)

    def _sign(self, view: StepView) -> dict[str, Any]:
        return {**self._protocol(view), "протокол_подписан": True}
