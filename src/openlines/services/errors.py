"""Why a use case says no. Codes are worded at the edge; `params` fill the words.

Refused (core.state)   the state does not allow it
├─ NotFound            there is no such thing, or it may not be seen: the same answer
├─ Forbidden           seen, but not for this role
├─ Conflict            somebody was first; `params` say who
├─ TooOften            it was done too often lately; `wait` says for how long, in seconds
└─ Invalid             a field is wrong; `problems` say which and why
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from openlines.core.line import Problem
from openlines.core.state import Refused


class NotFound(Refused):
    def __init__(self, what: str, **params: Any) -> None:
        super().__init__("not_found", what=what, **params)


class Forbidden(Refused):
    def __init__(self, code: str = "forbidden", **params: Any) -> None:
        super().__init__(code, **params)


class Conflict(Refused):
    pass


class TooOften(Refused):
    def __init__(self, code: str, wait: float) -> None:
        self.wait = max(1, math.ceil(wait))
        super().__init__(code, seconds=self.wait)


class Invalid(Refused):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("invalid")
        self.problems = problems

    @classmethod
    def field(cls, name: str, code: str, params: Mapping[str, Any] | None = None) -> "Invalid":
        return cls([Problem(name, code, params or {})])
