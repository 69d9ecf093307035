"""Верхнереченский округ: organisations, colleagues and a commission, all invented and marked as demo."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.access.actors import load_actor
from engine.access.passwords import hash_password
from engine.access.service import Grant, NewAccount, NewUnit, create_account, create_unit, name_filler
from engine.access.tables import AGENCY, DEPARTMENT, MUNICIPALITY, account
from engine.model import SYSTEM, Actor
from engine.names import FullName
from engine.records.commissions import CommissionMember, NewCommission, create_commission, set_members
from engine.records.service import add_settlement
from engine.runtime import Runtime

PASSWORD = "demo"  # noqa: S105 - printed on the start page, works on this machine only


@dataclass(frozen=True, slots=True)
class Colleague:
    """An invented colleague. `place`: key of the unit they work in."""

    login: str
    name: FullName
    position: str
    roles: tuple[str, ...]
    place: str


COLLEAGUES = (
    Colleague("krylova", FullName("Крылова", "Ольга", "Павловна"), "специалист по социальной работе", ("R05", "R03"), "support"),
    Colleague("belova", FullName("Белова", "Нина", "Андреевна"), "специалист по социальной работе", ("R05",), "support"),
    Colleague("demina", FullName("Дёмина", "Ксения", "Сергеевна"), "регистратор единого окна", ("R01",), "support"),
    Colleague("yusupov", FullName("Юсупов", "Тимур", "Рашидович"), "социальный участковый", ("R02",), "support"),
    Colleague("ershova", FullName("Ершова", "Марина", "Викторовна"), "заведующая отделением", ("R07",), "support"),
    Colleague("zorina", FullName("Зорина", "Анна", "Валерьевна"), "психолог", ("R21",), "support"),
    Colleague("lunina", FullName("Лунина", "Оксана", "Владимировна"), "секретарь комиссии", ("R10",), "administration"),
    Colleague("sedova", FullName("Седова", "Лариса", "Геннадьевна"), "председатель комиссии", ("R11",), "administration"),
    Colleague("gromov", FullName("Громов", "Сергей", "Ильич"), "член комиссии, специалист опеки", ("R12", "R14"), "administration"),
    Colleague("pavlova", FullName("Павлова", "Елена", "Юрьевна"), "член комиссии, центр занятости", ("R12", "R20"), "employment"),
    Colleague("orlov", FullName("Орлов", "Виктор", "Николаевич"), "директор центра", ("R27",), "centre"),
    Colleague("lanskaya", FullName("Ланская", "Ирина", "Сергеевна"), "методист", ("R25",), "centre"),
    Colleague("admin", FullName("Мельников", "Денис", "Олегович"), "администратор", ("R29",), "centre"),
    Colleague("dpo", FullName("Ким", "Алла", "Борисовна"), "ответственная за персональные данные", ("R28",), "centre"),
)  # fmt: skip

SETTLEMENTS = (("город", "Верхнереченск", False), ("село", "Ключевое", True), ("деревня", "Заозерье", True))


@dataclass(frozen=True, slots=True)
class Town:
    """Numbers of what was made."""

    units: dict[str, int]
    commission: int
    settlements: tuple[int, ...]


def build_town(rt: Runtime) -> Town:
    """Make the organisations, colleagues, commission and villages."""
    units = _units(rt)
    for colleague in COLLEAGUES:
        grants = [Grant(role, units[colleague.place]) for role in colleague.roles]
        create_account(
            rt,
            SYSTEM,
            NewAccount(
                login=colleague.login,
                name=colleague.name,
                unit_id=units[colleague.place],
                position=colleague.position,
                grants=grants,
                demo=True,
            ),
        )
    _give_passwords(rt)
    for role in ("R10", "R11", "R12"):
        name_filler(rt, SYSTEM, units["district"], role, [units["administration"]])
    commission = create_commission(rt, SYSTEM, NewCommission(kind="family", unit_id=units["district"]))
    set_members(rt, SYSTEM, commission, _members(rt))
    places = tuple(
        add_settlement(
            rt, SYSTEM, municipality_id=units["district"], kind=kind, name=name, rural=rural
        )
        for kind, name, rural in SETTLEMENTS
    )
    return Town(units, commission, places)


def _units(rt: Runtime) -> dict[str, int]:
    units: dict[str, int] = {}

    def add(key: str, name: str, short: str, kind: str, parent: str | None = None, address: str = "") -> None:
        parent_id = units[parent] if parent else None
        new = NewUnit(name=name, short_name=short, kind=kind, parent_id=parent_id, address=address)
        units[key] = create_unit(rt, SYSTEM, new)

    add("district", "Верхнереченский округ (вымышленный)", "Верхнереченский округ", MUNICIPALITY)
    add(
        "centre",
        "Верхнереченский КЦСОН (вымышленный)",
        "КЦСОН",
        AGENCY,
        "district",
        "г. Верхнереченск, ул. Речная, 1",
    )
    add("support", "Отделение сопровождения", "Отделение сопровождения", DEPARTMENT, "centre")
    add("care", "Отделение социального обслуживания на дому", "Отделение на дому", DEPARTMENT, "centre")
    add(
        "administration",
        "Администрация округа (вымышленная)",
        "Администрация",
        AGENCY,
        "district",
        "г. Верхнереченск, пл. Мира, 2",
    )
    add("employment", "Центр занятости (вымышленный)", "ЦЗН", AGENCY, "district")
    return units


def _give_passwords(rt: Runtime) -> None:
    """One hash for all: a demo starts quickly, and its password is printed on the page anyway."""
    hashed = hash_password(PASSWORD)
    with rt.database.write() as conn:
        conn.execute(account.update().where(account.c.demo).values(password=hashed, must_change=False))


def _members(rt: Runtime) -> list[CommissionMember]:
    parts = {"sedova": "chair", "lunina": "secretary"}
    agencies = {"administration": "администрация округа", "employment": "центр занятости", "support": "КЦСОН"}
    return [
        CommissionMember(
            name=colleague.name.short(),
            agency=agencies[colleague.place],
            part=parts.get(colleague.login, "member"),
            by_agreement=colleague.place == "employment",
            account_id=account_number(rt, colleague.login),
        )
        for colleague in COLLEAGUES
        if colleague.login in {"sedova", "lunina", "gromov", "pavlova", "ershova"}
    ]


def account_number(rt: Runtime, login: str) -> int:
    """The number of a demo account."""
    with rt.database.read() as conn:
        return int(conn.execute(select(account.c.id).where(account.c.login == login)).scalar_one())


def demo_actor(rt: Runtime, login: str) -> Actor:
    """A colleague of the demo, ready to act."""
    return load_actor(rt, account_number(rt, login))
