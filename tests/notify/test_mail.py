"""Letters through a real SMTP server: each step that can fail says which one it was; nothing grows headers."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from openlines.notify.base import Again, Failed, MailServer, Sent, Unknown
from openlines.notify.mail import BadAddress, Letter, plain_address, send, written
from openlines.support.secrets import Secret
from tests.notify.smtp import PASSWORD, USER, Box, make_certificate, smtp_server
from tests.support_servers.ports import free_port

SERVER = MailServer("127.0.0.1", 25, "none", from_address="portal@example.com", from_name="Лампа и плед")
LETTER = Letter("ann@example.com", "Тема", "Текст\n.точка\n..две", "notice.7.e", 1_795_000_000_000_000, "Ann")
NOTHING = Secret("")


@pytest.fixture
def open_server() -> Iterator[tuple[Box, int]]:
    with smtp_server() as found:
        yield found


def test_a_letter_arrives_as_it_was_written(open_server: tuple[Box, int]) -> None:
    box, port = open_server
    assert send(SERVER._replace(port=port), NOTHING, LETTER) == Sent()
    (letter,) = box.letters
    assert letter["subject"] == "Тема"
    assert letter["from"] == "Лампа и плед <portal@example.com>"
    assert letter["to"] == "Ann <ann@example.com>"
    assert letter["message-id"] == "<notice.7.e@example.com>"
    assert letter["auto-submitted"] == "auto-generated"
    assert letter.get_content().replace("\r\n", "\n") == "Текст\n.точка\n..две\n"


def test_every_try_has_the_same_message_id() -> None:
    assert written(SERVER, LETTER).count(b"Message-ID: <notice.7.e@example.com>") == 1
    assert b"<notice.7.e@example.com>" in written(SERVER, LETTER._replace(text="another"))


def test_html_comes_beside_the_text(open_server: tuple[Box, int]) -> None:
    box, port = open_server
    send(SERVER._replace(port=port), NOTHING, LETTER._replace(html="<p>Текст</p>"))
    assert [part.get_content_type() for part in box.letters[0].walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


@pytest.mark.parametrize(
    "evil", ["Hi\r\nBcc: victim@example.com", "Hi\nBcc: victim@example.com", "Hi\x0b\x0c\x85\u2028Bcc: v@example.com"]
)
def test_no_value_begins_a_header_of_its_own(open_server: tuple[Box, int], evil: str) -> None:
    box, port = open_server
    server = SERVER._replace(port=port, from_name=evil)
    assert send(server, NOTHING, LETTER._replace(subject=evil, to_name=evil, text=evil)) == Sent()
    (letter,) = box.letters
    assert letter["bcc"] is None
    assert letter["subject"] == "Hi Bcc: " + evil.rpartition(": ")[2]


@pytest.mark.parametrize(
    "to", ["a@b\r\nRCPT TO:<c@d>", "a b@example.com", "@example.com", "ann@", "a@b>c", "ж@example.com"]
)
def test_a_bad_address_is_never_asked_for(open_server: tuple[Box, int], to: str) -> None:
    box, port = open_server
    outcome = send(SERVER._replace(port=port), NOTHING, LETTER._replace(to=to))
    assert isinstance(outcome, Failed)
    assert outcome.code == "mail_bad_address"
    assert box.tries == 0


def test_a_domain_in_letters_of_its_country() -> None:
    assert plain_address("info@почта.рф") == "info@xn--80a1acny.xn--p1ai"
    with pytest.raises(BadAddress):
        plain_address("a..b@example.com")


def test_surrogates_and_control_characters_are_no_reason_to_fail(open_server: tuple[Box, int]) -> None:
    box, port = open_server
    assert send(SERVER._replace(port=port), NOTHING, LETTER._replace(text="a\ud800\x00b", subject="\udfff")) == Sent()
    assert box.letters[0].get_content().strip() == "a?b"


# --- each step in its own words -------------------------------------------------------------------------------


def test_a_name_that_does_not_exist() -> None:
    assert send(SERVER._replace(host="no-such-host.invalid"), NOTHING, LETTER) == Again("mail_no_such_host")


def test_nobody_listens(open_server: tuple[Box, int]) -> None:
    assert send(SERVER._replace(port=free_port()), NOTHING, LETTER) == Again("mail_nobody_listens")


def test_a_server_that_never_says_anything() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        outcome = send(SERVER._replace(port=silent.getsockname()[1]), NOTHING, LETTER, seconds=0.3)
    assert outcome == Again("mail_timeout")


def test_tls_where_the_server_speaks_plainly(open_server: tuple[Box, int]) -> None:
    outcome = send(SERVER._replace(port=open_server[1], security="tls"), NOTHING, LETTER, seconds=2)
    assert isinstance(outcome, Again)
    assert outcome.code == "mail_no_tls"


def test_starttls_that_is_not_offered_is_not_done_without(open_server: tuple[Box, int]) -> None:
    box, port = open_server
    assert send(SERVER._replace(port=port, security="starttls"), NOTHING, LETTER) == Again("mail_no_starttls")
    assert box.tries == 0


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_only_with_a_certificate_that_is_trusted(tmp_path: Path, security: str) -> None:
    certificate = make_certificate(tmp_path)
    with smtp_server(certificate=certificate, tls=security == "tls", login=True) as (box, port):
        server = SERVER._replace(host="localhost", port=port, security=security, user=USER)
        outcome = send(server, Secret(PASSWORD), LETTER)
        assert isinstance(outcome, Again)
        assert outcome.code == "mail_bad_certificate"
        assert box.tries == 0
        trusting = ssl.create_default_context(cafile=str(certificate))
        assert send(server, Secret(PASSWORD), LETTER, context=trusting) == Sent()
        # The name in the certificate counts too, unless nobody wants it checked.
        elsewhere = send(server._replace(host="127.0.0.1"), Secret(PASSWORD), LETTER, context=trusting)
        assert isinstance(elsewhere, Again)
        assert elsewhere.code == "mail_bad_certificate"
        assert send(server._replace(verify=False), Secret(PASSWORD), LETTER) == Sent()
    assert len(box.letters) == 2


def test_signing_in() -> None:
    with smtp_server(login=True) as (box, port):
        server = SERVER._replace(port=port, user=USER)
        assert send(server, Secret(PASSWORD), LETTER) == Sent()
        wrong = send(server, Secret("wrong"), LETTER)
        assert isinstance(wrong, Again)
        assert wrong.code == "mail_login_refused"
        assert "wrong" not in repr(wrong).replace("Wrong", "")
    assert len(box.letters) == 1


def test_a_server_that_has_no_sign_in(open_server: tuple[Box, int]) -> None:
    assert send(SERVER._replace(port=open_server[1], user=USER), Secret("x"), LETTER) == Again("mail_no_login")


@pytest.mark.parametrize(
    ("what", "said", "expected"),
    [
        ("sender", "550 no such sender", Again("mail_sender_refused", "550 no such sender")),
        ("recipient", "550 no such user", Failed("mail_recipient_refused", "550 no such user")),
        ("recipient", "451 greylisted", Again("mail_recipient_refused", "451 greylisted")),
        ("letter", "554 looks like spam", Failed("mail_letter_refused", "554 looks like spam")),
        ("letter", "452 disk full", Again("mail_letter_refused", "452 disk full")),
    ],
)
def test_what_the_server_refuses(open_server: tuple[Box, int], what: str, said: str, expected: object) -> None:
    box, port = open_server
    box.refuse = {what: said}
    assert send(SERVER._replace(port=port), NOTHING, LETTER) == expected
    assert box.letters == []


def test_no_answer_to_the_letter_is_unknown(open_server: tuple[Box, int]) -> None:
    box, port = open_server
    box.drop_answers = True
    assert isinstance(send(SERVER._replace(port=port), NOTHING, LETTER), Unknown)
    assert len(box.letters) == 1
