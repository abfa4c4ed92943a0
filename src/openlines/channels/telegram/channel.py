"""Telegram's side of the contract: webhook or long polling, health, and the parts that other modules do."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from openlines.channels.base import (
    Account,
    Answer,
    AuthDead,
    Bubble,
    Call,
    Channel,
    FetchFailed,
    Health,
    Inbound,
    Limits,
    OpenFile,
    Outcome,
    Outgoing,
    Polled,
    RawEvent,
    Request,
    Retry,
    hook_address,
)
from openlines.channels.telegram import parse as parsing
from openlines.channels.telegram import render as rendering
from openlines.channels.telegram import transport
from openlines.channels.telegram.manifest import MANIFEST
from openlines.channels.telegram.transport import Refused, ask
from openlines.support.clock import SECOND, HostClock
from openlines.support.outbound import Http, NoAnswer, NotSent, TooLarge

_PORTS: Final = frozenset({80, 88, 443, 8443})
_POLL_SECONDS: Final = 25
_QUICK: Final = 10.0  # seconds for a question about health
_CONNECTIONS: Final = 40
_FAILING: Final = 90  # an error of the webhook is news for so many seconds
_AFTER_CONFLICT: Final = 10.0
_AFTER_ERROR: Final = 3.0
_CLOCK: Final = HostClock()


class Telegram:
    """See `Channel`."""

    manifest = MANIFEST
    # About one message a second to one chat and thirty to all; short bursts are let through.
    limits = Limits(per_thread=1.0, per_channel=1 / 30, burst=3)

    def verify(self, account: Account, request: Request) -> bool:
        secret = account.secrets.get("webhook_secret")
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        return bool(secret) and secret is not None and secret.matches(given)

    def acknowledge(self, _account: Account, _request: Request) -> Answer:
        return Answer()

    def explode(self, _account: Account, body: bytes) -> list[RawEvent]:
        return parsing.explode(body)

    def parse(self, _account: Account, body: bytes) -> list[Inbound]:
        return parsing.parse(body)

    def render(self, _account: Account, outgoing: Outgoing) -> list[Call]:
        return rendering.render(outgoing)

    def shown(self, call: Call) -> Bubble:
        return rendering.shown(call)

    async def send(self, account: Account, call: Call, http: Http, open_file: OpenFile) -> Outcome:
        return await transport.send(account, call, http, open_file)

    async def connect(self, account: Account, http: Http) -> Health:
        """Webhook when there is an address that Telegram takes, long polling otherwise."""
        try:
            facts = {"bot": _bot(await ask(account, http, "getMe", within=_QUICK))}
            info = await ask(account, http, "getWebhookInfo", within=_QUICK)
            address = hook_address(account, MANIFEST.kind)
            if address is None or not _suitable(address):
                if info.get("url"):
                    await ask(account, http, "deleteWebhook", {"drop_pending_updates": False}, within=_QUICK)
                return Health(True, "webhook_refused" if address else "", facts=facts, by="poll")
            return await self._set_webhook(account, http, address, info, facts)
        except (Refused, NotSent, NoAnswer, TooLarge) as problem:
            return _trouble(problem)

    async def _set_webhook(
        self, account: Account, http: Http, address: str, info: Mapping[str, Any], facts: Mapping[str, Any]
    ) -> Health:
        if info.get("url") == address and info.get("last_error_date"):
            # The same address again would be answered with "already set", and nothing looked at anew.
            await ask(account, http, "deleteWebhook", {"drop_pending_updates": False}, within=_QUICK)
        try:
            await ask(
                account,
                http,
                "setWebhook",
                {
                    "url": address,
                    "secret_token": account.secrets["webhook_secret"].reveal(),
                    "allowed_updates": list(parsing.ALLOWED_UPDATES),
                    "max_connections": _CONNECTIONS,
                },
                within=_QUICK,
            )
        except Refused as refused:
            if refused.reply.code != 400:
                raise
            await ask(account, http, "deleteWebhook", {"drop_pending_updates": False}, within=_QUICK)
            return Health(True, "webhook_refused", refused.reply.description, facts, "poll")
        return Health(True, facts=facts, by="webhook")

    async def check(self, account: Account, http: Http) -> Health:
        try:
            facts = {"bot": _bot(await ask(account, http, "getMe", within=_QUICK))}
            info = await ask(account, http, "getWebhookInfo", within=_QUICK)
        except (Refused, NotSent, NoAnswer, TooLarge) as problem:
            return _trouble(problem)
        address = hook_address(account, MANIFEST.kind)
        wanted = address if address is not None and _suitable(address) else ""
        by: Any = "webhook" if wanted else "poll"
        if info.get("url", "") != wanted:
            return Health(False, "webhook_lost", _told(account, info.get("url", "")), facts, by, again=True)
        # Telegram's clock, as good as ours: the question is only whether this happened just now.
        age = _CLOCK.now() // SECOND - int(info.get("last_error_date") or 0)
        if wanted and info.get("pending_update_count") and age < _FAILING:
            return Health(False, "webhook_failing", str(info.get("last_error_message", ""))[:200], facts, by)
        return Health(True, facts=facts, by=by)

    async def disconnect(self, account: Account, http: Http) -> None:
        await ask(account, http, "deleteWebhook", {"drop_pending_updates": False}, within=_QUICK)

    async def poll(self, account: Account, cursor: str, http: Http) -> Polled | Retry | AuthDead:
        params: dict[str, Any] = {"timeout": _POLL_SECONDS, "allowed_updates": list(parsing.ALLOWED_UPDATES)}
        if cursor:
            params["offset"] = int(cursor)
        try:
            updates = await ask(account, http, "getUpdates", params, within=_POLL_SECONDS + _QUICK)
        except Refused as refused:
            return _cannot_poll(refused)
        except (NotSent, NoAnswer, TooLarge) as problem:
            return Retry(_AFTER_ERROR, "channel", "vendor_unreachable", str(problem))
        if not updates:
            # All that came is confirmed, so the next question needs no offset. One kept for a week of silence
            # would be harmful: the numbering then starts anew somewhere else.
            return Polled((), "")
        return Polled(parsing.explode_many(updates), str(int(updates[-1]["update_id"]) + 1))

    async def answer_press(self, account: Account, answer: str, text: str, http: Http) -> None:
        await ask(
            account, http, "answerCallbackQuery", {"callback_query_id": answer, "text": text[:200]}, within=_QUICK
        )

    async def typing(self, account: Account, external_id: str, http: Http) -> None:
        await ask(account, http, "sendChatAction", {"chat_id": int(external_id), "action": "typing"}, within=_QUICK)

    async def fetch(self, account: Account, ref: str, http: Http) -> AsyncIterator[bytes]:
        what, _, value = ref.partition(":")
        limit = MANIFEST.capabilities.incoming_file_limit
        file_id = await self._photo(account, int(value), http) if what == "photo" else value
        async for piece in transport.fetch(account, file_id, http, limit):
            yield piece

    async def _photo(self, account: Account, user_id: int, http: Http) -> str:
        """The file of a customer's present photo, large enough for a face on a screen."""
        try:
            photos = await ask(account, http, "getUserProfilePhotos", {"user_id": user_id, "limit": 1}, within=_QUICK)
        except Refused:
            raise FetchFailed("no_photo", again=False) from None
        except (NotSent, NoAnswer, TooLarge):
            raise FetchFailed("vendor_unreachable", again=True) from None
        if not photos.get("photos"):
            raise FetchFailed("no_photo", again=False)
        sizes = sorted(photos["photos"][0], key=lambda size: int(size["width"]))
        fitting = [size for size in sizes if size["width"] >= 160] or sizes[-1:]
        return str(fitting[0]["file_id"])


def _bot(me: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": me.get("id"), "name": me.get("first_name", ""), "username": me.get("username", "")}


def _told(account: Account, address: Any) -> str:
    """Somebody else's address, without the token: many programs have it there."""
    return str(address).replace(account.secrets["token"].reveal().partition(":")[2], "…")[:200]


def _suitable(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" and (parts.port or 443) in _PORTS


def _trouble(problem: Exception) -> Health:
    if not isinstance(problem, Refused):
        return Health(False, "vendor_unreachable", str(problem))
    match transport.refusal(problem.reply):
        case AuthDead(code, detail):
            return Health(False, code, detail)
        case Retry():
            return Health(False, "too_many_requests", problem.reply.description)
        case _:
            return Health(False, "vendor_unreachable", problem.reply.description)


def _cannot_poll(refused: Refused) -> Retry | AuthDead:
    reply = refused.reply
    if reply.code == 409:
        # Either a webhook was set behind our back, or somebody else polls with our token.
        lost = "webhook is active" in reply.description or "setWebhook" in reply.description
        return Retry(_AFTER_CONFLICT, "channel", "webhook_lost" if lost else "token_shared", reply.description)
    match transport.refusal(reply):
        case AuthDead() as dead:
            return dead
        case Retry(after, _, code):
            return Retry(after, "channel", code, reply.description)
        case _:
            return Retry(_AFTER_ERROR, "channel", "vendor_unreachable", f"{reply.code} {reply.description}")


CHANNEL: Final[Channel] = Telegram()
