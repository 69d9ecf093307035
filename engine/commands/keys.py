"""Changing the master key of an instance."""

from __future__ import annotations

import click

from engine.commands.output import logs_to_stderr


@click.command()
def rekey() -> None:
    """Сменить главный ключ. Сначала остановите сервер и worker.

    Данные не перешифровываются и не теряются. Если смену прервали, повторите команду: она закончит начатое.
    """
    logs_to_stderr()
    from engine.clock import SystemClock
    from engine.settings import load
    from engine.storage.rekeying import change_master_key

    done = change_master_key(load(), SystemClock().now())
    click.echo(f"Главный ключ сменён: {done.new}")
    if done.old is None:
        click.echo("Прежний ключ стоит в переменной MARSHRUT_MASTER_KEY: запишите в неё содержимое файла.")
        return
    click.echo(f"Прежний ключ: {done.old}. Он нужен только для копий хранилища ключей, сделанных раньше.")
    click.echo("Сделайте новую копию («marshrut backup»), затем удалите прежний ключ и прежние копии ключей.")
