"""Names and types of files, as strangers give them, made harmless."""

import mimetypes
import unicodedata
from typing import Final

NAME_LIMIT: Final = 150
UNKNOWN: Final = "application/octet-stream"

# Shown in place; everything else is only ever downloaded.
PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
PLAYED: Final = frozenset(
    {"audio/mpeg", "audio/ogg", "audio/mp4", "audio/x-wav", "audio/webm", "video/mp4", "video/webm", "video/ogg"}
)

# Types that no content tells, believed by the name's ending because a download of them runs nothing.
_BY_ENDING: Final = frozenset(
    {
        "text/plain",
        "text/csv",
        "application/json",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)


def safe_name(name: str, type_: str = "") -> str:
    """A file's name without folders, control letters and letters that reverse the direction of reading."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(each for each in last if unicodedata.category(each)[0] != "C").strip(" .")
    if not kept:
        kept = "file" + (mimetypes.guess_extension(type_) or "" if type_ else "")
    if len(kept) > NAME_LIMIT:
        stem, dot, ending = kept.rpartition(".")
        keep_ending = bool(dot) and len(ending) <= 10
        kept = stem[: NAME_LIMIT - len(ending) - 1] + "." + ending if keep_ending else kept[:NAME_LIMIT]
    return kept


def type_of(head: bytes, name: str) -> str:
    """What the first 8 kB say the content is; the name decides only between harmless kinds."""
    import filetype  # type: ignore[import-untyped]

    found = filetype.guess_mime(head)
    ending = mimetypes.guess_type(name)[0]
    if found is not None and found != "application/zip":
        return str(found)
    if ending in _BY_ENDING:
        return str(ending)
    return str(found or UNKNOWN)


def shown_in_place(type_: str) -> bool:
    """Whether a browser may show the file inside a page of ours."""
    return type_ in PICTURES or type_ in PLAYED
