"""What comes of one try to tell somebody something, whatever the medium.

Codes are worded at the edge; a detail is the other side's own sentence and holds nothing secret.
"""

from typing import NamedTuple


class Sent(NamedTuple):
    """Taken over by the other side."""


class Again(NamedTuple):
    """Nothing has been taken over: worth another try, not before so many seconds (0: as we think best)."""

    code: str
    detail: str = ""
    after: float = 0.0


class Failed(NamedTuple):
    """Another try would end the same way."""

    code: str
    detail: str = ""


class Unknown(NamedTuple):
    """Bytes left and no answer came: nobody can say whether it arrived."""

    detail: str = ""


Outcome = Sent | Again | Failed | Unknown


def retry_after(value: str) -> float:
    """Seconds of a Retry-After header; 0 for none, a date, or nonsense. Never more than an hour."""
    text = value.strip()
    return float(min(int(text), 3600)) if text.isascii() and text.isdecimal() and len(text) < 9 else 0.0


class MailServer(NamedTuple):
    """Where letters are handed in. `security`: starttls | tls | none."""

    host: str = ""
    port: int = 587
    security: str = "starttls"
    verify: bool = True
    user: str = ""
    from_address: str = ""
    from_name: str = ""

    @property
    def is_set(self) -> bool:
        return bool(self.host and self.from_address)
