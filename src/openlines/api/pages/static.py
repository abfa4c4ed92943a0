"""The built web parts as files: read once, compressed once, answered from memory with honest headers."""

import gzip
import hashlib
from pathlib import Path
from typing import Final, NamedTuple

from openlines.api.asgi import Header, Scope, Send, answer, header

TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_COMPRESSED: Final = frozenset({".html", ".js", ".css", ".svg", ".json", ".webmanifest"})


class Asset(NamedTuple):
    body: bytes
    small: bytes | None  # gzip
    type: str
    etag: str


class Assets:
    """The files of one folder. Nothing outside of it can be named: names are looked up, not joined."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, Asset] = {}
        self._names = {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}

    def __bool__(self) -> bool:
        return bool(self._names)

    def get(self, name: str) -> Asset | None:
        found = self._found.get(name)
        if found is None and name in self._names:
            found = self._found[name] = _read(self._folder / name)
        return found


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    small = gzip.compress(body, 6, mtime=0) if path.suffix in _COMPRESSED else None
    kind = TYPES.get(path.suffix, "application/octet-stream")
    return Asset(body, small, kind, f'"{hashlib.sha256(body).hexdigest()[:24]}"')


async def serve(scope: Scope, send: Send, asset: Asset, headers: list[Header], *, forever: bool = False) -> None:
    """`forever`: the name carries the content's hash, so a browser need never ask again."""
    keep = b"public, max-age=31536000, immutable" if forever else b"no-cache"
    own: list[Header] = [
        (b"content-type", asset.type.encode()),
        (b"cache-control", keep),
        (b"etag", asset.etag.encode()),
        (b"vary", b"accept-encoding"),
        *headers,
    ]
    if asset.etag in header(scope, b"if-none-match"):
        await answer(send, 304, b"", own)
        return
    body = asset.body
    if asset.small is not None and "gzip" in header(scope, b"accept-encoding"):
        body = asset.small
        own.append((b"content-encoding", b"gzip"))
    await answer(send, 200, b"" if scope["method"] == "HEAD" else body, own)
