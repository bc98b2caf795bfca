"""Mail as a real server receives it: who gets it, what it says, and what its refusals mean."""

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from service.delivery.mail import MailCarrier, MailServer, Tls
from service.domain.alert import Reached
from service.domain.safety import Channel
from service.ports.alerts import Message, NotDelivered
from tests.unit.delivery.receivers import a_mail_server, free_port

MESSAGE = Message(
    alert_id="alert-1",
    plan_id="plan-1",
    raised_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    escalated=False,
    to=Reached.RECIPIENT,
    channel=Channel.EMAIL,
    person="person-1",
    address="n.okafor@clinic.example",
)


def carrier(port, **changes):
    usual = {"host": "127.0.0.1", "port": port, "sender": "tandem@clinic.example", "tls": Tls.OFF}
    return MailCarrier(MailServer(**{**usual, **changes}), public_url="https://tandem.clinic.example/")


def refusal(made, message=MESSAGE):
    with pytest.raises(NotDelivered) as caught:
        made.carry(message)
    return caught.value.code, caught.value.lasting


def test_a_mail_asks_for_an_assessment_and_leads_to_the_alert():
    with a_mail_server() as post:
        carrier(post.port).carry(MESSAGE)
    (mail,) = post.mails
    assert post.to == ["n.okafor@clinic.example"]
    assert mail["Subject"] == "A plan needs a clinician's assessment"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_payload()
    assert "https://tandem.clinic.example/alerts/alert-1" in text
    assert "acknowledged in time" not in text


def test_the_backup_reads_why_it_comes():
    with a_mail_server() as post:
        carrier(post.port).carry(replace(MESSAGE, escalated=True))
    assert "not acknowledged in time" in post.mails[0].get_payload()


@pytest.mark.parametrize(
    ("rcpt", "data", "code", "lasting"),
    [
        ("550 no such user", "250 OK", "recipient-refused", True),
        ("450 try later", "250 OK", "recipient-refused", False),
        ("250 OK", "554 no", "mail-refused", False),
    ],
)
def test_a_refusal_is_told_by_its_kind(rcpt, data, code, lasting):
    with a_mail_server() as post:
        post.rcpt, post.data = rcpt, data
        assert refusal(carrier(post.port)) == (code, lasting)
    assert post.mails == []


def test_a_server_that_is_away_may_come_back():
    assert refusal(carrier(free_port())) == ("no-answer", False)


def test_a_contact_without_an_address_is_never_reached():
    assert refusal(carrier(1), replace(MESSAGE, address=None)) == ("no-address", True)


def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for():
    with a_mail_server() as post:
        assert refusal(carrier(post.port, tls=Tls.STARTTLS)) == ("mail-refused", False)
    assert post.mails == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate that only whoever is told so trusts, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2090, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*form))
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def protected(certificate) -> SSLContext:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def test_mail_leaves_over_a_connection_that_is_made_secure(certificate, protected):
    with a_mail_server(tls_context=protected, require_starttls=True) as post:
        carrier(post.port, tls=Tls.STARTTLS, trusted=str(certificate[0])).carry(MESSAGE)
        assert refusal(carrier(post.port, tls=Tls.STARTTLS)) == ("no-trust", False)
    assert len(post.mails) == 1


def test_mail_leaves_over_a_connection_that_is_secure_from_the_start(certificate, protected):
    with a_mail_server(ssl_context=protected) as post:
        carrier(post.port, tls=Tls.IMPLICIT, trusted=str(certificate[0])).carry(MESSAGE)
        assert refusal(carrier(post.port, tls=Tls.IMPLICIT)) == ("no-trust", False)
    assert len(post.mails) == 1


def test_a_login_is_shown_and_a_wrong_one_is_told(certificate, protected):
    secure = {"tls": Tls.STARTTLS, "trusted": str(certificate[0]), "user": "tandem"}
    with a_mail_server(login=("tandem", "secret"), tls_context=protected) as post:
        carrier(post.port, **secure, password="secret").carry(MESSAGE)
        assert refusal(carrier(post.port, **secure, password="wrong")) == ("login-refused", False)
    assert len(post.mails) == 1
