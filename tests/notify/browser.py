"""The other end of web push: a browser that has subscribed, and the service of its maker, as strict as real ones."""

import asyncio
import json
from typing import Any, Self

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from openlines.notify.push import Browser, _decoded, _point_of, _public, encoded


class FakeBrowser:
    """Has the private half of its keys, and reads what was encrypted for it."""

    def __init__(self, endpoint: str = "http://127.0.0.1:1/push", application: str = "") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = bytes(range(16))
        self.application = application  # the public key that it subscribed with
        self.subscription = Browser(endpoint, encoded(_point_of(self._key.public_key())), encoded(self._auth))

    def read(self, body: bytes) -> bytes:
        """The message. Raises when it was not meant for this browser."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs = body[21 : 21 + length]
        assert size >= len(body) - 21 - length
        shared = self._key.exchange(ec.ECDH(), _public(theirs))
        info = b"WebPush: info\0" + _point_of(self._key.public_key()) + theirs
        ikm = HKDF(SHA256(), 32, self._auth, info).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(ikm)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(ikm)
        plain = AESGCM(key).decrypt(nonce, body[21 + length :], None)
        assert plain.endswith(b"\x02")
        return plain[:-1]


class FakePushService:
    """Takes what a real one takes: signed for itself by the key subscribed with, a TTL, aes128gcm, up to 4 KiB."""

    def __init__(self) -> None:
        self.browsers: dict[str, FakeBrowser] = {}
        self.shown: dict[str, list[dict[str, Any]]] = {}
        self.gone: set[str] = set()
        self.answers: list[int] = []  # instead of taking it, next first
        self.hang = False
        self.asked = 0
        self.base = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/push/{name}", self._push)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def subscribe(self, name: str, application: str) -> Browser:
        browser = FakeBrowser(f"{self.base}/push/{name}", application)
        self.browsers[name] = browser
        self.shown[name] = []
        return browser.subscription

    async def _push(self, request: web.Request) -> web.Response:
        self.asked += 1
        name = request.match_info["name"]
        if self.hang:
            await asyncio.sleep(60)
        if self.answers:
            return web.Response(status=self.answers.pop(0))
        if name in self.gone or name not in self.browsers:
            return web.Response(status=410)
        browser, body = self.browsers[name], await request.read()
        kind, _, rest = request.headers.get("Authorization", "").partition(" ")
        token, _, public = rest.removeprefix("t=").partition(", k=")
        if kind != "vapid" or public != browser.application:
            return web.Response(status=403)
        try:
            claims = jwt.decode(token, _public(_decoded(public)), algorithms=["ES256"], audience=self.base)
        except jwt.PyJWTError:
            return web.Response(status=403)
        if not str(claims.get("sub", "")).startswith(("mailto:", "https://")):
            return web.Response(status=400)
        if not request.headers.get("TTL", "").isdecimal() or request.headers.get("Content-Encoding") != "aes128gcm":
            return web.Response(status=400)
        if len(body) > 4096:
            return web.Response(status=413)
        self.shown[name].append(json.loads(browser.read(body)))
        return web.Response(status=201)
