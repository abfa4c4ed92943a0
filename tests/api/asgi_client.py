"""Asks an ASGI application without a network: requests, and sockets that can be listened to."""

import asyncio
import json
from http.cookies import SimpleCookie
from typing import Any, NamedTuple, Self
from urllib.parse import quote, urlsplit

from openlines.api.asgi import App

HOST = "chat.example.org"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    cookies: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    @property
    def code(self) -> str:
        """Of a refusal."""
        return str(self.json.get("code", "")) if self.body and self.status >= 400 else ""


class Browser:
    """A browser, or a program with a key (`key`): keeps cookies, says where its requests come from."""

    def __init__(self, app: App, *, key: str = "", address: str = "203.0.113.7", scheme: str = "https") -> None:
        self.app = app
        self.key = key
        self.address = address
        self.scheme = scheme
        self.cookies: dict[str, str] = {}
        self.language = "en"

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, value: Any = None, **more: Any) -> Answer:
        return await self.ask("POST", path, value, **more)

    async def patch(self, path: str, value: Any = None, **more: Any) -> Answer:
        return await self.ask("PATCH", path, value, **more)

    async def put(self, path: str, value: Any = None, **more: Any) -> Answer:
        return await self.ask("PUT", path, value, **more)

    async def delete(self, path: str, **more: Any) -> Answer:
        return await self.ask("DELETE", path, **more)

    async def ask(
        self,
        method: str,
        path: str,
        value: Any = None,
        *,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request; `value` is sent as JSON, `raw` as it is. A header given as "" is left out."""
        body = raw if raw is not None else b"" if value is None else json.dumps(value).encode()
        own = self._headers(len(body), is_json=value is not None) | {
            name.lower(): text for name, text in (headers or {}).items()
        }
        parts = urlsplit(path)
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": self.scheme,
            "path": parts.path,
            "raw_path": quote(parts.path).encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": _encoded(own),
            "client": (self.address, 50000),
            "server": (HOST, 443),
            "state": {},
            "extensions": {},
        }
        return await self._exchange(scope, body)

    def _headers(self, length: int, *, is_json: bool) -> dict[str, str]:
        headers = {"host": HOST, "accept-language": self.language, "content-length": str(length)}
        if is_json:
            headers["content-type"] = "application/json"
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        else:
            headers["origin"] = f"{self.scheme}://{HOST}"
            headers["sec-fetch-site"] = "same-origin"
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return headers

    async def _exchange(self, scope: dict[str, Any], body: bytes) -> Answer:
        sent: list[Any] = []
        told = False
        complete = asyncio.Event()

        async def receive() -> dict[str, Any]:
            nonlocal told
            if told:
                await complete.wait()
                return {"type": "http.disconnect"}
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                complete.set()

        await self.app(scope, receive, send)
        start = sent[0]
        pairs = [(key.decode(), value.decode("latin-1")) for key, value in start["headers"]]
        cookies: dict[str, str] = {}
        for name, text in pairs:
            if name == "set-cookie":
                for key, morsel in SimpleCookie(text).items():
                    cookies[key] = morsel.value
        for name, value in cookies.items():
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return Answer(start["status"], dict(pairs), b"".join(each.get("body", b"") for each in sent[1:]), cookies)

    def socket(self, path: str = "/api/v1/socket", *, headers: dict[str, str] | None = None) -> "Socket":
        """A socket of this browser, not connected yet."""
        own = self._headers(0, is_json=False) | {name.lower(): text for name, text in (headers or {}).items()}
        del own["content-length"]
        scope: dict[str, Any] = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if self.scheme == "https" else "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": _encoded(own),
            "client": (self.address, 50000),
            "server": (HOST, 443),
            "subprotocols": [],
            "state": {},
            "extensions": {},
        }
        return Socket(self.app, scope)


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), text.encode("latin-1", "surrogateescape")) for name, text in headers.items() if text]


class Socket:
    """One WebSocket; remembers everything it was ever told, byte for byte."""

    def __init__(self, app: App, scope: dict[str, Any]) -> None:
        self._app = app
        self._scope = scope
        self._up: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._down: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.accepted = False
        self.closed: int | None = None
        self.told: list[str] = []

    async def __aenter__(self) -> Self:
        self._up.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._up.put_nowait({"type": "websocket.disconnect", "code": 1000})
        assert self._task is not None
        await asyncio.wait_for(self._task, 10)

    async def _run(self) -> None:
        await self._app(self._scope, self._up.get, self._send)
        self._down.put_nowait(None)

    async def _send(self, message: Any) -> None:
        if message["type"] == "websocket.accept":
            self.accepted = True
        elif message["type"] == "websocket.close":
            self.closed = message["code"]
            self._down.put_nowait(None)
            self._up.put_nowait({"type": "websocket.disconnect", "code": message["code"]})
        else:
            self.told.append(message["text"])
            self._down.put_nowait(json.loads(message["text"]))

    def say(self, frame: Any) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        self._up.put_nowait({"type": "websocket.receive", "text": text})

    def say_bytes(self, data: bytes) -> None:
        self._up.put_nowait({"type": "websocket.receive", "bytes": data})

    async def hear(self, kind: str | None = None, *, within: float = 20.0) -> Any:
        """The next frame (of this kind; others are passed over). Raises TimeoutError; None when it was closed."""
        async with asyncio.timeout(within):
            while True:
                frame = await self._down.get()
                if frame is None or kind is None or frame["type"] == kind:
                    return frame

    async def silence(self, seconds: float = 0.2) -> list[Any]:
        """Everything that comes until nothing has come for a while."""
        heard: list[Any] = []
        while True:
            try:
                frame = await self.hear(within=seconds)
            except TimeoutError:
                return heard
            if frame is None:
                return heard
            heard.append(frame)

    async def ended(self, within: float = 20.0) -> int:
        """Wait for the end; its code."""
        assert self._task is not None
        await asyncio.wait_for(asyncio.shield(self._task), within)
        assert self.closed is not None
        return self.closed
