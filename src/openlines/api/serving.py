"""Files out: headers under which no file of a stranger can do anything in a browser of ours."""

from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import quote

from litestar import Response
from litestar.response import Stream

from openlines.api.edge import Edge
from openlines.files.names import PICTURES, shown_in_place
from openlines.services.errors import NotFound
from openlines.store.files import FileRow

# Whatever the file is, opened by itself it runs no script and loads nothing.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def file_headers(name: str, type_: str, etag: str) -> dict[str, str]:
    """Downloaded unless it is a picture that we encoded ourselves, a sound or a film. Asked for anew each time."""
    way = "inline" if shown_in_place(type_) else "attachment"
    plain = "".join(each if each.isascii() and each.isprintable() and each not in '"\\%;' else "_" for each in name)
    return {
        "content-disposition": f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": POLICY,
        "cache-control": "private, no-cache",
        "etag": f'"{etag}"',
    }


class Found:
    """A file ready to be sent."""

    __slots__ = ("body", "headers", "size", "type")

    def __init__(self, body: AsyncIterator[bytes], headers: dict[str, str], size: int, type_: str) -> None:
        self.body = body
        self.headers = headers
        self.size = size
        self.type = type_


async def find(edge: Edge, row: FileRow, *, preview: bool) -> Found:
    """The bytes of a file, or of its preview where it is a picture. Raises `NotFound` when they are gone."""
    hash_, type_, name = row.hash, row.type, row.name
    if preview and type_ in PICTURES:
        small = await edge.files.preview(hash_)
        if small is not None:
            hash_, type_, name = small, "image/webp", f"{name}.webp"
    try:
        size = edge.files.size(hash_)
    except FileNotFoundError:
        raise NotFound("file", id=row.id) from None
    return Found(edge.files.read(hash_), file_headers(name, type_, hash_), size, type_)


async def as_response(edge: Edge, row: FileRow, *, preview: bool, if_none_match: str) -> Response[Any]:
    """For the framework's handlers. 304 when the browser has it."""
    found = await find(edge, row, preview=preview)
    if if_none_match and found.headers["etag"] in if_none_match:
        return Response(b"", status_code=304, headers={"etag": found.headers["etag"]}, media_type="")
    headers = {**found.headers, "content-length": str(found.size)}
    return Stream(found.body, headers=headers, media_type=found.type)
