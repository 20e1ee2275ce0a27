import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hitcast.core.errors import HitcastError
from hitcast.serving.alerts.mail import send
from tests.serving.alerts.conftest import MOVED, MailServer

TEXT = "Прогноз изменился\n" + "- " + "x" * 70


def test_a_mail_holds_subject_and_text(mail_server: MailServer) -> None:
    send([MOVED], "hitcast, 31 дек. 2021: прогноз изменился 1", TEXT)
    send([MOVED], "again", TEXT)
    first, again = mail_server.mails
    assert first["Subject"] == "hitcast, 31 дек. 2021: прогноз изменился 1"
    assert (first["From"], first["To"]) == ("hitcast@label.example", "anna@label.example, boris@label.example")
    assert first.get_content_type() == "text/plain"
    assert first.get_content().splitlines() == TEXT.splitlines()
    assert first["Message-ID"] == again["Message-ID"], "a mail sent twice goes by one name"


def test_who_logs_in_is_named_in_the_url(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    mail_server.login = ("anna", "p@ss:w/rd")
    monkeypatch.setenv("HITCAST_SMTP_URL", f"smtp://anna:p%40ss%3Aw%2Frd@127.0.0.1:{mail_server.port}")
    send([MOVED], "subject", TEXT)
    assert (len(mail_server.mails), mail_server.logins) == (1, 1)


def failed(match: str, **arguments: float) -> str:
    with pytest.raises(HitcastError, match=match) as refusal:
        send([MOVED], "subject", TEXT, **arguments)
    message = str(refusal.value)
    assert "s3cret" not in message
    assert "\n" not in message
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None
    return message


def test_a_refused_login_shows_no_password(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    mail_server.login = ("anna", "right")
    monkeypatch.setenv("HITCAST_SMTP_URL", f"smtp://anna:s3cret@127.0.0.1:{mail_server.port}")
    failed(r"refused the login \(535\)")
    assert not mail_server.mails


def test_refused_recipients_are_counted(mail_server: MailServer) -> None:
    mail_server.refused = ("anna", "boris")
    failed(r"HITCAST_ALERTS_TO: was refused, 2 of 2 \(550\)")
    mail_server.refused = ("boris",)
    warning = send([MOVED], "subject", TEXT)
    # Anna has it: it is sent
    assert warning == "HITCAST_ALERTS_TO: was refused, 1 of 2 (550). Check the addresses"
    assert len(mail_server.mails) == 1


def test_a_server_that_drips_holds_nobody(mail_server: MailServer) -> None:
    mail_server.drips = True
    begun = time.perf_counter()
    failed(r"did not take the mail within 0\.5 s", deadline_seconds=0.5)
    assert time.perf_counter() - begun < 3


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("HITCAST_SMTP_URL", "", "HITCAST_SMTP_URL: is not set to"),
        ("HITCAST_SMTP_URL", "http://anna:s3cret@host", "is not set to"),
        ("HITCAST_SMTP_URL", "smtp://anna:s3cret", "is not set to"),
        ("HITCAST_SMTP_URL", "smtp://anna:s3cret@", "is not set to"),
        ("HITCAST_SMTP_URL", "smtp://anna:a@s3cret@host", "is not set to"),
        ("HITCAST_SMTP_URL", "smtp://anna:s3cret/b@host", "is not set to"),
        ("HITCAST_SMTP_URL", "smtp://anna:a#s3cret@host", "is not set to"),
        ("HITCAST_SMTP_URL", "smtp://anna:s3cret b@host", "is not set to"),
        ("HITCAST_SMTP_URL", "smtp://:s3cret@host", "is not set to"),
        ("HITCAST_SMTP_URL", "smtp://anna:s3%ffcret@host", "is not set to"),
        ("HITCAST_SMTP_URL", "smtp://s3cret\nhost", "is not set to"),
        ("HITCAST_SMTP_URL", "smtp://[s3cret", "is not set to"),
        ("HITCAST_SMTP_URL", "smtp://127.0.0.1:1", "could not be reached"),
        ("HITCAST_SMTP_URL", "smtps://anna:s3cret@127.0.0.1:1", "could not be reached"),
        ("HITCAST_ALERTS_FROM", "", "HITCAST_ALERTS_FROM: is not set to"),
        ("HITCAST_ALERTS_FROM", "a@b.example, c@d.example", "HITCAST_ALERTS_FROM: is not set to"),
        ("HITCAST_ALERTS_TO", " , ", "HITCAST_ALERTS_TO: is not set to"),
        ("HITCAST_ALERTS_TO", "anna", "HITCAST_ALERTS_TO: is not set to"),
        ("HITCAST_ALERTS_TO", "anna@b.example\nBcc: eve@c.example", "HITCAST_ALERTS_TO: is not set to"),
        ("HITCAST_ALERTS_TO", "анна@b.example", "HITCAST_ALERTS_TO: is not set to"),
    ],
)
def test_wrong_settings_are_one_line(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv(variable, value)
    failed(message)
    assert not mail_server.mails


def test_a_password_is_not_told_in_the_clear_to_another_machine(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_server.login = ("anna", "s3cret")
    monkeypatch.setenv("HITCAST_SMTP_URL", f"smtp://anna:s3cret@127.0.0.1:{mail_server.port}")
    monkeypatch.setattr("hitcast.serving.alerts.mail.Server.is_this_machine", False)
    failed("offers no TLS")
    assert not mail_server.logins


def test_without_tls_smtps_is_refused(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITCAST_SMTP_URL", f"smtps://127.0.0.1:{mail_server.port}")
    failed("speaks no TLS that can be trusted")


def make_certificate(folder: Path) -> Path:
    """A key, and a certificate of 127.0.0.1 that nobody else vouches for, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sink")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1)).add_extension(names, False)
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    signed = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    file.write_bytes(key.private_bytes(*plain) + signed)
    return file


def test_tls_is_used_where_it_is_offered_and_its_certificate_checked(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = make_certificate(tmp_path)
    mail_server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mail_server.tls.load_cert_chain(file)
    failed(r"speaks no TLS that can be trusted \(CERTIFICATE_VERIFY_FAILED\)")
    assert not mail_server.mails
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    send([MOVED], "subject", TEXT)
    assert (len(mail_server.mails), mail_server.tls_count) == (1, 1)
