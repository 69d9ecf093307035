"""Throwaway instances to measure on: in SQLite files, or each in a schema of its own on PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from engine.access.actors import load_actor
from engine.access.policy import EVERYONE, ROLES
from engine.access.service import Grant, NewAccount, create_account
from engine.access.tables import AGENCY
from engine.access.units import NewUnit, create_unit
from engine.bench.works import Work
from engine.bootstrap import create_instance
from engine.clock import MovableClock
from engine.deadlines.service import seed
from engine.definitions.service import publish
from engine.errors import Conflict
from engine.model import SYSTEM, Actor
from engine.names import FullName
from engine.records.commissions import NewCommission, create_commission
from engine.runtime import Runtime
from engine.settings import Settings
from engine.storage.connections import POSTGRESQL_OPTIONS, open_engines, parse_url
from engine.storage.database import Database

SCHEMA = "marshrut_bench"


class Ground:
    """Where instances are made: a temporary folder and, with an address, an empty PostgreSQL database.

    Use with `with`: everything is removed at the end. Raises Conflict when the database is not empty: what
    lies there must not be measured into, and not be lost.
    """

    def __init__(self, database_url: str | None = None) -> None:
        self._url = None if database_url is None else _empty_postgresql(database_url)
        self.kind = "sqlite" if self._url is None else "postgresql"
        self.folder = Path(tempfile.mkdtemp(prefix="marshrut-bench-"))
        self._open = ExitStack()

    def __enter__(self) -> Ground:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def instance(self, work: Work) -> tuple[Runtime, int]:
        """An instance with the norms, one organisation, the pathway, and the number of who does all steps."""
        return self._open.enter_context(self._instance(work))

    @contextmanager
    def _instance(self, work: Work) -> Iterator[tuple[Runtime, int]]:
        home = self.folder / work.process
        home.mkdir()
        with self._database(work, home) as url:
            settings = Settings(
                home=home,
                database_url=url,
                keys_url=f"sqlite:///{home / 'keys.db'}",
                master_key=bytes(32),  # nothing personal is ever in here
                secret_key="",
            )
            rt = create_instance(settings, MovableClock(work.at))
            try:
                yield rt, _furnish(rt, work)
            finally:
                for database in (rt.database, rt.vault.store.database):
                    database.close()

    @contextmanager
    def _database(self, work: Work, home: Path) -> Iterator[str]:
        if self._url is None:
            yield f"sqlite:///{home / 'marshrut.db'}"
            return
        schema = f"{SCHEMA}_{work.process}"
        with _administration(self._url) as admin, admin.connect() as conn:
            conn.execute(text(f"CREATE SCHEMA {schema}"))
        options = f"{POSTGRESQL_OPTIONS} -c search_path={schema}"
        try:
            yield parse_url(self._url).update_query_dict({"options": options}).render_as_string(False)
        finally:
            with _administration(self._url) as admin, admin.connect() as conn:
                conn.execute(text(f"DROP SCHEMA {schema} CASCADE"))


def _empty_postgresql(url: str) -> str:
    engines = open_engines(url)
    hint = "Создайте для замера пустую базу PostgreSQL; замер на SQLite делается без --database."
    if engines.kind != "postgresql":
        raise Conflict("В --database нужен адрес PostgreSQL.", hint)
    with _administration(url) as admin, admin.connect() as conn:
        found = inspect(conn)
        taken = any(
            found.get_table_names(schema=name)
            for name in found.get_schema_names()
            if name != "information_schema"
        )
    if taken:
        raise Conflict("База данных не пуста, замер её не тронет.", hint)
    return url


@contextmanager
def _administration(url: str) -> Iterator[Engine]:
    engine = open_engines(url).writer
    try:
        yield engine.execution_options(isolation_level="AUTOCOMMIT")
    finally:
        engine.dispose()


def _furnish(rt: Runtime, work: Work) -> int:
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    place = create_unit(rt, SYSTEM, NewUnit(name="Учреждение для замера", kind=AGENCY))
    create_commission(rt, SYSTEM, NewCommission(kind="family", unit_id=place))
    publish(rt, SYSTEM, list(work.files))
    grants = [Grant(role, place) for role in ROLES if role != EVERYONE]
    name = FullName("Пробный", "Сотрудник")
    return create_account(rt, SYSTEM, NewAccount(login="proba", name=name, unit_id=place, grants=grants))


def actor_of(rt: Runtime, account_id: int) -> Actor:
    """Who acts, loaded once: a page does it once a request, and it is not part of a completion."""
    return load_actor(rt, account_id)


def compacted_bytes(database: Database) -> int:
    """Size of the database without the holes that writing leaves."""
    if database.kind == "sqlite":
        with database.engines.writer.connect() as conn:
            cursor = conn.connection.cursor()
            cursor.execute("VACUUM")
            pages, size = (
                cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
            )
        return int(pages * size)
    with database.engines.writer.execution_options(isolation_level="AUTOCOMMIT").connect() as conn:
        conn.execute(text("VACUUM FULL ANALYZE"))
        return int(conn.execute(_RELATIONS).scalar_one())


_RELATIONS = text(
    "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relkind = 'r'"
    " AND c.relnamespace = current_schema()::regnamespace"
)
