"""The small office of the pages' own tests, for whoever attacks it over HTTP."""

from __future__ import annotations

from tests.webui.conftest import app, office, pages, pattern, rt, visit

__all__ = ["app", "office", "pages", "pattern", "rt", "visit"]
