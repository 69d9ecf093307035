"""Reading norms from YAML or JSON, and the parts of a norm that the database keeps as JSON text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from engine.deadlines.counting import Unit, Until
from engine.deadlines.norms import COMMISSIONS, Extension, Mark, Norm, Rung, Start, Step
from engine.errors import MarshrutError
from engine.resources import processes_dir

VALID_FROM = date(2015, 1, 1)
"""Norms that don't say since when they are in force have been so since law 442-FZ."""

Choice = TypeVar("Choice", bound=Enum)

LONGEST = 5000
"""Of whatever unit: a slip of the finger in a norm would stop every case that begins."""

_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Builds plain values only; the one in C is ten times quicker, and a command line should start at once."""

_FIELDS = {field.name for field in fields(Norm) if field.init} - {"id"}


def shipped_norms() -> list[Norm]:
    """The norms that come with the product."""
    return read_norm_file(processes_dir() / "norms.yaml")


def read_norm_file(path: Path) -> list[Norm]:
    """All norms of a file; MarshrutError says which norm is wrong and how."""
    return read_norms(path.read_text(encoding="utf-8"), path.name)


def read_norms(text: str, name: str = "norms.yaml") -> list[Norm]:
    """All norms of a YAML or JSON text, variants as norms of their own, numbered from 1 in their order."""
    loader = _SafeLoader(text)
    try:
        content = loader.get_single_data()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", строка {mark.line + 1}" if mark else ""
        raise MarshrutError(f"Файл норм {name} не читается{line}.", "Проверьте отступы и кавычки.") from error
    finally:
        loader.dispose()
    if not isinstance(content, Mapping) or not isinstance(content.get("norms"), list):
        raise MarshrutError(f"В файле норм {name} нет списка norms.", "Начните список с ключа norms.")
    entries: list[Mapping[str, Any]] = []
    for entry in content["norms"]:
        if not isinstance(entry, Mapping):
            raise MarshrutError(
                f"В файле норм {name} запись не похожа на норму: {entry!r}.", "Нужны ключ и значения."
            )
        base = {key: value for key, value in entry.items() if key != "variants"}
        entries += [base, *({**base, **variant} for variant in entry.get("variants", ()))]
    norms = [norm_of(entry, number) for number, entry in enumerate(entries, start=1)]
    _refuse_doubles(norms, name)
    return norms


def norm_of(entry: Mapping[str, Any], number: int = 0) -> Norm:
    """A norm from a mapping with the names of `Norm`'s fields."""
    values = dict(entry)
    key = str(values.get("key", "?"))
    unknown = values.keys() - _FIELDS
    if unknown:
        raise _wrong(key, f"незнакомые поля: {', '.join(sorted(unknown))}")
    try:
        values["id"] = number
        values["value"] = int(values["value"])
        values["unit"] = _one_of(Unit, values["unit"])
        values["start"] = _one_of(Start, values["start"])
        values["mark"] = _one_of(Mark, values["mark"])
        values["until"] = _one_of(Until, values.get("until", Until.CLOSING))
        values["lead"] = int(values.get("lead", 0))
        values["valid_from"] = _day(values.get("valid_from")) or VALID_FROM
        values["valid_to"] = _day(values.get("valid_to"))
        values["pause"] = tuple(str(reason) for reason in values.get("pause", ()))
        values["pause_days"] = int(values.get("pause_days", 0))
        values["extension"] = _extension(values.get("extension"))
        values["ladder"] = tuple(_rung(rung) for rung in values.get("ladder", ()))
        return _checked(Norm(**values))
    except KeyError as error:
        raise _wrong(key, f"не указано поле {error.args[0]}") from error
    except (TypeError, ValueError) as error:
        raise _wrong(key, str(error)) from error


def ladder_json(ladder: tuple[Rung, ...]) -> str:
    """The ladder as the table keeps it."""
    return json.dumps([{"step": rung.step, "to": rung.to, "red": rung.red} for rung in ladder])


def extension_json(extension: Extension | None) -> str | None:
    """The rule of extension as the table keeps it."""
    if extension is None:
        return None
    return json.dumps(
        {field.name: getattr(extension, field.name) for field in fields(extension)}, ensure_ascii=False
    )


def _checked(norm: Norm) -> Norm:
    if abs(norm.value) > LONGEST:
        raise _wrong(norm.full_key, f"длиннее {LONGEST} не бывает")
    if norm.variant and not norm.flag:
        raise _wrong(norm.full_key, "у варианта нет переменной flag, по которой его выбирают")
    if norm.unit is Unit.MONTH_DAY and not 1 <= norm.value <= 31:
        raise _wrong(norm.full_key, "число месяца должно быть от 1 до 31")
    if norm.value < 0 and norm.unit in (Unit.MONTH_END, Unit.HOURS, Unit.MINUTES):
        raise _wrong(norm.full_key, "назад считаются только дни и месяцы")
    _check_sitting(norm)
    if norm.lead < 0 or norm.pause_days < 0:
        raise _wrong(norm.full_key, "lead и pause_days не бывают меньше нуля")
    if norm.extension is not None and (norm.extension.value < 1 or norm.extension.times < 1):
        raise _wrong(norm.full_key, "продлевают на единицу или больше, хотя бы один раз")
    if norm.extension is not None and norm.extension.unit in (Unit.MONTH_DAY, Unit.MONTH_END):
        raise _wrong(norm.full_key, "продлевают на дни, месяцы или часы")
    if norm.within == norm.key:
        raise _wrong(norm.full_key, "срок не бывает частью самого себя")
    if norm.valid_to is not None and norm.valid_to < norm.valid_from:
        raise _wrong(norm.full_key, "последний день действия раньше первого")
    steps = [rung.step for rung in norm.ladder]
    if steps != [step for step in Step if step in steps]:
        raise _wrong(norm.full_key, "ступени лестницы идут по порядку и без повторов")
    return norm


def _check_sitting(norm: Norm) -> None:
    if (norm.unit is Unit.SITTING) is not (norm.commission in COMMISSIONS):
        raise _wrong(norm.full_key, "комиссию указывают у срока в заседаниях, и только у него")
    if norm.unit is Unit.SITTING and (
        norm.value < 1 or norm.lead or norm.within or norm.pause or norm.extension
    ):
        raise _wrong(norm.full_key, "срок до заседания двигается только вместе с заседанием, считать с 1")


def _refuse_doubles(norms: list[Norm], name: str) -> None:
    seen: set[tuple[str, date]] = set()
    for norm in norms:
        mark = (norm.full_key, norm.valid_from)
        if mark in seen:
            raise MarshrutError(
                f"В файле {name} норма {norm.full_key} описана дважды.", "Оставьте одну запись."
            )
        seen.add(mark)


def _wrong(key: str, what: str) -> MarshrutError:
    return MarshrutError(f"Норма {key}: {what}.", "Исправьте запись нормы и загрузите её снова.")


def _day(value: object) -> date | None:
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


def _one_of(kind: type[Choice], value: object) -> Choice:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(str(each.value) for each in kind)
        raise ValueError(f"«{value}» не подходит, можно: {known}") from None


def _extension(value: Mapping[str, Any] | None) -> Extension | None:
    return None if value is None else Extension(**{**value, "unit": _one_of(Unit, value["unit"])})


def _rung(value: Mapping[str, Any]) -> Rung:
    return Rung(_one_of(Step, value["step"]), tuple(value["to"]), bool(value.get("red", False)))
