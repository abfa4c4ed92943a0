"""JSON of strangers, read so that nothing in it can hurt later: a text that no database takes is made harmless.

A lone half of a surrogate pair becomes U+FFFD and NUL becomes U+2400, visibly; the raw body is kept elsewhere.
"""

import json
import math
import re
from typing import Any

_DEEPEST = 100
_HARMFUL = re.compile("[\ud800-\udfff\x00]")
# How halves of pairs and NUL can come at all: as escapes, as bytes that are not quite UTF-8, as another encoding.
_MAY_HARM = re.compile(rb"\\u(?:[dD]|0000)|\xed[\xa0-\xbf]|\x00")
# Opening brackets outside of strings are counted before parsing: the parser itself recurses.
_SKELETON = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class BadJson(ValueError):
    """Not JSON, or JSON that nobody can mean (nested too deeply, a number without end)."""


def loads(body: bytes) -> Any:
    """The value of a JSON body, its texts made harmless. Raises `BadJson` and nothing else."""
    if body.count(b"[") + body.count(b"{") > _DEEPEST and _depth(body) > _DEEPEST:
        raise BadJson("nested too deeply")
    try:
        value = json.loads(body, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as problem:
        raise BadJson(str(problem)[:200]) from None
    return clean(value) if _MAY_HARM.search(body) else value


def clean(value: Any) -> Any:
    """The same value with every text made harmless."""
    if isinstance(value, str):
        if value.isascii():  # a picture in letters, for one: megabytes, looked through at once
            return value.replace("\x00", "\u2400")
        return _HARMFUL.sub(lambda found: "\u2400" if found[0] == "\x00" else "\ufffd", value)
    if isinstance(value, list):
        return [clean(each) for each in value]
    if isinstance(value, dict):
        return {clean(key): clean(each) for key, each in value.items()}
    return value


def _depth(body: bytes) -> int:
    depth = deepest = 0
    for token in _SKELETON.finditer(body):
        match token[0]:
            case b"[" | b"{":
                depth += 1
                deepest = max(deepest, depth)
            case b"]" | b"}":
                depth -= 1
    return deepest


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number too large")
    return value
