"""Attachments: what was uploaded becomes a row that names the bytes, which lie there already."""

from openlines.store import files as rows
from openlines.store.files import FileRow
from openlines.store.tx import Tx
from openlines.support.ids import new_key


def add_file(  # noqa: PLR0913 - what is known of a file
    tx: Tx,
    *,
    hash_: str,
    name: str,
    size: int,
    type_: str,
    width: int | None = None,
    height: int | None = None,
    thread_id: int | None = None,
    user_id: int | None = None,
) -> FileRow:
    """A file of a thread, or of the user who uploaded it until he sends it. Its id is unguessable."""
    row = FileRow(new_key(), hash_, name, size, type_, width, height, thread_id, user_id, tx.now)
    rows.add(tx, **row._asdict())
    return row
