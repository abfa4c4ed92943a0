"""The visitors' side of the API, mounted whole: no work per message that need not be there.

A message is one pass: key → site (memory), token → identity (a hash), two buckets, one decode, one use case whose
answer is the commit. It is described in OpenAPI by hand (`api/visitor/described.py`).
"""

from collections import OrderedDict
from typing import Final
from urllib.parse import unquote

import msgspec

from openlines.api.asgi import (
    JSON,
    Disconnected,
    Receive,
    Scope,
    Send,
    address_of,
    answer,
    encode_headers,
    header,
    query_of,
    refuse,
    stream_body,
)
from openlines.api.edge import Edge
from openlines.api.refusals import HttpRefused, TooMany, said
from openlines.api.serving import find
from openlines.api.visitor import identity
from openlines.api.visitor.asking import Asking
from openlines.api.visitor.call import Call, Handler
from openlines.api.visitor.identity import Visitor
from openlines.api.visitor.letters import ROUTES as LETTERS
from openlines.api.visitor.shapes import Introduction, Opening, Press, Rating, Writing
from openlines.api.visitor.sites import KnownSite, Sites
from openlines.api.visitor.sockets import VisitorSockets
from openlines.api.visitor.views import config, session_view
from openlines.api.words import choose_language
from openlines.core.line import SECOND
from openlines.realtime.visitors import visitor_message
from openlines.services import faces, visitor_asking, visitors
from openlines.services.errors import Invalid, NotFound
from openlines.services.files import add_file
from openlines.services.react import receive_press
from openlines.services.receive import Incoming, Person, Received, receive_message
from openlines.support.log import logger
from openlines.support.secrets import SecretsUnreadable
from openlines.support.stamps import stamp
from openlines.support.tolerant import clean

PREFIX: Final = "/api/v1/widget/"
_MOST_CONTEXTS: Final = 20_000
_MOST_TOLD: Final = 8_000_000  # characters of them
_ID_LIMIT: Final = 64
_PAGE: Final = 50
_MOST_PAGE: Final = 100
_LONGEST_NUMBER: Final = 15  # digits
# What a browser asks before the first request of a page, and only then.
_PREFLIGHT: Final = (
    (b"access-control-allow-headers", b"authorization, content-type, accept-language, x-file-name"),
    (b"access-control-allow-methods", b"GET, POST, PATCH"),
    (b"access-control-max-age", b"86400"),
)
_CONTEXT_LIMIT: Final = 2000  # characters of an address or a title

_writing = msgspec.json.Decoder(Writing)
_opening = msgspec.json.Decoder(Opening)
_introduction = msgspec.json.Decoder(Introduction)
_rating = msgspec.json.Decoder(Rating)
_press = msgspec.json.Decoder(Press)

log = logger(__name__)


class VisitorApi:
    """An ASGI application. `hub` and the rest come with the edge."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.sites = Sites(edge.store)
        edge.hub.watch(self.sites.watch)
        # What a window told of itself before the first words; lost with the node, and no harm done.
        self._contexts: OrderedDict[str, Person] = OrderedDict()
        self._told = 0
        self._keys: dict[str, str] = {}
        self._sockets = VisitorSockets(edge, self.sites, self.signing_key, self._language_of)
        self._routes: dict[tuple[str, str], Handler] = {
            ("POST", "messages"): self._write,
            ("GET", "messages"): self._history,
            ("GET", "config"): self._config,
            ("POST", "session"): self._open,
            ("PATCH", "session"): self._introduce,
            ("POST", "files"): self._upload,
            ("POST", "rating"): self._rate,
            ("POST", "press"): self._press,
            **LETTERS,
            **Asking(lambda external_id: self._contexts.get(external_id, Person())).routes,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._sockets(scope, receive, send)
            return
        try:
            await self._serve(scope, receive, send)
        except Disconnected:
            return
        except Exception as error:
            if said(error).status == 500:
                log.exception("a visitor's request failed", path=scope["path"])
            await refuse(scope, send, error)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        key, _, rest = scope["path"].removeprefix(PREFIX).partition("/")
        method = scope["method"]
        wait = self.edge.limits.address.take(address_of(scope))
        if wait:
            raise TooMany(wait)
        site = await self.sites.find(key)
        call = Call(self, site, scope, receive, send)
        if method == "OPTIONS":
            allowed = self.allow(scope, site)
            await answer(send, 204, b"", [*allowed, *_PREFLIGHT] if allowed else ())
            return
        if rest.startswith("files/") and method == "GET":
            await self._file(call, unquote(rest[len("files/") :]))
            return
        handler = self._routes.get((method, rest))
        if handler is None:
            known = ["GET"] if rest.startswith("files/") else [each for each, path in self._routes if path == rest]
            if known:
                methods = ", ".join(sorted([*known, "OPTIONS"]))
                raise HttpRefused(405, "method_not_allowed", headers={"allow": methods}, method=method)
            raise HttpRefused(404, "not_found", what="path")
        await handler(call)

    def allow(self, scope: Scope, site: KnownSite) -> list[tuple[bytes, bytes]]:
        """CORS: exactly the site's own origins, without credentials."""
        origin = header(scope, b"origin")
        if not origin or not site.allows(origin):
            return []
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"vary", b"origin"),
            (b"cross-origin-resource-policy", b"cross-origin"),
        ]

    def signing_key(self, site: KnownSite) -> str:
        """The key by which the site vouches for its customers, unsealed once. One that does not open vouches for
        nobody, and keeps nobody else from writing."""
        if not site.sealed:
            return ""
        found = self._keys.get(site.sealed)
        if found is None:
            if len(self._keys) > 1000:
                self._keys.clear()
            found = self._keys[site.sealed] = self._unsealed(site)
        return found

    def _unsealed(self, site: KnownSite) -> str:
        try:
            secret = self.edge.seal.open("channels", site.channel_id, site.sealed).get("identity_key")
        except SecretsUnreadable as error:
            log.error("a channel's secrets do not open", channel=site.channel_id, error=str(error))
            return ""
        return secret.reveal() if secret is not None else ""

    def count(self, call: Call, visitor: Visitor, *, begins: bool = False) -> None:
        """Count something that a visitor wants written, and himself where that may begin a thread: a token can be made
        up, so whoever has opened no window here is taken for new. Raises `TooMany`."""
        limits = self.edge.limits
        wait = limits.visitor.take(visitor.external_id)
        if begins and not wait and visitor.external_id not in self._contexts:
            wait = limits.newcomers.take(address_of(call.scope))
        if wait:
            raise TooMany(wait)

    # --- the hot path ---------------------------------------------------------------------------------------

    async def _write(self, call: Call) -> None:
        visitor = call.visitor()
        wait = self.edge.limits.visitor.take(visitor.external_id)
        if wait:
            raise TooMany(wait)
        words = await call.body(_writing)
        if not 0 < len(words.client_message_id) <= _ID_LIMIT:
            raise Invalid.field("client_message_id", "out_of_range", {"least": 1, "most": _ID_LIMIT})
        text = words.text.replace("\x00", "\u2400")
        if not text.strip() and not words.files:
            raise Invalid.field("text", "text_needed")
        if len(text) > visitors.TEXT_LIMIT:
            raise Invalid.field("text", "too_long", {"most": visitors.TEXT_LIMIT})
        person = self._contexts.get(visitor.external_id)
        if person is None and (wait := self.edge.limits.newcomers.wait(address_of(call.scope))):
            raise TooMany(wait)  # a token may be made up: newcomers are counted where they opened no window, too
        incoming = Incoming(visitor.external_id, words.client_message_id, text, person=person)
        store, channel_id = self.edge.store, call.site.channel_id
        if call.site.gated:
            received = await self._write_answered(call.site, incoming, tuple(words.files))
        elif words.files:
            received = await store.write(visitors.write_with_files, channel_id, incoming, tuple(words.files))
        else:
            received = await store.write(receive_message, channel_id, incoming, about=visitor.external_id)
        if person is None and received.seq == 1 and not received.repeated:
            self.edge.limits.newcomers.take(address_of(call.scope))
        self.edge.hub.visitor_arrived(channel_id, visitor.external_id, received.thread_id)
        body = b'{"id":%d,"seq":%d,"at":"%s"}' % (received.message_id, received.seq, stamp(received.at).encode())
        headers = self.allow(call.scope, call.site)
        await answer(call.send, 200 if received.repeated else 201, body, (JSON, *headers) if headers else (JSON,))

    async def _write_answered(self, site: KnownSite, incoming: Incoming, file_ids: tuple[str, ...]) -> Received:
        """On a line that asks something before the first words."""
        write, gate = self.edge.store.write, visitor_asking.write_answered
        if file_ids:
            return await write(gate, site.rules, visitors.write_with_files, site.channel_id, incoming, file_ids)
        return await write(gate, site.rules, receive_message, site.channel_id, incoming)

    # --- the rest -------------------------------------------------------------------------------------------

    async def _config(self, call: Call) -> None:
        language = query_of(call.scope).get("lang", "") or header(call.scope, b"accept-language")
        spoken = choose_language(language)
        people, somebody = await self.edge.store.read(faces.present, call.site.line_id, spoken)
        now = self.edge.store.clock.now()
        await call.answer(config(call.site, language, people, somebody=somebody, now=now, limit=self.edge.file_limit))

    async def _open(self, call: Call) -> None:
        given = await call.body(_opening)
        key = self.signing_key(call.site)
        visitor = identity.known(given.token, key) if given.token else None
        store, channel_id = self.edge.store, call.site.channel_id
        if given.identity:
            if not key:
                raise HttpRefused(403, "identity_no_key")
            signed = identity.vouched(given.identity, key, call.site.key, store.clock.now() // SECOND)
            anonymous = visitor.external_id if visitor is not None and visitor.token.startswith("olv_") else None
            await store.write(visitors.vouched, channel_id, anonymous, signed.visitor.external_id, signed.person)
            visitor = signed.visitor
        if visitor is None:
            wait = self.edge.limits.newcomers.take(address_of(call.scope))
            if wait:
                raise TooMany(wait)
            visitor = identity.newcomer()
            made_up = False
        else:
            # So may a token be that nobody has used yet.
            made_up = not given.identity and visitor.external_id not in self._contexts
        context = _context(given, call.scope)
        card = await store.read(visitors.card, channel_id, visitor.external_id)
        if made_up and card.thread is None and (wait := self.edge.limits.newcomers.take(address_of(call.scope))):
            raise TooMany(wait)
        self._remember(visitor.external_id, given, context)
        if card.thread is not None and card.thread.context != context:
            await store.write(visitors.came, channel_id, visitor.external_id, context)
        view = session_view(visitor.token, card)
        if call.site.asks:
            language, site = choose_language(given.language), call.site
            asks = await store.read(visitor_asking.asks, site.rules, site.line_id, card, language)
            view |= {"asks": asks} if asks else {}
        await call.answer(view)

    def _remember(self, external_id: str, given: Opening, context: str) -> None:
        language = "ru" if given.language.lower().startswith("ru") else "en" if given.language else ""
        person = Person(language=language, time_zone=given.time_zone[:64], context=context)
        old, self._contexts[external_id] = self._contexts.get(external_id), person
        self._contexts.move_to_end(external_id)
        self._told += len(context) - (len(old.context) if old is not None else 0)
        while len(self._contexts) > _MOST_CONTEXTS or self._told > _MOST_TOLD:
            self._told -= len(self._contexts.popitem(last=False)[1].context)

    def _language_of(self, external_id: str) -> str:
        known = self._contexts.get(external_id)
        return known.language if known is not None else ""

    async def _introduce(self, call: Call) -> None:
        visitor = call.visitor()
        given = await call.body(_introduction)
        store, channel_id = self.edge.store, call.site.channel_id
        if given.read_seq > 0:
            await store.write(
                visitors.seen, channel_id, visitor.external_id, delivered=given.read_seq, read=given.read_seq
            )
        if given.name or given.email or given.phone or given.data:
            self.count(call, visitor, begins=True)
            person = self._contexts.get(visitor.external_id, Person())
            name, email, phone = (clean(each).strip() for each in (given.name, given.email, given.phone))
            person = person._replace(name=name, email=email, phone=phone)
            await store.write(visitors.introduce, channel_id, visitor.external_id, person, clean(given.data))
        await call.answer({})

    async def _history(self, call: Call) -> None:
        visitor = call.visitor()
        query = query_of(call.scope)
        before, after, limit = (_number(name, query.get(name)) for name in ("before", "after", "limit"))
        if limit is not None and not 1 <= limit <= _MOST_PAGE:
            raise Invalid.field("limit", "out_of_range", {"least": 1, "most": _MOST_PAGE})
        try:
            rows, more, people, language = await self.edge.store.read(
                visitors.history,
                call.site.channel_id,
                visitor.external_id,
                before=before,
                after=after,
                limit=limit or _PAGE,
            )
        except NotFound:
            await call.answer({"items": [], "more": False})  # he has said nothing yet
            return
        await call.answer({"items": [visitor_message(row, people, language) for row in rows], "more": more})

    async def _rate(self, call: Call) -> None:
        visitor = call.visitor()
        self.count(call, visitor)
        given = await call.body(_rating)
        await self.edge.store.write(
            visitors.rate,
            call.site.channel_id,
            visitor.external_id,
            given.value,
            given.comment,
            given.conversation_id,
        )
        await call.answer({})

    async def _press(self, call: Call) -> None:
        visitor = call.visitor()
        self.count(call, visitor)
        given = await call.body(_press)
        await self.edge.store.write(
            receive_press, call.site.channel_id, visitor.external_id, given.key[:64], f"p{given.message_id}"
        )
        await call.answer({})

    async def _upload(self, call: Call) -> None:
        visitor = call.visitor()
        limits = self.edge.limits
        wait = limits.uploads.take(visitor.external_id) or limits.uploads_address.take(address_of(call.scope))
        if wait:
            raise TooMany(wait)
        limit = self.edge.file_limit
        name = unquote(header(call.scope, b"x-file-name"))[:255] or "file"
        kept = await self.edge.files.keep(
            stream_body(call.scope, call.receive, limit),
            name=name,
            declared=header(call.scope, b"content-type"),
            limit=limit,
        )
        if not kept.size:
            raise HttpRefused(422, "file_empty")
        row = await self.edge.store.write(
            add_file,
            hash_=kept.hash,
            name=kept.name,
            size=kept.size,
            type_=kept.type,
            width=kept.width,
            height=kept.height,
        )
        await call.answer(row.shown(), 201)

    async def _file(self, call: Call, file_id: str) -> None:
        visitor = call.visitor()
        row = await self.edge.store.read(visitors.file_of, call.site.channel_id, visitor.external_id, file_id)
        found = await find(self.edge, row, preview="preview" in query_of(call.scope))
        facts = {**found.headers, "content-type": found.type, "content-length": found.size}
        headers = [*encode_headers(facts), *self.allow(call.scope, call.site)]
        await call.send({"type": "http.response.start", "status": 200, "headers": headers})
        async for piece in found.body:
            await call.send({"type": "http.response.body", "body": piece, "more_body": True})
        await call.send({"type": "http.response.body", "body": b"", "more_body": False})


def _number(name: str, text: str | None) -> int | None:
    """A number of the address; what is none is refused rather than passed over."""
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        raise Invalid.field(name, "bad_value")
    return int(text)


def _context(given: Opening, scope: Scope) -> str:
    """What the visitor's card shows of his window: words only, and never too many."""
    facts = {
        "page": given.page[:_CONTEXT_LIMIT],
        "title": given.title[:300],
        "referrer": given.referrer[:_CONTEXT_LIMIT],
        "language": given.language[:35],
        "time_zone": given.time_zone[:64],
        "device": header(scope, b"user-agent")[:300],
    }
    return msgspec.json.encode({name: value for name, value in facts.items() if value}).decode()
