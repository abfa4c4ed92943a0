"""The photos in the file of a line: read when it is written, stored before it is imported."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from typing import Any

from openlines.files.base import Files, Kept
from openlines.files.names import PICTURES
from openlines.services import line_photos
from openlines.services.errors import Invalid
from openlines.services.line_files import Exported
from openlines.store.files import FileRow

# Bytes of a request that carries a file of a line: its photos in base64, and everything else.
FILE_LIMIT = line_photos.ALL * 4 // 3 + 1_000_000


async def with_photos(files: Files, found: Exported) -> dict[str, Any]:
    """The file with as many of its photos as have room; those that have none are only named."""
    photos: dict[str, dict[str, str]] = {}
    room = line_photos.ALL
    for key, row in found.photos.items():
        data = await _small(files, row)
        if data is None or len(data) > min(room, line_photos.ONE):
            continue
        room -= len(data)
        photos[key] = {"name": row.name, "data": base64.b64encode(data).decode()}
    return {**found.file, "photos": photos}


async def _small(files: Files, row: FileRow) -> bytes | None:
    """The picture itself when it is small, else its preview; None when there is nothing to read."""
    try:
        small = row.hash if row.size <= line_photos.ONE else await files.preview(row.hash)
        return b"".join([piece async for piece in files.read(small)]) if small else None
    except OSError:
        return None


async def stored(files: Files, file: Any) -> Mapping[str, Kept]:
    """The bytes of a file's photos, stored, by their names in it. Raises `Invalid` for what is no picture."""
    given = await asyncio.to_thread(line_photos.in_file, file)
    kept: dict[str, Kept] = {}
    for key, photo in given.items():
        kept[key] = await files.keep(_whole(photo.data), name=photo.name, limit=line_photos.ONE)
        if kept[key].type not in PICTURES:
            raise Invalid.field(f"file.photos.{key}", "not_a_picture")
    return kept


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data
