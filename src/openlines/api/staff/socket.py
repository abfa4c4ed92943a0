"""The workspace's socket: the log follows its cursor down; up come only `subscribe`, `typing`, `seen`."""

import asyncio
from collections import Counter
from typing import Any, Final, NamedTuple

import msgspec

from openlines.api.asgi import Receive, Scope, Send, header
from openlines.api.edge import Edge
from openlines.api.guard import READS, Need, check_need, own_origins, who_speaks
from openlines.api.refusals import HttpRefused
from openlines.api.speakers import Speaker
from openlines.api.staff.common import Number
from openlines.api.words import choose_language
from openlines.core.state import Refused
from openlines.realtime.sign_ins import SignIn, is_good
from openlines.realtime.sockets import SIGNED_OUT
from openlines.realtime.staff import StaffSession
from openlines.services import handle, presence
from openlines.services.access import Actor, Sight, access_thread, sight
from openlines.services.errors import NotFound
from openlines.store import StoreError, conversations, users
from openlines.store.events import last_event_id
from openlines.store.tx import Reader, Tx
from openlines.support.ids import fingerprint
from openlines.support.limits import Buckets
from openlines.support.log import logger

BAD_FRAME: Final = 4400
FORBIDDEN: Final = 4403
TOO_MANY: Final = 4429
AWAY: Final = 1013
MOST_BYTES: Final = 64 * 1024
AGAIN: Final = 1.0  # seconds
_NEED: Final[Need] = READS["need"]

log = logger(__name__)


class Subscribe(msgspec.Struct, tag="subscribe"):
    """The first frame, and again whenever other threads or lists are looked at."""

    cursor: Number | None = None
    epoch: str | None = None
    threads: list[Number] = []
    lists: list[str] = []


class Typing(msgspec.Struct, tag="typing"):
    thread_id: Number


class Seen(msgspec.Struct, tag="seen"):
    thread_id: Number
    seq: Number


_decode = msgspec.json.Decoder(Subscribe | Typing | Seen).decode


class Wire:
    """One accepted connection of the web server."""

    __slots__ = ("_send",)

    def __init__(self, send: Send) -> None:
        self._send = send

    async def send(self, text: str) -> None:
        await self._send({"type": "websocket.send", "text": text})

    async def close(self, code: int) -> None:
        await self._send({"type": "websocket.close", "code": code, "reason": ""})


class StaffSockets:
    """An ASGI application for `/api/v1/socket`."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._frames = Buckets(rate=10, burst=60)
        self._there: Counter[int] = Counter()  # sockets of those who may answer, by user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        try:
            speaker = await self._speaker(scope)
        except (HttpRefused, Refused):
            speaker = None
        except StoreError:
            await _turn_away(send, AWAY)
            return
        if speaker is None:
            # Accepted first: a browser tells a page nothing of a connection that was refused.
            await send({"type": "websocket.accept"})
            await _turn_away(send, SIGNED_OUT)
            return
        await send({"type": "websocket.accept"})
        await self._serve(scope, receive, Wire(send), speaker)

    async def _speaker(self, scope: Scope) -> Speaker | None:
        origin = header(scope, b"origin")
        if origin and origin not in own_origins(scope, self._edge):
            raise HttpRefused(403, "cross_site")
        speaker = await who_speaks(scope, self._edge)
        if speaker is not None:
            check_need(speaker, _NEED)
        return speaker

    async def _serve(self, scope: Scope, receive: Receive, wire: Wire, speaker: Speaker) -> None:
        session = await self._open(scope, wire, speaker)
        if session is None:
            await wire.close(SIGNED_OUT)
            return
        there = False
        try:
            self._edge.hub.join(session)
            there = session.writes and await self._came(session.actor.user_id)
            while True:
                event = await receive()
                if event["type"] != "websocket.receive":
                    return
                if not await self._heard(session, event):
                    await session.drained()
                    return
        except StoreError as error:
            log.warning("a socket was given up", error=repr(error))
            session.close(AWAY)
            await session.drained()
        finally:
            self._edge.hub.leave(session)
            if there:
                await self._gone(session.actor.user_id)

    async def _open(self, scope: Scope, wire: Wire, speaker: Speaker) -> StaffSession | None:
        """A session with the rights of this very moment; None when its sign-in has just ended."""
        edge, actor = self._edge, speaker.actor
        key = "" if speaker.session_id else header(scope, b"authorization").partition(" ")[2].strip()
        sign_in = SignIn(actor.user_id, speaker.session_id, fingerprint(key) if key else "")
        while True:
            found = await edge.store.read(_opening, actor, sign_in)
            # What the hub has told since this was read, nobody will tell a session that joins now.
            if found.cursor >= edge.hub.cursor:
                break
        if not found.good:
            return None
        return StaffSession(
            wire,
            actor,
            found.sight,
            # A browser's pages cannot say on a socket which language they speak: the user has chosen one.
            language=found.language
            if speaker.session_id
            else choose_language(header(scope, b"accept-language"), found.language),
            sign_in=sign_in,
            token_id=speaker.token_id,
            writes=speaker.may("reply"),
        )

    async def _came(self, user_id: int) -> bool:
        """The first connection of a user on this node is written down: he is there.

        A key that may only look is nobody who could answer: it is not counted. While the store is away others of his
        may come, and rely on the first: then it is written as soon as it can be.
        """
        edge = self._edge
        self._there[user_id] += 1
        if self._there[user_id] > 1:
            return True
        while True:
            try:
                await edge.store.write(presence.connected, user_id, edge.node)
            except BaseException as error:
                if not isinstance(error, StoreError) or self._there[user_id] == 1 or edge.stopping:
                    self._there[user_id] -= 1
                    raise
                log.warning("a connection was not written down yet", error=repr(error))
                await asyncio.sleep(AGAIN)
            else:
                return True

    async def _gone(self, user_id: int) -> None:
        """So is the end of the last one, however long the store is away: else he would be online for ever."""
        edge = self._edge
        self._there[user_id] -= 1
        if self._there[user_id]:
            return
        del self._there[user_id]
        while not edge.stopping:
            try:
                await edge.store.write(presence.disconnected, user_id, edge.node)
            except StoreError as error:
                log.warning("a disconnection was not written down yet", error=repr(error))
                await asyncio.sleep(AGAIN)
            else:
                return

    async def _heard(self, session: StaffSession, event: Any) -> bool:
        """Handle one frame; False ends the connection."""
        if self._frames.take(str(id(session))):
            session.close(TOO_MANY)
            return False
        text = event.get("text")
        raw = text.encode("utf-8", "surrogatepass") if text is not None else event.get("bytes") or b""
        try:
            frame = _decode(raw) if len(raw) <= MOST_BYTES else None
        except (msgspec.DecodeError, UnicodeDecodeError):
            frame = None
        match frame:
            case Subscribe():
                await self._edge.hub.subscribe(session, frame.cursor, frame.epoch, frame.threads, frame.lists)
            case Typing(thread_id):
                self._edge.hub.typed_by_staff(session, thread_id)
            case Seen(thread_id):
                await self._seen(session, thread_id)
            case _:
                session.close(BAD_FRAME)
                return False
        return True

    async def _seen(self, session: StaffSession, thread_id: int) -> None:
        if not session.writes:
            return
        try:
            await self._edge.store.write(seen_thread, session.actor, thread_id)
        except Refused:
            return  # out of sight by now


class Opening(NamedTuple):
    """`good`: the sign-in holds and has the rights that were found with it."""

    cursor: int
    good: bool
    sight: Sight
    language: str


def _opening(reader: Reader, actor: Actor, sign_in: SignIn) -> Opening:
    """What the user sees, and his language."""
    cursor, user = last_event_id(reader), users.user_by_id(reader, actor.user_id)
    good = user is not None and user.role == actor.role and is_good(reader, sign_in)
    return Opening(cursor, good, sight(reader, actor), user.language if user is not None else "en")


def seen_thread(tx: Tx, actor: Actor, thread_id: int) -> None:
    """What is open in this thread has been on the screen of its operator. Raises `NotFound`."""
    access_thread(tx, actor, thread_id)
    found = conversations.open_of_thread(tx, thread_id)
    if found is None:
        raise NotFound("conversation")
    handle.read(tx, actor, found)


async def _turn_away(send: Send, code: int) -> None:
    await send({"type": "websocket.close", "code": code, "reason": ""})
