"""Верхнереченский округ: organisations, colleagues and a commission, all invented and marked as demo."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.access.actors import load_actor
from engine.access.passwords import hash_password
from engine.access.service import Grant, NewAccount, create_account
from engine.access.tables import AGENCY, DEPARTMENT, MUNICIPALITY, account
from engine.access.units import NewUnit, create_unit, name_fillers
from engine.model import SYSTEM, Actor
from engine.names import FullName
from engine.records.cars import add_car
from engine.records.commissions import CommissionMember, NewCommission, create_commission, set_members
from engine.records.keeping import appoint_keeper
from engine.records.partners import NewPartner, add_partner
from engine.records.registers import REGISTERS
from engine.records.service import add_settlement, change_settlement
from engine.runtime import Runtime

PASSWORD = "demo"  # noqa: S105 - printed on the start page, works on this machine only


@dataclass(frozen=True, slots=True)
class Colleague:
    """An invented colleague. `place`: key of the unit they work in."""

    login: str
    full_name: str
    position: str
    roles: tuple[str, ...]
    place: str

    @property
    def name(self) -> FullName:
        return FullName(*self.full_name.split())


COLLEAGUES = (
    Colleague("krylova", "Крылова Ольга Павловна", "специалист по социальной работе", ("R05",), "support"),
    Colleague("belova", "Белова Нина Андреевна", "специалист, куратор случая", ("R03", "R05"), "support"),
    Colleague("demina", "Дёмина Ксения Сергеевна", "регистратор единого окна", ("R01",), "support"),
    Colleague("yusupov", "Юсупов Тимур Рашидович", "социальный участковый", ("R02",), "support"),
    Colleague("ryabova", "Рябова Галина Ивановна", "ответственная за регистры", ("R24",), "administration"),
    Colleague("ershova", "Ершова Марина Викторовна", "заведующая отделением", ("R07",), "support"),
    Colleague(
        "tumanova", "Туманова Вера Сергеевна", "специалист по оказанию экстренной помощи", ("R04",), "support"
    ),
    Colleague("zorina", "Зорина Анна Валерьевна", "психолог", ("R21",), "support"),
    Colleague("lunina", "Лунина Оксана Владимировна", "секретарь комиссии", ("R10",), "administration"),
    Colleague("sedova", "Седова Лариса Геннадьевна", "председатель комиссии", ("R11",), "administration"),
    Colleague(
        "gromov", "Громов Сергей Ильич", "член комиссии, специалист опеки", ("R12", "R14"), "administration"
    ),
    Colleague(
        "pavlova", "Павлова Елена Юрьевна", "член комиссии, центр занятости", ("R12", "R20"), "employment"
    ),
    Colleague(
        "kravtsova", "Кравцова Инна Олеговна", "главный специалист КДН и ЗП", ("R13",), "administration"
    ),
    Colleague("zuev", "Зуев Павел Андреевич", "диспетчер автотранспорта", ("R18",), "administration"),
    Colleague("somov", "Сомов Кирилл Петрович", "инспектор ПДН", ("R15", "R12"), "police"),
    Colleague("lykova", "Лыкова Анна Сергеевна", "врач-педиатр", ("R16", "R12"), "hospital"),
    Colleague("snegireva", "Снегирёва Вера Ильинична", "социальный педагог", ("R17", "R12"), "education"),
    Colleague("orlov", "Орлов Виктор Николаевич", "директор центра", ("R27",), "centre"),
    Colleague("volkova", "Волкова Надежда Ильинична", "заместитель главы округа", ("R27",), "district"),
    Colleague("fedorova", "Фёдорова Алина Юрьевна", "аналитик", ("R26",), "administration"),
    Colleague("lanskaya", "Ланская Ирина Сергеевна", "методист", ("R25",), "centre"),
    Colleague("admin", "Мельников Денис Олегович", "администратор", ("R29",), "centre"),
    Colleague("dpo", "Ким Алла Борисовна", "ответственная за персональные данные", ("R28",), "centre"),
)

SETTLEMENTS = (
    ("город", "г.", "Верхнереченск", False),
    ("село", "с.", "Ключевое", True),
    ("деревня", "д.", "Заозерье", True),
    ("посёлок", "п.", "Лесной", True),
)
"""Kind, its short form, name, whether it is in the country."""
SERVED_FROM = {"Заозерье": "care"}
"""Settlements that a department of their own serves."""


PARTNERS = (
    ("czn", "Центр занятости", "pavlova"),
    ("opeka", "Отдел опеки и попечительства", "gromov"),
    ("police", "Отдел полиции", "somov"),
    ("crb", "Районная больница", "lykova"),
    ("education", "Управление образования", "snegireva"),
    ("sfr", "Отделение Социального фонда", ""),
    ("mchs", "Пожарно-спасательная часть", ""),
    ("other", "КЦСОН Заречного округа", ""),
)
"""Kind, name, and who answers in the product; the answers of the others come on paper."""

FILLERS = {
    "administration": ("R10", "R11", "R12", "R13", "R18", "R24", "R26"),
    "support": ("R01", "R02", "R03", "R04", "R05", "R07", "R21"),
    "centre": ("R27",),
}
"""Which roles a place fills for the whole district, whichever agency a case belongs to."""

COMMISSIONS = {
    "family": ("lunina", "sedova", "gromov", "pavlova", "ershova"),
    "kdn": ("lunina", "sedova", "gromov", "somov", "kravtsova"),
}
"""Who sits on the commissions, by their kind."""

SUBSTITUTES = {"pavlova": "Котова И. Л.", "gromov": "Лаптев Р. С."}
"""Who is asked to a sitting when a member of the commission is away."""

KEEPER = "ryabova"
"""Who answers for the registers."""

CARS = (("ГАЗель", 8), ("Легковая", 4))
"""Cars for visits: title, seats."""


@dataclass(frozen=True, slots=True)
class Town:
    """Numbers of what was made; settlements by name, with how an address begins there («с. Ключевое»)."""

    units: dict[str, int]
    commission: int
    settlements: dict[str, int]
    settlement_words: dict[str, str]
    minors: int = 0


def build_town(rt: Runtime) -> Town:
    """Make the organisations, colleagues, commissions and villages; say who keeps the registers."""
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
    fillers = {role: [units[place]] for place, roles in FILLERS.items() for role in roles}
    name_fillers(rt, SYSTEM, units["district"], fillers)
    commission = create_commission(rt, SYSTEM, NewCommission(kind="family", unit_id=units["district"]))
    set_members(rt, SYSTEM, commission, _members(rt, "family"))
    _partners(rt, units["district"])
    minors = create_commission(rt, SYSTEM, NewCommission(kind="kdn", unit_id=units["district"]))
    set_members(rt, SYSTEM, minors, _members(rt, "kdn"))
    for register in REGISTERS:
        appoint_keeper(rt, demo_actor(rt, "ershova"), register, account_number(rt, KEEPER))
    for title, seats in CARS:
        add_car(rt, demo_actor(rt, "zuev"), title, seats)
    places = {
        name: add_settlement(rt, SYSTEM, municipality_id=units["district"], kind=kind, name=name, rural=rural)
        for kind, _, name, rural in SETTLEMENTS
    }
    for kind, _, name, rural in SETTLEMENTS:
        if name in SERVED_FROM:
            unit = units[SERVED_FROM[name]]
            change_settlement(rt, SYSTEM, places[name], kind=kind, name=name, rural=rural, unit_id=unit)
    words = {name: f"{short} {name}" for _, short, name, _ in SETTLEMENTS}
    return Town(units, commission, places, words, minors)


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
    add("police", "Отдел полиции (вымышленный)", "Полиция", AGENCY, "district")
    add("hospital", "Районная больница (вымышленная)", "Больница", AGENCY, "district")
    add("education", "Управление образования (вымышленное)", "Образование", AGENCY, "district")
    add("employment", "Центр занятости (вымышленный)", "ЦЗН", AGENCY, "district")
    return units


def _partners(rt: Runtime, municipality_id: int) -> None:
    for number, (kind, name, login) in enumerate(PARTNERS, start=4):
        executor = account_number(rt, login) if login else None
        agreement = f"Соглашение № {number}" if login else ""
        add_partner(rt, SYSTEM, municipality_id, NewPartner(kind, f"{name} (вымышлено)", executor, agreement))


def _give_passwords(rt: Runtime) -> None:
    """One hash for all: a demo starts quickly, and its password is printed on the page anyway."""
    hashed = hash_password(PASSWORD)
    with rt.database.write() as conn:
        conn.execute(account.update().where(account.c.demo).values(password=hashed, must_change=False))


def _members(rt: Runtime, kind: str) -> list[CommissionMember]:
    parts = {"sedova": "chair", "lunina": "secretary"}
    agencies = {
        "administration": "администрация округа",
        "employment": "центр занятости",
        "police": "полиция",
        "support": "КЦСОН",
    }
    return [
        CommissionMember(
            name=colleague.name.short(),
            agency=agencies[colleague.place],
            part=parts.get(colleague.login, "member"),
            by_agreement=colleague.place == "employment",
            account_id=account_number(rt, colleague.login),
            substitute=SUBSTITUTES.get(colleague.login, ""),
        )
        for colleague in COLLEAGUES
        if colleague.login in COMMISSIONS[kind]
    ]


def account_number(rt: Runtime, login: str) -> int:
    """The number of a demo account."""
    with rt.database.read() as conn:
        return int(conn.execute(select(account.c.id).where(account.c.login == login)).scalar_one())


def demo_actor(rt: Runtime, login: str) -> Actor:
    """A colleague of the demo, ready to act."""
    return load_actor(rt, account_number(rt, login))
