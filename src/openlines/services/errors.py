"""How a use case says no. The edge words the code and chooses the status; nothing here is shown as it is.

    NotFound      404  it does not exist, or the asker may not know that it does
    Forbidden     403  the asker may see it and may not do this
    Conflict      409  somebody was first, or the thing changed meanwhile; `params` say who and what
    Invalid       422  values that cannot be meant, by field
    Refused       409  it makes no sense in the present state (the core's own refusals)
"""

from collections.abc import Mapping, Sequence
from typing import Any

from openlines.core.state import Refused
from openlines.core.line import Problem

__all__ = ["Conflict", "Forbidden", "Invalid", "NotFound", "Refused"]


class NotFound(Refused):
    """`what` names the kind of thing: "conversation", "line", "file" …"""

    def __init__(self, what: str = "thing", **params: Any) -> None:
        super().__init__("not_found", what=what, **params)


class Forbidden(Refused):
    """`need` names the right that is missing, where one is."""

    def __init__(self, code: str = "forbidden", **params: Any) -> None:
        super().__init__(code, **params)


class Conflict(Refused):
    """Somebody was first. `who` in `params` is his user id, where it is known."""


class Invalid(Refused):
    """Values that cannot be meant: one `Problem` per field, in the order of the form."""

    def __init__(self, problems: Sequence[Problem], code: str = "invalid", **params: Any) -> None:
        super().__init__(code, **params)
        self.problems = tuple(problems)

    @classmethod
    def field(cls, name: str, code: str, params: Mapping[str, Any] | None = None) -> "Invalid":
        """One bad field."""
        return cls([Problem(name, code, params or {})])
