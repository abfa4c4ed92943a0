"""What code that talks to others is handed: a request, its answer, and the ways in which it fails.

No client here, so that a channel can be read without loading one; the client is `openlines.support.http`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol


class HttpAnswer(NamedTuple):
    """An answer as it came; header names in lower case, the body not decoded in any way."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Part(NamedTuple):
    """One part of a multipart form: a plain `value`, or a file read from `chunks`."""

    name: str
    value: str | bytes = ""
    chunks: AsyncIterator[bytes] | None = None
    filename: str = ""
    type: str = ""


class NotSent(Exception):
    """The request failed before its first byte left (address, refused connection, TLS): repeating it is safe."""


class NoAnswer(Exception):
    """Bytes left and no usable answer came: nobody can say whether the request was carried out."""


class Unfit(NotSent):
    """The address may not be asked at all: not http(s), or it leads into a private network."""


class TooLarge(Exception):
    """The other side sends more than was agreed to be read."""


class BadStatus(Exception):
    """A download was answered with something other than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class Http(Protocol):
    """A client that follows no redirects, refuses private addresses, and caps size and time.

    No exception carries the address asked: addresses of some vendors contain the secret itself.
    """

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Sequence[Part] | None = None,
        body: bytes | None = None,
        within: float = 30.0,
        limit: int = 8_000_000,
    ) -> HttpAnswer:
        """One request; `within` so many seconds, all of it, `limit` in bytes of the answer.

        One of `json`, `form` and `body` at most; a `body` goes out as it is, its Content-Type among the headers.

        Raises `NotSent`, `NoAnswer`, `TooLarge`; what reading a file of the form raises comes through as it is.
        """
        ...

    def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, limit: int, within: float = 60.0
    ) -> AsyncIterator[bytes]:
        """The body of a GET answered with 200, piece by piece. Raises as `request` does, and `BadStatus`."""
        ...


class Allowing(Protocol):
    """Makes clients that may also ask the origins of `bases`, wherever they are."""

    def allowing(self, *bases: str) -> Http: ...
