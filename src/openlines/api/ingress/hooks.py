"""What vendors tell us: proven, kept as it came, answered. Understanding it is somebody else's work and comes later.

A parser that cannot read something never becomes an error for the vendor, who would repeat it for days and then
switch us off; the raw body is kept all the same and put aside with the reason.
"""

import hashlib
from collections.abc import Callable
from typing import Final, NamedTuple

from openlines.api.asgi import Disconnected, Receive, Scope, Send, answer, headers_of, query_of, read_body, refuse
from openlines.api.refusals import HttpRefused, said
from openlines.channels.base import Account, Answer, Channel, RawEvent, Request
from openlines.services import inbox
from openlines.store import Store, channels
from openlines.store.channels import ChannelRow
from openlines.support.log import logger
from openlines.support.secrets import SecretsUnreadable

PREFIX: Final = "/hooks/"
BODY_LIMIT: Final = 4_000_000

log = logger(__name__)


class Opened(NamedTuple):
    """A channel whose secrets are open."""

    channel: Channel
    account: Account


class Hooks:
    """An ASGI application for `/hooks/{kind}/{channel key}`. `open_channel` opens a channel's secrets."""

    def __init__(self, store: Store, open_channel: Callable[[ChannelRow], Opened | None]) -> None:
        self._store = store
        self._open_channel = open_channel

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            told = await self._hear(scope, receive)
        except Disconnected:
            return
        except Exception as error:
            if said(error).status == 500:
                log.exception("a vendor could not be answered")
            await refuse(scope, send, error)
            return
        await answer(send, told.status, told.body, [(b"content-type", told.content_type.encode())])

    async def _hear(self, scope: Scope, receive: Receive) -> Answer:
        kind, _, key = scope["path"].removeprefix(PREFIX).partition("/")
        row = await self._store.read(channels.by_key, key) if 0 < len(key) <= 64 else None
        opened = self._open(row) if row is not None and row.kind == kind else None
        if row is None or opened is None:
            raise HttpRefused(404, "not_found", what="channel")
        body = await read_body(scope, receive, BODY_LIMIT)
        request = Request(scope["method"], query_of(scope), headers_of(scope), body)
        if not opened.channel.verify(opened.account, request):
            raise HttpRefused(403, "forbidden")
        events = _explode(opened, body)
        if events:
            await self._store.write(inbox.keep, row.id, events, request.headers)
        return opened.channel.acknowledge(opened.account, request)

    def _open(self, row: ChannelRow) -> Opened | None:
        try:
            return self._open_channel(row)
        except SecretsUnreadable as error:
            log.error("a channel's secrets do not open", channel=row.id, error=str(error))
            return None


def _explode(opened: Opened, body: bytes) -> list[RawEvent]:
    """The events of a body; one that cannot be told apart is kept whole, to be put aside by whoever parses it."""
    try:
        return list(opened.channel.explode(opened.account, body))
    except Exception as error:  # noqa: BLE001 - whatever a stranger's body does to a parser
        log.warning("a vendor's body could not be read", channel=opened.account.id, error=repr(error)[:300])
        return [RawEvent(f"unread:{hashlib.sha256(body).hexdigest()}", "", body)] if body else []
