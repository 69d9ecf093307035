"""The folder of a demonstration: whole or not at all, and on a day on which the office works."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engine.bootstrap import open_runtime
from engine.cases.queries import case_list
from engine.clock import ShiftedClock, SystemClock
from engine.demo import building, letters, people, sitting_days
from engine.demo.everyday import everyday
from engine.demo.home import fill_home, has_instance
from engine.demo.town import demo_actor
from engine.errors import Conflict, StorageUnavailable
from engine.model import SYSTEM
from engine.runtime import Runtime
from engine.worklist.tables import OPEN, task
from tests.engine.demo.conftest import settings_of

SATURDAY = date(2026, 5, 9)
"""A holiday on a day off; the next working day is Tuesday 12 May."""


def told_nobody(_: float) -> None:
    """Nobody watches."""


class Interrupted(BaseException):
    """Somebody presses Ctrl+C."""


def interrupt(share: float) -> None:
    if share > 0.02:
        raise Interrupted


def files(home: Path) -> set[str]:
    return {path.name for path in home.iterdir()}


def test_an_interrupted_demonstration_leaves_no_half_of_one(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "instance")
    before = files(settings.home)
    with pytest.raises(Interrupted):
        fill_home(settings, interrupt, documents=False)
    assert files(settings.home) == before
    assert not has_instance(settings)


def test_what_a_killed_one_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "instance")
    (settings.home / ".demo-left").mkdir()
    with pytest.raises(Interrupted):
        fill_home(settings, interrupt, documents=False)
    assert not (settings.home / ".demo-left").exists()


@pytest.fixture
def _few_families(monkeypatch: pytest.MonkeyPatch) -> None:
    """Applications only, without the register and the visits."""
    few = replace(everyday(), openings=everyday().openings[-3:])
    monkeypatch.setattr(building, "everyday", lambda: few)
    monkeypatch.setattr(sitting_days, "SAT", {"family": 6, "kdn": 1})
    monkeypatch.setattr(letters, "LETTERS", ())


@pytest.mark.usefixtures("_few_families")
def test_on_a_day_off_the_demonstration_opens_on_the_next_working_morning(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "instance")
    shares = list[float]()
    fill_home(settings, shares.append, at=SATURDAY, documents=False)
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    rt = open_runtime(settings)
    assert isinstance(rt.clock, ShiftedClock)
    here = rt.clock.now().astimezone(ZoneInfo("Europe/Moscow"))
    assert here.date() == date(2026, 5, 12)
    assert here.hour == building.MORNING.hour
    with rt.database.read() as conn:
        due = conn.execute(select(task.c.due_at).where(task.c.status == OPEN)).scalars().all()
    assert any(0 < moment - rt.clock.now().timestamp() < timedelta(hours=8).total_seconds() for moment in due)
    close(rt)


@pytest.mark.usefixtures("_few_families")
def test_without_a_day_it_is_today_or_the_next_working_day(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "instance")
    fill_home(settings, told_nobody, documents=False)
    rt = open_runtime(settings)
    zone = ZoneInfo("Europe/Moscow")
    calendar = rt.calendars.calendar(demo_actor(rt, "krylova").unit_id)
    today = SystemClock().now().astimezone(zone).date()
    assert rt.clock.now().astimezone(zone).date() == calendar.next_working(today)
    close(rt)


@pytest.mark.usefixtures("_few_families")
def test_two_demonstrations_of_one_day_are_alike(tmp_path: Path) -> None:
    """So that pictures in the documentation stay true."""
    seen = []
    for name in ("one", "another"):
        settings = settings_of(tmp_path / name)
        fill_home(settings, told_nobody, at=date(2026, 1, 19), documents=False)
        rt = open_runtime(settings)
        with rt.database.read() as conn:
            cards = case_list(rt, conn, SYSTEM, active=None, limit=100)
            due = conn.execute(select(task.c.id, task.c.due_at).order_by(task.c.id)).all()
        seen.append(([(card.number, card.label, card.phase, card.filed_at) for card in cards], due))
        close(rt)
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("now", "at", "last"),
    [
        ("2026-03-18T12:34", None, "2026-03-18T12:34"),
        ("2026-03-18T08:10", None, "2026-03-18T10:00"),
        ("2026-03-18T22:40", None, "2026-03-18T10:00"),
        ("2026-03-21T12:00", None, "2026-03-23T10:00"),
        ("2026-12-31T12:00", None, "2027-01-11T10:00"),
        ("2026-03-18T12:34", "2026-01-19", "2026-01-19T10:00"),
    ],
)
def test_it_ends_while_the_office_works(demo: Runtime, now: str, at: str | None, last: str) -> None:
    zone = ZoneInfo("Europe/Moscow")
    calendar = demo.calendars.calendar(demo_actor(demo, "krylova").unit_id)
    day = date.fromisoformat(at) if at else None
    found = building.last_moment(datetime.fromisoformat(now).replace(tzinfo=zone), day, calendar)
    assert found == datetime.fromisoformat(last).replace(tzinfo=zone)


def test_babies_are_born_before_the_play_begins_whatever_day_is_asked_for(demo: Runtime) -> None:
    calendar = demo.calendars.calendar(demo_actor(demo, "krylova").unit_id)
    noon = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo("Europe/Moscow"))
    for number in range(730):
        asked = noon.date() + timedelta(days=number)
        last = building.last_moment(noon, asked, calendar).date()
        assert last - people.BABY < asked - building.BEGINS, asked


def test_the_folder_says_that_it_is_a_demonstration(demo_home: Path) -> None:
    assert settings_of(demo_home).demo


def test_what_is_there_already_is_never_built_over(demo_home: Path) -> None:
    settings = settings_of(demo_home)
    before = (demo_home / "marshrut.db").stat().st_size
    with pytest.raises(Conflict, match="уже есть рабочее место"):
        fill_home(settings, told_nobody)
    assert (demo_home / "marshrut.db").stat().st_size == before


def test_keys_without_their_database_are_not_written_over(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "instance")
    (settings.home / "keys.db").write_bytes(b"keys of a lost database")
    with pytest.raises(StorageUnavailable, match="ключи, а базы нет"):
        fill_home(settings, told_nobody)
    assert (settings.home / "keys.db").read_bytes() == b"keys of a lost database"


def test_no_invented_people_are_put_into_a_database_server(tmp_path: Path) -> None:
    settings = replace(settings_of(tmp_path / "instance"), database_url="postgresql+psycopg://nowhere/real")
    with pytest.raises(Conflict, match="база на сервере"):
        fill_home(settings, told_nobody)


def close(rt: Runtime) -> None:
    rt.database.close()
    rt.vault.store.database.close()
