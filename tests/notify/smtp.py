"""A real SMTP server in a thread, with everything that servers refuse, and a certificate of its own."""

import asyncio
import datetime as dt
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support_servers.ports import free_port

USER, PASSWORD = "portal", "пароль-7"
_YEAR = dt.timedelta(days=365)


class Box:
    """What arrived, and what is refused: {"sender" | "recipient" | "letter": "550 words"}. `hang`: never answers."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.refuse: dict[str, str] = {}
        self.drop_answers = False
        self.tries = 0

    async def handle_MAIL(  # noqa: N802 - the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries += 1
        if "sender" in self.refuse:
            return self.refuse["sender"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "recipient" in self.refuse:
            return self.refuse["recipient"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "letter" in self.refuse:
            return self.refuse["letter"]
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        letter: Message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        if self.drop_answers:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 taken"


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=good, message=None if good else "535 5.7.8 Wrong password")


@contextmanager
def smtp_server(
    *, certificate: Path | None = None, tls: bool = False, login: bool = False, port: int = 0
) -> Iterator[tuple[Box, int]]:
    """A server on this machine; with a certificate it offers STARTTLS, with `tls` it speaks nothing else."""
    box = Box()
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    more: dict[str, Any] = {}
    if login:
        more = {"authenticator": _authenticate, "auth_require_tls": False}
    if tls:
        more["ssl_context"] = context
    elif context is not None:
        more["tls_context"] = context
    server = Controller(box, hostname="127.0.0.1", port=port or free_port(), **more)
    server.start()
    try:
        yield box, server.port
    finally:
        server.stop()


def make_certificate(folder: Path, name: str = "localhost") -> Path:
    """A certificate that only its holder trusts, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - _YEAR)
        .not_valid_after(start + 20 * _YEAR)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
