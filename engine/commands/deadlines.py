"""When a term ends, from the command line: by a norm, or by so many days or months."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from engine.commands.output import json_option, lang_option, print_json, say
from engine.errors import MarshrutError

if TYPE_CHECKING:
    from engine.deadlines.calendar import Calendar
    from engine.deadlines.counting import Office, Rule
    from engine.deadlines.norms import Norms

COUNTRY = "ru"


@click.command()
@click.option("--from", "event", metavar="ДАТА|МОМЕНТ", required=True, help="От чего считать: 2025-12-26.")
@click.option("--norm", "norm_key", metavar="КЛЮЧ", help="Норма, например T15.")
@click.option("--days", type=int, metavar="N", help="Столько дней.")
@click.option("--unit", type=click.Choice(["working", "calendar"]), help="Дни рабочие или календарные.")
@click.option("--months", type=int, metavar="N", help="Столько месяцев.")
@click.option(
    "--calendar",
    "calendar_key",
    metavar="КЛЮЧ",
    default=COUNTRY,
    help="ru: календарь страны из поставки. Номер подразделения: его календарь, часы и нормы из базы.",
)
@click.option("--explain", is_flag=True, help="Рассказать, как посчитано.")
@json_option
@lang_option
def term(
    event: str,
    norm_key: str | None,
    days: int | None,
    unit: str | None,
    months: int | None,
    calendar_key: str,
    explain: bool,
    as_json: bool,
) -> None:
    """Посчитать последний день срока по статьям 190–194 Гражданского кодекса."""
    from engine.deadlines.trial import answer

    if sum(each is not None for each in (norm_key, days, months)) != 1:
        raise MarshrutError("Укажите что-то одно: --norm, --days или --months.", "Например: --norm T15")
    if unit is not None and days is None:
        raise MarshrutError("--unit говорят вместе с --days.", "Например: --days 10 --unit working")
    moment = _moment(event)
    calendar, office, norms = _world(calendar_key)
    what = norms.find(norm_key, _day(moment)) if norm_key is not None else _rule(days, unit, months)
    found = answer(moment, what, calendar, office)
    if as_json:
        print_json(found.to_json())
        return
    click.echo(found.day.isoformat())
    if explain:
        say(f"{found.ground}.", found.text)


def _moment(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise MarshrutError(
            f"--from: «{text}» не дата.", "Пишите так: 2025-12-26 или 2025-12-26T10:00+03:00."
        ) from None


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _rule(days: int | None, unit: str | None, months: int | None) -> Rule:
    from engine.deadlines.counting import Rule, Unit
    from engine.deadlines.norm_file import LONGEST

    value, counted_in = (
        (months, Unit.MONTHS) if months is not None else (days, Unit(unit or Unit.WORKING_DAYS))
    )
    assert value is not None, "one of the two was given"
    if abs(value) > LONGEST:
        raise MarshrutError(f"Сроки длиннее {LONGEST} не считаются.", "Проверьте число.")
    return Rule(value, counted_in)


def _world(calendar_key: str) -> tuple[Calendar, Office, Norms]:
    """Calendar, hours and norms: as shipped, without any database, or those of a unit of the instance."""
    if calendar_key == COUNTRY:
        from zoneinfo import ZoneInfo

        from engine.deadlines.counting import Office
        from engine.deadlines.norm_file import shipped_norms
        from engine.deadlines.norms import Norms
        from engine.deadlines.seed import country_calendar

        return country_calendar(), Office(ZoneInfo("Europe/Moscow")), Norms(shipped_norms())
    if not (calendar_key.isascii() and calendar_key.isdigit()):
        raise MarshrutError(
            f"Календаря «{calendar_key}» нет.", "Есть ru и календари подразделений по их номерам."
        )
    from engine.bootstrap import open_runtime
    from engine.settings import load

    calendars = open_runtime(load()).calendars
    unit = int(calendar_key)
    return calendars.calendar(unit), calendars.office(unit), calendars.norms()
