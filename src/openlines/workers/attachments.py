"""Our files as channels read them: by the id that a message carries, from wherever the bytes lie."""

from collections.abc import AsyncIterator

from openlines.files.base import Files
from openlines.store import Store, files


class Attachments:
    """An `OpenFile`. Raises `FileNotFoundError` before the first piece when there is no such file."""

    def __init__(self, store: Store, kept: Files) -> None:
        self._store = store
        self._kept = kept

    async def __call__(self, file_id: str) -> AsyncIterator[bytes]:
        row = await self._store.read(files.one, file_id)
        if row is None:
            raise FileNotFoundError(file_id)
        async for piece in self._kept.read(row.hash):
            yield piece
