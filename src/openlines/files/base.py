"""Where attachments lie: a small interface, so that a disk and an object store look the same.

Bytes are named by the SHA-256 of what is stored and are written, whole and synced, before any row names
them; a crash in between leaves bytes that nobody names, never a name without bytes.
"""

from collections.abc import AsyncIterator
from typing import NamedTuple, Protocol


class TooLarge(Exception):
    """More bytes came than may be kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class Kept(NamedTuple):
    """What was stored: `type` is what the content is, whatever its sender said."""

    hash: str
    size: int
    name: str
    type: str
    width: int | None = None
    height: int | None = None


class Files(Protocol):
    """A place for bytes."""

    async def keep(self, chunks: AsyncIterator[bytes], *, name: str, declared: str = "", limit: int) -> Kept:
        """Store what comes. Raises `TooLarge` as soon as more than `limit` bytes came; nothing is left then."""

    def read(self, hash_: str) -> AsyncIterator[bytes]:
        """The bytes in pieces. Raises `FileNotFoundError` before the first when there are none of this name."""

    async def preview(self, hash_: str) -> str | None:
        """The hash-like name of a small picture of this picture; None when it is none."""
