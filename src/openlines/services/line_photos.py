"""Photos in the file of a line: small pictures under short names, so that faces arrive whole in another portal.

    "photos": {"8c1f0e…": {"name": "ann.webp", "data": "<base64>"}}

A face says `"photo": "8c1f0e…"`, the one photo for all says it in `settings.common_photo`. The bytes are read and
stored around the use cases (api/line_photos.py); here stands which there are, and what may come in.
"""

import binascii
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from openlines.files.base import Kept
from openlines.services.access import Actor
from openlines.services.errors import Invalid
from openlines.services.files import add_file
from openlines.store import files
from openlines.store.files import FileRow
from openlines.store.tx import Reader, Tx

ONE: Final = 200_000  # bytes of a photo
ALL: Final = 2_000_000  # bytes of all photos of a file; those beyond stay out
_KEY: Final = 16  # letters of the content's hash


class Photo(NamedTuple):
    name: str
    data: bytes


def rows_of(reader: Reader, ids: Iterable[str]) -> dict[str, FileRow]:
    """What is known of these photos, by the id of each; those that are gone are left out."""
    return {row.id: row for row in files.some(reader, list(dict.fromkeys(filter(None, ids))))}


def key_of(row: FileRow) -> str:
    """What a photo is called in a file: by its content, not by its number here."""
    return row.hash[:_KEY]


def in_file(file: Any) -> dict[str, Photo]:
    """The photos that a file brings. `Invalid` at "file.photos.<name>" for what is no photo, or too large."""
    given = file.get("photos", {}) if isinstance(file, Mapping) else {}
    if not isinstance(given, Mapping):
        raise Invalid.field("file.photos", "not_a_line_file")
    found: dict[str, Photo] = {}
    for key, each in given.items():
        path = f"file.photos.{key}"
        if not isinstance(each, Mapping) or not isinstance(data := each.get("data"), str):
            raise Invalid.field(path, "not_a_line_file")
        try:
            found[key] = Photo(str(each.get("name") or "photo"), binascii.a2b_base64(data, strict_mode=True))
        except (binascii.Error, ValueError):
            raise Invalid.field(path, "not_a_line_file") from None
        if len(found[key].data) > ONE:
            raise Invalid.field(path, "photo_too_large", {"most": ONE // 1000})
    if sum(len(each.data) for each in found.values()) > ALL:
        raise Invalid.field("file.photos", "photo_too_large", {"most": ALL // 1000})
    return found


def keep(tx: Tx, actor: Actor, kept: Mapping[str, Kept], wanted: Iterable[str]) -> dict[str, str]:
    """Names the stored bytes of those photos that are wanted; returns the id of each by its name in the file."""
    return {
        key: add_file(
            tx,
            hash_=kept[key].hash,
            name=kept[key].name,
            size=kept[key].size,
            type_=kept[key].type,
            width=kept[key].width,
            height=kept[key].height,
            user_id=actor.user_id or None,
        ).id
        for key in dict.fromkeys(wanted)
        if key in kept
    }
