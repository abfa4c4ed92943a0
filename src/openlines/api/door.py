"""The front door, around everything: who is really asking, which headers every answer carries, what is counted."""

import ipaddress
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from time import perf_counter
from typing import Any, Final

from openlines.api.asgi import App, Header, Message, Receive, Scope, Send

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Answers of the API are data: no page of anybody may frame, run or keep them.
_DATA_POLICY: Final = b"default-src 'none'; frame-ancestors 'none'"
_ALWAYS: Final[Sequence[Header]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), payment=(), usb=()"),
)
_BY_DEFAULT: Final[Sequence[Header]] = (
    (b"content-security-policy", _DATA_POLICY),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
# For this host alone: a portal at example.org does not decide how the names below it are served.
_HSTS: Final[Header] = (b"strict-transport-security", b"max-age=31536000")

# Upper bounds of the histogram, seconds.
BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Traffic:
    """What went through the door; read by the metrics page."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()  # (area, method, status)
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.buckets: Counter[tuple[str, float]] = Counter()
        self.sockets: Counter[str] = Counter()

    def count(self, area: str, method: str, status: int, seconds: float) -> None:
        self.requests[area, method, status] += 1
        self.seconds[area] += seconds
        for bound in BOUNDS:
            if seconds <= bound:
                self.buckets[area, bound] += 1
                break


class Door:
    """The outermost ASGI application."""

    def __init__(self, app: App, *, trusted: Sequence[Network], traffic: Traffic) -> None:
        self._app = app
        self._trusted = trusted
        self._traffic = traffic
        self._known: dict[str, bool] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "lifespan":
            await self._app(scope, receive, send)
            return
        self._believe(scope)
        if kind == "websocket":
            await self._app(scope, receive, send)
            return
        area, method = area_of(scope["path"]), scope["method"]
        began = perf_counter()
        status = 500

        async def send_dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = dressed(message["headers"], scope["scheme"])
            await send(message)

        try:
            await self._app(scope, receive, send_dressed)
        finally:
            self._traffic.count(area, method, status, perf_counter() - began)

    def _believe(self, scope: Scope) -> None:
        """Take address and scheme from the proxies that we trust, and only from them."""
        client = scope.get("client")
        if client is None or not self._trusts(client[0]):
            return
        for key, value in scope["headers"]:
            if key == b"x-forwarded-for":
                scope["client"] = (self._real(value.decode("latin-1"), client[0]), 0)
            elif key == b"x-forwarded-proto":
                secure = value.strip() == b"https"
                web = scope["type"] == "http"
                scope["scheme"] = ("https" if secure else "http") if web else ("wss" if secure else "ws")

    def _real(self, forwarded: str, peer: str) -> str:
        """The last address in the chain that is no proxy of ours: what stands before it, its sender chose."""
        found = peer
        for each in reversed(forwarded[-1000:].split(",")):
            address = each.strip()
            if _parsed(address) is None:
                break
            found = address
            if not self._trusts(address):
                break
        return found

    def _trusts(self, address: str) -> bool:
        known = self._known.get(address)
        if known is None:
            if len(self._known) > 10_000:
                self._known.clear()
            parsed = _parsed(address)
            known = parsed is not None and any(
                parsed in network for network in self._trusted if network.version == parsed.version
            )
            self._known[address] = known
        return known


def dressed(headers: Any, scheme: str) -> list[Header]:
    """The answer's own headers, and after them ours that it does not set itself."""
    own = list(headers)
    present = {key for key, _ in own}
    own += _ALWAYS
    own += [each for each in _BY_DEFAULT if each[0] not in present]
    if scheme == "https":
        own.append(_HSTS)
    return own


def area_of(path: str) -> str:
    """Which part of the house a request went to, for the metrics: few values, whatever is asked for."""
    if path.startswith("/api/v1/widget/"):
        return "visitor"
    if path.startswith("/api/"):
        return "staff"
    if path.startswith("/hooks/"):
        return "hooks"
    return "ops" if path in {"/healthz", "/readyz", "/metrics"} else "pages"


@lru_cache(maxsize=10_000)
def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None
