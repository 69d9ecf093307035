"""Going on from the demonstration to the ends of all its applications, whatever people choose on the way."""

from __future__ import annotations

from sqlalchemy import func, select

from engine.cases.tables import ENDED, case_, incident, message, outbox, wait
from engine.deadlines.tables import term
from engine.model import Outcome
from engine.records.tables import ON_AGENDA, WAITING, agenda_item
from engine.runtime import Runtime
from engine.worklist.tables import OPEN, task
from tests.engine.demo.walking import WALKED, Walker


def test_every_application_comes_to_an_end_and_leaves_nothing_behind(demo: Runtime) -> None:
    Walker(demo, seed=2).walk()
    with demo.database.read() as conn:
        walked = select(case_.c.id).where(case_.c.process.in_(WALKED))

        def count(*wanted: object) -> int:
            return int(conn.execute(select(func.count()).where(*wanted)).scalar_one())  # type: ignore[arg-type]

        running = (
            conn.execute(select(case_.c.id).where(case_.c.status != ENDED, case_.c.id.in_(walked)))
            .scalars()
            .all()
        )
        stuck = conn.execute(select(incident.c.case_id).where(incident.c.solved_at.is_(None))).scalars().all()
        assert running == stuck
        assert len(stuck) == 1, "the one that was made on purpose"
        assert count(task.c.status == OPEN, task.c.case_id.in_(walked)) == 0
        assert (
            count(term.c.outcome == Outcome.OPEN, term.c.case_id.in_(walked), term.c.case_id.not_in(stuck))
            == 0
        )
        assert count(wait.c.case_id.in_(walked), wait.c.case_id.not_in(stuck)) == 0
        assert count(agenda_item.c.status.in_([WAITING, ON_AGENDA]), agenda_item.c.case_id.in_(walked)) == 0
        assert conn.execute(select(outbox.c.kind, outbox.c.problem)).all() == []
        # Decided after the citizen had withdrawn: nobody waits for it any more.
        assert set(conn.execute(select(message.c.name)).scalars()) <= {
            "msg.commission_decision",
            "msg.referral",
            "msg.start_service",
        }
