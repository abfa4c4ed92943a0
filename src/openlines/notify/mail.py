"""One letter to one person through the portal's SMTP server. Blocking: run it in a thread.

Every step that can fail has a code of its own, so that whoever sets the server up reads which one it was: the name,
the connection, its encryption, signing in, the sender, the recipient, the letter. A letter is `Unknown` only when
its text has left and the server's answer to it has not come.
"""

import base64
import re
import smtplib
import socket
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate
from typing import Final, NamedTuple

from openlines.notify.base import Again, Failed, MailServer, Outcome, Sent, Unknown
from openlines.support.secrets import Secret

SECONDS: Final = 20.0  # that one step may take
_DETAIL: Final = 300
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAKS: Final = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")
_DOT: Final = re.compile(rb"(?m)^\.")
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN: Final = re.compile(r"(?:\[[0-9A-Fa-f.:]{2,60}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}))")


class Letter(NamedTuple):
    """`id` is what the Message-ID is made of: the same for every try. `at` in microseconds."""

    to: str
    subject: str
    text: str
    id: str
    at: int
    to_name: str = ""
    html: str = ""


class BadAddress(ValueError):
    """Not an address that a letter can be sent to; in words for the log."""


class _Stop(Exception):
    """A step that did not go well; `lasting` when another try would end the same way."""

    def __init__(self, code: str, detail: str = "", *, lasting: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail[:_DETAIL]
        self.lasting = lasting


def send(
    server: MailServer,
    password: Secret,
    letter: Letter,
    *,
    context: ssl.SSLContext | None = None,
    seconds: float = SECONDS,
) -> Outcome:
    """Hands one letter in. Never raises; `seconds` is the patience with each single step."""
    try:
        content = written(server, letter)
    except BadAddress as problem:
        return Failed("mail_bad_address", str(problem))
    way = _Way(server, context or _context(server), seconds)
    try:
        way.open()
        way.sign_in(password)
        way.hand_in(plain_address(letter.to), content)
    except _Stop as stop:
        return Failed(stop.code, stop.detail) if stop.lasting else Again(stop.code, stop.detail)
    except (OSError, smtplib.SMTPException) as problem:
        if way.leaving:
            return Unknown(_short(problem))
        return Again("mail_timeout") if _timed_out(problem) else Again("mail_broken_off", _short(problem))
    finally:
        way.close()
    return Sent()


def written(server: MailServer, letter: Letter) -> bytes:
    """The letter as it goes over the line, headers and all. Raises `BadAddress`.

    No value can begin a header of its own: line breaks and other control characters become spaces.
    """
    sender, to = plain_address(server.from_address), plain_address(letter.to)
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = Address(one_line(server.from_name), addr_spec=sender)
    message["To"] = Address(one_line(letter.to_name), addr_spec=to)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = formatdate(letter.at / 1_000_000)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2].strip('[]')}>"
    # So that no absence note answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_clean(letter.text) + "\n")
    if letter.html:
        message.add_alternative(_clean(letter.html), subtype="html")
    return message.as_bytes()


def plain_address(text: str) -> str:
    """The address with its domain as the network knows it. Raises `BadAddress`."""
    local, _, domain = text.strip().rpartition("@")
    with suppress(UnicodeError):
        domain = domain if domain.isascii() else domain.encode("idna").decode()
    if (
        not _LOCAL.fullmatch(local)
        or not _DOMAIN.fullmatch(domain)
        or ".." in text
        or local[0] == "."
        or local[-1] == "."
    ):
        raise BadAddress(one_line(text)[:100])
    return f"{local}@{domain}"


def one_line(text: str) -> str:
    """For a header: no breaks, no control characters, nothing that has no UTF-8."""
    return _BREAKS.sub(" ", _encodable(text)).strip()[:500]


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", _encodable(text)).replace("\r\n", "\n").replace("\r", "\n")


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _context(server: MailServer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not server.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class _Way:
    """One connection to the server, from the name to the answer to the letter."""

    def __init__(self, server: MailServer, context: ssl.SSLContext, seconds: float) -> None:
        self._server = server
        self._context = context
        self._seconds = seconds
        self._smtp: smtplib.SMTP | None = None
        self.leaving = False  # the text is on its way

    def open(self) -> None:
        """Connected, greeted and, where wished, encrypted."""
        server = self._server
        # Said in the greeting; asking the machine for its own name can take seconds.
        name = server.from_address.rpartition("@")[2] or "localhost"
        name = name if name.isascii() else "localhost"
        try:
            if server.security == "tls":
                self._smtp = smtplib.SMTP_SSL(
                    server.host, server.port, name, timeout=self._seconds, context=self._context
                )
            else:
                self._smtp = smtplib.SMTP(server.host, server.port, name, timeout=self._seconds)
        except (OSError, smtplib.SMTPException, ValueError) as problem:
            raise _not_connected(problem) from None
        self._greet(self._smtp)
        if server.security == "starttls":
            self._encrypt(self._smtp)

    def _greet(self, smtp: smtplib.SMTP) -> None:
        code, said = smtp.ehlo()
        if not 200 <= code <= 299:
            code, said = smtp.helo()
        if not 200 <= code <= 299:
            raise _Stop("mail_greeting", _said(code, said))

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        if not smtp.has_extn("starttls"):
            raise _Stop("mail_no_starttls")
        try:
            code, said = smtp.starttls(context=self._context)
        except ssl.SSLCertVerificationError as problem:
            raise _Stop("mail_bad_certificate", problem.verify_message) from None
        except ssl.SSLError as problem:
            raise _Stop("mail_no_tls", problem.reason or "") from None
        except smtplib.SMTPResponseException as problem:
            raise _Stop("mail_no_starttls", _said(problem.smtp_code, problem.smtp_error)) from None
        if code != 220:
            raise _Stop("mail_no_starttls", _said(code, said))
        self._greet(smtp)

    def sign_in(self, password: Secret) -> None:
        if not self._server.user:
            return
        smtp = self._open_smtp()
        if not smtp.has_extn("auth"):
            raise _Stop("mail_no_login")
        try:
            if "PLAIN" in smtp.esmtp_features["auth"].upper().split():
                # By hand, because the library knows only ASCII passwords.
                both = f"\0{self._server.user}\0{password.reveal()}".encode("utf-8", "replace")
                code, said = smtp.docmd("AUTH", "PLAIN " + base64.b64encode(both).decode())
                if code not in {235, 503}:
                    raise _Stop("mail_login_refused", _said(code, said))
            else:
                smtp.login(self._server.user, password.reveal())
        except smtplib.SMTPAuthenticationError as problem:
            raise _Stop("mail_login_refused", _said(problem.smtp_code, problem.smtp_error)) from None
        except (smtplib.SMTPNotSupportedError, UnicodeEncodeError):
            raise _Stop("mail_no_login") from None

    def hand_in(self, to: str, content: bytes) -> None:
        smtp = self._open_smtp()
        code, said = smtp.mail(plain_address(self._server.from_address))
        if code != 250:
            raise _Stop("mail_sender_refused", _said(code, said))
        code, said = smtp.rcpt(to)
        if code not in {250, 251}:
            raise _Stop("mail_recipient_refused", _said(code, said), lasting=code >= 500)
        code, said = smtp.docmd("DATA")
        if code != 354:
            raise _Stop("mail_letter_refused", _said(code, said), lasting=code >= 500)
        body = _DOT.sub(b"..", content)
        self.leaving = True
        smtp.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        code, said = smtp.getreply()
        if code == -1:
            raise smtplib.SMTPServerDisconnected("no answer to the letter")
        if code != 250:
            raise _Stop("mail_letter_refused", _said(code, said), lasting=code >= 500)

    def close(self) -> None:
        if self._smtp is None:
            return
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.docmd("QUIT")
        self._smtp.close()

    def _open_smtp(self) -> smtplib.SMTP:
        if self._smtp is None:
            raise _Stop("mail_broken_off")
        return self._smtp


def _not_connected(problem: Exception) -> _Stop:
    match problem:
        case ssl.SSLCertVerificationError():
            return _Stop("mail_bad_certificate", problem.verify_message)
        case ssl.SSLError():
            return _Stop("mail_no_tls", problem.reason or "")
        case socket.gaierror() | UnicodeError():
            return _Stop("mail_no_such_host")
        case _ if _timed_out(problem):
            return _Stop("mail_timeout")
        case ConnectionRefusedError():
            return _Stop("mail_nobody_listens")
        case smtplib.SMTPServerDisconnected() | ConnectionError():
            return _Stop("mail_hung_up", _short(problem))
        case smtplib.SMTPResponseException():
            return _Stop("mail_greeting", _said(problem.smtp_code, problem.smtp_error))
        case _:
            return _Stop("mail_unreachable", _short(problem))


def _timed_out(problem: Exception) -> bool:
    """The library tells of an answer that did not come in time as of a connection that was closed."""
    return isinstance(problem, TimeoutError) or isinstance(problem.__context__, TimeoutError)


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return one_line(f"{code} {text}")[:_DETAIL]


def _short(problem: Exception) -> str:
    words = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return one_line(words)[:_DETAIL]
