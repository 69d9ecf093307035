"""Playing the demonstration: colleagues act at their hours, and between them time passes as in a real office.

A story is a generator: it yields the moment at which it wants to go on and acts when its turn comes. All
stories are played together in the order of time; whatever falls due between two of their moments (timers,
messages, reminders) happens at its own moment.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select

from engine.access.actors import load_actor
from engine.cases.service import complete_task
from engine.cases.tables import outbox, wait
from engine.clock import MovableClock
from engine.deadlines.tables import term
from engine.demo.town import COLLEAGUES, account_number
from engine.documents.queries import case_documents
from engine.documents.service import issue
from engine.model import Actor, CompleteTask
from engine.runtime import Runtime
from engine.storage.moments import from_seconds
from engine.worklist.service import claim, save_draft
from engine.worklist.tables import OPEN, task

Story = Iterator[datetime]

LOOKS = timedelta(minutes=30)
"""How often somebody looks at the calendar of the office: nothing that it asks for comes sooner."""

_DUE = (
    select(func.min(wait.c.due_at)),
    select(func.min(outbox.c.next_at)),
    select(func.min(term.c.next_at)),
)
_OPEN_STEPS = (
    select(task.c.id, task.c.assignee_id)
    .where(task.c.case_id == bindparam("case_id"), task.c.node == bindparam("node"), task.c.status == OPEN)
    .order_by(task.c.id)
)


class Stage:
    """The office with its clock. Days are counted in working days from the day on which the play ends (0)."""

    def __init__(
        self, rt: Runtime, clock: MovableClock, end: datetime, unit_id: int, sweep: Callable[[Runtime], None]
    ) -> None:
        self.rt = rt
        self.end = end
        self.unit_id = unit_id
        self._clock = clock
        self._sweep = sweep
        self.zone = rt.calendars.office(unit_id).zone
        self._calendar = rt.calendars.calendar(unit_id)
        self._numbers: dict[str, int] = {}
        self._order = itertools.count()
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._looked = clock.now()
        self._work_left = True
        rt.wake = self._leave_work

    # --- time ---------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The moment it is now in the play, by the clock of the office."""
        return self._clock.now().astimezone(self.zone)

    @property
    def today(self) -> date:
        """The day it is now in the play."""
        return self.now.date()

    def day(self, number: int) -> date:
        """The working day of that number: 0 is the last day of the play, -1 the working day before."""
        return self._calendar.add_working_days(self.end.astimezone(self.zone).date(), number)

    def at(self, number: int, clock: str) -> datetime:
        """The moment on that working day: `at(-1, "14:30")`."""
        return datetime.combine(self.day(number), time.fromisoformat(clock), self.zone)

    def new_month(self, number: int) -> int:
        """The number of the first working day of the next month after that working day."""
        month = self.day(number).month
        return next(later for later in itertools.count(number) if self.day(later).month != month)

    def later(self, day: date, count: int) -> date:
        """The day `count` working days after `day`."""
        return self._calendar.add_working_days(day, count)

    # --- playing ------------------------------------------------------------------------------------

    def begin(self, story: Story) -> None:
        """Let a story begin at the moment it asks for; stories may begin others."""
        wanted = next(story, None)
        if wanted is not None:
            heapq.heappush(self._waiting, (wanted, next(self._order), story))

    def play(self, told: Callable[[datetime], None]) -> None:
        """Play all stories to their ends, then let time pass up to the end; `told` hears of every moment."""
        while self._waiting:
            moment, _, story = heapq.heappop(self._waiting)
            self._pass_until(moment)
            told(moment)
            self.begin(story)
            self._carry_out()
        self._pass_until(self.end)

    def _pass_until(self, moment: datetime) -> None:
        """Let everything that falls due before `moment` happen at its own time."""
        if moment < self._clock.now():
            raise ValueError(f"a story goes back in time, to {moment}")
        last = None
        while (due := self._next_due()) is not None and due <= moment:
            if due == last:
                raise RuntimeError(f"what fell due at {due} stays undone")
            self._clock.set(max(due, self._clock.now()))
            self._look()
            last = due
        self._clock.set(moment)
        if moment - self._looked >= LOOKS:
            self._look()

    def _look(self) -> None:
        """Let happen what is due now."""
        self._work_left, self._looked = False, self._clock.now()
        self._sweep(self.rt)

    def _leave_work(self) -> None:
        self._work_left = True

    def _carry_out(self) -> None:
        """Let happen what follows from a deed at once, if anything does."""
        if self._work_left:
            self._look()

    def _next_due(self) -> datetime | None:
        with self.rt.database.read() as conn:
            found = [conn.execute(statement).scalar_one() for statement in _DUE]
        return min((from_seconds(each) for each in found if each is not None), default=None)

    # --- acting -------------------------------------------------------------------------------------

    def actor(self, login: str) -> Actor:
        """A colleague with the rights of the moment."""
        return load_actor(self.rt, self.account(login))

    def account(self, login: str) -> int:
        """The number of a colleague's account."""
        if login not in self._numbers:
            self._numbers[login] = account_number(self.rt, login)
        return self._numbers[login]

    def login(self, account_id: int) -> str:
        """Whose account it is."""
        return next(each.login for each in COLLEAGUES if self.account(each.login) == account_id)

    def step(self, case_id: int, node: str, *, of: str | None = None) -> int:
        """The open step of a case at that node; `of`: the one that lies with this colleague."""
        with self.rt.database.read() as conn:
            rows = conn.execute(_OPEN_STEPS, {"case_id": case_id, "node": node}).all()
        wanted = [row.id for row in rows if of is None or row.assignee_id == self.account(of)]
        if not wanted:
            raise LookupError(f"no open step {node} in case {case_id} on {self.today}")
        return int(wanted[0])

    def do(self, case_id: int, node: str, by: str, data: Mapping[str, Any], *, checked: bool = True) -> None:
        """Finish the open step; messages and operations that follow from it happen at once."""
        self.finish(self.step(case_id, node), by, data, checked=checked)

    def finish(self, number: int, by: str, data: Mapping[str, Any], *, checked: bool = True) -> None:
        """The same for a step whose number is known."""
        complete_task(self.rt, CompleteTask(self.actor(by), number, data), check_form=checked)
        self._carry_out()

    def take(self, case_id: int, node: str, by: str, draft: Mapping[str, Any] | None = None) -> None:
        """Take the step, and keep what is already written."""
        number = self.step(case_id, node)
        claim(self.rt, self.actor(by), number)
        if draft is not None:
            save_draft(self.rt, self.actor(by), number, draft)

    def issue(self, case_id: int, template: str, by: str, signer: str = "") -> None:
        """Number and freeze the newest document of that template, where documents are made at all."""
        actor = self.actor(by)
        with self.rt.database.read() as conn:
            found = [card for card in case_documents(conn, actor, case_id) if card.template == template]
        for card in found[-1:]:
            issue(self.rt, actor, card.id, revision=card.revision, signer=signer)

    def issue_each(self, case_id: int, template: str, by: str, signer: str = "") -> None:
        """The same with all drafts of that template."""
        actor = self.actor(by)
        with self.rt.database.read() as conn:
            found = [card for card in case_documents(conn, actor, case_id) if card.template == template]
        for card in found:
            if not card.number:
                issue(self.rt, actor, card.id, revision=card.revision, signer=signer)
