"""Making an instance ready: databases, calendars and norms, and the pathways that come with the product."""

from __future__ import annotations

from sqlalchemy import select

from engine.bootstrap import create_instance
from engine.clock import Clock
from engine.deadlines.service import seed
from engine.definitions.service import publish, shipped_files
from engine.definitions.tables import release
from engine.model import SYSTEM
from engine.resources import forms_dir, processes_dir
from engine.runtime import Runtime
from engine.settings import Settings


def install(settings: Settings, clock: Clock | None = None) -> Runtime:
    """A ready instance. Repeating it adds what a newer program ships and leaves what people have changed."""
    rt = create_instance(settings, clock)
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    rt.calendars.forget()
    with rt.database.read() as conn:
        fresh = conn.execute(select(release.c.id).limit(1)).first() is None
    if fresh:
        publish(rt, SYSTEM, shipped_files(processes_dir(), forms_dir()), "Поставляется с программой")
    return rt
