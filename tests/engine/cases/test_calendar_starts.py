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
from engine.model import SYSTEM, Actor
from engine.runtime import Runtime
from engine.worklist.notices import NOBODY, notice_list
from tests.factories import cases as draw
from tests.factories.access import make_actor, town
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


def daily(
    text: str = "0 9 * * *", process: str = "watch", what: str = "timeCycle", **properties: str
) -> Upload:
    """Begins by the calendar, then a step."""
    timer = f"<timerEventDefinition><{what}>{text}</{what}></timerEventDefinition>"
    begin = f"<startEvent id='s'>{timer}</startEvent>"
    return diagram(process, begin + user_task("look") + END + flows("s look e"), subject="none", **properties)


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
    assert labels(published) == {""}, "the name of its pathway is enough"


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


OWNED = daily(process="kept", owner="R24")


def told_of_nobody(rt: Runtime, *people: Actor) -> list[int]:
    """How many notices each of them has that a case belongs to nobody."""
    with rt.database.read() as conn:
        return [
            sum(each.kind == NOBODY for each in notice_list(rt, conn, person.user_id)) for person in people
        ]


def test_heads_are_told_when_nobody_holds_the_role_that_owns_the_pathway(rt):
    head, department = make_actor(rt, "R27"), make_actor(rt, "R07")
    publish_files(rt, OWNED)
    pass_time(rt, timedelta(days=1))
    sweep_until_idle(rt)
    assert cases_of(rt, "kept") == 1
    assert told_of_nobody(rt, head, department) == [1, 0]
    make_actor(rt, "R24")
    pass_time(rt, timedelta(days=1))
    sweep_until_idle(rt)
    assert (cases_of(rt, "kept"), told_of_nobody(rt, head, department)) == (2, [1, 0])


def test_without_a_head_of_the_body_heads_of_departments_are_told(rt):
    department = make_actor(rt, "R07")
    publish_files(rt, OWNED)
    pass_time(rt, timedelta(days=1))
    sweep_until_idle(rt)
    assert told_of_nobody(rt, department) == [1]


def test_several_units_with_the_role_have_one_case_together(rt):
    first, second = make_actor(rt, "R24"), make_actor(rt, "R24", unit_id=town(rt).care)
    publish_files(rt, OWNED)
    pass_time(rt, timedelta(days=1))
    sweep_until_idle(rt)
    assert cases_of(rt, "kept") == 1
    with rt.database.read() as conn:
        unit = conn.execute(select(case_.c.unit_id).where(case_.c.process == "kept")).scalar_one()
    assert unit == min(first.unit_id, second.unit_id)
    assert told_of_nobody(rt, first, second) == [0, 0]
