"""Settings of one instance: variables `MARSHRUT_*` and the files of the instance folder.

Secrets are files readable by their owner alone (or variables, where a container gives them). Nothing here
opens a database.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from engine.errors import SettingsRefused, os_reason

DATABASE_FILE, KEYS_FILE = "marshrut.db", "keys.db"
MASTER_KEY_FILE = "master.key"
SECRET_KEY_FILE = "secret.key"  # noqa: S105 - a file name
DEMO_FILE = "demo"
"""Its presence marks the folder of a demonstration."""
MASTER_KEY_BYTES = 32
LOCALES = ("ru", "en")
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8080
ATTACHMENT_KINDS = ("pdf", "docx", "xlsx", "odt", "jpg", "png", "heic", "txt")
"""Endings of what can be recognised by its content."""
MOST_ATTACHMENT_MB = 200
ENVELOPE_MB, LEAST_UPLOAD_MB = 5, 25
MAIL_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,180}", re.ASCII)
"""What may be an address of mail; whether it is one, only its server knows."""
YES, NO = {"1", "yes", "true", "да"}, {"0", "no", "false", "нет"}


@dataclass(frozen=True, slots=True)
class Attachments:
    """What may be attached to a case: how large a file, and of which kinds (endings without the point)."""

    megabytes: int = 20
    kinds: tuple[str, ...] = ATTACHMENT_KINDS

    @property
    def limit(self) -> int:
        """Bytes of one file."""
        return self.megabytes * 1_000_000

    @property
    def words(self) -> str:
        """The kinds as people write them."""
        return ", ".join(kind.upper() for kind in self.kinds)

    @property
    def endings(self) -> str:
        """The endings as a browser's choice of files wants them."""
        return ",".join(".jpg,.jpeg" if kind == "jpg" else f".{kind}" for kind in self.kinds)


class Security(StrEnum):
    """How the connection with the mail server is kept from strangers."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters leave. `quiet`: none at night and on days off, they wait until the office opens."""

    host: str
    sender: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    quiet: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between two instances of the product."""

    home: Path
    database_url: str = field(repr=False)
    keys_url: str = field(repr=False)
    master_key: bytes = field(repr=False)
    """32 bytes that wrap the keys of personal data."""
    secret_key: str = field(repr=False)
    """Signs sessions of the pages."""
    redis_url: str | None = field(default=None, repr=False)
    demo: bool = False
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    locale: str = LOCALES[0]
    attachments: Attachments = Attachments()
    mail: MailServer | None = None
    """None: no letters."""
    address: str = ""
    """Of the workplace itself, for links in letters: 'https://marshrut.example.org'."""
    feed_names: bool = False
    """Whether people may have names of families and citizens in their calendar feeds."""

    @property
    def upload_megabytes(self) -> int:
        """What one request may bring: an attachment and its envelope, or the files of a publication."""
        return max(LEAST_UPLOAD_MB, self.attachments.megabytes + ENVELOPE_MB)


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings of the instance in `MARSHRUT_HOME` (default ./instance), or SettingsRefused."""
    home = home_of(environ)
    return Settings(
        home=home,
        database_url=environ.get("MARSHRUT_DATABASE") or f"sqlite:///{home / DATABASE_FILE}",
        keys_url=environ.get("MARSHRUT_KEYS") or f"sqlite:///{home / KEYS_FILE}",
        master_key=_master_key(_secret(environ, "MARSHRUT_MASTER_KEY", home / MASTER_KEY_FILE)),
        secret_key=_secret(environ, "MARSHRUT_SECRET_KEY", home / SECRET_KEY_FILE),
        redis_url=_redis(environ.get("MARSHRUT_REDIS", "")),
        demo=_yes_or_no(environ, "MARSHRUT_DEMO", (home / DEMO_FILE).exists()),
        host=environ.get("MARSHRUT_HOST") or DEFAULT_HOST,
        port=_port(environ, "MARSHRUT_PORT", DEFAULT_PORT),
        locale=_locale(environ.get("MARSHRUT_LOCALE", "")),
        attachments=Attachments(
            _megabytes(environ.get("MARSHRUT_ATTACHMENT_MB", "")),
            _kinds(environ.get("MARSHRUT_ATTACHMENT_KINDS", "")),
        ),
        mail=_mail(environ),
        address=_address(environ.get("MARSHRUT_ADDRESS", "")),
        feed_names=_yes_or_no(environ, "MARSHRUT_FEED_NAMES", False),
    )


def home_of(environ: Mapping[str, str] = os.environ) -> Path:
    """The instance folder, whether or not it exists."""
    return Path(environ.get("MARSHRUT_HOME") or "instance").expanduser().absolute()


def prepare_home(home: Path) -> None:
    """Make the instance folder and its secrets where they are missing; what exists is never overwritten.

    Where keys lie already a lost master key stays lost: a new one opens none of them.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (home / KEYS_FILE).exists():
            _write_once(home / MASTER_KEY_FILE, new_master_key())
        _write_once(home / SECRET_KEY_FILE, secrets.token_urlsafe(48))
    except OSError as error:
        raise SettingsRefused(
            f"Не получилось создать папку «{home}»: {os_reason(error)}.",
            "Выберите другую папку в MARSHRUT_HOME или дайте права на запись.",
        ) from error


def new_master_key() -> str:
    """A random master key as its file holds it."""
    return base64.b64encode(secrets.token_bytes(MASTER_KEY_BYTES)).decode()


def read_master_key(path: Path) -> bytes:
    """A master key from a file; SettingsRefused when it is not one."""
    return _master_key(_read_secret(path))


def _write_once(path: Path, content: str) -> None:
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(number, "w") as file:
        file.write(content + "\n")


def _secret(environ: Mapping[str, str], name: str, path: Path) -> str:
    return environ.get(name) or _read_secret(path)


def _read_secret(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        content = path.read_text("ascii").strip()
    except FileNotFoundError:
        raise SettingsRefused(
            f"Нет файла «{path}».",
            "Для нового рабочего места выполните «marshrut init». Если база уже есть, верните файл из копии: "
            "новый ключ её не откроет.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsRefused(f"Файл «{path}» не читается.", "Проверьте права и содержимое файла.") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsRefused(
            f"Файл «{path}» могут прочитать другие пользователи машины.", f"Выполните: chmod 600 «{path}»"
        )
    if not content:
        raise SettingsRefused(f"Файл «{path}» пуст.", "Верните его из резервной копии.")
    return content


def _master_key(content: str) -> bytes:
    try:
        key = base64.b64decode(content, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != MASTER_KEY_BYTES:
        raise SettingsRefused(
            "Главный ключ записан с ошибкой: нужны 32 байта в base64.",
            f"Верните прежний {MASTER_KEY_FILE} или прежнее значение MARSHRUT_MASTER_KEY.",
        )
    return key


def _redis(value: str) -> str | None:
    if value and not value.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsRefused(
            "MARSHRUT_REDIS: адрес начинается с redis://, rediss:// или unix://.",
            "Исправьте адрес; без Redis всё тоже работает, тогда уберите переменную.",
        )
    return value or None


def _yes_or_no(environ: Mapping[str, str], name: str, otherwise: bool) -> bool:
    value = environ.get(name, "").casefold()
    if not value:
        return otherwise
    if value not in YES | NO:
        raise SettingsRefused(f"{name}: ожидалось 1 или 0.", "Исправьте значение или уберите переменную.")
    return value in YES


def _port(environ: Mapping[str, str], name: str, otherwise: int) -> int:
    value = environ.get(name, "")
    if not value:
        return otherwise
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise SettingsRefused(f"{name}: номер порта от 1 до 65535.", f"Например: {name}={otherwise}")
    return int(value)


def _mail(environ: Mapping[str, str]) -> MailServer | None:
    host = environ.get("MARSHRUT_SMTP_HOST", "")
    if not host:
        return None
    sender = environ.get("MARSHRUT_SMTP_FROM", "")
    if not MAIL_ADDRESS.fullmatch(sender):
        raise SettingsRefused(
            "MARSHRUT_SMTP_FROM: нужен адрес, от которого уходят письма.",
            "Например: MARSHRUT_SMTP_FROM=marshrut@example.org",
        )
    try:
        security = Security(environ.get("MARSHRUT_SMTP_SECURITY") or Security.STARTTLS)
    except ValueError:
        raise SettingsRefused(
            "MARSHRUT_SMTP_SECURITY: starttls, tls или none.", "Обычно подходит starttls с портом 587."
        ) from None
    user, password = environ.get("MARSHRUT_SMTP_USER", ""), environ.get("MARSHRUT_SMTP_PASSWORD", "")
    if user and security is Security.NONE:
        raise SettingsRefused(
            "Пароль почты ушёл бы по сети открытым.",
            "Задайте MARSHRUT_SMTP_SECURITY=starttls или tls, либо уберите MARSHRUT_SMTP_USER.",
        )
    return MailServer(
        host=host,
        sender=sender,
        port=_port(environ, "MARSHRUT_SMTP_PORT", 465 if security is Security.TLS else 587),
        security=security,
        user=user,
        password=password,
        quiet=_yes_or_no(environ, "MARSHRUT_SMTP_QUIET", True),
    )


def _address(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise SettingsRefused(
            "MARSHRUT_ADDRESS: адрес начинается с https:// или http://.",
            "Например: MARSHRUT_ADDRESS=https://marshrut.example.org",
        )
    return value.rstrip("/")


def _locale(value: str) -> str:
    if value and value not in LOCALES:
        raise SettingsRefused(f"MARSHRUT_LOCALE: языка «{value}» нет.", "Есть ru и en.")
    return value or LOCALES[0]


def _megabytes(value: str) -> int:
    if not value:
        return Attachments().megabytes
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= MOST_ATTACHMENT_MB:
        raise SettingsRefused(
            f"MARSHRUT_ATTACHMENT_MB: целое число мегабайт от 1 до {MOST_ATTACHMENT_MB}.",
            "Например: MARSHRUT_ATTACHMENT_MB=50",
        )
    return int(value)


def _kinds(value: str) -> tuple[str, ...]:
    if not value:
        return ATTACHMENT_KINDS
    wanted = {kind for each in value.split(",") if (kind := each.strip(" .").casefold())}
    if not wanted or wanted - set(ATTACHMENT_KINDS):
        raise SettingsRefused(
            "MARSHRUT_ATTACHMENT_KINDS: виды файлов через запятую.",
            f"Можно выбрать из: {', '.join(ATTACHMENT_KINDS)}.",
        )
    return tuple(kind for kind in ATTACHMENT_KINDS if kind in wanted)
