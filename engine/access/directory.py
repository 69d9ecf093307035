"""The organisations as a tree in memory: asked at every step, changed a few times a year.

`marshrut_meta.rights` counts changes of units, roles, accounts and queues. Whoever reads it (`load_actor`
does at every request) learns that the tree, and every actor made from it, is out of date.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Integer, cast, insert, select, update

from engine.access.policy import EVERYONE
from engine.access.tables import AGENCY, MUNICIPALITY, account, account_role, org_role, queue, unit
from engine.errors import NotFound
from engine.storage.database import Database
from engine.storage.metadata import marshrut_meta

RIGHTS = "rights"
TRUSTED_SECONDS = 30.0
"""How long the tree is used without asking whether another process has changed it."""

rights_version = select(cast(marshrut_meta.c.value, Integer)).where(marshrut_meta.c.key == RIGHTS)
_RAISE_VERSION = (
    update(marshrut_meta)
    .where(marshrut_meta.c.key == RIGHTS)
    .values(value=cast(cast(marshrut_meta.c.value, Integer) + 1, marshrut_meta.c.value.type))
)
_HOLDERS = (
    select(account_role.c.role, account_role.c.unit_id)
    .join_from(account_role, account, account.c.id == account_role.c.account_id)
    .where(account.c.active)
    .distinct()
)

_CLOSED = select(account.c.id, account.c.successor_id).where(account.c.active.is_(False))


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation or a part of it."""

    id: int
    parent_id: int | None
    agency_id: int
    kind: str
    name: str
    short_name: str
    address: str
    zone: str
    closing: str
    opening: str
    closings: str
    active: bool

    @property
    def is_municipality(self) -> bool:
        return self.kind == MUNICIPALITY


@dataclass(frozen=True)
class Tree:
    """The organisations at one version of the rights."""

    version: int
    units: Mapping[int, Unit]
    holders: frozenset[tuple[str, int]]
    """(role, unit) where somebody active holds the role."""
    fillers: Mapping[tuple[int, str], tuple[int, ...]]
    """(municipality, role) → units that fill it, where the municipality has said so."""
    own_queues: Mapping[int, int]
    """Account → its own queue."""
    role_queues: Mapping[tuple[str, int], int]
    """(roles joined by spaces, unit) → queue."""
    successors: Mapping[int, int | None]
    """Closed account → who was handed its work."""
    _children: Mapping[int | None, tuple[int, ...]] = field(repr=False)

    @property
    def zones(self) -> frozenset[str]:
        """Where the clocks of the units stand."""
        return frozenset(each.zone for each in self.units.values())

    def in_office(self, account_id: int) -> int | None:
        """The account, or while it is closed whoever was handed its work in the end; None: nobody was."""
        here, passed = account_id, set[int]()
        while here in self.successors:
            passed.add(here)
            after = self.successors[here]
            if after is None or after in passed:
                return None
            here = after
        return here

    def unit(self, unit_id: int) -> Unit:
        """The unit of that number, or NotFound."""
        found = self.units.get(unit_id)
        if found is None:
            raise NotFound(f"Подразделения № {unit_id} нет.", "Проверьте список организаций.")
        return found

    def upwards(self, unit_id: int) -> Iterator[Unit]:
        """The unit and those above it, up to the root."""
        here: int | None = unit_id
        while here is not None:
            found = self.unit(here)
            yield found
            here = found.parent_id

    def below(self, unit_id: int) -> set[int]:
        """The unit and all its parts."""
        found, todo = set[int](), [unit_id]
        while todo:
            here = todo.pop()
            found.add(here)
            todo.extend(self._children.get(here, ()))
        return found

    def municipality(self, unit_id: int) -> int:
        """The municipality above the unit; the root of the tree where none is marked as one."""
        last = unit_id
        for found in self.upwards(unit_id):
            last = found.id
            if found.kind == MUNICIPALITY:
                break
        return last

    def agency_parts_above(self, unit_id: int) -> list[int]:
        """The unit and those above it inside its agency, nearest first."""
        parts = []
        for found in self.upwards(unit_id):
            parts.append(found.id)
            if found.kind == AGENCY:
                break
        return parts

    def place_of(self, roles: tuple[str, ...], unit_id: int) -> int:
        """Which unit does for `unit_id` what these roles do.

        The unit that the municipality named for the role; if that is the own agency or nobody is named, the
        nearest part of the own agency upwards where somebody holds a role, or else the agency as a whole. Of
        several roles one that nobody is named for, and somebody in the own agency holds, stays at home.
        """
        agency_id = self.unit(unit_id).agency_id
        municipality = self.municipality(unit_id)
        fillers = {role: self.fillers.get((municipality, role), ()) for role in roles}
        named = [filler for role in roles for filler in fillers[role]]
        parts = self.agency_parts_above(unit_id)
        at_home = any((role, part) in self.holders for role in roles if not fillers[role] for part in parts)
        if named and not at_home and all(self.unit(filler).agency_id != agency_id for filler in named):
            return named[0]
        holding = (
            part for part in parts if any(role == EVERYONE or (role, part) in self.holders for role in roles)
        )
        return next(holding, parts[-1])

    def reached_from(self, roles: Iterable[str], place: int) -> dict[int, frozenset[str]]:
        """Unit → the roles to which a queue at `place` is open there: all of them at the place itself, and
        each that the municipality named another agency for, in that agency.
        """
        reached = {place: frozenset(roles)}
        agency_id, municipality = self.unit(place).agency_id, self.municipality(place)
        for role in reached[place]:
            fillers = self.fillers.get((municipality, role), ())
            if fillers and all(self.unit(filler).agency_id != agency_id for filler in fillers):
                reached[fillers[0]] = reached.get(fillers[0], frozenset()) | {role}
        return reached

    def anybody_does(self, roles: tuple[str, ...], unit_id: int) -> bool:
        """Whether somebody holds one of these roles where they are done for the unit."""
        places = self.reached_from(roles, self.place_of(roles, unit_id))
        return any(
            (role, unit) in self.holders
            for place, named in places.items()
            for unit in self.below(self.unit(place).agency_id)
            for role in named
        )

    def open_queues(self, held: Mapping[int, frozenset[str]]) -> set[int]:
        """Queues open to a holder of these roles in these units."""
        places = self._places_of(held)
        return {
            number
            for (names, place), number in self.role_queues.items()
            if self._lets_in(places, names.split(), place)
        }

    def is_open(self, roles: Iterable[str], place: int, held: Mapping[int, frozenset[str]]) -> bool:
        """Whether the queue of these roles at this place is open to a holder of those roles."""
        return self._lets_in(self._places_of(held), roles, place)

    def _places_of(self, held: Mapping[int, frozenset[str]]) -> Mapping[int, set[str]]:
        """Where roles held in these units count: there, below, and above inside the agency."""
        places: dict[int, set[str]] = defaultdict(set)
        for unit_id, roles in held.items():
            for place in self.below(unit_id) | set(self.agency_parts_above(unit_id)):
                places[place] |= roles
        return places

    def _lets_in(self, places: Mapping[int, set[str]], roles: Iterable[str], place: int) -> bool:
        reached = self.reached_from(roles, place)
        return any(not names.isdisjoint(places.get(unit_id, ())) for unit_id, names in reached.items())


class Directory:
    """Gives the tree, reloading it when it has changed. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._tree: Tree | None = None
        self._asked_at = 0.0

    def tree(self) -> Tree:
        """The organisations, at most half a minute old (or newer, when `tree_at` has learned of a change)."""
        tree = self._tree
        if tree is not None and time.monotonic() - self._asked_at < TRUSTED_SECONDS:
            return tree
        with self._database.read() as conn:
            return self.tree_at(conn, conn.execute(rights_version).scalar_one())

    def tree_at(self, conn: Connection, version: int) -> Tree:
        """The organisations at the version that the caller has just read in this connection."""
        tree = self._tree
        if tree is None or tree.version != version:
            tree = _load(conn, version)
        with self._guard:
            self._tree, self._asked_at = tree, time.monotonic()
        return tree

    def forget(self) -> None:
        """Load again at the next use."""
        self._tree = None


def rights_changed(database: Database, directory: Directory, conn: Connection) -> None:
    """To be called in every transaction that changes what the tree or an actor is made of."""
    conn.execute(_RAISE_VERSION)
    database.after_commit(directory.forget)


def start_counting(conn: Connection) -> None:
    """The first version, for a new database."""
    if conn.execute(rights_version).first() is None:
        conn.execute(insert(marshrut_meta), {"key": RIGHTS, "value": "1"})


def _load(conn: Connection, version: int) -> Tree:
    units = {row.id: Unit(*row) for row in conn.execute(select(unit).order_by(unit.c.id))}
    children: dict[int | None, list[int]] = defaultdict(list)
    for found in units.values():
        children[found.parent_id].append(found.id)
    fillers: dict[tuple[int, str], list[int]] = defaultdict(list)
    for row in conn.execute(select(org_role).order_by(org_role.c.unit_id)):
        fillers[row.municipality_id, row.role].append(row.unit_id)
    queues = conn.execute(select(queue)).all()
    return Tree(
        version=version,
        units=units,
        holders=frozenset((row.role, row.unit_id) for row in conn.execute(_HOLDERS)),
        fillers={key: tuple(ids) for key, ids in fillers.items()},
        own_queues={row.account_id: row.id for row in queues if row.account_id is not None},
        role_queues={(row.roles, row.unit_id): row.id for row in queues if row.roles is not None},
        successors={row.id: row.successor_id for row in conn.execute(_CLOSED)},
        _children={parent: tuple(ids) for parent, ids in children.items()},
    )
