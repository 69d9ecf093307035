"""What can go wrong, each with a message for a person.

Every error that may reach a user says what happened, where, and what to do, in Russian. The texts hold
no personal data: they may be logged, shown in a list of incidents and read over the telephone.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark of a check about one place of a definition.

    `rule` is a stable id (`gateway-no-default`); `element`, `name` and `line` are None where the remark
    is about the whole file. `message` says what is wrong, `hint` what to do about it.
    """

    rule: str
    severity: Severity
    message: str
    hint: str = ""
    element: str | None = None
    name: str | None = None
    line: int | None = None

    @property
    def docs(self) -> str:
        """Address of the rule's page inside the documentation."""
        return f"lint/{self.rule}"


class MarshrutError(Exception):
    """Base of all expected failures. `str(error)` is a sentence a person can act on."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotAllowed(MarshrutError):
    """The actor has no right to do this; nothing was changed."""


class TooOften(NotAllowed):
    """The same was asked for too many times in a short while."""


class NotFound(MarshrutError):
    """There is no such thing, or the actor may not know of it."""


class Conflict(MarshrutError):
    """The thing has changed since the actor last saw it; nothing was changed."""


class AlreadyCompleted(Conflict):
    """Somebody closed the step first. Carries who and when, so that the page can say so."""

    def __init__(self, message: str, *, by: int | None, at: datetime | None) -> None:
        super().__init__(message, "Ваши правки не пропали: они в черновике.")
        self.by = by
        self.at = at


class FormChanged(Conflict):
    """The form is another one than the person has filled in: it was published anew, or the case moved to
    another version.
    """

    def __init__(self) -> None:
        super().__init__(
            "Эту форму изменили, пока вы её заполняли.",
            "Откройте новую: ваши ответы на прежние вопросы уже в ней. Проверьте их и отправьте.",
        )


class NewerDraft(Conflict):
    """Somebody has kept another draft of the step meanwhile. Carries who and when, so that the page can say
    so.
    """

    def __init__(self, *, by: int, at: datetime) -> None:
        super().__init__("Черновик этого шага изменили, пока вы писали.", "Ваш текст на этой странице цел.")
        self.by = by
        self.at = at


class InvalidData(MarshrutError):
    """A form's data break its rules: `errors` maps the key of a field to what to correct."""

    def __init__(self, message: str, errors: dict[str, str]) -> None:
        super().__init__(message)
        self.errors = errors


class DefinitionRefused(MarshrutError):
    """A diagram, a decision or a form cannot be published; `findings` say where and why."""

    def __init__(self, message: str, findings: tuple[Finding, ...]) -> None:
        super().__init__(message)
        self.findings = findings


class StepFailed(MarshrutError):
    """The engine could not carry the case on; the state is as before the step."""


class KeyDestroyed(MarshrutError):
    """The key of this person or case was destroyed: the data can't be read any more, in any backup."""


class StorageUnavailable(MarshrutError):
    """The database can't be opened, is damaged, or is of a version that this program does not know."""


class SettingsRefused(MarshrutError):
    """A setting of the instance is missing or can't be used; names the variable or file and how to correct
    it.
    """


_OS_REASONS: Final = {
    errno.ENOENT: "его нет",
    errno.EISDIR: "это папка",
    errno.ENOTDIR: "часть пути не папка",
    errno.EEXIST: "это имя занято файлом",
    errno.EACCES: "нет прав",
    errno.EPERM: "нет прав",
    errno.EROFS: "диск только для чтения",
    errno.ENOSPC: "на диске кончилось место",
    errno.ENAMETOOLONG: "имя слишком длинное",
}


def os_reason(error: OSError) -> str:
    """Why the system refused a file or folder, in words that end a sentence."""
    return _OS_REASONS.get(error.errno or 0) or (error.strerror or type(error).__name__).lower()
