"""What every service function takes first: everything from outside, wired once by `engine.bootstrap`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.access.directory import Directory
    from engine.cases.locking import LockedCase
    from engine.clock import Clock
    from engine.deadlines.calendars import Calendars
    from engine.definitions.library import Library
    from engine.model import StepResult
    from engine.settings import Settings
    from engine.storage.database import Database
    from engine.storage.vault import Vault


def _nobody() -> None:
    """Nobody waits for work in this process."""


@dataclass
class Runtime:
    """One running instance. The jobs of this process put their own `wake` here when they start."""

    settings: Settings
    database: Database
    vault: Vault
    clock: Clock
    library: Library
    calendars: Calendars
    directory: Directory
    wake: Callable[[], None] = _nobody
    """Told after a commit that left work in the outbox: `rt.database.after_commit(rt.wake)`."""
    trial: bool = False
    """The cases of a trial run are about nobody: nothing that a form says is compared with the records."""
    watch: Callable[[LockedCase, StepResult], None] | None = None
    """Told of every step of a case inside its transaction: a trial run learns from it what was passed."""
