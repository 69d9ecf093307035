"""The course of one application: what is done with it, by whom, on which working day after it was filed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.cases.events import note_event
from engine.cases.service import start_case
from engine.demo.answers import Answers, Data
from engine.demo.people import Registered
from engine.demo.playing import Stage, Story
from engine.model import StartCase

PROCESS = "p03_need_ippsu"
HEAD, COMMISSION = "руководитель", "комиссия"
HEAD_NAME = "Орлов В. Н."


@dataclass
class Course:
    """One case being played. `filed`: the number of the working day on which people applied.

    Its parts are stories: `yield from course.accepted()`. A lag counts working days after the day of filing.
    """

    stage: Stage
    about: Registered
    filed: int
    specialist: str
    rng: random.Random
    decides: str = COMMISSION
    months: int = 12
    """For how long the programme is made."""
    case_id: int = 0
    until: date = date.max
    """The programme's last day, once it is drafted."""

    @property
    def answers(self) -> Answers:
        return Answers(self.about, self.rng, self.stage.later)

    @property
    def today(self) -> date:
        return self.stage.today

    def at(self, lag: int, clock: str) -> datetime:
        """About that time of that day."""
        return self.stage.at(self.filed + lag, clock) + timedelta(minutes=self.rng.randint(0, 14))

    def do(self, step: str, by: str, data: Mapping[str, Any]) -> None:
        """Finish a step of the pathway: `do("draft", …)` is the step p03_ut_draft."""
        self.stage.do(self.case_id, f"p03_ut_{step}", by, data)

    def take(self, step: str, by: str, draft: Mapping[str, Any] | None = None) -> None:
        """Take a step, and keep what is already written in it."""
        self.stage.take(self.case_id, f"p03_ut_{step}", by, draft)

    def note(self, event: str, by: str) -> None:
        """Note what the person has said."""
        note_event(self.stage.rt, self.stage.actor(by), self.case_id, f"msg.{event}")

    def programme(self) -> Data:
        """The draft programme of today; its last day is kept for the signed one."""
        self.until = self.today + timedelta(days=30 * self.months)
        return self.answers.programme(self.today, self.until)

    def issue(self, template: str, by: str, signer: str = "") -> None:
        """Give a document of the case its number."""
        self.stage.issue(self.case_id, template, by, signer)

    # --- parts ----------------------------------------------------------------------------------------

    def opened(self, clock: str = "09:10", channel: str = "лично") -> Story:
        """The application is registered."""
        yield self.at(0, clock)
        data = self.answers.signal(self.decides, channel)
        command = StartCase(
            self.stage.actor("demina"),
            PROCESS,
            data,
            person_id=self.about.person_id,
            family_id=self.about.family_id,
            label=self.about.label,
        )
        self.case_id = start_case(self.stage.rt, command).id

    def accepted(self, clock: str = "09:10") -> Story:
        """The application and its papers are accepted within the hour; agencies are asked for the rest."""
        yield from self.opened(clock)
        yield self.stage.rt.clock.now() + timedelta(minutes=self.rng.randint(20, 40))
        self.do("application", "demina", self.answers.application(self.today))
        self.issue("D20", "demina")

    def asked(self, answered: int | None = 4) -> Story:
        """A story beside the main one: agencies are asked at noon, answer so many days later, if at all."""
        yield self.at(0, "12:10")
        self.do("requests", self.specialist, self.answers.requests(self.today))
        if answered is not None:
            yield self.at(answered, "10:20")
            self.do("answers", self.specialist, self.answers.replies(self.today))

    def examined(self, lag: int = 1, clock: str = "11:00") -> Story:
        """The visit, and the questionnaire filled in together right after it."""
        yield self.at(lag, clock)
        self.do("examine", "yusupov", self.answers.examination(self.today))
        yield self.stage.rt.clock.now() + timedelta(minutes=self.rng.randint(30, 50))
        self.do("questionnaire", "yusupov", self.answers.questionnaire())

    def analysed(self, lag: int = 2, clock: str = "09:40") -> Story:
        yield self.at(lag, clock)
        self.do("analyse", self.specialist, self.answers.analysis())

    def agreed(self, lag: int = 2, clock: str = "11:30") -> Story:
        yield self.at(lag, clock)
        self.do("agree_tasks", self.specialist, self.answers.agreed_tasks(self.today))

    def drafted(self, lag: int = 2, clock: str = "14:20") -> Story:
        """The draft programme is ready and goes to whoever decides."""
        yield self.at(lag, clock)
        self.do("draft", self.specialist, self.programme())

    def prepared(self, draft: int = 2, answered: int | None = 4) -> Story:
        """Everything up to the draft, with the answers of the agencies beside it."""
        yield from self.accepted()
        self.stage.begin(self.asked(answered))
        yield from self.examined()
        yield from self.analysed()
        yield from self.agreed()
        yield from self.drafted(draft)

    def recognised_by_head(self, lag: int = 4, clock: str = "15:10") -> Story:
        yield self.at(lag, clock)
        self.do("head_decision", "orlov", self.answers.head_decision(self.today))

    def finished(self, lag: int = 6, clock: str = "10:30") -> Story:
        """The programme is signed in two copies."""
        yield self.at(lag, clock)
        self.do("finish_ippsu", self.specialist, self.answers.signed_programme(self.today, self.until))

    def handed_over(self, lag: int = 7, clock: str = "12:00") -> Story:
        yield self.at(lag, clock)
        self.issue("D27", self.specialist, HEAD_NAME)
        self.do("handover", self.specialist, self.answers.handover(self.today))

    def issued_by_head(self, handed: int = 7) -> Story:
        """The whole way to a programme in the applicant's hands, decided by the head."""
        yield from self.prepared()
        yield from self.recognised_by_head()
        yield from self.finished(handed - 1)
        yield from self.handed_over(handed)
