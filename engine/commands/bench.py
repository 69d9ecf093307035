"""Measuring the engine on this machine."""

from __future__ import annotations

import click

from engine.commands.output import json_option, lang_option, logs_to_stderr, print_json


@click.command()
@click.option("--quick", is_flag=True, help="Несколько секунд вместо минуты; числа грубее.")
@click.option(
    "--database",
    metavar="АДРЕС",
    help="Мерить в этой базе PostgreSQL: она должна быть пустой и пустой останется.",
)
@json_option
@lang_option
def bench(quick: bool, database: str | None, as_json: bool) -> None:
    """Измерить, во что обходится завершение одного шага.

    Дела проходят три пути на временных рабочих местах, по очереди с тем же самым на SpiffWorkflow без
    «Маршрута». Без --database база лежит в файле SQLite во временной папке; папку задаёт переменная TMPDIR.
    """
    logs_to_stderr()
    from engine.bench.report import told
    from engine.bench.rounds import FULL, QUICK, run

    results = run(QUICK if quick else FULL, database)
    if as_json:
        print_json(results.to_json())
    else:
        click.echo(told(results))
