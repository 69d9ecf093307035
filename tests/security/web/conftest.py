"""The small office of the pages' own tests, for whoever attacks it over HTTP."""

from __future__ import annotations

from tests.webui.conftest import app, office, pattern, rt, visit

__all__ = ["app", "office", "pattern", "rt", "visit"]
