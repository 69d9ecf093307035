"""A municipality of many families, put into the tables directly: for what asks how pages and months scale.

Each family has two people, a case with one open step, a year of monitoring sheets, three or four visits, six
or seven documents to partners and two measures; a tenth as many sittings have heard their questions.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, insert

from engine.access.queues import queue_for
from engine.access.service import Grant, NewAccount, create_account
from engine.access.tables import AGENCY, DEPARTMENT, MUNICIPALITY
from engine.access.units import NewUnit, create_unit
from engine.cases.tables import ACTIVE, case_
from engine.cases.values import seal_values
from engine.clock import MovableClock
from engine.installing import install
from engine.model import SYSTEM, Clock
from engine.names import FullName
from engine.records.cells import refreshed
from engine.records.commissions import ITEM_KINDS, NewCommission, create_commission
from engine.records.likeness import birth_token
from engine.records.registers import Subject
from engine.records.service import family_purpose, person_purpose
from engine.records.tables import (
    DECIDED,
    HELD,
    PLANNED,
    agenda_item,
    contact,
    family,
    family_member,
    measure,
    monitoring_sheet,
    partner,
    person,
    person_token,
    referral,
    register_entry,
    settlement,
    sitting,
    visit,
)
from engine.records.values import PersonData, to_json
from engine.runtime import Runtime
from engine.settings import Settings
from engine.storage.moments import to_seconds
from engine.worklist.tables import task

NOW = datetime(2026, 12, 14, 9, tzinfo=UTC)
TODAY = NOW.date()
PATHWAY, STEP = "p08_prevention", "p08_prevention_ut_assess"
MONTHS, VILLAGES, PARTNERS = 12, 20, 12
AT_ONCE = 5_000
SURNAMES = ("Ветрова", "Громова", "Дроздова", "Жукова", "Зимина", "Кошкина", "Лунина", "Мухина", "Орлова")


def instance(home: Path, url: str | None) -> tuple[Runtime, int]:
    """An instance with the shipped pathways; account 1 is the head of the department of that number."""
    settings = Settings(
        home=home,
        database_url=url or f"sqlite:///{home / 'marshrut.db'}",
        keys_url=f"sqlite:///{home / 'keys.db'}",
        master_key=bytes(32),
        secret_key=base64.b64encode(bytes(32)).decode(),
    )
    rt = install(settings, MovableClock(NOW))
    place = create_unit(rt, SYSTEM, NewUnit(name="Округ", kind=MUNICIPALITY))
    centre = create_unit(rt, SYSTEM, NewUnit(name="Центр", kind=AGENCY, parent_id=place))
    unit_id = create_unit(rt, SYSTEM, NewUnit(name="Отделение", kind=DEPARTMENT, parent_id=centre))
    for login, role in (("bench1", "R07"), ("bench2", "R05"), ("bench3", "R24")):
        name = FullName("Замеров", "Пётр", "Ильич")
        create_account(rt, SYSTEM, NewAccount(login, name, unit_id, grants=[Grant(role, unit_id)]))
    create_commission(rt, SYSTEM, NewCommission("family", unit_id))
    return rt, unit_id


class Municipality:
    """Puts so many families, and what the records know of them, into the tables."""

    def __init__(self, rt: Runtime, conn: Connection, unit_id: int, families: int) -> None:
        self.rt, self.conn, self.unit_id, self.families = rt, conn, unit_id, families
        self.numbers = range(1, families + 1)
        self.dice = Random(1)
        self.now = to_seconds(NOW)
        self.place = rt.directory.tree().municipality(unit_id)
        with rt.database.read() as reading:
            self.release_id = rt.library.current(reading).id

    def fill(self) -> None:
        self._people()
        self._cases()
        self._registers()
        self._visits()
        self._documents()
        self._sittings()
        if self.rt.database.kind == "postgresql":
            self.conn.exec_driver_sql("ANALYZE")

    def _people(self) -> None:
        """A mother and a child each; family, mother and child have a key of their own."""
        rt, villages = self.rt, range(1, VILLAGES + 1)
        self._put(
            settlement,
            (
                {"municipality_id": self.place, "kind": "село", "name": f"Село {n}", "rural": True}
                for n in villages
            ),
        )
        made = {"unit_id": self.unit_id, "created_by": 2, "created_at": self.now}
        self.keys = [rt.vault.new_key("family") for _ in self.numbers]
        self._put(
            family,
            (
                {
                    **made,
                    "id": n,
                    "key_id": key,
                    "label": rt.vault.seal(key, "семья Дроздовых".encode(), family_purpose(n)),
                }
                for n, key in zip(self.numbers, self.keys, strict=True)
            ),
        )
        people, tokens = [], []
        for number in range(1, 2 * self.families + 1):
            key, adult = rt.vault.new_key("person"), number % 2
            name = FullName(
                SURNAMES[number // 2 % len(SURNAMES)], "Ольга" if adult else "Анна", f"Р{number % 97}"
            )
            born = date(1990 if adult else 2017, 1 + number % 12, 1 + number % 28)
            data = PersonData(name, birth=born, address=f"Садовая, {number}", phone="+7 900 000-00-00")
            people.append(
                {
                    **made,
                    "id": number,
                    "key_id": key,
                    "updated_at": self.now,
                    "marked": True,
                    "data": rt.vault.seal_value(key, to_json(data), person_purpose(number)),
                    "birth_token": birth_token(rt, born),
                    "settlement_id": 1 + number % VILLAGES,
                }
            )
            tokens += [{"token": each, "person_id": number} for each in rt.vault.name_tokens(name.full())]
        self._put(person, people)
        self._put(person_token, tokens)
        self._put(
            family_member,
            (
                {
                    "family_id": (n + 1) // 2,
                    "person_id": n,
                    "relation": "mother" if n % 2 else "child",
                    "first_day": "2025-01-01",
                }
                for n in range(1, 2 * self.families + 1)
            ),
        )

    def _cases(self) -> None:
        """A case each with one open step: a tenth of them overdue."""
        rt, queue = self.rt, queue_for(self.rt, self.conn, ["R05"], self.unit_id)
        norm, label = rt.calendars.norm("T10", TODAY).id, "семья Дроздовых".encode()
        keys = [rt.vault.new_key("case") for _ in self.numbers]
        self._put(
            case_,
            (
                {
                    "id": n,
                    "number": f"ПУ-2026-{n:05}",
                    "process": PATHWAY,
                    "release_id": self.release_id,
                    "version": 1,
                    "status": ACTIVE,
                    "key_id": key,
                    "label": rt.vault.seal(key, label, "case.label"),
                    "owner_id": 2,
                    "unit_id": self.unit_id,
                    "agency_id": self.unit_id - 1,
                    "person_id": 2 * n - 1,
                    "family_id": n,
                    "filed_at": self.now,
                    "started_at": self.now,
                    "stage": "Сопровождение",
                    "phase": "работа по плану",
                }
                for n, key in zip(self.numbers, keys, strict=True)
            ),
        )
        self._put(
            task,
            (
                {
                    "id": n << 24 | 1,
                    "case_id": n,
                    "node": STEP,
                    "status": 0,
                    "queue_id": queue,
                    "role_queue_id": queue,
                    "due_at": self.now + (n % 10 * 7 - 3) * 43_200,
                    "norm_id": norm,
                    "clock": Clock.RUNNING,
                    "opened_at": self.now - 86_400,
                }
                for n in self.numbers
            ),
        )
        self._put(
            measure,
            (
                {
                    "case_id": n,
                    "token": rt.vault.token(f"{n}:{each}"),
                    "due_day": f"2026-12-{1 + n % 28:02}",
                    "state": "done" if each else "open",
                    "source": "план",
                    "decided_at": self.now,
                    "closed_at": self.now if each else None,
                    "data": rt.vault.seal_value(
                        key,
                        {"what": "Помочь с дровами", "who": "Администрация", "result": ""},
                        f"measure:{n}",
                    ),
                }
                for n, key in zip(self.numbers, keys, strict=True)
                for each in (0, 1)
            ),
        )

    def _registers(self) -> None:
        """Everybody on the preventive register, a third in the «red zone», and as many who have left."""
        kept = {
            "unit_id": self.unit_id,
            "state": "группа риска",
            "ground": "решение комиссии",
            "contact_days": 14,
            "updated_at": self.now,
        }
        self._put(
            register_entry,
            (
                {
                    **kept,
                    "register": register,
                    "family_id": n,
                    "person_id": 2 * n - 1,
                    "case_id": n,
                    "since": "2026-01-12",
                    "until": until,
                    "left_for": "причины устранены" if until else None,
                }
                for register, every, until in (
                    ("prevention", 1, None),
                    ("red_zone", 3, None),
                    ("prevention", 3, "2026-06-01"),
                )
                for n in self.numbers
                if n % every == 0
            ),
        )
        facts = {"семья": {"номер": 1, "мать": "Дроздова Ольга", "возраст": [9]}, "учёт": {}}
        cells = {key: cell.to_json() for key, cell in refreshed({}, facts, TODAY).items()}
        self._put(
            monitoring_sheet,
            (
                {
                    "family_id": n,
                    "month": f"2026-{month:02}",
                    "unit_id": self.unit_id,
                    "key_id": key,
                    "empty": 40,
                    "old": 3,
                    "updated_at": self.now,
                    "data": seal_values(
                        self.rt.vault, key, cells, f"sheet:{Subject(n, None).words}:2026-{month:02}"
                    )
                    if month == MONTHS
                    else b"",
                }
                for n, key in zip(self.numbers, self.keys, strict=True)
                for month in range(1, MONTHS + 1)
            ),
        )

    def _visits(self) -> None:
        """Three or four a year each, and as many talks."""
        days = [
            date(2026, 1, 12) + timedelta(self.dice.randrange(350)) for _ in range(10 * self.families // 3)
        ]
        self._put(
            visit,
            (
                {
                    "family_id": n % self.families + 1,
                    "case_id": n % self.families + 1,
                    "unit_id": self.unit_id,
                    "settlement_id": 1 + n % VILLAGES,
                    "day": day.isoformat(),
                    "full_crew": n % 3 > 0,
                    "commission": True,
                    "status": HELD if day < TODAY else PLANNED,
                }
                for n, day in enumerate(days)
            ),
        )
        self._put(
            contact,
            (
                {
                    "family_id": n % self.families + 1,
                    "case_id": n % self.families + 1,
                    "day": day.isoformat(),
                    "kind": "visit",
                }
                for n, day in enumerate(days)
                if day < TODAY
            ),
        )

    def _documents(self) -> None:
        """Six or seven a case, one in ten of them not answered yet."""
        self._put(
            partner,
            (
                {"municipality_id": self.place, "kind": "czn", "name": f"Партнёр {n}"}
                for n in range(1, PARTNERS + 1)
            ),
        )
        self._put(
            referral,
            (
                {
                    "case_id": n % self.families + 1,
                    "partner_id": n % PARTNERS + 1,
                    "kind": "request",
                    "number": f"{n}",
                    "state": "done" if n % 10 else "sent",
                    "sent_at": self.now - n % 300 * 86_400,
                    "due_day": (TODAY - timedelta(n % 300 - 5)).isoformat(),
                    "closed_at": self.now - n % 300 * 43_200 if n % 10 else None,
                }
                for n in range(20 * self.families // 3)
            ),
        )

    def _sittings(self) -> None:
        """One for ten families, twenty questions each; their cases have numbers above all others."""
        held = range(1, self.families // 10 + 1)
        self._put(
            sitting,
            (
                {
                    "commission_id": 1,
                    "case_id": 10_000_000 + n,
                    "status": 1,
                    "followed": True,
                    "heard": 20,
                    "day": (TODAY - timedelta(n % 340)).isoformat(),
                }
                for n in held
            ),
        )
        kinds = list(ITEM_KINDS)
        self._put(
            agenda_item,
            (
                {
                    "case_id": n % self.families + 1,
                    "commission_id": 1,
                    "kind": kinds[n % len(kinds)],
                    "title": "Вопрос",
                    "status": DECIDED,
                    "sitting_case_id": 10_000_000 + number,
                    "decision": "approve",
                    "asked_at": self.now,
                }
                for number in held
                for n in range(20 * number, 20 * number + 20)
            ),
        )

    def _put(self, table: Any, rows: Iterable[dict[str, Any]]) -> None:
        waiting = list(rows)
        for begin in range(0, len(waiting), AT_ONCE):
            self.conn.execute(insert(table), waiting[begin : begin + AT_ONCE])
