"""Every way of saying no, as one shape: problem details (RFC 9457) with a code for programs and words for people."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from openlines.api.misfits import json_trouble, path_of, understood, worded
from openlines.api.words import choose_language, word
from openlines.core.line import Problem
from openlines.core.state import Refused
from openlines.files.base import TooLarge
from openlines.services.errors import Conflict, Forbidden, Invalid, NotFound, TooOften
from openlines.store import CommitUnknown, StoreUnavailable
from openlines.support.passwords import TooBusy
from openlines.support.stamps import stamp

MEDIA_TYPE: Final = "application/problem+json"


class FieldProblem(msgspec.Struct, omit_defaults=True):
    code: str
    message: str
    params: dict[str, Any] = {}


class ProblemDetails(msgspec.Struct, omit_defaults=True):
    """`code` is for programs and never changes its meaning; `detail` is worded by Accept-Language."""

    status: int
    code: str
    title: str
    detail: str
    type: str = "about:blank"
    params: dict[str, Any] = {}
    fields: dict[str, FieldProblem] = {}


class HttpRefused(Exception):
    """A refusal of the edge itself, before any use case was asked."""

    def __init__(self, status: int, code: str, *, headers: Mapping[str, str] | None = None, **params: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})
        self.params = params


class Unauthorized(HttpRefused):
    def __init__(self, code: str = "unauthorized") -> None:
        super().__init__(401, code, headers={"www-authenticate": "Bearer"})


class TooMany(HttpRefused):
    """A limit of how often was reached; `wait` in seconds."""

    def __init__(self, wait: float, code: str = "too_many_requests") -> None:
        seconds = max(1, math.ceil(wait))
        super().__init__(429, code, headers={"retry-after": str(seconds)}, seconds=seconds)


class BadBody(HttpRefused):
    """The body cannot be read as what was asked for: no JSON (400), or a value of another shape (422)."""

    def __init__(self, error: Exception, shape: Any = None) -> None:
        if isinstance(error, msgspec.ValidationError):
            words, _, path = str(error).partition(" - at `$")
            super().__init__(422, "invalid")
            self.problems = [misfit(words, path_of(path), "body", shape)]
        else:
            code, params = json_trouble(error)
            super().__init__(400, code, **params)
            self.problems = []


_NAMED_FIELD: Final = re.compile(r"Object (missing required|contains unknown) field `(.{1,200}).*`", re.DOTALL)


def misfit(words: str, path: str, whole: str, shape: Any = None) -> Problem:
    """What the decoder says of a value at a path ("" is all of it, called `whole`), as a problem of a field.

    `shape`: the type that was to be read, where it is known.
    """
    named = _NAMED_FIELD.fullmatch(words)
    if named is not None:
        inside = f"{path}." if path else ""
        return Problem(inside + named[2], "required" if named[1] == "missing required" else "unknown_field")
    return understood(Problem(path or whole, "wrong_type", {"detail": words}), shape, path)


class Reply(msgspec.Struct):
    """A refusal ready to be sent."""

    status: int
    body: bytes
    headers: dict[str, str]


class Said(NamedTuple):
    """What a refusal amounts to."""

    status: int
    code: str
    params: dict[str, Any] = {}  # noqa: RUF012 - never changed
    problems: Sequence[Problem] = ()
    headers: dict[str, str] = {}  # noqa: RUF012


def said(error: Exception) -> Said:
    """(500, "internal") for what nobody expected."""
    match error:
        case HttpRefused():
            return Said(error.status, error.code, error.params, getattr(error, "problems", ()), error.headers)
        case Refused():
            status = _STATUS.get(type(error), 409)
            headers = {"retry-after": str(error.wait)} if isinstance(error, TooOften) else {}
            return Said(status, error.code, _stamped(error.params), getattr(error, "problems", ()), headers)
        case TooLarge():
            return Said(413, "file_too_large", {"megabytes": error.limit // 1_000_000, "limit": error.limit})
        case StoreUnavailable():
            return Said(503, "busy", headers={"retry-after": str(max(1, math.ceil(error.retry_after)))})
        case CommitUnknown():
            return Said(503, "commit_unknown", headers={"retry-after": "1"})
        case TooBusy():
            return Said(503, "busy", headers={"retry-after": "1"})
        case RecursionError() | UnicodeDecodeError():
            # Only a body of a stranger is nested so deeply, or is no UTF-8.
            code, params = json_trouble(error)
            return Said(400, code, dict(params))
        case _:
            return Said(500, "internal")


def _stamped(params: dict[str, Any]) -> dict[str, Any]:
    """When somebody was first, as the API writes instants."""
    return {**params, "at": stamp(params["at"])} if isinstance(params.get("at"), int) else params


_STATUS: Final[dict[type[Refused], int]] = {NotFound: 404, Forbidden: 403, Invalid: 422, Conflict: 409, TooOften: 429}


def reply(error: Exception, language: str) -> Reply:
    """The answer that a refusal becomes."""
    status, code, params, problems, headers = said(error)
    told = {**params, "at": f"{params['at'][:16].replace('T', ' ')} UTC"} if "at" in params else params
    text = word(code, told, language, area="by" if params.get("by") else "")
    problem = ProblemDetails(
        status=status,
        code=code,
        title=text,
        detail=text,
        params=params,
        fields={
            each.field: FieldProblem(each.code, worded(each, language), dict(each.params))
            for each in map(understood, reversed(tuple(problems)))
        },
    )
    return Reply(status, msgspec.json.encode(problem), headers)


def language_of(headers: Mapping[str, str]) -> str:
    """The language in which to word a refusal."""
    return choose_language(headers.get("accept-language", ""))
