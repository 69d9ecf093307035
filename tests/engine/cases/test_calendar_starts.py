"""Pathways that open by the calendar or by a signal: once a moment, once after a sleep, once a signal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.cases.calendar_starts import open_due
from engine.cases.queries import case_list
from engine.cases.tables import case_
from engine.clock import MovableClock
from engine.definitions.files import Upload
from engine.definitions.library import NEWEST_RELEASE
from engine.jobs.sweep import sweep, sweep_until_idle
from engine.model import SYSTEM
from engine.runtime import Runtime
from tests.factories import cases as draw
from tests.factories.access import make_actor
from tests.factories.cases import (
    END,
    START,
    complete,
    diagram,
    flows,
    open_case,
    open_nodes,
    publish_files,
    user_task,
)


def daily(text: str = "0 9 * * *", process: str = "watch", what: str = "timeCycle") -> Upload:
    """Begins by the calendar, then a step."""
    timer = f"<timerEventDefinition><{what}>{text}</{what}></timerEventDefinition>"
    begin = f"<startEvent id='s'>{timer}</startEvent>"
    return diagram(process, begin + user_task("look") + END + flows("s look e"), subject="none")


def cases_of(rt: Runtime, process: str = "watch") -> int:
    with rt.database.read() as conn:
        return len(conn.execute(select(case_.c.id).where(case_.c.process == process)).all())


def labels(rt: Runtime) -> set[str]:
    """What the running cases are called."""
    with rt.database.read() as conn:
        return {card.label for card in case_list(rt, conn, SYSTEM, active=True)}


def pass_time(rt: Runtime, span: timedelta) -> None:
    assert isinstance(rt.clock, MovableClock)
    rt.clock.advance(span)


@pytest.fixture
def published(rt: Runtime) -> Runtime:
    make_actor(rt, "R05")
    publish_files(rt, daily())
    return rt


def opened(rt: Runtime) -> int:
    with rt.database.read() as conn:
        return open_due(rt, conn.execute(NEWEST_RELEASE).scalar_one())


def test_a_case_is_opened_when_its_moment_has_come_and_only_once(published):
    assert opened(published) == 0
    pass_time(published, timedelta(days=1))
    assert opened(published) == 1
    assert opened(published) == 0
    assert open_nodes(published) == ["look"]
    assert labels(published) == {"Путь watch"}


def test_what_was_slept_through_is_made_up_for_once(published):
    pass_time(published, timedelta(days=30))
    sweep_until_idle(published)
    assert cases_of(published) == 1
    pass_time(published, timedelta(days=1))
    sweep_until_idle(published)
    assert cases_of(published) == 2


def test_publishing_other_files_opens_nothing_again(published):
    pass_time(published, timedelta(days=1))
    assert sweep(published).starts == 1
    publish_files(published, daily(process="other"))
    assert sweep(published).starts == 0


def test_a_moment_before_the_diagram_was_published_opens_nothing(rt):
    make_actor(rt, "R05")
    publish_files(rt, daily("2020-01-01T09:00", what="timeDate"))
    pass_time(rt, timedelta(days=1))
    assert opened(rt) == 0


def test_a_duration_counts_from_the_day_of_publishing_and_comes_once(rt):
    make_actor(rt, "R05")
    publish_files(rt, daily("P3D", what="timeDuration"))
    pass_time(rt, timedelta(days=2))
    assert opened(rt) == 0
    pass_time(rt, timedelta(days=10))
    assert opened(rt) == 1
    pass_time(rt, timedelta(days=10))
    assert opened(rt) == 0


def test_a_signal_opens_what_it_begins_about_the_people_of_the_sender(rt):
    actor = make_actor(rt, "R05")
    begin = draw.event("startEvent", "s", "signal", "alarm")
    heard = diagram("heard", begin + user_task("look") + END + flows("s look e"), draw.signal("alarm"))
    told = draw.event("intermediateThrowEvent", "told", "signal", "alarm")
    sender = diagram(
        "sender", START + user_task("a") + told + END + flows("s a told e"), draw.signal("alarm")
    )
    publish_files(rt, heard, sender)
    open_case(rt, actor, "sender")
    complete(rt, actor, "a")
    sweep_until_idle(rt)
    assert open_nodes(rt) == ["look"]
    assert cases_of(rt, "heard") == 1
