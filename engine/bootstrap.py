"""The one place where everything is wired together."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from engine.access.directory import Directory, start_counting
from engine.clock import Clock, ShiftedClock, SystemClock
from engine.deadlines.calendars import Calendars
from engine.definitions.library import Library
from engine.runtime import Runtime
from engine.settings import Settings
from engine.storage import schema
from engine.storage.clock_shift import kept_shift
from engine.storage.database import Database
from engine.storage.keystore import KeyStore
from engine.storage.pairing import demand_pair
from engine.storage.vault import Vault


def open_runtime(settings: Settings, clock: Clock | None = None) -> Runtime:
    """A running instance, or StorageUnavailable with what to do when its databases can't be worked with."""
    load_tables()
    database = Database(settings.database_url)
    store = KeyStore(settings.keys_url, settings.master_key)
    demand_pair(database, store, opening=True)
    store.check(schema.check(database))
    return _wired(settings, database, Vault(store), clock or _own_clock(database))


def create_instance(settings: Settings, clock: Clock | None = None) -> Runtime:
    """Make the databases of a new instance; one that exists keeps everything it has."""
    load_tables()
    database = Database(settings.database_url)
    store = KeyStore(settings.keys_url, settings.master_key)
    demand_pair(database, store, opening=False)
    instance = schema.install(database)
    store.create(instance)
    store.check(instance)
    with database.write() as conn:
        start_counting(conn)
    return _wired(settings, database, Vault(store), clock or _own_clock(database))


def load_tables() -> None:
    """Let every room add its tables to the one list."""
    for tables in sorted(Path(__file__).parent.glob("*/tables.py")):
        import_module(f"engine.{tables.parent.name}.tables")


def load_operations() -> None:
    """Let the operations and receivers of messages that diagrams may name register themselves."""
    for operations in (
        "commission",
        "deciding",
        "emergencies",
        "family_sheet",
        "intake",
        "letter_offer",
        "letters",
        "monitoring",
        "moving_away",
        "programme_export",
        "programme_round",
        "referring",
        "registering",
        "requesting",
        "unfinished",
        "sitting_calendar",
        "visiting",
        "visit_plans",
    ):
        import_module(f"engine.cases.{operations}")


def _own_clock(database: Database) -> Clock:
    """The clock by which the instance lives: the machine's, unless a demonstration was set to another day."""
    with database.read() as conn:
        shift = kept_shift(conn)
    return ShiftedClock(shift) if shift else SystemClock()


def _wired(settings: Settings, database: Database, vault: Vault, clock: Clock) -> Runtime:
    load_operations()
    return Runtime(
        settings=settings,
        database=database,
        vault=vault,
        clock=clock,
        library=Library(database),
        calendars=Calendars(database),
        directory=Directory(database),
    )
