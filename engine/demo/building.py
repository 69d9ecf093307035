"""Building the demo: an instance, its town, and cases in every state."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.clock import MovableClock, SystemClock
from engine.demo.town import build_town
from engine.installing import install
from engine.runtime import Runtime
from engine.settings import Settings


def build_demo(settings: Settings, at: str | None = None) -> Runtime:
    """A ready demo. `at` (ISO day) makes that day «today»; without it the demo ends now."""
    today = datetime.fromisoformat(f"{at}T10:00+03:00") if at else SystemClock().now()
    clock = MovableClock(today - timedelta(days=60))
    rt = install(settings, clock)
    build_town(rt)
    rt.clock = SystemClock() if at is None else MovableClock(today)
    return rt
