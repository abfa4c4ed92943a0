"""What does not fit is said in our own words, in the reader's language: which field, what is expected, what came."""

import json
import re
from typing import Annotated, Any, Literal

import msgspec
import pytest

from openlines.api.refusals import BadBody, reply
from openlines.api.words import LANGUAGES
from tests.api.house import House

FOREIGN = re.compile(r"`|Expected|Invalid|Object |msgspec|\bstr\b|\bint\b|\bbool\b|NoneType|malformed|truncated")


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    size: int


class Form(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    name: Annotated[str, msgspec.Meta(min_length=2, max_length=5)] = "xxx"
    until: str | None = None
    on: bool = False
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0
    mode: Literal["a", "b"] = "a"
    parts: Annotated[list[Inner], msgspec.Meta(max_length=2)] = []
    pair: tuple[int, int] = (1, 2)
    words: dict[str, str] = {}


def _said(body: str | bytes, language: str) -> dict[str, Any]:
    try:
        msgspec.json.decode(body, type=Form)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found: dict[str, Any] = json.loads(reply(BadBody(error), language).body)
        return found
    raise AssertionError("it fits")


CASES = [
    ('{"version": "1"}', "version", "wrong_type", "«version»: ожидается целое число, пришло: текст."),
    ('{"version": 1.5}', "version", "wrong_type", "«version»: ожидается целое число, пришло: число."),
    (
        '{"version": 1, "on": 1}',
        "on",
        "wrong_type",
        "«on»: ожидается да или нет (true или false), пришло: целое число.",
    ),
    (
        '{"version": 1, "until": []}',
        "until",
        "wrong_type",
        "«until»: ожидается текст или пустое значение (null), пришло: список.",
    ),
    ('{"version": 1, "name": "x"}', "name", "too_short", "Слишком коротко: не меньше 2 знаков."),
    ('{"version": 1, "name": "xxxxxx"}', "name", "too_long", "Слишком длинно: не больше 5 знаков."),
    ('{"version": 1, "share": -0.5}', "share", "at_least", "Не меньше 0."),
    ('{"version": 1, "share": 1.5}', "share", "at_most", "Не больше 1."),
    ('{"version": 1, "mode": "c"}', "mode", "unknown_value", "«mode»: такого варианта нет: «c»."),
    ('{"version": 1, "parts": [{"size": 1}, {"size": "x"}]}', "parts.1.size", "wrong_type", None),
    ('{"version": 1, "parts": [{"size": 1, "hue": 2}]}', "parts.0.hue", "unknown_field", None),
    ('{"version": 1, "parts": [{}]}', "parts.0.size", "required", None),
    ('{"version": 1, "parts": [{"size": 1}, {"size": 1}, {"size": 1}]}', "parts", "too_many", None),
    ('{"version": 1, "pair": [1]}', "pair", "exactly", "Нужно ровно 2."),
    ('{"version": 1, "words": {"ru": 5}}', "words", "wrong_type", None),
    ('{"version": 1, "share": 1e999}', "share", "bad_value", None),
    ("[]", "body", "wrong_type", "«body»: ожидается объект, пришло: список."),
]


@pytest.mark.parametrize(("body", "path", "code", "russian"), CASES, ids=[each[0] for each in CASES])
def test_a_value_of_another_shape(body: str, path: str, code: str, russian: str | None) -> None:
    for language in LANGUAGES:
        problem = _said(body, language)
        assert problem["status"] == 422
        assert list(problem["fields"]) == [path]
        field = problem["fields"][path]
        assert field["code"] == code
        assert not FOREIGN.search(field["message"]), field["message"]
        assert "{" not in field["message"]
        if language == "ru" and russian is not None:
            assert field["message"] == russian
    english = _said('{"version": "1"}', "en")["fields"]["version"]
    assert english["message"] == "“version”: expected a whole number, got text."
    assert english["params"] == {"name": "version", "expected": ["whole"], "got": "text"}


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", "bad_json_short"), (b'{"version":}', "bad_json_at"), (b'{"name":"\xff"}', "bad_json_letters")],
)
def test_a_body_that_is_no_json(body: bytes, code: str) -> None:
    for language in LANGUAGES:
        problem = _said(body, language)
        assert (problem["status"], problem["code"]) == (400, code)
        assert not FOREIGN.search(problem["detail"])


ASKED: list[tuple[str, str, Any]] = [
    ("PATCH", "/lines/1", {"version": "x"}),
    ("PATCH", "/lines/1", {"version": "1"}),
    ("POST", "/conversations/1/head-rating", {"rating": "3"}),
    ("POST", "/conversations/1/pin", {"pinned": "true"}),
    ("POST", "/conversations/1/pin", {"pinned": 1}),
    ("POST", "/conversations/1/transfer", {"user_id": "1"}),
    ("PATCH", "/lines/1", {"version": 1, "settings": {"queue_time": "60"}}),
    ("PATCH", "/lines/1", {"version": 1, "settings": {"week": [[{"from": 9, "to": "18:00"}]]}}),
    ("PATCH", "/lines/1", {"version": 1, "settings": {"mode": "sideways"}}),
    ("POST", "/channels", {"line_id": 1, "kind": "website", "name": "x", "settings": {"accent": 5}}),
    ("PUT", "/lines/1/queue", {"version": 1, "members": 5}),
    ("PUT", "/me/presence", {"state": "pause", "reason": "x" * 1001}),
    ("GET", "/conversations?list=all&limit=x", None),
    ("GET", "/conversations?list=all&limit=0", None),
    ("GET", "/conversations?list=nothing", None),
]


@pytest.mark.parametrize(("method", "path", "value"), ASKED, ids=[f"{m} {p} {v}"[:60] for m, p, v in ASKED])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_way_in_speaks_our_words(house: House, method: str, path: str, value: Any, language: str) -> None:
    house.admin.language = language
    answer = await house.admin.ask(method, f"/api/v1{path}", value)
    assert answer.status in {400, 422}, answer.body
    problem = answer.json
    assert problem["fields"], problem
    for name, each in problem["fields"].items():
        assert not FOREIGN.search(each["message"]), each
        assert not re.search(r"[\[\]`$]", name)
        assert bool(re.search("[а-яё]", each["message"])) == (language == "ru"), each
