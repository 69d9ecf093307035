"""Monitoring sheets in the database, and how registers are kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.access.tables import audit
from engine.errors import InvalidData, NotAllowed, NotFound
from engine.model import Actor
from engine.records import keeping, registers, sheets
from engine.records.cells import Cell, answered, refreshed
from engine.records.registers import Standing, Subject
from engine.records.service import erase_family
from engine.records.tables import monitoring_sheet
from engine.runtime import Runtime
from tests.factories.access import make_actor, town
from tests.factories.records import make_family

DAY = date(2026, 1, 12)
FACTS = {"семья": {"номер": 1, "возраст": []}, "учёт": {}}


@pytest.fixture
def keeper(rt_both: Runtime) -> Actor:
    return make_actor(rt_both, "R24")


@pytest.fixture
def family(rt_both: Runtime, keeper: Actor) -> Subject:
    """On the register of the red zone since the new year."""
    subject = Subject(make_family(rt_both, keeper)[0], None)
    with rt_both.database.write() as conn:
        registers.enter(
            rt_both,
            conn,
            "red_zone",
            subject,
            Standing(state="красная"),
            case_id=1,
            unit_id=town(rt_both).families,
            since=date(2026, 1, 1),
        )
    return subject


def keep(rt: Runtime, subject: Subject, day: date = DAY, **typed: object) -> int:
    cells = answered(refreshed({}, FACTS, day), typed, 7, day)
    with rt.database.write() as conn:
        return sheets.keep_sheet(rt, conn, subject, cells, unit_id=town(rt).families, today=day, faults=2)


def test_a_month_has_one_sheet_and_every_month_its_own(
    rt_both: Runtime, keeper: Actor, family: Subject
) -> None:
    first = keep(rt_both, family, долги_за_жильё=True)
    assert keep(rt_both, family, DAY + timedelta(days=3), долги_за_жильё=False) == first
    assert keep(rt_both, family, date(2026, 2, 2), долги_за_жильё=True) != first
    view = sheets.sheet_view(rt_both, keeper, family)
    assert (view.months, view.sheet.month) == (("2026-02", "2026-01"), "2026-02")
    january = sheets.sheet_view(rt_both, keeper, family, "2026-01").sheet
    assert january.cells["долги_за_жильё"] == Cell(False, DAY + timedelta(days=3), 7, DAY + timedelta(days=3))
    assert january.faults == 2
    with rt_both.database.read() as conn:
        assert sheets.first_month(conn, family) == "2026-01"


def test_a_look_at_a_sheet_is_noted(rt_both: Runtime, keeper: Actor, family: Subject) -> None:
    number = keep(rt_both, family)
    sheets.sheet_view(rt_both, keeper, family)
    with rt_both.database.read() as conn:
        looks = conn.execute(select(audit.c.object_id).where(audit.c.kind == "sheet")).scalars().all()
    assert looks == [number]


def test_a_sheet_of_a_family_out_of_reach_is_not_there(rt_both: Runtime, family: Subject) -> None:
    keep(rt_both, family)
    stranger = make_actor(rt_both, "R14", unit_id=town(rt_both).administration)
    with pytest.raises(NotFound):
        sheets.sheet_view(rt_both, stranger, family)


def test_nothing_of_a_sheet_lies_open_and_it_goes_with_the_family(
    rt_both: Runtime, keeper: Actor, family: Subject
) -> None:
    keep(rt_both, family, мать_место_работы="Ферма Заря")
    with rt_both.database.read() as conn:
        assert "Заря".encode() not in conn.execute(select(monitoring_sheet.c.data)).scalar_one()
    erase_family(rt_both, make_actor(rt_both, "R28"), family.family_id or 0, "акт")
    with rt_both.database.read() as conn:
        assert sheets.newest_sheet(rt_both, conn, family) is None
    with pytest.raises(NotFound):
        sheets.sheet_view(rt_both, keeper, family)


def test_a_register_tells_how_it_is_kept(rt_both: Runtime, keeper: Actor, family: Subject) -> None:
    keep(rt_both, family)
    head = make_actor(rt_both, "R07")
    keeping.appoint_keeper(rt_both, head, "red_zone", keeper.user_id)
    found = of(rt_both, keeper, DAY)
    assert (found.families, found.keeper_id, found.updated_at, found.overdue) == (
        1, keeper.user_id, None, False,
    )  # fmt: skip
    assert found.empty > 50
    assert found.faults == 2
    assert of(rt_both, keeper, date(2026, 1, 26)).overdue
    municipality = rt_both.directory.tree().municipality(keeper.unit_id)
    with rt_both.database.write() as conn:
        keeping.note_update(rt_both, conn, "red_zone", municipality, keeper.user_id)
        keeping.note_verified(rt_both, conn, "red_zone", municipality, "2026-01")
        assert sheets.verify(rt_both, conn, [family], "2026-01") == 1
    found = of(rt_both, keeper, date(2026, 1, 26))
    assert (found.updated_by, found.verified_month, found.overdue) == (keeper.user_id, "2026-01", False)
    assert found.updated_at == rt_both.clock.now()


def of(rt: Runtime, actor: Actor, today: date) -> keeping.Kept:
    with rt.database.read() as conn:
        listed = keeping.kept_registers(rt, conn, actor, today)
    return next(each for each in listed if each.register == "red_zone")


def test_whom_others_keep_is_counted_and_not_shown(rt_both: Runtime, family: Subject) -> None:
    stranger = make_actor(rt_both, "R24", unit_id=town(rt_both).administration)
    found = of(rt_both, stranger, DAY)
    assert (found.families, found.elsewhere) == (0, 1)
    assert of(rt_both, make_actor(rt_both, "R24"), DAY).elsewhere == 0


def test_a_register_is_given_to_somebody_of_the_municipality_by_a_head(
    rt_both: Runtime, keeper: Actor
) -> None:
    with pytest.raises(NotAllowed):
        keeping.appoint_keeper(rt_both, keeper, "sop", keeper.user_id)
    with pytest.raises(InvalidData):
        keeping.appoint_keeper(rt_both, make_actor(rt_both, "R07"), "sop", 999_999)


def test_an_export_is_noted_and_holds_what_is_within_reach(
    rt_both: Runtime, keeper: Actor, family: Subject
) -> None:
    keep(rt_both, family)
    assert set(sheets.exported(rt_both, keeper, "red_zone", [family], "2026-01")) == {family}
    stranger = make_actor(rt_both, "R14", unit_id=town(rt_both).administration)
    assert sheets.exported(rt_both, stranger, "red_zone", [family], "2026-01") == {}
    with rt_both.database.read() as conn:
        noted = conn.execute(select(audit.c.details).where(audit.c.action == "export")).scalars().all()
    assert '"families": 1' in noted[0]
