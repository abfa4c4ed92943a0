"""Attachments in a folder: `ab/cd/abcd…`, the names being the SHA-256 of the content."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from openlines.files import images, names
from openlines.files.base import Kept, TooLarge

PIECE: Final = 256 * 1024
HEAD: Final = 8192
_HASH_LENGTH: Final = 64


class DiskFiles:
    """The files of a portal below one folder. Slow work runs in one thread of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="files")

    def open(self) -> None:
        """Make the folders; drop what a crash left half written."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        for left in self._incoming.iterdir():
            left.unlink(missing_ok=True)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def keep(self, chunks: AsyncIterator[bytes], *, name: str, declared: str = "", limit: int) -> Kept:
        """See `Files.keep`. `declared` is what the sender says it is; only its absence of a name is helped by it."""
        loop = asyncio.get_running_loop()
        draft = self._incoming / secrets.token_hex(16)
        size = 0
        try:
            with draft.open("xb") as file:
                waiting: list[bytes] = []
                written = 0
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        raise TooLarge(limit)
                    waiting.append(chunk)
                    if size - written >= PIECE:
                        await loop.run_in_executor(self._thread, file.writelines, waiting)
                        waiting, written = [], size
                await loop.run_in_executor(self._thread, file.writelines, waiting)
            return await loop.run_in_executor(self._thread, self._settle, draft, name, declared)
        finally:
            draft.unlink(missing_ok=True)

    async def read(self, hash_: str) -> AsyncIterator[bytes]:
        """See `Files.read`."""
        loop = asyncio.get_running_loop()
        with self.path(hash_).open("rb") as file:
            while piece := await loop.run_in_executor(self._thread, file.read, PIECE):
                yield piece

    def size(self, hash_: str) -> int:
        """How many bytes lie under this name. Raises `FileNotFoundError`."""
        return self.path(hash_).stat().st_size

    async def preview(self, hash_: str) -> str | None:
        """See `Files.preview`; made when it is asked for first."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._preview, hash_)

    def path(self, hash_: str) -> Path:
        """Where a file lies. Raises `FileNotFoundError` for what cannot be a name of ours."""
        stem = hash_.removesuffix(".small")
        if len(stem) != _HASH_LENGTH or not all(each in "0123456789abcdef" for each in stem):
            raise FileNotFoundError(hash_)
        return self._folder / stem[:2] / stem[2:4] / hash_

    def _settle(self, draft: Path, name: str, declared: str) -> Kept:
        """In the thread: find out what it is, clean pictures, give it its final name, sync."""
        with draft.open("rb") as file:
            head = file.read(HEAD)
        type_ = names.type_of(head, name)
        width = height = None
        if type_ in names.PICTURES:
            picture = images.encode_again(draft)
            if picture is None:
                type_ = names.UNKNOWN
            else:
                draft.write_bytes(picture.data)
                type_, width, height = picture.type, picture.width, picture.height
        digest = hashlib.sha256()
        size = 0
        with draft.open("rb+") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                size += len(piece)
            os.fsync(file.fileno())
        hash_ = digest.hexdigest()
        self._move(draft, self.path(hash_))
        return Kept(
            hash_, size, names.safe_name(name, type_ if type_ != names.UNKNOWN else declared), type_, width, height
        )

    def _move(self, draft: Path, place: Path) -> None:
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.replace(place)
        for folder in (place.parent, place.parent.parent, self._folder):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _preview(self, hash_: str) -> str | None:
        small = hash_ + ".small"
        place = self.path(small)
        if place.exists():
            return small
        data = images.small(self.path(hash_))
        if data is None:
            return None
        draft = self._incoming / secrets.token_hex(16)
        draft.write_bytes(data)
        draft.replace(place)
        return small
