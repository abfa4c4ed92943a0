"""JSON of strangers."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.support.tolerant import BadJson, clean, loads

_TEXTS = st.text(st.characters(codec=None, exclude_categories=()))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_TEXTS, inner, max_size=5),
    max_leaves=20,
)


@given(_VALUES)
def test_any_json_becomes_something_every_database_takes(value: object) -> None:
    read = loads(json.dumps(value).encode())
    text = json.dumps(read, ensure_ascii=False)
    text.encode()
    assert "\\u0000" not in text
    assert clean(read) == read


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(BadJson):
        loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"[" * 101 + b"]" * 101,
        b'{"a":' * 101 + b"1" + b"}" * 101,
        b"9" * 5_000,
        b"1e400",
        b"-1e400",
        b"NaN",
        b"[Infinity]",
        b"",
        b"\xff\xfe",
        b'"\xc3"',
        b"{'a': 1}",
        b"<html>",
    ],
)
def test_what_nobody_can_mean_is_refused(body: bytes) -> None:
    with pytest.raises(BadJson):
        loads(body)


def test_harmful_texts_become_visible() -> None:
    assert loads(b'{"a\\u0000": ["\\ud800x", "\\ud83d\\ude00"]}') == {"a\u2400": ["\ufffdx", "😀"]}


@pytest.mark.parametrize("body", [b'"\xed\xa0\x80x"', '"\ud800x"'.encode("utf-16-le", "surrogatepass")])
def test_other_ways_of_writing_half_a_pair(body: bytes) -> None:
    assert loads(body) == "\ufffdx"


def test_brackets_inside_texts_are_no_nesting() -> None:
    assert loads(json.dumps("[" * 500 + '\\"').encode()) == "[" * 500 + '\\"'
    assert loads(b"[" * 100 + b"]" * 100) is not None


def test_a_byte_order_mark_does_no_harm() -> None:
    assert loads(b"\xef\xbb\xbf[1]") == [1]
