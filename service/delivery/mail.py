"""Alerts by e-mail (RFC 5321): a fixed subject, a fixed text and a link."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum

from service.delivery.words import BODY, ESCALATED, SUBJECT, link_to
from service.ports.alerts import Message, NotDelivered

_SECONDS = 20
_PERMANENT = 500


class Tls(StrEnum):
    """How the connection to the mail server is protected; `off` is for one on this machine."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, and as whom; `trusted` is a file of certificates beside the system's."""

    host: str
    port: int
    sender: str
    tls: Tls = Tls.STARTTLS
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    trusted: str | None = None


class MailCarrier:
    """Hands each message to a mail server, in a connection of its own."""

    def __init__(self, server: MailServer, *, public_url: str) -> None:
        self._server = server
        self._public_url = public_url

    def carry(self, message: Message) -> None:
        """Send a message; raises `NotDelivered`."""
        if message.address is None:
            raise NotDelivered("no-address", lasting=True)
        try:
            with _connected(self._server) as line:
                line.send_message(self._mail(message))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise NotDelivered("recipient-refused", lasting=min(codes) >= _PERMANENT) from None
        except smtplib.SMTPAuthenticationError:
            raise NotDelivered("login-refused") from None
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError):
            raise NotDelivered("no-answer") from None
        except smtplib.SMTPException:
            raise NotDelivered("mail-refused") from None
        except ssl.SSLError:  # an OSError too
            raise NotDelivered("no-trust") from None
        except OSError:
            raise NotDelivered("no-answer") from None

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = SUBJECT
        mail["From"] = self._server.sender
        mail["To"] = message.address
        # RFC 3834: no out-of-office answers it, and whoever relays it knows that no person wrote it.
        mail["Auto-Submitted"] = "auto-generated"
        mail["Importance"] = "high"
        text = f"{BODY}\n{ESCALATED}" if message.escalated else BODY
        mail.set_content(f"{text}\n\n{link_to(message, self._public_url)}\n")
        return mail


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if server.trusted is not None:
        context.load_verify_locations(server.trusted)
    implicit = server.tls is Tls.IMPLICIT
    made = (
        smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=context)
        if implicit
        else smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
    )
    with made as line:
        if server.tls is Tls.STARTTLS:
            line.starttls(context=context)
        if server.user is not None:
            line.login(server.user, server.password or "")
        yield line
