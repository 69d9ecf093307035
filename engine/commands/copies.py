"""Copies of the instance from the command line."""

from __future__ import annotations

from pathlib import Path

import click

from engine.commands.output import json_option, logs_to_stderr, print_json


@click.command()
@click.argument("to", metavar="[КУДА]", required=False)
@json_option
def backup(to: str | None, as_json: bool) -> None:
    """Сделать резервную копию. Людям это не мешает.

    КУДА: папка или имя нового файла .zip; если не указать, папка backups рабочего места.
    """
    logs_to_stderr()
    from engine.bootstrap import open_runtime
    from engine.copies import make_copy
    from engine.settings import load

    rt = open_runtime(load())
    place = Path(to) if to else rt.settings.home / "backups"
    if place.suffix != ".zip":
        place /= f"marshrut-{rt.clock.now():%Y-%m-%d-%H%M%S}.zip"
    copy = make_copy(rt, place)
    if as_json:
        print_json({"copy": str(copy.whole), "keys": str(copy.keys)})
        return
    click.echo(f"Копия: {copy.whole}")
    click.echo("    В ней база, все вложения и документы, настройки без паролей.")
    click.echo(f"Ключи: {copy.keys}")
    click.echo(
        "    Без них копию не открыть. Храните их отдельно от копии и держите только последнюю: пока ключ"
    )
    click.echo("    есть хоть в одной копии, уничтоженные данные можно прочитать.")
    click.echo("Главный ключ (master.key) в копию не входит: храните его в третьем месте.")


@click.command()
@click.argument("copy", metavar="КОПИЯ.zip")
@click.option("--keys", metavar="КЛЮЧИ.db", help="Копия ключей. Только если хранилище ключей пропало.")
@click.option("--force", is_flag=True, help="База уже есть: отложить её в сторону и заменить копией.")
@json_option
def restore(copy: str, keys: str | None, force: bool, as_json: bool) -> None:
    """Восстановить рабочее место из копии. Сервер на это время остановите.

    Копия сначала распаковывается рядом и проверяется; если она не годится, ничего не меняется.
    """
    logs_to_stderr()
    from engine.copies import restore_copy
    from engine.settings import MASTER_KEY_FILE, home_of, load, prepare_home

    home = home_of()
    if (home / MASTER_KEY_FILE).exists():
        prepare_home(home)  # only what signs sessions can be missing then, and that may be new
    settings = load()
    aside = restore_copy(settings, Path(copy), Path(keys) if keys else None, force=force)
    if as_json:
        print_json({"restored": True, "aside": [str(path) for path in aside]})
        return
    click.echo("Рабочее место восстановлено. Проверьте его: marshrut doctor")
    for path in aside:
        click.echo(f"Прежний файл отложен: {path}")
