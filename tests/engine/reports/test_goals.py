"""Indicators: what the source gives, and what the municipality has set."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine.errors import InvalidData, NotAllowed, NotFound
from engine.reports.goals import goals_of, set_goal, shipped
from engine.reports.tables import goal
from tests.factories.access import make_actor


def goals(rt, town):
    with rt.database.read() as conn:
        return goals_of(conn, town.municipality)


def test_the_product_comes_with_the_figures_of_the_source_and_shows_where_they_disagree():
    found = shipped()
    wait, work = found["visit_wait"], found["visit_work"]
    assert (wait.before.total, wait.before.agrees, wait.target.total) == (585, True, 45)
    assert (work.before.total, work.before.printed, work.before.agrees) == (157, 127, False)
    assert (work.target.total, work.target.agrees) == (110, True)
    assert (found["visit_gather"].before.total, found["visit_gather"].target.total) == (520, 0)
    assert (found["prevention"].before.parts, found["prevention"].target.parts) == ((32,), (30,))


def test_who_set_a_goal_and_when_is_known_and_what_stood_before_stays(rt, town, analyst):
    set_goal(rt, analyst, "prevention", "40", "35", source="План на год")
    set_goal(rt, analyst, "prevention", "40", "", "41", source="План на год, правка")
    found = goals(rt, town)["prevention"]
    assert (found.before.parts, found.before.agrees, found.target.total) == ((40,), False, None)
    assert (found.set_by, found.set_at, found.source) == (
        analyst.user_id,
        rt.clock.now(),
        "План на год, правка",
    )
    with rt.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(goal)).scalar_one() == 2
        assert goals_of(conn, town.centre) == shipped()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("before", "много"),
        ("before", "1,,2x"),
        ("target", "-5"),
        ("target", "9" * 9),
        ("printed_before", "1 2"),
    ],
)
def test_what_is_no_number_is_named(rt, analyst, field, typed):
    with pytest.raises(InvalidData) as refused:
        set_goal(rt, analyst, "visit_wait", **{"before": "1", "target": "1", "source": "План", field: typed})
    assert list(refused.value.errors) == [field]


def test_a_goal_has_a_source_an_indicator_and_somebody_who_may(rt, analyst, head):
    with pytest.raises(InvalidData, match="не записана"):
        set_goal(rt, analyst, "prevention", "1", "1", source=" ")
    with pytest.raises(NotFound):
        set_goal(rt, analyst, "none", "1", "1", source="План")
    for actor in (head, make_actor(rt, "R05")):
        with pytest.raises(NotAllowed):
            set_goal(rt, actor, "prevention", "1", "1", source="План")
