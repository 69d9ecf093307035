"""`marshrut term`."""

from __future__ import annotations

import pytest

from engine.access.tables import AGENCY
from engine.access.units import NewUnit, create_unit
from engine.installing import install
from engine.model import SYSTEM
from engine.settings import load, prepare_home
from tests.engine.commands.calling import call


@pytest.mark.parametrize(
    ("arguments", "day"),
    [
        (["--norm", "T15"], "2026-01-21"),
        (["--norm", "T15:palliative"], "2025-12-30"),
        (["--days", "10", "--unit", "working"], "2026-01-21"),
        (["--days", "10"], "2026-01-21"),
        (["--days", "10", "--unit", "calendar"], "2026-01-12"),
        (["--days", "-1", "--unit", "working"], "2025-12-25"),
        (["--months", "1"], "2026-01-26"),
    ],
)
def test_the_last_day_is_printed(arguments, day):
    answer = call("term", "--from", "2025-12-26", *arguments)
    assert (answer.code, answer.out) == (0, f"{day}\n")


def test_with_json_the_moment_the_ground_and_every_skipped_day_are_told():
    found = call("term", "--from", "2025-12-26T10:00+03:00", "--norm", "T15", "--json").json
    assert (found["day"], found["moment"]) == ("2026-01-21", "2026-01-21T17:00:00+03:00")
    assert "442-ФЗ" in found["ground"]
    assert found["provisional"] is False
    assert {"day": "2026-01-07", "reason": "Рождество Христово", "source": "ТК РФ, ст. 112"} in found[
        "skipped"
    ]


def test_a_year_that_nobody_has_confirmed_makes_the_date_provisional():
    assert call("term", "--from", "2027-12-26", "--days", "30", "--json").json["provisional"] is True


def test_the_counting_is_explained_on_request():
    answer = call("term", "--from", "2025-12-26", "--norm", "T15", "--explain")
    assert answer.out.splitlines()[0] == "2026-01-21"
    assert "Считаем с" in answer.out


def test_a_unit_counts_by_its_own_hours(tmp_home):
    prepare_home(tmp_home)
    rt = install(load())
    create_unit(rt, SYSTEM, NewUnit(name="КЦСОН", kind=AGENCY, zone="Asia/Irkutsk", closing="16:00"))
    found = call("term", "--from", "2025-12-26", "--norm", "T15", "--calendar", "1", "--json").json
    assert found["moment"] == "2026-01-21T16:00:00+08:00"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Укажите что-то одно"),
        (["--days", "1", "--months", "1"], "Укажите что-то одно"),
        (["--months", "1", "--unit", "working"], "--unit говорят вместе с --days"),
        (["--norm", "T999"], "T999"),
        (["--days", "999999"], "Сроки длиннее"),
        (["--days", "1", "--calendar", "луна"], "Календаря «луна» нет"),
    ],
)
def test_what_can_not_be_counted_ends_with_2(arguments, words):
    answer = call("term", "--from", "2025-12-26", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err


@pytest.mark.parametrize("event", ["вчера", "26.12.2025", "2025-02-30", "1700-01-01"])
def test_what_is_no_date_ends_with_2(event):
    assert call("term", "--from", event, "--days", "5").code == 2
