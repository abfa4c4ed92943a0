"""Webhooks: signed as the standard's own example, and what each answer means."""

from typing import Any

import pytest

from openlines.notify import hooks
from openlines.notify.base import Again, Failed, Sent
from openlines.notify.letters import About, hook_value, letter_words
from openlines.support.outbound import HttpAnswer, NoAnswer, NotSent, TooLarge, Unfit
from openlines.support.secrets import Secret

NOW = 1_795_000_000_000_000


def test_the_example_of_the_standard() -> None:
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    made = hooks.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


class _Http:
    def __init__(self, answer: HttpAnswer | Exception) -> None:
        self.answer = answer

    async def request(self, method: str, url: str, **_: Any) -> HttpAnswer:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def stream(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("nothing is downloaded here")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HttpAnswer(204, {}, b""), Sent()),
        (TooLarge("more"), Sent()),
        (HttpAnswer(301, {"location": "http://10.0.0.1/"}, b""), Again("hook_status", "HTTP 301")),
        (HttpAnswer(404, {}, b""), Again("hook_status", "HTTP 404")),
        (HttpAnswer(429, {"retry-after": "120"}, b""), Again("hook_status", "HTTP 429", 120.0)),
        (HttpAnswer(503, {"retry-after": "99999999"}, b""), Again("hook_status", "HTTP 503", 3600.0)),
        (HttpAnswer(410, {}, b""), Failed("hook_gone")),
        (NotSent("refused"), Again("hook_unreachable", "refused")),
        (NoAnswer("timed out"), Again("hook_no_answer", "timed out")),
        (Unfit("the name leads into a private network"), Failed("hook_private_address")),
        (Unfit("not an http(s) address"), Failed("hook_bad_address")),
    ],
)
async def test_what_the_address_says(answer: HttpAnswer | Exception, expected: Any) -> None:
    found = await hooks.send(_Http(answer), "https://example.com/", "notice-1", {}, hooks.make_secret(), now=NOW)
    assert found == expected
    assert type(found) is type(expected)


def test_what_a_webhook_says() -> None:
    about = About("notice-7", "kpi_further", 80, NOW, 41, 3, "Sales")
    params = {
        "customer": "Карл",
        "operator": "",
        "line": "Sales",
        "step": 80,
        "waited": 96_000_000,
        "target": 120_000_000,
    }
    value = hook_value(about, params, "https://chat.example.org")
    text = value.pop("text")
    assert value == {
        "id": "notice-7",
        "kind": "kpi_further",
        "at": "2026-11-18T11:06:40.000Z",
        "step": 80,
        "line": {"id": 3, "name": "Sales"},
        "conversation": {"id": 41, "url": "https://chat.example.org/c/41"},
        "target": 120,
        "waited": 96,
        "customer": "Карл",
    }
    assert "1 min 36 s" in text["en"]
    assert "1 мин 36 с" in text["ru"]


def test_a_letter_leads_to_the_conversation_where_the_address_is_known() -> None:
    params = {"customer": "Carol", "line": "Sales", "step": 100, "waited": 0, "target": 0}
    title, text = letter_words("kpi_first", params, "en", "https://chat.example.org", 41)
    assert title.endswith("· Sales")
    assert "https://chat.example.org/c/41" in text
    assert "http" not in letter_words("kpi_first", params, "xx", "", 41).text
