"""What all commands share: exit codes, JSON on standard output, reading arguments, findings in words."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import orjson

from engine.english import ENGLISH, RUSSIAN, speak, spoken, spoken_in
from engine.errors import Finding, MarshrutError, os_reason

if TYPE_CHECKING:
    from engine.definitions.files import Checked

FINE, FINDINGS, IMPOSSIBLE = 0, 1, 2
"""Exit codes: all is well; something was found or failed; the command could not do its work."""

MOST_BYTES: Final = 20_000_000
"""No file that a command reads is bigger."""

SEVERITIES: Final = {"error": "ошибка", "warning": "предупреждение", "info": "замечание"}

json_option = click.option("--json", "as_json", is_flag=True, help="Ответ одним документом JSON.")
lang_option = click.option(
    "--lang",
    type=click.Choice([RUSSIAN, ENGLISH]),
    default=RUSSIAN,
    expose_value=False,
    is_eager=True,
    callback=lambda _context, _option, language: speak(language),
    help="Язык ответа: русский или английский.",
)


def print_json(value: Any) -> None:
    """One JSON document and nothing else."""
    click.echo(orjson.dumps(spoken_in(value), option=orjson.OPT_INDENT_2).decode())


def say(*sentences: str, indent: int = 0, err: bool = False) -> None:
    """A line of sentences, each in the language of the answer."""
    click.echo(" " * indent + " ".join(spoken(each) for each in sentences if each), err=err)


def end(code: int) -> None:
    """Finish the command with that exit code."""
    if code != FINE:
        sys.exit(code)


def read_file(path: str) -> bytes:
    """The bytes of a file; MarshrutError in words when it can't be read."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else "такого имени не бывает"
        raise MarshrutError(
            f"Файл «{path}» не читается: {reason}.",
            "Проверьте имя и права на файл.",
        ) from error
    if len(content) > MOST_BYTES:
        raise MarshrutError(
            f"Файл «{path}» больше {MOST_BYTES // 1_000_000} МБ.", "Проверьте, тот ли это файл."
        )
    return content


def read_json(text: str | None, name: str) -> dict[str, Any]:
    """A context given as JSON or as @FILE. Strings with at-literals ("@2026-01-14") are dates."""
    from engine.scenarios.values import value_of

    if not text:
        return {}
    found = parse_json(read_file(text[1:]) if text.startswith("@") else text.encode("utf-8", "replace"), name)
    if not isinstance(found, dict):
        raise MarshrutError(f"{name}: нужен набор имён и значений.", 'Например: {"доход": 9000}')
    return {key: value_of(item) for key, item in found.items()}


def parse_json(content: bytes, name: str) -> Any:
    """Any JSON document."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise MarshrutError(
            f"{name}: это не JSON, строка {error.lineno}, знак {error.colno}.",
            'Например: {"доход": 9000, "дата": "@2026-01-14"}',
        ) from error


def logs_to_stderr() -> None:
    """Keep what the rooms log away from standard output, where the answer is."""
    import logging

    import structlog

    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as `marshrut lint --json` prints it."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "element": finding.element,
        "name": finding.name,
        "line": finding.line,
        "message": finding.message,
        "hint": finding.hint,
        "docs": finding.docs,
    }


def file_json(checked: Checked) -> dict[str, Any]:
    """The findings of one file."""
    found = [finding_json(finding) for finding in checked.findings]
    return {"file": checked.upload.name, "ok": checked.ok, "findings": found}


def tell_findings(name: str, findings: Iterable[Finding], *, err: bool = False) -> None:
    """Findings for people: place, what is wrong, what to do. `name` is the file, empty where nobody knows."""
    for finding in findings:
        line = spoken(f"строка {finding.line}") if finding.line else ""
        element = f"[{finding.element}]" if finding.element else ""
        place = ", ".join(part for part in (name, line) if part)
        severity = spoken(SEVERITIES[finding.severity])
        words = " ".join(part for part in (f"{place}:" if place else "", severity, element) if part)
        click.echo(f"{words}: {spoken(finding.message)}", err=err)
        if finding.hint:
            say(finding.hint, indent=4, err=err)
