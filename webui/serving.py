"""`marshrut serve`: the workplace on a port, with the sweep of terms and messages in a thread beside it."""

from __future__ import annotations

import errno
import gc
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

import click
import structlog
from waitress.server import MultiSocketServer, TcpWSGIServer, create_server

from engine.bootstrap import open_runtime
from engine.cases.outbox import free_claims
from engine.commands.demo import fill_if_empty, tell_logins
from engine.errors import SettingsRefused, os_reason
from engine.jobs.embedded import EmbeddedSweep
from engine.runtime import Runtime
from engine.settings import load
from webui.app import create_app
from webui.one_server import only_server

THREADS = 8

SLOW_SWEEP = 30.0
"""Seconds between rounds of the server's own sweep when RQ workers do the work: it only helps when Redis
is away."""


@click.command()
@click.option(
    "--host",
    metavar="АДРЕС",
    default=None,
    help="Где отвечать; по умолчанию из MARSHRUT_HOST, иначе только на этом компьютере.",
)
@click.option(
    "--port",
    type=int,
    metavar="ПОРТ",
    default=None,
    help="На каком порту; по умолчанию из MARSHRUT_PORT, иначе 8080.",
)
@click.option(
    "--behind-proxy",
    is_flag=True,
    envvar="MARSHRUT_BEHIND_PROXY",
    help="Перед программой стоит сервер с https: верить его заголовкам X-Forwarded-*.",
)
@click.option(
    "--plain-http",
    is_flag=True,
    envvar="MARSHRUT_PLAIN_HTTP",
    help="Отвечать другим компьютерам без https. Только для закрытой сети: пароли идут открытым текстом.",
)
@click.option("--demo", is_flag=True, help="Пустую папку заполнить показом и назвать его входы.")
@click.option("--without-sweep", is_flag=True, help="Не вести сроки в этом процессе: этим заняты worker.")
def serve(
    host: str | None, port: int | None, behind_proxy: bool, plain_http: bool, demo: bool, without_sweep: bool
) -> None:
    """Запустить рабочее место в браузере."""
    quiet_logs()
    if demo:
        fill_if_empty()
    rt = open_runtime(load())
    address, number = host or rt.settings.host, port or rt.settings.port
    url = f"http://{'127.0.0.1' if address == '0.0.0.0' else address}:{number}/"  # noqa: S104
    # A database on a server may have several workplaces before it, on several machines.
    with only_server(rt.settings.home, url) if rt.database.path is not None else nullcontext():
        if demo:
            tell_logins(rt)
        app = create_app(rt, plain_http=plain_http, behind_proxy=behind_proxy)
        proxy = {"trusted_proxy": "*", "trusted_proxy_headers": PROXY_HEADERS} if behind_proxy else {}
        with _port_in_words(address, number):
            server = create_server(app, host=address, port=number, threads=THREADS, ident="Marshrut", **proxy)
        if rt.database.path is not None:
            free_claims(rt)
        _answer(server, None if without_sweep else _sweep(rt), url)


def _answer(server: TcpWSGIServer | MultiSocketServer, sweep: EmbeddedSweep | None, url: str) -> None:
    """Answer requests until somebody stops the process."""
    tune_garbage_collector()
    signal.signal(signal.SIGTERM, _stop)
    try:
        click.echo(f"Маршрут: {url}")
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()
        if sweep is not None:
            sweep.stop()


PROXY_HEADERS = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}


@contextmanager
def _port_in_words(address: str, number: int) -> Iterator[None]:
    """A port that can't be had is no fault of the program: SettingsRefused says which and what to do."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            words = f"Порт {number} занят: возможно, «Маршрут» уже запущен."
        else:
            words = f"По адресу {address}, порт {number}, отвечать нельзя: {os_reason(error)}."
        raise SettingsRefused(
            words, f"Назовите другой: marshrut serve --port {number % 65535 + 1}"
        ) from error


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _sweep(rt: Runtime) -> EmbeddedSweep:
    """With Redis the workers sweep and this thread only helps; without, it does all."""
    if rt.settings.redis_url is None:
        sweep = EmbeddedSweep(rt)
        sweep.start()
        return sweep
    from redis import Redis

    from engine.jobs.queue import wake_workers

    redis = Redis.from_url(rt.settings.redis_url)
    sweep = EmbeddedSweep(rt, period=SLOW_SWEEP)
    sweep.start()
    rt.wake = lambda: wake_workers(redis)
    return sweep


def tune_garbage_collector() -> None:
    """Parsed definitions live as long as the process: keep the collector from walking them at every step."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def quiet_logs() -> None:
    """One JSON line an event on standard error; nothing of anybody's data is ever among its values."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
