"""The HTTP client, loaded by whoever makes the first request: it is a quarter of what a start would load, and a
portal that only has a chat on its website calls nobody."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from openlines.support.outbound import Http, HttpAnswer, Part

if TYPE_CHECKING:
    from openlines.support.http import Client


class LateClient:
    """What `support.http.Client` is, once it is needed."""

    def __init__(self, user_agent: str) -> None:
        self._user_agent = user_agent
        self._client: Client | None = None

    def allowing(self, *bases: str) -> Http:
        """See `Client.allowing`; what it raises is raised by the first request."""
        return _LateHttp(self, bases)

    def client(self) -> "Client":
        if self._client is None:
            from openlines.support.http import Client

            self._client = Client(self._user_agent)
        return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()


class _LateHttp:
    """An `Http` whose client comes with the first request."""

    def __init__(self, late: LateClient, bases: tuple[str, ...]) -> None:
        self._late = late
        self._bases = bases
        self._http: Http | None = None

    def _ready(self) -> Http:
        if self._http is None:
            self._http = self._late.client().allowing(*self._bases)
        return self._http

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
        return await self._ready().request(
            method, url, headers=headers, json=json, form=form, body=body, within=within, limit=limit
        )

    async def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, limit: int, within: float = 60.0
    ) -> AsyncIterator[bytes]:
        async for piece in self._ready().stream(url, headers=headers, limit=limit, within=within):
            yield piece
