"""The last words of a conversation, as lists show them; what a person said, for an automatic text would hide it."""

from collections.abc import Mapping
from typing import Any

from openlines.store import conversations, messages
from openlines.store.messages import MessageRow, data_of
from openlines.store.tx import Tx

LONGEST = 200  # characters kept for the lists


def shown(text: str, author: str, data: Mapping[str, Any] | None, at: int | None) -> dict[str, Any]:
    """As columns of a conversation."""
    return {"last_text": _brief(text, data), "last_author": author, "last_at": at}


def keep_up(tx: Tx, row: MessageRow) -> None:
    """A message was changed or deleted: if it was the last, lists say what it says now, or what was said before it."""
    last = messages.last_said(tx, row.thread_id, row.conversation_id)
    now = shown(last.text, last.author, data_of(last), last.at) if last is not None else shown("", "", None, None)
    conversations.put_last_words(tx, row.conversation_id, row.at, **now)


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
