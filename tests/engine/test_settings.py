from __future__ import annotations

import base64
from pathlib import Path

import pytest

from engine import settings
from engine.errors import SettingsRefused


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "дом"
    settings.prepare_home(folder)
    return folder


def load(home: Path, **variables: str) -> settings.Settings:
    return settings.load(
        {"MARSHRUT_HOME": str(home), **{f"MARSHRUT_{name}": text for name, text in variables.items()}}
    )


def test_a_prepared_folder_is_enough(home: Path) -> None:
    found = load(home)
    assert found.database_url == f"sqlite:///{home / 'marshrut.db'}"
    assert found.keys_url == f"sqlite:///{home / 'keys.db'}"
    assert len(found.master_key) == 32
    assert len(found.secret_key) >= 48
    assert (found.host, found.port, found.locale, found.demo, found.redis_url) == (
        "127.0.0.1",
        8080,
        "ru",
        False,
        None,
    )


def test_secrets_are_for_their_owner_alone_and_made_once(home: Path) -> None:
    first = load(home)
    assert home.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in home.iterdir())
    settings.prepare_home(home)
    assert load(home) == first


def test_the_folder_of_a_demonstration_says_so_itself(home: Path) -> None:
    (home / settings.DEMO_FILE).touch()
    assert load(home).demo
    assert not load(home, DEMO="0").demo


def test_two_instances_have_different_secrets(home: Path, tmp_path: Path) -> None:
    settings.prepare_home(tmp_path / "other")
    one, other = load(home), load(tmp_path / "other")
    assert one.master_key != other.master_key
    assert one.secret_key != other.secret_key


def test_variables_win_over_files(tmp_path: Path) -> None:
    key = base64.b64encode(bytes(32)).decode()
    found = load(
        tmp_path / "no folder",
        MASTER_KEY=key,
        SECRET_KEY="secret",
        DATABASE="postgresql://host/base",
        KEYS="postgresql://host/keys",
        REDIS="redis://host/0",
        HOST="0.0.0.0",
        PORT="80",
        LOCALE="en",
        DEMO="да",
    )
    assert (found.master_key, found.secret_key) == (bytes(32), "secret")
    assert (found.database_url, found.keys_url) == ("postgresql://host/base", "postgresql://host/keys")
    assert (found.redis_url, found.host, found.port) == ("redis://host/0", "0.0.0.0", 80)
    assert (found.locale, found.demo) == ("en", True)


def test_no_secret_shows_when_settings_are_printed(home: Path) -> None:
    found = load(home, DATABASE="postgresql://user:word@host/base", REDIS="redis://:word@host")
    shown = repr(found)
    for secret in (repr(found.master_key), found.secret_key, "word"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "80a"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PORT", "²"),
        ("REDIS", "localhost:6379"),
        ("DEMO", "maybe"),
        ("ADDRESS", "marshrut.example.org"),
        ("LOCALE", "de"),
        ("MASTER_KEY", "short"),
        ("MASTER_KEY", base64.b64encode(bytes(31)).decode()),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_variable(home: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsRefused) as caught:
        load(home, **{name: value})
    assert f"MARSHRUT_{name}" in f"{caught.value.message} {caught.value.hint}"


def test_a_missing_key_is_not_replaced_by_a_new_one_without_asking(home: Path) -> None:
    (home / settings.MASTER_KEY_FILE).unlink()
    with pytest.raises(SettingsRefused, match=settings.MASTER_KEY_FILE) as caught:
        load(home)
    assert "новый ключ её не откроет" in caught.value.hint


def test_a_lost_master_key_is_not_replaced_where_its_keys_still_lie(home: Path) -> None:
    (home / "keys.db").touch()
    (home / settings.MASTER_KEY_FILE).unlink()
    settings.prepare_home(home)
    with pytest.raises(SettingsRefused, match=settings.MASTER_KEY_FILE):
        load(home)


def test_a_key_that_others_may_read_is_refused_with_the_command_to_type(home: Path) -> None:
    (home / settings.MASTER_KEY_FILE).chmod(0o644)
    with pytest.raises(SettingsRefused) as caught:
        load(home)
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\xff\xfe"])
def test_an_empty_or_unreadable_key_file_is_refused(home: Path, content: bytes) -> None:
    (home / settings.SECRET_KEY_FILE).write_bytes(content)
    with pytest.raises(SettingsRefused, match=settings.SECRET_KEY_FILE):
        load(home)


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for place, why in (("file/instance", "часть пути не папка"), ("file", "это имя занято файлом")):
        with pytest.raises(SettingsRefused, match=f"Не получилось создать папку.*: {why}"):
            settings.prepare_home(tmp_path / place)


def test_attachments_are_of_the_shipped_size_and_kinds_unless_said_otherwise(home: Path) -> None:
    assert load(home).attachments == settings.Attachments(20, settings.ATTACHMENT_KINDS)
    narrow = load(home, ATTACHMENT_MB="5", ATTACHMENT_KINDS="PDF, .jpg")
    assert narrow.attachments == settings.Attachments(5, ("pdf", "jpg"))
    assert (narrow.attachments.limit, narrow.upload_megabytes) == (5_000_000, 25)
    assert load(home, ATTACHMENT_MB="50").upload_megabytes == 55


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATTACHMENT_MB", "0"),
        ("ATTACHMENT_MB", "201"),
        ("ATTACHMENT_MB", "много"),
        ("ATTACHMENT_KINDS", "pdf,exe"),
        ("ATTACHMENT_KINDS", " , "),
    ],
)
def test_a_wrong_limit_of_attachments_is_refused_by_its_name(home: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsRefused, match=f"MARSHRUT_{name}"):
        load(home, **{name: value})


MAIL = {"SMTP_HOST": "mail.example.org", "SMTP_FROM": "marshrut@example.org"}


def test_without_a_mail_server_there_are_no_letters(home: Path) -> None:
    assert load(home).mail is None


def test_the_port_of_mail_follows_the_kind_of_connection(home: Path) -> None:
    ports = {}
    for security in settings.Security:
        found = load(home, **MAIL, SMTP_SECURITY=security.value).mail
        assert found is not None
        ports[security.value] = found.port
    assert ports == {"starttls": 587, "tls": 465, "none": 587}


def test_the_password_of_mail_does_not_show(home: Path) -> None:
    assert "ромашка" not in repr(load(home, **MAIL, SMTP_USER="marshrut", SMTP_PASSWORD="ромашка"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("SMTP_FROM", "marshrut"), ("SMTP_PORT", "x"), ("SMTP_SECURITY", "ssl"), ("SMTP_QUIET", "maybe")],
)
def test_a_bad_setting_of_mail_is_refused_by_its_name(home: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsRefused) as caught:
        load(home, **{**MAIL, name: value})
    assert f"MARSHRUT_{name}" in f"{caught.value.message} {caught.value.hint}"


def test_a_password_never_goes_over_an_open_connection(home: Path) -> None:
    with pytest.raises(SettingsRefused, match="открытым"):
        load(home, **MAIL, SMTP_SECURITY="none", SMTP_USER="marshrut", SMTP_PASSWORD="ромашка")
