"""Web push as RFC 8291 and 8292 have it: their own example byte by byte, and a browser that reads what we send."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from openlines.notify import push
from openlines.notify.base import Again, Failed, Sent, Unknown
from openlines.notify.push import BadSubscription, Browser, check, encoded, encrypted, fitting, make_keys, send
from openlines.support.outbound import HttpAnswer, NoAnswer, NotSent, Unfit
from tests.notify.browser import FakeBrowser

NOW = 1_795_000_000_000_000


def test_the_example_of_the_standard() -> None:
    """RFC 8291, appendix A."""
    browser = Browser(
        "https://push.example.net/",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    number = int.from_bytes(push._decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = encrypted(
        b"When I grow up, I want to be a watermelon",
        browser,
        salt=push._decoded("DGv6ra1nlYgDCS1FRnbzlw"),
        own=ec.derive_private_key(number, ec.SECP256R1()),
    )
    assert encoded(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_every_message_has_a_salt_and_a_key_of_its_own() -> None:
    browser = FakeBrowser()
    first, second = (encrypted(b"same", browser.subscription) for _ in range(2))
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]
    assert browser.read(first) == browser.read(second) == b"same"


def test_a_long_text_is_cut_to_one_record() -> None:
    browser = FakeBrowser()
    body = fitting({"title": "T", "text": "ё" * 5000})
    assert len(encrypted(body, browser.subscription)) <= push.RECORD
    text = json.loads(browser.read(encrypted(body, browser.subscription)))["text"]
    assert text.endswith("…")
    assert len(text) > 1000


def test_subscriptions_are_looked_at() -> None:
    good = FakeBrowser().subscription._replace(endpoint="https://push.example.net/x")
    check(good)
    for bad in (
        good._replace(endpoint="http://push.example.net/x"),
        good._replace(endpoint="https://"),
        good._replace(endpoint="file:///etc/passwd"),
        good._replace(auth="short"),
        good._replace(p256dh=encoded(b"\x04" + b"\x01" * 64)),
        good._replace(p256dh="не ключ"),
    ):
        with pytest.raises(BadSubscription):
            check(bad)


class _Http:
    """Answers what the test wants."""

    def __init__(self, answer: HttpAnswer | Exception) -> None:
        self.answer = answer
        self.asked: dict[str, Any] = {}

    async def request(self, method: str, url: str, **more: Any) -> HttpAnswer:
        self.asked = {"method": method, "url": url, **more}
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def stream(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("nothing is downloaded here")


async def sent(answer: HttpAnswer | Exception) -> tuple[Any, _Http]:
    http, browser = _Http(answer), FakeBrowser()
    keys = make_keys()
    outcome = await send(http, browser.subscription, {"title": "x"}, keys, contact="mailto:a@example.com", now=NOW)
    return outcome, http


async def test_the_request_is_signed_for_this_service_alone() -> None:
    http, browser, keys = _Http(HttpAnswer(201, {}, b"")), FakeBrowser(), make_keys()
    await send(
        http, browser.subscription, {"title": "x"}, keys, contact="https://chat.example.org", now=NOW, topic="t1"
    )
    headers = http.asked["headers"]
    token, _, public = headers["Authorization"].removeprefix("vapid t=").partition(", k=")
    assert public == keys.public
    point = push._public(push._decoded(public))
    claims = jwt.decode(
        token, point, algorithms=["ES256"], audience="http://127.0.0.1:1", options={"verify_exp": False}
    )
    assert claims["exp"] - NOW // 1_000_000 <= 24 * 3600
    assert claims["sub"] == "https://chat.example.org"
    assert headers["TTL"] == "14400"
    assert headers["Topic"] == "t1"
    assert headers["Content-Encoding"] == "aes128gcm"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HttpAnswer(201, {}, b""), Sent()),
        (HttpAnswer(404, {}, b""), push.Gone()),
        (HttpAnswer(410, {}, b""), push.Gone()),
        (HttpAnswer(429, {"retry-after": "30"}, b""), Again("push_busy", "HTTP 429", 30.0)),
        (HttpAnswer(503, {}, b""), Again("push_busy", "HTTP 503")),
        (HttpAnswer(400, {}, b"bad"), Failed("push_refused", "HTTP 400 bad")),
        (NotSent("refused"), Again("push_unreachable", "refused")),
        (NoAnswer("timed out"), Unknown("timed out")),
        (Unfit("private"), Failed("push_bad_address")),
    ],
)
async def test_what_the_service_says(answer: HttpAnswer | Exception, expected: Any) -> None:
    found, _ = await sent(answer)
    assert found == expected
    assert type(found) is type(expected)
