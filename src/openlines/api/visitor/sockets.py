"""The visitors' sockets: who says hello with a token hears his own thread, from the message he saw last."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec

from openlines.api.asgi import Receive, Scope, Send, address_of, header
from openlines.api.edge import Edge
from openlines.api.visitor import identity
from openlines.api.visitor.sites import KnownSite, Sites
from openlines.realtime import frames
from openlines.realtime.visitors import VisitorSession, visitor_conversation, visitor_message
from openlines.services import visitors
from openlines.services.errors import NotFound
from openlines.store import StoreError
from openlines.support.limits import Buckets
from openlines.support.log import logger

UNKNOWN: Final = 4401
FORBIDDEN: Final = 4403
BAD_FRAME: Final = 4400
TOO_MANY: Final = 4429
AWAY: Final = 1013
MOST_BYTES: Final = 16 * 1024
HELLO_WITHIN: Final = 20.0  # seconds
TYPED: Final = 500  # characters of what is being typed


class VisitorHello(msgspec.Struct, tag="hello"):
    token: str
    after: int = 0


class VisitorTyping(msgspec.Struct, tag="typing"):
    text: str = ""


class VisitorDelivered(msgspec.Struct, tag="delivered"):
    seq: int


class VisitorRead(msgspec.Struct, tag="read"):
    seq: int


log = logger(__name__)
_decode = msgspec.json.Decoder(VisitorHello | VisitorTyping | VisitorDelivered | VisitorRead).decode


class _Wire:
    """One accepted connection of the web server."""

    __slots__ = ("_send",)

    def __init__(self, send: Send) -> None:
        self._send = send

    async def send(self, text: str) -> None:
        await self._send({"type": "websocket.send", "text": text, "bytes": None})

    async def close(self, code: int) -> None:
        await self._send({"type": "websocket.close", "code": code, "reason": ""})


class VisitorSockets:
    def __init__(
        self,
        edge: Edge,
        sites: Sites,
        signing_key: Callable[[KnownSite], str],
        language_of: Callable[[str], str],
    ) -> None:
        self._edge = edge
        self._sites = sites
        self._signing_key = signing_key
        self._language_of = language_of  # of a newcomer, by his identity
        self._frames = Buckets(rate=10, burst=40)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = scope["path"].rsplit("/", 2)[-2]
        await receive()  # websocket.connect
        refused = TOO_MANY if self._edge.limits.address.take(address_of(scope)) else 0
        site = None
        try:
            if not refused:
                site = await self._sites.find(key)
        except NotFound:
            refused = FORBIDDEN
        except StoreError:
            refused = AWAY
        if refused or site is None or not self._own_page(scope, site):
            await send({"type": "websocket.close", "code": refused or FORBIDDEN, "reason": ""})
            return
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        await self._serve(site, receive, _Wire(send))

    def _own_page(self, scope: Scope, site: KnownSite) -> bool:
        """Our own frame, or a page that may carry the chat; a program names no origin."""
        origin = header(scope, b"origin")
        host = header(scope, b"host")
        return not origin or origin.partition("://")[2] == host or site.allows(origin)

    async def _serve(self, site: KnownSite, receive: Receive, wire: _Wire) -> None:
        session: VisitorSession | None = None
        try:
            while True:
                # Whoever has not said who he is costs a connection and gives nothing for it.
                async with asyncio.timeout(None if session is not None else HELLO_WITHIN):
                    text = await _next(receive)
                if text is None:
                    return
                try:
                    frame = _decode(text)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    await wire.close(BAD_FRAME)
                    return
                if session is None:
                    session = await self._enter(site, frame, wire)
                    if session is None:
                        return
                elif not self._frames.take(session.external_id):
                    await self._heard(session, frame)
        except TimeoutError:
            await wire.close(UNKNOWN)
        except StoreError as error:
            log.warning("a visitor's socket was given up", error=repr(error))
            await wire.close(AWAY)
        finally:
            if session is not None:
                self._edge.hub.leave_visitor(session)

    async def _enter(self, site: KnownSite, frame: Any, wire: _Wire) -> VisitorSession | None:
        visitor = identity.known(frame.token, self._signing_key(site)) if isinstance(frame, VisitorHello) else None
        if visitor is None:
            await wire.close(UNKNOWN)
            return None
        hub, store = self._edge.hub, self._edge.store
        thread_id = await store.read(visitors.thread_of, site.channel_id, visitor.external_id)
        session = VisitorSession(
            wire,
            site.channel_id,
            visitor.external_id,
            thread_id,
            line_id=site.line_id,
            language=self._language_of(visitor.external_id),
        )
        # Joined before the history is read: what commits in between comes twice, and a repeat is harmless.
        hub.join_visitor(session)
        try:
            await self._tell_history(session, frame.after)
        except BaseException:
            hub.leave_visitor(session)
            raise
        return session

    async def _tell_history(self, session: VisitorSession, after: int) -> None:
        hub = self._edge.hub
        card = await self._edge.store.read(visitors.card, session.channel_id, session.external_id)
        if card.thread is not None:
            session.language = card.language or session.language
        if card.conversation is not None and card.conversation.state != "closed":
            session.line_id = card.conversation.line_id
        if card.thread is not None and session.thread_id is None:
            hub.visitor_arrived(session.channel_id, session.external_id, card.thread.id)
        ready: dict[str, Any] = {"last_seq": card.last_seq, "read_by_staff": card.read_by_staff}
        if card.thread is not None:
            ready["delivered"] = card.thread.delivered_seq
        session.push(frames.visitor("ready", ready))
        missed = [visitor_message(row, card.people, card.language) for row in card.messages if row.seq > after]
        if missed:
            session.push(frames.visitor("messages", {"items": missed}))
        if card.conversation is not None:
            shown = visitor_conversation(card.conversation, card.people, card.language)
            session.push(frames.visitor("conversation", {"conversation": shown}))
            if card.conversation.state == "waiting":
                hub.queue.follow(session, card.conversation.line_id, card.conversation.id)

    async def _heard(self, session: VisitorSession, frame: Any) -> None:
        match frame:
            case VisitorTyping(text):
                self._edge.hub.typed_by_customer(session, text[:TYPED])
            case VisitorDelivered(seq):
                await self._seen(session, delivered=seq)
            case VisitorRead(seq):
                await self._seen(session, read=seq)

    async def _seen(self, session: VisitorSession, **how_far: int) -> None:
        if not all(0 < seq < 2**53 for seq in how_far.values()):
            return
        try:
            await self._edge.store.write(visitors.seen, session.channel_id, session.external_id, **how_far)
        except StoreError:
            return  # the next mark says the same and more


async def _next(receive: Receive) -> bytes | None:
    """The next frame; None when the other side has gone. A frame that is too large is as bad as a wrong one."""
    event = await receive()
    if event["type"] != "websocket.receive":
        return None
    text = event.get("text")
    raw: bytes = text.encode("utf-8", "surrogatepass") if text is not None else (event.get("bytes") or b"")
    return raw if len(raw) <= MOST_BYTES else b"{"
