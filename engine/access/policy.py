"""Which role may do what, and how far: the one table, and the checks that read it.

Services check before they write, lists show what may be seen, pages explain what is refused, all from here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, false, or_, true

from engine.errors import NotAllowed
from engine.model import SYSTEM, Actor, Permission, Scope

EVERYONE = "R00"
"""Pseudo role that every account has in its own unit: steps whose performer the diagram leaves open."""

ROLES: Mapping[str, str] = {
    EVERYONE: "Любой сотрудник",
    "R01": "Регистратор единого окна",
    "R02": "Социальный участковый",
    "R03": "Куратор случая",
    "R04": "Специалист экстренной помощи",
    "R05": "Специалист по социальной работе",
    "R06": "Эксперт по оценке нуждаемости",
    "R07": "Заведующий отделением",
    "R08": "Социальный работник",
    "R09": "Сиделка, помощник по уходу",
    "R10": "Секретарь комиссии",
    "R11": "Председатель комиссии",
    "R12": "Член комиссии",
    "R13": "Главный специалист КДН и ЗП",
    "R14": "Специалист опеки и попечительства",
    "R15": "Инспектор ПДН",
    "R16": "Педиатр, врач-нарколог",
    "R17": "Специалист образования, социальный педагог",
    "R18": "Диспетчер автотранспорта",
    "R19": "Специалист по социальному контракту",
    "R20": "Исполнитель партнёра",
    "R21": "Психолог, юрист, педагог",
    "R22": "Медиатор",
    "R23": "Координатор волонтёров",
    "R24": "Ответственный за регистр",
    "R25": "Методист",
    "R26": "Аналитик",
    "R27": "Руководитель органа",
    "R28": "Ответственный за персональные данные",
    "R29": "Администратор",
    "R30": "Гражданин, представитель",
    "R31": "Специалист по информированию",
}

NOT_SUBSTITUTED = frozenset({"R28", "R29"})
"""A holiday stand-in does not become administrator or data protection officer."""

NOT_LENT = frozenset({
    Permission.DEFINITION_PUBLISH, Permission.NORM_EDIT, Permission.CALENDAR_EDIT, Permission.ACCOUNT_MANAGE,
    Permission.DATA_ERASE,
})  # fmt: skip
"""Rights over the whole municipality: they come with a role of one's own, never by standing in."""

COLUMNS = (
    Permission.TASK_WORK, Permission.TASK_REASSIGN, Permission.CASE_VIEW, Permission.CASE_START,
    Permission.CASE_REPAIR, Permission.RECORD_VIEW, Permission.RECORD_EDIT, Permission.DOCUMENT_ISSUE,
    Permission.MONITOR_VIEW, Permission.DEFINITION_VIEW, Permission.DEFINITION_PUBLISH, Permission.NORM_EDIT,
    Permission.CALENDAR_EDIT, Permission.ACCOUNT_MANAGE, Permission.AUDIT_VIEW, Permission.DATA_ERASE,
)  # fmt: skip

TABLE = """
role  task---- case-------- record-- doc mon defin---- norm cal acc audit erase
      work pass see open fix see edit            see issue
R00   o    -   o   -   -   -   -    -   -   o   -     -    -   -   -     -
R01   o    -   a   a   -   a   a    o   -   o   -     -    -   -   -     -
R02   o    -   t   t   -   t   t    o   -   o   -     -    -   -   -     -
R03   o    o   t   t   -   t   t    o   o   o   -     -    -   -   -     -
R04   o    -   a   a   -   a   a    o   -   o   -     -    -   -   -     -
R05   o    -   t   t   -   t   t    o   o   o   -     -    -   -   -     -
R06   o    -   t   t   -   t   o    o   -   o   -     -    -   -   -     -
R07   o    t   t   t   t   t   t    t   t   o   -     -    -   -   t     -
R08   o    -   o   -   -   o   -    o   -   o   -     -    -   -   -     -
R09   o    -   o   -   -   o   -    -   -   o   -     -    -   -   -     -
R10   o    -   o   a   -   m   -    o   -   o   -     -    -   -   -     -
R11   o    -   o   -   -   o   -    o   a   o   -     -    -   -   -     -
R12   o    -   o   -   -   -   -    -   -   o   -     -    -   -   -     -
R13   o    t   a   a   -   m   a    o   a   o   -     -    -   -   -     -
R14   o    -   a   a   -   a   a    o   -   o   -     -    -   -   -     -
R15   o    -   o   -   -   -   -    -   -   o   -     -    -   -   -     -
R16   o    -   o   -   -   -   -    -   -   o   -     -    -   -   -     -
R17   o    -   o   -   -   -   -    -   -   o   -     -    -   -   -     -
R18   o    -   o   -   -   -   -    o   -   o   -     -    -   -   -     -
R19   o    -   t   t   -   t   t    o   o   o   -     -    -   -   -     -
R20   o    -   o   -   -   -   -    o   -   o   -     -    -   -   -     -
R21   o    -   o   -   -   o   -    o   -   o   -     -    -   -   -     -
R22   o    -   o   o   -   o   -    o   -   o   -     -    -   -   -     -
R23   o    -   o   o   -   o   -    o   -   o   -     -    -   -   -     -
R24   o    -   a   o   -   a   a    o   a   o   -     -    -   -   -     -
R25   o    -   o   -   -   -   -    -   m   m   m     m    m   -   -     -
R26   o    -   o   o   -   -   -    o   m   o   -     -    -   -   -     -
R27   o    a   a   a   a   a   -    a   a   o   -     -    -   -   a     -
R28   o    -   m   o   -   m   -    o   -   o   -     -    -   -   m     m
R29   o    -   o   -   m   -   -    -   m   m   -     -    m   m   -     -
R30   -    -   -   -   -   -   -    -   -   -   -     -    -   -   -     -
R31   o    -   o   a   -   t   -    o   -   o   -     -    -   -   -     -
"""
"""Columns in the order of COLUMNS; o own, t team, a agency, m municipality, - not at all."""

_SCOPES = {"o": Scope.OWN, "t": Scope.TEAM, "a": Scope.AGENCY, "m": Scope.MUNICIPALITY}


def _read(table: str) -> dict[str, dict[Permission, Scope]]:
    grants = {}
    for line in table.strip().splitlines()[2:]:
        role, *letters = line.split()
        pairs = zip(COLUMNS, letters, strict=True)
        grants[role] = {permission: _SCOPES[letter] for permission, letter in pairs if letter != "-"}
    return grants


GRANTS: Mapping[str, Mapping[Permission, Scope]] = _read(TABLE)


def grants_of(held: Iterable[tuple[str, Scope | None]]) -> dict[Permission, Scope]:
    """The widest scope of each permission over all roles held; the second of a pair limits its role."""
    grants: dict[Permission, Scope] = {}
    for role, limit in held:
        for permission, scope in GRANTS.get(role, {}).items():
            reached = scope if limit is None else min(scope, limit)
            grants[permission] = max(reached, grants.get(permission, reached))
    return grants


def require(actor: Actor, permission: Permission, scope: Scope = Scope.OWN) -> None:
    """NotAllowed unless the actor has the permission at least that far."""
    if not actor.may(permission, scope):
        raise NotAllowed(
            f"Недостаточно прав: {PERMISSION_NAMES[permission]}.",
            "Если это ваша работа, попросите администратора добавить роль.",
        )


@dataclass(frozen=True, slots=True)
class Reach:
    """What a permission covers. `covers` and `condition` say the same, one to Python and one to SQL."""

    everything: bool = False
    units: frozenset[int] = frozenset()
    owners: frozenset[int] = frozenset()
    queues: frozenset[int] = frozenset()

    def covers(self, *, unit_id: int, owner_id: int | None, queues: Collection[int] = ()) -> bool:
        """True for a thing of that unit and owner whose open steps wait in `queues`."""
        return (
            self.everything
            or unit_id in self.units
            or owner_id in self.owners
            or not self.queues.isdisjoint(queues)
        )

    def condition(
        self,
        *,
        unit: ColumnElement[Any],
        owner: ColumnElement[Any],
        in_queues: Callable[[frozenset[int]], ColumnElement[bool]] | None = None,
    ) -> ColumnElement[bool]:
        """The same for a WHERE clause. `in_queues` makes the condition "has an open step in one of these"."""
        if self.everything:
            return true()
        either: list[ColumnElement[bool]] = [unit.in_(self.units)] if self.units else []
        if self.owners:
            either.append(owner.in_(self.owners))
        if self.queues and in_queues is not None:
            either.append(in_queues(self.queues))
        return or_(*either) if either else false()


def reach(actor: Actor, permission: Permission) -> Reach:
    """How far a permission of the actor goes; nothing at all when no role grants it."""
    if not actor.parts:
        return _reach(actor, permission)
    parts = [_reach(part, permission) for part in actor.parts]
    return Reach(
        everything=any(part.everything for part in parts),
        units=frozenset().union(*(part.units for part in parts)),
        owners=frozenset().union(*(part.owners for part in parts)),
        queues=frozenset().union(*(part.queues for part in parts)),
    )


def _reach(actor: Actor, permission: Permission) -> Reach:
    scope = actor.grants.get(permission)
    if scope is None:
        return Reach()
    if scope is Scope.MUNICIPALITY:
        return Reach(everything=True)
    units = {Scope.OWN: frozenset[int](), Scope.TEAM: actor.team_units, Scope.AGENCY: actor.agency_units}[
        scope
    ]
    return Reach(units=units, owners=frozenset({actor.user_id}), queues=actor.queues)


class CaseLike(Protocol):
    """Whatever knows whose case it is: a row or a locked case."""

    @property
    def unit_id(self) -> int: ...
    @property
    def owner_id(self) -> int | None: ...


def covers_case(actor: Actor, permission: Permission, case: CaseLike, queues: Collection[int] = ()) -> bool:
    """True when the permission reaches the case, or an open step of it waits in a queue of the actor."""
    return reach(actor, permission).covers(unit_id=case.unit_id, owner_id=case.owner_id, queues=queues)


def require_case(actor: Actor, permission: Permission, case: CaseLike, queues: Collection[int] = ()) -> None:
    """NotAllowed unless the permission reaches the case."""
    require(actor, permission)
    if not covers_case(actor, permission, case, queues):
        raise NotAllowed(
            "Это дело ведут не в вашем подразделении.",
            "Попросите ответственного за дело передать вам шаг или само дело.",
        )


def require_start(actor: Actor, process: str, unit_id: int | None = None) -> None:
    """NotAllowed unless the actor may open cases, and in that unit where it is not their own."""
    require(actor, Permission.CASE_START)
    elsewhere = unit_id is not None and unit_id != actor.unit_id
    if elsewhere and not reach(actor, Permission.CASE_START).covers(unit_id=unit_id or 0, owner_id=None):
        raise NotAllowed(
            f"Открыть дело по пути «{process}» в этом подразделении вы не можете.",
            "Откройте дело в своём подразделении или попросите коллег.",
        )


def may_open(actor: Actor, starters: Collection[str]) -> bool:
    """Whether somebody with the right to open cases may open one that is left to these roles; the product
    itself may open any.
    """
    return not starters or actor == SYSTEM or not actor.roles.isdisjoint(starters)


def require_opening(actor: Actor, name: str, starters: Collection[str]) -> None:
    """NotAllowed unless the actor may open a case of the pathway of this name."""
    if not may_open(actor, starters):
        roles = ", ".join(ROLES.get(role, role).lower() for role in starters)
        raise NotAllowed(f"Дело «{name}» открываете не вы.", f"Его открывает: {roles}.")


PERMISSION_NAMES: Mapping[Permission, str] = {
    Permission.TASK_WORK: "выполнять шаги",
    Permission.TASK_REASSIGN: "переназначать шаги",
    Permission.CASE_VIEW: "смотреть дела",
    Permission.CASE_START: "открывать дела",
    Permission.CASE_REPAIR: "исправлять остановившиеся дела",
    Permission.RECORD_VIEW: "смотреть сведения о людях и семьях",
    Permission.RECORD_EDIT: "менять сведения о людях и семьях",
    Permission.DOCUMENT_ISSUE: "выпускать документы",
    Permission.MONITOR_VIEW: "смотреть монитор",
    Permission.DEFINITION_VIEW: "смотреть пути и правила",
    Permission.DEFINITION_PUBLISH: "публиковать пути и правила",
    Permission.NORM_EDIT: "менять нормы",
    Permission.CALENDAR_EDIT: "менять рабочий календарь",
    Permission.ACCOUNT_MANAGE: "управлять учётными записями",
    Permission.AUDIT_VIEW: "смотреть журнал",
    Permission.DATA_ERASE: "уничтожать персональные данные",
}
