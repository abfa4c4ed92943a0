"""The one client that talks HTTP to others: guarded, bounded, and exact about whether bytes have left.

Addresses are checked where they are resolved, so the address that was checked is the address that is connected
to: a name that answers differently the second time gains nothing. Private, loopback and link-local addresses
are refused, except under the origins that an administrator wrote into a channel's settings (`allowing`).
"""

import asyncio
import ipaddress
import json as json_module
import re
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, NoReturn

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.helpers import is_ip_address
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from openlines.support.outbound import BadStatus, Http, HttpAnswer, NoAnswer, NotSent, Part, TooLarge, Unfit

_CONNECT_SECONDS: Final = 10.0
# Shorter than what servers grant: a request on a connection that is just being closed would end in NoAnswer.
_IDLE_SECONDS: Final = 15.0
_PIECE: Final = 64 * 1024
_AT_MOST_CONNECTIONS: Final = 512
# Addresses that lead to IPv4 addresses by other means: NAT64, 6to4, Teredo.
_DETOURS: Final = tuple(
    ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
_NOT_IN_A_HEADER: Final = re.compile(r"[\x00-\x1f\x7f]")


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip.is_site_local or any(ip in network for network in _DETOURS):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def origin(url: str) -> str:
    """Scheme, host and port of an address: what `allowing` compares. Raises `Unfit`."""
    try:
        return str(URL(url).origin())
    except ValueError:
        raise Unfit("not an http(s) address") from None


class _PublicResolver(AbstractResolver):
    """The system's resolver, minus every address that is not public."""

    def __init__(self) -> None:
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        public = [each for each in found if is_public(each["host"])]
        if len(public) != len(found):
            raise _PrivateAddress(host)
        return public

    async def close(self) -> None:
        await self._system.close()


class _PrivateAddress(OSError):
    """A name leads into a private network (one such address among several is enough)."""


class _Course:
    """How far one request has come."""

    __slots__ = ("broken", "sent")

    def __init__(self) -> None:
        self.sent = False
        self.broken: Exception | None = None  # what reading our own file raised


def _tracing() -> aiohttp.TraceConfig:
    async def sent(_session: aiohttp.ClientSession, context: Any, _params: Any) -> None:
        context.trace_request_ctx.sent = True

    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(sent)
    return config


class _Asking:
    """How a request is made, whoever chooses the session for its address."""

    def _session(self, url: URL) -> aiohttp.ClientSession:
        raise NotImplementedError

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Sequence[Part] | None = None,
        body: bytes | None = None,
        within: float = 30.0,
        limit: int = 8_000_000,
    ) -> HttpAnswer:
        target = _address(url)
        session = self._session(target)
        course = _Course()
        content, own = (body, {}) if body is not None else _body(json, form, course)
        try:
            async with (
                asyncio.timeout(within),
                session.request(
                    method,
                    target,
                    data=content,
                    headers={**own, **(headers or {})},
                    allow_redirects=False,
                    trace_request_ctx=course,
                ) as answer,
            ):
                found = b"".join([piece async for piece in _pieces(answer, limit)])
                return HttpAnswer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, found)
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            _explain(problem, course)

    async def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, limit: int, within: float = 60.0
    ) -> AsyncIterator[bytes]:
        target = _address(url)
        session = self._session(target)
        course = _Course()
        try:
            async with (
                asyncio.timeout(within),
                session.get(target, headers=headers, allow_redirects=False, trace_request_ctx=course) as answer,
            ):
                if answer.status != 200:
                    raise BadStatus(answer.status)
                async for piece in _pieces(answer, limit):
                    yield piece
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            _explain(problem, course)


class Client(_Asking):
    """The pooled client of one process, an `Http` for public addresses. `close` it at the end."""

    def __init__(self, user_agent: str) -> None:
        self._user_agent = user_agent
        self._public: aiohttp.ClientSession | None = None
        self._any: aiohttp.ClientSession | None = None

    def allowing(self, *bases: str) -> Http:
        """The same client, which may also ask the origins of `bases` wherever they are. Raises `Unfit`."""
        return _Allowing(self, frozenset(origin(each) for each in bases if each))

    async def close(self) -> None:
        for session in (self._public, self._any):
            if session is not None:
                await session.close()
        self._public = self._any = None

    def session_for_any(self) -> aiohttp.ClientSession:
        """The session that asks every address."""
        if self._any is None:
            self._any = self._open(ThreadedResolver())
        return self._any

    def _session(self, url: URL) -> aiohttp.ClientSession:
        # The connector resolves names only; an address written out is checked here.
        if is_ip_address(url.host) and not is_public(url.host or ""):
            raise Unfit("an address in a private network")
        if self._public is None:
            self._public = self._open(_PublicResolver())
        return self._public

    def _open(self, resolver: AbstractResolver) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=resolver, ttl_dns_cache=30, keepalive_timeout=_IDLE_SECONDS, limit=_AT_MOST_CONNECTIONS
            ),
            # Not decoded: an answer that grows when unpacked is nothing we have asked for.
            auto_decompress=False,
            headers={"User-Agent": self._user_agent, "Accept-Encoding": "identity"},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
            trace_configs=[_tracing()],
        )


class _Allowing(_Asking):
    """The client with origins that may be asked wherever they are."""

    def __init__(self, client: Client, origins: frozenset[str]) -> None:
        self._client = client
        self._origins = origins

    def _session(self, url: URL) -> aiohttp.ClientSession:
        if str(url.origin()) in self._origins:
            return self._client.session_for_any()
        return self._client._session(url)  # noqa: SLF001 - the other half of the same thing


def _address(url: str) -> URL:
    try:
        target = URL(url)
    except ValueError:
        raise Unfit("not an address") from None
    if target.scheme not in {"http", "https"} or not target.host or target.user or target.password:
        raise Unfit("not an http(s) address")
    return target


async def _pieces(answer: aiohttp.ClientResponse, limit: int) -> AsyncIterator[bytes]:
    if (answer.content_length or 0) > limit:
        raise TooLarge(f"more than {limit} bytes")
    size = 0
    async for piece in answer.content.iter_chunked(_PIECE):
        size += len(piece)
        if size > limit:
            raise TooLarge(f"more than {limit} bytes")
        yield piece


def _body(json: Any, form: Sequence[Part] | None, course: _Course) -> tuple[Any, dict[str, str]]:
    if form is None:
        if json is None:
            return None, {}
        return json_module.dumps(json).encode(), {"Content-Type": "application/json"}
    # Names of files go out as they are, in UTF-8, as browsers send them.
    data = aiohttp.FormData(default_to_multipart=True, quote_fields=False)
    for part in form:
        value = part.value if part.chunks is None else _watched(part.chunks, course)
        filename = _NOT_IN_A_HEADER.sub("", part.filename)[:255] or None
        data.add_field(part.name, value, content_type=part.type or None, filename=filename)
    return data, {}


async def _watched(chunks: AsyncIterator[bytes], course: _Course) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield chunk
    except Exception as problem:
        course.broken = problem
        raise


def _explain(problem: Exception, course: _Course) -> NoReturn:
    """What went wrong, in words that hold no address."""
    if course.broken is not None:
        # The body ended in the middle, so nobody can have taken it for a whole request.
        raise course.broken from None
    if _is_private(problem):
        raise Unfit("the name leads into a private network") from None
    words = "timed out" if isinstance(problem, TimeoutError) else type(problem).__name__
    if isinstance(problem, OSError) and problem.strerror and "/" not in problem.strerror:
        words += f": {problem.strerror[:100]}"
    raise (NoAnswer(words) if course.sent else NotSent(words)) from None


def _is_private(problem: BaseException | None) -> bool:
    while problem is not None:
        if isinstance(problem, _PrivateAddress):
            return True
        problem = problem.__cause__ or problem.__context__
    return False
