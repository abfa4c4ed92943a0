"""The last words of a conversation, as lists show them; what a person said, for an automatic text would hide it.

Words that are changed or taken back may have been the last ones, whoever's they are: hence that is done here, too.
"""

from collections.abc import Mapping
from typing import Any

from openlines.store import conversations, messages
from openlines.store.messages import MessageRow, data_of, text_of
from openlines.store.tx import Tx

LONGEST = 200  # characters kept for the lists
ORIGINALS = 20  # what a message said before it was changed: so many of the latest are kept


def shown(text: str, author: str, data: Mapping[str, Any] | None, at: int | None) -> dict[str, Any]:
    """As columns of a conversation."""
    return {"last_text": _brief(text, data), "last_author": author, "last_at": at}


def edited(tx: Tx, row: MessageRow, line_id: int, text: str, more: Mapping[str, Any] | None = None) -> MessageRow:
    """A message gets other words, and `more` in its data; what it said before is kept with it. As it is afterwards."""
    data = data_of(row)
    original = [*data.get("original", []), {"text": row.text, "at": row.edited_at or row.at}]
    changes: dict[str, Any] = {
        "text": text,
        "data": text_of({**data, **(more or {}), "original": original[-ORIGINALS:]}),
        "edited_at": tx.now,
    }
    messages.put(tx, row.id, **changes)
    _told(tx, row, line_id, "message.changed")
    return row._replace(**changes)


def deleted(tx: Tx, row: MessageRow, line_id: int) -> MessageRow:
    """A message is taken back: it is marked, and staff still see that there was something."""
    messages.put(tx, row.id, deleted_at=tx.now)
    _told(tx, row, line_id, "message.deleted")
    return row._replace(deleted_at=tx.now)


def _told(tx: Tx, row: MessageRow, line_id: int, kind: str) -> None:
    """Of the last message, lists say what it says now, or what was said before it. Staff see the words anew where the
    conversation is that they belong to; in its course they change nothing."""
    last = messages.last_said(tx, row.thread_id, row.conversation_id)
    now = shown(last.text, last.author, data_of(last), last.at) if last is not None else shown("", "", None, None)
    conversations.put_last_words(tx, row.conversation_id, row.at, **now)
    tx.event(
        kind,
        line_id=line_id,
        conversation_id=row.conversation_id,
        thread_id=row.thread_id,
        message_id=row.id,
    )


def _brief(text: str, data: Mapping[str, Any] | None) -> str:
    if text or not data:
        return text[:LONGEST]
    files = data.get("files")
    if files:
        return f"\N{PAPERCLIP} {files[0].get('name', '')}"[:LONGEST]
    if "sticker" in data:
        return str(data["sticker"].get("emoji", ""))
    if "location" in data:
        return "\N{ROUND PUSHPIN}"
    if "contact" in data:
        return f"\N{BUST IN SILHOUETTE} {data['contact'].get('name', '')}"[:LONGEST]
    return ""
