"""From what a vendor sent to what it means for us: kept first, answered, then applied, each event once.

An event is applied in one transaction with its own mark, so that no crash applies it twice or loses it. What a
parser cannot read, and what a use case trips over, is quarantined with the reason; its lane goes on.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from openlines.channels.base import (
    Deleted,
    Edited,
    Ignored,
    Inbound,
    Marked,
    Pressed,
    RawEvent,
    Reachable,
    RemoteFile,
    Said,
    Who,
)
from openlines.core.state import Refused
from openlines.files.base import Kept
from openlines.services import deliveries
from openlines.services.access import Actor, require_administrator
from openlines.services.errors import Invalid, NotFound
from openlines.services.react import receive_delete, receive_edit, receive_press
from openlines.services.receive import Incoming, Person, Received, receive_message
from openlines.store import deliveries as delivery_rows
from openlines.store import files, inbox, messages, threads
from openlines.store.tx import Reader, Tx

# Headers worth keeping with a raw body. The proof itself is not: it is a secret.
_HEADERS: Final = ("content-type", "user-agent")
_ERROR: Final = 500
REPLAYED_AT_ONCE: Final = 100


class Fetched(NamedTuple):
    """A file that came from the vendor and lies with us; `id` is the row's to be."""

    id: str
    kept: Kept


class Missing(NamedTuple):
    """A file that could not be had. `again`: it may be had later."""

    code: str
    again: bool


Files = Mapping[str, Fetched | Missing]  # by `RemoteFile.ref`


class Answered(NamedTuple):
    """A press, and the code of what to confirm to whom."""

    answer: str
    code: str | None
    language: str


class Wanted(NamedTuple):
    """A file that is still to be had: of a message, or a customer's photo."""

    file: RemoteFile
    thread_id: int
    message_id: int | None = None
    customer_id: int | None = None


class Applied(NamedTuple):
    """What is left to do outside of the transaction."""

    pressed: tuple[Answered, ...] = ()
    wanted: tuple[Wanted, ...] = ()


def keep(tx: Tx, channel_id: int, events: Sequence[RawEvent], headers: Mapping[str, str]) -> None:
    """Keeps what came, before the sender is answered. What is here already is left as it is."""
    shown = {name: headers[name][:200] for name in _HEADERS if name in headers}
    text = msgspec.json.encode(shown).decode()
    inbox.keep(tx, channel_id, [inbox.Kept(each.dedupe, each.lane, text, each.body) for each in events])
    tx.poke("parse")


def begin(tx: Tx, row_id: int, seen: int, node: str) -> bool:
    """Says that this node does the slow part of an event (its files); False when another said so first."""
    return inbox.take(tx, row_id, seen, node)


def apply(
    tx: Tx, row_id: int, channel_id: int, inbound: Sequence[Inbound], fetched: Files, *, photos: bool = False
) -> Applied | None:
    """Does what an event says and marks it done. None when another process has done so, or is about to.

    `photos`: also say which customer's photo is still to be had.
    """
    if inbox.hold(tx, row_id) is None:
        return None
    pressed: list[Answered] = []
    wanted: list[Wanted] = []
    note = None
    for each in inbound:
        try:
            note = _apply(tx, channel_id, each, fetched, pressed, wanted, photos=photos) or note
        except Refused as refused:
            # Said before anything was written: a channel that is gone, a customer who is blocked.
            note = f"refused: {refused.code}"
    inbox.done(tx, row_id, note)
    return Applied(tuple(pressed), tuple(wanted))


def _apply(
    tx: Tx,
    channel_id: int,
    inbound: Inbound,
    fetched: Files,
    pressed: list[Answered],
    wanted: list[Wanted],
    *,
    photos: bool,
) -> str | None:
    """Returns a note for the row, when its raw body should outlive it."""
    match inbound:
        case Said():
            return _said(tx, channel_id, inbound, fetched, wanted, photos=photos)
        case Edited(said):
            data = _data(tx, channel_id, said, ())
            if not receive_edit(tx, channel_id, said.who.external_id, said.dedupe, said.text, data):
                return _said(tx, channel_id, said, {}, wanted, photos=photos)
        case Deleted(who, dedupe):
            receive_delete(tx, channel_id, who.external_id, dedupe)
        case Pressed(who, key, dedupe, answer):
            code = receive_press(tx, channel_id, who.external_id, key, dedupe)
            pressed.append(Answered(answer, code, who.language))
        case Marked(external_message_id, state, error):
            deliveries.mark(tx, channel_id, external_message_id, state, error)
        case Reachable(who, reason):
            _reachable(tx, channel_id, who, reason)
        case Ignored():
            pass
    return None


def _said(tx: Tx, channel_id: int, said: Said, fetched: Files, wanted: list[Wanted], *, photos: bool) -> str | None:
    shown = [_shown(file, fetched.get(file.ref)) for file in said.files]
    data = _data(tx, channel_id, said, shown)
    who = said.who
    received = receive_message(
        tx,
        channel_id,
        Incoming(
            external_id=who.external_id,
            dedupe=said.dedupe,
            text=said.text,
            data=data or None,
            person=Person(name=who.name, handle=who.handle, language=who.language),
            address=who.address,
            at=said.at,
        ),
    )
    if received.repeated:
        return None
    for file in said.files:
        found = fetched.get(file.ref)
        if isinstance(found, Fetched):
            _add_file(tx, found, received.thread_id)
        elif found is None or found.again:
            wanted.append(Wanted(file, received.thread_id, message_id=received.message_id))
    if photos and who.photo is not None:
        _want_photo(tx, received, who.photo, wanted)
    unsupported = said.data.get("unsupported")
    return f"unsupported: {unsupported}" if unsupported else None


def _data(tx: Tx, channel_id: int, said: Said, shown: Sequence[dict[str, Any]]) -> dict[str, Any]:
    data = dict(said.data)
    if shown:
        data["files"] = list(shown)
    if said.reply_to is not None:
        answered = _answered(tx, channel_id, said.who.external_id, said.reply_to)
        if answered is not None:
            data["reply_to"] = answered
    return data


def _answered(tx: Tx, channel_id: int, external_id: str, vendor_id: str) -> int | None:
    """Which of our messages the vendor's id names, the customer's own or one that we sent."""
    thread = threads.by_identity(tx, channel_id, external_id)
    if thread is None:
        return None
    own = messages.by_dedupe(tx, thread.id, vendor_id)
    if own is not None:
        return own.id
    ours = delivery_rows.by_external(tx, channel_id, vendor_id, thread.id)
    return ours.message_id if ours is not None else None


def _shown(file: RemoteFile, found: Fetched | Missing | None) -> dict[str, Any]:
    """A file as the message carries it."""
    if isinstance(found, Fetched):
        return _facts(found)
    facts: dict[str, Any] = {"id": "", "name": file.name, "size": file.size or 0, "type": file.type, "ref": file.ref}
    facts["missing"] = found.code if found is not None else "not_fetched"
    return facts


def _facts(found: Fetched) -> dict[str, Any]:
    kept = found.kept
    facts: dict[str, Any] = {"id": found.id, "name": kept.name, "size": kept.size, "type": kept.type}
    if kept.width and kept.height:
        facts |= {"width": kept.width, "height": kept.height}
    return facts


def _add_file(tx: Tx, found: Fetched, thread_id: int) -> None:
    kept = found.kept
    files.add(
        tx,
        id=found.id,
        hash=kept.hash,
        name=kept.name,
        size=kept.size,
        type=kept.type,
        width=kept.width,
        height=kept.height,
        thread_id=thread_id,
        created_at=tx.now,
    )


def _want_photo(tx: Tx, received: Received, photo: RemoteFile, wanted: list[Wanted]) -> None:
    thread = threads.one(tx, received.thread_id)
    customer = threads.customer(tx, thread.customer_id) if thread is not None else None
    if customer is not None and customer.photo_id is None:
        wanted.append(Wanted(photo, received.thread_id, customer_id=customer.id))


def _reachable(tx: Tx, channel_id: int, who: Who, reason: str | None) -> None:
    thread = threads.by_identity(tx, channel_id, who.external_id)
    if thread is not None and thread.unreachable != reason:
        threads.put(tx, thread.id, unreachable=reason)
        tx.event("thread.changed", thread_id=thread.id)


# ---------------------------------------------------------------- files that came late


def file_arrived(tx: Tx, wanted: Wanted, found: Fetched) -> bool:
    """A file of a message, or a customer's photo, is here now. False when nobody needs it any more."""
    if wanted.customer_id is not None:
        customer = threads.customer(tx, wanted.customer_id)
        if customer is None or customer.photo_id is not None:
            return False
        _add_file(tx, found, wanted.thread_id)
        threads.put_customer(tx, wanted.customer_id, photo_id=found.id)
        tx.event("customer.changed", thread_id=wanted.thread_id, data={"customer_id": wanted.customer_id})
        return True
    row = messages.one(tx, wanted.message_id) if wanted.message_id is not None else None
    if row is None:
        return False
    data = messages.data_of(row)
    lacking = [file for file in data.get("files", ()) if file.get("ref") == wanted.file.ref and "missing" in file]
    if not lacking:
        return False
    data["files"] = [_facts(found) if file in lacking else file for file in data["files"]]
    _add_file(tx, found, row.thread_id)
    messages.put(tx, row.id, data=messages.text_of(data))
    tx.event("message.changed", conversation_id=row.conversation_id, thread_id=row.thread_id, message_id=row.id)
    return True


def lacking(reader: Reader, message_id: int) -> tuple[int, list[Wanted]]:
    """The channel of a message, and the files of it that are still to be had. Raises nothing: (0, []) for none."""
    row = messages.one(reader, message_id)
    thread = threads.one(reader, row.thread_id) if row is not None else None
    if row is None or thread is None:
        return 0, []
    found = [
        Wanted(
            RemoteFile(str(file["ref"]), name=str(file.get("name", "")), type=str(file.get("type", ""))),
            row.thread_id,
            message_id=row.id,
        )
        for file in messages.data_of(row).get("files", ())
        if "missing" in file and file.get("ref")
    ]
    return thread.channel_id, found


# ---------------------------------------------------------------- what could not be understood


def quarantine(tx: Tx, row_id: int, error: str) -> None:
    """Puts an event aside with the reason, so that its lane goes on."""
    if inbox.hold(tx, row_id) is not None:
        inbox.quarantine(tx, row_id, error[:_ERROR])


class Opened(NamedTuple):
    """A raw event that was put aside, whole."""

    aside: inbox.Aside
    headers: dict[str, str]
    body: bytes


def list_aside(reader: Reader, actor: Actor, below: int, limit: int) -> list[inbox.Aside]:
    """What could not be understood, newest first. For administrators: it holds customers' words of every line."""
    require_administrator(actor)
    return inbox.quarantined(reader, below=below, limit=limit)


def open_aside(reader: Reader, actor: Actor, row_id: int) -> Opened:
    """Refuses with `NotFound` what is not put aside (any more)."""
    require_administrator(actor)
    found = inbox.one(reader, row_id)
    if found is None or found[1] != "quarantined":
        raise NotFound("event")
    row = found[0]
    aside = inbox.Aside(row.id, row.channel_id, row.lane, found[2] or "", row.received_at)
    return Opened(aside, msgspec.json.decode(row.headers or "{}"), row.body)


def replay(tx: Tx, ids: Sequence[int], actor: Actor | None = None) -> int:
    """Events put aside are tried again, after what kept them from being understood was mended; how many.

    `actor`: on whose behalf; None for the machine's owner at the command line.
    """
    require_administrator(actor)
    if len(ids) > REPLAYED_AT_ONCE:
        raise Invalid.field("ids", "too_many", {"most": REPLAYED_AT_ONCE})
    count = inbox.replay(tx, list(ids))
    tx.poke("parse")
    return count


def trim(tx: Tx, *, before: int) -> bool:
    """Forgets events that were understood and received before an instant. True while there is more to forget."""
    return inbox.trim(tx, before=before) >= 100


def depths(reader: Reader) -> dict[str, tuple[int, int]]:
    """For metrics: how many events wait ("new") or are put aside ("quarantined"), and how old the oldest is, µs."""
    found = inbox.depths(reader)
    return {state: (count, reader.now - since if since is not None else 0) for state, (count, since) in found.items()}
