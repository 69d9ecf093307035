"""Handing letters to the mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime

from engine.settings import MailServer, Security
from engine.worklist.letters import Letter

TIMEOUT = 10.0
"""Seconds that the server may keep silent."""
_FOR_EVER = 500
"""Answers from here on will be the same next time (RFC 5321, 4.2.1)."""


class Unreachable(Exception):
    """The server can't be worked with now; says why in Russian."""


class Refused(Exception):
    """The server will never take this letter; says why in Russian, without the address."""


@contextmanager
def posting(server: MailServer) -> Iterator[Callable[[Letter], None]]:
    """One connection for several letters. Unreachable ends it; Refused concerns the one letter."""
    try:
        with _connected(server) as smtp:
            yield lambda letter: _post(smtp, server, letter)
    except smtplib.SMTPAuthenticationError as error:
        raise Unreachable("Почтовый сервер не принял имя и пароль.") from error
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(
            f"Сертификату почтового сервера нельзя верить (код {error.verify_code}): он просрочен, выписан "
            "на другое имя или неизвестным центром. Письма не отправлены."
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(f"Почтовый сервер не отвечает ({type(error).__name__}).") from error


def _connected(server: MailServer) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    if server.security is Security.TLS:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=trust)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        if server.security is Security.STARTTLS:
            _begin_tls(smtp, trust)
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _begin_tls(smtp: smtplib.SMTP, trust: ssl.SSLContext) -> None:
    """Nothing is ever sent in the clear to a server that was to be secure."""
    try:
        smtp.starttls(context=trust)
    except smtplib.SMTPNotSupportedError as error:
        raise Unreachable(
            "Почтовый сервер не предлагает защищённого соединения (STARTTLS). Письма не отправлены."
        ) from error


def _post(smtp: smtplib.SMTP, server: MailServer, letter: Letter) -> None:
    try:
        smtp.send_message(_message(server, letter))
    except smtplib.SMTPRecipientsRefused as error:
        ((code, _words),) = error.recipients.values()
        raise _fault(code, "адрес получателя") from error
    except smtplib.SMTPSenderRefused as error:
        raise Unreachable(f"Почтовый сервер не принял отправителя (ответ {error.smtp_code}).") from error
    except smtplib.SMTPDataError as error:
        raise _fault(error.smtp_code, "письмо") from error


def _fault(code: int, what: str) -> Exception:
    words = f"Почтовый сервер не принял {what} (ответ {code})."
    return Refused(words) if code >= _FOR_EVER else Unreachable(words)


def _message(server: MailServer, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Маршрут <{server.sender}>"
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
