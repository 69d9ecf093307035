"""The connection with a mail server: what is trusted, what is refused, in words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.settings import MailServer, Security
from engine.worklist.letters import Letter
from engine.worklist.post import Unreachable, posting

NOW = datetime(2026, 1, 12, 7, tzinfo=UTC)
LETTER = Letter("belova@example.org", "<1@example.org>", "Дело № 1", "Срок истёк.\n", NOW)


class Box:
    """Keeps what it gets."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.secure: list[bool] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.kept.append(envelope.content)
        self.secure.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 OK"


def certificate(folder: Path, address: str = "127.0.0.1", *, ended: bool = False) -> Path:
    """A certificate for that address with its key, signed by itself; `ended`: no longer valid."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    until = datetime.now(UTC) + (timedelta(days=-1) if ended else timedelta(days=1))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=2))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


Start = Callable[[Security, Path | None], tuple[MailServer, Box]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a real mail server that speaks as told, with that certificate."""
    with ExitStack() as running:

        def begin(security: Security, file: Path | None) -> tuple[MailServer, Box]:
            box, context = Box(), None
            if file is not None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(file)
            with socket.create_server(("127.0.0.1", 0)) as taken:
                port: int = taken.getsockname()[1]
            secured: dict[str, Any] = (
                {"ssl_context": context} if security is Security.TLS else {"tls_context": context}
            )
            controller = Controller(box, hostname="127.0.0.1", port=port, **(secured if context else {}))
            controller.start()
            running.callback(controller.stop)
            return MailServer("127.0.0.1", "marshrut@example.org", port=port, security=security), box

        yield begin


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_letter_goes_over_a_connection_that_a_trusted_certificate_keeps(
    security, start, tmp_path, monkeypatch
):
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    server, box = start(security, file)
    with posting(server) as post:
        post(LETTER)
    assert b"<1@example.org>" in box.kept[0]
    assert box.secure == [True]


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("fault", ["stranger", "another address", "ended"])
def test_a_certificate_that_can_not_be_trusted_is_refused_in_words_and_nothing_is_sent(
    security, fault, start, tmp_path, monkeypatch
):
    file = certificate(
        tmp_path, "127.0.0.9" if fault == "another address" else "127.0.0.1", ended=fault == "ended"
    )
    if fault != "stranger":
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    server, box = start(security, file)
    with (
        pytest.raises(Unreachable, match="Сертификату почтового сервера нельзя верить") as refused,
        posting(server) as post,
    ):
        post(LETTER)
    assert len(str(refused.value)) <= 200, "the queue keeps so much"
    assert box.kept == []


def test_a_server_that_offers_no_protection_gets_no_letter_in_the_clear(start):
    server, box = start(Security.STARTTLS, None)
    with pytest.raises(Unreachable, match="не предлагает защищённого соединения"), posting(server) as post:
        post(LETTER)
    assert box.kept == []


def test_a_server_that_speaks_in_the_clear_where_tls_was_agreed_is_away(start):
    server, box = start(Security.NONE, None)
    tls = MailServer("127.0.0.1", "marshrut@example.org", port=server.port, security=Security.TLS)
    with pytest.raises(Unreachable, match="не отвечает"), posting(tls) as post:
        post(LETTER)
    assert box.kept == []
